"""How a pair ends well: notice, two exit talks, what comes after, the last day; and how it may begin again."""

from __future__ import annotations

from datetime import date, datetime

from portal.audit.operations import record
from portal.children.rules import OPEN_STATES
from portal.kernel.actor import Actor
from portal.kernel.clock import local_day
from portal.kernel.db import session
from portal.kernel.errors import DomainError, require
from portal.kernel.words import N_
from portal.pairing.models import Pairing
from portal.pairing.operations.beginning import require_consent
from portal.pairing.operations.steps import ALREADY_PAIRED, NOT_READY, both_sides, step
from portal.pairing.policy import can_move
from portal.pairing.queries import live_of_child
from portal.pairing.rules import ClosureReason, ContactAfter, ExitTalk, PairingState
from portal.volunteers.rules import VolunteerState


def begin_closing(pairing: Pairing, *, reason: str, because: ClosureReason | None, actor: Actor, now: datetime) -> None:
    """Say that a pair is coming to its end, so that both can take leave. The caller commits."""
    require(can_move(actor, pairing))
    pairing.closure_reason = because
    step(pairing, PairingState.CLOSING, actor=actor, now=now, reason=reason)


def record_exit(
    pairing: Pairing,
    *,
    child: ExitTalk | None,
    mentor: ExitTalk | None,
    contact_after: ContactAfter | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Record the talks at the end, as far as they have taken place or were refused. The caller commits."""
    require(can_move(actor, pairing))
    if pairing.state is not PairingState.CLOSING:
        raise DomainError(N_("The exit talks belong to a pair that is ending."))
    pairing.exit_child, pairing.exit_mentor, pairing.contact_after = child, mentor, contact_after
    session().flush()
    record("pairing-exit-recorded", pairing, actor=actor, now=now)


def close_pairing(pairing: Pairing, *, on: date, reason: ClosureReason, actor: Actor, now: datetime) -> None:
    """Finish the end of a pair, and tell both sides.

    `on` is the last day together, a local date; `now` is aware UTC. The caller commits.
    Raises NotAllowed unless the actor coordinates the child's region, and DomainError when the pair is not ending, `on`
    is before it began or in the future, or an exit talk is neither recorded nor refused.
    Source: Elements of Effective Practice for Mentoring, closure.
    """
    require(can_move(actor, pairing))
    if on > local_day(now):
        raise DomainError(N_("This day is in the future."), field="on")
    if pairing.started_on is not None and on < pairing.started_on:
        raise DomainError(
            N_("The last day cannot be before the first (%(first)s)."), field="on", first=pairing.started_on
        )
    pairing.ended_on, pairing.closure_reason = on, reason
    step(pairing, PairingState.CLOSED, actor=actor, now=now)


def reopen(pairing: Pairing, *, reason: str, actor: Actor, now: datetime) -> None:
    """Begin an ended pair again: every guard is asked again. The caller commits."""
    require(can_move(actor, pairing))
    child, volunteer = both_sides(pairing)
    if child.state not in OPEN_STATES:
        raise DomainError(N_("The child's file is not open."))
    require_consent(child, local_day(now))
    if live_of_child(child.id) is not None:
        raise DomainError(ALREADY_PAIRED)
    if volunteer.state is not VolunteerState.READY:
        raise DomainError(NOT_READY)
    pairing.ended_on = pairing.closure_reason = None
    pairing.exit_child = pairing.exit_mentor = pairing.contact_after = None
    step(pairing, PairingState.ACTIVE, actor=actor, now=now, reason=reason)


def mark_entered_in_error(pairing: Pairing, *, reason: str, actor: Actor, now: datetime) -> None:
    """The pair should not be in the books. Nothing is deleted."""
    require(can_move(actor, pairing))
    step(pairing, PairingState.ENTERED_IN_ERROR, actor=actor, now=now, reason=reason)
