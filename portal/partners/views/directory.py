"""The public directory as pages: no sign-in, nothing about anybody but what organisations say of themselves."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from portal.access.addresses import phone_words
from portal.partners import published
from portal.partners.forms import DirectoryFilters
from portal.partners.models import Organisation, Service
from portal.partners.policy import services_published
from portal.partners.queries import with_code
from portal.partners.rules import HELP_KINDS, ORG_KIND_WORDS, SERVICE, uuid_of
from portal.partners.views.blueprint import bp
from portal.web.access import allow
from portal.web.lists import Sort, keyset
from portal.web.pages import page

SORTS = (
    Sort("name", (Service.name, Service.id)),
    Sort("assured", (Service.changed_at, Service.id), descending=True),
)


@bp.get("/directory")
@allow(anybody=True)
def directory() -> ResponseReturnValue:
    """Who helps with what: services, narrowed and sorted by the address."""
    filters = DirectoryFilters(request.args)
    filters.validate()
    chosen = {name: f.data for name, f in filters._fields.items() if not f.errors}
    statement: Any = services_published().with_only_columns(
        Service.id, Service.ref, Service.name, Service.name_en, Service.help_kinds, Service.min_age, Service.max_age,
        Service.state, Service.changed_at, Service.assured_on, Organisation.ref.label("org_ref"),
        Organisation.name.label("org_name"), Organisation.name_en.label("org_name_en"), Organisation.kind,
    )  # fmt: skip
    if chosen.get("q"):
        statement = statement.where(published.worded(chosen["q"]))
    if chosen.get("help"):
        statement = statement.where(with_code(Service.help_kinds, chosen["help"]))
    if chosen.get("kind"):
        statement = statement.where(Organisation.kind == chosen["kind"])
    listing = keyset(statement, sorts=SORTS, filters=filters)
    return page("partners/directory.html", listing=listing, kinds=HELP_KINDS, org_kinds=ORG_KIND_WORDS, cycle=SERVICE)


@bp.get("/directory/organisations/<ref>")
@allow(anybody=True)
def directory_organisation(ref: str) -> ResponseReturnValue:
    """One organisation as it describes itself."""
    organisation = published.organisation_or_404(ref)
    own = [organisation.id]
    return page(
        "partners/directory_organisation.html", organisation=organisation, services=published.services_of(own),
        locations=published.locations_of(own), programmes=published.programmes_of(own),
        projects=published.projects_of(organisation.id), awards=published.awards_of(organisation.id),
        people=[(c, phone_words(c.phone)) for c in published.contacts_of(own)], org_kinds=ORG_KIND_WORDS,
        json_id=uuid_of("organization", ref),
    )  # fmt: skip


@bp.get("/directory/services/<ref>")
@allow(anybody=True)
def directory_service(ref: str) -> ResponseReturnValue:
    """One service: for whom, where, with which papers, how soon."""
    service = published.service_or_404(ref)
    names = published.region_names([a.path for a in service.areas] or [service.organisation.region_path])
    areas = [a.path for a in service.areas] or [service.organisation.region_path]
    return page(
        "partners/directory_service.html", service=service, organisation=service.organisation, kinds=HELP_KINDS,
        cycle=SERVICE, areas=[names.get(path, "") for path in areas], json_id=uuid_of("service", ref),
        places=[p.location for p in service.places if p.location.ended_at is None],
    )  # fmt: skip
