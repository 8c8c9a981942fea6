"""Fields that look the same for everybody are drawn once for each language, instead of at every showing.

What may be kept is the field as it was declared: with its own label and choices, without an error, and with nothing
in it that somebody typed. Texts that people write, and fields that are made for one person, are drawn each time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Any

import wtforms
from markupsafe import Markup

from portal.web.language import locale

MOST_KEPT = 4096
"""Drawn fields kept at most, about 1 kB each; beyond that all are drawn anew."""
_kept: dict[tuple[Any, ...], Markup] = {}


def drawn(macro: Callable[..., Markup], field: Any, *facts: Any) -> Markup:
    """What the macro makes of a field and of these facts (hints, units), from what is kept where it can be."""
    key = _key_of(field)
    if key is None:
        return macro(field, *facts)
    whole = (macro.name, locale(), key, *((fact.__class__, str(fact)) for fact in facts))  # type: ignore[attr-defined]
    text = _kept.get(whole)
    if text is None:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        text = _kept[whole] = macro(field, *facts)
    return text


def _key_of(field: Any) -> tuple[Any, ...] | None:
    """All that a declared field's look depends on; None for a field that has to be drawn each time."""
    own = vars(field)
    kept = own.get("copied_from")
    if kept is None or field.errors or field.raw_data or field.label.text is not kept.label.text:
        return None
    if own.get("_choices") != kept.__dict__.get("_choices") or field.render_kw is not kept.render_kw:
        return None
    data = field.data
    if isinstance(field, wtforms.SelectMultipleField):
        data = tuple(data or ())
    elif isinstance(field, wtforms.SelectField):
        data = data or ""
    elif data and not isinstance(data, (bool, date, StrEnum)):
        return None
    return (kept, data.__class__, data, *vars(field.flags).items())
