"""Rules of sessions and their logs: lifecycles, when a log is locked, what a session may be. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

from portal.kernel.states import Lifecycle, Move, moves
from portal.kernel.words import N_
from portal.pairing.rules import PairingState

LOGGABLE = (PairingState.ACTIVE, PairingState.CLOSING)
"""States in which a mentor may log and plan. Paused and frozen are refused alike: nobody can tell them apart."""
REVIEW_DAYS = 7
"""Days until a submitted log should have been read by the coordinator."""
CALL_DAYS = 3
"""Days until the coordinator should have called about a pair without contact."""
UNDO_HOURS = 24
"""Hours during which a discarded draft can be brought back; then its text is forgotten."""
LOW_MOOD = 2
"""From 1 to 5: this and below is low."""
MOST_AT_ONCE = 50
"""Logs marked as read at once."""
LARGEST_DRAFT = 200_000
"""Bytes of one autosaved draft."""


class PlanState(StrEnum):
    """Of a planned session."""

    PLANNED = "planned"
    HELD = "held"
    MISSED = "missed"
    MOVED = "moved"
    CANCELLED = "cancelled"
    ENTERED_IN_ERROR = "entered_in_error"


P = PlanState
PLANNED_SESSION = Lifecycle(
    name="planned session",
    title=N_("Planned session"),
    states=PlanState,
    first=P.PLANNED,
    moves=(
        Move(P.PLANNED, P.HELD, by=N_("mentor, by logging it")),
        Move(P.PLANNED, P.MISSED, by=N_("mentor"), reason=True),
        Move(P.PLANNED, P.MOVED, by=N_("mentor")),
        Move(P.PLANNED, P.CANCELLED, by=N_("mentor or coordinator"), reason=True),
        *moves(
            (P.PLANNED, P.HELD, P.MISSED, P.MOVED, P.CANCELLED), P.ENTERED_IN_ERROR, by=N_("coordinator"), reason=True
        ),
    ),
    words={
        P.PLANNED: N_("planned"),
        P.HELD: N_("held"),
        P.MISSED: N_("missed"),
        P.MOVED: N_("moved"),
        P.CANCELLED: N_("cancelled"),
        P.ENTERED_IN_ERROR: N_("entered by mistake"),
    },
    tones={P.PLANNED: "blue", P.HELD: "green", P.MISSED: "amber"},
    ends=frozenset({P.ENTERED_IN_ERROR}),
)


class LogState(StrEnum):
    """Of a session log. Locked is a matter of the clock, not a state."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    REVIEWED = "reviewed"
    RETURNED = "returned"
    DISCARDED = "discarded"
    ENTERED_IN_ERROR = "entered_in_error"


L = LogState
SENT = (L.SUBMITTED, L.REVIEWED, L.RETURNED)
SESSION_LOG = Lifecycle(
    name="session log",
    title=N_("Session log"),
    states=LogState,
    first=L.DRAFT,
    moves=(
        Move(L.DRAFT, L.SUBMITTED, by=N_("mentor")),
        Move(L.SUBMITTED, L.REVIEWED, by=N_("coordinator")),
        Move(L.SUBMITTED, L.RETURNED, by=N_("coordinator"), reason=True),
        Move(L.RETURNED, L.SUBMITTED, by=N_("mentor")),
        Move(L.DRAFT, L.DISCARDED, by=N_("mentor")),
        Move(L.DISCARDED, L.DRAFT, by=N_("mentor, within a day")),
        *moves(
            (L.DRAFT, L.SUBMITTED, L.REVIEWED, L.RETURNED, L.DISCARDED),
            L.ENTERED_IN_ERROR,
            by=N_("coordinator"),
            reason=True,
        ),
    ),
    words={
        L.DRAFT: N_("draft"),
        L.SUBMITTED: N_("to be reviewed"),
        L.REVIEWED: N_("reviewed"),
        L.RETURNED: N_("returned"),
        L.DISCARDED: N_("discarded"),
        L.ENTERED_IN_ERROR: N_("entered by mistake"),
    },
    tones={
        L.DRAFT: "neutral",
        L.SUBMITTED: "blue",
        L.REVIEWED: "green",
        L.RETURNED: "amber",
        L.ENTERED_IN_ERROR: "red",
    },
    ends=frozenset({L.ENTERED_IN_ERROR}),
)


