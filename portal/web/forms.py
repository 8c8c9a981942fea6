"""Forms: the shape of input, cleaned before it is judged, answered field by field and never poured into a record."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import date, time
from enum import StrEnum
from functools import lru_cache
from typing import Any

import wtforms
from flask_wtf import FlaskForm
from wtforms import validators
from wtforms.fields.choices import SelectChoice
from wtforms.fields.core import Flags, Label

from portal.kernel.clock import today
from portal.web.language import _l, gettext

_CONTROLS = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_FULL_WIDTH = {ord("０") + i: ord("0") + i for i in range(10)} | {
    ord("＋"): "+",
    ord("－"): "-",
    ord("："): ":",
    ord("．"): ".",
    0x3000: " ",
}
LONG = 4000
"""Characters in a long text. A note of 10 000 characters is answered with a sentence, not cut."""


def clean_text(value: Any) -> Any:
    """Trim; drop NUL, control characters and marks that turn the writing direction; keep line breaks and emoji."""
    if not isinstance(value, str):
        return value
    value = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    return _CONTROLS.sub("", value).strip()


def plain_digits(value: Any) -> Any:
    """Full-width digits and signs become plain ones, inner blanks go: for numbers, codes and phone numbers."""
    return re.sub(r"\s", "", clean_text(value).translate(_FULL_WIDTH)) if isinstance(value, str) else value


def _copied(kept: Any, form: Any) -> Any:
    """A field like this one for a form of its own. What a view may change about it is not shared."""
    field = object.__new__(type(kept))
    own = field.__dict__
    own.update(kept.__dict__)
    own["_form"], own["meta"], own["copied_from"] = form, form.meta, kept
    own["label"], own["validators"] = Label(kept.label.field_id, kept.label.text), list(kept.validators)
    own["flags"] = flags = Flags()
    vars(flags).update(vars(kept.flags))
    if own.get("_choices"):
        own["_choices"] = own["_choices"].copy()
    return field


class Form(FlaskForm):
    """The base of every form. `answers()` gives the named fields only; `form_errors` are about the whole form."""

    class Meta(FlaskForm.Meta):
        """How fields are made: once for each declaration, then copied, which costs a fifth."""

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            name = options["name"]
            if options.get("prefix") or getattr(type(form), name, None) is not unbound_field:
                return super().bind_field(form, unbound_field, options)
            declared = vars(unbound_field)
            kept = declared.get("made")
            if kept is None or kept.name != name:
                kept = declared["made"] = super().bind_field(form, unbound_field, options)
                vars(kept).update(_form=None, meta=None)
            return _copied(kept, form)

    def answers(self) -> dict[str, Any]:
        """The values of this form's own fields, by name, without the token and the buttons."""
        left_out = (wtforms.SubmitField, wtforms.fields.simple.HiddenField)
        return {
            name: field.data
            for name, field in self._fields.items()
            if name != "csrf_token" and not isinstance(field, left_out)
        }

    def blame(self, field: str | None, message: str) -> None:
        """Put a sentence beside a field, or on top when there is no such field."""
        if field and field in self._fields:
            self._fields[field].errors = [*self._fields[field].errors, message]
        else:
            self.form_errors.append(message)

    @property
    def wrong(self) -> bool:
        """Whether anything is to be mended."""
        return bool(self.errors)


class FilterForm(Form):
    """Filters of a list: read from the address, no token."""

    class Meta:
        csrf = False


def needed(message: Any = None) -> validators.InputRequired:
    """An answer is needed."""
    return validators.InputRequired(message or _l("Fill this in."))


class Text(wtforms.StringField):
    """One line of cleaned text with a limit."""

    def __init__(
        self, label: Any, *, limit: int = 80, needed: Any = False, validators: Sequence[Any] = (), **kw: Any
    ) -> None:
        super().__init__(
            label,
            [*_first_text(needed), _length(limit), *validators],
            filters=[clean_text, *kw.pop("filters", ())],
            **kw,
        )
        self.limit = limit


