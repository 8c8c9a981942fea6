"""Rules of the file: its lifecycle, ageing out, closed lists, field sets. Pure."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from portal.kernel.states import Lifecycle, Move, moves
from portal.kernel.words import N_

SENSITIVE_UNDER = 14
ASSENT_FROM = 8


def ages_out_from(born_on: date) -> date:
    """The day from which a file is prompted to age out: 17½. Source: domain.md, Lifecycles, Child file."""
    month = born_on.month + 6
    year = born_on.year + 17 + (month > 12)
    month = month - 12 if month > 12 else month
    for last in (born_on.day, 30, 29, 28):
        try:
            return date(year, month, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


class FileState(StrEnum):
    """Where a file stands."""

    OPEN = "open"
    AGEING_OUT = "ageing_out"
    CLOSED = "closed"
    TRANSFERRED = "transferred"
    ENTERED_IN_ERROR = "entered_in_error"


OPEN_STATES = (FileState.OPEN, FileState.AGEING_OUT)

CHILD_FILE = Lifecycle(
    name="child file",
    title=N_("Child file"),
    states=FileState,
    first=FileState.OPEN,
    moves=(
        Move(FileState.OPEN, FileState.AGEING_OUT, by=N_("caseworker or coordinator, prompted at 17½")),
        *moves(
            (FileState.OPEN, FileState.AGEING_OUT), FileState.CLOSED, by=N_("coordinator"), reason=True,
            guard=lambda child: N_("End the running pairing first.") if child.has_live_pairing else None,
            needs=N_("no live pairing"),
        ),
        *moves((FileState.OPEN, FileState.AGEING_OUT), FileState.TRANSFERRED, by=N_("coordinator"), reason=True,
            guard=lambda child: N_("End the running pairing first.") if child.has_live_pairing else None,
            needs=N_("no live pairing")),
        Move(FileState.CLOSED, FileState.OPEN, by=N_("coordinator"), reason=True),
        *moves(
            (FileState.OPEN, FileState.AGEING_OUT, FileState.CLOSED, FileState.TRANSFERRED),
            FileState.ENTERED_IN_ERROR, by=N_("coordinator"), reason=True,
            guard=lambda child: N_("End the running pairing first.") if child.has_live_pairing else None,
        ),
    ),
    words={
        FileState.OPEN: N_("open"), FileState.AGEING_OUT: N_("growing up"), FileState.CLOSED: N_("closed"),
        FileState.TRANSFERRED: N_("transferred"), FileState.ENTERED_IN_ERROR: N_("entered by mistake"),
    },
    tones={FileState.OPEN: "green", FileState.AGEING_OUT: "amber", FileState.ENTERED_IN_ERROR: "red"},
    ends=frozenset({FileState.ENTERED_IN_ERROR}),
)  # fmt: skip


class Category(StrEnum):
    """Of eligibility; found by the rules of `benefits` later, until then recorded by staff."""

    ORPHAN = "orphan"
    DEFACTO = "defacto"
    DISTRESSED = "distressed"
    LEFT_BEHIND = "left_behind"
    MIGRANT = "migrant"
    NOT_YET = "not_yet"


CATEGORY_WORDS = {
    Category.ORPHAN: N_("orphan"), Category.DEFACTO: N_("de facto unsupported"), Category.DISTRESSED: N_("in distress"),
    Category.LEFT_BEHIND: N_("left behind"), Category.MIGRANT: N_("migrant"), Category.NOT_YET: N_("not decided yet"),
}  # fmt: skip


class RiskLevel(StrEnum):
    """How often somebody must look in."""

    RED = "red"
    YELLOW = "yellow"
    BLUE = "blue"
    GREEN = "green"


RISK_WORDS = {
    RiskLevel.RED: N_("red"),
    RiskLevel.YELLOW: N_("yellow"),
    RiskLevel.BLUE: N_("blue"),
    RiskLevel.GREEN: N_("green"),
}
RISK_TONES = {RiskLevel.RED: "red", RiskLevel.YELLOW: "amber", RiskLevel.BLUE: "blue", RiskLevel.GREEN: "green"}


class CodeEnd(StrEnum):
    """Why the code of a card was ended. The first three are chosen by staff, who print a new card."""

    LOST = "lost"
    SEEN = "seen"
    DAMAGED = "damaged"
    CHILD_LEFT = "child_left"


CODE_END_WORDS = {
    CodeEnd.LOST: N_("the card is lost"),
    CodeEnd.SEEN: N_("somebody copied or photographed it"),
    CodeEnd.DAMAGED: N_("it cannot be read any more"),
    CodeEnd.CHILD_LEFT: N_("the file was closed"),
}


class Schooling(StrEnum):
    """Where a child learns."""

    NONE = "none"
    KINDERGARTEN = "kindergarten"
    PRIMARY = "primary"
    MIDDLE = "middle"
    HIGH = "high"
    VOCATIONAL = "vocational"
    SPECIAL = "special"
    UNIVERSITY = "university"
    DROPPED_OUT = "dropped_out"


SCHOOLING_WORDS = {
    Schooling.NONE: N_("not yet at school"), Schooling.KINDERGARTEN: N_("kindergarten"),
    Schooling.PRIMARY: N_("primary school"),
    Schooling.MIDDLE: N_("middle school"), Schooling.HIGH: N_("high school"),
    Schooling.VOCATIONAL: N_("vocational school"),
    Schooling.SPECIAL: N_("special school"), Schooling.UNIVERSITY: N_("university"),
    Schooling.DROPPED_OUT: N_("left school"),
}  # fmt: skip


class CarerCapacity(StrEnum):
    """Whether a carer can care."""

    ABLE = "able"
    LIMITED = "limited"
    UNABLE = "unable"


CAPACITY_WORDS = {
    CarerCapacity.ABLE: N_("able to care"),
    CarerCapacity.LIMITED: N_("able with help"),
    CarerCapacity.UNABLE: N_("not able to care"),
}


class Relation(StrEnum):
    """A carer's relation to the child."""

    FATHER = "father"
    MOTHER = "mother"
    GRANDFATHER = "grandfather"
    GRANDMOTHER = "grandmother"
    MATERNAL_GRANDFATHER = "maternal_grandfather"
    MATERNAL_GRANDMOTHER = "maternal_grandmother"
    UNCLE_AUNT = "uncle_aunt"
    SIBLING = "sibling"
    FOSTER = "foster"
    INSTITUTION = "institution"
    OTHER = "other"


