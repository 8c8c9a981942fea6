"""Services and the places where they are given."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update

from portal.audit.operations import move, record
from portal.kernel.actor import Actor
from portal.kernel.clock import local_day
from portal.kernel.db import session
from portal.kernel.errors import DomainError, require
from portal.kernel.words import N_
from portal.partners.models import Location, Organisation, Service, ServiceArea, ServiceLocation
from portal.partners.operations.assurance import end_reminders
from portal.partners.operations.organisations import CHANGED_MEANWHILE, touch
from portal.partners.policy import can_describe
from portal.partners.rules import HELP_KINDS, ServiceState

TEXTS = ("name", "name_en", "description", "description_en", "eligibility", "how_to_apply", "fees")
NUMBERS = ("min_age", "max_age", "wait_days", "capacity")


def save_service(
    organisation: Organisation, service: Service | None, *, answers: dict[str, Any], areas: list[str],
    location_ids: list[int], version: int, actor: Actor, now: datetime,
) -> Service:  # fmt: skip
    """Enter a service, or change one (`areas` and `places` loaded). It counts as confirmed today. The caller commits.

    `areas` are region paths inside the organisation's district; none means the organisation's whole region.
    Raises NotAllowed, and DomainError for an earlier `version`, ages in the wrong order or an unknown kind of help.
    """
    require(can_describe(actor, organisation))
    if answers["min_age"] is not None and answers["max_age"] is not None and answers["max_age"] < answers["min_age"]:
        raise DomainError(N_("The highest age is below the lowest one."), field="max_age")
    if service is None:
        service = Service(
            organisation_id=organisation.id, region_path=organisation.region_path, name=answers["name"],
            state=ServiceState.ACTIVE, created_at=now, changed_at=now, areas=[], places=[],
        )  # fmt: skip
        session().add(service)
        what = "service-added"
    elif version != service.version:
        raise DomainError(CHANGED_MEANWHILE)
    else:
        what = "service-edited"
    for name in TEXTS:
        setattr(service, name, answers[name] or "")
    for name in NUMBERS:
        setattr(service, name, answers[name])
    service.help_kinds = [k for k in HELP_KINDS if k in (answers["help_kinds"] or ())]
    service.documents = [line.strip()[:200] for line in (answers["documents"] or "").splitlines() if line.strip()][:30]
    service.public = bool(answers["public"])
    standing = {a.path: a for a in service.areas}
    service.areas = [standing.get(path) or ServiceArea(path=path) for path in sorted(set(areas))]
    given = {p.location_id: p for p in service.places}
    service.places = [given.get(i) or ServiceLocation(location_id=i) for i in sorted(set(location_ids))]
    service.assured_on, service.assured_by, service.changed_at = local_day(now), actor.account_ref, now
    session().flush()
    _changed(service, organisation, actor, now)
    record(what, service, actor=actor, now=now, organisation=organisation.ref, hidden=_hidden(service))
    return service


def assure_service(service: Service, *, actor: Actor, now: datetime) -> None:
    """Confirm that everything said of a service still holds. `organisation` is loaded. The caller commits."""
    require(can_describe(actor, service.organisation))
    service.assured_on, service.assured_by, service.changed_at = local_day(now), actor.account_ref, now
    _changed(service, service.organisation, actor, now)
    record("service-assured", service, actor=actor, now=now, hidden=_hidden(service))


def move_service(service: Service, to: ServiceState, *, reason: str, actor: Actor, now: datetime) -> None:
    """Close a service for a time, open it again, or give it up. `organisation` is loaded. The caller commits."""
    require(can_describe(actor, service.organisation))
    move(service, to, actor=actor, now=now, reason=reason, hidden=_hidden(service))
    service.changed_at = now
    _changed(service, service.organisation, actor, now)


def _hidden(service: Service) -> bool:
    return service.programme is not None and service.programme.sealed


def _changed(service: Service, organisation: Organisation, actor: Actor, now: datetime) -> None:
    """What is public of the organisation has changed, and its people need no reminder; not by a sealed service."""
    if _hidden(service):
        return
    touch(organisation, now)
    end_reminders(service, actor=actor, now=now)


def note_taken(service_id: int, number: int) -> None:
    """Keep how many are helped by a service now, for its free places. Called by referrals. The caller commits."""
    session().execute(update(Service).where(Service.id == service_id).values(taken=max(0, number)))


def add_location(organisation: Organisation, *, answers: dict[str, Any], actor: Actor, now: datetime) -> Location:
    """Enter a place where the organisation is found. The caller commits."""
    require(can_describe(actor, organisation))
    location = Location(organisation_id=organisation.id, region_path=organisation.region_path, name=answers["name"])
    location.kind = answers["kind"]
    for name in ("name_en", "address", "postal_code", "opening", "transport", "phone"):
        setattr(location, name, answers[name] or "")
    session().add(location)
    session().flush()
    touch(organisation, now)
    record("location-added", location, actor=actor, now=now, organisation=organisation.ref)
    return location


def end_location(location: Location, *, actor: Actor, now: datetime) -> None:
    """Take a place out of the directory. `organisation` is loaded. Twice is harmless. The caller commits."""
    require(can_describe(actor, location.organisation))
    if location.ended_at is None:
        location.ended_at = now
        touch(location.organisation, now)
        record("location-ended", location, actor=actor, now=now)