class Digits(Text):
    """One line in which full-width digits and blanks are mended."""

    def __init__(self, label: Any, **kw: Any) -> None:
        super().__init__(label, filters=[plain_digits], **kw)


class LongText(wtforms.TextAreaField):
    """Several lines of cleaned text with a limit."""

    def __init__(
        self, label: Any, *, limit: int = LONG, needed: Any = False, validators: Sequence[Any] = (), **kw: Any
    ) -> None:
        super().__init__(label, [*_first_text(needed), _length(limit), *validators], filters=[clean_text], **kw)
        self.limit = limit


class Number(wtforms.IntegerField):
    """A whole number in bounds, full-width digits allowed."""

    def __init__(self, label: Any, *, low: int, high: int, needed: Any = False, **kw: Any) -> None:
        bounds = validators.NumberRange(
            low, high, _l("Give a whole number from %(low)d to %(high)d.", low=low, high=high)
        )
        super().__init__(label, [*_first(needed), bounds], **kw)
        self.low, self.high = low, high

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist or not plain_digits(valuelist[0]):
            self.data = None
            return
        try:
            self.data = int(plain_digits(valuelist[0]))
        except ValueError:
            self.data = None
            raise ValueError(
                gettext("Give a whole number from %(low)d to %(high)d.", low=self.low, high=self.high)
            ) from None


class Day(wtforms.DateField):
    """A local day. `latest` and `earliest` are functions, so that "today" is today."""

    def __init__(
        self, label: Any, *, needed: Any = False, earliest: Callable[[], date] | None = None,
        latest: Callable[[], date] | None = None, **kw: Any,
    ) -> None:  # fmt: skip
        super().__init__(label, [*_first(needed)], **kw)
        self.earliest, self.latest = earliest, latest

    def process_formdata(self, valuelist: list[str]) -> None:
        text = plain_digits(valuelist[0]) if valuelist else ""
        self.data = None
        if not text:
            return
        text = text.replace("年", "-").replace("月", "-").replace("日", "").replace("/", "-").replace(".", "-")
        parts = text.split("-")
        try:
            self.data = date(int(parts[0]), int(parts[1]), int(parts[2]))
        except (ValueError, IndexError):
            raise ValueError(
                gettext("“%(text)s” is no day of the calendar. Write it as 2026-11-23.", text=valuelist[0][:20])
            ) from None
        if self.data.year < 1900 or self.data.year > 2200:
            self.data = None
            raise ValueError(
                gettext("“%(text)s” is no day of the calendar. Write it as 2026-11-23.", text=valuelist[0][:20])
            )

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        if self.data is None or validation_stopped:
            return
        if self.latest is not None and self.data > self.latest():
            raise validators.ValidationError(
                gettext("This day is in the future.") if self.latest is today
                else gettext("The day must not be after %(day)s.", day=self.latest().isoformat())
            )  # fmt: skip
        if self.earliest is not None and self.data < self.earliest():
            raise validators.ValidationError(
                gettext("This day is past.") if self.earliest is today
                else gettext("The day must not be before %(day)s.", day=self.earliest().isoformat())
            )  # fmt: skip


class Hour(wtforms.TimeField):
    """A time of day, 24 hours."""

    def __init__(self, label: Any, *, needed: Any = False, **kw: Any) -> None:
        super().__init__(label, [*_first(needed)], **kw)

    def process_formdata(self, valuelist: list[str]) -> None:
        text = plain_digits(valuelist[0]) if valuelist else ""
        self.data = None
        if not text:
            return
        try:
            hours, _sep, rest = text.partition(":")
            self.data = time(int(hours), int(rest[:2] or 0))
        except ValueError:
            raise ValueError(gettext("Write the time as 15:30.")) from None


def _coerce(enum: type[StrEnum] | None) -> Callable[[Any], Any]:
    def coerce(value: Any) -> Any:
        if value in (None, "", "None"):
            return None
        return enum(value) if enum is not None else str(value)

    return coerce


