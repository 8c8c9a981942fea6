"""The shape of what is entered about referrals."""

from __future__ import annotations

from wtforms import FileField, HiddenField
from wtforms.fields.choices import SelectChoice

from portal.kernel.clock import today
from portal.needs.rules import CONFIRMED_WORDS, KIND_WORDS, ConfirmedBy, NeedKind, NeedOutcome
from portal.needs.rules import OUTCOME_WORDS as MET_WORDS
from portal.referrals.rules import (
    DECLINE_WORDS,
    FIELD_WORDS,
    OUTCOME_WORDS,
    OUTCOMES,
    RECEIVED_WORDS,
    REFERRAL,
    STEP_WORDS,
    STEPS,
    DeclineReason,
    Outcome,
    ReferralState,
    Step,
)
from portal.web.forms import Day, FilterForm, Form, LongText, One, Pick, Several, Text
from portal.web.language import _, _l

NOTE = 1000
"""Characters in a text of a referral."""


class FieldsForm(Form):
    """What is shared, and a letter with it."""

    fields_asked = Several(_l("What the organisation sees"), FIELD_WORDS)
    covering = LongText(_l("A few words to the organisation"), limit=NOTE)


class OnlyPress(Form):
    """Nothing to fill in."""


class WordsForm(Form):
    """A reason, a question or an answer."""

    reason = LongText(_l("In your own words"), limit=NOTE, needed=_l("Write a few words."))


class DeclineForm(Form):
    """Why not."""

    reason = One(_l("Why not?"), DECLINE_WORDS, enum=DeclineReason, needed=_l("Choose a reason."))
    note = LongText(_l("A few words for the programme"), limit=NOTE)


class ProgressForm(Form):
    """Something was reached."""

    step = One(_l("What was reached?"), STEP_WORDS, enum=Step, needed=_l("Choose one of the steps."))
    on_day = Day(_l("Day on which it was reached"), needed=_l("Give the day."), default=today)
    signed = Text(_l("Who signed for it?"), limit=60)
    note = LongText(_l("A few words"), limit=NOTE)

    def offer(self, kind: str) -> None:
        """The steps of this kind of need."""
        if kind != NeedKind.MATERIAL:
            del self.signed
        self.step.choices = [SelectChoice(step.value, _(STEP_WORDS[step])) for step in STEPS[kind]]


class OutcomeForm(Form):
    """How it ended."""

    outcome = One(_l("How did it end?"), OUTCOME_WORDS, enum=Outcome, needed=_l("Choose how it ended."))
    note = LongText(_l("A few words for the programme"), limit=NOTE)

    def offer(self, kind: str) -> None:
        """The outcomes of this kind of need."""
        self.outcome.choices = [SelectChoice(outcome.value, _(OUTCOME_WORDS[outcome])) for outcome in OUTCOMES[kind]]


HAS_IT = {NeedOutcome.MET: MET_WORDS[NeedOutcome.MET], NeedOutcome.PARTLY_MET: MET_WORDS[NeedOutcome.PARTLY_MET]}


class FamilyForm(Form):
    """What the family says, and who says so."""

    met = One(_l("Does the family have what it needed?"), HAS_IT, enum=NeedOutcome, needed=_l("Choose an outcome."))
    confirmed_by = One(_l("Who confirms it?"), CONFIRMED_WORDS, enum=ConfirmedBy, needed=_l("Say who confirms it."))
    note = LongText(_l("In the family's words"), limit=NOTE)


class MessageForm(Form):
    """A line to the other side."""

    text = LongText(_l("Message"), limit=NOTE, needed=_l("Write a message."))
    client_key = HiddenField()


class DocumentForm(Form):
    """A paper for the other side."""

    document = FileField(_l("Paper (PDF, Word, Excel or a photo)"))


VIEWS = {
    "asked": _l("Questions to answer"), "confirm": _l("To be confirmed by the family"),
    "next": _l("Declined, expired or failed"), "ended": _l("Ended ones"), "all": _l("All referrals"),
}  # fmt: skip


class ReferralFilter(FilterForm):
    """What narrows the staff's list."""

    q = Text(_l("Name or initials"), limit=40)
    org = Text(_l("Organisation"), limit=40)
    view = Pick(_l("Show me"), VIEWS, empty=_l("Running ones"))
    state = Pick(_l("State"), REFERRAL.words, enum=ReferralState, empty=_l("All states"))
    kind = Pick(_l("Kind"), KIND_WORDS, enum=NeedKind, empty=_l("All kinds"))
    place = Pick(_l("Place"), empty=_l("All places"))


class InboxFilter(FilterForm):
    """What narrows the receiver's list. `box` stays for who is staff too."""

    box = HiddenField()
    state = Pick(_l("State"), {s: RECEIVED_WORDS[s] for s in (
        ReferralState.SENT, ReferralState.ASKED, ReferralState.ACCEPTED, ReferralState.IN_PROGRESS,
        ReferralState.ON_HOLD, ReferralState.COMPLETED,
    )}, enum=ReferralState, empty=_l("All states"))  # fmt: skip
    kind = Pick(_l("Kind"), KIND_WORDS, enum=NeedKind, empty=_l("All kinds"))
