"""Programmes and what they have done; projects with deliverables and money; awards."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.db import session
from portal.kernel.errors import NotFound, require
from portal.partners import operations, queries
from portal.partners.forms import (
    AwardFilters,
    AwardForm,
    DeliverableForm,
    EntryForm,
    ExpenseForm,
    MoveForm,
    ProgrammeForm,
    ProgressForm,
    ProjectForm,
    RemovalForm,
)
from portal.partners.models import Award, Deliverable, Organisation, Programme, ProgrammeEntry, Project
from portal.partners.policy import (
    OF_PARTNERS,
    READERS,
    awards_seen,
    can_describe,
    can_keep_awards,
    can_keep_programme,
    can_keep_project,
    can_seal,
    programmes_seen,
    projects_seen,
    visible_to,
    within_kept,
)
from portal.partners.rules import PROJECT, PROJECT_KIND_WORDS, PROJECT_STEPS, ProjectState
from portal.partners.views.blueprint import bp
from portal.partners.views.keeping import answer_move
from portal.partners.views.listing import note_export
from portal.web.access import allow
from portal.web.export import MOST_ROWS, ExportForm, spreadsheet
from portal.web.language import _, moment
from portal.web.lists import Sort, keyset
from portal.web.pages import page, submitted, tell

KEEPERS = (Role.COORDINATOR, Role.PARTNER_MANAGER, Role.PARTNER)
AWARD_SORTS = (
    Sort("given", (Award.given_on, Award.id), descending=True),
    Sort("name", (Award.name, Award.id)),
)


def _programme(ref: str) -> Programme:
    found = session().scalar(
        programmes_seen(g.actor).where(Programme.ref == ref).options(selectinload(Programme.organisation))
    )
    if found is None:
        raise NotFound
    return found


def _project(ref: str) -> Project:
    found = session().scalar(
        projects_seen(g.actor)
        .where(Project.ref == ref)
        .options(
            selectinload(Project.organisation),
            selectinload(Project.programme),
            selectinload(Project.deliverables),
            selectinload(Project.expenses),
        )
    )
    if found is None:
        raise NotFound
    return found


@bp.route("/organisations/<ref>/programmes/new", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.PARTNER_MANAGER)
def programme_new(ref: str) -> ResponseReturnValue:
    """Enter a programme; the court's own manager may seal it."""
    organisation = queries.organisation_or_404(g.actor, ref)
    require(can_describe(g.actor, organisation))
    form = ProgrammeForm()
    if not can_seal(g.actor, organisation):
        del form.sealed
    made: list[Programme] = []

    def begin() -> None:
        sealed = bool(form.sealed.data) if "sealed" in form else False
        made.append(
            operations.begin_programme(organisation, answers=form.answers(), sealed=sealed, actor=g.actor, now=now())
        )

    if submitted(form, begin):
        tell(_("Saved."), "success")
        return redirect(url_for(".programme", ref=made[0].ref), 303)
    return page("partners/simple_form.html", form=form, organisation=organisation, heading=_("Add a programme"))


@bp.route("/programmes/<ref>", methods=["GET", "POST"])
@allow(*READERS, *OF_PARTNERS)
def programme(ref: str) -> ResponseReturnValue:
    """One programme with what it has done."""
    found = _programme(ref)
    keeps = can_keep_programme(g.actor, found)
    form = EntryForm()

    def note() -> None:
        a = form.answers()
        operations.note_entry(
            found, on=a["on"], title=a["title"], text=a["text"] or "", children=a["children"] or 0,
            helpers=a["helpers"] or 0, actor=g.actor, now=now(),
        )  # fmt: skip

    if form.is_submitted():
        require(keeps)
    if submitted(form, note):
        tell(_("Saved."), "success")
        return redirect(url_for(".programme", ref=ref), 303)
    entries = list(
        session().scalars(
            select(ProgrammeEntry)
            .where(ProgrammeEntry.programme_id == found.id, ProgrammeEntry.struck_at.is_(None))
            .order_by(ProgrammeEntry.on_day.desc(), ProgrammeEntry.id.desc())
            .limit(200)
        )
    )
    return page(
        "partners/programme.html", form=form, programme=found, organisation=found.organisation, entries=entries,
        keeps=keeps,
    )  # fmt: skip


