"""After a log was sent: reviewed, returned, amended, marked as a mistake."""

from __future__ import annotations

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.children.sight import REGION_ROLES
from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.errors import require
from portal.mentoring import forms, overview, queries
from portal.mentoring.models import SessionLog
from portal.mentoring.operations import reviews
from portal.mentoring.policy import can_amend
from portal.mentoring.views.blueprint import bp
from portal.mentoring.views.reading import log_page, note_look
from portal.places.settings import setting
from portal.web.access import allow
from portal.web.forms import Form
from portal.web.language import _, ngettext
from portal.web.pages import local_next, page, submitted, tell


def _next(ref: str) -> ResponseReturnValue:
    """The log that waits longest, so that a coordinator reads one after the other."""
    waiting = overview.next_to_review(g.actor, besides_ref=ref)
    return redirect(url_for(".show", ref=waiting) if waiting else url_for(".index"), 303)


@bp.post("/sessions/<ref>/review")
@allow(Role.COORDINATOR)
def review(ref: str) -> ResponseReturnValue:
    """Read: thank you. Then the next one."""
    log = queries.log_or_404(g.actor, ref)
    form = forms.ReviewForm()
    if submitted(form, lambda: reviews.review_log(log, comment=form.comment.data or "", actor=g.actor, now=now())):
        tell(_("Reviewed."), "success")
        return _next(ref)
    return log_page(log, form=form)


@bp.post("/sessions/reviews")
@allow(Role.COORDINATOR)
def review_many() -> ResponseReturnValue:
    """Mark the chosen logs of the list as read; each box carries the version that the list showed."""
    chosen = {}
    for box in request.form.getlist("ref"):
        ref, _sep, version = box.partition(":")
        chosen[ref] = int(version) if version.isdecimal() and len(version) < 10 else 0
    back, form = local_next(url_for(".index")), Form()
    done: list[SessionLog] = []
    if not submitted(form, lambda: done.extend(reviews.review_logs(chosen, actor=g.actor, now=now()))):
        for sentence in form.form_errors:
            tell(sentence, "warning")
        return redirect(back, 303)
    for log in done:
        note_look(log, queries.parts_of(g.actor, log))
    if done:
        tell(ngettext("%(num)s log marked as read.", "%(num)s logs marked as read.", len(done)), "success")
    if left := len(chosen) - len(done):
        tell(
            ngettext(
                "%(num)s log was left as it is: it has changed meanwhile, or is to be opened and read.",
                "%(num)s logs were left as they are: they have changed meanwhile, or are to be opened and read.",
                left,
            ),
            "warning",
        )
    return redirect(back, 303)


@bp.post("/sessions/<ref>/return")
@allow(Role.COORDINATOR)
def give_back(ref: str) -> ResponseReturnValue:
    """Back to the mentor, with a question."""
    log = queries.log_or_404(g.actor, ref)
    form = forms.ReasonForm()
    if submitted(form, lambda: reviews.return_log(log, reason=form.reason.data or "", actor=g.actor, now=now())):
        tell(_("Returned to the mentor."), "success")
        return _next(ref)
    return log_page(log, form=form)


@bp.post("/sessions/<ref>/mistake")
@allow(Role.COORDINATOR)
def mistake(ref: str) -> ResponseReturnValue:
    """Entered by mistake: it stays, and says so."""
    log = queries.log_or_404(g.actor, ref)
    form = forms.ReasonForm()
    if submitted(form, lambda: reviews.mark_mistaken(log, reason=form.reason.data or "", actor=g.actor, now=now())):
        tell(_("Marked as entered by mistake."), "success")
        return redirect(url_for(".show", ref=ref), 303)
    return log_page(log, form=form)


@bp.route("/sessions/<ref>/amendments", methods=["GET", "POST"])
@allow(Role.MENTOR, *REGION_ROLES)
def amendments(ref: str) -> ResponseReturnValue:
    """Change a locked log, keeping both texts."""
    log = queries.log_or_404(g.actor, ref)
    require(can_amend(g.actor, log, now(), setting("log_locks_after_days")))
    parts = queries.parts_of(g.actor, log)
    form = forms.AmendmentForm()
    many = len(parts) > 1
    own = [(f"text:{p.ref}", _("About %(name)s only", name=p.label)) for p in parts if many]
    form.field.offer([*((k, _(w)) for k, w in reviews.AMENDABLE.items() if k != "minutes" or not log.attempt), *own])

    def operation() -> None:
        change = reviews.Change(form.field.data or "", form.text.data or "", form.reason.data or "")
        reviews.amend_log(log, change, readable_parts={p.ref for p in parts}, actor=g.actor, now=now())

    if submitted(form, operation):
        tell(_("Amended. Both texts are kept."), "success")
        return redirect(url_for(".show", ref=ref), 303)
    texts = {p.ref: queries.part_text(p) for p in parts}
    return page(
        "mentoring/amendments.html", form=form, log=log, parts=[(p.label, texts[p.ref]) for p in parts] if many else []
    )