RELATION_WORDS = {
    Relation.FATHER: N_("father"), Relation.MOTHER: N_("mother"), Relation.GRANDFATHER: N_("grandfather"),
    Relation.GRANDMOTHER: N_("grandmother"), Relation.MATERNAL_GRANDFATHER: N_("maternal grandfather"),
    Relation.MATERNAL_GRANDMOTHER: N_("maternal grandmother"), Relation.UNCLE_AUNT: N_("uncle or aunt"),
    Relation.SIBLING: N_("brother or sister"), Relation.FOSTER: N_("foster family"),
    Relation.INSTITUTION: N_("institution"), Relation.OTHER: N_("other"),
}  # fmt: skip


class Purpose(StrEnum):
    """What a consent is for; each is asked and withdrawn by itself. Source: domain.md, Privacy 1."""

    FILE = "file"
    PAIRING = "pairing"
    CARER_PHONE = "carer_phone"
    MEDIA = "media"
    CAMP = "camp"
    REFERRAL = "referral"
    BOARD = "board"


PURPOSE_WORDS = {
    Purpose.FILE: N_("the programme and its file"), Purpose.PAIRING: N_("pairing with a mentor"),
    Purpose.CARER_PHONE: N_("the mentor may call the carer"), Purpose.MEDIA: N_("photos and media"),
    Purpose.CAMP: N_("camps"), Purpose.REFERRAL: N_("referral to partners"), Purpose.BOARD: N_("the public board"),
}  # fmt: skip


