"""What other rooms' signals mean for needs. Every receiver is harmless when the same signal comes twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from portal.kernel.actor import Actor
from portal.needs.operations import follow_child, forget_person, withdraw_with_file


def on_child_left(sender: Any, *, now: datetime, **_facts: Any) -> None:
    """Nobody here works on the needs of a child whose file is closed or has gone to another district."""
    withdraw_with_file(sender.ref, now=now)


def on_child_moved(sender: Any, *, actor: Actor, now: datetime, **_facts: Any) -> None:
    """Needs go by the child's village, with their duties."""
    follow_child(sender.ref, sender.region_path, actor=actor, now=now)


def on_account_ended(sender: Any, **_facts: Any) -> None:
    """What somebody answered for by name gets another person."""
    forget_person(sender.ref)
