"""Whole pages kept as text with gaps: where the same page is asked for all day and only its rows differ.

A page is rendered once for each kind of reader, with marks where something differs, and then only filled. What is kept
was rendered without request, session and person, so that nothing of anybody can be in it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from flask import Response, current_app, g, session
from markupsafe import Markup, escape

from portal.web.chrome import GAPS, Frames, Piece
from portal.web.pages import page

MOST_PAGES = 128
"""Pages kept at most, about 30 kB each; beyond that all are made anew."""
Facts = Callable[[Mapping[str, Any]], dict[str, Any]]
"""From what fills the gaps to what a template asks for. It is given marks when the page is made to be kept."""


def kept_page(template: str, key: Hashable, gaps: Mapping[str, Any], facts: Facts) -> Response:
    """A page of which all but `gaps` follows from `key` and from what the frame around it follows from.

    `gaps` are by name, in lower case; a value that is no markup is escaped. With a message on it, or after an error,
    the page is rendered as any other.
    """
    if "_flashes" in session or g.get("broken"):
        return page(template, **facts(gaps))
    frames: Frames = current_app.extensions["portal-frames"]
    around = frames.around()
    whole = (template, key, around.key)
    kept: dict[Any, Piece] = frames.pages
    piece = kept.get(whole)
    if piece is None:
        if len(kept) >= MOST_PAGES:
            kept.clear()
        piece = kept[whole] = _made(frames, around.pieces, template, gaps, facts)
    values = {name: escape(value) for name, value in gaps.items()}
    return Response(piece.filled({**around.gaps, **values}), mimetype="text/html")


def _made(frames: Frames, pieces: list[Piece], template: str, gaps: Mapping[str, Any], facts: Facts) -> Piece:
    if clash := set(GAPS).intersection(gaps):
        raise RuntimeError(f"gaps of the frame: {clash}")
    mark = frames.mark

    def gap(name: str) -> Markup:
        return Markup("{}gap-{}-").format(mark, name)

    text = frames.app.jinja_env.get_template(template).render(
        frame=[piece.marked(mark) for piece in pieces], csrf_token=lambda: gap("csrf"),
        get_flashed_messages=lambda **_: (), request=None, session=None, g=None,
        **facts({name: gap(name) for name in gaps}),
    )  # fmt: skip
    return Piece(text, mark)
