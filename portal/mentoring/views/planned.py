"""Planned sessions: what is coming, plan, move, missed, called off."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.children.sight import REGION_ROLES
from portal.kernel.actor import Role
from portal.kernel.clock import now, zone
from portal.kernel.errors import NotFound, require
from portal.mentoring import forms, overview, queries
from portal.mentoring.models import PlannedSession
from portal.mentoring.operations import planned as plans
from portal.mentoring.policy import READERS, can_change_plan
from portal.mentoring.rules import PLACE_WORDS, PLANNED_SESSION, PlanState
from portal.mentoring.views.blueprint import bp
from portal.web.access import allow
from portal.web.language import _
from portal.web.lists import Sort, keyset
from portal.web.pages import page, submitted, tell

COMING = Sort("day", (PlannedSession.starts_at, PlannedSession.id))
PAST = Sort("day", (PlannedSession.starts_at, PlannedSession.id), descending=True)


@bp.get("/planned-sessions")
@allow(*READERS)
def planned_sessions() -> ResponseReturnValue:
    """What is coming, or what was, one's own or one's region's."""
    past = request.args.get("time") == "past"
    statement = overview.planned_rows(g.actor)
    if past:
        statement = statement.where(PlannedSession.starts_at < now())
    else:
        statement = statement.where(PlannedSession.starts_at >= now(), PlannedSession.state == PlanState.PLANNED)
    listing = keyset(statement, sorts=(PAST if past else COMING,))
    return page(
        "mentoring/planned_sessions.html",
        listing=listing,
        rows=[_row(r) for r in listing.rows],
        past=past,
        staff=g.actor.has(*REGION_ROLES),
        may_plan=g.actor.has(Role.MENTOR),
    )


def _row(r: Any) -> dict[str, Any]:
    tone = PLANNED_SESSION.tones.get(r.state, "neutral")
    unlogged = r.state is PlanState.PLANNED and r.starts_at <= now()
    return {
        "ref": r.ref,
        "label": r.label,
        "mentor": r.mentor,
        "starts_at": r.starts_at,
        "ends_at": r.ends_at,
        "place": _(PLACE_WORDS[r.place]),
        "state": (_("not logged yet"), "amber") if unlogged else (_(PLANNED_SESSION.words[r.state]), tone),
        "pairing_ref": r.pairing_ref,
    }


@bp.route("/planned-sessions/new", methods=["GET", "POST"])
@allow(Role.MENTOR)
def plan() -> ResponseReturnValue:
    """Plan the next session without logging one."""
    pairs = [p for p in queries.own_pairs(g.actor) if p.loggable]
    wanted = request.args.get("pair", "")
    if wanted and wanted not in {p.ref for p in pairs}:
        raise NotFound
    if not pairs:
        return page("mentoring/nobody.html", paused=False)
    form = forms.PlanForm(data={"pair": wanted or pairs[0].ref} if request.method == "GET" else None)
    form.pair.offer((p.ref, p.label) for p in pairs)
    form.pair.flags.optional = False
    if len(pairs) == 1 and form.pair.data is None and not form.pair.raw_data:
        form.pair.data = pairs[0].ref
    by_ref = {p.ref: p for p in pairs}

    def operation() -> None:
        plans.plan_session(
            by_ref[form.pair.data or pairs[0].ref].id,
            starts_at=form.starts_at,
            minutes=form.length.data or 0,
            place=form.place.data,
            anyway=bool(form.anyway.data),
            actor=g.actor,
            now=now(),
        )

    if submitted(form, operation):
        tell(_("Planned. It stands in your calendar."), "success")
        return redirect(url_for(".planned_sessions"), 303)
    return page(
        "mentoring/plan_form.html", form=form, pairs=pairs, title=_("Plan a session"), clash=bool(form.next_on.errors)
    )


@bp.get("/planned-sessions/<ref>")
@allow(*READERS)
def planned_session(ref: str) -> ResponseReturnValue:
    """One planned session and what can be done with it."""
    return _plan_page(*queries.planned_or_404(g.actor, ref))


def _plan_page(planned: PlannedSession, pair: Any, **facts: Any) -> ResponseReturnValue:
    mine = pair.mentor_account == g.actor.account_ref
    return page(
        "mentoring/planned_session.html",
        planned=planned,
        pair=pair,
        mine=mine,
        label=queries.label_in(g.actor, pair),
        place=_(PLACE_WORDS[planned.place]),
        state=(_(PLANNED_SESSION.words[planned.state]), PLANNED_SESSION.tones.get(planned.state, "neutral")),
        open=planned.state is PlanState.PLANNED,
        begun=planned.starts_at <= now(),
        may_change=can_change_plan(g.actor, planned, pair.mentor_account),
        steps=queries.steps_of("planned_session", planned.ref),
        words=PLANNED_SESSION.words,
        **facts,
    )


@bp.route("/planned-sessions/<ref>/move", methods=["GET", "POST"])
@allow(Role.MENTOR, Role.COORDINATOR)
def move(ref: str) -> ResponseReturnValue:
    """Another day or hour."""
    planned, pair = queries.planned_or_404(g.actor, ref)
    require(can_change_plan(g.actor, planned, pair.mentor_account))
    start = planned.starts_at.astimezone(zone())
    begin = {
        "next_on": start.date(),
        "next_time": start.time(),
        "length": round((planned.ends_at - planned.starts_at) / timedelta(minutes=1)),
        "place": planned.place,
    }
    form = forms.PlanForm(data=begin)
    del form.pair
    later: list[PlannedSession] = []

    def operation() -> None:
        later.append(
            plans.move_session(
                planned,
                starts_at=form.starts_at,
                minutes=form.length.data or 0,
                place=form.place.data,
                anyway=bool(form.anyway.data),
                actor=g.actor,
                now=now(),
            )
        )

    if submitted(form, operation):
        tell(_("Moved. Calendars show the new time."), "success")
        return redirect(url_for(".planned_session", ref=later[0].ref), 303)
    return page(
        "mentoring/plan_form.html",
        form=form,
        pairs=[],
        title=_("Move the session"),
        clash=bool(form.next_on.errors),
        planned=planned,
    )


@bp.post("/planned-sessions/<ref>/miss")
@allow(Role.MENTOR, Role.COORDINATOR)
def miss(ref: str) -> ResponseReturnValue:
    """It did not take place."""
    planned, pair = queries.planned_or_404(g.actor, ref)
    form = forms.ReasonForm()
    if submitted(form, lambda: plans.miss_session(planned, reason=form.reason.data or "", actor=g.actor, now=now())):
        tell(_("Noted as missed. Plan the next one when you can."), "success")
        return redirect(url_for(".planned_session", ref=ref), 303)
    return _plan_page(planned, pair, form=form)


@bp.post("/planned-sessions/<ref>/cancellation")
@allow(Role.MENTOR, Role.COORDINATOR)
def call_off(ref: str) -> ResponseReturnValue:
    """Called off."""
    planned, pair = queries.planned_or_404(g.actor, ref)
    form = forms.ReasonForm()
    if submitted(form, lambda: plans.cancel_session(planned, reason=form.reason.data or "", actor=g.actor, now=now())):
        tell(_("Called off. Calendars show it as cancelled."), "success")
        return redirect(url_for(".planned_session", ref=ref), 303)
    return _plan_page(planned, pair, form=form)
