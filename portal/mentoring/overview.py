"""Lists of sessions and what homes show of them, as columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from portal.access.models import Account
from portal.children.models import Child
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import start_of, today
from portal.kernel.db import session, within
from portal.mentoring.models import PlannedSession, SessionLog, SessionPart
from portal.mentoring.policy import WORKING_PAIR, part_clause, planned_visible_to
from portal.mentoring.queries import (
    CHILD,
    FULL_NAME,
    LABEL,
    LOG,
    PAIRING,
    PART,
    child_label,
    did_text,
    part_text,
)
from portal.mentoring.rules import LOW_MOOD, SENT, LogState
from portal.pairing.models import Pairing
from portal.pairing.rules import PairingState
from portal.places.models import Region

Mentor = aliased(Account)
AnyPart = aliased(SessionPart)
ANY_LOW = exists().where(AnyPart.log_id == SessionLog.id, AnyPart.mood <= LOW_MOOD).correlate(SessionLog)
"""Whether any child of a log seemed low, also one whose part the reader does not see."""
TO_STAFF = or_(SessionLog.to_staff_sealed.is_not(None), SessionLog.concern_ref != "")
"""Whether a log carries a note to staff or a concern."""
FOR_REVIEW = (
    SessionLog.version,
    SessionLog.author_ref,
    SessionLog.region_path.label("log_path"),
    ANY_LOW.label("low"),
    TO_STAFF.label("to_staff"),
)
"""More columns of the list of sessions, which say what may be marked as read from there."""


def session_rows(actor: Actor, *, texts: bool = False) -> Select[Any]:
    """The list of sessions, one row for each child in each log, as columns."""
    columns: list[ColumnElement[Any] | Any] = [
        SessionPart.id.label("part_id"),
        SessionLog.id.label("id"),
        SessionLog.ref,
        SessionLog.on_day,
        SessionLog.minutes,
        SessionLog.way,
        SessionLog.place,
        SessionLog.activities,
        SessionLog.attempt,
        SessionLog.state,
        SessionLog.submitted_at,
        SessionPart.mood,
        child_label(actor).label("label"),
        Mentor.name.label("mentor"),
    ]
    if texts:
        columns += [SessionLog.did_sealed, SessionPart.ref.label("part_ref"), SessionPart.text_sealed]
    return (
        select(*columns)
        .join(SessionLog, SessionLog.id == SessionPart.log_id)
        .join(Pairing, Pairing.id == SessionPart.pairing_id)
        .join(Child, Child.id == Pairing.child_id)
        .outerjoin(Mentor, Mentor.ref == SessionLog.author_ref)
        .where(part_clause(actor))
    )


def towns_of(paths: tuple[str, ...]) -> Sequence[Any]:
    """The towns and streets inside these scopes, for the filter."""
    return (
        session()
        .execute(
            select(Region.code, Region.name, Region.name_en, Region.path)
            .where(Region.level.in_(("town", "street")), within(Region.path, paths))
            .order_by(Region.code)
        )
        .all()
    )


def next_to_review(actor: Actor, besides_ref: str = "") -> str | None:
    """The log that has waited longest among those that the actor may review."""
    return session().scalar(
        select(SessionLog.ref)
        .where(
            SessionLog.state == LogState.SUBMITTED,
            SessionLog.ref != besides_ref,
            SessionLog.author_ref.not_in(actor.persons()),
            within(SessionLog.region_path, actor.paths(Role.COORDINATOR)),
        )
        .order_by(SessionLog.submitted_at, SessionLog.id)
        .limit(1)
    )


def waiting_for_review(actor: Actor, paths: tuple[str, ...]) -> tuple[int, datetime | None]:
    """How many logs wait in these scopes, and since when the oldest does."""
    row = (
        session()
        .execute(
            select(func.count(), func.min(SessionLog.submitted_at)).where(
                SessionLog.state == LogState.SUBMITTED,
                within(SessionLog.region_path, paths),
                SessionLog.author_ref.not_in(actor.persons()),
            )
        )
        .one()
    )
    return int(row[0]), row[1]


def planned_rows(actor: Actor) -> Select[Any]:
    """The list of planned sessions as columns."""
    columns: list[Any] = [
        PlannedSession.id,
        PlannedSession.ref,
        PlannedSession.starts_at,
        PlannedSession.ends_at,
        PlannedSession.place,
        PlannedSession.state,
        child_label(actor).label("label"),
        Mentor.name.label("mentor"),
        Pairing.ref.label("pairing_ref"),
    ]
    return (
        planned_visible_to(actor)
        .join(Pairing, Pairing.id == PlannedSession.pairing_id)
        .join(Child, Child.id == Pairing.child_id)
        .outerjoin(Mentor, Mentor.ref == Pairing.mentor_account)
        .with_only_columns(*columns)
    )


@dataclass(frozen=True)
class Hours:
    """Minutes together, by the mentor's own sent logs."""

    month: int
    year: int
    all: int
    sessions_this_month: int


