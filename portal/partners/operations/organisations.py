"""Organisations: entering, checking, describing, pausing and ending them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import flag_modified

from portal.access.addresses import email_of
from portal.access.operations.roles import end_roles_in
from portal.audit.operations import move, note_move, record
from portal.kernel.actor import Actor
from portal.kernel.clock import local_day
from portal.kernel.db import session
from portal.kernel.errors import DomainError, require
from portal.kernel.words import N_
from portal.partners.models import Award, Location, Organisation, Programme, Project, Service
from portal.partners.policy import can_describe, can_keep
from portal.partners.rules import (
    CLOSED_TO_ITS_PEOPLE,
    OrgState,
    credit_code_problem,
    web_address_problem,
)
from portal.places.pinyin import initials

CHANGED_MEANWHILE = N_(
    "Somebody else has changed this meanwhile. Your entries are below: compare them with the page and save again."
)
DESCRIBED = ("name", "name_en", "description", "description_en", "website", "phone", "email", "public")
"""What the organisation's manager may change too."""


def touch(organisation: Organisation, now: datetime) -> None:
    """Something that the directory shows has changed: its pages and its JSON are made anew. The caller commits."""
    organisation.changed_at = now
    flag_modified(organisation, "changed_at")
    session().flush()


def enter_organisation(*, answers: dict[str, Any], region_path: str, actor: Actor, now: datetime) -> Organisation:
    """Enter an organisation of a region. It is not checked yet, and not shown to anybody outside. The caller commits.

    Raises NotAllowed unless the actor coordinates the region, DomainError for a code or an address that cannot be.
    """
    organisation = Organisation(
        name=answers["name"], kind=answers["kind"], region_path=region_path, created_at=now,
        created_by=actor.account_ref, changed_at=now, state=OrgState.ENTERED,
    )  # fmt: skip
    require(can_keep(actor, organisation))
    _fill(organisation, answers, whole=True)
    session().add(organisation)
    _save()
    note_move(organisation, "", OrgState.ENTERED, actor=actor, now=now)
    record("organisation-entered", organisation, actor=actor, now=now)
    return organisation


def edit_organisation(
    organisation: Organisation, *, answers: dict[str, Any], version: int, actor: Actor, now: datetime
) -> None:
    """Change what the directory says. Kind and credit code are the coordinator's alone. The caller commits.

    Raises NotAllowed, and DomainError when the form showed an earlier `version` or for an address that cannot be.
    """
    require(can_describe(actor, organisation))
    if version != organisation.version:
        raise DomainError(CHANGED_MEANWHILE)
    _fill(organisation, answers, whole=can_keep(actor, organisation))
    _save()
    touch(organisation, now)
    record("organisation-edited", organisation, actor=actor, now=now)


def _fill(organisation: Organisation, answers: dict[str, Any], *, whole: bool) -> None:
    """Set the fields, checked first."""
    website, email, code = answers["website"] or "", answers["email"] or "", (answers["credit_code"] or "").upper()
    if website and (problem := web_address_problem(website)):
        raise DomainError(problem, field="website")
    if email and email_of(email) is None:
        raise DomainError(N_("This is no mail address. It looks like name@example.org."), field="email")
    for name in DESCRIBED:
        setattr(organisation, name, answers[name] if name == "public" else answers[name] or "")
    organisation.initials = initials(organisation.name, 0)
    if whole:
        if code and (problem := credit_code_problem(code)):
            raise DomainError(problem, field="credit_code")
        organisation.kind, organisation.credit_code = answers["kind"], code


def _save() -> None:
    try:
        with session().begin_nested():
            session().flush()
    except IntegrityError as error:
        if "credit_code" in str(error.orig):
            raise DomainError(
                N_("An organisation with this credit code is here already."), field="credit_code"
            ) from error
        raise


def note_papers(organisation: Organisation, *, on: date, actor: Actor, now: datetime) -> None:
    """Record that the organisation's papers were seen on a day. The caller commits."""
    require(can_keep(actor, organisation))
    if on > local_day(now):
        raise DomainError(N_("This day is in the future."), field="on")
    organisation.checked_on, organisation.checked_by = on, actor.account_ref
    record("organisation-checked", organisation, actor=actor, now=now, on=on.isoformat())


def move_organisation(organisation: Organisation, to: OrgState, *, reason: str, actor: Actor, now: datetime) -> None:
    """Move an organisation; ended or entered by mistake, the roles of its people end at once. The caller commits.

    Raises NotAllowed unless the actor keeps it, DomainError when the move is not open or its reason is missing.
    """
    require(can_keep(actor, organisation))
    move(organisation, to, actor=actor, now=now, reason=reason)
    if to in CLOSED_TO_ITS_PEOPLE:
        end_roles_in(organisation.ref, actor=actor, now=now, reason=reason)
    touch(organisation, now)


def change_region(organisation: Organisation, path: str, *, reason: str, actor: Actor, now: datetime) -> None:
    """Give an organisation to another region, with all that is below it. Areas that services name stay as they are.

    Raises NotAllowed unless the actor coordinates both regions, DomainError without a reason. The caller commits.
    """
    before = organisation.region_path
    require(can_keep(actor, organisation) and actor.coordinates(path))
    if not reason:
        raise DomainError(N_("Give a reason."), field="reason")
    if path == before:
        return
    organisation.region_path = path
    tables: tuple[Any, ...] = (Service, Programme, Project, Award, Location)
    for table in tables:
        session().execute(
            update(table).where(table.organisation_id == organisation.id, table.region_path == before)
            .values(region_path=path)
        )  # fmt: skip
    touch(organisation, now)
    record("organisation-region-changed", organisation, actor=actor, now=now, reason=reason)
