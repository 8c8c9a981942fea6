"""Reading organisations. Lists select columns; every read of staff and partners starts in `policy`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, select
from sqlalchemy.orm import contains_eager, selectinload

from portal.access.models import Account, GrantState, RoleGrant
from portal.kernel.actor import Actor
from portal.kernel.clock import local_day
from portal.kernel.db import session
from portal.kernel.errors import NotFound
from portal.partners.models import Organisation, Service
from portal.partners.policy import OF_PARTNERS, not_of_sealed, org_refs, visible_to
from portal.partners.rules import (
    OrgState,
    Reason,
    ServiceState,
    covers_area,
    reasons_for,
    takes_age,
)


@dataclass(frozen=True)
class Fit:
    """A service that could take somebody. `free_places` is None where there is no limit."""

    service: Service
    organisation: Organisation
    reasons: tuple[Reason, ...]
    free_places: int | None


def with_code(column: Any, code: str) -> ColumnElement[bool]:
    """Whether a list of codes kept as JSON holds this one. Its text is compared, which both databases can."""
    return cast(column, String).contains(f'"{code}"', autoescape=True)


def fitting_services(
    *, kind: str, age: int | None, region_path: str, now: datetime, with_full: bool = False
) -> list[Fit]:
    """Open services of working organisations for this kind of help, age in full years and place, the best first.

    `kind` is a code of `rules.HELP_KINDS`. An `age` of None is not known: services with ages are still proposed, with
    that as a drawback. Those without a free place are left out unless `with_full`, and come last then. Services of
    sealed programmes are never proposed. Among the others: the one for the narrowest area, the shortest wait, the most
    lately confirmed.
    """
    day = local_day(now)
    rows = session().scalars(
        select(Service)
        .join(Service.organisation)
        .where(
            Organisation.state == OrgState.ACTIVE,
            Service.state == ServiceState.ACTIVE,
            with_code(Service.help_kinds, kind),
            not_of_sealed(Service.programme_id),
        )
        .options(contains_eager(Service.organisation), selectinload(Service.areas))
        .order_by(Service.name, Service.id)
    )
    found: list[tuple[tuple[Any, ...], Fit]] = []
    for service in rows:
        organisation = service.organisation
        area = covers_area(tuple(a.path for a in service.areas) or (organisation.region_path,), region_path)
        places = service.free
        if area is None or not takes_age(age, service.min_age, service.max_age) or (places == 0 and not with_full):
            continue
        assured = (day - service.assured_on).days if service.assured_on else None
        reasons = reasons_for(
            kind=kind, age=age, min_age=service.min_age, max_age=service.max_age,
            whole_district=region_path.strip("/").count("/") > area.strip("/").count("/") + 1, places=places,
            wait_days=service.wait_days, assured_days_ago=assured,
        )  # fmt: skip
        order = (
            places == 0, -area.count("/"), service.wait_days if service.wait_days is not None else 10_000,
            assured if assured is not None else 10_000, service.name, service.id,
        )  # fmt: skip
        found.append((order, Fit(service, organisation, reasons, places)))
    return [fit for _order, fit in sorted(found, key=lambda pair: pair[0])]


def own_organisations(actor: Actor) -> list[Organisation]:
    """The organisations that the actor works for, by name."""
    refs = org_refs(actor)
    if not refs:
        return []
    return list(
        session().scalars(
            select(Organisation)
            .where(Organisation.ref.in_(refs), Organisation.state != OrgState.ENTERED_IN_ERROR)
            .order_by(Organisation.initials, Organisation.id)
        )
    )


def people_of(org_ref: str) -> list[str]:
    """The accounts of an organisation's people, managers included; only active ones whose role is granted."""
    return list(
        session().scalars(
            select(Account.ref)
            .join(RoleGrant, RoleGrant.account_id == Account.id)
            .where(
                RoleGrant.org_ref == org_ref,
                RoleGrant.org_ref != "",
                RoleGrant.role.in_(OF_PARTNERS),
                RoleGrant.state == GrantState.GRANTED,
                Account.is_active.is_(True),
            )
            .distinct()
            .order_by(Account.ref)
        )
    )


def organisation_or_404(actor: Actor, ref: str, *load: Any) -> Organisation:
    """An organisation that the actor may know of, or NotFound. `load` are loader options."""
    found = session().scalar(visible_to(actor).where(Organisation.ref == ref).options(*load))
    if found is None:
        raise NotFound
    return found


def names_by_ref(refs: Sequence[str]) -> dict[str, str]:
    """Names of organisations by ref, for rooms that have checked that the reader may know them."""
    rows = session().execute(select(Organisation.ref, Organisation.name).where(Organisation.ref.in_(list(refs))))
    return {row.ref: row.name for row in rows}


def service_with_ref(ref: str) -> Service | None:
    """A service with its organisation, for rooms that check rights themselves; None when there is none."""
    return session().scalar(select(Service).where(Service.ref == ref).options(selectinload(Service.organisation)))
