"""Reading sessions. Lists select columns; sealed texts are opened by whoever shows them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, exists, func, or_, select

from portal.access.models import Account
from portal.audit.models import StateMove
from portal.children.models import Child, Sight
from portal.children.rules import FieldSet
from portal.children.sight import REGION_ROLES, live_sight
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import today
from portal.kernel.db import session, within
from portal.kernel.errors import NotFound
from portal.kernel.people import age_on
from portal.kernel.secrets import opened
from portal.mentoring.models import PlannedSession, SessionAmendment, SessionComment, SessionLog, SessionPart
from portal.mentoring.policy import (
    OWN_PAIR,
    WORKING_PAIR,
    drafts_of,
    part_clause,
    planned_visible_to,
    visible_to,
)
from portal.mentoring.rules import LOGGABLE, SENT, LogState, PlanState
from portal.pairing.models import Pairing
from portal.pairing.rules import PairingState

MENTOR_NAME = func.coalesce(func.nullif(Child.alias, ""), Child.given_name)
"""What a mentor may call the child, as SQL."""
FULL_NAME = Child.name


def child_label(actor: Actor) -> ColumnElement[str]:
    """What this reader may call a child, as SQL: staff of its region and whoever sees its whole file the name, a
    mentor the alias or given name, also when the mentor is staff somewhere else."""
    if not actor.roles - {Role.MENTOR}:
        return MENTOR_NAME
    whole = exists().where(
        Sight.child_id == Child.id, live_sight(actor), Sight.fields.in_((FieldSet.FULL, FieldSet.CONCERN))
    )
    staff = within(Child.region_path, actor.paths(*REGION_ROLES))
    return case((or_(staff, whole.correlate(Child)), FULL_NAME), else_=MENTOR_NAME)


@dataclass(frozen=True)
class OwnPair:
    """A pair as its mentor may see it."""

    id: int
    ref: str
    child_ref: str
    label: str
    initials: str
    age: int
    region_path: str
    state: PairingState
    started_on: date | None

    @property
    def loggable(self) -> bool:
        """Whether a session may be logged or planned now."""
        return self.state in LOGGABLE


PAIRING, CHILD, PLANNED, LOG, PART = (
    model.__table__ for model in (Pairing, Child, PlannedSession, SessionLog, SessionPart)
)
# What a mentor's pages ask each time, so built once and on the tables: through mapped classes each costs five times as
# much.
LABEL = func.coalesce(func.nullif(CHILD.c.alias, ""), CHILD.c.given_name).label("label")
_OWN_PAIRS = (
    select(
        PAIRING.c.id, PAIRING.c.ref, PAIRING.c.child_ref, LABEL, CHILD.c.given_initials, CHILD.c.born_on,
        PAIRING.c.region_path, PAIRING.c.state, PAIRING.c.started_on,
    )
    .join_from(PAIRING, CHILD, CHILD.c.id == PAIRING.c.child_id)
    .where(OWN_PAIR, PAIRING.c.state != PairingState.AGREED)
    .order_by(PAIRING.c.started_on, PAIRING.c.id)
)  # fmt: skip


def own_pairs(actor: Actor) -> list[OwnPair]:
    """The pairs of which the actor is the mentor, the longest running first."""
    day = today()
    return [
        OwnPair(
            r.id, r.ref, r.child_ref, r.label, r.given_initials, age_on(r.born_on, day), r.region_path, r.state,
            r.started_on,
        )
        for r in session().execute(_OWN_PAIRS, {"me": actor.account_ref})
    ]  # fmt: skip


def log_or_404(actor: Actor, ref: str) -> SessionLog:
    """A sent log that the actor may read. Raises NotFound for any other."""
    log = session().scalar(visible_to(actor).where(SessionLog.ref == ref))
    if log is None:
        raise NotFound
    return log


def draft_or_404(actor: Actor, client_key: str) -> SessionLog:
    """One's own draft by its key. Raises NotFound for somebody else's, and for a pair that has ended."""
    log = session().scalar(drafts_of(actor).where(SessionLog.client_key == client_key))
    if log is None:
        raise NotFound
    return log


def own_log_by_key(actor: Actor, client_key: str, *, lock: bool = False) -> SessionLog | None:
    """One's own log by the key that the phone keeps, in whatever state."""
    statement = select(SessionLog).where(
        SessionLog.author_ref == actor.account_ref, SessionLog.client_key == client_key
    )
    return session().scalar(statement.with_for_update() if lock else statement)


