"""The directory as HSDS 3 JSON, for everybody: bytes that are kept until something published changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, select

from portal.kernel.clock import today
from portal.kernel.db import session
from portal.kernel.errors import NotFound
from portal.partners import hsds, published
from portal.partners.models import Organisation, Service, ServiceLocation
from portal.partners.policy import services_published
from portal.partners.queries import with_code
from portal.partners.rules import HELP_KINDS, uuid_of
from portal.partners.views.blueprint import bp
from portal.web.access import allow
from portal.web.flow import SAME_FOR_ALL
from portal.web.forms import clean_text

MOST_PER_PAGE = 100
USUAL_PER_PAGE = 25
MOST_KEPT = 256
LARGEST_KEPT = 256 * 1024
UNDERSTOOD = frozenset(
    {"page", "per_page", "search", "organization_id", "taxonomy_term_id", "modified_after", "full", "full_service"}
)
_kept: dict[tuple[str, ...], tuple[bytes, str]] = {}


class Unread(Exception):
    """A parameter that cannot be read."""


def _answer(build: Callable[[], dict[str, Any]]) -> ResponseReturnValue:
    """The bytes of this address, made once for each edition of the directory; 304 for whoever has them already."""
    asked = "&".join(f"{k}={v}" for k, v in sorted(request.args.items()) if k in UNDERSTOOD)[:500]
    key = (published.edition(), today().isoformat(), request.host_url, request.path, asked)
    found = _kept.get(key)
    if found is None:
        try:
            made = build()
        except Unread as error:
            return Response(json.dumps({"error": str(error)}), 400, mimetype="application/json")
        body = json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()
        found = body, hashlib.sha256(body).hexdigest()[:32]
        if len(body) <= LARGEST_KEPT:
            if len(_kept) >= MOST_KEPT:
                _kept.clear()
            _kept[key] = found
    answer = Response(found[0], mimetype="application/json")
    answer.set_etag(found[1])
    answer.headers["Cache-Control"] = SAME_FOR_ALL
    return answer.make_conditional(request)


def _number(name: str, usual: int, most: int) -> int:
    text = request.args.get(name, "")
    if not text:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) <= 6) or int(text) < 1:
        raise Unread(f"{name}: a whole number from 1")
    return min(int(text), most)


def _flag(name: str) -> bool:
    return request.args.get(name, "").lower() in ("true", "1")


def _uuid(name: str) -> str:
    try:
        return str(UUID(request.args[name]))
    except ValueError:
        raise Unread(f"{name}: a UUID") from None


def _page(statement: Select[Any], order: tuple[Any, ...], row: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    page, per_page = _number("page", 1, 999_999), _number("per_page", USUAL_PER_PAGE, MOST_PER_PAGE)
    total = session().scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    rows = session().scalars(statement.order_by(*order).limit(per_page).offset((page - 1) * per_page)).all()
    return hsds.page_of([row(r) for r in rows], total=total, page=page, per_page=per_page)


@bp.get("/hsds/")
@allow(anybody=True)
def hsds_root() -> ResponseReturnValue:
    """What this is and where it is described."""
    links = {name: url_for(f".hsds_{name}", _external=True) for name in ("organizations", "services")}
    return _answer(
        lambda: {
            "version": hsds.VERSION, "profile": hsds.PROFILE,
            "openapi_url": "https://raw.githubusercontent.com/openreferral/specification/3.0/schema/openapi.json",
            "organizations": links["organizations"], "services": links["services"],
        }
    )  # fmt: skip


@bp.get("/hsds/organizations")
@allow(anybody=True)
def hsds_organizations() -> ResponseReturnValue:
    """Published organisations, a page at a time."""

    def build() -> dict[str, Any]:
        statement = published.organisations()
        if words := clean_text(request.args.get("search", ""))[:60]:
            found = Organisation.name.contains(words, autoescape=True)
            statement = statement.where(found | Organisation.name_en.contains(words, autoescape=True))
        if _flag("full"):
            return _page(statement, (Organisation.id,), lambda o: _whole_organization(o, _flag("full_service")))
        return _page(statement, (Organisation.id,), hsds.organization)

    return _answer(build)


def _whole_organization(organisation: Organisation, full_service: bool) -> dict[str, Any]:
    own = [organisation.id]
    services, locations = published.services_of(own), published.locations_of(own)
    paths = [organisation.region_path, *(place.region_path for place in locations), *_paths(services)]
    return hsds.whole_organization(
        organisation, services=services, locations=locations, contacts=published.contacts_of(own),
        programmes=published.programmes_of(own), names=published.region_names(paths), full_service=full_service,
    )  # fmt: skip


def _paths(services: list[Service]) -> list[str]:
    """Regions that these services name."""
    return [
        path
        for s in services
        for path in (
            s.organisation.region_path, *(a.path for a in s.areas), *(p.location.region_path for p in s.places)
        )
    ]  # fmt: skip


@bp.get("/hsds/organizations/<identifier>")
@allow(anybody=True)
def hsds_organization(identifier: str) -> ResponseReturnValue:
    """One organisation with all that is published of it."""
    found = published.organisation_or_404(published.ref_with_uuid("organization", identifier))
    return _answer(lambda: _whole_organization(found, _flag("full_service")))


@bp.get("/hsds/services")
@allow(anybody=True)
def hsds_services() -> ResponseReturnValue:
    """Published services, a page at a time."""

    def build() -> dict[str, Any]:
        statement = _narrowed(services_published()).options(*published.WITH_SERVICE)
        if _flag("full"):
            return _page(statement, (Service.id,), _whole_service)
        return _page(statement, (Service.id,), hsds.service_row)

    return _answer(build)


def _narrowed(statement: Select[Any]) -> Select[Any]:
    """Services as the address narrows them."""
    if words := clean_text(request.args.get("search", ""))[:60]:
        statement = statement.where(published.worded(words))
    if request.args.get("organization_id"):
        statement = statement.where(Organisation.ref == _ref("organization", _uuid("organization_id")))
    if request.args.get("taxonomy_term_id"):
        term = _uuid("taxonomy_term_id")
        kind = next((k for k in HELP_KINDS if uuid_of("taxonomy_term", k) == term), "no such kind")
        statement = statement.where(with_code(Service.help_kinds, kind))
    if text := request.args.get("modified_after"):
        try:
            since = datetime.fromisoformat(text.replace(" ", "+"))
        except ValueError:
            raise Unread("modified_after: a date and time such as 2026-01-31T08:00:00Z") from None
        since = since if since.tzinfo else since.replace(tzinfo=UTC)
        statement = statement.where((Service.changed_at >= since) | (Organisation.changed_at >= since))
    return statement


def _ref(kind: str, identifier: str) -> str:
    try:
        return published.ref_with_uuid(kind, identifier)
    except NotFound:
        return ""


def _whole_service(service: Service) -> dict[str, Any]:
    return hsds.whole_service(service, published.region_names(_paths([service])))


@bp.get("/hsds/services/<identifier>")
@allow(anybody=True)
def hsds_service(identifier: str) -> ResponseReturnValue:
    """One service with all that is published of it."""
    found = published.service_or_404(published.ref_with_uuid("service", identifier))
    return _answer(lambda: _whole_service(found))


@bp.get("/hsds/service_at_locations")
@allow(anybody=True)
def hsds_service_at_locations() -> ResponseReturnValue:
    """Services at their places, a page at a time."""

    def build() -> dict[str, Any]:
        seen = _narrowed(services_published()).with_only_columns(Service.id)
        statement = published.places().where(ServiceLocation.service_id.in_(seen))
        return _page(statement, (ServiceLocation.id,), lambda p: _at(p, hsds.service_at_location_row))

    return _answer(build)


def _at(place: ServiceLocation, shape: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    service = (
        session().scalars(select(Service).where(Service.id == place.service_id).options(*published.WITH_SERVICE)).one()
    )
    own = next(p for p in service.places if p.id == place.id)
    return shape(own, service, published.region_names(_paths([service])))


@bp.get("/hsds/service_at_locations/<identifier>")
@allow(anybody=True)
def hsds_service_at_location(identifier: str) -> ResponseReturnValue:
    """One service at one place, with the service."""
    ref = published.ref_with_uuid("service_at_location", identifier)
    place = session().scalars(published.places().where(ServiceLocation.ref == ref)).one()

    def shape(row: ServiceLocation, of: Service, names: dict[str, str]) -> dict[str, Any]:
        return hsds.service_at_location(row, of, names) | {"service": hsds.service(of)}

    return _answer(lambda: _at(place, shape))
