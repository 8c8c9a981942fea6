"""Claiming: the form on the public pages, and the claimant's own page behind a secret address."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.access import throttles
from portal.access.addresses import phone_of, phone_words
from portal.board.forms import ClaimForm, PartnerClaimForm, WordsForm
from portal.board.models import Claim, Offer
from portal.board.operations import claims as operations
from portal.board.operations.batch import newest_batch
from portal.board.operations.codes import is_right_code, send_code
from portal.board.policy import STANDS
from portal.board.queries import claim_with, notes_for_claimant
from portal.board.rules import CODE_MINUTES, ClaimantKind, ClaimState, OfferState
from portal.board.views import shown
from portal.board.views.blueprint import bp
from portal.board.views.public import speak
from portal.kernel.actor import Actor
from portal.kernel.clock import now
from portal.kernel.db import new_ref, session
from portal.kernel.errors import DomainError, NotFound, TooMany
from portal.kernel.words import N_
from portal.partners.queries import own_organisations
from portal.web.access import allow
from portal.web.language import _, locale
from portal.web.pages import page, submitted, tell

WRONG_CODE = N_("This code is not right, or it has run out. Compare it sign by sign, or have another one sent.")
NO_PHONE = N_("This is no phone number. Write it as 138 0000 0000.")
STANDING = {
    ClaimState.MADE: N_("The district has your message. It calls you within three working days."),
    ClaimState.APPROVED: N_("Your help is welcome. The district calls you to agree how it goes on."),
    ClaimState.IN_PROGRESS: N_("Your help is under way."),
    ClaimState.FULFILLED: N_("It was handed over. The family is asked whether it has arrived."),
    ClaimState.CONFIRMED: N_("It has arrived. Thank you."),
    ClaimState.REFUSED: N_("It could not be accepted this time. Thank you for wanting to help."),
    ClaimState.WITHDRAWN: N_("You took it back. Thank you all the same."),
    ClaimState.FAILED: N_("It did not come about. Thank you all the same."),
}
"""What each state means to who wants to help."""
MAY_WRITE = (ClaimState.MADE, ClaimState.APPROVED, ClaimState.IN_PROGRESS, ClaimState.FULFILLED)
MAY_WITHDRAW = (ClaimState.MADE, ClaimState.APPROVED, ClaimState.IN_PROGRESS)
BY_CLAIMANT = N_("The claimant took it back.")


def _entry(ref: str) -> tuple[dict[str, Any], Offer]:
    """What the public sees of an offer, and the offer; NotFound for what is not on the board."""
    batch = newest_batch()
    entry = next((e for e in batch.entries if e["ref"] == ref), None) if batch else None
    offer = session().scalar(select(Offer).where(Offer.ref == ref)) if entry else None
    if entry is None or offer is None:
        raise NotFound
    return entry, offer


@bp.route("/board/<ref>/claims/new", methods=["GET", "POST"])
@allow(anybody=True)
def new_claim(ref: str) -> ResponseReturnValue:
    """Ask to help: a person or organisation whose phone a code proves, or an organisation of the programme."""
    speak()
    entry, offer = _entry(ref)
    actor: Actor | None = g.get("actor") if not g.get("locked") else None
    own = own_organisations(actor) if actor else []
    if actor and own:
        return _by_partner(entry, offer, actor, own)
    return _by_anybody(entry, offer)


def _form_page(form: Any, entry: dict[str, Any], offer: Offer, **facts: Any) -> Response:
    taken = offer.state is not OfferState.OFFERED
    answer = page("board/claim_new.html", form=form, entry=entry, taken=taken, shown=shown, **facts)
    return private(answer)


def private(answer: Response) -> Response:
    """Nobody's list of pages, and no other site, learns this address."""
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _by_anybody(entry: dict[str, Any], offer: Offer) -> ResponseReturnValue:
    form = ClaimForm()
    key = (form.client_key.data or "")[:40] or new_ref()
    form.client_key.data = key
    if request.method == "POST" and operations.made_before(key) is not None:
        # The answer was lost on the way: what was sent stands.
        return redirect(url_for(".own_claim", token=operations.token_of(key)), 303)
    phone = phone_of(form.phone.data or "")
    facts: dict[str, Any] = {
        "partner": False,
        "asked": "code" in request.form,
        "minutes": CODE_MINUTES,
        "demo_code": "",
    }
    if request.method == "POST" and form.phone.data and phone is None:
        form.validate()
        form.blame("phone", _(NO_PHONE))
        return _form_page(form, entry, offer, **facts)
    if "send" in request.form:
        if form.validate_on_submit() and phone:
            facts |= {"asked": True, "demo_code": _send(phone)}
        return _form_page(form, entry, offer, **facts)
    if submitted(form, lambda: _claim(form, entry, phone or "", key)):
        tell(_("Thank you. Keep the address of this page: here you see how it goes on."), "success")
        return redirect(url_for(".own_claim", token=operations.token_of(key)), 303)
    return _form_page(form, entry, offer, **facts)


