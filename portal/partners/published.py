"""What everybody may read of organisations: the directory's pages and its HSDS JSON begin here and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import selectinload

from portal.kernel.db import session
from portal.kernel.errors import NotFound
from portal.partners.models import Award, Contact, Location, Organisation, Programme, Project, Service, ServiceLocation
from portal.partners.policy import not_of_sealed, published, services_published
from portal.partners.rules import uuid_of
from portal.places.models import Region

WITH_SERVICE = (
    selectinload(Service.organisation),
    selectinload(Service.programme),
    selectinload(Service.areas),
    selectinload(Service.places).selectinload(ServiceLocation.location),
)


def edition() -> str:
    """What every page of the directory depends on; another text after every change of an organisation."""
    counted = (func.count(), func.coalesce(func.sum(Organisation.version), 0))
    rows, versions = session().execute(select(*counted).select_from(Organisation)).one()
    return f"{rows}.{versions}"


def organisations() -> Select[Organisation]:
    """Published organisations."""
    return select(Organisation).where(published())


def organisation_or_404(ref: str) -> Organisation:
    """A published organisation, or NotFound."""
    found = session().scalar(organisations().where(Organisation.ref == ref))
    if found is None:
        raise NotFound
    return found


def service_or_404(ref: str) -> Service:
    """A published service with what its page shows, or NotFound."""
    found = session().scalar(services_published().where(Service.ref == ref).options(*WITH_SERVICE))
    if found is None:
        raise NotFound
    return found


def services_of(organisation_ids: Sequence[int]) -> list[Service]:
    """Published services of these organisations, by name."""
    statement = services_published().where(Service.organisation_id.in_(organisation_ids)).options(*WITH_SERVICE)
    return list(session().scalars(statement.order_by(Service.name, Service.id)))


def contacts_of(organisation_ids: Sequence[int]) -> list[Contact]:
    """People who are in the directory by their own wish."""
    return list(
        session().scalars(
            select(Contact)
            .where(Contact.organisation_id.in_(organisation_ids), Contact.public.is_(True), Contact.ended_at.is_(None))
            .order_by(Contact.id)
        )
    )


def locations_of(organisation_ids: Sequence[int]) -> list[Location]:
    """Where these organisations are found."""
    return list(
        session().scalars(
            select(Location)
            .where(Location.organisation_id.in_(organisation_ids), Location.ended_at.is_(None))
            .order_by(Location.id)
        )
    )


def programmes_of(organisation_ids: Sequence[int]) -> list[Programme]:
    """Public programmes; a sealed one is never public."""
    return list(
        session().scalars(
            select(Programme)
            .where(
                Programme.organisation_id.in_(organisation_ids),
                Programme.public.is_(True),
                Programme.sealed.is_(False),
            )
            .order_by(Programme.id)
        )
    )


def projects_of(organisation_id: int) -> list[Project]:
    """Public projects of no sealed programme."""
    return list(
        session().scalars(
            select(Project)
            .where(
                Project.organisation_id == organisation_id,
                Project.public.is_(True),
                not_of_sealed(Project.programme_id),
            )
            .order_by(Project.starts_on.desc(), Project.id)
        )
    )


def awards_of(organisation_id: int) -> list[Award]:
    """Public awards, newest first."""
    return list(
        session().scalars(
            select(Award)
            .where(Award.organisation_id == organisation_id, Award.public.is_(True), Award.removed_at.is_(None))
            .order_by(Award.given_on.desc(), Award.id)
        )
    )


def region_names(paths: Sequence[str]) -> dict[str, str]:
    """Names of regions and of all that contain them, by path."""
    wanted = set()
    for path in paths:
        parts = path.strip("/").split("/")
        wanted |= {"/" + "/".join(parts[:i]) + "/" for i in range(1, len(parts) + 1)}
    if not wanted:
        return {}
    rows = session().execute(select(Region.path, Region.name).where(Region.path.in_(sorted(wanted))))
    return {row.path: row.name for row in rows}


def ref_with_uuid(kind: str, identifier: str) -> str:
    """The ref of the published record with this HSDS identifier. Raises NotFound for none."""
    statement: Select[Any]
    if kind == "organization":
        statement = organisations().with_only_columns(Organisation.ref)
    elif kind == "service":
        statement = services_published().with_only_columns(Service.ref)
    else:
        statement = places().with_only_columns(ServiceLocation.ref)
    for ref in session().scalars(statement):
        if uuid_of(kind, ref) == identifier.lower():
            return str(ref)
    raise NotFound


def places() -> Select[ServiceLocation]:
    """Published services at places that stand."""
    return (
        select(ServiceLocation)
        .join(Location, Location.id == ServiceLocation.location_id)
        .where(
            Location.ended_at.is_(None),
            ServiceLocation.service_id.in_(services_published().with_only_columns(Service.id)),
        )
    )


def worded(words: str) -> Any:
    """Published services whose name, text or organisation contains these words."""
    fields = (Service.name, Service.name_en, Service.description, Organisation.name, Organisation.name_en)
    return or_(*(f.contains(words, autoescape=True) for f in fields))
