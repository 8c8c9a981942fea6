"""Rules of visits: the plan by risk, what can be seen, what a phone's clock is worth, what is looked at twice. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

from portal.kernel.actor import Role
from portal.kernel.states import Lifecycle, Move
from portal.kernel.words import N_

SOON_DAYS = 7
"""A visit is called soon in the week before it is due."""
CLOCK_TOLERANCE = timedelta(minutes=10)
"""A phone's clock may be off by so much before its times are flagged. T13 of safety.md."""
OLDEST = timedelta(days=30)
"""A visit older than this was not written at the door: it is kept and flagged."""
SAME_DOOR = timedelta(minutes=5)
"""Two visits at different doors need more than this between them."""
BATCH = 3
"""So many visits by one person within the same minute are looked at."""
SHORTEST_COMPARED = 12
"""Texts of fewer characters are alike by chance."""
CALL_BACK_PERCENT = 5
"""Share of visits whose family is called back. Source: domain.md, Visits by risk."""
LONGEST_TEXT = 2000
PHOTO_MOST_BYTES = 25_000_000


class VisitKind(StrEnum):
    """Whose interval a visit fulfils."""

    CARE = "care"
    TOWN = "town"
    JOINT = "joint"


KIND_WORDS = {VisitKind.CARE: N_("Visit"), VisitKind.TOWN: N_("Town check"), VisitKind.JOINT: N_("Joint visit")}


@dataclass(frozen=True)
class Interval:
    """One of the two clocks of a child: whose it is, which visits fulfil it, how often by risk, when the first is."""

    kind: str
    owner: Role
    fulfilled_by: tuple[VisitKind, ...]
    setting: str


CARE = Interval("visit", Role.CASEWORKER, (VisitKind.CARE, VisitKind.JOINT), "visit_days_")
TOWN = Interval("town-check", Role.SUPERVISOR, (VisitKind.TOWN, VisitKind.JOINT), "town_days_")
INTERVALS = (CARE, TOWN)


class VisitState(StrEnum):
    """A visit is what was seen: it is corrected by a new one, or struck out with a reason."""

    KEPT = "kept"
    ENTERED_IN_ERROR = "entered_in_error"


VISIT = Lifecycle(
    name="visit",
    title=N_("Visit"),
    states=VisitState,
    first=VisitState.KEPT,
    moves=(
        Move(VisitState.KEPT, VisitState.ENTERED_IN_ERROR, by=N_("author, supervisor or coordinator"), reason=True),
    ),
    words={VisitState.KEPT: N_("kept"), VisitState.ENTERED_IN_ERROR: N_("entered by mistake")},
    tones={VisitState.KEPT: "green", VisitState.ENTERED_IN_ERROR: "red"},
    ends=frozenset({VisitState.ENTERED_IN_ERROR}),
)


class Met(StrEnum):
    """Who was met at the door."""

    CHILD = "child"
    CARER = "carer"
    OTHER = "other"
    NOBODY = "nobody"


MET_WORDS = {
    Met.CHILD: N_("the child"), Met.CARER: N_("the carer"), Met.OTHER: N_("neighbours or relatives"),
    Met.NOBODY: N_("nobody at home"),
}  # fmt: skip

FINE = "fine"
"""The code of each area's first choice."""
SEEN: dict[str, tuple[str, dict[str, str]]] = {
    "guardianship": (
        N_("Guardianship"),
        {FINE: N_("well cared for"), "weak": N_("carer needs help"), "none": N_("nobody really cares")},
    ),
    "health": (N_("Health"), {FINE: N_("well"), "unwell": N_("unwell"), "ill": N_("seriously ill or injured")}),
    "schooling": (
        N_("Schooling"),
        {
            FINE: N_("goes to school"),
            "absent": N_("often absent"),
            "out": N_("does not go"),
            "not_yet": N_("not of age"),
        },
    ),
    "housing": (N_("Housing"), {FINE: N_("safe and tidy"), "poor": N_("poor"), "unsafe": N_("unsafe")}),
    "mood": (N_("Mood"), {FINE: N_("cheerful"), "quiet": N_("quiet"), "low": N_("sad or afraid")}),
}
"""What is looked at, area by area: its name, and its choices from fine to worst."""
WORRYING = {
    "guardianship": ("none",), "health": ("ill",), "schooling": ("out",), "housing": ("unsafe",), "mood": ("low",),
}  # fmt: skip
ALL_WELL = dict.fromkeys(SEEN, FINE)


def seen_problem(met: Sequence[str], seen: Mapping[str, str]) -> tuple[str, str] | None:
    """What does not fit, as (field, English message id); None for a whole record."""
    if not met:
        return "met", N_("Whom did you meet?")
    if Met.NOBODY in met and len(met) > 1:
        return "met", N_("Nobody at home, or somebody: choose one of the two.")
    for area, code in seen.items():
        if area not in SEEN or code not in SEEN[area][1]:
            return area, N_("Choose one of the words.")
    if Met.NOBODY not in met and not seen:
        return "health", N_("What did you see? One area is enough.")
    return None


def is_attempt(met: Sequence[str]) -> bool:
    """Nobody was at home: an attempt is kept, and the visit stays due."""
    return Met.NOBODY in met


