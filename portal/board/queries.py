"""Reading offers and claims. Lists select columns; every read of staff and partners starts in `policy`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.orm import joinedload

from portal.board.looks import Look, looks
from portal.board.models import Claim, ClaimNote, Offer
from portal.board.policy import DECIDERS, claims_visible_to, offer_clause, offers_visible_to
from portal.board.rules import RUNNING, ClaimState, OfferState
from portal.children.models import Child
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import local_day
from portal.kernel.db import session, within
from portal.kernel.errors import NotFound
from portal.kernel.secrets import token_hash
from portal.partners.policy import org_refs


def offer_or_404(actor: Actor, ref: str) -> Offer:
    """An offer that the actor may know of, with its child; else NotFound."""
    found = session().scalar(
        offers_visible_to(actor)
        .where(Offer.ref == ref)
        .options(joinedload(Offer.child).joinedload(Child.region), joinedload(Offer.need))
    )
    if found is None:
        raise NotFound
    return found


def claim_or_404(actor: Actor, ref: str) -> Claim:
    """A claim that the actor may know of, with its offer; else NotFound."""
    found = session().scalar(claims_visible_to(actor).where(Claim.ref == ref).options(joinedload(Claim.offer)))
    if found is None:
        raise NotFound
    return found


def claim_with(token: str) -> Claim:
    """The claim whose secret this is, with its offer. Raises NotFound for any other."""
    found = session().scalar(
        select(Claim).where(Claim.token_hash == token_hash(token)).options(joinedload(Claim.offer))
    )  # fmt: skip
    if found is None or found.state is ClaimState.ENTERED_IN_ERROR:
        raise NotFound
    return found


def notes_of(claim: Claim) -> Sequence[ClaimNote]:
    """All lines of a claim, the newest first."""
    return (
        session().scalars(select(ClaimNote).where(ClaimNote.claim_id == claim.id).order_by(ClaimNote.id.desc())).all()
    )


def notes_for_claimant(claim: Claim) -> Sequence[ClaimNote]:
    """The lines that the claimant wrote or may read."""
    return [n for n in notes_of(claim) if n.to_claimant]


def offer_list_of(actor: Actor) -> Select[*tuple[Any, ...]]:
    """The offers of the region, as columns."""
    return (
        select(
            Offer.id, Offer.ref, Offer.title, Offer.kind, Offer.state, Offer.prepared_at, Offer.published_on,
            Offer.back_after, Child.name.label("child_name"), Child.initials.label("child_initials"),
        )
        .join(Child, Child.id == Offer.child_id)
        .where(offer_clause(actor))
    )  # fmt: skip


def claim_list_of(actor: Actor) -> Select[*tuple[Any, ...]]:
    """The claims that the actor may know of, as columns. Names are sealed: `names_of_claims` opens those of a page."""
    return (
        claims_visible_to(actor)
        .join(Offer, Offer.id == Claim.offer_id)
        .with_only_columns(
            Claim.id, Claim.ref, Claim.state, Claim.claimant, Claim.made_at, Claim.vetted_at, Claim.region_path,
            Claim.org_ref, Offer.title, Offer.kind, Offer.state.label("offer_state"),
        )
    )  # fmt: skip


def names_of_claims(refs: Iterable[str]) -> dict[str, str]:
    """Who makes these claims, for readers who may know it."""
    rows = session().scalars(select(Claim).where(Claim.ref.in_(list(refs))))
    return {claim.ref: claim.name or "" for claim in rows}


def looks_of(refs: Iterable[str], *, now: datetime) -> dict[str, Look]:
    """How the next batch would show those of these offers that are not over."""
    live = (OfferState.PREVIEWED, OfferState.OFFERED)
    rows = session().execute(
        select(Offer, Child)
        .join(Child, Child.id == Offer.child_id)
        .where(Offer.ref.in_(list(refs)), Offer.state.in_(live))
    )
    return looks([(row.Offer, row.Child) for row in rows], today=local_day(now))


def offers_of(actor: Actor, *, child_id: int | None = None, need_id: int | None = None) -> Sequence[Any]:
    """The offers of a need, or the wishes of a child, the newest first, each with the claim through which it is helped
    with: (ref, title, state, claim_ref, claim_state). For readers of that file."""
    test = Offer.need_id == need_id if need_id is not None else (Offer.child_id == child_id) & Offer.need_id.is_(None)
    shown = Offer.state != OfferState.ENTERED_IN_ERROR
    helps = and_(Claim.offer_id == Offer.id, Claim.state.in_((*RUNNING, ClaimState.CONFIRMED)))
    columns = (Offer.ref, Offer.title, Offer.state, Claim.ref.label("claim_ref"), Claim.state.label("claim_state"))
    statement = select(*columns).outerjoin(Claim, helps).where(test, shown, offer_clause(actor))
    return session().execute(statement.order_by(Offer.id.desc())).all()


def claims_of(actor: Actor, offer: Offer) -> Sequence[Claim]:
    """The claims on an offer that the actor may know of, the newest first."""
    return session().scalars(claims_visible_to(actor).where(Claim.offer_id == offer.id).order_by(Claim.id.desc())).all()


def numbers_of(actor: Actor) -> dict[str, int]:
    """For who decides: claims to look at, to decide and under way, and the offers that stand on the board."""
    paths = actor.paths(*DECIDERS)
    offered = select(func.count()).select_from(Offer).where(
        Offer.state == OfferState.OFFERED, within(Offer.region_path, paths)
    )  # fmt: skip
    made = Claim.state == ClaimState.MADE
    row = session().execute(
        select(
            func.count(case((Claim.vetted_at.is_(None) & made, 1))).label("vet"),
            func.count(case((Claim.vetted_at.is_not(None) & made, 1))).label("decide"),
            func.count(case((Claim.state.in_(RUNNING), 1))).label("running"),
            offered.scalar_subquery().label("offered"),
        ).where(within(Claim.region_path, paths))
    ).one()  # fmt: skip
    return {"vet": row.vet, "decide": row.decide, "running": row.running, "offered": row.offered}


def partner_claims(actor: Actor, most: int) -> list[Any]:
    """The newest claims of the actor's organisations that are not over."""
    refs = org_refs(actor, Role.PARTNER, Role.PARTNER_MANAGER)
    live = Claim.state.in_((ClaimState.MADE, *RUNNING))
    statement = claim_list_of(actor).where(Claim.org_ref.in_(refs), Claim.org_ref != "", live)
    return list(session().execute(statement.order_by(Claim.id.desc()).limit(most)))
