"""The clock of a need: whose duty it is, until when, what makes it stand, and what happens when it runs out."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from portal.access.queries import holders
from portal.audit.operations import record
from portal.duties.models import DutyState
from portal.duties.operations import end_duties, open_duty
from portal.kernel.actor import SYSTEM, Actor, Role
from portal.kernel.clock import local_day, start_of
from portal.kernel.db import session
from portal.kernel.errors import DomainError
from portal.kernel.secrets import CannotOpen
from portal.needs import queries
from portal.needs.models import Need, NeedHold
from portal.needs.operations.steps import step, write_step
from portal.needs.rules import (
    AT_LEVELS,
    KIND_WORDS,
    LEVELS,
    ROLE_AT,
    STATE_AT,
    Level,
    NeedState,
    NeedUrgency,
    StepKind,
    above,
    days_left,
)
from portal.notices.operations import read_at, tell
from portal.places.queries import corrections
from portal.places.settings import setting
from portal.places.working_days import add_working_days, is_workday

log = logging.getLogger("portal")
MOST_AT_ONCE = 200


def url_of(need: Need) -> str:
    """The need's own page."""
    return f"/needs/{need.ref}"


def duty_keys(need: Need) -> list[str]:
    """Every duty that a need can have."""
    return [f"need:{need.ref}", f"need-confirm:{need.ref}", f"need-overdue:{need.ref}"]


def end_of_term(now: datetime, working_days: int) -> datetime:
    """The end of the last day of a term of working days by the Chinese calendar, with the district's corrections."""
    return start_of(add_working_days(local_day(now), working_days, corrections()) + timedelta(days=1))


def let_go(need: Need, *, actor: Actor, now: datetime, reason: str = "") -> None:
    """Nobody owes anything for this need any more, and what was said of it counts as read."""
    how = DutyState.WAIVED if reason else DutyState.DONE
    end_duties(duty_keys(need), now=now, actor=actor, state=how, reason=reason)
    read_at(url_of(need), now=now)


def arrive(need: Need, *, now: datetime, kind: str = "") -> None:
    """A level has it now: a new clock, a duty of whoever has that level, and word to them.

    Source: settings `need_days_<level>`; domain.md, Need: 3, 7, 15 working days. `kind` names another notice than the
    usual one.
    """
    need.due_at = end_of_term(now, setting(f"need_days_{need.level.value}"))
    need.answerable_ref = ""
    if need.held_since is None:
        owe(need, now=now)
    else:
        need.held_since = now
    usual = "need-urgent" if need.urgency is NeedUrgency.URGENT else "need-arrived"
    tell(kind or usual, to=people_of(need), now=now, url=url_of(need), what=KIND_WORDS[need.kind])


def owe(need: Need, *, now: datetime) -> None:
    """The duty of the level that has it."""
    open_duty(
        f"need:{need.ref}", kind="need-handle", subject_kind="need", subject_ref=need.ref, child_ref=need.child_ref,
        url=url_of(need), owner_role=ROLE_AT[need.level], path=need.region_path, due_at=need.due_at, now=now,
    )  # fmt: skip


def follow(need: Need, *, actor: Actor, now: datetime) -> None:
    """The child lives elsewhere: the same is owed by the same day, by those who have the new village."""
    if need.held_since is not None or need.state is NeedState.OFFERED:
        return
    let_go(need, actor=actor, now=now, reason="moved house")
    if need.state is NeedState.RESOLVED:
        owe_confirmation(need, now=now)
        return
    need.answerable_ref = ""
    owe(need, now=now)
    tell("need-arrived", to=people_of(need), now=now, url=url_of(need), what=KIND_WORDS[need.kind])


def owe_confirmation(need: Need, *, now: datetime) -> None:
    """The caseworker asks the family whether it has what it needed."""
    need.due_at = end_of_term(now, setting("need_confirm_days"))
    open_duty(
        f"need-confirm:{need.ref}", kind="need-confirm", subject_kind="need", subject_ref=need.ref,
        child_ref=need.child_ref, url=url_of(need), owner_role=Role.CASEWORKER, path=need.region_path,
        due_at=need.due_at, now=now,
    )  # fmt: skip


def people_of(need: Need) -> list[str]:
    """Who is told at the need's level; where nobody has that role, those of the next level that somebody has."""
    for level in LEVELS[LEVELS.index(need.level) :]:
        if people := queries.people_at(ROLE_AT[level], need.region_path):
            return people
    return []


def named_person(path: str) -> str:
    """Who answers by name for what is overdue at the district: the person of the setting `need_overdue_person`, when
    that is a coordinator of the region, else the region's first coordinator. '' where there is none."""
    wanted = str(setting("need_overdue_person")).strip()
    people = holders(Role.COORDINATOR, path)
    if wanted:
        of_setting = queries.refs_called(wanted)
        for row in people:
            if row.ref in of_setting:
                return str(row.ref)
    return str(people[0].ref) if people else ""


