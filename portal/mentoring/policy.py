"""Who may read and do what with sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, or_, select

from portal.children.models import Child, Sight
from portal.children.rules import FieldSet
from portal.children.sight import REGION_ROLES, live_sight
from portal.kernel.actor import Actor, Role
from portal.kernel.db import within
from portal.mentoring.models import PlannedSession, SessionLog, SessionPart
from portal.mentoring.rules import LOGGABLE, SENT, LogState, locked_from
from portal.pairing.models import Pairing
from portal.pairing.rules import SHOWN_TO_MENTOR

READERS = (Role.MENTOR, *REGION_ROLES, Role.SAFEGUARDING_LEAD)
"""Roles for which these pages exist at all; what each of them sees there is decided by the clauses below."""
KEPT = (*SENT, LogState.ENTERED_IN_ERROR)


_PAIRING = Pairing.__table__
_MINE = _PAIRING.c.mentor_account == bindparam("me")
OWN_PAIR = and_(_MINE, _PAIRING.c.state.in_(SHOWN_TO_MENTOR))
WORKING_PAIR = and_(_MINE, _PAIRING.c.state.in_(LOGGABLE))
"""`own_pair` and `working_pair` for statements that are built once: the account is the parameter `me`."""


def own_pair(actor: Actor) -> ColumnElement[bool]:
    """Pairings that the actor is the mentor of, as long as mentors are shown them. A former mentor has none."""
    return and_(Pairing.mentor_account == actor.account_ref, Pairing.state.in_(SHOWN_TO_MENTOR))


def working_pair(actor: Actor) -> ColumnElement[bool]:
    """Pairings in which the actor works as mentor now: while a pair is paused, its mentor's sight rests too."""
    return and_(Pairing.mentor_account == actor.account_ref, Pairing.state.in_(LOGGABLE))


def part_clause(actor: Actor) -> ColumnElement[bool]:
    """Parts of sent logs that the actor may read, one child each; `SessionLog` must be in the statement.

    The author while the pair is at work; staff of that child's region; whoever sees the child's whole file by the
    ledger (break-glass, a concern). Nobody reads one child's part through another child's.
    """
    mine = and_(
        SessionLog.author_ref == actor.account_ref,
        SessionLog.state.in_(SENT),
        exists().where(Pairing.id == SessionPart.pairing_id, working_pair(actor)).correlate(SessionPart),
    )
    staff = and_(within(SessionPart.region_path, actor.paths(*REGION_ROLES)), SessionLog.state.in_(KEPT))
    ledger = and_(
        SessionLog.state.in_(KEPT),
        exists()
        .where(
            Child.ref == SessionPart.child_ref, Sight.child_id == Child.id, live_sight(actor),
            Sight.fields.in_((FieldSet.FULL, FieldSet.CONCERN)),
        )
        .correlate(SessionPart),
    )  # fmt: skip
    return or_(mine, staff, ledger)


def visible_to(actor: Actor) -> Select[SessionLog]:
    """Sent logs of which the actor may read at least one child's part. Every read of logs starts here. No drafts."""
    readable = exists().where(SessionPart.log_id == SessionLog.id, part_clause(actor)).correlate(SessionLog)
    return select(SessionLog).where(readable)


def drafts_of(actor: Actor) -> Select[SessionLog]:
    """What the actor has begun and not sent, for pairs that are still theirs (also while they are paused)."""
    return (
        select(SessionLog)
        .join(Pairing, Pairing.id == SessionLog.pairing_id)
        .where(SessionLog.author_ref == actor.account_ref, SessionLog.state == LogState.DRAFT, own_pair(actor))
    )


def planned_visible_to(actor: Actor) -> Select[PlannedSession]:
    """Planned sessions that the actor may know of: the pair's mentor and staff of the child's region."""
    mine = exists().where(Pairing.id == PlannedSession.pairing_id, working_pair(actor)).correlate(PlannedSession)
    return select(PlannedSession).where(or_(mine, within(PlannedSession.region_path, actor.paths(*REGION_ROLES))))


def can_review(actor: Actor, log: SessionLog) -> bool:
    """A coordinator of the child's region, and never of one's own log, also not as somebody's deputy."""
    return actor.coordinates(log.region_path) and log.author_ref not in actor.persons()


def is_locked(log: SessionLog, now: datetime, days: int) -> bool:
    """Whether a log changes only by amendments now: read by the coordinator, or sent long enough ago."""
    if log.state is LogState.RETURNED:
        return False
    return log.state is LogState.REVIEWED or (
        log.submitted_at is not None and now >= locked_from(log.submitted_at, days)
    )


def can_correct(actor: Actor, log: SessionLog, now: datetime, days: int) -> bool:
    """The author, until it is locked; a returned log for as long as it takes."""
    return (
        log.author_ref == actor.account_ref
        and log.state in (LogState.SUBMITTED, LogState.RETURNED)
        and not is_locked(log, now, days)
    )


def can_amend(actor: Actor, log: SessionLog, now: datetime, days: int) -> bool:
    """After the lock: the author or a coordinator of the region, keeping both texts."""
    return (
        (log.author_ref == actor.account_ref or can_review(actor, log))
        and log.state in SENT
        and is_locked(log, now, days)
    )


def can_change_plan(actor: Actor, planned: Any, mentor_account: str) -> bool:
    """The pair's mentor, or a coordinator of the child's region."""
    return mentor_account == actor.account_ref or actor.coordinates(planned.region_path)
