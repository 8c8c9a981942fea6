"""Rules of needs: their closed lists, their lifecycle, who has them at each level, and the clock. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from portal.kernel.actor import Role
from portal.kernel.states import Lifecycle, Move, moves
from portal.kernel.words import N_


class NeedState(StrEnum):
    """Where a need stands. `RAISED` lasts a moment: a need is with the village as soon as somebody has said it."""

    RAISED = "raised"
    AT_VILLAGE = "at_village"
    AT_TOWN = "at_town"
    AT_DISTRICT = "at_district"
    OFFERED = "offered"
    RESOLVED = "resolved"
    MET = "met"
    PARTLY_MET = "partly_met"
    UNMET = "unmet"
    WITHDRAWN = "withdrawn"
    ENTERED_IN_ERROR = "entered_in_error"


class Level(StrEnum):
    """Who has a need: the village, then the town, then the district. Source: domain.md, M7 逐级解决."""

    VILLAGE = "village"
    TOWN = "town"
    DISTRICT = "district"


class NeedKind(StrEnum):
    """What is lacking. Source: issue 3, Needs; `partners.rules.HELP_KINDS` has the same codes."""

    HOUSEHOLD_REGISTRATION = "household_registration"
    SCHOOLING = "schooling"
    MEDICAL = "medical"
    MATERIAL = "material"
    PSYCHOLOGICAL = "psychological"
    LEGAL = "legal"
    OTHER = "other"


class NeedUrgency(StrEnum):
    """How soon. What cannot wait an hour is no need but a concern."""

    ORDINARY = "ordinary"
    URGENT = "urgent"


class NeedChannel(StrEnum):
    """How it was heard: at a visit, in a session, from a carer through staff, or from the file."""

    VISIT = "visit"
    SESSION = "session"
    CARER = "carer"
    FILE = "file"


class NeedOutcome(StrEnum):
    """Whether the family has what it needed."""

    MET = "met"
    PARTLY_MET = "partly_met"
    UNMET = "unmet"


class ConfirmedBy(StrEnum):
    """Who says so: the carer, or the caseworker who went there."""

    CARER = "carer"
    CASEWORKER = "caseworker"


class StepKind(StrEnum):
    """What a line of a need's way is."""

    RAISED = "raised"
    ESCALATED = "escalated"
    CLIMBED = "climbed"
    RETURNED = "returned"
    REMARK = "remark"
    OVERDUE = "overdue"
    HELD = "held"
    RELEASED = "released"
    OFFERED = "offered"
    TAKEN_BACK = "taken_back"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    IN_ERROR = "in_error"


