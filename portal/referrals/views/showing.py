"""One referral: whole for the child's staff, the shared fields and nothing else for the receiver."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.access.queries import names_of
from portal.audit.operations import record_read
from portal.children.queries import standing_consent
from portal.children.rules import Purpose
from portal.children.shown import label_of
from portal.children.sight import right_of, seen_fields
from portal.files.queries import attachments_of
from portal.kernel.actor import Actor
from portal.kernel.clock import now, today
from portal.kernel.db import new_ref
from portal.needs.policy import can_refer
from portal.needs.rules import CONFIRMED_WORDS
from portal.partners.policy import OF_PARTNERS
from portal.referrals import operations, policy, queries
from portal.referrals.forms import DocumentForm, MessageForm, OnlyPress
from portal.referrals.models import Referral
from portal.referrals.rules import DECLINE_WORDS, LIVE, NOTHING_DONE, OUTCOME_WORDS, STANDING, TRY_NEXT, ReferralState
from portal.referrals.views import shown
from portal.referrals.views.blueprint import bp
from portal.referrals.views.listing import READERS
from portal.referrals.views.stepping import steps_open_to
from portal.web.access import allow
from portal.web.language import _
from portal.web.pages import page, submitted, tell


def note_look(actor: Actor, referral: Referral, what: str = "referral-read") -> None:
    """Every look is a look at the child, and is logged as one."""
    if policy.is_staff_of(actor, referral):
        why, whose = right_of(actor, referral.child)
    else:
        why, whose = "referral", policy.in_place_of(actor, referral)
    record_read(
        what, kind="referral", ref=referral.ref, about_ref=referral.child_ref, region_path=referral.region_path,
        why=why, in_place_of=whose, actor=actor, now=now(),
    )  # fmt: skip


@bp.get("/referrals/<ref>")
@allow(*READERS)
def show(ref: str) -> ResponseReturnValue:
    """Where it stands, what is shared, what was said and reached, and what can be done next."""
    referral = queries.referral_or_404(g.actor, ref)
    return show_page(referral)


def show_page(
    referral: Referral, *, message: MessageForm | None = None, document: DocumentForm | None = None
) -> ResponseReturnValue:
    """The page of its reader's side, with a form that is to be mended."""
    note_look(g.actor, referral)
    render = _for_staff if policy.is_staff_of(g.actor, referral) else _for_receiver
    return render(g.actor, referral, message, document)


def _both(
    referral: Referral, message: MessageForm | None, document: DocumentForm | None
) -> dict[str, Any]:  # fmt: skip
    """What both sides see."""
    live = referral.state in LIVE and referral.shared_sealed is not None
    papers = [] if referral.state in NOTHING_DONE else attachments_of("referral", referral.ref)
    taken_up = referral.answered_at is not None and referral.state is not ReferralState.DECLINED
    people = [referral.drafted_by, referral.sent_by, referral.answered_by]
    return {
        "referral": referral, "shown": shown, "live": live, "lines": shown.shared_lines(referral.shared),
        "thread": shown.thread(queries.thread_of(referral), referral.org_name),
        "reached": shown.reached(queries.steps_of(referral) if taken_up else []), "papers": papers,
        "people": names_of([*people, *(p.made_by for p in papers)]), "message": message or MessageForm(formdata=None),
        "document": document or DocumentForm(formdata=None), "key": new_ref(), "number": shown.number(referral),
        "outcome": _(OUTCOME_WORDS[referral.outcome]) if referral.outcome else "",
        "status": 422 if (message and message.wrong) or (document and document.wrong) else 200,
    }  # fmt: skip


def _for_receiver(
    actor: Actor, referral: Referral, message: MessageForm | None, document: DocumentForm | None
) -> ResponseReturnValue:
    return page("referrals/received.html", steps=steps_open_to(actor, referral), **_both(referral, message, document))


def _for_staff(
    actor: Actor, referral: Referral, message: MessageForm | None, document: DocumentForm | None
) -> ResponseReturnValue:
    need, child = referral.need, referral.child
    tries = queries.tries_of(actor, need)
    next_one = None
    refers = can_refer(actor, need)
    idle = not any(t.state in (ReferralState.DRAFTED, *LIVE) for t in tries)
    if refers and idle and referral.state in TRY_NEXT:
        next_one = queries.next_after(queries.suggestions_for(need, child, tries, now=now()))
    drafted = referral.state is ReferralState.DRAFTED
    consent = standing_consent(child.id, Purpose.REFERRAL, today()) if drafted else None
    return page(
        "referrals/show.html",
        steps=steps_open_to(actor, referral),
        label=label_of(child, seen_fields(actor, child)),
        child=child,
        need=need,
        tries=tries,
        next_one=next_one,
        refers=refers and idle,
        consent=consent,
        drafted=drafted,
        standing=_(STANDING[referral.state]) if referral.state in STANDING else "",
        may_send=drafted and refers,
        way=shown.way_of(queries.moves_of(referral), referral.org_name),
        declined=_(DECLINE_WORDS[referral.decline_reason]) if referral.decline_reason else "",
        confirmed=_(CONFIRMED_WORDS[need.confirmed_by]) if need.confirmed_by and referral.confirmed_at else "",
        names=shown.field_names(list(referral.fields)),
        **_both(referral, message, document),
    )


@bp.route("/referrals/deletions/<ref>", methods=["GET", "POST"])
@allow(*OF_PARTNERS)
def deletion(ref: str) -> ResponseReturnValue:
    """What an organisation that sees nothing any more is asked to do: delete what it keeps, and say so."""
    referral = queries.deletion_or_404(g.actor, ref)
    form = OnlyPress()
    if submitted(form, lambda: operations.note_deleted(referral, actor=g.actor, now=now())):
        tell(_("Thank you. It is noted that you have deleted it."), "success")
        return redirect(url_for(".deletion", ref=ref), 303)
    return page(
        "referrals/deletion.html", form=form, ref=referral.ref, number=shown.number(referral),
        kind=shown.kind_words(referral),
        service=referral.service_name, org=referral.org_name, sent_at=referral.sent_at, delete_by=referral.delete_by,
        deleted_at=referral.deleted_at, names=shown.field_names(list(referral.fields)),
    )  # fmt: skip
