"""Forms of places and settings."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import FileField
from wtforms import validators

from portal.kernel.clock import today
from portal.places.rules import DAY_MINUTES, HOUR_MINUTES, LEVELS, coded_lines, coded_words, minutes_said
from portal.places.settings import Declared
from portal.web.forms import Day, Digits, Form, LongText, Number, One, Switch, Text, plain_digits
from portal.web.language import _, _l, ngettext


class RegionForm(Form):
    """A new region below another."""

    code = Digits(_l("Code"), limit=20, needed=True)
    name = Text(_l("Name of the place"), limit=60, needed=True)
    name_en = Text(_l("Name of the place in English"), limit=80)
    level = One(_l("Kind of place"), LEVELS, needed=True, default="village")


class RegionEditForm(Form):
    """Names of a region, and whether it is in use."""

    name = Text(_l("Name of the place"), limit=60, needed=True)
    name_en = Text(_l("Name of the place in English"), limit=80)
    is_active = Switch(_l("In use"))


class RegionImportForm(Form):
    """A region tree as a CSV file."""

    file = FileField(
        _l("CSV file: code, name, name_en, level, parent"), [validators.InputRequired(_l("Choose a file."))]
    )


class DayForm(Form):
    """A correction of the calendar."""

    on = Day(_l("Day"), needed=True)
    is_workday = One(
        _l("On this day"), [("yes", _l("people work")), ("no", _l("it is a day off"))], needed=True, default="no"
    )
    label = Text(_l("Name of the day"), limit=60)


class Span(Text):
    """A length of time in bounds, kept in minutes: `90 minutes`, `24 hours`, `1天`."""

    def __init__(self, label: Any, *, low: int, high: int, **kw: Any) -> None:
        super().__init__(label, limit=40, needed=True, **kw)
        self.low, self.high = low, high

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        self.minutes = minutes_said(plain_digits(self.data or ""))

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        """It can be read, and is neither too short nor too long."""
        if not validation_stopped and (self.minutes is None or not self.low <= self.minutes <= self.high):
            raise validators.ValidationError(
                _("Give a time from %(low)s to %(high)s.", low=span_words(self.low), high=span_words(self.high))
            )


def span_words(minutes: int) -> str:
    """A length of time in words: 90 minutes, 3 hours, 24 hours (1 day)."""
    if minutes % HOUR_MINUTES or not minutes:
        return ngettext("%(num)d minute", "%(num)d minutes", minutes)
    hours = ngettext("%(num)d hour", "%(num)d hours", minutes // HOUR_MINUTES)
    if minutes % DAY_MINUTES:
        return hours
    days = ngettext("%(num)d day", "%(num)d days", minutes // DAY_MINUTES)
    return _("%(hours)s (%(days)s)", hours=hours, days=days)


def setting_words(declared: Declared, value: Any) -> str:
    """A setting's value as a person reads it."""
    if declared.kind == "coded":
        return "；".join(entry.line for entry in coded_words(value))
    if declared.kind == "list":
        return "；".join(value)
    if declared.unit == "minutes":
        return span_words(value)
    return f"{value} {_(declared.unit)}" if declared.unit else str(value)


def setting_form(declared: Declared, current: Any) -> Form:
    """The form for one setting, by its kind."""
    fields: dict[str, Any] = {
        "from_on": Day(_l("In force from"), needed=True, default=today),
        "reason": Text(_l("Reason or source"), limit=300, needed=True),
    }
    if declared.unit == "minutes":
        fields["value"] = Span(_l("Value"), low=declared.low, high=declared.high, default=span_words(current))
    elif declared.kind == "int":
        fields["value"] = Number(_l("Value"), low=declared.low, high=declared.high, needed=True, default=current)
    elif declared.kind == "coded":
        typed = "\n".join(entry.line for entry in coded_words(current))
        fields["value"] = LongText(_l("Chinese / English, one a line"), needed=True, default=typed)
    elif declared.kind == "list":
        fields["value"] = LongText(_l("Values, one a line"), needed=True, default="\n".join(current))
    else:
        fields["value"] = LongText(_l("Value"), needed=False, default=current)
    made: type[Form] = type("SettingForm", (Form,), fields)
    return made()


def value_of(form: Any, declared: Declared, current: Any) -> Any:
    """The value that a filled-in form gives the setting."""
    typed = form.value.data
    if declared.unit == "minutes":
        return form.value.minutes
    if declared.kind == "int":
        return typed
    lines = [line.strip() for line in (typed or "").splitlines() if line.strip()]
    if declared.kind == "coded":
        return coded_lines(lines, coded_words(current))
    return lines if declared.kind == "list" else typed or ""
