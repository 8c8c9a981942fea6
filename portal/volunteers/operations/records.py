"""The record of a volunteer: enter, edit, hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from portal.access.addresses import email_of, phone_of
from portal.audit.operations import note_move, record
from portal.kernel.actor import Actor
from portal.kernel.clock import local_day
from portal.kernel.db import session
from portal.kernel.errors import DomainError, require
from portal.kernel.people import id_number_problem, masked_id
from portal.kernel.secrets import vault
from portal.kernel.words import N_
from portal.places.models import Region
from portal.places.pinyin import SURNAMES, initials
from portal.volunteers.models import Volunteer
from portal.volunteers.policy import can_edit_availability, can_keep
from portal.volunteers.queries import with_id_number, with_phone
from portal.volunteers.rules import SLOTS, VolunteerState

CHANGED_MEANWHILE = N_(
    "Somebody else has changed this profile meanwhile. Your entries are below: compare them and save again."
)
KNOWN_PHONE = N_(
    "%(name)s is registered with this phone number already. "
    "If this is another person of the same family, say so below and save again."
)


def enter_volunteer(*, answers: dict[str, Any], region: Region, actor: Actor, now: datetime) -> Volunteer:
    """Enter a volunteer whom staff know. The status begins at applied. The caller commits.

    `answers` are the fields of the form. Raises NotAllowed unless the actor coordinates the region, and DomainError
    when the identity number is wrong or known, or somebody with this phone is there and `another_person` is not said.
    """
    require(actor.coordinates(region.path))
    volunteer = Volunteer(
        name=answers["name"],
        initials=initials_of(answers["name"]),
        sex=answers["sex"],
        born_on=answers["born_on"],
        region_id=region.id,
        region_path=region.path,
        state=VolunteerState.APPLIED,
        state_since_on=local_day(now),
        joined_on=local_day(now),
        created_at=now,
        credentials=[],
    )
    _fill(volunteer, answers)
    session().add(volunteer)
    _save()
    note_move(volunteer, "", VolunteerState.APPLIED, actor=actor, now=now)
    record("volunteer-entered", volunteer, actor=actor, now=now, about_ref=volunteer.ref)
    return volunteer


def edit_volunteer(
    volunteer: Volunteer, *, answers: dict[str, Any], region: Region, version: int, actor: Actor, now: datetime
) -> None:
    """Change the profile. What was before is kept in the log, encrypted. The caller commits.

    Raises NotAllowed unless the actor keeps the record (also in the new region), and DomainError as `enter_volunteer`,
    when the form showed an earlier `version`, and when the capacity would be below the running pairings.
    """
    require(can_keep(actor, volunteer) and actor.coordinates(region.path))
    if version != volunteer.version:
        raise DomainError(CHANGED_MEANWHILE)
    if (answers["capacity"] or 1) < volunteer.live_pairings:
        raise DomainError(
            N_("This volunteer has %(number)d running pairings; the capacity cannot be less."),
            field="capacity",
            number=volunteer.live_pairings,
        )
    kept = (
        "name",
        "sex",
        "born_on",
        "id_number",
        "phone",
        "email",
        "region_path",
        "occupation",
        "profile",
        "skills",
        "languages",
        "capacity",
    )
    before = {name: getattr(volunteer, name) for name in kept}
    volunteer.name, volunteer.initials = answers["name"], initials_of(answers["name"])
    volunteer.sex, volunteer.born_on = answers["sex"], answers["born_on"]
    volunteer.region_id, volunteer.region_path = region.id, region.path
    _fill(volunteer, answers)
    _save()
    changed = {
        name: [value, getattr(volunteer, name)] for name, value in before.items() if value != getattr(volunteer, name)
    }
    if changed:
        record(
            "volunteer-edited",
            volunteer,
            actor=actor,
            now=now,
            about_ref=volunteer.ref,
            values=changed,
            fields=" ".join(changed),
        )


def initials_of(name: str) -> str:
    """Pinyin initials of a whole name, whose surname has two characters only where it is a known one."""
    return initials(name, 2 if len(name) > 2 and name[:2] in SURNAMES else 1)


def _fill(volunteer: Volunteer, answers: dict[str, Any]) -> None:
    """Set the fields that need a check first. An identity number left empty stays as it is: no form shows it."""
    number, phone = (answers["id_number"] or "").upper() or volunteer.id_number, ""
    if number:
        if problem := id_number_problem(number, answers["born_on"], answers["sex"]):
            raise DomainError(problem, field="id_number")
        if known := with_id_number(number, besides_ref=volunteer.ref):
            raise DomainError(
                N_("%(name)s is registered with this identity number already. Please go on with that record."),
                field="id_number",
                name=known.name,
            )
    if answers["phone"]:
        phone = phone_of(answers["phone"]) or ""
        if not phone:
            raise DomainError(N_("This is no phone number that can be called."), field="phone")
        known = with_phone(phone, besides_ref=volunteer.ref)
        if known is not None and not answers.get("another_person"):
            raise DomainError(
                KNOWN_PHONE,
                field="phone",
                name=known.name,
            )
    email = ""
    if answers["email"]:
        email = email_of(answers["email"]) or ""
        if not email:
            raise DomainError(N_("This is no mail address."), field="email")
    volunteer.id_number, volunteer.id_masked = number or None, masked_id(number)
    volunteer.id_index = vault().blind(number, "id") if number else None
    volunteer.phone, volunteer.phone_index = phone or None, vault().blind(phone, "phone") if phone else None
    volunteer.email, volunteer.occupation, volunteer.profile = (
        email,
        answers["occupation"] or "",
        answers["profile"] or "",
    )
    volunteer.skills, volunteer.languages = answers["skills"] or [], answers["languages"] or []
    volunteer.capacity = answers["capacity"] or 1


def _save() -> None:
    """Write now, so that two people entering the same person at once get a sentence."""
    try:
        with session().begin_nested():
            session().flush()
    except IntegrityError as error:
        if "id_index" in str(error.orig):
            raise DomainError(
                N_("Somebody has just entered a volunteer with this identity number."), field="id_number"
            ) from error
        raise


def set_availability(volunteer: Volunteer, *, slots: Sequence[str], actor: Actor, now: datetime) -> None:
    """Set the parts of the week in which somebody has time (`sat-am`). The caller commits."""
    require(can_edit_availability(actor, volunteer))
    chosen = [s for s in SLOTS if s in slots]
    if chosen != volunteer.availability:
        volunteer.availability = chosen
        record(
            "volunteer-availability-set", volunteer, actor=actor, now=now, about_ref=volunteer.ref, slots=len(chosen)
        )
