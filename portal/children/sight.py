"""Sight, one of the three ledgers: who may see which child, which fields, because of what, from when until when.

`visible_to` is the only place that decides which children somebody may know of, and `seen_fields` which of their
fields. Rooms above call `grant_sight` and `end_sight`; nothing else writes the table.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, or_, select, update

from portal.access.current import told
from portal.audit.operations import record
from portal.children.models import Child, Sight
from portal.children.rules import FieldSet, FileState, fields_of
from portal.kernel.actor import SYSTEM, Actor, Role
from portal.kernel.clock import now as this_moment
from portal.kernel.db import session, within

REGION_ROLES = (Role.CASEWORKER, Role.SUPERVISOR, Role.COORDINATOR)
"""Roles that see whole files of their region. Everybody else sees through a row of the ledger."""

MOST_PEOPLE = 512
"""People whose conditions are kept built at most."""
SILENT = frozenset({"concern"})
"""What nobody else may learn from the log: that a file was opened because of a concern."""


def _live(me: Any, persons: Any, moment: Any) -> ColumnElement[bool]:
    # Columns of the table: through the mapped class each of these comparisons costs three times as much.
    row = Sight.__table__.c
    inherited = and_(
        row.account_ref.in_(persons),
        row.fields != FieldSet.PARENTS,
        row.because_kind.not_in(("pairing", "concern", "break_glass")),
    )
    begun = and_(row.from_at <= moment, row.ended_at.is_(None))
    return and_(or_(row.account_ref == me, inherited), begun, or_(row.until_at.is_(None), row.until_at > moment))


def live_sight(actor: Actor, at: datetime | None = None) -> ColumnElement[bool]:
    """Rows of the ledger that open something to this actor now. A deputy sees what the person stood in for sees by
    assignment, but never through somebody's pair (a mentor's child is not handed on with a queue), and never parents'
    facts, which are granted to one named person."""
    if at is None:
        return _live_now(actor.account_ref, actor.persons())
    return _live(actor.account_ref, actor.persons(), at)


@lru_cache(maxsize=MOST_PEOPLE)
def _live_now(me: str, persons: frozenset[str]) -> ColumnElement[bool]:
    """Built once for a person, since pages ask by it many times; `now` is when the statement is run."""
    moment = bindparam("moment", callable_=this_moment, type_=Sight.__table__.c.from_at.type, unique=True)
    return _live(me, persons, moment)


_all_of_one = select(Sight.__table__.c.child_id, Sight.__table__.c.fields).where(
    _live(bindparam("me"), bindparam("persons", expanding=True), bindparam("moment"))
)


def has_grants(account_ref: Any) -> Any:
    """Whether the ledger holds any row for the account with this ref (a column) that was not ended, begun or not."""
    row = Sight.__table__.c
    return exists().where(row.account_ref == account_ref, row.ended_at.is_(None))


def all_sight_of(actor: Actor) -> dict[int, frozenset[FieldSet]]:
    """Every single child that is open to this actor through the ledger now, by id, with its field sets.

    Asked on every list, so its statement is built once, and not asked of most staff, who have no row at all.
    """
    if told("has_grants", actor) is False and len(actor.persons()) == 1:
        return {}
    found: dict[int, frozenset[FieldSet]] = {}
    asked = {"me": actor.account_ref, "persons": list(actor.persons()), "moment": this_moment()}
    for child_id, fields in session().execute(_all_of_one, asked):
        found[child_id] = found.get(child_id, frozenset()) | {fields}
    return found


def by_region(actor: Actor) -> ColumnElement[bool]:
    """Children whose whole file the actor sees by role and region."""
    return _by_region(actor.paths(*REGION_ROLES))


@lru_cache(maxsize=MOST_PEOPLE)
def _by_region(paths: tuple[str, ...]) -> ColumnElement[bool]:
    return and_(within(Child.region_path, paths), Child.state != FileState.ENTERED_IN_ERROR)


def visible_clause(actor: Actor) -> ColumnElement[bool]:
    """Children the actor may know exist: staff of the region, or a live row of the ledger."""
    return or_(by_region(actor), exists().where(Sight.child_id == Child.id, live_sight(actor)))


def visible_to(actor: Actor) -> Select[Child]:
    """Children the actor may know exist. Every read of children starts here."""
    return _visible(actor.paths(*REGION_ROLES), actor.account_ref, actor.persons())


@lru_cache(maxsize=MOST_PEOPLE)
def _visible(paths: tuple[str, ...], me: str, persons: frozenset[str]) -> Select[Child]:
    single = exists().where(Sight.child_id == Child.id, _live_now(me, persons))
    return select(Child).where(or_(_by_region(paths), single))


@lru_cache(maxsize=MOST_PEOPLE)
def _sets_of_one(me: str, persons: frozenset[str]) -> Select[FieldSet]:
    row = Sight.__table__.c
    return select(row.fields).where(row.child_id == bindparam("child_id"), _live_now(me, persons))


BY_CHILD = (Role.MENTOR, Role.GRID_WORKER)
"""Roles whose rows of the ledger open something that a whole file does not: the history of the own pair, the door."""
WHOLE_IN_PERSON = frozenset({FieldSet.FULL, FieldSet.PARENTS})
"""What a coordinator sees of a file of the own region; no row of the ledger could add to it, so none is read."""


def seen_sets(actor: Actor, child: Any) -> frozenset[FieldSet]:
    """Which field sets of this child the actor sees. `child` has `id`, `region_path` and `state`.

    Parents' facts are a grant of their own (domain.md, Privacy 6): a coordinator has it in person, not who stands in.
    """
    open_here = child.state is not FileState.ENTERED_IN_ERROR
    if open_here and actor.covers_in_person(child.region_path, Role.COORDINATOR) and not actor.has(*BY_CHILD):
        return WHOLE_IN_PERSON
    found = session().execute(_sets_of_one(actor.account_ref, actor.persons()), {"child_id": child.id})
    sets = set(found.scalars())
    if actor.covers(child.region_path, *REGION_ROLES) and child.state is not FileState.ENTERED_IN_ERROR:
        sets.add(FieldSet.FULL)
        if actor.covers_in_person(child.region_path, Role.COORDINATOR):
            sets.add(FieldSet.PARENTS)
    return frozenset(sets)


def seen_fields(actor: Actor, child: Any) -> frozenset[str]:
    """The fields of this child that the actor may read. A template shows nothing that is not in here."""
    return fields_of(seen_sets(actor, child))


class Right(NamedTuple):
    """Through what somebody sees a child: a role (`coordinator`, `coordinator-deputy`) or what the ledger's row is
    because of, and on whose behalf ('' for one's own)."""

    why: str
    in_place_of: str = ""


def right_of(actor: Actor, child: Any) -> Right:
    """Through which right the actor sees the child, for the log: an own one before one that a deputy has, and among
    rows of the ledger a concern before what opens less, so that its look is hidden.

    `child` has `id` and `region_path`.
    """
    covering = [role for role in REGION_ROLES if actor.covers(child.region_path, role)]
    stands_in = [(role, actor.in_place_of(child.region_path, (role,))) for role in covering]
    for role, whose in sorted(stands_in, key=lambda found: bool(found[1])):
        return Right(f"{role.value}-deputy" if whose else role.value, whose)
    rows = session().execute(
        select(Sight.because_kind, Sight.account_ref).where(Sight.child_id == child.id, live_sight(actor))
        .order_by(Sight.account_ref != actor.account_ref, Sight.because_kind.not_in(SILENT), Sight.id).limit(1)
    )  # fmt: skip
    for because, whose in rows:
        return Right(because, "" if whose == actor.account_ref else whose)
    return Right("")


def grant_sight(
    child: Child, *, account_ref: str, fields: FieldSet, because: Any, actor: Actor, now: datetime,
    until_at: datetime | None = None, reason: str = "", hidden: bool = False,
) -> Sight:  # fmt: skip
    """Open a set of fields of a child to somebody, because of a record (a pairing, a concern). The caller commits."""
    sight = Sight(
        child_id=child.id, account_ref=account_ref, fields=fields, because_kind=type(because).__tablename__,
        because_ref=because.ref, reason=reason, from_at=now, until_at=until_at, granted_by=actor.account_ref,
    )  # fmt: skip
    session().add(sight)
    record("sight-granted", sight, actor=actor, now=now, about=child, reason=reason,
           hidden=hidden or sight.because_kind in SILENT, fields=fields.value, to=account_ref)  # fmt: skip
    return sight


def end_one_sight(sight: Sight, *, child: Child, now: datetime, actor: Actor, reason: str = "") -> None:
    """Close one grant of staff. Ending twice is harmless. The caller commits."""
    if sight.ended_at is None:
        sight.ended_at = now
        record(
            "sight-ended",
            sight,
            actor=actor,
            now=now,
            about=child,
            reason=reason,
            fields=sight.fields.value,
            of=sight.account_ref,
        )


def end_sight(*, because: Any, now: datetime, actor: Actor = SYSTEM, hidden: bool = False) -> bool:
    """Close everything that was opened because of a record; says whether anything was open. Ending twice is harmless.
    The caller commits.

    `hidden` is for safeguarding: the row of the log would tell of a concern.
    """
    session().flush()
    found = session().execute(
        update(Sight)
        .where(
            Sight.because_kind == type(because).__tablename__,
            Sight.because_ref == because.ref,
            Sight.ended_at.is_(None),
        )
        .values(ended_at=now)
        .execution_options(synchronize_session="fetch")
    )
    if was_open := bool(getattr(found, "rowcount", 0)):
        record("sight-ended", because, actor=actor, now=now, about_ref=getattr(because, "child_ref", ""),
               hidden=hidden or type(because).__tablename__ in SILENT)  # fmt: skip
    return was_open


def end_all_sight_of(account_ref: str, *, now: datetime) -> None:
    """Close everything that one account sees through the ledger (its account has ended). The caller commits."""
    session().flush()
    session().execute(
        update(Sight).where(Sight.account_ref == account_ref, Sight.ended_at.is_(None)).values(ended_at=now)
        .execution_options(synchronize_session="fetch")
    )  # fmt: skip


__all__ = [
    "REGION_ROLES",
    "Right",
    "all_sight_of",
    "by_region",
    "end_all_sight_of",
    "end_one_sight",
    "end_sight",
    "grant_sight",
    "live_sight",
    "right_of",
    "seen_fields",
    "seen_sets",
    "visible_clause",
    "visible_to",
]
