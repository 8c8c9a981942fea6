"""What other rooms' signals mean for referrals. Every receiver is harmless when the same signal comes twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.children.rules import Purpose
from portal.kernel.db import session
from portal.kernel.words import N_
from portal.needs.rules import NeedState
from portal.referrals.models import Referral
from portal.referrals.operations.moving import call_off_all
from portal.referrals.rules import LIVE, ReferralState

CONSENT_ENDED = N_("The consent was withdrawn.")
FILE_ENDED = N_("The child's file was closed or transferred.")
NEED_ENDED = N_("The need has ended.")
RUNNING = (ReferralState.DRAFTED, *LIVE)


def _running(*tests: Any) -> list[Referral]:
    return list(session().scalars(select(Referral).where(Referral.state.in_(RUNNING), *tests).order_by(Referral.id)))


def on_consent_withdrawn(_sender: Any, *, child_ref: str, purpose: Purpose, now: datetime, **_facts: Any) -> None:
    """Without the consent sharing stops at once, and the receiver is told to delete. Source: issue 3, Bad input."""
    if purpose in (Purpose.FILE, Purpose.REFERRAL):
        call_off_all(_running(Referral.child_ref == child_ref), reason=CONSENT_ENDED, now=now)


def on_child_left(child: Any, *, now: datetime, **_facts: Any) -> None:
    """A file that is closed or transferred is not shared on."""
    call_off_all(_running(Referral.child_id == child.id), reason=FILE_ENDED, now=now)


def on_child_moved(child: Any, **_facts: Any) -> None:
    """Staff of the new village carry its referrals on."""
    for referral in _running(Referral.child_id == child.id):
        referral.region_path = child.region_path


def on_need_moved(need: Any, *, now: datetime, **_facts: Any) -> None:
    """A need that was withdrawn or entered by mistake needs no receiver any more."""
    if need.state in (NeedState.WITHDRAWN, NeedState.ENTERED_IN_ERROR):
        call_off_all(_running(Referral.need_id == need.id), reason=NEED_ENDED, now=now)