class One(wtforms.RadioField):
    """One of a few, as chips. `words` maps values to English message ids."""

    validation_attrs = ("required",)

    def __init__(
        self, label: Any, words: Any, *, needed: Any = False, enum: type[StrEnum] | None = None, **kw: Any
    ) -> None:
        self.words = words
        super().__init__(label, [*_first(needed)], choices=_choices(words), coerce=_coerce(enum), **kw)

    def process_formdata(self, valuelist: list[str]) -> None:
        _one_of(self, valuelist)

    def pre_validate(self, form: Any) -> None:
        """Checked while reading, since an unknown value is a sentence and not an exception."""


class Pick(wtforms.SelectField):
    """One of many, as a list. The first choice is empty unless an answer is needed and given."""

    def __init__(
        self,
        label: Any,
        words: Any = (),
        *,
        needed: Any = False,
        enum: type[StrEnum] | None = None,
        empty: Any = "",
        **kw: Any,
    ) -> None:
        self.empty = empty
        super().__init__(
            label, [*_first(needed)], choices=[SelectChoice("", empty), *_choices(words)], coerce=_coerce(enum), **kw
        )

    def offer(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Set the choices of this request: (value, words already in the reader's language)."""
        self.choices = [SelectChoice("", self.empty), *(SelectChoice(v, w) for v, w in pairs)]

    def process_formdata(self, valuelist: list[str]) -> None:
        _one_of(self, valuelist)

    def pre_validate(self, form: Any) -> None:
        values = {str(c.value) for c in self.choices or () if isinstance(c, SelectChoice)}
        if self.data is not None and str(self.data) not in values:
            raise validators.ValidationError(gettext("Choose one of the list."))


def _one_of(field: Any, valuelist: list[str]) -> None:
    field.data = None
    if not valuelist or valuelist[0] in ("", "None"):
        return
    try:
        field.data = field.coerce(valuelist[0])
    except ValueError:
        raise ValueError(gettext("Choose one of the list.")) from None
    if isinstance(field, One) and str(field.data) not in {str(v) for v, _w in _pairs(field.words)}:
        field.data = None
        raise ValueError(gettext("Choose one of the list."))


class Several(wtforms.SelectMultipleField):
    """Several of a few, as chips."""

    def __init__(self, label: Any, words: Any, *, needed: Any = False, **kw: Any) -> None:
        super().__init__(label, [*_first(needed)], choices=_choices(words), coerce=str, **kw)

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = list(dict.fromkeys(valuelist))

    def pre_validate(self, form: Any) -> None:
        values = {str(c.value) for c in self.choices or () if isinstance(c, SelectChoice)}
        if not set(self.data or ()) <= values:
            raise validators.ValidationError(gettext("Choose from the list."))


class Switch(wtforms.BooleanField):
    """Yes or no."""

    def __init__(self, label: Any, **kw: Any) -> None:
        super().__init__(label, **kw)


def _first(needed_: Any) -> list[Any]:
    return [needed(None if needed_ is True else needed_)] if needed_ else [validators.Optional()]


def _first_text(needed_: Any) -> list[Any]:
    """Blanks and control characters alone are no answer: what is left of a text after cleaning counts."""
    first = _first(needed_)
    return [*first, validators.DataRequired(first[0].message)] if needed_ else first


def _length(limit: int) -> validators.Length:
    return validators.Length(max=limit, message=_l("At most %(max)d characters; please shorten it.", max=limit))


def _pairs(words: Any) -> list[tuple[Any, Any]]:
    return list(words.items()) if hasattr(words, "items") else list(words)


def _choices(words: Any) -> list[Any]:
    pairs = tuple(_pairs(words))
    if all(isinstance(text, str) for _value, text in pairs):
        return list(_declared(pairs))
    return [SelectChoice(str(value), _l(text) if isinstance(text, str) else text) for value, text in pairs]


@lru_cache(maxsize=256)
def _declared(pairs: tuple[tuple[Any, str], ...]) -> tuple[SelectChoice, ...]:
    """The choices of words that are declared once and shown in many forms."""
    return tuple(SelectChoice(str(value), _l(text)) for value, text in pairs)
