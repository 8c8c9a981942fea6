"""Rules of referrals: the lifecycle, the clocks, each kind's own steps and outcomes, what may be shared. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any

from portal.kernel.states import Lifecycle, Move, moves
from portal.kernel.words import N_

REMIND_AFTER = (timedelta(hours=24), timedelta(hours=48))
"""The receiver is reminded. Source: domain.md, Lifecycles, Referral."""
EXPIRES_AFTER_WORKING_DAYS = 5
"""Without an answer the referral returns to the queue. Source: domain.md, Lifecycles, Referral."""


class ReferralState(StrEnum):
    """Where a referral stands."""

    DRAFTED = "drafted"
    SENT = "sent"
    ASKED = "asked"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    COMPLETED = "completed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    EXPIRED = "expired"
    FAILED = "failed"
    CANCELLED = "cancelled"
    ENTERED_IN_ERROR = "entered_in_error"


S = ReferralState
LIVE = (S.SENT, S.ASKED, S.ACCEPTED, S.IN_PROGRESS, S.ON_HOLD, S.COMPLETED)
"""While it is in one of these the receiver sees the shared fields, and the need's clock stands."""
UNANSWERED = (S.SENT, S.ASKED)
BEFORE_COMPLETED = (S.DRAFTED, S.SENT, S.ASKED, S.ACCEPTED, S.IN_PROGRESS, S.ON_HOLD)
WORKED_ON = (S.ACCEPTED, S.IN_PROGRESS, S.ON_HOLD)
TRY_NEXT = (S.DECLINED, S.EXPIRED, S.FAILED)
"""After these the next organisation is suggested."""
NOTHING_DONE = (S.DECLINED, S.EXPIRED, S.CANCELLED, S.ENTERED_IN_ERROR)
WITHOUT_SHARING = (*NOTHING_DONE, S.FAILED, S.CONFIRMED)
"""In these nothing is shared any more; where nothing was done, the papers go too."""


class DeclineReason(StrEnum):
    """Why an organisation says no."""

    NO_CAPACITY = "no_capacity"
    NOT_ELIGIBLE = "not_eligible"
    WAITLIST = "waitlist"
    OTHER = "other"


DECLINE_WORDS = {
    DeclineReason.NO_CAPACITY: N_("no capacity"), DeclineReason.NOT_ELIGIBLE: N_("not eligible"),
    DeclineReason.WAITLIST: N_("only on a waiting list"), DeclineReason.OTHER: N_("another reason"),
}  # fmt: skip


def _no_outcome(referral: Any) -> str | None:
    return None if referral.outcome else N_("Choose how it ended.")


REFERRAL = Lifecycle(
    name="referral",
    title=N_("Referral"),
    states=ReferralState,
    first=S.DRAFTED,
    moves=(
        Move(S.DRAFTED, S.SENT, by=N_("supervisor or coordinator"), needs=N_("a standing consent for referral")),
        Move(S.SENT, S.ASKED, by=N_("partner"), reason=True),
        Move(S.ASKED, S.SENT, by=N_("supervisor or coordinator"), reason=True),
        *moves(UNANSWERED, S.ACCEPTED, by=N_("partner")),
        *moves(UNANSWERED, S.DECLINED, by=N_("partner"), reason=True),
        *moves(UNANSWERED, S.EXPIRED, by=N_("the clock, after 5 working days")),
        Move(S.ACCEPTED, S.IN_PROGRESS, by=N_("partner")),
        Move(S.IN_PROGRESS, S.ON_HOLD, by=N_("partner"), reason=True),
        Move(S.ON_HOLD, S.IN_PROGRESS, by=N_("partner")),
        Move(S.IN_PROGRESS, S.COMPLETED, by=N_("partner"), needs=N_("an outcome"), guard=_no_outcome),
        Move(S.COMPLETED, S.CONFIRMED, by=N_("caseworker, for the family")),
        Move(S.COMPLETED, S.IN_PROGRESS, by=N_("caseworker, when the family does not confirm"), reason=True),
        *moves((S.ACCEPTED, S.IN_PROGRESS, S.ON_HOLD), S.FAILED, by=N_("partner"), reason=True),
        *moves(BEFORE_COMPLETED, S.CANCELLED, by=N_("either side"), reason=True),
        *moves(
            tuple(s for s in S if s is not S.ENTERED_IN_ERROR), S.ENTERED_IN_ERROR, by=N_("coordinator"), reason=True
        ),
    ),
    words={
        S.DRAFTED: N_("drafted"), S.SENT: N_("sent"), S.ASKED: N_("asked for more"), S.ACCEPTED: N_("accepted"),
        S.IN_PROGRESS: N_("in progress"), S.ON_HOLD: N_("on hold"), S.COMPLETED: N_("completed, not yet confirmed"),
        S.CONFIRMED: N_("confirmed by the family"), S.DECLINED: N_("turned down"), S.EXPIRED: N_("expired unanswered"),
        S.FAILED: N_("failed"), S.CANCELLED: N_("cancelled"), S.ENTERED_IN_ERROR: N_("entered by mistake"),
    },
    tones={
        S.SENT: "amber", S.ASKED: "amber", S.ACCEPTED: "blue", S.IN_PROGRESS: "blue", S.ON_HOLD: "amber",
        S.COMPLETED: "blue", S.CONFIRMED: "green", S.DECLINED: "red", S.EXPIRED: "red", S.FAILED: "red",
    },
    ends=frozenset({S.ENTERED_IN_ERROR}),
)  # fmt: skip
RECEIVED_WORDS = {**REFERRAL.words, S.SENT: N_("waits for your answer"), S.ASKED: N_("you asked for more")}
"""The same states as the receiver reads them: what was sent waits for it, and it is the one who asked."""
STANDING = {
    S.SENT: N_("It waits for the organisation to say yes or no."),
    S.ASKED: N_("The organisation asks something before it says yes or no."),
    S.ACCEPTED: N_("The organisation has accepted it."), S.IN_PROGRESS: N_("The organisation is working on it."),
    S.ON_HOLD: N_("The organisation has put it on hold."),
    S.COMPLETED: N_("The organisation has done its part. Now the family is asked."),
    S.CONFIRMED: N_("The family has confirmed it."), S.EXPIRED: N_("The organisation did not answer in time."),
    S.FAILED: N_("The organisation could not do it after all."), S.CANCELLED: N_("It was called off."),
    S.ENTERED_IN_ERROR: N_("It was entered by mistake."),
}  # fmt: skip
"""Where it stands, in plain words for staff; a draft and a refusal have words of their own."""


