"""Forms of concerns, the duty list and complaints."""

from __future__ import annotations

from wtforms import RadioField, SelectMultipleField

from portal.safeguarding.rules import (
    COMPLAINT,
    COMPLAINT_KIND_WORDS,
    CONCERN,
    OUTCOME_WORDS,
    URGENCY_WORDS,
    ComplaintKind,
    ComplaintState,
    ConcernOutcome,
    ConcernState,
    Urgency,
)
from portal.web.forms import Digits, FilterForm, Form, LongText, One, Pick, Switch, Text
from portal.web.language import _l

WORRY = 2000
"""Characters in what worries somebody. One sentence is enough."""


class ConcernForm(Form):
    """One sentence is enough. Child and people are not checked against their lists: while an entry waited on a phone
    the lists may have changed, and a concern is never refused for that."""

    text = LongText(_l("What worries you?"), limit=WORRY, needed=_l("Write one sentence: what worries you?"))
    urgency = One(_l("How urgent is it?"), URGENCY_WORDS, enum=Urgency, needed=_l("Choose how urgent it is."))
    child = RadioField(_l("Which child is it about?"), choices=[], validate_choice=False)
    named = SelectMultipleField(
        _l("Is it about somebody of the programme?"), choices=[], validate_choice=False, coerce=str
    )
    with_line = Switch(_l("Those above this person may be involved too"))
    freeze = Switch(_l("Pause the pairing now"))


class ConcernFilter(FilterForm):
    """What narrows the list of concerns."""

    state = Pick(_l("State"), CONCERN.words, enum=ConcernState, empty=_l("All states"))
    urgency = Pick(_l("Urgency"), URGENCY_WORDS, enum=Urgency, empty=_l("All urgencies"))


class WordsForm(Form):
    """One text: what is known, what was done, why."""

    text = LongText(_l("In your own words"), needed=True)


class ClosureForm(WordsForm):
    """How it ended."""

    outcome = One(_l("Outcome"), OUTCOME_WORDS, enum=ConcernOutcome, needed=_l("Choose an outcome."))


class HandoverForm(WordsForm):
    """To whom."""

    to = Pick(_l("Who takes it over?"), needed=True)


LIFT_WORDS = {
    "active": _l("The pairing goes on"),
    "paused": _l("The pairing rests for now"),
    "closing": _l("The pairing is led to its end"),
}


class LiftForm(WordsForm):
    """How the pair goes on."""

    to = One(_l("What now?"), LIFT_WORDS, needed=True)


class DutyForm(Form):
    """One more person on a duty list."""

    person = Pick(_l("Person"), needed=True)
    phone = Digits(_l("Phone that is answered"), limit=20, needed=True)
    hours = Text(_l("Hours"), limit=60)


class DutyFilter(FilterForm):
    """What narrows the duty list."""

    region = Pick(_l("Region"), empty=_l("All regions"))


class ComplaintForm(Form):
    """What somebody wants to say, and where a stranger can be reached."""

    kind = One(
        _l("What is it?"), COMPLAINT_KIND_WORDS, enum=ComplaintKind, default=ComplaintKind.COMPLAINT, needed=True
    )
    text = LongText(_l("What happened, or what could be better?"), limit=WORRY, needed=True)
    about_answerer = Switch(_l("It is about a coordinator, or about somebody else who would answer it"))
    contact = Text(_l("Phone or mail, if we may ask back"), limit=120)


class CodeForm(FilterForm):
    """The code of a complaint."""

    code = Digits(_l("Your code"), limit=40, needed=True)


class ComplaintFilter(FilterForm):
    """What narrows the list of complaints."""

    state = Pick(_l("State"), COMPLAINT.words, enum=ComplaintState, empty=_l("All states"))
    kind = Pick(_l("Kind"), COMPLAINT_KIND_WORDS, enum=ComplaintKind, empty=_l("All kinds"))


class AnswerForm(Form):
    """The reply."""

    answer = LongText(_l("Answer"), needed=True)