class Way(StrEnum):
    """How a pair met."""

    IN_PERSON = "in_person"
    PHONE = "phone"
    VIDEO = "video"
    LETTER = "letter"
    GROUP = "group"


WAY_WORDS = {
    Way.IN_PERSON: N_("in person"),
    Way.PHONE: N_("phone"),
    Way.VIDEO: N_("video"),
    Way.LETTER: N_("letter"),
    Way.GROUP: N_("in a group"),
}


class PlaceKind(StrEnum):
    """Where, without saying where: feeds and mails carry only this."""

    HOME = "home"
    SCHOOL = "school"
    CENTRE = "centre"
    OUTDOORS = "outdoors"
    LIBRARY = "library"
    OTHER = "other"


PLACE_WORDS = {
    PlaceKind.HOME: N_("home"),
    PlaceKind.SCHOOL: N_("school"),
    PlaceKind.CENTRE: N_("centre"),
    PlaceKind.OUTDOORS: N_("outdoors"),
    PlaceKind.LIBRARY: N_("library"),
    PlaceKind.OTHER: N_("elsewhere"),
}
ACTIVITY_WORDS = {
    "homework": N_("homework help"),
    "reading": N_("reading"),
    "company": N_("company and listening"),
    "talk": N_("a talk"),
    "life_skills": N_("life skills"),
    "outdoors": N_("outdoors"),
    "crafts": N_("crafts and drawing"),
    "sport": N_("sport"),
    "festival": N_("a festival"),
    "check_in": N_("checking in"),
}
MOOD_WORDS = {1: N_("very low"), 2: N_("low"), 3: N_("so-so"), 4: N_("good"), 5: N_("very good")}
DURATIONS = (30, 45, 60, 90, 120)
"""Minutes offered as chips; any other number may be typed."""


def locked_from(submitted_at: datetime, days: int) -> datetime:
    """The moment from which a submitted log changes only by amendments that keep both texts."""
    return submitted_at + timedelta(days=days)


def why_to_be_opened(*, attempt: bool, low: bool, to_staff: bool) -> str | None:
    """Why a log is not marked as read together with others (English message id): somebody must read this one.

    A concern counts as a word to staff, since not every reader of the list may know that one was raised.
    """
    if attempt:
        return N_("open it: without contact")
    if low:
        return N_("open it: low mood")
    return N_("open it: a word to staff") if to_staff else None


def session_problem(
    *, on: date, minutes: int | None, attempt: bool, today: date, most_hours: int
) -> tuple[str, str] | None:
    """What cannot be about a session: (field, English message id), None when all is well."""
    if on > today:
        return "on", N_("A session in the future cannot be logged yet; plan it instead.")
    if attempt:
        return None
    if minutes is None:
        return "minutes", N_("How long were you together?")
    if minutes > most_hours * 60:
        return "minutes", N_("A session lasts at most %(hours)d hours.")
    return None


class Silence(StrEnum):
    """How long a running pair has had no contact."""

    NONE = "none"
    FOLLOW_UP = "follow_up"
    ALERT = "alert"


def silence(
    last_contact_on: date | None, started_on: date, today: date, *, follow_up_days: int, alert_days: int
) -> Silence:
    """No contact for 14 days raises a follow-up, 30 days an alert (settings).

    Source: Elements of Effective Practice for Mentoring; domain.md, Rules.
    """
    days = (today - (last_contact_on or started_on)).days
    return Silence.ALERT if days >= alert_days else Silence.FOLLOW_UP if days >= follow_up_days else Silence.NONE
