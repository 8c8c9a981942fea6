"""While a pair runs: contact, a pause and back, and the freeze that only safeguarding sets and lifts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, or_, update

from portal.duties.operations import end_duties
from portal.kernel.actor import Actor
from portal.kernel.clock import local_day
from portal.kernel.db import read_anew, session
from portal.kernel.errors import DomainError, require
from portal.kernel.words import N_
from portal.pairing.models import Pairing
from portal.pairing.operations.beginning import require_consent
from portal.pairing.operations.steps import both_sides, step
from portal.pairing.policy import can_move
from portal.pairing.rules import WORKING, ClosureReason, PairingState
from portal.volunteers.rules import VolunteerState

SILENT_KINDS = ("silent-pair", "silent-alert")
"""Duties about a pair without contact; any contact ends them."""
BY_THE_PROGRAMME = N_("By the programme.")
"""The only reason that is kept with a freeze. The real one stands in the concern, which nobody here may know of."""
_PAIRING: Any = Pairing.__table__
OUT_OF_WORK = (VolunteerState.SUSPENDED, VolunteerState.DISMISSED)


_CONTACT = (
    update(_PAIRING)
    .where(
        _PAIRING.c.id.in_(bindparam("ids", expanding=True)),
        or_(_PAIRING.c.last_contact_on.is_(None), _PAIRING.c.last_contact_on < bindparam("on")),
    )
    .values(last_contact_on=bindparam("on"), version=_PAIRING.c.version + 1)
)


def note_contact(pairs: Collection[Any], on: date, *, actor: Actor, now: datetime) -> None:
    """These pairs (rows with `id` and `ref`) were in contact: raises `last_contact_on` and ends what was owed for
    silence. The caller commits."""
    current = session()
    current.flush()
    ids = [pair.id for pair in pairs]
    current.execute(_CONTACT, {"ids": ids, "on": on})
    read_anew(Pairing, "id", ids)
    end_duties([f"{kind}:{pair.ref}" for pair in pairs for kind in SILENT_KINDS], now=now, actor=actor)


def pause(pairing: Pairing, *, reason: str, actor: Actor, now: datetime) -> None:
    """Let a pair rest; the mentor's sight of the child rests too. The caller commits."""
    require(can_move(actor, pairing))
    step(pairing, PairingState.PAUSED, actor=actor, now=now, reason=reason)


def resume(pairing: Pairing, *, actor: Actor, now: datetime, reason: str = "") -> None:
    """Go on after a pause, or keep a pair that was about to end (with a reason). The caller commits.

    Raises NotAllowed, and DomainError when the volunteer is suspended or dismissed, or the consent does not stand.
    """
    require(can_move(actor, pairing))
    child, volunteer = both_sides(pairing)
    if volunteer.state in OUT_OF_WORK:
        raise DomainError(N_("This volunteer is suspended: the pair cannot go on now."))
    require_consent(child, local_day(now))
    pairing.closure_reason = None
    step(pairing, PairingState.ACTIVE, actor=actor, now=now, reason=reason)


def freeze(pairing: Pairing, *, actor: Actor, now: datetime) -> None:
    """Stop a pair at once for safeguarding: the mentor sees nothing of the child any more. The caller commits.

    For the signal of safeguarding only, which has checked who may. Freezing twice, or what does not run, is harmless.
    """
    if pairing.state not in WORKING:
        return
    pairing.frozen_from = pairing.state
    step(pairing, PairingState.FROZEN, actor=actor, now=now, reason=BY_THE_PROGRAMME, silent=True)


def unfreeze(pairing: Pairing, to: PairingState, *, actor: Actor, now: datetime) -> None:
    """Lift a freeze: to `active`, `paused` or `closing`. Lifting what is not frozen is harmless. The caller commits.

    For the signal of safeguarding only. Where the consent ended meanwhile the pair goes to its end, and where the
    volunteer is suspended it stays paused, whatever was asked for.
    """
    if pairing.state is not PairingState.FROZEN:
        return
    _child, volunteer = both_sides(pairing)
    if pairing.closure_reason is ClosureReason.CONSENT_WITHDRAWN:
        to = PairingState.CLOSING
    elif to is PairingState.ACTIVE and volunteer.state in OUT_OF_WORK:
        to = PairingState.PAUSED
    pairing.frozen_from = None
    step(pairing, to, actor=actor, now=now, reason=BY_THE_PROGRAMME, silent=True)
