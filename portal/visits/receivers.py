"""What visits do when other rooms act."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from portal.children.models import Child
from portal.kernel.actor import Actor
from portal.visits.operations.plan import replan


def on_child_changed(child: Child, *, actor: Actor, now: datetime, **_facts: Any) -> None:
    """A file was opened, left, moved house or has another risk: its next visits follow."""
    replan(child, actor=actor, now=now)
