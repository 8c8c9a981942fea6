"""What sessions do when another room changes something."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update

from portal.kernel.actor import Actor
from portal.kernel.db import session
from portal.mentoring.models import PlannedSession, SessionLog, SessionPart
from portal.mentoring.operations.planned import bring_back_coming, cancel_coming, suspend_coming
from portal.pairing.rules import PairingState

RESTING = (PairingState.PAUSED, PairingState.FROZEN)


def on_child_moved(sender: Any, **_facts: Any) -> None:
    """A child lives elsewhere now: the staff of the new region read its sessions, those of the old one no longer."""
    for table in (SessionPart, SessionLog, PlannedSession):
        session().execute(
            update(table)
            .where(table.child_ref == sender.ref)
            .values(region_path=sender.region_path)
            .execution_options(synchronize_session="fetch")
        )


def on_pairing_moved(sender: Any, *, before: PairingState, actor: Actor, now: datetime, **_facts: Any) -> None:
    """What a pair has planned is called off when it has ended, leaves the calendars while it is paused or frozen, and
    comes back when it goes on."""
    if sender.state in (PairingState.CLOSED, PairingState.ENTERED_IN_ERROR):
        cancel_coming(sender.id, reason="pairing-ended", actor=actor, now=now)
    elif sender.state in RESTING:
        suspend_coming(sender.id, now=now)
    elif before in RESTING:
        bring_back_coming(sender.id, now=now)
