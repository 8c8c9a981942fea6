"""What other rooms' signals mean for pairs. Every receiver is harmless when the same signal comes twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update

from portal.children.rules import FieldSet, Purpose
from portal.children.sight import end_sight, grant_sight
from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.db import session
from portal.kernel.words import N_
from portal.pairing.models import MentorAsk, Pairing
from portal.pairing.operations.running import freeze, unfreeze
from portal.pairing.operations.steps import both_sides, step, tell_coordinators
from portal.pairing.rules import LIVE, ClosureReason, PairingState
from portal.volunteers.rules import VolunteerState

S = PairingState
BEFORE_START = (S.PROPOSED, S.CONSULTED, S.AGREED)
CONSENT_ENDED = N_("The consent was withdrawn.")
FILE_ENDED = N_("The child's file was closed or transferred.")
SUSPENDED = N_("The volunteer is suspended.")
DISMISSED = N_("The volunteer was dismissed.")


def _of_child(child_ref: str, *states: PairingState) -> list[Pairing]:
    found = select(Pairing).where(Pairing.child_ref == child_ref, Pairing.state.in_(states))
    return list(session().scalars(found.order_by(Pairing.id)))


def on_freeze_wanted(_sender: Any, *, child_ref: str, actor: Actor, now: datetime, **_facts: Any) -> None:
    """A concern asks that the mentor of a child sees nothing more for now."""
    for pairing in _of_child(child_ref, *LIVE):
        freeze(pairing, actor=actor, now=now)


def on_unfreeze_wanted(_sender: Any, *, child_ref: str, to: str, actor: Actor, now: datetime, **_facts: Any) -> None:
    """The handler of a concern lifts the freeze."""
    for pairing in _of_child(child_ref, S.FROZEN):
        unfreeze(pairing, PairingState(to), actor=actor, now=now)


def on_consent_withdrawn(
    _sender: Any, *, child_ref: str, purpose: Purpose, actor: Actor, now: datetime, **_facts: Any
) -> None:
    """Without consent to the programme or to pairing a pair goes to its end, and the mentor's sight ends at once."""
    if purpose not in (Purpose.FILE, Purpose.PAIRING):
        return
    for pairing in _of_child(child_ref, *LIVE, S.PROPOSED, S.CONSULTED):
        if pairing.state in BEFORE_START:
            step(pairing, S.DECLINED, actor=actor, now=now, reason=CONSENT_ENDED)
            continue
        pairing.closure_reason = ClosureReason.CONSENT_WITHDRAWN
        if pairing.state in (S.ACTIVE, S.PAUSED):
            step(pairing, S.CLOSING, actor=actor, now=now, reason=CONSENT_ENDED)
        end_sight(because=pairing, now=now, actor=actor)
        tell_coordinators(pairing, N_("the consent was withdrawn, the pair is ending"), now=now)


def on_child_left(sender: Any, *, actor: Actor, now: datetime, **_facts: Any) -> None:
    """A file that is closed takes no new mentor. (While a pair is live it cannot be closed.)"""
    for pairing in _of_child(sender.ref, S.PROPOSED, S.CONSULTED):
        step(pairing, S.DECLINED, actor=actor, now=now, reason=FILE_ENDED)


def on_child_moved(sender: Any, **_facts: Any) -> None:
    """Pairs and requests go by the child's region."""
    for table in (Pairing, MentorAsk):
        session().execute(
            update(table)
            .where(table.child_ref == sender.ref)
            .values(region_path=sender.region_path)
            .execution_options(synchronize_session="fetch")
        )


def on_account_ended(sender: Any, *, actor: Actor, now: datetime, **_facts: Any) -> None:
    """Somebody has to think about a child whose mentor cannot sign in any more."""
    pairs = select(Pairing).where(Pairing.mentor_account == sender.ref, Pairing.state.in_(LIVE))
    for pairing in session().scalars(pairs.order_by(Pairing.id)).all():
        end_sight(because=pairing, now=now, actor=actor)
        tell_coordinators(pairing, N_("the mentor's account has ended"), now=now)


def on_volunteer_moved(sender: Any, *, before: VolunteerState, now: datetime, **_facts: Any) -> None:
    """A suspension lets every pair of the volunteer rest at once; a dismissal leads them to their end.

    An expired volunteer and one on leave keep running pairs, and the coordinator is told.
    """
    pairs = select(Pairing).where(Pairing.volunteer_id == sender.id, Pairing.state.in_(LIVE))
    for pairing in session().scalars(pairs.order_by(Pairing.id)).all():
        if sender.state is VolunteerState.SUSPENDED:
            if pairing.state is S.ACTIVE:
                step(pairing, S.PAUSED, actor=SYSTEM, now=now, reason=SUSPENDED)
            end_sight(because=pairing, now=now, actor=SYSTEM)
            tell_coordinators(pairing, N_("the volunteer is suspended"), now=now)
        elif sender.state is VolunteerState.DISMISSED:
            if pairing.state in (S.ACTIVE, S.PAUSED):
                pairing.closure_reason = ClosureReason.MENTOR_LEFT
                step(pairing, S.CLOSING, actor=SYSTEM, now=now, reason=DISMISSED)
            elif pairing.state is S.AGREED:
                step(pairing, S.DECLINED, actor=SYSTEM, now=now, reason=DISMISSED)
            end_sight(because=pairing, now=now, actor=SYSTEM)
            tell_coordinators(pairing, N_("the volunteer was dismissed"), now=now)
        elif sender.state is VolunteerState.ON_LEAVE:
            tell_coordinators(pairing, N_("the mentor is on leave"), now=now)
        elif before is not sender.state and sender.state is VolunteerState.VETTING:
            tell_coordinators(pairing, N_("a credential of the mentor has expired"), now=now)


def on_volunteer_linked(sender: Any, *, actor: Actor, now: datetime, **_facts: Any) -> None:
    """A mentor who was paired before having an account now sees the pair."""
    pairs = select(Pairing).where(
        Pairing.volunteer_id == sender.id, or_(Pairing.state.in_(LIVE), Pairing.state.in_(BEFORE_START))
    )
    for pairing in session().scalars(pairs.order_by(Pairing.id)).all():
        if pairing.mentor_account == sender.account_ref:
            continue
        pairing.mentor_account = sender.account_ref
        if pairing.state is S.ACTIVE:
            child, _volunteer = both_sides(pairing)
            grant_sight(
                child, account_ref=sender.account_ref, fields=FieldSet.MENTOR, because=pairing, actor=actor, now=now
            )
