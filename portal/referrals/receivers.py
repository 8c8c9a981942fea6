"""What other rooms' signals mean for referrals. Every receiver is harmless when the same signal comes twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.children.rules import Purpose
from portal.kernel.actor import Actor
from portal.kernel.db import session
from portal.kernel.errors import require
from portal.kernel.words import N_
from portal.needs.rules import AT_LEVELS, ENDED, NeedState
from portal.partners.policy import works_for
from portal.referrals.models import Referral
from portal.referrals.operations import call_off_all, confirm_through, owe_answer, reopen
from portal.referrals.rules import LIVE, UNANSWERED, ReferralState

CONSENT_ENDED = N_("The consent was withdrawn.")
FILE_ENDED = N_("The child's file was closed or transferred.")
NEED_ENDED = N_("The need has ended.")
NOT_MET = N_("The family does not have what it needed.")
RUNNING = (ReferralState.DRAFTED, *LIVE)


def _running(*tests: Any) -> list[Referral]:
    return list(session().scalars(select(Referral).where(Referral.state.in_(RUNNING), *tests).order_by(Referral.id)))


def on_consent_withdrawn(_sender: Any, *, child_ref: str, purpose: Purpose, now: datetime, **_facts: Any) -> None:
    """Without the consent sharing stops at once, and the receiver is told to delete. Source: issue 3, Bad input."""
    if purpose in (Purpose.FILE, Purpose.REFERRAL):
        call_off_all(_running(Referral.child_ref == child_ref), reason=CONSENT_ENDED, now=now)


def on_child_left(sender: Any, *, now: datetime, **_facts: Any) -> None:
    """A file that is closed or transferred is not shared on."""
    call_off_all(_running(Referral.child_id == sender.id), reason=FILE_ENDED, now=now)


def on_child_moved(sender: Any, *, now: datetime, **_facts: Any) -> None:
    """Staff of the new village carry its referrals on, ended ones too."""
    for referral in session().scalars(select(Referral).where(Referral.child_id == sender.id)):
        referral.region_path = sender.region_path
        if referral.state in UNANSWERED:
            owe_answer(referral, now=now)


def on_need_moved(sender: Any, *, before: NeedState, actor: Actor, now: datetime, **_facts: Any) -> None:
    """What the family says on the need's page holds for the referral that did it; an ended need is not shared on.

    Raises NotAllowed for the receiver's own people, who never say for the family that it has what it needed.
    """
    running = _running(Referral.need_id == sender.id)
    done = [r for r in running if r.state is ReferralState.COMPLETED]
    if before is NeedState.RESOLVED and sender.state in AT_LEVELS:
        for referral in done:
            reopen(referral, sender, reason=NOT_MET, actor=actor, now=now)
    elif sender.state in (NeedState.MET, NeedState.PARTLY_MET):
        require(not any(works_for(actor, r.org_ref) for r in done))
        for referral in done:
            confirm_through(referral, sender, actor=actor, now=now)
        call_off_all([r for r in running if r not in done], reason=NEED_ENDED, now=now)
    elif sender.state in ENDED:
        for referral in done:
            reopen(referral, sender, reason=NOT_MET, goes_on=False, actor=actor, now=now)
        call_off_all([r for r in running if r not in done], reason=NEED_ENDED, now=now)