KIND_WORDS = {
    NeedKind.HOUSEHOLD_REGISTRATION: N_("household registration"), NeedKind.SCHOOLING: N_("schooling"),
    NeedKind.MEDICAL: N_("medical help"), NeedKind.MATERIAL: N_("things for daily life"),
    NeedKind.PSYCHOLOGICAL: N_("psychological support"), NeedKind.LEGAL: N_("legal help"),
    NeedKind.OTHER: N_("other need"),
}  # fmt: skip
KIND_ICONS = {
    NeedKind.HOUSEHOLD_REGISTRATION: "file", NeedKind.SCHOOLING: "list", NeedKind.MEDICAL: "heart",
    NeedKind.MATERIAL: "home", NeedKind.PSYCHOLOGICAL: "chat", NeedKind.LEGAL: "shield", NeedKind.OTHER: "child",
}  # fmt: skip
DIMENSION_OF = {
    NeedKind.HOUSEHOLD_REGISTRATION: "livelihood", NeedKind.SCHOOLING: "mind", NeedKind.MEDICAL: "livelihood",
    NeedKind.MATERIAL: "livelihood", NeedKind.PSYCHOLOGICAL: "heart", NeedKind.LEGAL: "livelihood", NeedKind.OTHER: "",
}  # fmt: skip
"""The support dimension that a kind usually belongs to, by the codes of the setting `support_dimensions`."""
URGENCY_WORDS = {NeedUrgency.ORDINARY: N_("in its turn"), NeedUrgency.URGENT: N_("urgent")}
CHANNEL_WORDS = {
    NeedChannel.VISIT: N_("at a visit"), NeedChannel.SESSION: N_("in a mentoring session"),
    NeedChannel.CARER: N_("the carer asked"), NeedChannel.FILE: N_("seen in the file"),
}  # fmt: skip
LEVEL_WORDS = {Level.VILLAGE: N_("Village"), Level.TOWN: N_("Town"), Level.DISTRICT: N_("District")}
OUTCOME_WORDS = {
    NeedOutcome.MET: N_("The family has what it needed"), NeedOutcome.PARTLY_MET: N_("It has a part of it"),
    NeedOutcome.UNMET: N_("It could not be met"),
}  # fmt: skip
CONFIRMED_WORDS = {
    ConfirmedBy.CARER: N_("the carer"), ConfirmedBy.CASEWORKER: N_("the caseworker, in person"),
}  # fmt: skip
STEP_WORDS = {
    StepKind.RAISED: N_("Was raised"), StepKind.ESCALATED: N_("Passed up"), StepKind.CLIMBED: N_("Went up by itself"),
    StepKind.RETURNED: N_("Given back"), StepKind.REMARK: N_("Note"), StepKind.OVERDUE: N_("Overdue at the district"),
    StepKind.HELD: N_("The clock stands"), StepKind.RELEASED: N_("The clock runs again"),
    StepKind.OFFERED: N_("Offered to the public"), StepKind.TAKEN_BACK: N_("Taken back from the public board"),
    StepKind.RESOLVED: N_("Resolved"), StepKind.REOPENED: N_("Opened again"), StepKind.CLOSED: N_("Confirmed"),
    StepKind.WITHDRAWN: N_("Withdrawn"), StepKind.IN_ERROR: N_("Entered by mistake"),
}  # fmt: skip

S = NeedState
AT_LEVELS = (S.AT_VILLAGE, S.AT_TOWN, S.AT_DISTRICT)
OPEN_STATES = (*AT_LEVELS, S.OFFERED, S.RESOLVED)
"""What somebody still has to do something about."""
UNSOLVED = (*AT_LEVELS, S.OFFERED)
ENDED = (S.MET, S.PARTLY_MET, S.UNMET, S.WITHDRAWN, S.ENTERED_IN_ERROR)
STATE_AT = {Level.VILLAGE: S.AT_VILLAGE, Level.TOWN: S.AT_TOWN, Level.DISTRICT: S.AT_DISTRICT}
LEVEL_OF = {state: level for level, state in STATE_AT.items()} | {S.OFFERED: Level.DISTRICT}
STATE_AFTER = {NeedOutcome.MET: S.MET, NeedOutcome.PARTLY_MET: S.PARTLY_MET, NeedOutcome.UNMET: S.UNMET}
LEVELS = tuple(Level)
ROLE_AT = {Level.VILLAGE: Role.CASEWORKER, Level.TOWN: Role.SUPERVISOR, Level.DISTRICT: Role.COORDINATOR}
"""Whose queue a level is."""

STANDING = {
    S.RAISED: N_("It has been raised."), S.AT_VILLAGE: N_("The village is looking after it."),
    S.AT_TOWN: N_("The town is looking after it."), S.AT_DISTRICT: N_("The district is looking after it."),
    S.OFFERED: N_("The district has asked the public and partners for help."),
    S.RESOLVED: N_("Something has been done. The family is being asked whether it has what it needed."),
    S.MET: N_("The family has what it needed."), S.PARTLY_MET: N_("The family has a part of what it needed."),
    S.UNMET: N_("It could not be met."), S.WITHDRAWN: N_("It is not needed any more."),
    S.ENTERED_IN_ERROR: N_("It was entered by mistake."),
}  # fmt: skip
"""Where a need stands, in plain words for whoever raised it: no other fact is in them."""


def above(level: Level) -> Level | None:
    """The level above, None above the district."""
    place = LEVELS.index(level)
    return LEVELS[place + 1] if place + 1 < len(LEVELS) else None


def below(level: Level) -> Level | None:
    """The level below, None below the village."""
    place = LEVELS.index(level)
    return LEVELS[place - 1] if place else None


def roles_from(level: Level) -> tuple[Role, ...]:
    """Who may work on a need at this level: whose queue it is, and those above, so that leave stalls no child."""
    return tuple(ROLE_AT[one] for one in LEVELS[LEVELS.index(level) :])


