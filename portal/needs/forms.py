"""The shape of what is entered about needs."""

from __future__ import annotations

from wtforms import HiddenField

from portal.needs.rules import (
    CONFIRMED_WORDS,
    KIND_WORDS,
    LEVEL_WORDS,
    OUTCOME_WORDS,
    URGENCY_WORDS,
    ConfirmedBy,
    Level,
    NeedChannel,
    NeedKind,
    NeedOutcome,
    NeedUrgency,
)
from portal.web.forms import FilterForm, Form, LongText, One, Pick, Switch, Text
from portal.web.language import _l

NOTE = 2000
"""Characters in a text about a need."""
HEARD_WORDS = {NeedChannel.CARER: _l("The carer asked"), NeedChannel.FILE: _l("I saw it myself")}


class NeedForm(Form):
    """What is lacking. Kind and one sentence are enough."""

    kind = One(_l("What is needed?"), KIND_WORDS, enum=NeedKind, needed=_l("Choose what is needed."))
    text = LongText(_l("In one sentence"), limit=NOTE, needed=_l("Write one sentence: what is needed?"))
    urgency = One(_l("How soon?"), URGENCY_WORDS, enum=NeedUrgency, default=NeedUrgency.ORDINARY, needed=True)
    channel = One(
        _l("How did you hear of it?"), HEARD_WORDS, enum=NeedChannel, default=NeedChannel.CARER, needed=True
    )  # fmt: skip
    household = Switch(_l("It is a need of the whole household"))
    dimension = Pick(_l("Support dimension"), empty=_l("by the kind of need"))


class StepForm(Form):
    """One text. `seen` is the level that the page showed."""

    note = LongText(_l("In your own words"), limit=NOTE, needed=_l("Write down what you know or did."))
    seen = HiddenField()


class ConfirmationForm(Form):
    """What the family says, and who says so."""

    outcome = One(
        _l("Does the family have what it needed?"), OUTCOME_WORDS, enum=NeedOutcome, needed=_l("Choose an outcome.")
    )  # fmt: skip
    confirmed_by = One(_l("Who confirms it?"), CONFIRMED_WORDS, enum=ConfirmedBy, needed=_l("Say who confirms it."))
    note = LongText(_l("In the family's words"), limit=NOTE)


VIEWS = {
    "open": _l("All open ones"), "confirm": _l("To be confirmed"), "ended": _l("Ended ones"), "all": _l("All needs"),
}  # fmt: skip


class NeedFilter(FilterForm):
    """What narrows the list of needs."""

    q = Text(_l("Name or initials"), limit=40)
    view = Pick(_l("Show me"), VIEWS, empty=_l("What waits for me"))
    level = Pick(_l("Level"), LEVEL_WORDS, enum=Level, empty=_l("All levels"))
    kind = Pick(_l("Kind"), KIND_WORDS, enum=NeedKind, empty=_l("All kinds"))
    place = Pick(_l("Place"), empty=_l("All places"))
    urgent = Switch(_l("Urgent ones"))
    household = Switch(_l("Of households"))
    overdue = Switch(_l("Overdue ones"))
