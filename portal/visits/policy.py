"""Who may read a visit, visit a child, look a visit over once more."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import aliased

from portal.children.models import Child, Sight
from portal.children.rules import OPEN_STATES, FieldSet, FileState
from portal.children.sight import REGION_ROLES, live_sight
from portal.kernel.actor import Actor, Role
from portal.kernel.db import within
from portal.visits.models import Visit
from portal.visits.rules import VisitState

_FILE = aliased(Child)
"""The file, under another name than lists join it by."""
VISITORS = (Role.CASEWORKER, Role.GRID_WORKER, Role.SUPERVISOR)
"""Roles that go to the door."""
AT_THE_DOOR = (Role.CASEWORKER, Role.GRID_WORKER)
"""The people next door, whose interval is the shorter one."""
READERS = (*REGION_ROLES, Role.GRID_WORKER, Role.SAFEGUARDING_LEAD, Role.CONFIRMER)
WHOLE = (FieldSet.FULL, FieldSet.CONCERN)
"""Field sets of the ledger through which a whole file is read, its visits with it."""
REVIEWERS = (Role.SUPERVISOR, Role.COORDINATOR)


def _assigned(actor: Actor) -> ColumnElement[bool]:
    """Children assigned to this actor: a live row of the ledger that opens what a grid worker needs at the door."""
    return exists().where(Sight.child_id == Child.id, Sight.fields == FieldSet.DOOR, live_sight(actor))


def to_visit_clause(actor: Actor) -> ColumnElement[bool]:
    """Children whom the actor may visit: of the own village or town, or assigned; open files only."""
    by_region = within(Child.region_path, actor.paths(Role.CASEWORKER, Role.SUPERVISOR))
    mine = or_(by_region, _assigned(actor)) if actor.has(Role.GRID_WORKER) else by_region
    return and_(Child.state.in_(OPEN_STATES), mine)


def to_visit(actor: Actor) -> Select[Child]:
    """Children whom the actor may visit. Every plan and every form starts here."""
    return select(Child).where(to_visit_clause(actor))


def visible_clause(actor: Actor) -> ColumnElement[bool]:
    """Visits the actor may read: of the region by role, or of a file that is open as a whole because of a concern;
    else one's own of children still assigned. Those of a file that was entered by mistake are read by nobody."""
    through_the_ledger = exists().where(Sight.child_id == Visit.child_id, Sight.fields.in_(WHOLE), live_sight(actor))
    by_region = and_(
        or_(within(Visit.region_path, actor.paths(*REGION_ROLES)), through_the_ledger),
        exists().where(_FILE.id == Visit.child_id, _FILE.state != FileState.ENTERED_IN_ERROR),
    )
    assigned = exists().where(Sight.child_id == Visit.child_id, Sight.fields == FieldSet.DOOR, live_sight(actor))
    own = and_(Visit.author_ref == actor.account_ref, assigned)
    return or_(by_region, own) if actor.has(Role.GRID_WORKER) else by_region


def visible_to(actor: Actor) -> Select[Visit]:
    """Visits the actor may read. Every read starts here."""
    return select(Visit).where(visible_clause(actor))


def can_strike_out(actor: Actor, visit: Any) -> bool:
    """Its author, or who looks it over."""
    if visit.state is not VisitState.KEPT:
        return False
    return visit.author_ref == actor.account_ref or actor.covers(visit.region_path, *REVIEWERS)


def can_look_over(actor: Actor, visit: Any) -> bool:
    """Supervisors of the town and coordinators; nobody looks over what they wrote themselves."""
    return visit.author_ref not in actor.persons() and actor.covers(visit.region_path, *REVIEWERS)


def may_check_for_town(actor: Actor, path: str) -> bool:
    """Whether the actor can fulfil the town's own interval here."""
    return actor.covers(path, Role.SUPERVISOR)
