"""Forms of places and settings."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import FileField
from wtforms import validators

from portal.kernel.clock import today
from portal.places.rules import LEVELS
from portal.places.settings import Declared
from portal.web.forms import Day, Digits, Form, LongText, Number, One, Switch, Text
from portal.web.language import _l


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


def setting_form(declared: Declared, current: Any) -> Form:
    """The form for one setting, by its kind."""
    fields: dict[str, Any] = {
        "from_on": Day(_l("In force from"), needed=True, default=today),
        "reason": Text(_l("Reason or source"), limit=300, needed=True),
    }
    if declared.kind == "int":
        fields["value"] = Number(_l("Value"), low=declared.low, high=declared.high, needed=True, default=current)
    elif declared.kind == "list":
        fields["value"] = LongText(_l("Values, one a line"), needed=True, default="\n".join(current))
    else:
        fields["value"] = LongText(_l("Value"), needed=False, default=current)
    made: type[Form] = type("SettingForm", (Form,), fields)
    return made()
