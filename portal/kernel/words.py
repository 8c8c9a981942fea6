"""Marks words for translation where they are declared; they are translated when they are shown."""

from __future__ import annotations


def N_(message: str) -> str:  # noqa: N802 - the name that extraction tools know
    """Return the English message unchanged; extraction finds it here."""
    return message