_DRAFTS = (
    select(
        LOG.c.ref, LOG.c.client_key, LOG.c.pairing_id, LOG.c.typed_sealed, LOG.c.typed_version, LOG.c.typed_at,
        LOG.c.typed_on, PAIRING.c.ref.label("pairing_ref"), PAIRING.c.state.label("pairing_state"), LABEL,
    )
    .join_from(LOG, PAIRING, PAIRING.c.id == LOG.c.pairing_id)
    .join(CHILD, CHILD.c.id == PAIRING.c.child_id)
    .where(LOG.c.author_ref == bindparam("me"), LOG.c.state == LogState.DRAFT, OWN_PAIR)
    .order_by(LOG.c.typed_at.desc(), LOG.c.id.desc())
    .limit(bindparam("most"))
)  # fmt: skip
"""`drafts_of` as columns, the one typed last first."""
_DRAFTS_OF_PAIR = _DRAFTS.where(LOG.c.pairing_id == bindparam("pairing_id"))


def newest_draft(actor: Actor, pairing_id: int | None) -> Any | None:
    """The draft typed last, for one pair or for any, as columns."""
    known = {"me": actor.account_ref, "most": 1}
    if pairing_id is None:
        return session().execute(_DRAFTS, known).first()
    return session().execute(_DRAFTS_OF_PAIR, known | {"pairing_id": pairing_id}).first()


def open_drafts(actor: Actor) -> Sequence[Any]:
    """One's own drafts with the child's name and the state of the pair."""
    return session().execute(_DRAFTS, {"me": actor.account_ref, "most": 50}).all()


_LAST_LOG = (
    select(LOG.c.minutes, LOG.c.way, LOG.c.place)
    .join_from(LOG, PART, PART.c.log_id == LOG.c.id)
    .join(PAIRING, PAIRING.c.id == PART.c.pairing_id)
    .where(
        PART.c.pairing_id == bindparam("pairing_id"), LOG.c.author_ref == bindparam("me"), LOG.c.state.in_(SENT),
        LOG.c.attempt.is_(False), WORKING_PAIR,
    )
    .order_by(LOG.c.on_day.desc(), LOG.c.id.desc())
    .limit(1)
)  # fmt: skip


def last_log(actor: Actor, pairing_id: int) -> Any | None:
    """One's own newest sent log with contact of a pair, for what is chosen beforehand in the next one."""
    return session().execute(_LAST_LOG, {"me": actor.account_ref, "pairing_id": pairing_id}).first()


_PLANS = (
    select(
        PLANNED.c.ref, PLANNED.c.starts_at, PLANNED.c.ends_at, PLANNED.c.place, PLANNED.c.child_ref,
        PAIRING.c.ref.label("pairing_ref"), LABEL,
    )
    .join_from(PLANNED, PAIRING, PAIRING.c.id == PLANNED.c.pairing_id)
    .join(CHILD, CHILD.c.id == PAIRING.c.child_id)
    .where(WORKING_PAIR, PLANNED.c.state == PlanState.PLANNED)
    .limit(bindparam("most"))
)  # fmt: skip
_DUE_PLANS = _PLANS.where(PLANNED.c.starts_at <= bindparam("until")).order_by(
    PLANNED.c.starts_at.desc(), PLANNED.c.id.desc()
)
_COMING_PLANS = _PLANS.where(
    PLANNED.c.starts_at >= bindparam("since"), PLANNED.c.starts_at < bindparam("until")
).order_by(PLANNED.c.starts_at, PLANNED.c.id)
_NO_END = datetime(9999, 1, 1, tzinfo=UTC)


def due_plans(actor: Actor, until: datetime, most: int = 3) -> Sequence[Any]:
    """Planned sessions of one's own pairs that have begun by a moment and are not logged yet, the newest first."""
    return session().execute(_DUE_PLANS, {"me": actor.account_ref, "until": until, "most": most}).all()


def parts_of(actor: Actor, log: SessionLog) -> Sequence[Any]:
    """The parts of a log that the actor may read, each with its child."""
    return (
        session()
        .execute(
            select(
                SessionPart.id,
                SessionPart.ref,
                SessionPart.mood,
                SessionPart.text_sealed,
                SessionPart.child_ref,
                SessionPart.region_path,
                SessionPart.pairing_id,
                Pairing.ref.label("pairing_ref"),
                child_label(actor).label("label"),
                Child.id.label("child_id"),
                Child.born_on,
            )
            .join(SessionLog, SessionLog.id == SessionPart.log_id)
            .join(Pairing, Pairing.id == SessionPart.pairing_id)
            .join(Child, Child.id == Pairing.child_id)
            .where(SessionPart.log_id == log.id, part_clause(actor))
            .order_by(SessionPart.id)
        )
        .all()
    )


