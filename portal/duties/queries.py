"""Reading duties: what somebody owes now, with what they owe for those they stand in for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, or_, select

from portal.duties.models import Duty, DutyState
from portal.duties.words import ON_OWN_PAGE
from portal.kernel.actor import Actor
from portal.kernel.db import session, within


def owed_by(actor: Actor) -> Select[Duty]:
    """What this person owes: by name, by role in a scope, and for those stood in for. Hidden ones by own name only.

    Without the kinds that have a list of their own.
    """
    by_role = [
        and_(Duty.owner_role == role, within(Duty.path, actor.paths(role))) for role in actor.roles if actor.paths(role)
    ]
    own = Duty.owner_ref == actor.account_ref
    open_ones = and_(Duty.hidden.is_(False), or_(Duty.owner_ref.in_(actor.persons()), *by_role))
    return select(Duty).where(Duty.state == DutyState.OWED, Duty.kind.not_in(ON_OWN_PAGE), or_(own, open_ones))


def first_owed(actor: Actor, kinds: Collection[str] | None = None, most: int = 50) -> list[Duty]:
    """The duties due first."""
    statement = owed_by(actor).order_by(Duty.due_at, Duty.id).limit(most)
    if kinds is not None:
        statement = statement.where(Duty.kind.in_(kinds))
    return list(session().scalars(statement))


def list_of(actor: Actor, *, overdue_at: datetime | None = None, own: bool = False) -> Select[*tuple[Any, ...]]:
    """What somebody owes as columns, for a list: of one's own name only, or only what is overdue at a moment."""
    statement: Select[*tuple[Any, ...]] = owed_by(actor).with_only_columns(
        Duty.id,
        Duty.ref,
        Duty.kind,
        Duty.url,
        Duty.due_at,
        Duty.owner_ref,
        Duty.owner_role,
        Duty.path,
        Duty.subject_kind,
        Duty.subject_ref,
        Duty.child_ref,
    )
    if overdue_at is not None:
        statement = statement.where(Duty.due_at <= overdue_at)
    if own:
        statement = statement.where(Duty.owner_ref == actor.account_ref)
    return statement
