"""The thread and the papers between both sides."""

from __future__ import annotations

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.files.queries import attachment
from portal.files.views import send_attachment
from portal.kernel.clock import now
from portal.kernel.errors import NotFound
from portal.referrals import operations, queries
from portal.referrals.forms import DocumentForm, MessageForm
from portal.referrals.views.blueprint import bp
from portal.referrals.views.listing import READERS
from portal.referrals.views.showing import note_look, show_page
from portal.web.access import allow
from portal.web.language import _
from portal.web.pages import refused, saved, submitted, tell, wants_json


@bp.post("/referrals/<ref>/messages")
@allow(*READERS)
def messages(ref: str) -> ResponseReturnValue:
    """Write to the other side."""
    referral = queries.referral_or_404(g.actor, ref)
    form = MessageForm()
    key = (request.form.get("client_key") or "")[:40]

    def post() -> None:
        operations.post_message(referral, form.text.data or "", client_key=key, actor=g.actor, now=now())

    if submitted(form, post):
        return saved(url_for(".show", ref=ref), key=key)
    if wants_json():
        return refused(form)
    return show_page(referral, message=form)


@bp.post("/referrals/<ref>/documents")
@allow(*READERS)
def documents(ref: str) -> ResponseReturnValue:
    """Hand a paper over."""
    referral = queries.referral_or_404(g.actor, ref)
    form = DocumentForm()
    given = request.files.get("document")

    def keep() -> None:
        data = given.read() if given is not None else b""
        name = given.filename or "" if given is not None else ""
        operations.add_document(referral, data, name, actor=g.actor, now=now())

    if submitted(form, keep):
        tell(_("The paper is with the other side."), "success")
        return redirect(url_for(".show", ref=ref, _anchor="papers"), 303)
    return show_page(referral, document=form)


@bp.get("/referrals/<ref>/documents/<document_ref>")
@allow(*READERS)
def document(ref: str, document_ref: str) -> ResponseReturnValue:
    """A paper. Opening it is a look at the child, and is logged."""
    referral = queries.referral_or_404(g.actor, ref)
    found = attachment(document_ref, subject_kind="referral", subject_ref=referral.ref)
    if found is None:
        raise NotFound
    note_look(g.actor, referral, "referral-document-read")
    return send_attachment(found)