def hold_clock(need: Need, *, because_ref: str, actor: Actor, now: datetime) -> None:
    """A referral or a claim is live: the clock stands as long as anything holds it. Twice is harmless.

    The caller commits. Source: domain.md, Need: it stops while a referral or a claim is live.
    """
    if any(hold.because_ref == because_ref for hold in queries.holds_of(need)):
        return
    session().add(NeedHold(need_id=need.id, because_ref=because_ref, from_at=now))
    session().flush()
    if need.held_since is None and need.state in AT_LEVELS:
        need.held_since = now
        end_duties(duty_keys(need), now=now, actor=actor, state=DutyState.WAIVED, reason="the clock stands")
        write_step(need, StepKind.HELD, "", actor=actor, now=now)
        record("need-clock-held", need, actor=actor, now=now, because=because_ref)


def release_clock(need: Need, *, because_ref: str, actor: Actor, now: datetime) -> None:
    """What held the clock is not live any more. When nothing else does, it runs on with the working days it had left.

    Twice is harmless. The caller commits.
    """
    live = queries.holds_of(need)
    for hold in live:
        if hold.because_ref == because_ref:
            hold.until_at = now
    session().flush()
    if need.held_since is None or any(hold.because_ref != because_ref for hold in live):
        return
    since, need.held_since = need.held_since, None
    if need.state not in AT_LEVELS:
        return
    if need.due_at > since:
        known = corrections()
        last = local_day(need.due_at - timedelta(seconds=1))
        left = days_left(local_day(since), last, lambda day: is_workday(day, known))
        need.due_at = end_of_term(now, left)
    owe(need, now=now)
    write_step(need, StepKind.RELEASED, "", actor=actor, now=now)
    record("need-clock-released", need, actor=actor, now=now, because=because_ref)


def climb_overdue(now: datetime) -> int:
    """What nobody answered in time goes up by itself; at the district a named person answers for it from then on.

    It never goes to the public board by itself. Gives how many went a step on; the caller commits. Twice is harmless.
    Source: domain.md, Need.
    """
    gone, last_id = 0, 0
    # Those that stay where they are (a district without a coordinator) must not fill the round: all are gone through.
    while gone < MOST_AT_ONCE and (late := [(n.id, n.ref, n) for n in queries.overdue(now, MOST_AT_ONCE, last_id)]):
        last_id = late[-1][0]
        for _id, ref, need in late:
            try:
                with session().begin_nested():
                    gone += _name(need, now) if need.level is Level.DISTRICT else _climb(need, now)
                    session().flush()
            except (SQLAlchemyError, CannotOpen, DomainError):
                # One row that cannot be read must not keep all others from going up.
                log.exception("need %s could not go up", ref)
    return gone


def _climb(need: Need, now: datetime) -> bool:
    target = above(need.level)
    if target is None:
        return False
    before = queries.people_at(ROLE_AT[need.level], need.region_path)
    let_go(need, actor=SYSTEM, now=now, reason="went up")
    step(need, STATE_AT[target], StepKind.CLIMBED, "", level=target, actor=SYSTEM, now=now)
    arrive(need, now=now, kind="need-climbed")
    told = set(people_of(need))
    tell(
        "need-went-up", to=[ref for ref in before if ref not in told], now=now, url=url_of(need),
        what=KIND_WORDS[need.kind],
    )  # fmt: skip
    return True


def _name(need: Need, now: datetime) -> bool:
    person = named_person(need.region_path)
    if not person:
        return False
    need.answerable_ref = person
    end_duties(duty_keys(need), now=now, state=DutyState.WAIVED, reason="a named person answers for it")
    open_duty(
        f"need-overdue:{need.ref}", kind="need-overdue", subject_kind="need", subject_ref=need.ref,
        child_ref=need.child_ref, url=url_of(need), owner_ref=person, path=need.region_path, due_at=need.due_at,
        now=now,
    )  # fmt: skip
    write_step(need, StepKind.OVERDUE, "", actor=SYSTEM, now=now)
    record("need-overdue", need, actor=SYSTEM, now=now, person=person)
    tell("need-overdue", to=[person], now=now, url=url_of(need), what=KIND_WORDS[need.kind])
    return True


def forget_person(account_ref: str) -> None:
    """Somebody has left: what they answered for by name gets another person at the next round. The caller commits."""
    theirs = select(Need).where(Need.answerable_ref == account_ref, Need.state == NeedState.AT_DISTRICT)
    for need in session().scalars(theirs).all():
        need.answerable_ref = ""
