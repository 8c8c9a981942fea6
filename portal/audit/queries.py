"""Reading the log."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, or_, select

from portal.audit.models import AuditAnchor, AuditEntry
from portal.audit.policy import seen_by, visible_to
from portal.audit.values import open_values
from portal.kernel.actor import Actor
from portal.kernel.clock import start_of
from portal.kernel.db import session
from portal.kernel.errors import NotFound


class Sort(StrEnum):
    """What sort of row: a look, a change, an export, a sign-in."""

    LOOKS = "looks"
    CHANGES = "changes"
    EXPORTS = "exports"
    SIGN_INS = "sign-ins"


LOOKS = ("%-read", "%-revealed", "%-shown", "%-looked-at")
EXPORTS = ("%-exported",)
SIGN_INS = ("signed-%", "session-%", "sessions-ended", "password-%", "device-%", "reset-%")


def entries(
    actor: Actor, *, who: Collection[str] | None = None, what: str = "", ref: str = "", sort: Sort | None = None,
    from_on: date | None = None, until_on: date | None = None,
) -> Select[*tuple[Any, ...]]:  # fmt: skip
    """The log as an auditor may see it, narrowed. `who` are account refs; `ref` is of a subject or of whom it is about.

    Days are local, both included.
    """
    statement = visible_to(actor)
    if who is not None:
        statement = statement.where(or_(AuditEntry.actor_ref.in_(who), AuditEntry.deputy_for.in_(who)))
    if what:
        statement = statement.where(AuditEntry.what == what)
    if ref:
        statement = statement.where(or_(AuditEntry.subject_ref == ref, AuditEntry.about_ref == ref))
    if from_on:
        statement = statement.where(AuditEntry.at >= start_of(from_on))
    if until_on:
        statement = statement.where(AuditEntry.at < start_of(until_on + timedelta(days=1)))
    return statement.where(_of_sort(sort)) if sort else statement


def _of_sort(sort: Sort) -> Any:
    def like(patterns: tuple[str, ...]) -> Any:
        return or_(*(AuditEntry.what.like(p) for p in patterns))

    if sort is Sort.CHANGES:
        return ~like((*LOOKS, *EXPORTS, *SIGN_INS))
    return like({Sort.LOOKS: LOOKS, Sort.EXPORTS: EXPORTS, Sort.SIGN_INS: SIGN_INS}[sort])


def entry_or_404(actor: Actor, ref: str) -> tuple[AuditEntry, list[str]]:
    """One row that the auditor may know of, with the names of the fields that it changed; else NotFound.

    Never the values: an auditor sees no case data.
    """
    entry = session().scalar(select(AuditEntry).where(AuditEntry.ref == ref, seen_by(actor)))
    if entry is None:
        raise NotFound
    return entry, sorted(open_values(entry) or {})


def anchors(most: int = 50) -> list[AuditAnchor]:
    """The chain's kept heads that somebody took outside, newest first."""
    taken = select(AuditAnchor).where(AuditAnchor.taken_at.is_not(None))
    return list(session().scalars(taken.order_by(AuditAnchor.id.desc()).limit(most)))
