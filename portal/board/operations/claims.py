"""Claiming: a phone is proven, somebody is looked at, a confirmer decides, help is given, the family confirms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from portal.access.queries import holders
from portal.audit.operations import move, note_move, record
from portal.board import policy
from portal.board.looks import own_of
from portal.board.models import Claim, ClaimNote, Offer
from portal.board.operations.batch import newest_batch
from portal.board.operations.codes import phone_key
from portal.board.operations.offers import need_of
from portal.board.rules import MOST_WAITING, ClaimantKind, ClaimState, OfferState, own_slips
from portal.children.models import Child
from portal.duties.operations import end_duties, open_duty
from portal.kernel.actor import Actor, Role
from portal.kernel.db import session
from portal.kernel.errors import DomainError, NotFound, require
from portal.kernel.outbox import Channel, queue
from portal.kernel.secrets import token_hash, vault
from portal.kernel.words import N_
from portal.needs.models import Need
from portal.needs.operations import close_need, hold_clock, release_clock, reopen_through, resolve_through
from portal.needs.rules import ConfirmedBy, NeedOutcome, NeedState
from portal.notices.operations import tell

C = ClaimState
DECIDE_WITHIN = timedelta(days=3)
HELP_WITHIN = timedelta(days=14)
CONFIRM_WITHIN = timedelta(days=7)
HANDED_OVER = N_("Help from the public board was handed over.")
VISITOR = Actor("visitor", "")
"""Somebody who has not signed in: a claimant on the public pages."""


@dataclass(frozen=True)
class Claimant:
    """Who wants to help, as typed. An organisation of the programme has `org_ref`, and needs no code."""

    kind: ClaimantKind
    name: str
    phone: str
    words: str = ""
    org_ref: str = ""


def make_claim(
    client_key: str, offer_ref: str, claimant: Claimant, *, actor: Actor | None, now: datetime
) -> tuple[Claim, str]:
    """Ask to help with what the public sees. Gives the claim and the secret of its page; sent again it is the same one.

    The phone has been proven, or the actor works for the organisation. The caller commits. Raises NotFound for what is
    not on the board, and DomainError when it is taken or too many wait for a decision already.
    """
    token = token_of(client_key)
    if (standing := made_before(client_key)) is not None:
        return standing, token
    batch = newest_batch()
    offer = session().scalar(select(Offer).where(Offer.ref == offer_ref).with_for_update())
    if offer is None or batch is None or offer_ref not in {e["ref"] for e in batch.entries}:
        raise NotFound
    if offer.state is not OfferState.OFFERED:
        raise DomainError(
            N_("Somebody else is helping already. Thank you for wanting to.")
            if offer.state is OfferState.TAKEN
            else N_("This is not on the board any more. Thank you for wanting to help.")
        )  # fmt: skip
    waiting = session().scalar(
        select(func.count()).select_from(Claim).where(Claim.offer_id == offer.id, Claim.state == C.MADE)
    )
    if (waiting or 0) >= MOST_WAITING:
        raise DomainError(N_("Several people have asked to help with this already. Please choose another one."))
    claim = Claim(
        client_key=client_key, offer_id=offer.id, child_ref=offer.child_ref, region_path=offer.region_path,
        claimant=claimant.kind, org_ref=claimant.org_ref, made_by=actor.account_ref if actor else "",
        name=claimant.name, phone=claimant.phone, phone_index=phone_key(claimant.phone), words=claimant.words,
        token_hash=token_hash(token), made_at=now,
    )  # fmt: skip
    try:
        with session().begin_nested():
            session().add(claim)
            session().flush()
    except IntegrityError:
        if (made := made_before(client_key)) is None:
            raise
        return made, token
    who = actor or VISITOR
    note_move(claim, "", C.MADE, actor=who, now=now)
    record("claim-made", claim, actor=who, now=now, claimant=claimant.kind.value)
    open_duty(
        f"claim-vet:{claim.ref}", kind="claim-vet", subject_kind="claim", subject_ref=claim.ref,
        owner_role=Role.COORDINATOR, path=claim.region_path, url=f"/claims/{claim.ref}", due_at=now + DECIDE_WITHIN,
        now=now,
    )  # fmt: skip
    people = [h.ref for h in holders(Role.COORDINATOR, claim.region_path)]
    tell("claim-made", to=people, now=now, url=f"/claims/{claim.ref}")
    return claim, token


def token_of(client_key: str) -> str:
    """The secret of a claim's page, from the random key of its form: whoever sends the form again, because the answer
    was lost, gets the same page."""
    return vault().blind(client_key, "claim-page")


def made_before(client_key: str) -> Claim | None:
    """The claim that was made with this form."""
    return session().scalar(select(Claim).where(Claim.client_key == client_key))


def vet_claim(claim: Claim, *, note: str, actor: Actor, now: datetime) -> None:
    """Note that somebody looked at who it is; a confirmer decides next. The caller commits."""
    require(policy.can_vet(actor, claim))
    if not note.strip():
        raise DomainError(N_("Write what the look showed: the result, not the papers."), field="note")
    claim.vetted_at, claim.vetted_by, claim.vetting = now, actor.account_ref, note
    record("claim-vetted", claim, actor=actor, now=now)
    end_duties([f"claim-vet:{claim.ref}"], now=now, actor=actor)
    open_duty(
        f"claim-decide:{claim.ref}", kind="claim-decide", subject_kind="claim", subject_ref=claim.ref,
        owner_role=Role.CONFIRMER, path=claim.region_path, url=f"/claims/{claim.ref}", due_at=now + DECIDE_WITHIN,
        now=now,
    )  # fmt: skip
    people = [h.ref for h in holders(Role.CONFIRMER, claim.region_path)]
    tell("claim-decide", to=people, now=now, url=f"/claims/{claim.ref}")


def approve_claim(claim: Claim, *, actor: Actor, now: datetime) -> None:
    """This one helps: the offer is taken. Of many at the same second exactly one is approved. The caller commits.

    Raises NotAllowed for whoever prepared, vetted or made it, also as a deputy, and DomainError when the offer was
    taken meanwhile. Source: domain.md, Claim; safety.md, T15.
    """
    offer = session().scalars(select(Offer).where(Offer.id == claim.offer_id)).one()
    require(policy.can_decide(actor, claim, offer))
    taken = session().execute(
        update(Offer)
        .where(Offer.id == offer.id, Offer.state == OfferState.OFFERED, Offer.version == offer.version)
        .values(state=OfferState.OFFERED, version=Offer.version + 1)
        .execution_options(synchronize_session=False)
    )
    if not getattr(taken, "rowcount", 0):
        raise DomainError(TAKEN)
    session().refresh(offer)
    move(claim, C.APPROVED, actor=actor, now=now)
    claim.approved_at, claim.approved_by = now, actor.account_ref
    move(offer, OfferState.TAKEN, actor=actor, now=now)
    try:
        session().flush()
    except IntegrityError:
        raise DomainError(TAKEN) from None
    need = need_of(offer)
    if need is not None:
        hold_clock(need, because_ref=claim.ref, actor=actor, now=now)
    _settled(claim, actor=actor, now=now)
    _owe_help(claim, now=now)
    _tell_claimant(claim, "claim-approved", now=now)


TAKEN = N_("Somebody else's claim was approved meanwhile.")


def _settled(claim: Claim, *, actor: Actor, now: datetime) -> None:
    end_duties(
        [f"claim-{what}:{claim.ref}" for what in ("vet", "decide", "help", "confirm")], now=now, actor=actor
    )  # fmt: skip


def _owe_help(claim: Claim, *, now: datetime) -> None:
    """The need's clock stands while somebody helps: the coordinator answers for it that the help comes."""
    open_duty(
        f"claim-help:{claim.ref}", kind="claim-help", subject_kind="claim", subject_ref=claim.ref,
        owner_role=Role.COORDINATOR, path=claim.region_path, url=f"/claims/{claim.ref}", due_at=now + HELP_WITHIN,
        now=now,
    )  # fmt: skip


