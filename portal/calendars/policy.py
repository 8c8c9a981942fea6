"""Who may see and keep calendar addresses: each person their own."""

from __future__ import annotations

from sqlalchemy import Select, select

from portal.calendars.models import Feed
from portal.kernel.actor import Actor, Role


def feeds_of(actor: Actor) -> Select[Feed]:
    """The actor's own standing feeds. Every read starts here."""
    return select(Feed).where(Feed.account_ref == actor.account_ref, Feed.ended_at.is_(None))


def sees_region(actor: Actor) -> bool:
    """Whether the actor may look at the dates of a whole region, not only at their own."""
    return actor.has(Role.COORDINATOR)
