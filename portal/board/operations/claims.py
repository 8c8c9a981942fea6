"""Claiming: a phone is proven, somebody is looked at, a confirmer decides, help is given, the family confirms."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from portal.access.queries import holders
from portal.audit.operations import move, note_move, record
from portal.board import policy
from portal.board.models import Claim, ClaimNote, Offer, PhoneCode
from portal.board.operations.offers import need_of, newest_batch
from portal.board.rules import CODE_MINUTES, CODE_TRIES, MOST_WAITING, ClaimantKind, ClaimState, OfferState, slips
from portal.duties.operations import end_duties, open_duty
from portal.kernel.actor import Actor, Role
from portal.kernel.db import session
from portal.kernel.errors import DomainError, NotFound, TooMany, require
from portal.kernel.outbox import Channel, queue
from portal.kernel.secrets import new_token, token_hash, vault
from portal.kernel.words import N_
from portal.needs.operations import close_need, hold_clock, release_clock, reopen_through, resolve_through
from portal.needs.rules import ConfirmedBy, NeedOutcome, NeedState
from portal.notices.operations import tell

C = ClaimState
DECIDE_WITHIN = timedelta(days=3)
CODES_PER_HOUR = 3
HANDED_OVER = N_("Help from the public board was handed over.")
VISITOR = Actor("visitor", "")
"""Somebody who has not signed in: a claimant on the public pages."""


def phone_key(phone: str) -> str:
    """The blind index of a phone number."""
    return vault().blind(phone, "claim-phone")


def _code_hash(phone: str, code: str) -> str:
    return vault().blind(f"{phone}\0{code}", "claim-code") + "0" * 24


def send_code(phone: str, *, locale: str, now: datetime) -> None:
    """Send a code of six digits to a phone, to prove that it is the claimant's. The caller commits.

    Raises TooMany after three in an hour for one phone.
    """
    index = phone_key(phone)
    recent = session().scalar(
        select(func.count())
        .select_from(PhoneCode)
        .where(PhoneCode.phone_index == index, PhoneCode.sent_at > now - timedelta(hours=1))
    )
    if (recent or 0) >= CODES_PER_HOUR:
        raise TooMany(3600)
    code = f"{secrets.randbelow(1_000_000):06d}"
    session().add(
        PhoneCode(
            phone_index=index, code_hash=_code_hash(phone, code), sent_at=now,
            until_at=now + timedelta(minutes=CODE_MINUTES),
        )
    )  # fmt: skip
    queue(
        "phone-code", channel=Channel.SMS, address=phone, locale=locale, urgent=True, now=now,
        facts={"code": code, "minutes": str(CODE_MINUTES)},
    )  # fmt: skip


def is_right_code(phone: str, code: str, *, now: datetime) -> bool:
    """Whether this is the newest code that was sent to this phone; each try counts, and a code is good once.

    The caller commits, also when it is wrong.
    """
    sent = session().scalar(
        select(PhoneCode)
        .where(PhoneCode.phone_index == phone_key(phone), PhoneCode.used_at.is_(None), PhoneCode.until_at > now)
        .order_by(PhoneCode.id.desc())
        .limit(1)
        .with_for_update()
    )
    if sent is None or sent.tries >= CODE_TRIES:
        return False
    sent.tries += 1
    if not hmac.compare_digest(sent.code_hash, _code_hash(phone, code)):
        return False
    sent.used_at = now
    return True


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
    """Ask to help with what the public sees. Gives the claim and the secret of its page ('' when it was made before).

    The phone has been proven, or the actor works for the organisation. The caller commits. Raises NotFound for what is
    not on the board, and DomainError when it is taken or too many wait for a decision already.
    """
    standing = session().scalar(select(Claim).where(Claim.client_key == client_key))
    if standing is not None:
        return standing, ""
    batch = newest_batch()
    offer = session().scalar(select(Offer).where(Offer.ref == offer_ref).with_for_update())
    if offer is None or batch is None or offer_ref not in {e["ref"] for e in batch.entries}:
        raise NotFound
    if offer.state is not OfferState.OFFERED:
        raise DomainError(N_("Somebody else is helping already. Thank you for wanting to."))
    waiting = session().scalar(
        select(func.count()).select_from(Claim).where(Claim.offer_id == offer.id, Claim.state == C.MADE)
    )
    if (waiting or 0) >= MOST_WAITING:
        raise DomainError(N_("Several people have asked to help with this already. Please choose another one."))
    token = new_token()
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
        made = session().scalar(select(Claim).where(Claim.client_key == client_key))
        if made is None:
            raise
        return made, ""
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


def claim_with(token: str) -> Claim:
    """The claim whose secret this is. Raises NotFound for any other."""
    claim = session().scalar(select(Claim).where(Claim.token_hash == token_hash(token)))
    if claim is None or claim.state is C.ENTERED_IN_ERROR:
        raise NotFound
    return claim


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
    _tell_claimant(claim, "claim-approved", now=now)


TAKEN = N_("Somebody else's claim was approved meanwhile.")


def _settled(claim: Claim, *, actor: Actor, now: datetime) -> None:
    end_duties([f"claim-vet:{claim.ref}", f"claim-decide:{claim.ref}"], now=now, actor=actor)


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
    return _note(claim, text, to_claimant=to_claimant or mine, by_claimant=mine, actor=actor, now=now)


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
    if note.strip():
        _note(claim, note, to_claimant=False, by_claimant=False, actor=actor, now=now)
    offer = session().scalars(select(Offer).where(Offer.id == claim.offer_id)).one()
    need = need_of(offer)
    if need is not None:
        resolve_through(need, note=HANDED_OVER, actor=actor, now=now)


def confirm_claim(
    claim: Claim, *, by: ConfirmedBy, met: NeedOutcome, note: str = "", thanks: str = "", actor: Actor, now: datetime
) -> None:
    """The family has it: the offer is fulfilled and the need closed. The caller commits.

    `thanks` go to the claimant. Raises NotAllowed, and DomainError for thanks that could point at the child.
    """
    require(policy.can_confirm(actor, claim))
    check_thanks(thanks)
    move(claim, C.CONFIRMED, actor=actor, now=now)
    claim.ended_at, claim.thanks = now, thanks
    offer = session().scalars(select(Offer).where(Offer.id == claim.offer_id)).one()
    move(offer, OfferState.FULFILLED, actor=actor, now=now)
    offer.ended_at = now
    need = need_of(offer)
    if need is not None:
        release_clock(need, because_ref=claim.ref, actor=actor, now=now)
        if need.state is NeedState.RESOLVED:
            close_need(need, met, note=note, confirmed_by=by, actor=actor, now=now)
    _tell_claimant(claim, "claim-thanked", now=now)


def check_thanks(thanks: str) -> None:
    """Thanks carry no child's identity. Raises DomainError for what could point at one."""
    if found := slips(thanks):
        raise DomainError(
            N_("This could point at the child: “%(found)s”. Leave it out."), field="thanks", found=found[0].found
        )


def dispute_claim(claim: Claim, *, reason: str, actor: Actor, now: datetime) -> None:
    """The family does not have it: the claim goes on, and the need is open again. The caller commits."""
    require(policy.can_confirm(actor, claim))
    move(claim, C.IN_PROGRESS, actor=actor, now=now, reason=reason)
    claim.fulfilled_at = None
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