def _at_its_level(target: NeedState) -> Callable[[Any], str | None]:
    def guard(need: Any) -> str | None:
        return None if STATE_AT[need.level] is target else N_("It goes back to the level that resolved it.")

    return guard


def _confirmed(outcome: NeedOutcome) -> Callable[[Any], str | None]:
    def guard(need: Any) -> str | None:
        if need.outcome is not outcome:
            return N_("Choose an outcome.")
        return None if need.confirmed_by is not None else N_("Say who confirms it.")

    return guard


_HANDLER = N_("whoever has it at this level, or above")
_OUTCOME = N_("an outcome, confirmed by the carer or by the caseworker in person")
NEED = Lifecycle(
    name="need",
    title=N_("Need"),
    states=NeedState,
    first=S.RAISED,
    moves=(
        Move(S.RAISED, S.AT_VILLAGE, by=N_("at once")),
        Move(S.AT_VILLAGE, S.AT_TOWN, by=N_("caseworker or above, or the clock"), reason=True),
        Move(S.AT_TOWN, S.AT_DISTRICT, by=N_("supervisor or above, or the clock"), reason=True),
        Move(S.AT_TOWN, S.AT_VILLAGE, by=N_("supervisor or above"), reason=True),
        Move(S.AT_DISTRICT, S.AT_TOWN, by=N_("coordinator"), reason=True),
        Move(S.AT_DISTRICT, S.OFFERED, by=N_("coordinator, by an offer on the board")),
        Move(S.OFFERED, S.AT_DISTRICT, by=N_("coordinator, or the board after 30 days"), reason=True),
        *moves(AT_LEVELS, S.RESOLVED, by=_HANDLER, reason=True, needs=N_("a note on what was done")),
        Move(S.OFFERED, S.RESOLVED, by=N_("a fulfilled claim"), reason=True),
        *(
            Move(
                S.RESOLVED, STATE_AT[level], by=N_("whoever may confirm it"), reason=True,
                needs=N_("the level that resolved it"), guard=_at_its_level(STATE_AT[level]),
            )
            for level in Level
        ),
        *(
            Move(
                S.RESOLVED, STATE_AFTER[outcome], by=N_("caseworker or above"), reason=True, needs=_OUTCOME,
                guard=_confirmed(outcome),
            )
            for outcome in NeedOutcome
        ),
        *moves(UNSOLVED, S.WITHDRAWN, by=_HANDLER, reason=True),
        *moves(
            tuple(s for s in S if s is not S.ENTERED_IN_ERROR), S.ENTERED_IN_ERROR, by=N_("coordinator"), reason=True
        ),
    ),
    words={
        S.RAISED: N_("raised"), S.AT_VILLAGE: N_("at the village"), S.AT_TOWN: N_("at the town"),
        S.AT_DISTRICT: N_("at the district"), S.OFFERED: N_("offered to the public"),
        S.RESOLVED: N_("resolved, to be confirmed"), S.MET: N_("met"), S.PARTLY_MET: N_("partly met"),
        S.UNMET: N_("not met"), S.WITHDRAWN: N_("withdrawn"), S.ENTERED_IN_ERROR: N_("entered by mistake"),
    },
    tones={
        S.AT_VILLAGE: "blue", S.AT_TOWN: "blue", S.AT_DISTRICT: "amber", S.OFFERED: "amber", S.RESOLVED: "amber",
        S.MET: "green", S.PARTLY_MET: "green", S.UNMET: "red",
    },
    ends=frozenset({S.ENTERED_IN_ERROR}),
)  # fmt: skip


def days_left(held_on: date, due_on: date, is_workday: Callable[[date], bool]) -> int:
    """The working days that were left on a clock when it was stopped: those after `held_on`, up to its last day."""
    days = (held_on + timedelta(days=number) for number in range(1, (due_on - held_on).days + 1))
    return sum(is_workday(day) for day in days)


def outcome_of(state: NeedState) -> NeedOutcome | None:
    """The outcome that a closed need has, None for one that is not closed."""
    found: Mapping[NeedState, NeedOutcome] = {after: outcome for outcome, after in STATE_AFTER.items()}
    return found.get(state)
