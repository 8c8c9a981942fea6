"""One step of a pair with all that hangs on it: slot, counters, sight, signal, notices. Every operation takes it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.access.queries import holders
from portal.audit.operations import move
from portal.children.models import Child
from portal.children.operations import note_live_pairing
from portal.children.rules import FieldSet
from portal.children.sight import end_sight, grant_sight
from portal.duties.operations import end_duties_of
from portal.kernel.actor import Actor, Role
from portal.kernel.db import session
from portal.kernel.errors import DomainError
from portal.kernel.events import pairing_moved
from portal.kernel.words import N_
from portal.notices.operations import tell
from portal.pairing.models import MentorAsk, Pairing
from portal.pairing.rules import LIVE, MENTOR_WORDS, SHOWN_TO_MENTOR, PairingState
from portal.safeguarding.queries import holds_pairs_of
from portal.volunteers.models import Volunteer
from portal.volunteers.operations import note_live_pairings

ALREADY_PAIRED = N_("This child already has a mentor.")
NOT_READY = N_("This volunteer is not ready: a pair cannot begin.")
HELD = N_("This pair is paused by the programme. It cannot go on now.")
NO_PLACE = N_("This volunteer has no free place for another child.")


def both_sides(pairing: Pairing) -> tuple[Child, Volunteer]:
    """Child and volunteer as they are now, locked in this order, so that two steps at once take turns."""
    session().flush()
    child = (
        session()
        .scalars(
            select(Child)
            .where(Child.id == pairing.child_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        .one()
    )
    volunteer = (
        session()
        .scalars(
            select(Volunteer)
            .where(Volunteer.id == pairing.volunteer_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        .one()
    )
    return child, volunteer


def free_slot(volunteer: Volunteer) -> int:
    """The lowest of the volunteer's places that no live pair takes. Raises DomainError when all are taken."""
    taken = set(
        session().scalars(select(Pairing.slot).where(Pairing.volunteer_id == volunteer.id, Pairing.state.in_(LIVE)))
    )
    free = next((n for n in range(1, volunteer.capacity + 1) if n not in taken), None)
    if free is None:
        raise DomainError(NO_PLACE)
    return free


def race_lost(error: IntegrityError) -> DomainError | None:
    """The sentence for a constraint or trigger that says no, None for any other. Both databases' words are known."""
    text = str(error.orig)
    if "volunteer-not-ready" in text:
        return DomainError(NOT_READY)
    if "volunteer-full" in text or "uq_pairing_live_slot" in text or "pairing.volunteer_id, pairing.slot" in text:
        return DomainError(NO_PLACE)
    if "uq_pairing_live_child" in text or "pairing.child_id" in text:
        return DomainError(ALREADY_PAIRED)
    return None


def step(
    pairing: Pairing, to: PairingState, *, actor: Actor, now: datetime, reason: str = "", silent: bool = False
) -> None:
    """Move a pair. `silent` is for safeguarding: its row of the log is hidden.

    Takes and gives back the place, keeps the counters of child and volunteer, opens and closes the mentor's sight,
    tells the mentor where there is something to tell. What two people race for is decided by the database; the loser
    gets a DomainError with a sentence. The caller commits.

    The mentor's sight begins with `active`, lasts without the carer's phone while the pair comes to its end, and rests
    while it is paused or frozen, so that nobody can tell the two apart.
    """
    child, volunteer = both_sides(pairing)
    before = pairing.state
    if to is PairingState.ACTIVE and holds_pairs_of(pairing.child_ref):
        raise DomainError(HELD)
    try:
        with session().begin_nested():
            if to in LIVE and before not in LIVE:
                pairing.slot = free_slot(volunteer)
                pairing.mentor_account = volunteer.account_ref
            move(pairing, to, actor=actor, now=now, reason=reason, hidden=silent)
            if to not in LIVE:
                pairing.slot = None
            session().flush()
    except IntegrityError as error:
        raise race_lost(error) or error from error
    note_live_pairing(child, to in LIVE)
    live = select(Pairing.id).where(Pairing.volunteer_id == volunteer.id, Pairing.state.in_(LIVE))
    note_live_pairings(volunteer, len(session().scalars(live).all()))
    _keep_sight(pairing, child, actor=actor, now=now, silent=silent)
    if to not in LIVE:
        end_duties_of("pairing", pairing.ref, now=now, actor=actor)
        waiting = select(MentorAsk.ref).where(MentorAsk.pairing_id == pairing.id, MentorAsk.answered_at.is_(None))
        for ref in session().scalars(waiting).all():
            end_duties_of("mentor_ask", ref, now=now, actor=actor)
    session().flush()
    pairing_moved.send(pairing, before=before, actor=actor, now=now)
    if before in SHOWN_TO_MENTOR or to in SHOWN_TO_MENTOR:
        _tell_mentor(pairing, child, before, to, now)


def _keep_sight(pairing: Pairing, child: Child, *, actor: Actor, now: datetime, silent: bool) -> None:
    saw = end_sight(because=pairing, now=now, actor=actor, hidden=silent)
    fields = None
    if pairing.state is PairingState.ACTIVE:
        fields = FieldSet.MENTOR
    elif pairing.state is PairingState.CLOSING and saw:
        fields = FieldSet.LEAVING
    if fields is not None and pairing.mentor_account:
        grant_sight(
            child, account_ref=pairing.mentor_account, fields=fields, because=pairing, actor=actor, now=now,
            hidden=silent,
        )  # fmt: skip


def _tell_mentor(pairing: Pairing, child: Child, before: PairingState, to: PairingState, now: datetime) -> None:
    if MENTOR_WORDS[before] == MENTOR_WORDS[to]:
        return
    url = f"/pairings/{pairing.ref}" if to in SHOWN_TO_MENTOR else "/my/volunteering"
    tell(
        "pairing-changed", to=[pairing.mentor_account], now=now, url=url,
        child=child.given_initials.upper() or child.code, state=MENTOR_WORDS[to],
    )  # fmt: skip


def tell_coordinators(pairing: Pairing, what: str, *, now: datetime) -> None:
    """Tell those who coordinate the child's region that a pair needs them. `what` is an English message id."""
    people = [row.ref for row in holders(Role.COORDINATOR, pairing.region_path)]
    tell("pairing-needs-you", to=people, now=now, url=f"/pairings/{pairing.ref}", what=what)
