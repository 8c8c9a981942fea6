"""A volunteer's own page: hours, checks, status, a break and back; what runs out soon, for the coordinator's today."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from flask import g, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.kernel.actor import Actor, Role
from portal.kernel.clock import now, today
from portal.volunteers import operations, queries
from portal.volunteers.forms import LeaveForm
from portal.volunteers.rules import CREDENTIAL_WORDS, LANGUAGES, RESULT_WORDS, SKILLS, VOLUNTEER, VolunteerState
from portal.volunteers.views.blueprint import bp
from portal.volunteers.views.keeping import checks, grid
from portal.web.access import allow
from portal.web.forms import Form
from portal.web.language import _, day_text
from portal.web.pages import page, submitted, tell
from portal.web.registries import TodayItem

SOON = timedelta(days=30)


@bp.get("/my/volunteering")
@allow(Role.MENTOR)
def mine() -> ResponseReturnValue:
    """What the programme keeps about oneself, and the hours in which one has time."""
    volunteer = queries.own_or_404(g.actor)
    return page(
        "volunteers/mine.html",
        volunteer=volunteer,
        cycle=VOLUNTEER,
        grid=grid(volunteer),
        checks=checks(volunteer),
        result_words=RESULT_WORDS,
        skills=SKILLS,
        languages=LANGUAGES,
        history=queries.history_of(volunteer.ref),
        today=today(),
        form=LeaveForm(formdata=None),
    )


@bp.route("/my/volunteering/leave", methods=["GET", "POST"])
@allow(Role.MENTOR)
def leave() -> ResponseReturnValue:
    """Take a break. Running pairs stay; the coordinator is told."""
    volunteer = queries.own_or_404(g.actor)
    form = LeaveForm()

    def go() -> None:
        if volunteer.state is VolunteerState.ON_LEAVE:
            return
        operations.move_volunteer(
            volunteer, VolunteerState.ON_LEAVE, actor=g.actor, now=now(), reason=form.reason.data or ""
        )

    if submitted(form, go):
        tell(_("You are on leave. Your coordinator knows and will talk with you about your pairs."), "success")
        return redirect(url_for(".mine"), 303)
    return page("volunteers/leave.html", form=form, volunteer=volunteer)


@bp.post("/my/volunteering/return")
@allow(Role.MENTOR)
def come_back() -> ResponseReturnValue:
    """Be back from a break."""
    volunteer = queries.own_or_404(g.actor)
    form = Form()

    def go() -> None:
        if volunteer.state is VolunteerState.READY:
            return
        operations.move_volunteer(volunteer, VolunteerState.READY, actor=g.actor, now=now())

    if submitted(form, go):
        tell(_("Welcome back!"), "success")
    else:
        for message in form.form_errors:
            tell(str(message), "error")
    return redirect(url_for(".mine"), 303)


def expiring_soon(actor: Actor) -> Iterator[TodayItem]:
    """Credentials that run out within 30 days, for whoever keeps them."""
    if not actor.has(Role.COORDINATOR):
        return
    day = today()
    for row in queries.expiring(actor, day + SOON):
        gone = row.until_on < day
        yield TodayItem(
            who=row.name,
            why=_("%(check)s: valid until %(day)s", check=_(CREDENTIAL_WORDS[row.kind]), day=day_text(row.until_on)),
            when=_("expired") if gone else _("runs out soon"),
            url=url_for("volunteers.show", ref=row.ref),
            action=_("Renew"),
            tone="red" if gone else "amber",
            icon="check",
            order=(60, row.until_on.isoformat()),
        )
