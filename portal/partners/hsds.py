"""Organisations in the words of Open Referral HSDS 3.0. Pure: plain structures out of loaded records.

Source: HSDS 3.0, schema/compiled. A field without a value is left out, since the schemas know no null.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from portal.access.addresses import phone_words
from portal.partners.models import Contact, Location, Organisation, Programme, Service, ServiceLocation
from portal.partners.rules import HELP_KINDS, HSDS_STATUS, LocationKind, uuid_of

VERSION = "3.0"
PROFILE = "https://docs.openreferral.org/en/v3.0.0/"
TAXONOMY = "help-kinds"


def filled(**fields: Any) -> dict[str, Any]:
    """The fields that have a value."""
    return {name: value for name, value in fields.items() if value not in (None, "", [])}


def both(chinese: str, english: str) -> str:
    """A text in Chinese with its English below, where there is one."""
    return "\n\n".join(filter(None, (chinese, english)))


def organization(row: Organisation) -> dict[str, Any]:
    """The plain fields of an organisation."""
    return filled(
        id=uuid_of("organization", row.ref), name=row.name, alternate_name=row.name_en, email=row.email,
        website=row.website,
    ) | {"description": both(row.description, row.description_en)}  # fmt: skip


def whole_organization(
    row: Organisation, *, services: Iterable[Service], locations: Iterable[Location], contacts: Iterable[Contact],
    programmes: Iterable[Programme], names: dict[str, str], full_service: bool,
) -> dict[str, Any]:  # fmt: skip
    """An organisation with all that is published below it; its services by their plain fields unless `full_service`."""
    own = uuid_of("organization", row.ref)
    code = {
        "id": uuid_of("organization_identifier", row.ref), "organization_id": own, "identifier": row.credit_code,
        "identifier_scheme": "CN-USCC", "identifier_type": "统一社会信用代码",
    }  # fmt: skip
    return organization(row) | filled(
        phones=phones(row.phone, "organization", row.ref, organization_id=own),
        contacts=[contact(c, own) for c in contacts],
        locations=[location(place, own, names) for place in locations],
        programs=[program(p, own) for p in programmes],
        organization_identifiers=[code] if row.credit_code else [],
        services=[whole_service(s, names) if full_service else service(s) for s in services],
    )


def service(row: Service) -> dict[str, Any]:
    """The plain fields of a service; `organisation` is loaded."""
    changed = max(row.changed_at, row.organisation.changed_at)
    return filled(
        id=uuid_of("service", row.ref), organization_id=uuid_of("organization", row.organisation.ref),
        program_id=uuid_of("program", row.programme.ref) if _shows_programme(row) and row.programme else None,
        name=row.name, alternate_name=row.name_en, description=both(row.description, row.description_en),
        email=row.organisation.email, status=HSDS_STATUS[row.state], application_process=row.how_to_apply,
        fees_description=row.fees, eligibility_description=row.eligibility, minimum_age=row.min_age,
        maximum_age=row.max_age, assured_date=row.assured_on.isoformat() if row.assured_on else None,
        wait_time=f"P{row.wait_days}D" if row.wait_days is not None else None,
        last_modified=changed.isoformat(timespec="milliseconds"),
    )  # fmt: skip


def _shows_programme(row: Service) -> bool:
    return row.programme is not None and row.programme.public and not row.programme.sealed


def service_row(row: Service) -> dict[str, Any]:
    """A service in a list: with its organisation's and programme's plain fields."""
    own = uuid_of("organization", row.organisation.ref)
    shown = program(row.programme, own) if _shows_programme(row) and row.programme else None
    return service(row) | filled(organization=organization(row.organisation), program=shown)


def whole_service(row: Service, names: dict[str, str]) -> dict[str, Any]:
    """A service with all that is published of it. `names` are regions' names by path."""
    own = uuid_of("service", row.ref)
    owner = uuid_of("organization", row.organisation.ref)
    areas = [a.path for a in row.areas] or [row.organisation.region_path]
    return service_row(row) | filled(
        phones=phones(row.organisation.phone, "service", row.ref, service_id=own),
        service_areas=[
            filled(
                id=uuid_of("service_area", f"{row.ref}{path}"), service_id=own, name=names.get(path, ""),
                extent=path.strip("/").rpartition("/")[2], extent_type="other",
            )
            for path in areas
        ],
        service_at_locations=[
            service_at_location(p, row, names) for p in row.places if p.location.ended_at is None
        ],
        languages=[{"id": uuid_of("language", row.ref), "service_id": own, "name": "中文", "code": "zh"}],
        required_documents=[
            {"id": uuid_of("required_document", f"{row.ref}:{n}"), "service_id": own, "document": text}
            for n, text in enumerate(row.documents)
        ],
        attributes=[attribute(kind, row.ref, own) for kind in row.help_kinds],
        organization=organization(row.organisation) | {"id": owner},
    )  # fmt: skip