def _tell_claimant(claim: Claim, kind: str, *, now: datetime) -> None:
    """A message without any word about a child: by SMS to the proven phone; a partner's people on their page too."""
    queue(kind, channel=Channel.SMS, address=claim.phone, facts={}, now=now)
    if claim.made_by:
        tell(kind, to=[claim.made_by], now=now, url=f"/claims/{claim.ref}")


def refuse_claim(claim: Claim, *, reason: str, actor: Actor, now: datetime) -> None:
    """No, with a reason that is kept for staff. The offer stays on the board. The caller commits."""
    offer = session().scalars(select(Offer).where(Offer.id == claim.offer_id)).one()
    require(policy.can_decide(actor, claim, offer))
    move(claim, C.REFUSED, actor=actor, now=now, reason=reason)
    claim.ended_at = now
    _settled(claim, actor=actor, now=now)
    _tell_claimant(claim, "claim-refused", now=now)


def begin_claim(claim: Claim, *, actor: Actor, now: datetime) -> None:
    """Help is being prepared. The caller commits."""
    require(policy.can_carry_on(actor, claim))
    move(claim, C.IN_PROGRESS, actor=actor, now=now)


def note_progress(claim: Claim, text: str, *, to_claimant: bool, actor: Actor, now: datetime) -> ClaimNote:
    """A line about how it goes. What the claimant can read holds no name of a child. The caller commits."""
    require(policy.can_carry_on(actor, claim))
    mine = policy.is_claimant(actor, claim) and not actor.coordinates(claim.region_path)
    if to_claimant and not mine:
        _check_note(claim, text)
    return _note(claim, text, to_claimant=to_claimant or mine, by_claimant=mine, actor=actor, now=now)


