"""A need on its way: up, back, resolved, confirmed, and out again."""

from __future__ import annotations

from datetime import datetime

from portal.kernel.actor import SYSTEM, Actor, Role
from portal.kernel.db import session
from portal.kernel.errors import DomainError, require
from portal.kernel.words import N_
from portal.needs import policy, queries
from portal.needs.models import Need
from portal.needs.operations import clock
from portal.needs.operations.steps import note_need as write_note
from portal.needs.operations.steps import step
from portal.needs.rules import (
    OPEN_STATES,
    STANDING,
    STATE_AFTER,
    STATE_AT,
    UNSOLVED,
    ConfirmedBy,
    Level,
    NeedOutcome,
    NeedState,
    StepKind,
    above,
    below,
)
from portal.notices.operations import tell

FILE_ENDED = N_("The child's file was closed or transferred.")


def escalate_need(need: Need, *, note: str, actor: Actor, now: datetime, seen: Level | None = None) -> None:
    """Pass it up one level with a note: a new clock runs there. The caller commits.

    `seen` is the level that the page showed, so that pressing twice at once goes up one level and not two. Raises
    NotAllowed, or DomainError without a note or when somebody was faster.
    """
    _as_seen(need, seen)
    require(policy.can_escalate(actor, need))
    _go(need, above(need.level), StepKind.ESCALATED, note, actor=actor, now=now)


def return_need(need: Need, *, note: str, actor: Actor, now: datetime, seen: Level | None = None) -> None:
    """Give it back one level with a note: a new clock runs there. The caller commits. Errors as for passing it up."""
    _as_seen(need, seen)
    require(policy.can_return(actor, need))
    _go(need, below(need.level), StepKind.RETURNED, note, actor=actor, now=now)


def _as_seen(need: Need, seen: Level | None) -> None:
    if seen is not None and (need.level is not seen or need.state is not STATE_AT[seen]):
        raise DomainError(N_("Somebody else has passed it on meanwhile. Look again."))


def _go(need: Need, level: Level | None, kind: StepKind, note: str, *, actor: Actor, now: datetime) -> None:
    require(level is not None)
    target = level or need.level
    step(need, STATE_AT[target], kind, note, level=target, actor=actor, now=now)
    clock.let_go(need, actor=actor, now=now)
    clock.arrive(need, now=now)
    _tell_raiser(need, actor=actor, now=now)


def remark_on_need(need: Need, *, note: str, actor: Actor, now: datetime) -> None:
    """Write a note to the other levels; nothing else changes. The caller commits."""
    require(policy.can_remark(actor, need))
    write_note(need, note, actor=actor, now=now)


def resolve_need(need: Need, *, note: str, actor: Actor, now: datetime) -> None:
    """Say what was done. Resolved is not met: the family is asked next. The caller commits."""
    require(policy.can_handle(actor, need))
    resolve_through(need, note=note, actor=actor, now=now)


def resolve_through(need: Need, *, note: str, actor: Actor, now: datetime) -> None:
    """Resolve it by a completed referral or a fulfilled claim, at whichever level it is. The caller commits.

    The calling room has checked who may. A need that is resolved already stays so.
    """
    if need.state is NeedState.RESOLVED:
        return
    step(need, NeedState.RESOLVED, StepKind.RESOLVED, note, actor=actor, now=now)
    need.resolved_at, need.answerable_ref, need.held_since = now, "", None
    clock.let_go(need, actor=actor, now=now)
    clock.owe_confirmation(need, now=now)
    told = queries.people_at(Role.CASEWORKER, need.region_path) or clock.people_of(need)
    tell("need-resolved", to=[ref for ref in told if ref != actor.account_ref], now=now, url=clock.url_of(need))
    _tell_raiser(need, actor=actor, now=now, besides=told)


def close_need(
    need: Need, outcome: NeedOutcome, *, note: str = "", confirmed_by: ConfirmedBy | None, actor: Actor, now: datetime
) -> None:
    """Close it with what the family says. The caller commits.

    `confirmed_by` says who does: the carer, whom somebody of staff has asked, or the caseworker in person. Raises
    NotAllowed, or DomainError without a confirmation, or without a note for what was not or partly met.
    Source: domain.md, Need: `met` needs an outcome and a confirmation by the carer, or by the caseworker in person.
    """
    in_person = confirmed_by is ConfirmedBy.CASEWORKER
    require(policy.can_confirm_in_person(actor, need) if in_person else policy.can_confirm(actor, need))
    if outcome is not NeedOutcome.MET and not note.strip():
        raise DomainError(N_("Write what is still missing, and why."), field="note")
    need.outcome, need.confirmed_by = outcome, confirmed_by
    step(need, STATE_AFTER[outcome], StepKind.CLOSED, note, actor=actor, now=now)
    need.closed_at = now
    clock.let_go(need, actor=actor, now=now)
    _tell_raiser(need, actor=actor, now=now)


