"""How a referral ends: confirmed by the family, called off by either side, or by what happens elsewhere."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.exc import SQLAlchemyError

from portal.audit.operations import record
from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.clock import local_day
from portal.kernel.db import session
from portal.kernel.errors import DomainError, require
from portal.kernel.secrets import CannotOpen
from portal.kernel.words import N_
from portal.needs.models import Need
from portal.needs.operations import close_need, hold_clock, release_clock, reopen_through
from portal.needs.rules import ConfirmedBy, NeedOutcome, NeedState
from portal.referrals import policy
from portal.referrals.models import Referral
from portal.referrals.operations.going import back_to_queue, go, tell_receiver, tell_staff
from portal.referrals.operations.sharing import end_sharing
from portal.referrals.rules import LIVE, REMIND_AFTER, UNANSWERED, ReferralState

log = logging.getLogger("portal")
S = ReferralState
DELETE_WITHIN_DAYS = 7
"""A receiver is asked to delete what it keeps within so many days of the end of sharing."""
MOST_AT_ONCE = 200
NOT_SHARED = N_("What was shared has been taken back, so the organisation cannot go on.")

ENDED_HERE = N_("Nobody works on this need any more.")


def confirm(
    referral: Referral, need: Need, *, by: ConfirmedBy | None, met: NeedOutcome, note: str = "", actor: Actor,
    now: datetime,
) -> None:  # fmt: skip
    """The family has what it needed (or a part of it): both the referral and the need are closed. The caller commits.

    Raises NotAllowed for the receiver, and DomainError without a confirmation. Source: domain.md, Referral.
    """
    require(policy.can_confirm(actor, referral))
    if need.state is NeedState.RESOLVED:
        # The referral follows by the need's own signal, whichever page the family's word was written on.
        close_need(need, met, note=note, confirmed_by=by, actor=actor, now=now)
    if referral.state is S.COMPLETED:
        confirm_through(referral, need, actor=actor, now=now)


def confirm_through(referral: Referral, need: Need, *, actor: Actor, now: datetime) -> None:
    """The family has confirmed the need that it was about. The calling operation has checked who may."""
    referral.confirmed_at = now
    go(referral, S.CONFIRMED, actor=actor, now=now)
    release_clock(need, because_ref=referral.ref, actor=actor, now=now)
    tell_receiver("referral-confirmed", referral, now=now, url="/referrals")


def dispute(referral: Referral, need: Need, *, reason: str, actor: Actor, now: datetime) -> None:
    """The family does not have what it needed: the receiver goes on, and the need is open again. The caller commits."""
    require(policy.can_confirm(actor, referral))
    reopen(referral, need, reason=reason, actor=actor, now=now)
    if need.state is NeedState.RESOLVED:
        reopen_through(need, note=reason, actor=actor, now=now)


def reopen(
    referral: Referral, need: Need, *, reason: str, goes_on: bool = True, actor: Actor, now: datetime
) -> None:  # fmt: skip
    """A completed one is with the receiver again; it ends where nothing is shared any more, or nobody is to go on."""
    referral.outcome, referral.outcome_note, referral.completed_at = None, "", None
    go(referral, S.IN_PROGRESS, actor=actor, now=now, reason=reason)
    if referral.shared_sealed is None or not goes_on:
        _call_off(referral, reason=NOT_SHARED if goes_on else ENDED_HERE, actor=SYSTEM, now=now)
        return
    hold_clock(need, because_ref=referral.ref, actor=actor, now=now)
    tell_receiver("referral-disputed", referral, now=now)


def cancel(referral: Referral, *, reason: str, actor: Actor, now: datetime) -> None:
    """Either side calls it off before it is completed. The caller commits."""
    require(policy.can_cancel(actor, referral))
    by_partner = not policy.can_send(actor, referral)
    _call_off(referral, reason=reason, actor=actor, now=now, by_partner=by_partner)
    if by_partner:
        tell_staff("referral-cancelled", referral, now=now)


def _call_off(referral: Referral, *, reason: str, actor: Actor, now: datetime, by_partner: bool = False) -> None:
    sent = referral.state in LIVE
    go(referral, S.CANCELLED, actor=actor, now=now, reason=reason, by_partner=by_partner)
    back_to_queue(referral, actor=actor, now=now)
    if sent:
        ask_to_delete(referral, now=now)


def enter_in_error(referral: Referral, *, reason: str, actor: Actor, now: datetime) -> None:
    """It should never have been: sharing ends at once, and the receiver is asked to delete. The caller commits."""
    require(policy.can_enter_in_error(actor, referral))
    sent = referral.sent_at is not None
    go(referral, S.ENTERED_IN_ERROR, actor=actor, now=now, reason=reason)
    back_to_queue(referral, actor=actor, now=now)
    if sent:
        ask_to_delete(referral, now=now)


def ask_to_delete(referral: Referral, *, now: datetime) -> None:
    """Tell the receiver to delete what it keeps, and by when. Twice is harmless. The caller commits."""
    if referral.delete_by is None:
        referral.delete_by = local_day(now) + timedelta(days=DELETE_WITHIN_DAYS)
        tell_receiver("referral-delete", referral, now=now, url=f"/referrals/deletions/{referral.ref}")


def note_deleted(referral: Referral, *, actor: Actor, now: datetime) -> None:
    """The receiver says that it has deleted what it kept. Twice is harmless. The caller commits."""
    require(policy.can_note_deletion(actor, referral))
    if referral.deleted_at is None:
        referral.deleted_at = now
        record("referral-deleted-by-receiver", referral, actor=actor, now=now, about_ref=referral.child_ref)


def call_off_all(referrals: Iterable[Referral], *, reason: str, now: datetime) -> None:
    """Something else has ended them: the consent, the file, the need. Sharing stops at once. The caller commits.

    What the receiver has done already is still confirmed, or not, by the family.
    """
    for referral in referrals:
        if referral.state is S.COMPLETED:
            end_sharing(referral, actor=SYSTEM, now=now)
            back_to_queue(referral, actor=SYSTEM, now=now)
            ask_to_delete(referral, now=now)
        else:
            _call_off(referral, reason=reason, actor=SYSTEM, now=now)


def remind_and_expire(now: datetime) -> int:
    """Remind receivers at 24 and 48 hours; what nobody answered in five working days returns to the queue.

    Gives how many went a step on. For the worker, which commits; twice is harmless. Source: domain.md, Referral.
    """
    first, second = (now - after for after in REMIND_AFTER)
    unreminded = or_(
        and_(Referral.reminded == 0, Referral.asked_at <= first),
        and_(Referral.reminded == 1, Referral.asked_at <= second),
    )
    late = session().scalars(
        select(Referral)
        .where(
            Referral.state.in_(UNANSWERED),
            or_(Referral.expires_at <= now, and_(Referral.state == S.SENT, unreminded)),
        )
        .order_by(Referral.expires_at, Referral.id)
        .limit(MOST_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    gone = 0
    for ref, referral in [(r.ref, r) for r in late]:
        try:
            with session().begin_nested():
                gone += _expire(referral, now) or _remind(referral, now)
                session().flush()
        except (SQLAlchemyError, CannotOpen, DomainError):
            # One that breaks must not keep all others from being reminded of and from coming back.
            log.exception("referral %s could not go on", ref)
    return gone


def _expire(referral: Referral, now: datetime) -> bool:
    if referral.expires_at is None or referral.expires_at > now:
        return False
    go(referral, S.EXPIRED, actor=SYSTEM, now=now)
    back_to_queue(referral, actor=SYSTEM, now=now)
    tell_staff("referral-expired", referral, now=now)
    return True


def _remind(referral: Referral, now: datetime) -> bool:
    """Once after each interval; of those that wait for the receiver, not of those that wait for us."""
    since = referral.asked_at or referral.sent_at or now
    due = sum(since + after <= now for after in REMIND_AFTER)
    if due <= referral.reminded:
        return False
    referral.reminded = due
    tell_receiver("referral-reminder", referral, now=now)
    return True
