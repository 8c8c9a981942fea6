"""Programmes and what they have done; projects with deliverables and money."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.db import session
from portal.kernel.errors import NotFound, require
from portal.partners import operations, queries
from portal.partners.forms import (
    DeliverableForm,
    EntryForm,
    ExpenseForm,
    MoveForm,
    ProgrammeForm,
    ProgressForm,
    ProjectForm,
    RemovalForm,
)
from portal.partners.models import Deliverable, Programme, ProgrammeEntry, Project
from portal.partners.policy import (
    OF_PARTNERS,
    READERS,
    can_describe,
    can_keep_programme,
    can_keep_project,
    can_seal,
    programmes_seen,
    projects_seen,
)
from portal.partners.rules import PROJECT, PROJECT_KIND_WORDS, PROJECT_STEPS, ProjectState
from portal.partners.views.blueprint import bp
from portal.partners.views.keeping import answer_move, answer_removal
from portal.web.access import allow
from portal.web.language import _
from portal.web.pages import page, submitted, tell

KEEPERS = (Role.COORDINATOR, Role.PARTNER_MANAGER, Role.PARTNER)


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
    answer_removal(
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