def reopen_need(need: Need, *, note: str, actor: Actor, now: datetime) -> None:
    """The family does not have what it needed: back to the level that resolved it, with a new clock.

    The caller commits. Raises NotAllowed, or DomainError without a note.
    """
    require(policy.can_confirm(actor, need))
    reopen_through(need, note=note, actor=actor, now=now)


def reopen_through(need: Need, *, note: str, actor: Actor, now: datetime) -> None:
    """Open it again because a referral or a claim was not confirmed. The calling room has checked who may."""
    step(need, STATE_AT[need.level], StepKind.REOPENED, note, actor=actor, now=now)
    need.resolved_at = None
    clock.let_go(need, actor=actor, now=now)
    if queries.holds_of(need):
        need.held_since = now
    clock.arrive(need, now=now)
    _tell_raiser(need, actor=actor, now=now)


def withdraw_need(need: Need, *, reason: str, actor: Actor, now: datetime) -> None:
    """It is not needed any more. The caller commits. Raises NotAllowed, or DomainError without a reason."""
    require(policy.can_withdraw(actor, need))
    _end(need, NeedState.WITHDRAWN, StepKind.WITHDRAWN, reason, actor=actor, now=now)
    _tell_raiser(need, actor=actor, now=now)


def withdraw_with_file(child_ref: str, *, now: datetime) -> None:
    """A file was closed or transferred: nobody here works on its open needs any more. The caller commits."""
    for need in queries.of_child(child_ref, UNSOLVED):
        _end(need, NeedState.WITHDRAWN, StepKind.WITHDRAWN, FILE_ENDED, actor=SYSTEM, now=now)


def enter_need_in_error(need: Need, *, reason: str, actor: Actor, now: datetime) -> None:
    """It should never have been entered; it stays, and hides nothing from the log. The caller commits."""
    require(policy.can_enter_in_error(actor, need))
    _end(need, NeedState.ENTERED_IN_ERROR, StepKind.IN_ERROR, reason, actor=actor, now=now)


def _end(need: Need, to: NeedState, kind: StepKind, reason: str, *, actor: Actor, now: datetime) -> None:
    if not reason.strip():
        raise DomainError(N_("Give a reason."), field="note")
    step(need, to, kind, reason, actor=actor, now=now)
    need.answerable_ref, need.held_since, need.closed_at = "", None, now
    clock.let_go(need, actor=actor, now=now, reason=to.value)


def mark_offered(need: Need, *, actor: Actor, now: datetime) -> None:
    """The district has put it on the public board: its clock there is the board's. The caller commits.

    The calling room has checked who may (`policy.can_offer`). Raises DomainError for one that is not at the district.
    """
    step(need, NeedState.OFFERED, StepKind.OFFERED, "", actor=actor, now=now)
    need.answerable_ref, need.held_since = "", None
    clock.let_go(need, actor=actor, now=now)
    _tell_raiser(need, actor=actor, now=now)


def take_back(need: Need, *, reason: str, actor: Actor, now: datetime) -> None:
    """It is off the board again: the district has it, with a new clock. The caller commits."""
    step(need, NeedState.AT_DISTRICT, StepKind.TAKEN_BACK, reason, level=Level.DISTRICT, actor=actor, now=now)
    if queries.holds_of(need):
        need.held_since = now
    clock.arrive(need, now=now)


def follow_child(child_ref: str, path: str, *, actor: Actor, now: datetime) -> None:
    """A child has moved house: its needs, ended ones too, and who has to do with them, go by the new village.

    The caller commits.
    """
    for need in queries.of_child(child_ref, tuple(NeedState)):
        need.region_path = path
        session().flush()
        if need.state in OPEN_STATES:
            clock.follow(need, actor=actor, now=now)


def _tell_raiser(need: Need, *, actor: Actor, now: datetime, besides: list[str] | None = None) -> None:
    """Whoever raised it knows where it stands, as long as they could open its page. Source: safety.md, T3."""
    if need.raised_by not in {actor.account_ref, *(besides or ())} and queries.raiser_knows(need):
        tell("need-moved", to=[need.raised_by], now=now, url=clock.url_of(need), state=STANDING[need.state])
