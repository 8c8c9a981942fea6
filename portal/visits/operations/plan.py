"""The plan of visits: one duty for each open file and interval, moved by visits, by risk, by settings and by moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import Row, func, select, update

from portal.children.models import Child
from portal.children.rules import OPEN_STATES, RiskLevel
from portal.duties.models import Duty, DutyState
from portal.duties.operations import end_duty, open_duty
from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.clock import local_day, start_of
from portal.kernel.db import session
from portal.places.queries import corrections
from portal.places.settings import in_force
from portal.places.working_days import add_working_days
from portal.visits.models import Visit
from portal.visits.rules import CARE, INTERVALS, Interval, VisitKind, VisitState, next_due

MOST_AT_ONCE = 500


def key_of(interval: Interval, child_ref: str) -> str:
    """The key under which the next visit is owed."""
    return f"{interval.kind}:{child_ref}"


def due_moment(day: date) -> datetime:
    """A visit is due until the end of its day, local time."""
    return start_of(day + timedelta(days=1)) - timedelta(minutes=1)


def _first_due(interval: Interval, opened_on: date, risk: RiskLevel, settings: Mapping[str, int]) -> date:
    """The caseworker comes within working days of the opening; the town's first check is one interval after it."""
    if interval is CARE:
        return add_working_days(opened_on, settings["first_visit_working_days"], corrections())
    return opened_on + timedelta(days=settings[interval.setting + risk.value])


def due_day(interval: Interval, child: Child | Row[tuple[object, ...]], last_on: date | None) -> date:
    """The day of a child's next visit. `child` has `opened_on`, `risk`, `risk_since_on`."""
    settings = in_force()
    return next_due(
        last_on=last_on,
        first_due_on=_first_due(interval, child.opened_on, child.risk, settings) if last_on is None else date.min,
        risk_since_on=child.risk_since_on,
        every_days=settings[interval.setting + child.risk.value],
    )


def last_visits(interval: Interval, child_ids: Iterable[int]) -> dict[int, date]:
    """The day of the last visit that fulfils an interval, by child id. Attempts and what was struck out count for
    nothing."""
    rows = session().execute(
        select(Visit.child_id, func.max(Visit.on_day))
        .where(
            Visit.child_id.in_(list(child_ids)), Visit.kind.in_(interval.fulfilled_by), Visit.attempt.is_(False),
            Visit.state == VisitState.KEPT,
        )
        .group_by(Visit.child_id)
    )  # fmt: skip
    return {row[0]: row[1] for row in rows}


def replan(child: Child, *, actor: Actor = SYSTEM, now: datetime) -> None:
    """Set both of a child's next visits anew from what is known now; a file that is not open owes none.

    The caller commits. Doing it twice is harmless.
    """
    session().flush()
    for interval in INTERVALS:
        key = key_of(interval, child.ref)
        if child.state not in OPEN_STATES:
            end_duty(key, now=now, actor=actor, state=DutyState.WAIVED, reason="")
            continue
        _set_days(interval, [child], now=now)


def _owe(interval: Interval, child: Child, day: date, *, now: datetime) -> None:
    open_duty(
        key_of(interval, child.ref), kind=interval.kind, subject_kind="child", subject_ref=child.ref,
        owner_role=interval.owner, path=child.region_path, child_ref=child.ref, url=f"/visits/new?child={child.ref}",
        due_at=due_moment(day), now=now,
    )  # fmt: skip


def done(child: Child, kind: VisitKind, *, actor: Actor, now: datetime) -> None:
    """A visit was kept: what it fulfils is done, and the next one is owed. The caller commits."""
    for interval in INTERVALS:
        if kind in interval.fulfilled_by:
            end_duty(key_of(interval, child.ref), now=now, actor=actor)
    replan(child, actor=actor, now=now)


def plan_all(now: datetime) -> int:
    """Look whether every open file owes its visits on the right day (settings and risk may have changed); gives how
    many days were set. For the worker, which commits. Twice is harmless.
    """
    changed = 0
    last_id = 0
    while True:
        children = list(
            session().scalars(
                select(Child)
                .where(Child.state.in_(OPEN_STATES), Child.id > last_id)
                .order_by(Child.id)
                .limit(MOST_AT_ONCE)
            )
        )
        if not children:
            return changed
        last_id = children[-1].id
        for interval in INTERVALS:
            changed += _set_days(interval, children, now=now)


def _set_days(interval: Interval, children: list[Child], *, now: datetime) -> int:
    last = last_visits(interval, [c.id for c in children])
    keys = {key_of(interval, c.ref): c for c in children}
    owed = {
        duty.key: duty
        for duty in session().execute(
            select(Duty.id, Duty.key, Duty.due_at, Duty.path).where(
                Duty.key.in_(list(keys)), Duty.state == DutyState.OWED
            )
        )
    }
    changed = 0
    for key, child in keys.items():
        day = due_day(interval, child, last.get(child.id))
        standing = owed.get(key)
        if standing is None:
            _owe(interval, child, day, now=now)
        elif standing.due_at != due_moment(day) or standing.path != child.region_path:
            session().execute(
                update(Duty).where(Duty.id == standing.id).values(due_at=due_moment(day), path=child.region_path)
            )
        else:
            continue
        changed += 1
    return changed


def days_of(child_refs: Iterable[str]) -> dict[tuple[str, str], date]:
    """The day on which each of these children is due, by (child ref, kind of duty)."""
    rows = session().execute(
        select(Duty.child_ref, Duty.kind, Duty.due_at).where(
            Duty.key.in_([key_of(i, ref) for ref in child_refs for i in INTERVALS]), Duty.state == DutyState.OWED
        )
    )
    return {(ref, kind): local_day(due_at) for ref, kind, due_at in rows}
