"""The shape of what is entered about pairs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from portal.kernel.clock import today
from portal.kernel.words import N_
from portal.pairing.rules import (
    ASK_WORDS,
    CLOSURE_WORDS,
    CONTACT_WORDS,
    EXIT_WORDS,
    PAIRING,
    AskKind,
    ClosureReason,
    ContactAfter,
    ExitTalk,
    PairingState,
)
from portal.web.forms import Day, FilterForm, Form, LongText, One, Pick, Switch, Text
from portal.web.language import _l


def a_year_on() -> date:
    """The usual last day of a promise."""
    return today() + timedelta(days=366)


class ProposalForm(Form):
    """Which two."""

    child = Text(_l("Child"), limit=24, needed=True)
    volunteer = Text(_l("Volunteer"), limit=24, needed=True)


class LookUpForm(FilterForm):
    """Whom somebody misses in the list."""

    child = Text(_l("Child"), limit=24)
    q = Text(_l("Name, initials or phone"), limit=60)


class TalkForm(Form):
    """What one side said."""

    on = Day(_l("Day of the talk"), latest=today, default=today, needed=True)
    agrees = One(_l("Does this person want to?"), [("yes", N_("yes")), ("no", N_("no"))], needed=True)
    said = Text(_l("What was said"), limit=300)


class AgreementForm(Form):
    """The signed agreement."""

    on = Day(_l("Day of signing"), latest=today, default=today, needed=True)
    until = Day(_l("Promised until"), default=a_year_on, needed=True)


class FirstMeetingForm(Form):
    """The first meeting, with staff present."""

    on = Day(_l("Day of the first meeting"), latest=today, default=today, needed=True)
    staff = Text(_l("Member of staff who was there"), limit=60, needed=True)


class ReasonForm(Form):
    """Why."""

    reason = Text(_l("Reason"), limit=300, needed=_l("Give a reason."))


class EndingForm(Form):
    """The pair is to end."""

    because = One(_l("Why does it end?"), CLOSURE_WORDS, enum=ClosureReason, needed=True)
    reason = Text(_l("In your words"), limit=300, needed=_l("Give a reason."))


class ClosureForm(Form):
    """The end: talks, what comes after, last day and reason. Parts can be saved before all is there."""

    exit_child = One(_l("Talk with the child"), EXIT_WORDS, enum=ExitTalk)
    exit_mentor = One(_l("Talk with the mentor"), EXIT_WORDS, enum=ExitTalk)
    contact_after = One(_l("Contact afterwards"), CONTACT_WORDS, enum=ContactAfter)
    on = Day(_l("Last day together"), latest=today)
    reason = One(_l("Why did it end?"), CLOSURE_WORDS, enum=ClosureReason)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Not marked as optional: each is needed before the pair ends.
        for field in self:
            field.flags.optional = False


class AskForm(Form):
    """What a mentor asks for."""

    kind = One(_l("I ask for"), ASK_WORDS, enum=AskKind, needed=True)
    text = LongText(
        _l("What should your coordinator know?"), limit=1000, needed=_l("Say in a few words what you need.")
    )


class AnswerForm(Form):
    """The coordinator's answer."""

    answer = LongText(_l("Answer"), limit=1000, needed=_l("Write an answer; the mentor is told."))


class PairFilters(FilterForm):
    """What narrows the list of pairs."""

    q = Text(_l("Child or mentor"), limit=60)
    state = Pick(
        _l("State"), {s: w for s, w in PAIRING.words.items() if s is not PairingState.ENTERED_IN_ERROR},
        enum=PairingState, empty=_l("every state"),
    )  # fmt: skip
    town = Pick(_l("Town or street"), empty=_l("everywhere"))
    silent = Switch(_l("Without contact"))
