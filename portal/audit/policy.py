"""Who may read the log: auditors, in their scope. Rows about concerns are for nobody here, not even as a number."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from portal.audit.models import AuditEntry
from portal.kernel.actor import Actor, Role
from portal.kernel.db import within


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """The rows that an auditor may know of: those of the own regions, and those that belong to no region."""
    paths = actor.paths(Role.AUDITOR)
    if not paths:
        return AuditEntry.id.is_(None)
    return and_(AuditEntry.hidden.is_(False), or_(within(AuditEntry.region_path, paths), AuditEntry.region_path == ""))


def visible_to(actor: Actor) -> Select[*tuple[Any, ...]]:
    """Every read of the log's pages starts here. Columns, never the sealed values nor the place in the chain.

    The place in the chain stays away, since a gap would tell that a hidden row stands there.
    """
    return select(
        AuditEntry.id, AuditEntry.ref, AuditEntry.at, AuditEntry.actor_ref, AuditEntry.deputy_for, AuditEntry.what,
        AuditEntry.subject_kind, AuditEntry.subject_ref, AuditEntry.about_ref, AuditEntry.region_path, AuditEntry.why,
        AuditEntry.reason, AuditEntry.origin,
    ).where(seen_by(actor))  # fmt: skip
