"""Rules of volunteers: the status lifecycle, credentials and when somebody is ready. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from portal.kernel.states import Lifecycle, Move, moves
from portal.kernel.words import N_


class VolunteerState(StrEnum):
    """Where a volunteer stands. No skipping."""

    APPLIED = "applied"
    VETTING = "vetting"
    TRAINING = "training"
    READY = "ready"
    ON_LEAVE = "on_leave"
    SUSPENDED = "suspended"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    DISMISSED = "dismissed"
    ARCHIVED = "archived"
    ENTERED_IN_ERROR = "entered_in_error"


S = VolunteerState
WORKING = (S.APPLIED, S.VETTING, S.TRAINING, S.READY, S.ON_LEAVE)


class CredentialKind(StrEnum):
    """What is checked before somebody is ready. Only result, date and expiry are kept, never the record itself."""

    IDENTITY = "identity"
    OFFENCE_CHECK = "offence_check"
    REFERENCE_1 = "reference_1"
    REFERENCE_2 = "reference_2"
    INTERVIEW = "interview"
    TRAINING = "training"
    CODE_OF_CONDUCT = "code_of_conduct"


CREDENTIAL_WORDS = {
    CredentialKind.IDENTITY: N_("identity checked"), CredentialKind.OFFENCE_CHECK: N_("offence-record check"),
    CredentialKind.REFERENCE_1: N_("first reference"), CredentialKind.REFERENCE_2: N_("second reference"),
    CredentialKind.INTERVIEW: N_("interview"), CredentialKind.TRAINING: N_("training before the first pairing"),
    CredentialKind.CODE_OF_CONDUCT: N_("code of conduct signed"),
}  # fmt: skip
BEFORE_TRAINING = (
    CredentialKind.IDENTITY,
    CredentialKind.OFFENCE_CHECK,
    CredentialKind.REFERENCE_1,
    CredentialKind.REFERENCE_2,
    CredentialKind.INTERVIEW,
)


class Result(StrEnum):
    """Of a check."""

    PASSED = "passed"
    FAILED = "failed"


RESULT_WORDS = {Result.PASSED: N_("passed"), Result.FAILED: N_("not passed")}


def missing_credentials(
    held: dict[CredentialKind, date | None], on: date, *, kinds: tuple[CredentialKind, ...] = tuple(CredentialKind)
) -> list[CredentialKind]:
    """Which credentials are not there or have expired on a day.

    `held` maps passed ones to their last valid day (None: it does not run out).
    Source: domain.md, Lifecycles, Volunteer: what `ready` needs.
    """
    return [k for k in kinds if k not in held or ((until := held[k]) is not None and until < on)]


TELL_DAYS_BEFORE = (60, 30, 7)
"""When the coordinator and the volunteer are told that a credential runs out."""


def days_to_tell(until_on: date, told_days: int | None, on: date) -> int | None:
    """Which of `TELL_DAYS_BEFORE` is to be told now, None when nothing new is. `told_days` is what was told last."""
    left = (until_on - on).days
    reached = min((d for d in TELL_DAYS_BEFORE if left <= d), default=None)
    return None if reached is None or left < 0 or (told_days is not None and told_days <= reached) else reached


def offence_check_valid_until(done_on: date, valid_days: int) -> date:
    """The last day on which an offence-record check counts. Source: domain.md: not older than a year (a setting)."""
    return done_on + timedelta(days=valid_days)


VOLUNTEER = Lifecycle(
    name="volunteer",
    title=N_("Volunteer"),
    states=VolunteerState,
    first=S.APPLIED,
    moves=(
        Move(S.APPLIED, S.VETTING, by=N_("coordinator")),
        Move(
            S.VETTING,
            S.TRAINING,
            by=N_("coordinator"),
            needs=N_("identity, offence-record check, two references, interview"),
            guard=lambda v: N_("Checks are missing or expired.") if v.missing_before_training() else None,
        ),
        Move(
            S.TRAINING,
            S.READY,
            by=N_("coordinator"),
            needs=N_("all credentials valid"),
            guard=lambda v: N_("Checks are missing or expired.") if v.missing() else None,
        ),
        Move(
            S.VETTING,
            S.READY,
            by=N_("coordinator, on renewal"),
            needs=N_("all credentials valid, was ready before"),
            guard=lambda v: N_("Checks are missing or expired.") if v.missing() or not v.was_ready else None,
        ),
        Move(S.READY, S.ON_LEAVE, by=N_("volunteer or coordinator"), reason=True),
        Move(
            S.ON_LEAVE,
            S.READY,
            by=N_("volunteer or coordinator"),
            needs=N_("all credentials valid"),
            guard=lambda v: N_("Checks are missing or expired.") if v.missing() else None,
        ),
        *moves((S.READY, S.ON_LEAVE), S.VETTING, by=N_("the portal, when a credential expires"), reason=True),
        *moves((S.APPLIED, S.VETTING, S.TRAINING), S.REJECTED, by=N_("coordinator"), reason=True),
        *moves((S.APPLIED, S.VETTING, S.TRAINING), S.WITHDRAWN, by=N_("volunteer or coordinator"), reason=True),
        *moves(WORKING, S.SUSPENDED, by=N_("coordinator or safeguarding lead"), reason=True),
        Move(
            S.SUSPENDED,
            S.READY,
            by=N_("coordinator"),
            reason=True,
            needs=N_("all credentials valid, was ready before"),
            guard=lambda v: N_("Checks are missing or expired.") if v.missing() or not v.was_ready else None,
        ),
        Move(S.SUSPENDED, S.DISMISSED, by=N_("coordinator"), reason=True),
        *moves(
            (S.READY, S.ON_LEAVE),
            S.ARCHIVED,
            by=N_("coordinator"),
            reason=True,
            guard=lambda v: N_("End the running pairings first.") if v.live_pairings else None,
            needs=N_("no live pairing"),
        ),
        *moves((S.ARCHIVED, S.REJECTED, S.WITHDRAWN), S.APPLIED, by=N_("coordinator"), reason=True),
        *moves(
            tuple(s for s in S if s is not S.ENTERED_IN_ERROR),
            S.ENTERED_IN_ERROR,
            by=N_("coordinator"),
            reason=True,
            guard=lambda v: N_("End the running pairings first.") if v.live_pairings else None,
        ),
    ),
    words={
        S.APPLIED: N_("applied"),
        S.VETTING: N_("being checked"),
        S.TRAINING: N_("in training"),
        S.READY: N_("ready"),
        S.ON_LEAVE: N_("on leave"),
        S.SUSPENDED: N_("suspended"),
        S.REJECTED: N_("not accepted"),
        S.WITHDRAWN: N_("withdrew"),
        S.DISMISSED: N_("dismissed"),
        S.ARCHIVED: N_("left the programme"),
        S.ENTERED_IN_ERROR: N_("entered by mistake"),
    },
    tones={
        S.READY: "green",
        S.ON_LEAVE: "blue",
        S.VETTING: "amber",
        S.TRAINING: "amber",
        S.SUSPENDED: "red",
        S.DISMISSED: "red",
    },
    ends=frozenset({S.DISMISSED, S.ENTERED_IN_ERROR}),
)

SKILLS = {
    "homework": N_("homework"),
    "reading": N_("reading"),
    "psychology": N_("counselling"),
    "art": N_("art"),
    "music": N_("music"),
    "sport": N_("sport"),
    "handicraft": N_("handicraft"),
    "computer": N_("computer"),
    "english": N_("English"),
    "law": N_("law"),
    "medical": N_("medicine"),
    "career": N_("career guidance"),
    "farming_skills": N_("farming"),
    "sign_language": N_("sign language"),
}
LANGUAGES = {
    "mandarin": N_("Mandarin"),
    "linyi": N_("Linyi dialect"),
    "english": N_("English"),
    "sign": N_("sign language"),
}
WEEKDAYS = {
    "mon": N_("Monday"),
    "tue": N_("Tuesday"),
    "wed": N_("Wednesday"),
    "thu": N_("Thursday"),
    "fri": N_("Friday"),
    "sat": N_("Saturday"),
    "sun": N_("Sunday"),
}
DAYPARTS = {"am": N_("morning"), "pm": N_("afternoon"), "eve": N_("evening")}
SLOTS = tuple(f"{d}-{p}" for d in WEEKDAYS for p in DAYPARTS)
