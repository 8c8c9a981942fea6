"""Services of an organisation and the places where they are given."""

from __future__ import annotations

from flask import g, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from wtforms.fields.choices import SelectChoice

from portal.kernel.actor import Role
from portal.kernel.clock import now, today
from portal.kernel.db import session
from portal.kernel.errors import NotFound, require
from portal.partners import operations, published, queries
from portal.partners.forms import LocationForm, MoveForm, ServiceForm
from portal.partners.models import Location, Organisation, Service
from portal.partners.policy import OF_PARTNERS, READERS, can_describe, services_seen, visible_to
from portal.partners.rules import HELP_KINDS, SERVICE, SERVICE_STEPS, STALE_DAYS, ServiceState
from portal.partners.views.blueprint import bp
from portal.partners.views.keeping import answer_move
from portal.places.queries import regions_below
from portal.web.access import allow
from portal.web.language import _
from portal.web.pages import page, submitted, tell


def _service(ref: str) -> Service:
    found = session().scalar(services_seen(g.actor).where(Service.ref == ref).options(*published.WITH_SERVICE))
    if found is None:
        raise NotFound
    return found


@bp.get("/services/<ref>")
@allow(*READERS, *OF_PARTNERS)
def service(ref: str) -> ResponseReturnValue:
    """One service with its places left."""
    found = _service(ref)
    areas = [a.path for a in found.areas] or [found.organisation.region_path]
    names = published.region_names(areas)
    return page(
        "partners/service.html", service=found, organisation=found.organisation, kinds=HELP_KINDS, cycle=SERVICE,
        describes=can_describe(g.actor, found.organisation), areas=[names.get(a, "") for a in areas],
        places=[p.location for p in found.places if p.location.ended_at is None],
        step_words=SERVICE_STEPS, moves=[(m, SERVICE.move(found.state, m)) for m in SERVICE.next_states(found.state)],
        stale=found.assured_on is None or (today() - found.assured_on).days > STALE_DAYS,
    )  # fmt: skip


def _edit(organisation: Organisation, found: Service | None) -> ResponseReturnValue:
    require(can_describe(g.actor, organisation))
    known = {} if found is None else {
        "areas": [a.path for a in found.areas], "places": [str(p.location_id) for p in found.places],
        "documents": "\n".join(found.documents),
    }  # fmt: skip
    form = ServiceForm(obj=found, data=known) if found is None else ServiceForm(
        data={n: getattr(found, n, None) for n in ServiceForm(formdata=None)._fields} | known
    )  # fmt: skip
    towns = regions_below(organisation.region_path, "town")
    form.areas.choices = [SelectChoice(r.path, r.name) for r in towns]
    standing = session().scalars(
        select(Location).where(Location.organisation_id == organisation.id, Location.ended_at.is_(None))
    )
    form.places.choices = [SelectChoice(str(place.id), place.name) for place in standing]
    made: list[Service] = []

    def save() -> None:
        shown = int(form.version.data) if (form.version.data or "").isdigit() else 0
        made.append(
            operations.save_service(
                organisation, found, answers=form.answers(), areas=form.areas.data or [],
                location_ids=[int(i) for i in form.places.data or []], version=shown, actor=g.actor, now=now(),
            )
        )  # fmt: skip

    if submitted(form, save):
        tell(_("Saved. It counts as confirmed today."), "success")
        return redirect(url_for(".service", ref=made[0].ref), 303)
    form.version.data = str(found.version if found is not None else 0)
    return page("partners/service_form.html", form=form, organisation=organisation, service=found)


@bp.route("/organisations/<ref>/services/new", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.PARTNER_MANAGER)
def service_new(ref: str) -> ResponseReturnValue:
    """Enter a service."""
    return _edit(queries.organisation_or_404(g.actor, ref), None)


@bp.route("/services/<ref>/profile", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.PARTNER_MANAGER)
def service_profile(ref: str) -> ResponseReturnValue:
    """Change a service."""
    found = _service(ref)
    return _edit(found.organisation, found)


@bp.post("/services/<ref>/assurances")
@allow(Role.COORDINATOR, Role.PARTNER_MANAGER)
def assurance(ref: str) -> ResponseReturnValue:
    """Everything said of the service still holds."""
    operations.assure_service(_service(ref), actor=g.actor, now=now())
    tell(_("Confirmed as of today."), "success")
    return redirect(url_for(".service", ref=ref), 303)


@bp.post("/services/<ref>/moves")
@allow(Role.COORDINATOR, Role.PARTNER_MANAGER)
def service_move(ref: str) -> ResponseReturnValue:
    """Close for a time, open again, give up."""
    found, form = _service(ref), MoveForm()
    require(can_describe(g.actor, found.organisation))

    def go() -> None:
        to = ServiceState(form.to.data) if form.to.data in set(ServiceState) else found.state
        operations.move_service(found, to, reason=form.reason.data or "", actor=g.actor, now=now())

    answer_move(form, go)
    return redirect(url_for(".service", ref=ref), 303)


@bp.route("/organisations/<ref>/locations/new", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.PARTNER_MANAGER)
def location_new(ref: str) -> ResponseReturnValue:
    """Enter a place."""
    organisation = queries.organisation_or_404(g.actor, ref)
    require(can_describe(g.actor, organisation))
    form = LocationForm()
    if submitted(form, lambda: operations.add_location(organisation, answers=form.answers(), actor=g.actor, now=now())):
        tell(_("Saved."), "success")
        return redirect(url_for(".show", ref=ref), 303)
    return page("partners/simple_form.html", form=form, organisation=organisation, heading=_("Add a place"))


@bp.post("/locations/<ref>/removal")
@allow(Role.COORDINATOR, Role.PARTNER_MANAGER)
def location_removal(ref: str) -> ResponseReturnValue:
    """Take a place out."""
    seen = visible_to(g.actor).with_only_columns(Organisation.id)
    found = session().scalar(
        select(Location)
        .where(Location.ref == ref, Location.organisation_id.in_(seen))
        .options(selectinload(Location.organisation))
    )
    if found is None:
        raise NotFound
    operations.end_location(found, actor=g.actor, now=now())
    tell(_("Taken out."), "success")
    return redirect(url_for(".show", ref=found.organisation.ref), 303)
