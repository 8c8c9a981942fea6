"""What this room does when others tell it something."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from portal.calendars.operations import revoke_feeds_of
from portal.kernel.actor import Actor


def end_feeds(sender: Any, *, actor: Actor, now: datetime, **_facts: Any) -> None:
    """An account was deactivated: its calendar addresses are refused from now on."""
    revoke_feeds_of(sender.ref, now=now, actor=actor)
