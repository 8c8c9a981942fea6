"""Programmes with what they have done, projects with deliverables and money, awards.

What belongs to a sealed programme is written into the log as a hidden row: an auditor's page never shows it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import update

from portal.audit.operations import move, note_move, record
from portal.kernel.actor import Actor
from portal.kernel.clock import local_day
from portal.kernel.db import session
from portal.kernel.errors import DomainError, require
from portal.kernel.words import N_
from portal.partners.models import Award, Deliverable, Expense, Organisation, Programme, ProgrammeEntry, Project
from portal.partners.operations.organisations import CHANGED_MEANWHILE, touch
from portal.partners.policy import can_describe, can_keep_awards, can_keep_programme, can_keep_project, can_seal
from portal.partners.rules import ProjectState


def begin_programme(
    organisation: Organisation, *, answers: dict[str, Any], sealed: bool, actor: Actor, now: datetime
) -> Programme:
    """Enter a programme. Whether it is sealed is said once and for all. The caller commits.

    Raises NotAllowed; a sealed one is opened by the court's own manager alone. Source: domain.md, M15.
    """
    require(can_seal(actor, organisation) if sealed else can_describe(actor, organisation))
    if answers["begun_on"] and answers["ended_on"] and answers["ended_on"] < answers["begun_on"]:
        raise DomainError(N_("The last day is before the first."), field="ended_on")
    programme = Programme(
        organisation_id=organisation.id, region_path=organisation.region_path, name=answers["name"],
        name_en=answers["name_en"] or "", description=answers["description"] or "",
        description_en=answers["description_en"] or "", begun_on=answers["begun_on"], ended_on=answers["ended_on"],
        sealed=sealed,
        public=bool(answers["public"]) and not sealed, created_at=now,
    )  # fmt: skip
    session().add(programme)
    session().flush()
    if not sealed:
        touch(organisation, now)
    record("programme-begun", programme, actor=actor, now=now, hidden=sealed)
    return programme


def edit_programme(programme: Programme, *, answers: dict[str, Any], version: int, actor: Actor, now: datetime) -> None:
    """Change what is said of a programme. What is sealed stays sealed, and never becomes public. The caller commits.

    `organisation` is loaded. Raises NotAllowed, and DomainError for an earlier `version` or days in the wrong order.
    """
    require(can_keep_programme(actor, programme))
    if version != programme.version:
        raise DomainError(CHANGED_MEANWHILE)
    begun, ended = answers["begun_on"], answers["ended_on"]
    if begun and ended and ended < begun:
        raise DomainError(N_("The last day is before the first."), field="ended_on")
    for name in ("name", "name_en", "description", "description_en"):
        setattr(programme, name, answers[name] or "")
    programme.begun_on, programme.ended_on = begun, ended
    programme.public = bool(answers["public"]) and not programme.sealed
    session().flush()
    if not programme.sealed:
        touch(programme.organisation, now)
    record("programme-edited", programme, actor=actor, now=now, hidden=programme.sealed)


def strike_entry(entry: ProgrammeEntry, *, reason: str, actor: Actor, now: datetime) -> None:
    """Strike out what was noted by mistake: it stays in the table with the reason. Twice is harmless.

    `programme` with its organisation is loaded. The caller commits. Raises NotAllowed, DomainError without a reason.
    """
    require(can_keep_programme(actor, entry.programme))
    if not reason:
        raise DomainError(N_("Give a reason."), field="reason")
    if entry.struck_at is None:
        entry.struck_at, entry.struck_reason = now, reason
        # The reason may name somebody, so that it stands in the sealed row's own table alone.
        kept = "" if entry.programme.sealed else reason
        record("programme-entry-struck", entry, actor=actor, now=now, reason=kept, hidden=entry.programme.sealed)


def note_entry(
    programme: Programme, *, on: date, title: str, text: str, children: int, helpers: int, actor: Actor, now: datetime
) -> ProgrammeEntry:
    """Note what a programme has done on a day, with how many took part. `organisation` is loaded. The caller commits.

    Raises NotAllowed, and DomainError for a day to come.
    """
    require(can_keep_programme(actor, programme))
    if on > local_day(now):
        raise DomainError(N_("This day is in the future."), field="on")
    entry = ProgrammeEntry(
        programme_id=programme.id, on_day=on, title=title, text=text, children=children, helpers=helpers,
        written_by=actor.account_ref, writer_name=actor.name, written_at=now,
    )  # fmt: skip
    session().add(entry)
    session().flush()
    record("programme-entry-noted", entry, actor=actor, now=now, hidden=programme.sealed)
    return entry


def begin_project(
    organisation: Organisation, *, answers: dict[str, Any], programme: Programme | None, actor: Actor, now: datetime
) -> Project:
    """Enter a project of an organisation, perhaps of one of its programmes. The caller commits.

    Raises NotAllowed, and DomainError when it ends before it starts.
    """
    require(can_keep_programme(actor, programme) if programme is not None else can_describe(actor, organisation))
    if answers["ends_on"] < answers["starts_on"]:
        raise DomainError(N_("The last day is before the first."), field="ends_on")
    sealed = programme is not None and programme.sealed
    project = Project(
        organisation_id=organisation.id, programme_id=programme.id if programme is not None else None,
        region_path=organisation.region_path, kind=answers["kind"], name=answers["name"],
        name_en=answers["name_en"] or "", summary=answers["summary"] or "", funder=answers["funder"] or "",
        budget_cents=(answers["budget_yuan"] or 0) * 100, starts_on=answers["starts_on"], ends_on=answers["ends_on"],
        public=bool(answers["public"]) and not sealed, state=ProjectState.PLANNED, created_at=now,
    )  # fmt: skip
    session().add(project)
    session().flush()
    note_move(project, "", ProjectState.PLANNED, actor=actor, now=now)
    record("project-begun", project, actor=actor, now=now, hidden=sealed)
    return project


def edit_project(project: Project, *, answers: dict[str, Any], version: int, actor: Actor, now: datetime) -> None:
    """Change what is said of a project; it stays with its programme. The caller commits.

    Raises NotAllowed, and DomainError for an earlier `version`, wrong days or a budget below what is spent.
    """
    require(can_keep_project(actor, project))
    if version != project.version:
        raise DomainError(CHANGED_MEANWHILE)
    if answers["ends_on"] < answers["starts_on"]:
        raise DomainError(N_("The last day is before the first."), field="ends_on")
    budget = (answers["budget_yuan"] or 0) * 100
    # Guarded by the statement, as an expense noted at the same moment is.
    enough = update(Project).where(Project.id == project.id, Project.spent_cents <= budget).values(budget_cents=budget)
    done = session().execute(enough.returning(Project.id).execution_options(synchronize_session=False)).first()
    if done is None:
        raise DomainError(N_("More than this is spent already."), field="budget_yuan")
    session().expire(project, ["budget_cents"])
    for name in ("name", "name_en", "summary", "funder"):
        setattr(project, name, answers[name] or "")
    project.kind, project.starts_on, project.ends_on = answers["kind"], answers["starts_on"], answers["ends_on"]
    project.public = bool(answers["public"]) and not _hidden(project)
    session().flush()
    record("project-edited", project, actor=actor, now=now, hidden=_hidden(project))


def _hidden(project: Project) -> bool:
    return project.programme is not None and project.programme.sealed


def move_project(project: Project, to: ProjectState, *, reason: str, actor: Actor, now: datetime) -> None:
    """Move a project. `organisation` and `programme` are loaded, as for what follows. The caller commits."""
    require(can_keep_project(actor, project))
    move(project, to, actor=actor, now=now, reason=reason, hidden=_hidden(project))


def add_deliverable(
    project: Project, *, title: str, unit: str, target: int, due_on: date, actor: Actor, now: datetime
) -> Deliverable:
    """Promise so many of something by a day. The caller commits."""
    require(can_keep_project(actor, project))
    row = Deliverable(
        project_id=project.id, title=title, unit=unit, target=target, due_on=due_on, changed_at=now, done=0
    )
    session().add(row)
    session().flush()
    record("deliverable-added", row, actor=actor, now=now, hidden=_hidden(project))
    return row


def note_progress(
    project: Project, deliverable: Deliverable, *, done: int, evidence: str, actor: Actor, now: datetime
) -> None:
    """Say how much of a deliverable is done, and what shows it. The caller commits."""
    require(can_keep_project(actor, project) and deliverable.project_id == project.id)
    deliverable.done, deliverable.evidence, deliverable.changed_at = done, evidence, now
    record("deliverable-noted", deliverable, actor=actor, now=now, hidden=_hidden(project), done=done)


def note_expense(project: Project, *, on: date, what: str, amount_cents: int, actor: Actor, now: datetime) -> Expense:
    """Note money that was spent; a negative amount corrects. Never beyond the budget, nor below nothing.

    Two at once cannot both take the last of it: the sum is moved by a guarded statement. The caller commits.
    """
    require(can_keep_project(actor, project))
    after = Project.spent_cents + amount_cents
    taken = (
        session()
        .execute(
            update(Project)
            .where(Project.id == project.id, after >= 0, after <= Project.budget_cents)
            .values(spent_cents=after)
            .returning(Project.id)
            .execution_options(synchronize_session=False)
        )
        .first()
    )
    if taken is None:
        raise DomainError(N_("This is more than what is left of the budget."), field="amount_yuan")
    session().expire(project, ["spent_cents"])
    row = Expense(
        project_id=project.id, on_day=on, what=what, amount_cents=amount_cents, noted_by=actor.account_ref, noted_at=now
    )
    session().add(row)
    session().flush()
    record("expense-noted", row, actor=actor, now=now, hidden=_hidden(project), cents=amount_cents)
    return row


def note_award(
    *, organisation: Organisation | None, region_path: str, answers: dict[str, Any], actor: Actor, now: datetime
) -> Award:
    """Note a prize of an organisation or of the region's programme itself. The caller commits."""
    require(can_keep_awards(actor, region_path))
    award = Award(
        organisation_id=organisation.id if organisation is not None else None, region_path=region_path,
        name=answers["name"], given_by=answers["given_by"], given_for=answers["given_for"] or "",
        given_on=answers["given_on"], public=bool(answers["public"]), created_at=now,
    )  # fmt: skip
    session().add(award)
    session().flush()
    record("award-noted", award, actor=actor, now=now)
    return award


def edit_award(
    award: Award, *, organisation: Organisation | None, answers: dict[str, Any], actor: Actor, now: datetime
) -> None:
    """Change an award, and whose it is. The caller commits. Raises NotAllowed."""
    require(can_keep_awards(actor, award.region_path))
    if organisation is not None:
        require(can_keep_awards(actor, organisation.region_path))
        award.region_path = organisation.region_path
    award.organisation_id = organisation.id if organisation is not None else None
    award.name, award.given_by, award.given_for = answers["name"], answers["given_by"], answers["given_for"] or ""
    award.given_on, award.public = answers["given_on"], bool(answers["public"])
    record("award-edited", award, actor=actor, now=now)


def remove_award(award: Award, *, reason: str, actor: Actor, now: datetime) -> None:
    """Take an award out of the register. The caller commits. Raises NotAllowed, DomainError without a reason."""
    require(can_keep_awards(actor, award.region_path))
    if not reason:
        raise DomainError(N_("Give a reason."), field="reason")
    if award.removed_at is None:
        award.removed_at = now
        record("award-removed", award, actor=actor, now=now, reason=reason)
