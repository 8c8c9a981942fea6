"""From a need to a referral: which service, which fields with their present texts, and what will be seen."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.audit.operations import record_read
from portal.children.models import Child
from portal.children.queries import standing_consent
from portal.children.rules import Purpose
from portal.children.shown import label_of
from portal.children.sight import seen_fields
from portal.kernel.clock import now, today
from portal.kernel.db import session
from portal.kernel.errors import DomainError, NotFound, require
from portal.kernel.words import N_
from portal.needs.models import Need
from portal.needs.policy import can_refer
from portal.needs.queries import need_or_404
from portal.needs.rules import KIND_WORDS
from portal.referrals import operations, policy, queries
from portal.referrals.forms import FieldsForm, OnlyPress
from portal.referrals.models import Referral
from portal.referrals.operations.sharing import facts_of
from portal.referrals.rules import LIVE, SUGGESTED, TRY_NEXT, Field, ReferralState, shareable
from portal.referrals.views import shown
from portal.referrals.views.blueprint import bp
from portal.web.access import allow
from portal.web.language import _, sentence
from portal.web.pages import page, submitted, tell

GONE = N_("This service is not to be had any more. Choose another one.")


def _need() -> Need:
    need = need_or_404(g.actor, request.values.get("need", ""))
    require(can_refer(g.actor, need))
    return need


@bp.route("/referrals/new", methods=["GET", "POST"])
@allow(*policy.SENDERS)
def new() -> ResponseReturnValue:
    """Choose the service, then the fields."""
    if not request.values.get("need"):
        raise NotFound
    need = _need()
    tries = queries.tries_of(g.actor, need)
    running = next((t for t in tries if t.state in (ReferralState.DRAFTED, *LIVE)), None)
    if running is not None and request.method == "GET":
        return redirect(url_for(".show", ref=running.ref), 303)
    suggestions = queries.suggestions_for(need, need.child, tries, now=now())
    label = label_of(need.child, seen_fields(g.actor, need.child))
    wanted = request.values.get("service", "")
    chosen = next((s for s in suggestions if s.fit.service.ref == wanted), None)
    if chosen is None:
        if wanted:
            tell(_(GONE), "warning")
        return page(
            "referrals/services.html", need=need, label=label, kind=_(KIND_WORDS[need.kind]), suggestions=suggestions,
            shown=shown,
        )  # fmt: skip
    service = chosen.fit.service
    form = FieldsForm()
    if request.method == "GET":
        form.fields_asked.data = [field.value for field in SUGGESTED[need.kind.value]]
    made: list[Referral] = []

    def keep() -> None:
        made.append(
            operations.draft_referral(
                need, need.child, service, fields=shareable(form.fields_asked.data or []),
                covering=form.covering.data or "", actor=g.actor, now=now(),
            )
        )  # fmt: skip

    if submitted(form, keep):
        return redirect(url_for(".show", ref=made[0].ref), 303)
    return _fields_page(
        form, need, label, title=_("What %(org)s will see", org=chosen.fit.organisation.name),
        action=url_for(".new", need=need.ref, service=service.ref), back=url_for(".new", need=need.ref),
        documents=list(service.documents or []),
    )  # fmt: skip


def _fields_page(form: FieldsForm, need: Need, label: str, **facts: Any) -> ResponseReturnValue:
    child: Child = need.child
    record_read(
        "referral-fields-read", kind="need", ref=need.ref, about_ref=child.ref, region_path=child.region_path,
        why="referral", actor=g.actor, now=now(),
    )  # fmt: skip
    texts = facts_of(child, need, now=now())
    lines = [
        (field.value, words, text)
        for field in Field
        if field in texts
        for words, text in shown.shared_lines({field.value: texts[field]})
    ]
    return page(
        "referrals/fields.html", form=form, need=need, label=label, kind=_(KIND_WORDS[need.kind]), lines=lines,
        chosen=form.fields_asked.data or [], consent=standing_consent(child.id, Purpose.REFERRAL, today()),
        child=child, **facts,
    )  # fmt: skip


@bp.route("/referrals/<ref>/fields", methods=["GET", "POST"])
@allow(*policy.SENDERS)
def fields(ref: str) -> ResponseReturnValue:
    """Choose anew what a draft would share."""
    referral = queries.referral_or_404(g.actor, ref)
    need = need_or_404(g.actor, referral.need_ref)
    require(referral.state is ReferralState.DRAFTED and can_refer(g.actor, need))
    form = FieldsForm()
    if request.method == "GET":
        form.fields_asked.data, form.covering.data = list(referral.fields), referral.covering

    def keep() -> None:
        operations.prepare_again(
            referral, need, need.child, fields=shareable(form.fields_asked.data or []),
            covering=form.covering.data or "", actor=g.actor, now=now(),
        )  # fmt: skip

    if submitted(form, keep):
        return redirect(url_for(".show", ref=ref), 303)
    return _fields_page(
        form, need, label_of(need.child, seen_fields(g.actor, need.child)),
        title=_("What %(org)s will see", org=referral.org_name), action=url_for(".fields", ref=ref),
        back=url_for(".show", ref=ref), documents=[],
    )  # fmt: skip


@bp.post("/referrals/<ref>/next-try")
@allow(*policy.SENDERS)
def next_try(ref: str) -> ResponseReturnValue:
    """Prepare the same for the next organisation that fits: one tap, then a look, then it is sent."""
    before = queries.referral_or_404(g.actor, ref)
    need = need_or_404(g.actor, before.need_ref)
    require(before.state in TRY_NEXT and can_refer(g.actor, need))
    tries = queries.tries_of(g.actor, need)
    chosen = queries.next_after(queries.suggestions_for(need, need.child, tries, now=now()))
    if chosen is None:
        tell(_("No other service fits now."), "warning")
        return redirect(url_for(".new", need=need.ref), 303)
    made: list[Referral] = []

    def keep() -> None:
        made.append(operations.try_next(before, need, need.child, chosen.fit.service, actor=g.actor, now=now()))

    form = OnlyPress()
    if submitted(form, keep):
        session().flush()
        return redirect(url_for(".show", ref=made[0].ref), 303)
    tell(" ".join(str(e) for e in form.form_errors) or sentence(DomainError(GONE)), "warning")
    return redirect(url_for(".show", ref=ref), 303)