def _check_note(claim: Claim, text: str) -> None:
    """What the claimant reads holds no name of anybody in the file and no place of the child's."""
    own = own_of(_child_of(claim))
    if found := own_slips(text, names=own.names, places=own.places):
        raise DomainError(POINTS_AT, field="text", found=found[0].found)


def _child_of(claim: Claim) -> Child:
    return (
        session().scalars(select(Child).join(Offer, Offer.child_id == Child.id).where(Offer.id == claim.offer_id)).one()
    )


POINTS_AT = N_("This could point at the child: “%(found)s”. Leave it out.")


def note_from_claimant(claim: Claim, text: str, *, now: datetime) -> ClaimNote:
    """A line from the claimant's own page. The caller commits. Raises DomainError once it has ended."""
    if claim.state not in (C.MADE, C.APPROVED, C.IN_PROGRESS, C.FULFILLED):
        raise DomainError(N_("This claim has ended."))
    people = [h.ref for h in holders(Role.COORDINATOR, claim.region_path)]
    tell("claim-note", to=people, now=now, url=f"/claims/{claim.ref}")
    return _note(claim, text, to_claimant=True, by_claimant=True, actor=VISITOR, now=now)


def _note(
    claim: Claim, text: str, *, to_claimant: bool, by_claimant: bool, actor: Actor, now: datetime
) -> ClaimNote:  # fmt: skip
    if not text.strip():
        raise DomainError(N_("Write a few words."), field="text")
    note = ClaimNote(
        claim_id=claim.id, text=text, to_claimant=to_claimant, by_claimant=by_claimant, written_by=actor.account_ref,
        writer_name=actor.name, written_at=now,
    )  # fmt: skip
    session().add(note)
    session().flush()
    return note