class ParentCode(StrEnum):
    """A parent's condition. Source: domain.md, Eligibility."""

    DEAD = "DEAD"
    MISSING = "MISSING"
    SEVERE_DISABILITY = "SEVERE_DISABILITY"
    SEVERE_ILLNESS = "SEVERE_ILLNESS"
    PRISON = "PRISON"
    DETOX = "DETOX"
    CUSTODY = "CUSTODY"
    LOST = "LOST"
    REVOKED = "REVOKED"
    DEPORTED = "DEPORTED"
    UNTRACEABLE = "UNTRACEABLE"
    UNKNOWN = "UNKNOWN"
    ABANDONED = "ABANDONED"
    AWAY = "AWAY"


PARENT_WORDS = {
    ParentCode.DEAD: N_("has died"), ParentCode.MISSING: N_("declared missing by a court"),
    ParentCode.SEVERE_DISABILITY: N_("severe disability"), ParentCode.SEVERE_ILLNESS: N_("serious illness"),
    ParentCode.PRISON: N_("in prison"), ParentCode.DETOX: N_("in compulsory rehabilitation"),
    ParentCode.CUSTODY: N_("otherwise deprived of liberty"), ParentCode.LOST: N_("out of contact"),
    ParentCode.REVOKED: N_("guardianship revoked"), ParentCode.DEPORTED: N_("deported"),
    ParentCode.UNTRACEABLE: N_("cannot be traced"), ParentCode.UNKNOWN: N_("unknown"),
    ParentCode.ABANDONED: N_("has abandoned the child"), ParentCode.AWAY: N_("works away from home"),
}  # fmt: skip


class GoalState(StrEnum):
    """Of a goal in the plan."""

    OPEN = "open"
    REACHED = "reached"
    DROPPED = "dropped"


GOAL_WORDS = {GoalState.OPEN: N_("under way"), GoalState.REACHED: N_("reached"), GoalState.DROPPED: N_("dropped")}


class FieldSet(StrEnum):
    """What of a file is seen. A reader may hold several."""

    FULL = "full"
    """Staff of the region: everything except parents' facts; ID number masked."""
    PARENTS = "parents"
    """Parents' facts: their own table, their own grant."""
    DOOR = "door"
    """Grid worker: name, address, carer's phone."""
    MENTOR = "mentor"
    """Given name or alias, age, needs (support dimensions), history of the own pair; the carer's phone on tap."""
    LEAVING = "leaving"
    """A mentor whose pair comes to its end: as MENTOR, but without the carer's phone."""
    CAMP = "camp"
    """Medical and consent facts of one camp."""
    CONCERN = "concern"
    """The file that a concern is about, for its handler: as FULL."""


FIELDS: dict[FieldSet, frozenset[str]] = {
    FieldSet.FULL: frozenset({
        "name", "alias", "given_name", "code", "sex", "age", "born_on", "id_masked", "registered_address", "address",
        "region",
        "carers", "carer_phone", "schooling", "school", "health", "category", "risk", "support", "plan", "consents",
        "notes",
        "history", "state", "who_looked",
    }),
    FieldSet.PARENTS: frozenset({"name", "code", "parents"}),
    FieldSet.DOOR: frozenset({"name", "given_name", "sex", "age", "address", "region", "carer_phone", "carers"}),
    FieldSet.MENTOR: frozenset({"alias", "age", "sex", "support", "own_history", "carer_on_tap"}),
    FieldSet.LEAVING: frozenset({"alias", "age", "sex", "support", "own_history"}),
    FieldSet.CAMP: frozenset({"given_name", "age", "sex", "health", "consents"}),
    FieldSet.CONCERN: frozenset(),
}  # fmt: skip
FIELDS[FieldSet.CONCERN] = FIELDS[FieldSet.FULL]


def fields_of(sets: frozenset[FieldSet]) -> frozenset[str]:
    """The fields that these sets open together."""
    return frozenset().union(*(FIELDS[s] for s in sets))