def service_at_location(row: ServiceLocation, of: Service, names: dict[str, str]) -> dict[str, Any]:
    """A service at one place, with the place."""
    owner = uuid_of("organization", of.organisation.ref)
    return {
        "id": uuid_of("service_at_location", row.ref), "service_id": uuid_of("service", of.ref),
        "location_id": uuid_of("location", row.location.ref), "location": location(row.location, owner, names),
    }  # fmt: skip


def service_at_location_row(row: ServiceLocation, of: Service, names: dict[str, str]) -> dict[str, Any]:
    """The same in a list: only fields of their own."""
    found = service_at_location(row, of, names)
    nested = ("addresses", "phones", "schedules")
    found["location"] = {k: v for k, v in found["location"].items() if k not in nested}
    return found | {"service": service_row(of)}


def location(row: Location, owner: str, names: dict[str, str]) -> dict[str, Any]:
    """A place with its address. The province and the city are read from the region tree."""
    own = uuid_of("location", row.ref)
    parts = row.region_path.strip("/").split("/")
    above = [names.get("/" + "/".join(parts[:i]) + "/", "") for i in range(1, len(parts) + 1)]
    address = {
        "id": uuid_of("address", row.ref), "location_id": own, "address_1": row.address,
        "city": above[1] if len(above) > 1 else "", "region": above[2] if len(above) > 2 else "",
        "state_province": above[0] if above else "", "postal_code": row.postal_code, "country": "CN",
        "address_type": "physical",
    }  # fmt: skip
    hours = {"id": uuid_of("schedule", row.ref), "location_id": own, "description": row.opening}
    return filled(
        id=own, location_type=row.kind.value, organization_id=owner, name=row.name, alternate_name=row.name_en,
        transportation=row.transport, addresses=[address] if row.kind is LocationKind.PHYSICAL and row.address else [],
        phones=phones(row.phone, "location", row.ref, location_id=own), schedules=[hours] if row.opening else [],
    )  # fmt: skip


def contact(row: Contact, owner: str) -> dict[str, Any]:
    """A person who is in the directory. Only ever called for contacts marked public."""
    own = uuid_of("contact", row.ref)
    number = phone_words(row.phone) if row.phone else ""
    return filled(
        id=own, organization_id=owner, name=row.name, title=row.title, email=row.email,
        phones=phones(number, "contact", row.ref, contact_id=own),
    )  # fmt: skip


def phones(number: str, kind: str, ref: str, **of: str) -> list[dict[str, Any]]:
    """A list with the number, or an empty one."""
    return [{"id": uuid_of("phone", f"{kind}:{ref}"), **of, "number": number, "type": "voice"}] if number else []


def program(row: Programme, owner: str) -> dict[str, Any]:
    """A public programme."""
    return filled(
        id=uuid_of("program", row.ref), organization_id=owner, name=row.name, alternate_name=row.name_en
    ) | {"description": both(row.description, row.description_en)}  # fmt: skip


def term_uuid(kind: str) -> str:
    """The identifier of a kind of help as a term of our taxonomy."""
    return uuid_of("taxonomy_term", kind)


def attribute(kind: str, ref: str, own: str) -> dict[str, Any]:
    """A kind of help as a taxonomy term of a service."""
    return {
        "id": uuid_of("attribute", f"{ref}:{kind}"), "link_id": own, "taxonomy_term_id": term_uuid(kind),
        "link_entity": "service", "value": kind,
        "taxonomy_term": {
            "id": term_uuid(kind), "code": kind, "name": HELP_KINDS[kind], "description": HELP_KINDS[kind],
            "taxonomy": TAXONOMY, "taxonomy_id": uuid_of("taxonomy", TAXONOMY), "language": "en",
        },
    }  # fmt: skip


def page_of(contents: list[dict[str, Any]], *, total: int, page: int, per_page: int) -> dict[str, Any]:
    """A page of a list as the specification's openapi says. Pages are counted from 1."""
    pages = -(-total // per_page)
    return {
        "total_items": total, "total_pages": pages, "page_number": page, "size": len(contents),
        "first_page": page == 1, "last_page": page >= pages, "empty": not contents, "contents": contents,
    }  # fmt: skip