def hand_over(claim: Claim, *, note: str, actor: Actor, now: datetime) -> None:
    """What was promised has been given: the need counts as resolved, and the family is asked. The caller commits."""
    require(policy.can_carry_on(actor, claim))
    if claim.state is C.APPROVED:
        move(claim, C.IN_PROGRESS, actor=actor, now=now)
    move(claim, C.FULFILLED, actor=actor, now=now)
    claim.fulfilled_at = now
    _settled(claim, actor=actor, now=now)
    if note.strip():
        mine = policy.is_claimant(actor, claim) and not actor.coordinates(claim.region_path)
        _note(claim, note, to_claimant=mine, by_claimant=mine, actor=actor, now=now)
    offer = session().scalars(select(Offer).where(Offer.id == claim.offer_id)).one()
    need = need_of(offer)
    if need is not None:
        resolve_through(need, note=HANDED_OVER, actor=actor, now=now)
        return
    open_duty(
        f"claim-confirm:{claim.ref}", kind="claim-confirm", subject_kind="claim", subject_ref=claim.ref,
        owner_role=Role.CASEWORKER, path=claim.region_path, url=f"/claims/{claim.ref}", due_at=now + CONFIRM_WITHIN,
        now=now,
    )  # fmt: skip


def confirm_claim(
    claim: Claim, *, by: ConfirmedBy, met: NeedOutcome, note: str = "", thanks: str = "", actor: Actor, now: datetime
) -> None:
    """The family has it: the offer is fulfilled and the need closed. The caller commits.

    `thanks` go to the claimant. Raises NotAllowed, and DomainError for thanks that could point at the child.
    """
    require(policy.can_confirm(actor, claim))
    _check_thanks(claim, thanks)
    offer = session().scalars(select(Offer).where(Offer.id == claim.offer_id)).one()
    need = need_of(offer)
    if need is None and met is not NeedOutcome.MET:
        raise DomainError(
            N_("A wish that did not come true is not confirmed: say that it has not arrived."), field="met"
        )
    _confirmed(claim, offer, actor=actor, now=now)
    claim.thanks = thanks
    if need is not None:
        release_clock(need, because_ref=claim.ref, actor=actor, now=now)
        if need.state is NeedState.RESOLVED:
            close_need(need, met, note=note, confirmed_by=by, actor=actor, now=now)


def _confirmed(claim: Claim, offer: Offer, *, actor: Actor, now: datetime) -> None:
    move(claim, C.CONFIRMED, actor=actor, now=now)
    claim.ended_at = now
    _settled(claim, actor=actor, now=now)
    move(offer, OfferState.FULFILLED, actor=actor, now=now)
    offer.ended_at = now
    end_claims_of(offer, reason=FULFILLED, actor=actor, now=now)
    _tell_claimant(claim, "claim-thanked", now=now)


FULFILLED = N_("Somebody else has helped.")


def thank_claimant(claim: Claim, thanks: str, *, actor: Actor, now: datetime) -> None:
    """Words of thanks for the claimant, also when the need was closed without any. The caller commits."""
    require(policy.can_thank(actor, claim))
    if not thanks.strip():
        raise DomainError(N_("Write a few words."), field="thanks")
    _check_thanks(claim, thanks)
    claim.thanks = thanks
    record("claim-thanked", claim, actor=actor, now=now)
    _tell_claimant(claim, "claim-thanked", now=now)


def _check_thanks(claim: Claim, thanks: str) -> None:
    """Thanks carry no child's identity. Raises DomainError for what could point at one."""
    if thanks and (found := own_of(_child_of(claim)).slips(thanks)):
        raise DomainError(POINTS_AT, field="thanks", found=found[0].found)


def follow_need(need: Need, *, actor: Actor, now: datetime) -> None:
    """The family's answer was recorded on the need's own page: its claim goes the same way. The caller commits.

    Raises NotAllowed for the claimant, who never says for the family that it has arrived.
    """
    offer = session().scalar(select(Offer).where(Offer.need_id == need.id, Offer.state == OfferState.TAKEN))
    if offer is None:
        return
    claim = session().scalar(select(Claim).where(Claim.offer_id == offer.id, Claim.state == C.FULFILLED))
    if claim is None:
        return
    if need.state in (NeedState.MET, NeedState.PARTLY_MET):
        require(not policy.helped_with(actor, claim))
        _confirmed(claim, offer, actor=actor, now=now)
        return
    move(claim, C.IN_PROGRESS, actor=actor, now=now, reason=NOT_ARRIVED)
    claim.fulfilled_at = None
    if need.state is NeedState.UNMET:
        move(claim, C.FAILED, actor=actor, now=now, reason=NOT_ARRIVED)
        claim.ended_at = now
        move(offer, OfferState.BACK, actor=actor, now=now, reason=NOT_ARRIVED)
        offer.ended_at = now
        end_claims_of(offer, reason=NOT_ARRIVED, actor=actor, now=now)
        _settled(claim, actor=actor, now=now)
    else:
        hold_clock(need, because_ref=claim.ref, actor=actor, now=now)
        _owe_help(claim, now=now)


