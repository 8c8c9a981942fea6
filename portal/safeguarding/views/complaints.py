"""Complaints and suggestions from anybody, and the notice on children's privacy."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.queries import names_of, region_names
from portal.kernel.clock import now
from portal.kernel.db import new_ref
from portal.kernel.errors import NotFound
from portal.places.settings import setting
from portal.safeguarding import operations, policy, queries
from portal.safeguarding.forms import AnswerForm, CodeForm, ComplaintFilter, ComplaintForm
from portal.safeguarding.models import Complaint
from portal.safeguarding.operations.complaints import code_index
from portal.safeguarding.rules import ANSWER_WITHIN_WORKING_DAYS, COMPLAINT, COMPLAINT_KIND_WORDS
from portal.safeguarding.views.blueprint import bp
from portal.web.access import allow
from portal.web.language import _
from portal.web.lists import Sort, keyset
from portal.web.pages import page, refused, saved, submitted, tell, wants_json

WORDS: dict[str, Any] = {"states": COMPLAINT.words, "tones": COMPLAINT.tones, "kinds": COMPLAINT_KIND_WORDS}


@bp.get("/privacy")
@allow(anybody=True)
def privacy() -> ResponseReturnValue:
    """What is kept about children, who sees it, and what a family can ask for. Open to everybody."""
    return page("safeguarding/privacy.html", notice=setting("privacy_notice"), days=ANSWER_WITHIN_WORKING_DAYS)


@bp.route("/complaints/new", methods=["GET", "POST"])
@allow(anybody=True)
def complaint_new() -> ResponseReturnValue:
    """Say what went wrong or could be better, signed in or not."""
    actor = g.get("actor") if not g.get("locked") else None
    form = ComplaintForm()
    key = request.form.get("client_key", "")[:40] or new_ref()
    made: list[Complaint] = []

    def keep() -> None:
        made.append(
            operations.complain(
                client_key=key, kind=form.kind.data, text=form.text.data, contact=form.contact.data or "",
                sender=request.remote_addr or "", about_answerer=form.about_answerer.data, actor=actor, now=now(),
            )
        )  # fmt: skip

    if submitted(form, keep):
        if made[0].client_key != key:
            tell(_("You had sent this form before with other words. Both are kept; this is the later one."), "warning")
        if not operations.people_to_answer(made[0]):
            tell(
                _(
                    "At the moment nobody of the programme can answer this independently. It is kept; please also turn "
                    "to %(name)s, %(phone)s.",
                    name=setting("last_resort_name"), phone=setting("last_resort_phone"),
                ),
                "warning",
            )  # fmt: skip
        elif actor and made[0].for_lead:
            tell(_("Thank you. It has reached the safeguarding leads alone; the answer will stand here."), "success")
        elif actor:
            tell(_("Thank you. It has reached the coordinators; the answer will stand here."), "success")
        if actor:
            return saved(url_for(".complaint", ref=made[0].ref), key=key)
        return saved(url_for(".complaint_by_code", code=operations.code_for(made[0].client_key)), key=key)
    if wants_json() and request.method == "POST":
        return refused(form)
    return page(
        "safeguarding/complaint_new.html", form=form, key=key, stranger=actor is None, days=ANSWER_WITHIN_WORKING_DAYS
    )


@bp.get("/complaints/answers")
@allow(anybody=True)
def complaint_codes() -> ResponseReturnValue:
    """Where a stranger types the code."""
    form = CodeForm(request.args)
    code = (form.code.data or "").lower()
    if code and queries.answer_by_code(code_index(code)) is None:
        form.code.errors = [_("There is no message with this code. Compare it sign by sign.")]
        return page("safeguarding/complaint_code.html", code_form=form), 422
    if code:
        return redirect(url_for(".complaint_by_code", code=code), 303)
    return page("safeguarding/complaint_code.html", code_form=form)


@bp.get("/complaints/answers/<code>")
@allow(anybody=True)
def complaint_by_code(code: str) -> ResponseReturnValue:
    """What a stranger sees of the own complaint: that it came, and the answer. Not the text."""
    found = queries.answer_by_code(code_index(code))
    if found is None:
        raise NotFound
    return page("safeguarding/complaint_answer.html", complaint=found, code=code, **WORDS)


@bp.get("/complaints")
@allow(signed_in=True)
def complaints() -> ResponseReturnValue:
    """One's own complaints, and those that one is to answer."""
    filters = ComplaintFilter(request.args)
    statement = queries.complaints_of(g.actor)
    if filters.state.data:
        statement = statement.where(Complaint.state == filters.state.data)
    if filters.kind.data:
        statement = statement.where(Complaint.kind == filters.kind.data)
    listing = keyset(
        statement, filters=filters,
        sorts=[
            Sort("due", (queries.ANSWERED, Complaint.due_at, Complaint.id)),
            Sort("made", (Complaint.made_at, Complaint.id), descending=True),
        ],
    )  # fmt: skip
    return page(
        "safeguarding/complaints.html", listing=listing, now=now(),
        regions=region_names({r.region_path for r in listing.rows}), **WORDS,
    )  # fmt: skip


@bp.route("/complaints/<ref>", methods=["GET", "POST"])
@allow(signed_in=True)
def complaint(ref: str) -> ResponseReturnValue:
    """One complaint with its answer; whoever handles it answers here."""
    found = queries.complaint_or_404(g.actor, ref)
    form = AnswerForm()
    can_answer = policy.can_answer(g.actor, found)
    if request.method == "POST" and submitted(
        form, lambda: operations.answer_complaint(found, text=form.answer.data, actor=g.actor, now=now())
    ):
        tell(_("The answer is sent."), "success")
        return redirect(url_for(".complaint", ref=ref), 303)
    handles = policy.handles_complaint(g.actor, found)
    return page(
        "safeguarding/complaint.html", form=form, complaint=found, can_answer=can_answer, handles=handles, now=now(),
        names=names_of({found.account_ref, found.answered_by}), **WORDS,
    )  # fmt: skip