def _since(first: Any) -> Any:
    return func.coalesce(func.sum(case((LOG.c.on_day >= first, LOG.c.minutes), else_=0)), 0)


_MONTH, _YEAR = bindparam("month", type_=Date), bindparam("year", type_=Date)
_HOURS = select(
    _since(_MONTH), _since(_YEAR), func.coalesce(func.sum(LOG.c.minutes), 0),
    func.sum(case((LOG.c.on_day >= _MONTH, 1), else_=0)),
).where(LOG.c.author_ref == bindparam("me"), LOG.c.attempt.is_(False), LOG.c.state.in_(SENT))  # fmt: skip


def hours_of(actor: Actor, day: date) -> Hours:
    """How long the mentor has accompanied children: this month, this year, altogether. Attempts do not count."""
    known = {"me": actor.account_ref, "month": day.replace(day=1), "year": day.replace(month=1, day=1)}
    row = session().execute(_HOURS, known).one()
    return Hours(int(row[0]), int(row[1]), int(row[2]), int(row[3] or 0))


def silent_pairs(paths: tuple[str, ...], before: date, most: int = 50) -> Sequence[Any]:
    """Running pairs whose last contact lies on or before a day, the longest silence first."""
    last = func.coalesce(Pairing.last_contact_on, Pairing.started_on)
    statement = (
        select(
            Pairing.id,
            Pairing.ref,
            Pairing.child_ref,
            Pairing.region_path,
            Pairing.last_contact_on,
            Pairing.started_on,
            last.label("since_on"),
            FULL_NAME.label("label"),
            Mentor.name.label("mentor"),
        )
        .join(Child, Child.id == Pairing.child_id)
        .outerjoin(Mentor, Mentor.ref == Pairing.mentor_account)
        .where(Pairing.state == PairingState.ACTIVE, last <= before, within(Pairing.region_path, paths))
        .order_by(last, Pairing.id)
        .limit(most)
    )
    return session().execute(statement).all()


def tomorrow_end() -> datetime:
    """The last moment of tomorrow, local."""
    return start_of(today() + timedelta(days=2))


@dataclass(frozen=True)
class Note:
    """One session in short, its text opened."""

    ref: str
    on_day: date
    label: str
    mentor: str
    minutes: int | None
    mood: int | None
    attempt: bool
    state: LogState
    text: str


def _text(row: Any) -> str:
    return " ".join(t for t in (did_text(row), part_text(row, ref=row.part_ref)) if t)


def _notes(actor: Actor, most: int, *tests: ColumnElement[bool]) -> list[Note]:
    rows = session().execute(
        session_rows(actor, texts=True)
        .where(*tests)
        .order_by(SessionLog.on_day.desc(), SessionLog.id.desc(), SessionPart.id.desc())
        .limit(most)
    )
    return [
        Note(
            r.ref,
            r.on_day,
            r.label,
            r.mentor,
            r.minutes,
            r.mood,
            r.attempt,
            r.state,
            _text(r),
        )
        for r in rows
    ]


_OWN_NOTES = (
    select(
        LOG.c.ref, LOG.c.on_day, LOG.c.did_sealed, PART.c.ref.label("part_ref"), PART.c.text_sealed, LABEL,
    )
    .join_from(PART, LOG, LOG.c.id == PART.c.log_id)
    .join(PAIRING, PAIRING.c.id == PART.c.pairing_id)
    .join(CHILD, CHILD.c.id == PAIRING.c.child_id)
    .where(LOG.c.author_ref == bindparam("me"), LOG.c.state.in_(SENT), WORKING_PAIR)
    .order_by(LOG.c.on_day.desc(), LOG.c.id.desc(), PART.c.id.desc())
    .limit(bindparam("most"))
)  # fmt: skip


@dataclass(frozen=True)
class OwnNote:
    """One's own session in short, its text opened."""

    ref: str
    on_day: date
    label: str
    text: str


def own_notes(actor: Actor, most: int) -> list[OwnNote]:
    """One's own newest sessions with the children whom one mentors now."""
    return [
        OwnNote(r.ref, r.on_day, r.label, _text(r))
        for r in session().execute(_OWN_NOTES, {"me": actor.account_ref, "most": most})
    ]


def sessions_of_child(actor: Actor, child_ref: str, most: int) -> list[Note]:
    """The newest sessions of a child that the reader may read."""
    return _notes(actor, most, SessionPart.child_ref == child_ref, SessionLog.state != LogState.ENTERED_IN_ERROR)
