"""How a pair begins: proposal, three talks, signed agreement, first meeting with staff."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from dateutil.relativedelta import relativedelta
from sqlalchemy import select

from portal.audit.operations import note_move, record
from portal.children.models import Child
from portal.children.queries import standing_consent
from portal.children.rules import OPEN_STATES, Purpose
from portal.kernel.actor import Actor
from portal.kernel.clock import local_day
from portal.kernel.db import session
from portal.kernel.errors import DomainError, require
from portal.kernel.people import age_on
from portal.kernel.words import N_
from portal.pairing.models import Pairing
from portal.pairing.operations.steps import ALREADY_PAIRED, NO_PLACE, NOT_READY, both_sides, step, tell_coordinators
from portal.pairing.policy import can_move
from portal.pairing.queries import live_of_child
from portal.pairing.rules import PairingState
from portal.places.settings import setting
from portal.volunteers.models import Volunteer
from portal.volunteers.rules import VolunteerState

BEGINNING = (PairingState.PROPOSED, PairingState.CONSULTED)
ADULT_FROM = 18


class Side(StrEnum):
    """Who is asked before a pair begins."""

    CHILD = "child"
    CARER = "carer"
    MENTOR = "mentor"


SIDE_WORDS = {Side.CHILD: N_("the child"), Side.CARER: N_("the carer"), Side.MENTOR: N_("the volunteer")}
DECLINED_BY = {
    Side.CHILD: N_("The child does not want to."),
    Side.CARER: N_("The carer does not want to."),
    Side.MENTOR: N_("The volunteer does not want to."),
}


def propose(child: Child, volunteer: Volunteer, *, why: str, actor: Actor, now: datetime) -> Pairing:
    """Propose a volunteer for a child. Proposing the same two again gives the proposal that stands. The caller commits.

    Raises NotAllowed unless the actor coordinates both regions and is not the volunteer, and DomainError when the
    file is closed, the child has a mentor or wants none, the volunteer is not ready, full, under age, or of the other
    sex where one is asked for.
    """
    require(actor.coordinates(child.region_path) and actor.coordinates(volunteer.region_path))
    require(not volunteer.account_ref or volunteer.account_ref not in actor.persons())
    standing = session().scalar(
        select(Pairing).where(
            Pairing.child_id == child.id, Pairing.volunteer_id == volunteer.id, Pairing.state.in_(BEGINNING)
        )
    )
    if standing is not None:
        return standing
    if problem := cannot_begin(child, volunteer, local_day(now)):
        raise problem
    pairing = Pairing(
        child_id=child.id,
        child_ref=child.ref,
        volunteer_id=volunteer.id,
        volunteer_ref=volunteer.ref,
        mentor_account=volunteer.account_ref,
        region_path=child.region_path,
        state=PairingState.PROPOSED,
        proposed_on=local_day(now),
        proposed_by=actor.account_ref,
        why=why[:500],
        created_at=now,
    )
    session().add(pairing)
    session().flush()
    note_move(pairing, "", PairingState.PROPOSED, actor=actor, now=now)
    record("pairing-proposed", pairing, actor=actor, now=now, volunteer=volunteer.ref)
    return pairing


def cannot_begin(child: Child, volunteer: Volunteer, day: date) -> DomainError | None:
    """Why these two cannot become a pair now, for the person who tries; None when they can."""
    if child.state not in OPEN_STATES:
        return DomainError(N_("The child's file is not open."))
    if not child.wants_mentor:
        return DomainError(N_("The file says that the child wants no mentor now."))
    if live_of_child(child.id) is not None:
        return DomainError(ALREADY_PAIRED)
    if volunteer.state is not VolunteerState.READY:
        return DomainError(NOT_READY)
    if volunteer.live_pairings >= volunteer.capacity:
        return DomainError(NO_PLACE)
    if child.mentor_sex is not None and volunteer.sex is not child.mentor_sex:
        return DomainError(N_("The file asks for a mentor of the other sex."))
    if age_on(volunteer.born_on, day) < ADULT_FROM:
        return DomainError(N_("A mentor must be an adult."))
    return None


def record_talk(
    pairing: Pairing, side: Side, *, on: date, said: str, agrees: bool, actor: Actor, now: datetime
) -> None:
    """Record the talk with one side. The third one that agrees makes the pair consulted; one that does not ends it.

    The caller commits. Raises NotAllowed unless the actor moves the pair, DomainError for a day that cannot be.
    """
    require(can_move(actor, pairing))
    if pairing.state not in BEGINNING:
        raise DomainError(N_("The talks of this pair are over."))
    if on > local_day(now):
        raise DomainError(N_("This day is in the future."), field="on")
    setattr(pairing, f"{side.value}_asked_on", on)
    setattr(pairing, f"{side.value}_said", said[:300])
    session().flush()
    record("pairing-talk-recorded", pairing, actor=actor, now=now, side=side.value, agrees=agrees)
    if not agrees:
        step(pairing, PairingState.DECLINED, actor=actor, now=now, reason=DECLINED_BY[side])
    elif pairing.state is PairingState.PROPOSED and all(
        (pairing.child_asked_on, pairing.carer_asked_on, pairing.mentor_asked_on)
    ):
        step(pairing, PairingState.CONSULTED, actor=actor, now=now)


def require_consent(child: Child, day: date) -> None:
    """Raise DomainError unless the consent to pairing stands, and the child (asked from 8 on) has not said no to it."""
    consent = standing_consent(child.id, Purpose.PAIRING, day)
    if consent is None:
        raise DomainError(N_("The consent to pairing does not stand. Record it in the child's file first."))
    if consent.assent is False:
        raise DomainError(N_("The child has not agreed to pairing. Talk with the child first."))


def agree(pairing: Pairing, *, on: date, until: date, actor: Actor, now: datetime) -> None:
    """Record the signed agreement: from now on the pair is live and takes a place. The caller commits.

    `on` is the day of signing, `until` the last day promised. Raises NotAllowed, and DomainError when a talk is
    missing, the promise is shorter than the setting, the consent does not stand, or somebody else was quicker.
    Source: Elements of Effective Practice for Mentoring, commitment of at least a year.
    """
    require(can_move(actor, pairing))
    if on > local_day(now):
        raise DomainError(N_("This day is in the future."), field="on")
    months: int = setting("commitment_months")
    if until < on + relativedelta(months=months) - relativedelta(days=1):
        raise DomainError(N_("The agreement is for at least %(months)d months."), field="until", months=months)
    child, volunteer = both_sides(pairing)
    require_consent(child, local_day(now))
    if child.state not in OPEN_STATES:
        raise DomainError(N_("The child's file is not open."))
    if live_of_child(child.id) is not None and pairing.state in BEGINNING:
        raise DomainError(ALREADY_PAIRED)
    if volunteer.state is not VolunteerState.READY:
        raise DomainError(NOT_READY)
    pairing.signed_on, pairing.commitment_until_on = on, until
    step(pairing, PairingState.AGREED, actor=actor, now=now)


def record_first_meeting(pairing: Pairing, *, on: date, staff: str, actor: Actor, now: datetime) -> None:
    """Record that the two have met, with a member of staff beside them. The caller commits."""
    require(can_move(actor, pairing))
    if pairing.state is not PairingState.AGREED:
        raise DomainError(N_("The first meeting comes after the agreement."))
    if on > local_day(now):
        raise DomainError(N_("This day is in the future."), field="on")
    if pairing.signed_on is not None and on < pairing.signed_on:
        raise DomainError(
            N_("The first meeting comes after the agreement (%(day)s)."), field="on", day=pairing.signed_on
        )
    if not staff.strip():
        raise DomainError(N_("Say which member of staff was there."), field="staff")
    pairing.first_meeting_on, pairing.first_meeting_staff = on, staff.strip()[:60]
    session().flush()
    record("pairing-first-meeting-recorded", pairing, actor=actor, now=now)


def start(pairing: Pairing, *, actor: Actor, now: datetime) -> None:
    """Begin: the mentor now sees what a mentor sees of the child. The caller commits.

    Raises NotAllowed, and DomainError when the first meeting is not recorded, the volunteer is not ready any more, or
    the consent does not stand.
    """
    require(can_move(actor, pairing))
    child, volunteer = both_sides(pairing)
    require_consent(child, local_day(now))
    if volunteer.state is not VolunteerState.READY:
        raise DomainError(NOT_READY)
    pairing.started_on = pairing.first_meeting_on
    step(pairing, PairingState.ACTIVE, actor=actor, now=now)
    if not pairing.mentor_account:
        tell_coordinators(pairing, N_("the mentor cannot sign in yet"), now=now)


def decline(pairing: Pairing, *, reason: str, actor: Actor, now: datetime) -> None:
    """End a pair that has not begun. The caller commits."""
    require(can_move(actor, pairing))
    step(pairing, PairingState.DECLINED, actor=actor, now=now, reason=reason)
