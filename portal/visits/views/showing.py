"""One visit: what was seen, its photo, striking it out, and the note of a look."""

from __future__ import annotations

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.queries import names_of
from portal.audit.operations import record_read
from portal.children.shown import label_of
from portal.children.sight import REGION_ROLES, right_of, seen_fields
from portal.files.queries import attachment, attachments_of
from portal.files.views import send_attachment
from portal.kernel.clock import now
from portal.kernel.errors import NotFound, require
from portal.visits import policy, queries
from portal.visits.forms import LookForm, ReasonForm
from portal.visits.models import Visit
from portal.visits.operations import visits as operations
from portal.visits.rules import VisitState
from portal.visits.views import shown
from portal.visits.views.blueprint import bp
from portal.web.access import allow
from portal.web.forms import Form
from portal.web.language import _
from portal.web.pages import page, submitted, tell


def _read(ref: str) -> Visit:
    """The visit, its reading noted in the log."""
    visit = queries.visit_or_404(g.actor, ref)
    why, whose = right_of(g.actor, visit.child)
    record_read(
        "visit-read", kind="visit", ref=visit.ref, about_ref=visit.child_ref, region_path=visit.region_path, why=why,
        in_place_of=whose, actor=g.actor, now=now(), hidden=why == "concern",
    )  # fmt: skip
    return visit


@bp.get("/visits/<ref>")
@allow(*policy.READERS)
def show(ref: str) -> ResponseReturnValue:
    """What was seen at the door."""
    return _show(_read(ref))


def _show(visit: Visit, *, strike: Form | None = None, look: Form | None = None) -> ResponseReturnValue:
    actor = g.actor
    fields = seen_fields(actor, visit.child)
    reviews = policy.can_look_over(actor, visit)
    names = names_of([visit.looked_by]) if visit.looked_by else {}
    return page(
        "visits/show.html", form=strike or look, visit=visit, label=label_of(visit.child, fields), shown=shown,
        village=visit.child.region.name if "region" in fields else "", lines=shown.seen_lines(visit),
        photos=attachments_of("visit", visit.ref), needs=visit.need_refs.split(),
        struck=visit.state is VisitState.ENTERED_IN_ERROR, may_strike=policy.can_strike_out(actor, visit),
        strike=strike or ReasonForm(formdata=None), reviews=reviews, look=look or LookForm(formdata=None),
        looked_by=names.get(visit.looked_by, ""), whole=actor.covers(visit.region_path, *REGION_ROLES),
    )  # fmt: skip


@bp.get("/visits/<ref>/photos/<photo>")
@allow(*policy.READERS)
def photo(ref: str, photo: str) -> ResponseReturnValue:
    """A photo that was taken at the door. Seeing it is a look, and is logged."""
    visit = _read(ref)
    found = attachment(photo, subject_kind="visit", subject_ref=visit.ref)
    if found is None:
        raise NotFound
    return send_attachment(found)


@bp.post("/visits/<ref>/mistake")
@allow(*policy.READERS)
def mistake(ref: str) -> ResponseReturnValue:
    """Strike a visit out, with a reason: it counts for nothing and stays readable."""
    visit = queries.visit_or_404(g.actor, ref)
    require(policy.can_strike_out(g.actor, visit))
    form = ReasonForm()
    if submitted(form, lambda: operations.strike_out(visit, reason=form.reason.data, actor=g.actor, now=now())):
        tell(_("Struck out. The plan is set anew."), "success")
        return redirect(url_for(".show", ref=ref), 303)
    return _show(visit, strike=form)


@bp.post("/visits/<ref>/look")
@allow(*policy.REVIEWERS)
def look(ref: str) -> ResponseReturnValue:
    """Note that somebody has looked at it or called the family. No points, no score."""
    visit = queries.visit_or_404(g.actor, ref)
    require(policy.can_look_over(g.actor, visit))
    form = LookForm()
    if submitted(form, lambda: operations.look_over(visit, note=form.note.data or "", actor=g.actor, now=now())):
        tell(_("Noted."), "success")
        return redirect(url_for(".review", **request.args), 303)  # type: ignore[arg-type]
    return _show(visit, look=form)