NOT_ARRIVED = N_("The family does not have what it needed.")


def dispute_claim(claim: Claim, *, reason: str, actor: Actor, now: datetime) -> None:
    """The family does not have it: the claim goes on, and the need is open again. The caller commits."""
    require(policy.can_confirm(actor, claim))
    move(claim, C.IN_PROGRESS, actor=actor, now=now, reason=reason)
    claim.fulfilled_at = None
    _settled(claim, actor=actor, now=now)
    _owe_help(claim, now=now)
    offer = session().scalars(select(Offer).where(Offer.id == claim.offer_id)).one()
    need = need_of(offer)
    if need is not None and need.state is NeedState.RESOLVED:
        reopen_through(need, note=reason, actor=actor, now=now)
        hold_clock(need, because_ref=claim.ref, actor=actor, now=now)


def fail_claim(claim: Claim, *, reason: str, actor: Actor, now: datetime) -> None:
    """It did not come about: the offer is on the board again. The caller commits."""
    require(actor.coordinates(claim.region_path))
    _give_back(claim, C.FAILED, reason=reason, actor=actor, now=now)


def withdraw_claim(claim: Claim, *, reason: str, actor: Actor, now: datetime) -> None:
    """The claimant takes it back: the offer is on the board again. The caller commits."""
    require(actor is VISITOR or actor.coordinates(claim.region_path) or policy.is_claimant(actor, claim))
    _give_back(claim, C.WITHDRAWN, reason=reason, actor=actor, now=now)


def enter_claim_in_error(claim: Claim, *, reason: str, actor: Actor, now: datetime) -> None:
    """It should never have been made: its page is gone, the offer is as before. The caller commits."""
    require(policy.can_undo_claim(actor, claim))
    _give_back(claim, C.ENTERED_IN_ERROR, reason=reason, actor=actor, now=now)


def _give_back(claim: Claim, to: ClaimState, *, reason: str, actor: Actor, now: datetime) -> None:
    before = claim.state
    move(claim, to, actor=actor, now=now, reason=reason)
    claim.ended_at = now
    _settled(claim, actor=actor, now=now)
    offer = session().scalars(select(Offer).where(Offer.id == claim.offer_id)).one()
    if before in (C.APPROVED, C.IN_PROGRESS) and offer.state is OfferState.TAKEN:
        move(offer, OfferState.OFFERED, actor=actor, now=now)
        offer.back_after = (
            now + timedelta(days=7) if offer.back_after is None else max(offer.back_after, now + timedelta(days=7))
        )
        need = need_of(offer)
        if need is not None:
            release_clock(need, because_ref=claim.ref, actor=actor, now=now)


def end_claims_of(offer: Offer, *, reason: str, actor: Actor, now: datetime) -> None:
    """The offer has ended: who waits or helps is told. The caller commits."""
    running = session().scalars(
        select(Claim).where(Claim.offer_id == offer.id, Claim.state.in_((C.MADE, C.APPROVED, C.IN_PROGRESS)))
    )
    for claim in running:
        to = C.REFUSED if claim.state is C.MADE else C.FAILED
        move(claim, to, actor=actor, now=now, reason=reason)
        claim.ended_at = now
        _settled(claim, actor=actor, now=now)
        _tell_claimant(claim, "claim-ended", now=now)
        need = need_of(offer)
        if need is not None:
            release_clock(need, because_ref=claim.ref, actor=actor, now=now)