def comments_of(log: SessionLog) -> Sequence[SessionComment]:
    """What was written on reviewing, oldest first."""
    return (
        session()
        .scalars(select(SessionComment).where(SessionComment.log_id == log.id).order_by(SessionComment.id))
        .all()
    )


def amendments_of(log: SessionLog, part_refs: set[str]) -> list[SessionAmendment]:
    """Changes after the lock, newest first; those to one child's part only for whoever reads that part."""
    rows = session().scalars(
        select(SessionAmendment).where(SessionAmendment.log_id == log.id).order_by(SessionAmendment.id.desc())
    )
    return [a for a in rows if not a.field.startswith("text:") or a.field.removeprefix("text:") in part_refs]


def steps_of(kind: str, ref: str) -> Sequence[Any]:
    """The way of a record: from, to, who, when, why."""
    return (
        session()
        .execute(
            select(StateMove.source, StateMove.target, StateMove.reason, StateMove.actor_name, StateMove.at)
            .where(StateMove.subject_kind == kind, StateMove.subject_ref == ref)
            .order_by(StateMove.id)
        )
        .all()
    )


def name_of(account_ref: str) -> str:
    """The name of an account, '' for none."""
    return session().scalar(select(Account.name).where(Account.ref == account_ref)) or ""


_RETURNED = (
    select(LOG.c.ref, LOG.c.on_day, LABEL)
    .join_from(LOG, PAIRING, PAIRING.c.id == LOG.c.pairing_id)
    .join(CHILD, CHILD.c.id == PAIRING.c.child_id)
    .where(LOG.c.author_ref == bindparam("me"), LOG.c.state == LogState.RETURNED, WORKING_PAIR)
    .order_by(LOG.c.id)
    .limit(20)
)


def returned_logs(actor: Actor) -> Sequence[Any]:
    """One's own logs that came back."""
    return session().execute(_RETURNED, {"me": actor.account_ref}).all()


def coming_plans(actor: Actor, since: datetime, until: datetime | None = None, most: int = 20) -> Sequence[Any]:
    """Planned sessions of one's own pairs from a moment on, the earliest first."""
    known = {"me": actor.account_ref, "since": since, "until": until or _NO_END, "most": most}
    return session().execute(_COMING_PLANS, known).all()


def planned_or_404(actor: Actor, ref: str) -> tuple[PlannedSession, Any]:
    """A planned session that the actor may know of, with its pair and child as columns. Raises NotFound."""
    planned = session().scalar(planned_visible_to(actor).where(PlannedSession.ref == ref))
    if planned is None:
        raise NotFound
    return planned, pair_facts(planned.pairing_id)


def pair_facts(pairing_id: int) -> Any:
    """Columns of a pair and its child that planning and publishing need."""
    return (
        session()
        .execute(
            select(
                Pairing.id,
                Pairing.ref,
                Pairing.child_ref,
                Pairing.volunteer_ref,
                Pairing.mentor_account,
                Pairing.region_path,
                Pairing.state,
                Child.given_initials,
                FULL_NAME.label("full_name"),
                MENTOR_NAME.label("mentor_name"),
            )
            .join(Child, Child.id == Pairing.child_id)
            .where(Pairing.id == pairing_id)
        )
        .one()
    )


def opened_typed(row: Any) -> dict[str, Any]:
    """A draft as typed, from its columns."""
    text = opened(SessionLog.typed_sealed, row.ref, row.typed_sealed)
    return dict(json.loads(text)) if text else {}


def did_text(row: Any) -> str:
    """What was done, from the columns of a log."""
    return opened(SessionLog.did_sealed, row.ref, row.did_sealed)


def part_text(row: Any, *, ref: str = "") -> str:
    """What is about one child alone, from the columns of a part."""
    return opened(SessionPart.text_sealed, ref or row.ref, row.text_sealed)


def label_in(actor: Actor, pair: Any) -> str:
    """What this reader may call the child of a pair (columns of `pair_facts`)."""
    whole = actor.covers(pair.region_path, *REGION_ROLES)
    return str(pair.full_name if whole else pair.mentor_name)
