"""The blueprint that this room's pages hang on."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("safeguarding", __name__)