class Field(StrEnum):
    """What can be shared with a receiver, field by field. Nothing else of a file ever is."""

    NAME = "name"
    SEX = "sex"
    AGE = "age"
    BORN_ON = "born_on"
    ID_MASKED = "id_masked"
    TOWN = "town"
    ADDRESS = "address"
    CARER_NAME = "carer_name"
    CARER_PHONE = "carer_phone"
    SCHOOL = "school"
    HEALTH = "health"
    NEED_TEXT = "need_text"


FIELD_WORDS = {
    Field.NAME: N_("Name of the child"), Field.SEX: N_("Sex"), Field.AGE: N_("Age"), Field.BORN_ON: N_("Date of birth"),
    Field.ID_MASKED: N_("ID number, masked"), Field.TOWN: N_("Town or street"), Field.ADDRESS: N_("Address"),
    Field.CARER_NAME: N_("Name of the carer"), Field.CARER_PHONE: N_("Phone of the carer"),
    Field.SCHOOL: N_("School and class"), Field.HEALTH: N_("Health"), Field.NEED_TEXT: N_("What is needed, in words"),
}  # fmt: skip

_EVERY = (Field.AGE, Field.TOWN, Field.NEED_TEXT)
SUGGESTED: dict[str, tuple[Field, ...]] = {
    "household_registration": (*_EVERY, Field.NAME, Field.SEX, Field.BORN_ON, Field.CARER_NAME, Field.CARER_PHONE),
    "schooling": (*_EVERY, Field.NAME, Field.SEX, Field.SCHOOL, Field.CARER_NAME, Field.CARER_PHONE),
    "medical": (*_EVERY, Field.NAME, Field.SEX, Field.BORN_ON, Field.HEALTH, Field.CARER_NAME, Field.CARER_PHONE),
    "material": (*_EVERY, Field.ADDRESS, Field.CARER_NAME, Field.CARER_PHONE),
    "psychological": (*_EVERY, Field.NAME, Field.SEX, Field.CARER_NAME, Field.CARER_PHONE),
    "legal": (*_EVERY, Field.NAME, Field.CARER_NAME, Field.CARER_PHONE),
    "other": _EVERY,
}
"""What is chosen beforehand for each kind of need: the least that the kind of help cannot do without."""


class Step(StrEnum):
    """What has been reached on the way, by kind of need."""

    BIRTH_CERTIFICATE = "birth_certificate"
    DNA_TEST = "dna_test"
    POLICE_STATION = "police_station"
    REGISTERED = "registered"
    ENROLMENT = "enrolment"
    RETURN = "return"
    TRANSFER = "transfer"
    FEE_WAIVER = "fee_waiver"
    DIAGNOSIS = "diagnosis"
    ESTIMATE = "estimate"
    FUND = "fund"
    SURGERY_DATE = "surgery_date"
    SURGERY = "surgery"
    FOLLOW_UP = "follow_up"
    ITEMS = "items"
    DELIVERY_DATE = "delivery_date"
    DELIVERED = "delivered"
    FIRST_TALK = "first_talk"
    APPOINTMENT = "appointment"
    HELP_GIVEN = "help_given"


