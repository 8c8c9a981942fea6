"""Parents' facts and who may read them, grid workers' assignments, and the lifecycle of a file."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from portal.audit.operations import move, record
from portal.children import policy, queries
from portal.children.models import Child, ParentFact, Sight
from portal.children.rules import FieldSet, FileState, ParentCode, ages_out_from
from portal.children.sight import end_one_sight, end_sight, grant_sight
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import local_day, start_of
from portal.kernel.db import session
from portal.kernel.errors import DomainError, require
from portal.kernel.events import child_left, child_opened
from portal.kernel.words import N_

MAY_READ_PARENTS = (Role.CASEWORKER, Role.SUPERVISOR, Role.SAFEGUARDING_LEAD, Role.CONFIRMER)
"""Staff to whom a coordinator may open parents' facts (coordinators of the region read them by their role, their
deputies do not)."""


def note_parent(
    child: Child, *, parent: str, code: ParentCode, since: date | None, evidence: str, remark: str,
    fields: frozenset[str],
    actor: Actor, now: datetime,
) -> ParentFact:  # fmt: skip
    """Record one condition of one parent, sealed. The caller commits. `fields` are those that the actor sees."""
    require(policy.can_keep_parents(actor, child, fields))
    if any(
        f.ended_on is None and f.parent == parent and (f.what or {}).get("code") == code
        for f in queries.parent_facts_of(child)
    ):
        raise DomainError(N_("This is recorded of this parent already."), field="code")
    what = {"code": code.value, "since": since.isoformat() if since else "", "evidence": evidence, "remark": remark}
    fact = ParentFact(child_id=child.id, parent=parent, what=what, recorded_by=actor.account_ref, recorded_at=now)
    session().add(fact)
    record("parent-fact-recorded", fact, actor=actor, now=now, about=child, values={parent: [None, what]})
    return fact


def end_parent_fact(
    child: Child, fact: ParentFact, *, on: date, fields: frozenset[str], actor: Actor, now: datetime
) -> None:
    """A condition does not hold any more, from a day on. Ending twice is harmless. The caller commits."""
    require(policy.can_keep_parents(actor, child, fields))
    if fact.ended_on is not None:
        return
    if on > local_day(now):
        raise DomainError(N_("This day is in the future."), field="on")
    fact.ended_on = on
    record("parent-fact-ended", fact, actor=actor, now=now, about=child)


def open_parents_to(
    child: Child, account_ref: str, *, reason: str, until_on: date, actor: Actor, now: datetime
) -> Sight:
    """Open parents' facts to one named person until a day (included), with the reason. The caller commits.

    Raises NotAllowed unless the actor coordinates the region in person, and DomainError for somebody who is not staff
    there.
    """
    require(policy.can_open_parents(actor, child))
    if account_ref not in {ref for ref, _name, _role in queries.people_over(child.region_path, *MAY_READ_PARENTS)}:
        raise DomainError(N_("Choose somebody of the list."), field="person")
    if account_ref in actor.persons():
        raise DomainError(N_("Nobody grants anything to themselves."), field="person")
    if until_on < local_day(now):
        raise DomainError(N_("The last day must not be past."), field="until_on")
    until_at = start_of(date.fromordinal(until_on.toordinal() + 1))
    return grant_sight(
        child,
        account_ref=account_ref,
        fields=FieldSet.PARENTS,
        because=child,
        actor=actor,
        now=now,
        until_at=until_at,
        reason=reason,
    )


def assign_door(child: Child, account_ref: str, *, actor: Actor, now: datetime) -> Sight:
    """Assign a grid worker, who then sees name, address and the carer's phone. The caller commits.

    Raises DomainError for somebody who is no grid worker there or is assigned already.
    """
    require(policy.can_edit(actor, child))
    if account_ref not in {ref for ref, _name, _role in queries.people_over(child.region_path, Role.GRID_WORKER)}:
        raise DomainError(N_("Choose somebody of the list."), field="person")
    standing = select(Sight.id).where(
        Sight.child_id == child.id,
        Sight.account_ref == account_ref,
        Sight.fields == FieldSet.DOOR,
        Sight.ended_at.is_(None),
    )
    if session().scalar(standing.limit(1)) is not None:
        raise DomainError(N_("This person is assigned already."), field="person")
    return grant_sight(child, account_ref=account_ref, fields=FieldSet.DOOR, because=child, actor=actor, now=now)


def end_grant(child: Child, sight: Sight, *, actor: Actor, now: datetime) -> None:
    """Take back what staff granted: parents' facts (coordinator), an assignment (staff). The caller commits."""
    if sight.because_kind != "child":
        raise DomainError(N_("This follows from something else and ends with it."))
    require(policy.can_coordinate(actor, child) if sight.fields is FieldSet.PARENTS else policy.can_edit(actor, child))
    end_one_sight(sight, child=child, now=now, actor=actor)


def move_file(child: Child, target: FileState, *, reason: str, actor: Actor, now: datetime, **facts: Any) -> None:
    """Move a file to another state. The caller commits.

    Closing, transferring and "entered by mistake" end what staff granted and tell the other rooms by `child_left`.
    Raises NotAllowed, and DomainError when the lifecycle or its guard refuses, or it is too early for growing up.
    """
    require(policy.can_move_state(actor, child, target))
    today = local_day(now)
    if target is FileState.AGEING_OUT and today < ages_out_from(child.born_on):
        raise DomainError(N_("This is for young people from 17½ on: from %(day)s."), day=ages_out_from(child.born_on))
    needed = (Role.CASEWORKER, Role.COORDINATOR) if target is FileState.AGEING_OUT else (Role.COORDINATOR,)
    move(child, target, actor=actor, now=now, reason=reason, by=needed, **facts)
    child.closed_on = None if target in (FileState.OPEN, FileState.AGEING_OUT) else today
    if child.closed_on is not None:
        end_sight(because=child, now=now, actor=actor)
        session().flush()
        child_left.send(child, actor=actor, now=now)
    elif target is FileState.OPEN:
        child_opened.send(child, actor=actor, now=now)
