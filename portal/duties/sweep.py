"""One round over what is overdue: the owner is told once, later those who coordinate; nobody twice a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select

from portal.access.queries import holders
from portal.duties.models import Duty, DutyState
from portal.duties.words import ON_OWN_PAGE, words_of
from portal.kernel.actor import Role
from portal.kernel.clock import local_day
from portal.kernel.db import session
from portal.notices.operations import tell

ESCALATE_AFTER = timedelta(days=7)
"""Overdue for so long, whoever coordinates the region is told as well."""
TOLD_OTHERWISE = frozenset({"silent-alert", "need-handle", "need-overdue"}) | ON_OWN_PAGE
"""Kinds whose opening is told already, or that are told in a digest."""
MOST_AT_ONCE = 500


def sweep(now: datetime) -> int:
    """Tell about what has become overdue; gives how many duties went a step on. The caller commits.

    Each step of a duty is told once; a person gets one notice per kind and day, however many there are. Duties about
    concerns are not touched: their own chain asks the next person.
    """
    overdue = (
        select(Duty)
        .where(
            Duty.state == DutyState.OWED, Duty.hidden.is_(False), Duty.kind.not_in(TOLD_OTHERWISE),
            or_(
                and_(Duty.told == 0, Duty.due_at <= now), and_(Duty.told == 1, Duty.due_at <= now - ESCALATE_AFTER)
            ),
        )
        .order_by(Duty.due_at, Duty.id)
        .limit(MOST_AT_ONCE)
        .with_for_update(skip_locked=True)
    )  # fmt: skip
    told: dict[tuple[str, str, int], list[Duty]] = {}
    found = list(session().scalars(overdue))
    over: dict[tuple[Role, str], list[str]] = {}
    for duty in found:
        for person in _people(duty, over):
            told.setdefault((person, duty.kind, duty.told), []).append(duty)
        duty.told += 1
    for (person, kind, step), duties in told.items():
        url = duties[0].url if len(duties) == 1 and duties[0].url else "/duties"
        key = f"overdue:{kind}:{step}:{local_day(now).isoformat()}"
        tell("duty-overdue", to=[person], now=now, url=url, key=key, what=words_of(kind).what)
    return len(found)


def _people(duty: Duty, over: dict[tuple[Role, str], list[str]]) -> Iterable[str]:
    """Who is told at this step: the owners first, then the coordinators of the region."""

    def all_with(role: Role) -> list[str]:
        key = (role, duty.path)
        if key not in over:
            over[key] = [row.ref for row in holders(role, duty.path)]
        return over[key]

    if duty.told:
        return [ref for ref in all_with(Role.COORDINATOR) if ref != duty.owner_ref] if duty.path else []
    if duty.owner_ref:
        return [duty.owner_ref]
    return all_with(duty.owner_role) if duty.owner_role else []