def is_worrying(seen: Mapping[str, str]) -> bool:
    """Something was seen that a supervisor should know of."""
    return any(seen.get(area) in codes for area, codes in WORRYING.items())


class Standing(StrEnum):
    """Where a child's next visit stands."""

    OVERDUE = "overdue"
    TODAY = "today"
    SOON = "soon"
    LATER = "later"


STANDING_WORDS = {
    Standing.OVERDUE: N_("overdue"), Standing.TODAY: N_("due today"), Standing.SOON: N_("due soon"),
    Standing.LATER: N_("later"),
}  # fmt: skip
STANDING_TONES = {Standing.OVERDUE: "red", Standing.TODAY: "amber", Standing.SOON: "blue"}


def standing(due_on: date, today: date) -> Standing:
    """Due, soon, overdue or later, by the day."""
    if due_on < today:
        return Standing.OVERDUE
    if due_on == today:
        return Standing.TODAY
    return Standing.SOON if due_on <= today + timedelta(days=SOON_DAYS) else Standing.LATER


def next_due(*, last_on: date | None, first_due_on: date, risk_since_on: date, every_days: int) -> date:
    """The day of the next visit.

    `last_on` is the day of the last one of this kind, None for none yet: then the first one is due on `first_due_on`.
    A risk that was raised brings the visit forward, at the earliest to the day on which it was raised, so that no
    child becomes overdue by a change of colour alone. Source: domain.md, Visits by risk.
    """
    if last_on is None:
        return first_due_on
    due = last_on + timedelta(days=every_days)
    return max(due, risk_since_on) if last_on < risk_since_on else due


@dataclass(frozen=True)
class Told:
    """When a visit was, as well as it can be known. `off` says that the phone's own clock is not to be trusted."""

    at: datetime
    off: bool


def when(*, device_at: datetime | None, device_now: datetime | None, server_now: datetime) -> Told:
    """The moment of a visit from the phone's two times and the server's one.

    `device_at` is the phone's clock at the visit, `device_now` the same clock when it was sent: their distance holds
    however wrong the clock is, unless it was set in between. A visit is never in the future, nor before `OLDEST`.
    Source: safety.md, T13.
    """
    if device_at is None:
        return Told(server_now, off=False)
    shift = server_now - device_now if device_now is not None else timedelta(0)
    at = device_at + shift
    off = abs(shift) > CLOCK_TOLERANCE
    if at > server_now:
        return Told(server_now, off=off or at > server_now + CLOCK_TOLERANCE)
    if at < server_now - OLDEST:
        return Told(server_now, off=True)
    return Told(at, off=off)


class Sign(StrEnum):
    """Why a visit is looked at once more, by a person, without a score. Source: domain.md, Visits by risk."""

    SAME_TEXT = "same_text"
    TOO_CLOSE = "too_close"
    SAME_MINUTE = "same_minute"
    CLOCK = "clock"
    CALL_BACK = "call_back"


SIGN_WORDS = {
    Sign.SAME_TEXT: N_("the same text as at another door"),
    Sign.TOO_CLOSE: N_("two doors within a few minutes"),
    Sign.SAME_MINUTE: N_("several visits within one minute"),
    Sign.CLOCK: N_("the phone's clock was wrong"),
    Sign.CALL_BACK: N_("chosen by lot to be called back"),
}


def called_back(ref: str) -> bool:
    """Whether a visit is among those whose family is called: by lot, from its random ref, so that nobody can choose."""
    return hashlib.sha256(ref.encode()).digest()[0] * 100 < CALL_BACK_PERCENT * 256


def plain(text: str) -> str:
    """A text as it is compared with others: letters and digits alone."""
    return "".join(c for c in text.lower() if c.isalnum())


def signs(visits: Iterable[Any]) -> dict[str, set[Sign]]:
    """What is to be looked at, by ref, among the visits of one person.

    Each visit has `ref`, `at` (aware), `child_ref`, `household` (a key of the door, '' for unknown), `print` (what is
    kept of its text for comparing, '' for a short one) and `clock_off`. Visits at one door are one round.
    """
    rows = sorted(visits, key=lambda v: v.at)
    found: dict[str, set[Sign]] = {}

    def note(row: Any, sign: Sign) -> None:
        found.setdefault(row.ref, set()).add(sign)

    prints: dict[str, list[Any]] = {}
    minutes: dict[datetime, list[Any]] = {}
    for row in rows:
        if row.clock_off:
            note(row, Sign.CLOCK)
        if called_back(row.ref):
            note(row, Sign.CALL_BACK)
        if row.print:
            prints.setdefault(row.print, []).append(row)
        minutes.setdefault(row.at.replace(second=0, microsecond=0), []).append(row)
    for same in prints.values():
        if len({r.household or r.child_ref for r in same}) > 1:
            for row in same:
                note(row, Sign.SAME_TEXT)
    for batch in minutes.values():
        if len({r.household or r.child_ref for r in batch}) >= BATCH:
            for row in batch:
                note(row, Sign.SAME_MINUTE)
    for before, after in pairwise(rows):
        doors = (before.household or before.child_ref, after.household or after.child_ref)
        if doors[0] != doors[1] and after.at - before.at < SAME_DOOR:
            note(before, Sign.TOO_CLOSE)
            note(after, Sign.TOO_CLOSE)
    return found
