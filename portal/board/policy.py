"""Who prepares offers, who decides on claims. The public reads batches and nothing else."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from portal.board.models import Claim, Offer
from portal.board.rules import RUNNING, ClaimState, OfferState
from portal.children.sight import REGION_ROLES
from portal.kernel.actor import Actor, Role
from portal.kernel.db import within
from portal.partners.policy import org_refs

DECIDERS = (Role.COORDINATOR, Role.CONFIRMER)
STANDS = (OfferState.OFFERED, OfferState.TAKEN, OfferState.FULFILLED)
"""Offers whose words somebody outside reads."""


def offer_clause(actor: Actor) -> ColumnElement[bool]:
    """Offers of the region, for its staff; those entered by mistake for its coordinator alone."""
    return and_(
        within(Offer.region_path, actor.paths(*REGION_ROLES)),
        or_(Offer.state != OfferState.ENTERED_IN_ERROR, within(Offer.region_path, actor.paths(Role.COORDINATOR))),
    )


def offers_visible_to(actor: Actor) -> Select[Offer]:
    """Offers the actor may know of as staff. Every read of staff starts here."""
    return select(Offer).where(offer_clause(actor))


def claims_visible_to(actor: Actor) -> Select[Claim]:
    """Claims the actor may know of: staff of the region who decide, other staff of the region once it was approved
    (they ask the family), and the people of a partner who made them."""
    refs = org_refs(actor, Role.PARTNER, Role.PARTNER_MANAGER)
    return select(Claim).where(
        or_(
            within(Claim.region_path, actor.paths(*DECIDERS)),
            within(Claim.region_path, actor.paths(*REGION_ROLES)) & Claim.approved_at.is_not(None),
            Claim.org_ref.in_(refs) & (Claim.org_ref != ""),
        ),
        or_(Claim.state != ClaimState.ENTERED_IN_ERROR, within(Claim.region_path, actor.paths(Role.COORDINATOR))),
    )


def knows_claimant(actor: Actor, claim: Any) -> bool:
    """Whether the actor reads who it is: who decides, and the claimant's own organisation."""
    return actor.covers(claim.region_path, *DECIDERS) or is_claimant(actor, claim)


def reads_offer(actor: Actor, claim: Any, state: OfferState) -> bool:
    """Whether the actor reads what was offered and what was written about it: staff of the region, and who wants to
    help until it has been taken down. Source: safety.md, T2. `state` is the offer's."""
    return state in STANDS or actor.covers(claim.region_path, *REGION_ROLES, *DECIDERS)


def can_prepare(actor: Actor, path: str) -> bool:
    """The coordinator of the district."""
    return actor.coordinates(path)


def can_vet(actor: Actor, claim: Any) -> bool:
    """The coordinator looks at who it is, before anybody decides."""
    return claim.state is ClaimState.MADE and actor.coordinates(claim.region_path)


def can_decide(actor: Actor, claim: Any, offer: Any) -> bool:
    """A confirmer of the region, who neither prepared the offer nor vetted the claim, also not as somebody's deputy.

    Source: domain.md, People: coordinators never confirm what they submitted themselves.
    """
    submitted = {offer.prepared_by, claim.vetted_by, claim.made_by} - {""}
    return (
        claim.state is ClaimState.MADE
        and actor.covers(claim.region_path, Role.CONFIRMER)
        and submitted.isdisjoint(actor.persons())
    )


def can_carry_on(actor: Actor, claim: Any) -> bool:
    """The coordinator, or the partner whose claim it is."""
    if claim.state not in RUNNING:
        return False
    return actor.coordinates(claim.region_path) or is_claimant(actor, claim)


def is_claimant(actor: Actor, claim: Any) -> bool:
    """Whether the actor works for the organisation that made it."""
    return bool(claim.org_ref) and claim.org_ref in org_refs(actor, Role.PARTNER, Role.PARTNER_MANAGER)


def can_confirm(actor: Actor, claim: Any) -> bool:
    """Staff of the child's region, for the family; never the claimant."""
    return (
        claim.state is ClaimState.FULFILLED
        and actor.covers(claim.region_path, *REGION_ROLES)
        and not helped_with(actor, claim)
    )


def helped_with(actor: Actor, claim: Any) -> bool:
    """Whether it is the actor's own help, also as somebody's deputy: then others say for the family that it came."""
    return is_claimant(actor, claim) or claim.made_by in actor.persons()


def can_take_down(actor: Actor, offer: Any) -> bool:
    """The coordinator, while it is prepared or offered."""
    return offer.state in (OfferState.PREVIEWED, OfferState.OFFERED) and actor.coordinates(offer.region_path)


def can_undo(actor: Actor, offer: Any) -> bool:
    """The coordinator, as long as it has not ended with help."""
    live = (OfferState.PREVIEWED, OfferState.OFFERED, OfferState.TAKEN, OfferState.BACK)
    return offer.state in live and actor.coordinates(offer.region_path)


def can_undo_claim(actor: Actor, claim: Any) -> bool:
    """The coordinator, before anything was handed over."""
    live = (ClaimState.MADE, ClaimState.APPROVED, ClaimState.IN_PROGRESS)
    return claim.state in live and actor.coordinates(claim.region_path)


def can_thank(actor: Actor, claim: Any) -> bool:
    """Staff of the child's region, once it was confirmed and as long as nobody has."""
    return claim.state is ClaimState.CONFIRMED and not claim.thanks and actor.covers(claim.region_path, *REGION_ROLES)