@bp.route("/organisations/<ref>/projects/new", methods=["GET", "POST"])
@allow(*KEEPERS)
def project_new(ref: str) -> ResponseReturnValue:
    """Enter a project."""
    organisation = queries.organisation_or_404(g.actor, ref)
    form = ProjectForm()
    programmes = {
        p.ref: p
        for p in session().scalars(
            programmes_seen(g.actor)
            .where(Programme.organisation_id == organisation.id)
            .options(selectinload(Programme.organisation))
            .order_by(Programme.id)
        )
        if can_keep_programme(g.actor, p)
    }
    require(can_describe(g.actor, organisation) or bool(programmes))
    form.programme.offer([(p.ref, p.name) for p in programmes.values()])
    made: list[Project] = []

    def begin() -> None:
        made.append(
            operations.begin_project(
                organisation, answers=form.answers(), programme=programmes.get(form.programme.data or ""),
                actor=g.actor, now=now(),
            )
        )  # fmt: skip

    if submitted(form, begin):
        tell(_("Saved."), "success")
        return redirect(url_for(".project", ref=made[0].ref), 303)
    return page("partners/simple_form.html", form=form, organisation=organisation, heading=_("Add a project"))


@bp.get("/projects/<ref>")
@allow(*READERS, *OF_PARTNERS)
def project(ref: str) -> ResponseReturnValue:
    """One project: what was promised, what is done, what was spent."""
    return _project_page(_project(ref))


def _project_page(found: Project, **forms: Any) -> ResponseReturnValue:
    shown: dict[str, Any] = {"promise": DeliverableForm(formdata=None), "expense": ExpenseForm(formdata=None)} | forms
    status = 422 if forms else 200
    return page(
        "partners/project.html", status=status, project=found, organisation=found.organisation, cycle=PROJECT,
        kinds=PROJECT_KIND_WORDS, keeps=can_keep_project(g.actor, found),
        step_words=PROJECT_STEPS,
        moves=[(m, PROJECT.move(found.state, m)) for m in PROJECT.next_states(found.state)], **shown,
    )  # fmt: skip


@bp.post("/projects/<ref>/moves")
@allow(*KEEPERS)
def project_move(ref: str) -> ResponseReturnValue:
    """Begin, finish or call off."""
    found, form = _project(ref), MoveForm()
    require(can_keep_project(g.actor, found))

    def go() -> None:
        to = ProjectState(form.to.data) if form.to.data in set(ProjectState) else found.state
        operations.move_project(found, to, reason=form.reason.data or "", actor=g.actor, now=now())

    answer_move(form, go)
    return redirect(url_for(".project", ref=ref), 303)


@bp.post("/projects/<ref>/deliverables")
@allow(*KEEPERS)
def deliverable_new(ref: str) -> ResponseReturnValue:
    """Promise something."""
    found, form = _project(ref), DeliverableForm()
    require(can_keep_project(g.actor, found))

    def add() -> None:
        a = form.answers()
        operations.add_deliverable(
            found, title=a["title"], unit=a["unit"] or "", target=a["target"], due_on=a["due_on"], actor=g.actor,
            now=now(),
        )  # fmt: skip

    if submitted(form, add):
        return redirect(url_for(".project", ref=ref), 303)
    return _project_page(found, promise=form)


@bp.route("/deliverables/<ref>", methods=["GET", "POST"])
@allow(*KEEPERS)
def deliverable(ref: str) -> ResponseReturnValue:
    """Say how much is done."""
    seen = projects_seen(g.actor).with_only_columns(Project.id)
    row = session().scalar(
        select(Deliverable)
        .where(Deliverable.ref == ref, Deliverable.project_id.in_(seen))
        .options(selectinload(Deliverable.project))
    )
    if row is None:
        raise NotFound
    found = _project(row.project.ref)
    require(can_keep_project(g.actor, found))
    form = ProgressForm(obj=row)

    def note() -> None:
        a = form.answers()
        operations.note_progress(found, row, done=a["done"], evidence=a["evidence"] or "", actor=g.actor, now=now())

    if submitted(form, note):
        return redirect(url_for(".project", ref=found.ref), 303)
    return page("partners/simple_form.html", form=form, organisation=found.organisation, heading=row.title)


@bp.post("/projects/<ref>/expenses")
@allow(*KEEPERS)
def expense(ref: str) -> ResponseReturnValue:
    """Note money that was spent."""
    found, form = _project(ref), ExpenseForm()
    require(can_keep_project(g.actor, found))

    def note() -> None:
        a = form.answers()
        operations.note_expense(
            found, on=a["on"], what=a["what"], amount_cents=a["amount_yuan"] * 100, actor=g.actor, now=now()
        )

    if submitted(form, note):
        return redirect(url_for(".project", ref=ref), 303)
    return _project_page(found, expense=form)


