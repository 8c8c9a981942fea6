"""What visits do when other rooms act."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update

from portal.children.models import Child
from portal.kernel.actor import Actor
from portal.kernel.db import session
from portal.visits.models import Visit
from portal.visits.operations.plan import replan


def on_child_changed(child: Child, *, actor: Actor, now: datetime, **_facts: Any) -> None:
    """A file was opened, left, moved house or has another risk: its next visits follow."""
    replan(child, actor=actor, now=now)


def on_child_moved(child: Child, **_facts: Any) -> None:
    """A child lives elsewhere now: the staff of the new region read its visits, those of the old one no longer."""
    session().execute(
        update(Visit)
        .where(Visit.child_id == child.id)
        .values(region_path=child.region_path)
        .execution_options(synchronize_session="fetch")
    )
