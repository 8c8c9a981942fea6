"""Rules of concerns: lifecycle, clocks, who is next. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from portal.kernel.states import Lifecycle, Move, moves
from portal.kernel.words import N_


class ConcernState(StrEnum):
    """Where a concern stands."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    ASSESSED = "assessed"
    ACTED = "acted"
    CLOSED = "closed"
    REOPENED = "reopened"
    ENTERED_IN_ERROR = "entered_in_error"


S = ConcernState
WAITING = (S.RAISED, S.REOPENED)
ENDED = (S.CLOSED, S.ENTERED_IN_ERROR)


class Urgency(StrEnum):
    """Sets the clock: an emergency one hour, urgent a day, ordinary three days."""

    NOW = "now"
    DAY = "day"
    DAYS = "days"


URGENCY_WORDS = {
    Urgency.NOW: N_("Emergency: within an hour"),
    Urgency.DAY: N_("Urgent: today"),
    Urgency.DAYS: N_("Worried: within three days"),
}
URGENCY_NAMES = {
    Urgency.NOW: N_("Emergency concern"),
    Urgency.DAY: N_("Urgent concern"),
    Urgency.DAYS: N_("Worry"),
}
"""How a concern is called once it is raised: by when it must be taken stands beside it, as long as nobody has."""
URGENCY_TONES = {Urgency.NOW: "red", Urgency.DAY: "amber", Urgency.DAYS: "blue"}


class ConcernOutcome(StrEnum):
    """How a concern ended."""

    UNFOUNDED = "unfounded"
    SUPPORTED = "supported"
    REPORTED = "reported"
    PROTECTED = "protected"


OUTCOME_WORDS = {
    ConcernOutcome.UNFOUNDED: N_("not confirmed"), ConcernOutcome.SUPPORTED: N_("help arranged"),
    ConcernOutcome.REPORTED: N_("reported to the authorities"), ConcernOutcome.PROTECTED: N_("child brought to safety"),
}  # fmt: skip


class NoteKind(StrEnum):
    """What a text about a concern is."""

    ASSESSMENT = "assessment"
    ACTION = "action"
    OUTCOME = "outcome"
    REOPENED = "reopened"
    HANDED_OVER = "handed_over"
    PAUSED = "paused"
    LIFTED = "lifted"
    IN_ERROR = "in_error"


NOTE_WORDS = {
    NoteKind.ASSESSMENT: N_("Assessment"), NoteKind.ACTION: N_("What was done"), NoteKind.OUTCOME: N_("Outcome"),
    NoteKind.REOPENED: N_("Opened again"), NoteKind.HANDED_OVER: N_("Handed over"),
    NoteKind.PAUSED: N_("Pairing paused"), NoteKind.LIFTED: N_("Pause lifted"),
    NoteKind.IN_ERROR: N_("Entered by mistake"),
}  # fmt: skip


def frozen(concern: Any) -> str | None:
    """It holds no pairing frozen any more."""
    return N_("Lift or end the pause of the pairing first.") if concern.freezes else None


CONCERN = Lifecycle(
    name="concern",
    title=N_("Concern"),
    states=ConcernState,
    first=S.RAISED,
    moves=(
        Move(S.RAISED, S.ACKNOWLEDGED, by=N_("the person on duty")),
        Move(S.REOPENED, S.ACKNOWLEDGED, by=N_("the person on duty")),
        Move(S.ACKNOWLEDGED, S.ASSESSED, by=N_("handler"), reason=True),
        Move(S.ASSESSED, S.ACTED, by=N_("handler"), reason=True),
        Move(
            S.ACTED, S.CLOSED, by=N_("handler"), reason=True, needs=N_("an outcome, no pairing left frozen"),
            guard=lambda c: N_("Choose an outcome.") if c.outcome is None else frozen(c),
        ),
        Move(S.CLOSED, S.REOPENED, by=N_("safeguarding lead"), reason=True),
        *moves(
            tuple(s for s in S if s is not S.ENTERED_IN_ERROR), S.ENTERED_IN_ERROR, by=N_("safeguarding lead"),
            reason=True, needs=N_("no pairing left frozen"),
            guard=frozen,
        ),
    ),
    words={
        S.RAISED: N_("raised"), S.ACKNOWLEDGED: N_("acknowledged"), S.ASSESSED: N_("assessed"), S.ACTED: N_("acted on"),
        S.CLOSED: N_("closed"), S.REOPENED: N_("reopened"), S.ENTERED_IN_ERROR: N_("entered by mistake"),
    },
    tones={
        S.RAISED: "red", S.REOPENED: "red", S.ACKNOWLEDGED: "amber", S.ASSESSED: "amber", S.ACTED: "blue",
        S.CLOSED: "green",
    },
    ends=frozenset({S.ENTERED_IN_ERROR}),
)  # fmt: skip


class ComplaintState(StrEnum):
    """Where a complaint stands."""

    OPEN = "open"
    ANSWERED = "answered"


class ComplaintKind(StrEnum):
    """What somebody wants to say."""

    COMPLAINT = "complaint"
    SUGGESTION = "suggestion"
    PRIVACY = "privacy"


COMPLAINT_KIND_WORDS = {
    ComplaintKind.COMPLAINT: N_("Complaint"), ComplaintKind.SUGGESTION: N_("Suggestion"),
    ComplaintKind.PRIVACY: N_("About a child's data"),
}  # fmt: skip
ANSWER_WITHIN_WORKING_DAYS = 15

COMPLAINT = Lifecycle(
    name="complaint",
    title=N_("Complaint"),
    states=ComplaintState,
    first=ComplaintState.OPEN,
    moves=(Move(ComplaintState.OPEN, ComplaintState.ANSWERED, by=N_("coordinator, or a safeguarding lead")),),
    words={ComplaintState.OPEN: N_("waits for an answer"), ComplaintState.ANSWERED: N_("answered")},
    tones={ComplaintState.OPEN: "amber", ComplaintState.ANSWERED: "green"},
    ends=frozenset({ComplaintState.ANSWERED}),
)


@dataclass(frozen=True)
class OnDuty:
    """One person of the duty list, in order."""

    account_ref: str
    name: str
    phone: str


def next_on_duty(people: Sequence[OnDuty], named: Collection[str], step: int) -> OnDuty | None:
    """Who is asked at this step (0 first). Skips everybody named; after the last one it begins again.

    None when nobody is left: then only the last resort outside the programme remains.
    """
    fit = [p for p in people if p.account_ref not in named]
    return fit[step % len(fit)] if fit else None
