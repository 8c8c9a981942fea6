"""Taking an offer off the board for good: the public pages, its claims and its need go with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.audit.operations import move
from portal.board import policy
from portal.board.models import Offer
from portal.board.operations.batch import hide_now
from portal.board.operations.claims import end_claims_of
from portal.board.operations.offers import need_of, send_back
from portal.board.rules import OfferState
from portal.kernel.actor import Actor
from portal.kernel.db import session
from portal.kernel.errors import require
from portal.needs.operations import take_back
from portal.needs.rules import NeedState

STANDING = (OfferState.PREVIEWED, OfferState.OFFERED, OfferState.TAKEN)


def take_down(offer: Offer, *, reason: str, actor: Actor, now: datetime) -> None:
    """Back to the district, with a reason. It is gone from the public pages at once. The caller commits."""
    require(policy.can_take_down(actor, offer))
    _end(offer, reason=reason, actor=actor, now=now)


def enter_offer_in_error(offer: Offer, *, reason: str, actor: Actor, now: datetime) -> None:
    """It should never have been put there; it stays in the log, and its need is the district's. The caller commits."""
    require(policy.can_undo(actor, offer))
    end_claims_of(offer, reason=reason, actor=actor, now=now)
    move(offer, OfferState.ENTERED_IN_ERROR, actor=actor, now=now, reason=reason)
    offer.ended_at = now
    need = need_of(offer)
    if need is not None and need.state is NeedState.OFFERED:
        take_back(need, reason=reason, actor=actor, now=now)
    hide_now([offer], now=now)


def end_offers(*tests: Any, reason: str, actor: Actor, now: datetime) -> None:
    """End every standing offer of these, whoever may: a consent, a file or a need has ended. The caller commits.

    The rows are locked first, so that a batch being made is waited for and then changed.
    """
    standing = select(Offer).where(Offer.state.in_(STANDING), *tests).order_by(Offer.id).with_for_update()
    for offer in list(session().scalars(standing)):
        _end(offer, reason=reason, actor=actor, now=now)


def _end(offer: Offer, *, reason: str, actor: Actor, now: datetime) -> None:
    end_claims_of(offer, reason=reason, actor=actor, now=now)
    send_back(offer, reason=reason, actor=actor, now=now)
    hide_now([offer], now=now)
