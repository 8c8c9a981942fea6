"""The status of a volunteer: checks, moves, and what a day does to checks that run out."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from portal.access.queries import holders
from portal.audit.operations import move, record
from portal.duties.operations import end_duty, open_duty
from portal.kernel.actor import SYSTEM, Actor, Role
from portal.kernel.clock import local_day, start_of
from portal.kernel.db import session
from portal.kernel.errors import DomainError, require
from portal.kernel.events import volunteer_moved
from portal.kernel.words import N_
from portal.notices.operations import tell
from portal.places.settings import setting
from portal.volunteers.models import Credential, Volunteer
from portal.volunteers.policy import can_keep, can_move, is_own
from portal.volunteers.rules import (
    VOLUNTEER,
    CredentialKind,
    Result,
    VolunteerState,
    days_to_tell,
    offence_check_valid_until,
)

EXPIRED = N_("A credential has expired.")
FAILED = N_("A check was not passed.")


def note_credential(
    volunteer: Volunteer,
    *,
    kind: CredentialKind,
    result: Result,
    done_on: date,
    until_on: date | None,
    hours: int | None,
    actor: Actor,
    now: datetime,
) -> Credential:
    """Record the result of a check: result, day and last valid day, never the record behind it. The caller commits.

    The newest of a kind counts. An offence check is valid for the setting's days. A check that is not passed takes a
    ready volunteer out of work: an offence check suspends, any other goes back to being checked.
    Raises NotAllowed, and DomainError for too little training or days that cannot be.
    Source: domain.md, Lifecycles, Volunteer; Privacy 7.
    """
    require(can_keep(actor, volunteer))
    day = local_day(now)
    if done_on > day:
        raise DomainError(N_("This day is in the future."), field="done_on")
    if kind is CredentialKind.TRAINING and result is Result.PASSED and (hours or 0) < setting("training_hours"):
        raise DomainError(
            N_("At least %(hours)d hours of training are needed before the first pairing."),
            field="hours",
            hours=setting("training_hours"),
        )
    if kind is CredentialKind.OFFENCE_CHECK:
        until_on = offence_check_valid_until(done_on, setting("vetting_valid_days"))
    if until_on is not None and until_on < done_on:
        raise DomainError(N_("The last valid day is before the day of the check."), field="until_on")
    standing = session().scalar(
        select(Credential).where(
            Credential.volunteer_id == volunteer.id, Credential.kind == kind, Credential.ended_at.is_(None)
        )
    )
    if standing is not None:
        if standing.done_on > done_on:
            raise DomainError(
                N_("A newer check of this kind is recorded already (%(day)s)."), field="done_on", day=standing.done_on
            )
        standing.ended_at = now
        session().flush()
        end_duty(duty_key(standing), now=now, actor=actor)
    credential = Credential(
        volunteer_id=volunteer.id, kind=kind, result=result, done_on=done_on, until_on=until_on,
        hours=hours if kind is CredentialKind.TRAINING else None, noted_by=actor.account_ref, noted_at=now,
    )  # fmt: skip
    session().add(credential)
    session().flush()
    record(
        "credential-noted",
        volunteer,
        actor=actor,
        now=now,
        about_ref=volunteer.ref,
        kind=kind.value,
        result=result.value,
    )
    if result is Result.FAILED and volunteer.state in (VolunteerState.READY, VolunteerState.ON_LEAVE):
        to = VolunteerState.SUSPENDED if kind is CredentialKind.OFFENCE_CHECK else VolunteerState.VETTING
        move_volunteer(volunteer, to, actor=actor, now=now, reason=FAILED)
    return credential


def duty_key(credential: Credential) -> str:
    """The duty of renewing a credential."""
    return f"credential:{credential.ref}"


def move_volunteer(volunteer: Volunteer, to: VolunteerState, *, actor: Actor, now: datetime, reason: str = "") -> None:
    """Move the status: checks who may and the lifecycle, keeps the step, tells the rooms. The caller commits.

    Raises NotAllowed, and DomainError when the move is not open, a check is missing or a reason is.
    """
    require(can_move(actor, volunteer, to))
    with_credentials(volunteer)
    before = volunteer.state
    move(volunteer, to, actor=actor, now=now, reason=reason, about_ref=volunteer.ref)
    volunteer.state_since_on = local_day(now)
    volunteer.was_ready = volunteer.was_ready or to is VolunteerState.READY
    session().flush()
    volunteer_moved.send(volunteer, before=before, actor=actor, now=now)
    own = is_own(actor, volunteer)
    tell(
        "volunteer-changed",
        to=coordinators(volunteer) if own else [volunteer.account_ref],
        now=now,
        url=f"/volunteers/{volunteer.ref}" if own else "/my/volunteering",
        name=volunteer.name,
        state=VOLUNTEER.words[to],
    )


def with_credentials(volunteer: Volunteer) -> None:
    """Read the volunteer and the checks as they are now, for the guards; who moves it at the same time waits."""
    session().flush()
    session().scalar(
        select(Volunteer)
        .where(Volunteer.id == volunteer.id)
        .options(selectinload(Volunteer.credentials))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def coordinators(volunteer: Volunteer) -> list[str]:
    """The accounts that coordinate the volunteer's region."""
    return [row.ref for row in holders(Role.COORDINATOR, volunteer.region_path)]


def note_live_pairings(volunteer: Volunteer, number: int) -> None:
    """Keep the number of live pairs, for guards and lists. Called by pairing. The caller commits."""
    volunteer.live_pairings = number


def expire_credentials(now: datetime) -> int:
    """What a day brings: tell 60, 30 and 7 days before a credential ends, and take out of work whose has ended.

    Gives how many volunteers went back to being checked. Running it twice is harmless. The caller commits.
    Source: domain.md, Lifecycles, Volunteer.
    """
    day = local_day(now)
    rows = session().execute(
        select(Credential, Volunteer)
        .join(Credential.volunteer)
        .where(
            Credential.ended_at.is_(None), Credential.until_on.is_not(None),
            Credential.until_on < date.fromordinal(day.toordinal() + 61),
            Volunteer.state.in_((VolunteerState.READY, VolunteerState.ON_LEAVE)),
        )
        .order_by(Credential.id)
    ).all()  # fmt: skip
    moved: set[str] = set()
    for credential, volunteer in rows:
        assert credential.until_on is not None
        if credential.until_on < day:
            if volunteer.ref not in moved:
                moved.add(volunteer.ref)
                move_volunteer(volunteer, VolunteerState.VETTING, actor=SYSTEM, now=now, reason=EXPIRED)
                _tell_expiring(volunteer, credential, now)
        elif (days := days_to_tell(credential.until_on, credential.told_days, day)) is not None:
            credential.told_days = days
            _tell_expiring(volunteer, credential, now)
            open_duty(
                duty_key(credential),
                kind="credential-expires",
                subject_kind="volunteer",
                subject_ref=volunteer.ref,
                due_at=start_of(credential.until_on),
                now=now,
                owner_role=Role.COORDINATOR,
                path=volunteer.region_path,
                url=f"/volunteers/{volunteer.ref}",
            )
    return len(moved)


def _tell_expiring(volunteer: Volunteer, credential: Credential, now: datetime) -> None:
    assert credential.until_on is not None
    facts = {"name": volunteer.name, "day": credential.until_on.isoformat()}
    tell("credential-expires", to=coordinators(volunteer), now=now, url=f"/volunteers/{volunteer.ref}", **facts)
    tell("credential-expires", to=[volunteer.account_ref], now=now, url="/my/volunteering", **facts)
