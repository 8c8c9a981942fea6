"""Reading duties: what somebody owes now, with what they owe for those they stand in for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, or_, select

from portal.duties.models import Duty, DutyState
from portal.duties.words import ON_OWN_PAGE
from portal.kernel.actor import Actor, Role
from portal.kernel.db import session, within

_DUTY = Duty.__table__
FAR = datetime(9999, 1, 1, tzinfo=UTC)


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


@lru_cache(maxsize=256)
def _first_owed(scopes: tuple[tuple[Role, tuple[str, ...]], ...]) -> Select[Any]:
    """`owed_by` without the hidden ones, as columns, for whoever has these scopes: built once, for every home."""
    by_role = [and_(_DUTY.c.owner_role == role, within(_DUTY.c.path, paths)) for role, paths in scopes]
    return (
        select(_DUTY.c.kind, _DUTY.c.due_at, _DUTY.c.url)
        .where(
            _DUTY.c.state == DutyState.OWED, _DUTY.c.kind.not_in(ON_OWN_PAGE), _DUTY.c.hidden.is_(False),
            _DUTY.c.due_at <= bindparam("until"),
            or_(_DUTY.c.owner_ref.in_(bindparam("persons", expanding=True)), *by_role),
        )
        .order_by(_DUTY.c.due_at, _DUTY.c.id)
        .limit(bindparam("most"))
    )  # fmt: skip


def first_owed(actor: Actor, until: datetime = FAR, most: int = 50) -> Sequence[Any]:
    """What is due first, up to a moment, as (kind, due_at, url). Without what is hidden."""
    scopes = tuple((role, paths) for role in sorted(actor.roles) if (paths := actor.paths(role)))
    known = {"persons": sorted(actor.persons()), "until": until, "most": most}
    return session().execute(_first_owed(scopes), known).all()


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
