"""Who knows of a need, and who may do what about it.

Staff of the child's region know its needs whole. A safeguarding handler reads those of the file that a concern is
about. Everybody else knows the needs that they raised themselves, as long as they know the child, and of those only
where they stand.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import aliased

from portal.children.models import Child, Sight
from portal.children.rules import FieldSet, FileState
from portal.children.sight import REGION_ROLES, live_sight, seen_sets
from portal.kernel.actor import Actor, Role
from portal.kernel.db import within
from portal.needs.models import Need
from portal.needs.rules import AT_LEVELS, LEVELS, ROLE_AT, STATE_AT, UNSOLVED, Level, NeedState, roles_from

_FILE = aliased(Child)
"""The file, under another name than lists join it by."""
WHOLE = (FieldSet.FULL, FieldSet.CONCERN)
"""Field sets of the ledger through which a whole file is read, its needs with it."""
RAISERS = (FieldSet.FULL, FieldSet.DOOR, FieldSet.MENTOR, FieldSet.LEAVING)
"""Field sets of the ledger whose holders meet the child and may say what it needs."""


def by_region(actor: Actor) -> ColumnElement[bool]:
    """Needs of the region's children, without those entered by mistake (which only the coordinator still meets)."""
    return and_(
        or_(
            and_(within(Need.region_path, actor.paths(*REGION_ROLES)), Need.state != NeedState.ENTERED_IN_ERROR),
            within(Need.region_path, actor.paths(Role.COORDINATOR)),
        ),
        exists().where(_FILE.id == Need.child_id, _FILE.state != FileState.ENTERED_IN_ERROR),
    )  # fmt: skip


def _through_the_ledger(actor: Actor) -> ColumnElement[bool]:
    """Needs of a child whose whole file somebody reads for the time being."""
    return and_(
        exists().where(Sight.child_id == Need.child_id, Sight.fields.in_(WHOLE), live_sight(actor)),
        Need.state != NeedState.ENTERED_IN_ERROR,
    )


def raised_by(actor: Actor) -> ColumnElement[bool]:
    """Needs that the actor raised, or a grid worker whom the actor stands in for, while they still know the child."""
    sees = exists().where(Sight.child_id == Need.child_id, Sight.fields.in_(RAISERS), live_sight(actor))
    return and_(Need.raised_by.in_(actor.persons()), sees, Need.state != NeedState.ENTERED_IN_ERROR)


def visible_clause(actor: Actor) -> ColumnElement[bool]:
    """Needs the actor may know exist."""
    return or_(by_region(actor), _through_the_ledger(actor), raised_by(actor))


def visible_to(actor: Actor) -> Select[Need]:
    """Needs the actor may know exist. Every read starts here."""
    return select(Need).where(visible_clause(actor))


def waits_for(actor: Actor) -> ColumnElement[bool]:
    """What waits for this person: the queue of each level that they have, what they answer for by name, and for the
    caseworker what the family is still to be asked about."""
    queues = [
        and_(Need.state == STATE_AT[level], within(Need.region_path, actor.paths(role)))
        for level, role in ROLE_AT.items()
        if actor.paths(role)
    ]
    answers_for = and_(Need.answerable_ref != "", Need.answerable_ref.in_(actor.persons()))
    to_ask = and_(Need.state == NeedState.RESOLVED, within(Need.region_path, actor.paths(Role.CASEWORKER)))
    return or_(*queues, answers_for, to_ask)


def reads_whole(actor: Actor, need: Need) -> bool:
    """Whether the actor reads words, notes and names, and not only where a need stands that they raised themselves."""
    if actor.covers(need.region_path, *REGION_ROLES):
        return True
    child: Any = need.child
    return not seen_sets(actor, child).isdisjoint(WHOLE)


def can_raise(actor: Actor, child: Child) -> bool:
    """Staff of the child's region; a grid worker or a mentor whose child it is."""
    if actor.covers(child.region_path, *REGION_ROLES):
        return True
    return actor.has(Role.GRID_WORKER, Role.MENTOR) and not seen_sets(actor, child).isdisjoint(RAISERS)


def level_of(actor: Actor, need: Need) -> Level | None:
    """The highest level on which the actor stands over this need's village, None for nobody of staff."""
    return next((level for level in reversed(LEVELS) if actor.covers(need.region_path, ROLE_AT[level])), None)


def can_handle(actor: Actor, need: Need) -> bool:
    """Whoever has it at this level, or stands above; at the village also the grid worker who raised it.

    The caller has found the need through `visible_to`.
    """
    if need.state not in AT_LEVELS:
        return False
    if actor.covers(need.region_path, *roles_from(need.level)):
        return True
    own = need.raised_by in actor.persons() and actor.has(Role.GRID_WORKER)
    return own and need.level is Level.VILLAGE


def can_return(actor: Actor, need: Need) -> bool:
    """Whoever may handle it above the village."""
    return need.level is not Level.VILLAGE and can_handle(actor, need)


def can_escalate(actor: Actor, need: Need) -> bool:
    """Whoever may handle it below the district."""
    return need.level is not Level.DISTRICT and can_handle(actor, need)


def can_remark(actor: Actor, need: Need) -> bool:
    """Staff of the region write notes to each other as long as it is open."""
    return need.state in (*UNSOLVED, NeedState.RESOLVED) and actor.covers(need.region_path, *REGION_ROLES)


def can_withdraw(actor: Actor, need: Need) -> bool:
    """Whoever may handle it at its level; the coordinator also while it is offered."""
    if need.state is NeedState.OFFERED:
        return actor.coordinates(need.region_path)
    return can_handle(actor, need)


def can_confirm(actor: Actor, need: Need) -> bool:
    """Staff of the region record what the carer says."""
    return need.state is NeedState.RESOLVED and actor.covers(need.region_path, *REGION_ROLES)


def can_confirm_in_person(actor: Actor, need: Need) -> bool:
    """The caseworker of the village, who was there."""
    return need.state is NeedState.RESOLVED and actor.covers(need.region_path, Role.CASEWORKER)


def can_refer(actor: Actor, need: Need) -> bool:
    """Sends it to a partner: the supervisor at the town, the coordinator at the town and at the district."""
    if need.state not in (NeedState.AT_TOWN, NeedState.AT_DISTRICT):
        return False
    return actor.covers(need.region_path, *roles_from(need.level))


def can_offer(actor: Actor, need: Need) -> bool:
    """The coordinator puts it on the public board, from the district alone."""
    return need.state is NeedState.AT_DISTRICT and actor.coordinates(need.region_path)


def can_enter_in_error(actor: Actor, need: Need) -> bool:
    """The coordinator of the region."""
    return need.state is not NeedState.ENTERED_IN_ERROR and actor.coordinates(need.region_path)
