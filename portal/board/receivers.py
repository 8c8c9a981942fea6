"""What other rooms' signals mean for the board: a consent that ends takes an offer down at once, not with the batch."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.board.models import Offer
from portal.board.operations.claims import end_claims_of
from portal.board.operations.offers import STANDING, hide_now, send_back
from portal.children.rules import Purpose
from portal.kernel.actor import SYSTEM
from portal.kernel.db import session
from portal.kernel.words import N_
from portal.needs.rules import NeedState

CONSENT_ENDED = N_("The consent was withdrawn.")
FILE_ENDED = N_("The child's file was closed or transferred.")
NEED_ENDED = N_("The need has ended.")


def _take_down(*tests: Any, reason: str, now: datetime) -> None:
    offers = list(session().scalars(select(Offer).where(Offer.state.in_(STANDING), *tests).order_by(Offer.id)))
    for offer in offers:
        end_claims_of(offer, reason=reason, actor=SYSTEM, now=now)
        send_back(offer, reason=reason, actor=SYSTEM, now=now)
    hide_now(offers, now=now)


def on_consent_withdrawn(_sender: Any, *, child_ref: str, purpose: Purpose, now: datetime, **_facts: Any) -> None:
    """Without the consent for the board or for the programme nothing of the child stays there."""
    if purpose in (Purpose.FILE, Purpose.BOARD):
        _take_down(Offer.child_ref == child_ref, reason=CONSENT_ENDED, now=now)


def on_child_left(child: Any, *, now: datetime, **_facts: Any) -> None:
    """A file that is closed or transferred is not offered on."""
    _take_down(Offer.child_id == child.id, reason=FILE_ENDED, now=now)


def on_child_moved(child: Any, **_facts: Any) -> None:
    """Staff of the new village carry its offers on."""
    for offer in session().scalars(select(Offer).where(Offer.child_id == child.id, Offer.state.in_(STANDING))):
        offer.region_path = child.region_path


def on_need_moved(need: Any, *, now: datetime, **_facts: Any) -> None:
    """A need that was withdrawn or entered by mistake is not offered any more."""
    if need.state in (NeedState.WITHDRAWN, NeedState.ENTERED_IN_ERROR):
        _take_down(Offer.need_id == need.id, reason=NEED_ENDED, now=now)
