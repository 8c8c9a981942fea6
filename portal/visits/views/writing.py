"""A visit on the phone: the form from the list or from a scanned card, sending it, taking it back."""

from __future__ import annotations

import re
from datetime import timedelta

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.audit.operations import record_read
from portal.children.models import Child
from portal.children.operations.codes import child_by_code
from portal.children.shown import label_of
from portal.children.sight import REGION_ROLES, right_of, seen_fields
from portal.kernel.actor import Actor
from portal.kernel.clock import now, today
from portal.kernel.db import begin_writing, new_ref, session
from portal.kernel.errors import NotAllowed, NotFound, TooMany
from portal.kernel.words import N_
from portal.visits import policy, queries
from portal.visits.forms import VisitForm, moment_of
from portal.visits.operations import visits as operations
from portal.visits.operations.plan import days_of
from portal.visits.rules import VisitKind
from portal.visits.views import shown
from portal.visits.views.blueprint import bp
from portal.web.access import allow
from portal.web.language import _, day_text
from portal.web.pages import page, problem, refused, saved, submitted, tell, wants_json

KEY = re.compile(r"[A-Za-z0-9_-]{8,40}")
TAKEN_BACK = N_("Taken back at once.")
TAKEN_BACK_WITHIN = timedelta(minutes=30)


@bp.get("/visits/new")
@allow(*policy.VISITORS)
def new() -> ResponseReturnValue:
    """The form of one child, by the list or by the card. Opening it is a look at the child, and is logged."""
    code = request.args.get("code", "").strip()
    if code:
        try:
            child = queries.child_to_visit(g.actor, child_by_code(g.actor, code).ref)
        except NotFound:
            return page("visits/scan.html", unknown=True, status=404)
    else:
        child = queries.child_to_visit(g.actor, request.args.get("child", ""))
    form = VisitForm(formdata=None)
    if not g.actor.has(*policy.AT_THE_DOOR):
        form.kind.data = VisitKind.TOWN
    return _form_page(form, child, key=new_ref())


def _form_page(form: VisitForm, child: Child, *, key: str) -> ResponseReturnValue:
    actor: Actor = g.actor
    why, whose = right_of(actor, child)
    record_read(
        "child-read", kind="child", ref=child.ref, about_ref=child.ref, region_path=child.region_path, why=why,
        in_place_of=whose, actor=actor, now=now(), hidden=why == "concern",
    )  # fmt: skip
    fields = seen_fields(actor, child)
    form.kind.choices = shown.kinds_for(actor)
    last = queries.visits_of(actor, child.ref, 1)
    due = days_of([child.ref]).get((child.ref, queries.interval_of(actor).kind))
    return page(
        "visits/new.html", form=form, key=key, child=child, label=label_of(child, fields), due=due, today=today(),
        last=last[0] if last else None, village=child.region.name if "region" in fields else "",
        short=shown.short_label(child, whole=actor.has(*REGION_ROLES)),
    )  # fmt: skip


@bp.post("/visits/new")
@allow(*policy.VISITORS)
def send() -> ResponseReturnValue:
    """Keep a visit. The same key any number of times is one row and the same answer."""
    key = request.form.get("client_key", "")
    if not KEY.fullmatch(key):
        return problem(400)
    form = VisitForm()
    try:
        child_ref = _child_asked(form)
    except TooMany:
        if form.emergency.data:
            alarm_at_once(key, form.emergency.data, "")
        raise
    if form.emergency.data:
        alarm_at_once(key, form.emergency.data, child_ref)
        if form.alarm_alone:
            tell(_("The alarm is with the person on duty. In danger call 110 or 120 at once."), "warning")
            return saved(url_for(".new", child=child_ref) if child_ref else url_for(".index"), key=key)
    done: list[operations.Saved] = []

    def operation() -> None:
        if form.code.data and not child_ref:
            raise operations.UnknownCard
        done.append(operations.save_visit(key, _entry(form), child_ref=child_ref, actor=g.actor, now=now()))

    if submitted(form, operation):
        _say(done[0], form)
        return saved(url_for(".index"), key=key)
    if form.emergency.data:
        form.blame(None, _("The alarm is with the person on duty already; only the visit is not saved yet."))
    if wants_json():
        return refused(form)
    try:
        child = queries.child_to_visit(g.actor, child_ref)
    except NotFound:
        return page("visits/not_mine.html", form=form, status=422)
    return _form_page(form, child, key=key)


def _child_asked(form: VisitForm) -> str:
    """The ref of the child whom the entry is about; '' for a card that leads nowhere."""
    if form.child.data or not form.code.data:
        return form.child.data or ""
    try:
        return child_by_code(g.actor, form.code.data).ref
    except NotFound:
        return ""


def alarm_at_once(key: str, text: str, child_ref: str) -> None:
    """An emergency is committed by itself, before anything else of the form can be refused and rolled back."""
    operations.raise_alarm(key, text, child_ref=child_ref, actor=g.actor, now=now())
    session().commit()
    begin_writing()


def _entry(form: VisitForm) -> operations.Entry:
    """What was filled in, field by field."""
    photo = form.picture.data
    return operations.Entry(
        kind=form.kind.data or VisitKind.CARE,
        met=form.met_whom,
        seen=form.seen,
        text=form.text.data or "",
        joint_with=form.joint_with.data or "",
        needs=[
            operations.NeedAsked(kind, text, form.need_urgency.data, bool(form.need_household.data))
            for kind, text in form.needs()
        ],
        emergency=form.emergency.data or "",
        device_at=moment_of(form.device_at.data),
        device_sent_at=moment_of(form.device_sent_at.data),
        offline=bool(form.offline.data),
        photo=photo.read() if hasattr(photo, "read") else b"",
    )


def _say(done: operations.Saved, form: VisitForm) -> None:
    """What happened, on the next page, with a way back. What waited on the phone comes in quietly."""
    if form.emergency.data:
        tell(_("The alarm is with the person on duty. In danger call 110 or 120 at once."), "warning")
    if done.again or form.offline.data:
        return
    visit = done.visit
    if visit.attempt:
        words = _("Kept: nobody was at home. The visit stays due.")
    else:
        due = days_of([visit.child_ref]).get((visit.child_ref, queries.interval_of(g.actor).kind))
        words = _("Saved. The next visit is due on %(day)s.", day=day_text(due)) if due else _("Saved.")
    flash((words, url_for(".take_back", ref=visit.ref)), "undo")  # type: ignore[arg-type]


@bp.post("/visits/<ref>/removal")
@allow(*policy.VISITORS)
def take_back(ref: str) -> ResponseReturnValue:
    """Take one's own visit back right after it was saved; later it is struck out with a reason."""
    visit = queries.visit_or_404(g.actor, ref)
    fresh = now() - visit.received_at <= TAKEN_BACK_WITHIN
    if visit.author_ref != g.actor.account_ref or not fresh:
        raise NotAllowed
    operations.strike_out(visit, reason=TAKEN_BACK, actor=g.actor, now=now())
    tell(_("The visit is taken back."), "success")
    return redirect(url_for(".new", child=visit.child_ref), 303)
