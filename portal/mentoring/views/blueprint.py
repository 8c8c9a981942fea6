"""The blueprint of sessions."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("mentoring", __name__)