@bp.get("/awards")
@allow(*READERS)
def awards() -> ResponseReturnValue:
    """The register of awards, narrowed and sorted by the address."""
    statement, filters = _awards_narrowed()
    listing = keyset(statement, sorts=AWARD_SORTS, filters=filters, export_url=url_for(".awards_export"))
    return page("partners/awards.html", listing=listing, keeps=g.actor.has(Role.COORDINATOR))


def _awards_narrowed() -> tuple[Any, AwardFilters]:
    filters = AwardFilters(request.args)
    filters.validate()
    chosen: dict[str, Any] = {name: f.data for name, f in filters._fields.items() if not f.errors}
    statement: Any = (
        awards_seen(g.actor)
        .outerjoin(Organisation, Organisation.id == Award.organisation_id)
        .with_only_columns(
            Award.id, Award.ref, Award.name, Award.given_by, Award.given_for, Award.given_on,
            Organisation.name.label("org_name"),
        )
    )  # fmt: skip
    if words := chosen.get("q"):
        fields = (Award.name, Award.given_by, Award.given_for, Organisation.name)
        statement = statement.where(or_(*(f.contains(words, autoescape=True) for f in fields)))
    if since := chosen.get("since"):
        statement = statement.where(Award.given_on >= since)
    if until := chosen.get("until"):
        statement = statement.where(Award.given_on <= until)
    return statement, filters


@bp.route("/awards/export", methods=["GET", "POST"])
@allow(*READERS)
def awards_export() -> ResponseReturnValue:
    """The same register as a file."""
    statement, _filters = _awards_narrowed()
    newest = statement.order_by(Award.given_on.desc(), Award.id.desc()).limit(MOST_ROWS + 1)
    rows = session().execute(newest).all()
    query = request.query_string.decode()
    back = url_for(".awards") + ("?" + query if query else "")
    said: dict[str, Any] = {"heading": _("Export awards"), "list_name": _("Awards"), "back": back}
    form = ExportForm()
    if len(rows) > MOST_ROWS:
        form.blame(None, _("More than %(most)d rows: narrow the list first.", most=MOST_ROWS))
        return page("partners/export.html", form=form, number=MOST_ROWS, status=422, **said)
    if submitted(form, lambda: note_export("awards-exported", g.actor, form, len(rows))):
        heads = [_("Name of the award"), _("Organisation"), _("Given by"), _("Given for"), _("Given on")]
        mark = _(
            "Exported by %(who)s, %(when)s, for: %(reason)s", who=g.actor.name, when=moment(now()).striptags(),
            reason=form.reason.data,
        )  # fmt: skip
        own = _("the programme itself")
        cells = ([r.name, r.org_name or own, r.given_by, r.given_for, r.given_on] for r in rows)
        return spreadsheet(_("awards"), heads, cells, kind=form.kind.data, watermark=mark)
    return page("partners/export.html", form=form, number=len(rows), **said)


def _award_form(award: Award | None) -> tuple[AwardForm, dict[str, Organisation]]:
    """The form with the organisations that the actor keeps, by ref."""
    kept = visible_to(g.actor).where(within_kept(g.actor, Organisation.region_path))
    known = {o.ref: o for o in session().scalars(kept.order_by(Organisation.initials, Organisation.id))}
    owner = next((o.ref for o in known.values() if award is not None and o.id == award.organisation_id), "")
    names = ("name", "given_by", "given_for", "given_on", "public")
    form = AwardForm(data=None if award is None else {n: getattr(award, n) for n in names} | {"organisation": owner})
    form.organisation.offer([(o.ref, o.name) for o in known.values()])
    return form, known


