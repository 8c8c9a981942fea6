"""What other rooms' signals mean for the board: a consent that ends takes an offer down at once, not with the batch."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from portal.board.models import Claim, Offer
from portal.board.operations.claims import follow_need
from portal.board.operations.ending import end_offers
from portal.children.rules import Purpose
from portal.duties.models import Duty, DutyState
from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.db import session
from portal.kernel.words import N_
from portal.needs.rules import NeedState

CONSENT_ENDED = N_("The consent was withdrawn.")
FILE_ENDED = N_("The child's file was closed or transferred.")
NEED_ENDED = N_("The need has ended.")


def on_consent_withdrawn(_sender: Any, *, child_ref: str, purpose: Purpose, now: datetime, **_facts: Any) -> None:
    """Without the consent for the board or for the programme nothing of the child stays there."""
    if purpose in (Purpose.FILE, Purpose.BOARD):
        end_offers(Offer.child_ref == child_ref, reason=CONSENT_ENDED, actor=SYSTEM, now=now)


def on_child_left(child: Any, *, now: datetime, **_facts: Any) -> None:
    """A file that is closed or transferred is not offered on."""
    end_offers(Offer.child_id == child.id, reason=FILE_ENDED, actor=SYSTEM, now=now)


def on_child_moved(child: Any, **_facts: Any) -> None:
    """Staff of the new village carry its offers on, with what is owed; the old one reads the ended ones no longer."""
    for offer in session().scalars(select(Offer).where(Offer.child_id == child.id)):
        offer.region_path = child.region_path
        claims = select(Claim.ref).where(Claim.offer_id == offer.id)
        session().execute(update(Claim).where(Claim.offer_id == offer.id).values(region_path=child.region_path))
        session().execute(
            update(Duty)
            .where(Duty.subject_kind == "claim", Duty.subject_ref.in_(claims), Duty.state == DutyState.OWED)
            .values(path=child.region_path)
            .execution_options(synchronize_session="fetch")
        )


def on_need_moved(need: Any, *, actor: Actor, now: datetime, **_facts: Any) -> None:
    """A need that was withdrawn or entered by mistake is not offered any more; what the family said on the need's own
    page holds for its claim too."""
    if need.state in (NeedState.WITHDRAWN, NeedState.ENTERED_IN_ERROR):
        end_offers(Offer.need_id == need.id, reason=NEED_ENDED, actor=SYSTEM, now=now)
    elif need.state is not NeedState.RESOLVED:
        follow_need(need, actor=actor, now=now)