STEP_WORDS = {
    Step.BIRTH_CERTIFICATE: N_("Birth certificate found or issued"), Step.DNA_TEST: N_("DNA test"),
    Step.POLICE_STATION: N_("Handed in at the police station"), Step.REGISTERED: N_("Registered"),
    Step.ENROLMENT: N_("Enrolled"), Step.RETURN: N_("Back at school"), Step.TRANSFER: N_("School changed"),
    Step.FEE_WAIVER: N_("Fees waived"), Step.DIAGNOSIS: N_("Diagnosis"), Step.ESTIMATE: N_("Estimate of costs"),
    Step.FUND: N_("Funds agreed"), Step.SURGERY_DATE: N_("Date of surgery set"),
    Step.SURGERY: N_("Surgery or treatment"),
    Step.FOLLOW_UP: N_("Follow-up"), Step.ITEMS: N_("Items and quantity agreed"),
    Step.DELIVERY_DATE: N_("Date of delivery set"), Step.DELIVERED: N_("Delivered, with a signature"),
    Step.FIRST_TALK: N_("First talk with the family"), Step.APPOINTMENT: N_("Appointment"),
    Step.HELP_GIVEN: N_("Help given"),
}  # fmt: skip
PLANNED_STEPS = frozenset({Step.SURGERY_DATE, Step.DELIVERY_DATE, Step.APPOINTMENT})
"""Steps whose day may lie ahead."""
_ANY = (Step.FIRST_TALK, Step.APPOINTMENT, Step.HELP_GIVEN)
STEPS: dict[str, tuple[Step, ...]] = {
    "household_registration": (Step.BIRTH_CERTIFICATE, Step.DNA_TEST, Step.POLICE_STATION, Step.REGISTERED),
    "schooling": (Step.ENROLMENT, Step.RETURN, Step.TRANSFER, Step.FEE_WAIVER),
    "medical": (Step.DIAGNOSIS, Step.ESTIMATE, Step.FUND, Step.SURGERY_DATE, Step.SURGERY, Step.FOLLOW_UP),
    "material": (Step.ITEMS, Step.DELIVERY_DATE, Step.DELIVERED),
    "psychological": _ANY,
    "legal": _ANY,
    "other": _ANY,
}
"""The steps of each kind, in their usual order; none has to be there. Source: issue 3, Partners and referrals."""


class Outcome(StrEnum):
    """How a referral ended, by kind of need."""

    REGISTERED = "registered"
    ENROLLED = "enrolled"
    RETURNED = "returned"
    TRANSFERRED = "transferred"
    FEES_WAIVED = "fees_waived"
    TREATED = "treated"
    SURGERY_DONE = "surgery_done"
    AID_PAID = "aid_paid"
    DELIVERED = "delivered"
    HELPED = "helped"
    PARTLY = "partly"
    NOT_NEEDED = "not_needed"


OUTCOME_WORDS = {
    Outcome.REGISTERED: N_("registered"), Outcome.ENROLLED: N_("enrolled"), Outcome.RETURNED: N_("back at school"),
    Outcome.TRANSFERRED: N_("school changed"), Outcome.FEES_WAIVED: N_("fees waived"), Outcome.TREATED: N_("treated"),
    Outcome.SURGERY_DONE: N_("surgery done"), Outcome.AID_PAID: N_("aid paid"), Outcome.DELIVERED: N_("delivered"),
    Outcome.HELPED: N_("help given"), Outcome.PARTLY: N_("a part of it done"),
    Outcome.NOT_NEEDED: N_("not needed any more"),
}  # fmt: skip
_ALWAYS = (Outcome.PARTLY, Outcome.NOT_NEEDED)
OUTCOMES: dict[str, tuple[Outcome, ...]] = {
    "household_registration": (Outcome.REGISTERED, *_ALWAYS),
    "schooling": (Outcome.ENROLLED, Outcome.RETURNED, Outcome.TRANSFERRED, Outcome.FEES_WAIVED, *_ALWAYS),
    "medical": (Outcome.SURGERY_DONE, Outcome.TREATED, Outcome.AID_PAID, *_ALWAYS),
    "material": (Outcome.DELIVERED, *_ALWAYS),
    "psychological": (Outcome.HELPED, *_ALWAYS),
    "legal": (Outcome.HELPED, *_ALWAYS),
    "other": (Outcome.HELPED, *_ALWAYS),
}


def outcome_problem(kind: str, outcome: Outcome | None, steps: Collection[Step], *, signed: bool) -> str | None:
    """What is missing before a referral is completed, as an English message id; None when nothing is.

    Goods are delivered against a signature. Source: issue 3, Partners and referrals.
    """
    if outcome is None or outcome not in OUTCOMES[kind]:
        return N_("Choose how it ended.")
    if outcome is Outcome.DELIVERED and (Step.DELIVERED not in steps or not signed):
        return N_("Note the delivery first, with the name of who signed for it.")
    return None


def shareable(wanted: Sequence[str]) -> tuple[Field, ...]:
    """The fields named, in their order on the page; what is no field is left out."""
    return tuple(f for f in Field if f.value in wanted)


def number_of(ref: str) -> str:
    """What a referral is called where no name of a child may stand: in lists, notices and on the phone."""
    return "".join(c for c in ref if c.isalnum())[:6].upper()