@bp.route("/awards/new", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def award_new() -> ResponseReturnValue:
    """Note an award."""
    form, known = _award_form(None)
    path = g.actor.paths(Role.COORDINATOR)[0]

    def note() -> None:
        of = known.get(form.organisation.data or "")
        operations.note_award(
            organisation=of, region_path=of.region_path if of is not None else path, answers=form.answers(),
            actor=g.actor, now=now(),
        )  # fmt: skip

    if submitted(form, note):
        tell(_("Saved."), "success")
        return redirect(url_for(".awards"), 303)
    return page(
        "partners/simple_form.html", form=form, organisation=None, heading=_("Add an award"), back=url_for(".awards")
    )


def _award(ref: str) -> Award:
    found = session().scalar(awards_seen(g.actor).where(Award.ref == ref))
    if found is None or not can_keep_awards(g.actor, found.region_path):
        raise NotFound
    return found


@bp.route("/awards/<ref>", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def award(ref: str) -> ResponseReturnValue:
    """Change an award."""
    found = _award(ref)
    form, known = _award_form(found)

    def edit() -> None:
        of = known.get(form.organisation.data or "")
        operations.edit_award(found, organisation=of, answers=form.answers(), actor=g.actor, now=now())

    if submitted(form, edit):
        tell(_("Saved."), "success")
        return redirect(url_for(".awards"), 303)
    return page(
        "partners/simple_form.html", form=form, organisation=None, heading=_("Change an award"),
        back=url_for(".awards"), removal_url=url_for(".award_removal", ref=ref),
    )  # fmt: skip


@bp.post("/awards/<ref>/removal")
@allow(Role.COORDINATOR)
def award_removal(ref: str) -> ResponseReturnValue:
    """Take an award out of the register."""
    found, form = _award(ref), RemovalForm()
    _answer_removal(
        form, lambda: operations.remove_award(found, reason=form.reason.data or "", actor=g.actor, now=now())
    )
    return redirect(url_for(".awards"), 303)


def _answer_removal(form: RemovalForm, remove: Any) -> None:
    if submitted(form, remove):
        tell(_("Taken out."), "success")
        return
    for message in [*form.form_errors, *form.reason.errors]:
        tell(str(message), "error")


@bp.route("/programmes/<ref>/profile", methods=["GET", "POST"])
@allow(*KEEPERS)
def programme_profile(ref: str) -> ResponseReturnValue:
    """Change what is said of a programme; sealed or not, it stays so."""
    found = _programme(ref)
    require(can_keep_programme(g.actor, found))
    form = ProgrammeForm(obj=found)
    del form.sealed
    if found.sealed:
        del form.public

    def edit() -> None:
        answers = {"public": False} | form.answers()
        operations.edit_programme(found, answers=answers, version=_shown(form), actor=g.actor, now=now())

    if submitted(form, edit):
        tell(_("Saved."), "success")
        return redirect(url_for(".programme", ref=ref), 303)
    form.version.data = str(found.version)
    return page(
        "partners/simple_form.html", form=form, organisation=found.organisation, heading=found.name,
        back=url_for(".programme", ref=ref),
    )  # fmt: skip


def _shown(form: Any) -> int:
    """The version that the form was opened with."""
    return int(form.version.data) if (form.version.data or "").isdecimal() else 0


@bp.post("/programme-entries/<ref>/removal")
@allow(*KEEPERS)
def entry_removal(ref: str) -> ResponseReturnValue:
    """Strike out what was noted by mistake."""
    seen = programmes_seen(g.actor).with_only_columns(Programme.id)
    found = session().scalar(
        select(ProgrammeEntry)
        .where(ProgrammeEntry.ref == ref, ProgrammeEntry.programme_id.in_(seen))
        .options(selectinload(ProgrammeEntry.programme).selectinload(Programme.organisation))
    )
    if found is None:
        raise NotFound
    form = RemovalForm()
    require(can_keep_programme(g.actor, found.programme))
    _answer_removal(
        form, lambda: operations.strike_entry(found, reason=form.reason.data or "", actor=g.actor, now=now())
    )
    return redirect(url_for(".programme", ref=found.programme.ref), 303)


@bp.route("/projects/<ref>/profile", methods=["GET", "POST"])
@allow(*KEEPERS)
def project_profile(ref: str) -> ResponseReturnValue:
    """Change what is said of a project; it stays with its programme."""
    found = _project(ref)
    require(can_keep_project(g.actor, found))
    form = ProjectForm(obj=found, budget_yuan=found.budget_cents // 100)
    del form.programme
    if found.programme is not None and found.programme.sealed:
        del form.public

    def edit() -> None:
        answers = {"public": False} | form.answers()
        operations.edit_project(found, answers=answers, version=_shown(form), actor=g.actor, now=now())

    if submitted(form, edit):
        tell(_("Saved."), "success")
        return redirect(url_for(".project", ref=ref), 303)
    form.version.data = str(found.version)
    return page(
        "partners/simple_form.html", form=form, organisation=found.organisation, heading=found.name,
        back=url_for(".project", ref=ref),
    )  # fmt: skip
