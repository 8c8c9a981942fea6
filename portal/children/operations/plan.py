"""Support dimensions, and goals of the plan with their review."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select

from portal.audit.operations import record
from portal.children import policy
from portal.children.models import Child, ChildSupport, PlanGoal
from portal.children.rules import GoalState
from portal.kernel.actor import Actor
from portal.kernel.clock import local_day
from portal.kernel.db import session
from portal.kernel.errors import DomainError, require
from portal.kernel.words import N_


def set_support(child: Child, dimensions: list[str], *, actor: Actor, now: datetime) -> None:
    """Support the child in these dimensions (codes) from today on, and in no others. The caller commits."""
    require(policy.can_edit(actor, child))
    today = local_day(now)
    standing = {
        s.dimension: s
        for s in session().scalars(
            select(ChildSupport).where(ChildSupport.child_id == child.id, ChildSupport.ended_on.is_(None))
        )
    }
    for code, row in standing.items():
        if code not in dimensions:
            row.ended_on = today
    for code in dimensions:
        if code not in standing:
            session().add(ChildSupport(child_id=child.id, dimension=code, from_on=today))
    if set(standing) != set(dimensions):
        record(
            "support-changed",
            child,
            actor=actor,
            now=now,
            before=" ".join(sorted(standing)),
            after=" ".join(sorted(dimensions)),
        )


def add_goal(child: Child, *, dimension: str, goal: str, review_on: date, actor: Actor, now: datetime) -> PlanGoal:
    """Put a goal into the plan, to be looked at again by a day. Twice is harmless. The caller commits."""
    require(policy.can_edit(actor, child))
    if review_on < local_day(now):
        raise DomainError(N_("This day is past."), field="review_on")
    same = select(PlanGoal).where(
        PlanGoal.child_id == child.id, PlanGoal.goal == goal, PlanGoal.state == GoalState.OPEN
    )
    if (standing := session().scalar(same.limit(1))) is not None:
        return standing
    made = PlanGoal(
        child_id=child.id, dimension=dimension, goal=goal, review_on=review_on, made_at=now, made_by=actor.account_ref
    )
    session().add(made)
    session().flush()
    record("goal-added", made, actor=actor, now=now, about=child, dimension=dimension, values={"goal": ["", goal]})
    return made


def review_goal(
    child: Child, goal: PlanGoal, *, state: GoalState, outcome: str, review_on: date | None, actor: Actor, now: datetime
) -> None:
    """Look at a goal again: carry on until another day, or say that it is reached or dropped, with the outcome.

    The caller commits. Raises DomainError for a goal that has ended, a missing day or a missing outcome.
    """
    require(policy.can_edit(actor, child))
    if goal.state is not GoalState.OPEN:
        raise DomainError(N_("This goal has ended already."))
    if state is GoalState.OPEN:
        if review_on is None or review_on < local_day(now):
            raise DomainError(N_("Say by when the goal is looked at again."), field="review_on")
        goal.review_on = review_on
    else:
        if not outcome:
            raise DomainError(N_("Say what came of it."), field="outcome")
        goal.ended_at = now
    goal.state, goal.outcome = state, outcome
    record(
        "goal-reviewed",
        goal,
        actor=actor,
        now=now,
        about=child,
        state=state.value,
        values={"outcome": ["", outcome]},
    )
