"""What this room does when others tell it something."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from portal.notices.operations import tell


def tell_people(
    _sender: Any, *, kind: str, to: Iterable[str], url: str, facts: dict[str, str], now: datetime, **_more: Any
) -> None:
    """A room below this one wants people told."""
    tell(kind, to=to, url=url, now=now, **facts)
