"""Who sees and changes places and settings."""

from __future__ import annotations

from sqlalchemy import Select, or_, select

from portal.kernel.actor import STAFF, Actor, Role
from portal.kernel.db import within
from portal.places.models import Region

KEEPERS = (Role.ADMIN,)


def visible_to(actor: Actor) -> Select[Region]:
    """Regions below the actor's scopes, and those above them, so that a path can be shown. Every read starts here."""
    paths = actor.paths(*STAFF, Role.ADMIN, Role.AUDITOR)
    above = {"/".join(p.split("/")[: i + 1]) + "/" for p in paths for i in range(1, len(p.split("/")) - 1)}
    return select(Region).where(or_(within(Region.path, paths), Region.path.in_(above)))


def can_keep(actor: Actor, region: Region) -> bool:
    """Only an administrator of the region (or of one above it) changes it."""
    return actor.covers(region.path, Role.ADMIN)


def can_set(actor: Actor) -> bool:
    """Only administrators change settings."""
    return actor.has(Role.ADMIN)
