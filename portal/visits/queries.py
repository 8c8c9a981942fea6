"""Reads of visits and of what is due. Every one starts at `visible_to` or `to_visit`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, true
from sqlalchemy.orm import joinedload

from portal.children.models import Child, RiskChange
from portal.children.rules import OPEN_STATES
from portal.duties.models import Duty, DutyState
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import start_of, today
from portal.kernel.db import session, within
from portal.kernel.errors import NotFound
from portal.places.models import Region
from portal.visits import policy
from portal.visits.models import Visit
from portal.visits.rules import CARE, INTERVALS, SOON_DAYS, TOWN, Interval, Standing, VisitState

LOOKED_BACK = timedelta(days=60)
"""How far the quiet review looks back."""
KEPT_ON_PHONE = 400
"""Children whose label and due day a phone keeps at most."""


def interval_of(actor: Actor) -> Interval:
    """The clock that is this person's own: the town's for whoever only supervises."""
    return CARE if actor.has(*policy.AT_THE_DOOR) else TOWN


def due_rows(actor: Actor, interval: Interval) -> Select[*tuple[Any, ...]]:
    """What is owed of one clock among the children whom the actor may visit, one row for each, as columns."""
    return (
        select(
            Duty.id, Duty.due_at, Child.ref, Child.name, Child.alias, Child.given_name, Child.initials, Child.risk,
            Child.region_path, Region.name.label("village"),
        )
        .join(Child, Child.ref == Duty.child_ref)
        .join(Region, Region.id == Child.region_id)
        .where(Duty.kind == interval.kind, Duty.state == DutyState.OWED, policy.to_visit_clause(actor))
    )  # fmt: skip


def by_standing(standing: Standing, day: date) -> ColumnElement[bool]:
    """Duties that stand so on a day."""
    begin, end = start_of(day), start_of(day + timedelta(days=1))
    soon = start_of(day + timedelta(days=SOON_DAYS + 1))
    return {
        Standing.OVERDUE: Duty.due_at < begin,
        Standing.TODAY: and_(Duty.due_at >= begin, Duty.due_at < end),
        Standing.SOON: and_(Duty.due_at >= end, Duty.due_at < soon),
        Standing.LATER: Duty.due_at >= soon,
    }[standing]


def first_due(actor: Actor, interval: Interval, most: int) -> Sequence[Any]:
    """Those due first."""
    return session().execute(due_rows(actor, interval).order_by(Duty.due_at, Duty.id).limit(most)).all()


def counts_due(actor: Actor, interval: Interval) -> dict[Standing, int]:
    """How many stand where."""
    day = today()
    word = case(
        *((by_standing(s, day), s.value) for s in Standing if s is not Standing.LATER), else_=Standing.LATER.value
    )
    rows = session().execute(
        select(word.label("standing"), func.count())
        .select_from(Duty)
        .join(Child, Child.ref == Duty.child_ref)
        .where(Duty.kind == interval.kind, Duty.state == DutyState.OWED, policy.to_visit_clause(actor))
        .group_by("standing")
    )
    return {Standing(row[0]): row[1] for row in rows}


def counts_by_village(paths: tuple[str, ...]) -> Sequence[Any]:
    """Open files, and how many visits are overdue and due within the week, by village. Never by worker."""
    day = today()
    care, town = Duty.kind == CARE.kind, Duty.kind == TOWN.kind
    late, soon = by_standing(Standing.OVERDUE, day), Duty.due_at < start_of(day + timedelta(days=SOON_DAYS + 1))

    def number(*tests: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((and_(*tests), 1), else_=0))

    return session().execute(
        select(
            Region.path, Region.name, number(care).label("files"), number(care, late).label("overdue"),
            number(care, soon, ~late).label("soon"), number(town, late).label("town_overdue"),
        )
        .join(Child, Child.region_id == Region.id)
        .join(Duty, and_(Duty.child_ref == Child.ref, Duty.state == DutyState.OWED, or_(care, town)))
        .where(within(Child.region_path, paths), Child.state.in_(OPEN_STATES))
        .group_by(Region.path, Region.name)
        .order_by(Region.path)
    ).all()  # fmt: skip


def child_to_visit(actor: Actor, ref: str) -> Child:
    """A child whom the actor may visit, with its village. Raises NotFound for any other."""
    found = policy.to_visit(actor).where(Child.ref == ref).options(joinedload(Child.region))
    child = session().scalars(found).one_or_none()
    if child is None:
        raise NotFound
    return child


def visit_rows(actor: Actor) -> Select[*tuple[Any, ...]]:
    """The list of visits that the actor may read, as columns."""
    return (
        select(
            Visit.id, Visit.ref, Visit.on_day, Visit.at, Visit.kind, Visit.attempt, Visit.worrying, Visit.author_name,
            Visit.author_ref, Visit.state, Visit.need_refs, Child.ref.label("child_ref"), Child.name, Child.initials,
            Region.name.label("village"),
        )
        .join(Child, Child.id == Visit.child_id)
        .join(Region, Region.id == Child.region_id)
        .where(policy.visible_clause(actor))
    )  # fmt: skip


def visit_or_404(actor: Actor, ref: str) -> Visit:
    """One visit. Raises NotFound for one that the actor may not read."""
    found = policy.visible_to(actor).where(Visit.ref == ref)
    visit = session().scalars(found.options(joinedload(Visit.child).joinedload(Child.region))).one_or_none()
    if visit is None:
        raise NotFound
    return visit


class Plan(NamedTuple):
    """When a child's next visits are, by kind of duty, and why its risk was set last (None when it never was)."""

    due: dict[str, datetime]
    risk: Any


def plan_of(child: Child) -> Plan:
    """The plan of one child with what moved it last; nothing for a file that owes no visit."""
    changed = (
        select(RiskChange.before, RiskChange.after, RiskChange.reason, RiskChange.changed_at)
        .where(RiskChange.child_id == child.id, RiskChange.before.is_not(None))
        .order_by(RiskChange.id.desc())
        .limit(1)
        .subquery()
    )
    owed = Duty.key.in_([f"{interval.kind}:{child.ref}" for interval in INTERVALS])
    rows = (
        session()
        .execute(
            select(Duty.kind, Duty.due_at, changed).outerjoin(changed, true()).where(owed, Duty.state == DutyState.OWED)
        )
        .all()
    )
    return Plan({row.kind: row.due_at for row in rows}, rows[0] if rows and rows[0].reason is not None else None)


def visits_of(actor: Actor, child_ref: str, most: int) -> Sequence[Any]:
    """The newest visits of a child that the actor may read."""
    return (
        session()
        .execute(
            visit_rows(actor)
            .where(Visit.child_ref == child_ref, Visit.state == VisitState.KEPT)
            .order_by(Visit.on_day.desc(), Visit.id.desc())
            .limit(most)
        )
        .all()
    )


def to_look_over(actor: Actor, since: datetime) -> Sequence[Any]:
    """Visits of the actor's region since a moment, with what the quiet review compares; their own ones left out."""
    return session().execute(
        visit_rows(actor)
        .add_columns(
            Visit.household_print.label("household"), Visit.text_print.label("print"), Visit.clock_off, Visit.looked_at
        )
        .where(
            within(Visit.region_path, actor.paths(Role.SUPERVISOR, Role.COORDINATOR)), Visit.at >= since,
            Visit.state == VisitState.KEPT, Visit.author_ref.not_in(actor.persons()),
        )
    ).all()  # fmt: skip