def _send(phone: str) -> str:
    """Send a code; gives it in the demo alone. Whether one went out is told to nobody: an answer says nothing about
    somebody else's phone."""
    moment, (sent, _wrong) = now(), throttles.code_limits(request.remote_addr or "")
    if wait := throttles.seconds_to_wait(sent, moment):
        raise TooMany(wait)
    throttles.count(sent, moment)
    try:
        code = send_code(phone, locale=locale(), now=moment)
    except TooMany:
        return ""
    return code if current_app.portal_config.demo else ""  # type: ignore[attr-defined]


def _claim(form: Any, entry: dict[str, Any], phone: str, key: str) -> None:
    moment, (_sent, wrong) = now(), throttles.code_limits(request.remote_addr or "")
    if wait := throttles.seconds_to_wait(wrong, moment):
        raise TooMany(wait)
    if not is_right_code(phone, form.code.data or "", now=moment):
        throttles.count(wrong, moment)
        raise DomainError(WRONG_CODE, field="code")
    claimant = operations.Claimant(form.claimant.data, form.name.data or "", phone, form.words.data or "")
    operations.make_claim(key, entry["ref"], claimant, actor=None, now=moment)


def _by_partner(entry: dict[str, Any], offer: Offer, actor: Actor, own: list[Any]) -> ResponseReturnValue:
    form = PartnerClaimForm()
    form.organisation.offer([(o.ref, o.name) for o in own])
    if request.method == "GET" and len(own) == 1:
        form.organisation.data = own[0].ref
    key = (form.client_key.data or "")[:40] or new_ref()
    form.client_key.data = key
    made: list[Claim] = []

    def keep() -> None:
        phone = phone_of(form.phone.data or "")
        if phone is None:
            raise DomainError(NO_PHONE, field="phone")
        name = next(o.name for o in own if o.ref == form.organisation.data)
        claimant = operations.Claimant(
            ClaimantKind.ORGANISATION, name, phone, form.words.data or "", form.organisation.data or ""
        )
        made.append(operations.make_claim(key, entry["ref"], claimant, actor=actor, now=now())[0])

    if submitted(form, keep):
        tell(_("Thank you. The district decides; you see here how it goes on."), "success")
        return redirect(url_for(".claim", ref=made[0].ref), 303)
    return _form_page(form, entry, offer, partner=True, asked=False)


@bp.get("/board/claims/<token>")
@allow(anybody=True)
def own_claim(token: str) -> ResponseReturnValue:
    """The claimant's own page: where it stands, what was written, thanks. Nothing of a child."""
    return _own_page(claim_with(token), token, WordsForm())


def _own_page(claim: Claim, token: str, form: WordsForm) -> Response:
    named = claim.offer.state in STANDS
    answer = page(
        "board/own_claim.html", form=form, claim=claim, token=token, offer=claim.offer, shown=shown,
        standing=_(STANDING[claim.state]), notes=notes_for_claimant(claim) if named else [],
        phone=phone_words(claim.phone or ""),
        named=named, may_write=claim.state in MAY_WRITE, may_withdraw=claim.state in MAY_WITHDRAW,
    )  # fmt: skip
    return private(answer)


@bp.post("/board/claims/<token>/notes")
@allow(anybody=True)
def own_note(token: str) -> ResponseReturnValue:
    """The claimant writes a line."""
    claim, form = claim_with(token), WordsForm()
    if submitted(form, lambda: operations.note_from_claimant(claim, form.text.data or "", now=now())):
        tell(_("Sent."), "success")
        return redirect(url_for(".own_claim", token=token), 303)
    return _own_page(claim, token, form)


@bp.post("/board/claims/<token>/withdrawal")
@allow(anybody=True)
def own_withdrawal(token: str) -> ResponseReturnValue:
    """The claimant takes it back."""
    claim = claim_with(token)
    operations.withdraw_claim(claim, reason=_reason(), actor=operations.VISITOR, now=now())
    return redirect(url_for(".own_claim", token=token), 303)


def _reason() -> str:
    typed = request.form.get("reason", "").strip()
    return typed[:300] or BY_CLAIMANT
