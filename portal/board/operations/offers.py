"""Preparing what the public may read, putting it on the board, taking it down."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.access.queries import holders
from portal.audit.operations import move, note_move, record
from portal.board import policy
from portal.board.looks import own_of, shown_as
from portal.board.models import Claim, Offer
from portal.board.rules import UNCLAIMED_DAYS, WISH, ClaimState, K, OfferState
from portal.children.models import Child
from portal.children.queries import standing_consent
from portal.children.rules import OPEN_STATES, Purpose
from portal.kernel.actor import SYSTEM, Actor, Role
from portal.kernel.clock import local_day
from portal.kernel.db import session
from portal.kernel.errors import DomainError, require
from portal.kernel.words import N_
from portal.needs.models import Need
from portal.needs.operations import mark_offered, take_back
from portal.needs.policy import can_offer
from portal.needs.rules import NeedState
from portal.notices.operations import tell

O = OfferState  # noqa: E741 (as in the rules)
UNCLAIMED = N_("Nobody took it within the time.")


def prepare_offer(
    child: Child, need: Need | None, *, title: str, body: str, actor: Actor, now: datetime
) -> Offer:  # fmt: skip
    """Write the words for the public about a need, or a small wish of a child (`need` None). The caller commits.

    Raises NotAllowed, and DomainError for a need that cannot be offered now or has an offer, and for words that could
    point at the child.
    """
    require(policy.can_prepare(actor, child.region_path) and (need is None or can_offer(actor, need)))
    if child.state not in OPEN_STATES:
        raise DomainError(N_("The child's file is not open any more."))
    _check_words(child, title, body)
    offer = Offer(
        need_id=need.id if need else None, need_ref=need.ref if need else "", child_id=child.id, child_ref=child.ref,
        region_path=child.region_path, kind=need.kind.value if need else WISH, title=title, body=body,
        prepared_by=actor.account_ref, prepared_at=now,
    )  # fmt: skip
    try:
        with session().begin_nested():
            session().add(offer)
            session().flush()
    except IntegrityError:
        raise DomainError(N_("This need is being offered already.")) from None
    note_move(offer, "", O.PREVIEWED, actor=actor, now=now)
    record("offer-prepared", offer, actor=actor, now=now, about_ref=child.ref, kind=offer.kind)
    return offer


def reword_offer(offer: Offer, child: Child, *, title: str, body: str, actor: Actor, now: datetime) -> None:
    """Change the words before it is on the board. The caller commits. Raises as `prepare_offer`."""
    require(policy.can_prepare(actor, offer.region_path) and offer.state is O.PREVIEWED)
    _check_words(child, title, body)
    offer.title, offer.body = title, body
    record("offer-reworded", offer, actor=actor, now=now, about_ref=child.ref)


def _check_words(child: Child, title: str, body: str) -> None:
    """A careless redaction is stopped, and cannot be clicked away. Source: domain.md, Privacy 3; issue 3, The board."""
    if not title.strip():
        raise DomainError(N_("Say in a few words what is needed."), field="title")
    own = own_of(child)
    for part, field in ((title, "title"), (body, "body")):
        if found := own.slips(part):
            raise DomainError(
                N_("This could point at the child: “%(found)s”. Leave it out."), field=field, found=found[0].found
            )


def put_on_board(offer: Offer, child: Child, need: Need | None, *, actor: Actor, now: datetime) -> None:
    """Let the next daily batch show it. The caller commits.

    Raises NotAllowed, and DomainError without a standing consent for the board, for words that could point at the
    child, and when even the coarsest wording would fit fewer than five open files.
    """
    require(policy.can_prepare(actor, offer.region_path))
    consent = standing_consent(child.id, Purpose.BOARD, local_day(now))
    if consent is None:
        raise DomainError(N_("There is no standing consent for the board. Ask the guardian first."))
    _check_words(child, offer.title, offer.body)
    if shown_as(child, offer.kind, now=now) is None:
        raise DomainError(
            N_(
                "Fewer than %(k)d open files have a need of this kind: the board would point at the child. "
                "Refer it to a partner, or offer it as a small wish."
            ),
            k=K,
        )
    move(offer, O.OFFERED, actor=actor, now=now)
    offer.consent_ref, offer.offered_at = consent.ref, now
    offer.back_after = now + timedelta(days=UNCLAIMED_DAYS)
    if need is not None:
        mark_offered(need, actor=actor, now=now)


def send_back(offer: Offer, *, reason: str, actor: Actor, now: datetime) -> None:
    """The offer ends, and its need is with the district again. The caller commits."""
    move(offer, O.BACK, actor=actor, now=now, reason=reason)
    offer.ended_at = now
    need = need_of(offer)
    if need is not None and need.state is NeedState.OFFERED:
        take_back(need, reason=reason, actor=actor, now=now)


def need_of(offer: Offer) -> Need | None:
    """The need that is offered, None for a wish."""
    return session().scalar(select(Need).where(Need.id == offer.need_id)) if offer.need_id else None


def return_unclaimed(now: datetime) -> int:
    """What nobody took in time goes back to the district, and the coordinators are told; gives how many.

    An offer with a claim that waits for a decision stays. For the worker, which commits; twice is harmless.
    Source: domain.md, Offer.
    """
    waiting = select(Claim.offer_id).where(Claim.state == ClaimState.MADE)
    over = session().scalars(
        select(Offer)
        .where(Offer.state == O.OFFERED, Offer.back_after <= now, Offer.id.not_in(waiting))
        .order_by(Offer.id)
        .limit(200)
        .with_for_update(skip_locked=True)
    )
    gone = 0
    for offer in over:
        send_back(offer, reason=UNCLAIMED, actor=SYSTEM, now=now)
        people = [h.ref for h in holders(Role.COORDINATOR, offer.region_path)]
        tell("offer-unclaimed", to=people, now=now, url=f"/offers/{offer.ref}")
        gone += 1
    return gone
