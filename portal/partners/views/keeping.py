"""One organisation, as its coordinator and its own people keep it."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.access.addresses import phone_words
from portal.access.models import GrantState, RoleGrant
from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.db import session
from portal.kernel.errors import NotFound, require
from portal.partners import operations, queries
from portal.partners.forms import MoveForm, OrganisationForm, PapersForm, RegionForm, RemovalForm
from portal.partners.models import Award, Contact, Location, Organisation, Programme, Project, Service
from portal.partners.policy import (
    OF_PARTNERS,
    READERS,
    awards_seen,
    can_describe,
    can_keep,
    can_seal,
    programmes_seen,
    projects_seen,
    services_seen,
    works_for,
)
from portal.partners.rules import (
    HELP_KINDS,
    ORG_KIND_WORDS,
    ORGANISATION,
    ORGANISATION_STEPS,
    PROJECT,
    PROJECT_KIND_WORDS,
    SERVICE,
    OrgState,
)
from portal.partners.views.blueprint import bp
from portal.places.queries import choices_below, name_of_path, region_or_404
from portal.web.access import allow
from portal.web.language import _
from portal.web.pages import page, submitted, tell


def answer_move(form: MoveForm, move: Any) -> None:
    """Run a step that a button asks for; what is refused is told on the next page."""
    if submitted(form, move):
        tell(_("Saved."), "success")
        return
    for message in [*form.form_errors, *form.to.errors, *form.reason.errors]:
        tell(str(message), "error")


def answer_removal(form: RemovalForm, remove: Any) -> None:
    """Take out what a button asks for; what is refused is told on the next page."""
    if submitted(form, remove):
        tell(_("Taken out."), "success")
        return
    for message in [*form.form_errors, *form.reason.errors]:
        tell(str(message), "error")


@bp.route("/organisations/new", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def new() -> ResponseReturnValue:
    """Enter an organisation."""
    form = OrganisationForm()
    paths = g.actor.paths(Role.COORDINATOR)
    form.region.offer(choices_below(paths, level="district") + choices_below(paths, level="town"))
    made: list[Organisation] = []

    def enter() -> None:
        region = region_or_404(g.actor, form.region.data)
        made.append(
            operations.enter_organisation(answers=form.answers(), region_path=region.path, actor=g.actor, now=now())
        )

    if submitted(form, enter):
        tell(_("Entered. Look at its papers next."), "success")
        return redirect(url_for(".show", ref=made[0].ref), 303)
    return page("partners/form.html", form=form, organisation=None, keeps=True)


@bp.get("/my/organisation")
@allow(*OF_PARTNERS)
def mine() -> ResponseReturnValue:
    """The organisation that one works for."""
    own = queries.own_organisations(g.actor)
    if not own:
        raise NotFound
    return redirect(url_for(".show", ref=own[0].ref), 303)


@bp.get("/organisations/<ref>")
@allow(*READERS, *OF_PARTNERS)
def show(ref: str) -> ResponseReturnValue:
    """One organisation: what it does, who is there, what it has under way."""
    organisation = queries.organisation_or_404(g.actor, ref)
    own = organisation.id
    describes = can_describe(g.actor, organisation)
    close = describes or works_for(g.actor, ref) or g.actor.has(*READERS)
    contacts = session().scalars(
        select(Contact).where(Contact.organisation_id == own, Contact.ended_at.is_(None)).order_by(Contact.id)
    )
    standing: dict[str, str] = {}
    for row in session().execute(
        select(RoleGrant.account_ref, RoleGrant.state)
        .where(RoleGrant.org_ref == ref, RoleGrant.state.in_((GrantState.ASKED, GrantState.GRANTED)))
        .order_by(RoleGrant.id)
    ):
        standing[row.account_ref] = row.state
    keeps = can_keep(g.actor, organisation)
    moves = [OrgState(s) for s in ORGANISATION.next_states(organisation.state)] if keeps else []
    projects = projects_seen(g.actor).where(Project.organisation_id == own)
    places = select(Location).where(Location.organisation_id == own, Location.ended_at.is_(None))
    return page(
        "partners/show.html", organisation=organisation, kinds=HELP_KINDS, org_kinds=ORG_KIND_WORDS,
        cycle=ORGANISATION, service_cycle=SERVICE, project_cycle=PROJECT, project_kinds=PROJECT_KIND_WORDS,
        keeps=keeps, describes=describes, seals=can_seal(g.actor, organisation),
        people=[(c, phone_words(c.phone), standing.get(c.account_ref) if c.account_ref else None)
                for c in contacts] if close else [],
        services=list(session().scalars(
            services_seen(g.actor).where(Service.organisation_id == own).order_by(Service.name, Service.id))),
        programmes=list(session().scalars(
            programmes_seen(g.actor).where(Programme.organisation_id == own).order_by(Programme.id))),
        projects=list(session().scalars(
            projects.order_by(Project.starts_on.desc(), Project.id))),
        awards=list(session().scalars(
            awards_seen(g.actor).where(Award.organisation_id == own).order_by(Award.given_on.desc(), Award.id))),
        locations=list(session().scalars(
            places.order_by(Location.id))),
        region=name_of_path(organisation.region_path), step_words=ORGANISATION_STEPS,
        moves=[(m, ORGANISATION.move(organisation.state, m)) for m in moves], papers=PapersForm(formdata=None),
    )  # fmt: skip


@bp.route("/organisations/<ref>/profile", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.PARTNER_MANAGER)
def profile(ref: str) -> ResponseReturnValue:
    """Change what the directory says."""
    organisation = queries.organisation_or_404(g.actor, ref)
    require(can_describe(g.actor, organisation))
    keeps = can_keep(g.actor, organisation)
    form = OrganisationForm(obj=organisation)
    form.region.validators, form.region.flags.required = [], False
    if not keeps:
        form.kind.validators, form.kind.flags.required = [], False

    def edit() -> None:
        shown = int(form.version.data) if (form.version.data or "").isdigit() else 0
        operations.edit_organisation(organisation, answers=form.answers(), version=shown, actor=g.actor, now=now())

    if submitted(form, edit):
        tell(_("Saved."), "success")
        return redirect(url_for(".show", ref=ref), 303)
    form.version.data = str(organisation.version)
    return page("partners/form.html", form=form, organisation=organisation, keeps=keeps)


@bp.route("/organisations/<ref>/region", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def region(ref: str) -> ResponseReturnValue:
    """Give the organisation to another region."""
    organisation = queries.organisation_or_404(g.actor, ref)
    require(can_keep(g.actor, organisation))
    form = RegionForm()
    paths = g.actor.paths(Role.COORDINATOR)
    form.region.offer(choices_below(paths, level="district") + choices_below(paths, level="town"))

    def give() -> None:
        to = region_or_404(g.actor, form.region.data)
        operations.change_region(organisation, to.path, reason=form.reason.data or "", actor=g.actor, now=now())

    if submitted(form, give):
        tell(_("Saved."), "success")
        return redirect(url_for(".show", ref=ref), 303)
    return page(
        "partners/simple_form.html", form=form, organisation=organisation, heading=_("Give it to another region")
    )


@bp.post("/organisations/<ref>/papers")
@allow(Role.COORDINATOR)
def papers(ref: str) -> ResponseReturnValue:
    """The papers were seen."""
    organisation = queries.organisation_or_404(g.actor, ref)
    require(can_keep(g.actor, organisation))
    form = PapersForm()
    if submitted(form, lambda: operations.note_papers(organisation, **form.answers(), actor=g.actor, now=now())):
        tell(_("Saved."), "success")
    else:
        for message in [*form.form_errors, *form.on.errors]:
            tell(str(message), "error")
    return redirect(url_for(".show", ref=ref), 303)


@bp.post("/organisations/<ref>/moves")
@allow(Role.COORDINATOR)
def move(ref: str) -> ResponseReturnValue:
    """Begin, pause or end working together."""
    organisation = queries.organisation_or_404(g.actor, ref)
    require(can_keep(g.actor, organisation))
    form = MoveForm()

    def go() -> None:
        to = OrgState(form.to.data) if form.to.data in set(OrgState) else OrgState.ENTERED
        operations.move_organisation(organisation, to, reason=form.reason.data or "", actor=g.actor, now=now())

    answer_move(form, go)
    return redirect(url_for(".show", ref=ref), 303)
