"""Planned sessions: make one, move it, say that it was missed, call it off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from portal.audit.operations import move, note_move, record
from portal.calendars.operations import cancel as cancel_booking
from portal.calendars.operations import publish
from portal.calendars.queries import conflicts
from portal.kernel.actor import Actor
from portal.kernel.clock import zone
from portal.kernel.db import session
from portal.kernel.errors import DomainError, require
from portal.kernel.words import N_
from portal.mentoring.models import PlannedSession
from portal.mentoring.policy import can_change_plan
from portal.mentoring.queries import pair_facts
from portal.mentoring.rules import LOGGABLE, PLACE_WORDS, PlaceKind, PlanState
from portal.notices.operations import tell

FURTHEST_DAYS = 366


def resources(pair: Any) -> list[str]:
    """What a session takes up: the child and the volunteer."""
    return [f"child:{pair.child_ref}", f"volunteer:{pair.volunteer_ref}"]


def clashes(pair: Any, starts_at: datetime, minutes: int, *, besides_ref: str = "") -> Sequence[Any]:
    """What the child or the volunteer has at that time already."""
    return conflicts(resources(pair), starts_at, starts_at + timedelta(minutes=minutes), besides_ref=besides_ref)


def plan_session(
    pairing_id: int, *, starts_at: datetime, minutes: int, place: PlaceKind, anyway: bool, actor: Actor, now: datetime
) -> PlannedSession:
    """Plan a session of `minutes` and put it into the calendars. The caller commits.

    Raises NotAllowed unless the actor is the pair's mentor or coordinates the region, and DomainError when the pair is
    paused, the time is past, or it overlaps with something else and `anyway` is not set.
    """
    pair = pair_facts(pairing_id)
    require(can_change_plan(actor, pair, pair.mentor_account))
    _check(pair, starts_at, minutes, anyway=anyway, now=now)
    planned = PlannedSession(
        pairing_id=pair.id,
        child_ref=pair.child_ref,
        region_path=pair.region_path,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        place=place,
        state=PlanState.PLANNED,
        made_at=now,
        made_by=actor.account_ref,
    )
    session().add(planned)
    session().flush()
    note_move(planned, "", PlanState.PLANNED, actor=actor, now=now)
    record("planned-session-made", planned, actor=actor, now=now)
    _publish(planned, planned, pair, now=now)
    return planned


def move_session(
    planned: PlannedSession,
    *,
    starts_at: datetime,
    minutes: int,
    place: PlaceKind,
    anyway: bool,
    actor: Actor,
    now: datetime,
) -> PlannedSession:
    """Move a planned session: the old row is `moved`, a new one is planned. The caller commits.

    The booking stays the one of the first row, so calendars keep its UID and see SEQUENCE rise. Raises as
    `plan_session`, and DomainError when it is not planned any more.
    """
    pair = pair_facts(planned.pairing_id)
    require(can_change_plan(actor, pair, pair.mentor_account))
    first = _first_of(planned)
    _check(pair, starts_at, minutes, anyway=anyway, now=now, besides_ref=first.ref)
    move(planned, PlanState.MOVED, actor=actor, now=now)
    later = PlannedSession(
        pairing_id=pair.id,
        child_ref=pair.child_ref,
        region_path=pair.region_path,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        place=place,
        state=PlanState.PLANNED,
        made_at=now,
        made_by=actor.account_ref,
        first_ref=first.ref,
    )
    session().add(later)
    planned.moved_to_ref = later.ref
    session().flush()
    note_move(later, "", PlanState.PLANNED, actor=actor, now=now)
    _publish(first, later, pair, now=now)
    _tell_mentor(pair, f"{_short(planned.starts_at)} → {_short(starts_at)}", later.ref, actor=actor, now=now)
    return later


def miss_session(planned: PlannedSession, *, reason: str, actor: Actor, now: datetime) -> None:
    """Say that a planned session did not take place. The caller commits. Raises DomainError before it has begun."""
    pair = pair_facts(planned.pairing_id)
    require(can_change_plan(actor, pair, pair.mentor_account))
    if planned.starts_at > now:
        raise DomainError(N_("It has not begun yet. Move it or call it off instead."))
    planned.reason = reason[:300]
    move(planned, PlanState.MISSED, reason=reason, actor=actor, now=now)


def cancel_session(planned: PlannedSession, *, reason: str, actor: Actor, now: datetime) -> None:
    """Call a planned session off; calendars show it as cancelled. The caller commits."""
    pair = pair_facts(planned.pairing_id)
    require(can_change_plan(actor, pair, pair.mentor_account))
    planned.reason = reason[:300]
    move(planned, PlanState.CANCELLED, reason=reason, actor=actor, now=now)
    cancel_booking(_first_of(planned), now=now)
    _tell_mentor(pair, f"{_short(planned.starts_at)} ✕", planned.ref, actor=actor, now=now)


def cancel_coming(pairing_id: int, *, reason: str, actor: Actor, now: datetime) -> None:
    """Call off whatever a pair that has ended had planned. The caller commits."""
    for planned in _standing_plans(pairing_id):
        planned.reason = reason[:300]
        move(planned, PlanState.CANCELLED, reason=reason, actor=actor, now=now)
        cancel_booking(_first_of(planned), now=now)


def suspend_coming(pairing_id: int, *, now: datetime) -> None:
    """A pair rests: what it has planned stays planned and does not stand in calendars. The caller commits.

    The same for a pause and for a freeze, so that no calendar tells the two apart; twice is harmless.
    """
    for planned in _standing_plans(pairing_id):
        cancel_booking(_first_of(planned), now=now)


def bring_back_coming(pairing_id: int, *, now: datetime) -> None:
    """A pair goes on: what it had planned and what is still to come stands in calendars again. The caller commits."""
    pair = pair_facts(pairing_id)
    for planned in _standing_plans(pairing_id):
        if planned.starts_at > now:
            _publish(_first_of(planned), planned, pair, now=now)


def _standing_plans(pairing_id: int) -> Sequence[PlannedSession]:
    standing = select(PlannedSession).where(
        PlannedSession.pairing_id == pairing_id, PlannedSession.state == PlanState.PLANNED
    )
    return session().scalars(standing.order_by(PlannedSession.id)).all()


def hold_session(ref: str, pairing_ids: set[int], *, actor: Actor, now: datetime) -> str:
    """Mark a planned session as held by the log that fulfils it; gives its ref, '' when it is not planned any more."""
    planned = session().scalar(
        select(PlannedSession)
        .where(
            PlannedSession.ref == ref,
            PlannedSession.pairing_id.in_(pairing_ids),
            PlannedSession.state == PlanState.PLANNED,
        )
        .with_for_update()
    )
    if planned is None:
        return ""
    move(planned, PlanState.HELD, actor=actor, now=now)
    return planned.ref


def _first_of(planned: PlannedSession) -> PlannedSession:
    if not planned.first_ref:
        return planned
    return session().scalars(select(PlannedSession).where(PlannedSession.ref == planned.first_ref)).one()


def _check(pair: Any, starts_at: datetime, minutes: int, *, anyway: bool, now: datetime, besides_ref: str = "") -> None:
    if pair.state not in LOGGABLE:
        raise DomainError(N_("This pairing is paused by the programme. Nothing can be planned now."))
    if starts_at <= now:
        raise DomainError(
            N_("The next session lies in the past. Give a day and time that are still to come."), field="next_on"
        )
    if starts_at > now + timedelta(days=FURTHEST_DAYS):
        raise DomainError(N_("Plan at most a year ahead."), field="next_on")
    if not anyway and (found := clashes(pair, starts_at, minutes, besides_ref=besides_ref)):
        raise DomainError(
            N_(
                "At that time there is another plan already: %(when)s. "
                "Choose another time, or confirm that both are meant."
            ),
            field="next_on",
            when=_span(found[0]),
        )


def _span(row: Any) -> str:
    if row.starts_at is None:
        return str(row.first_on)
    return f"{_short(row.starts_at)}–{row.ends_at.astimezone(zone()):%H:%M}"


def _short(moment: datetime) -> str:
    return f"{moment.astimezone(zone()):%m-%d %H:%M}"


def _publish(first: PlannedSession, standing: PlannedSession, pair: Any, *, now: datetime) -> None:
    publish(
        first,
        kind="session",
        title=pair.given_initials.upper(),
        place=PLACE_WORDS[standing.place],
        starts_at=standing.starts_at,
        ends_at=standing.ends_at,
        url=f"/planned-sessions/{standing.ref}",
        region_path=pair.region_path,
        audience=[pair.mentor_account],
        resources=resources(pair),
        now=now,
    )


def _tell_mentor(pair: Any, what: str, ref: str, *, actor: Actor, now: datetime) -> None:
    """The mentor is told when somebody else has changed the plan."""
    if pair.mentor_account and pair.mentor_account != actor.account_ref:
        tell(
            "session-moved",
            to=[pair.mentor_account],
            now=now,
            url=f"/planned-sessions/{ref}",
            child=pair.given_initials.upper(),
            what=what,
        )
