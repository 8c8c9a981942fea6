"""The blueprint that the pages of this room share."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("access", __name__)
