"""What other rooms' signals mean for concerns."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from portal.safeguarding.operations import release_concerns_of


def on_account_ended(sender: Any, *, now: datetime, **_facts: Any) -> None:
    """Somebody has left: what they were asked for goes to the next person, what they handled to somebody fit."""
    release_concerns_of(sender.ref, now=now)
