"""Who sees and keeps organisations and what belongs to them. Sealed programmes are their own people's alone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from portal.kernel.actor import STAFF, Actor, Role
from portal.kernel.db import within
from portal.partners.models import Award, Organisation, Programme, Project, Service
from portal.partners.rules import OrgKind, OrgState, ServiceState

READERS = tuple(sorted(STAFF))
"""Staff roles that see the organisations of their district."""
OF_PARTNERS = (Role.PARTNER, Role.PARTNER_MANAGER)
DISTRICT_PARTS = 4
"""A region path split at its slashes up to the district: '', province, city, district."""


def org_refs(actor: Actor, *roles: Role) -> frozenset[str]:
    """The organisations for which the actor holds one of these roles, themselves or for somebody."""
    return frozenset(g.org_ref for g in actor.grants if g.role in (roles or OF_PARTNERS) and g.org_ref)


def _own_refs(actor: Actor, *roles: Role) -> frozenset[str]:
    """As `org_refs`, without what the actor holds only as somebody's deputy."""
    wanted = roles or OF_PARTNERS
    return frozenset(g.org_ref for g in actor.grants if g.role in wanted and g.org_ref and not g.deputy_for)


def works_for(actor: Actor, org_ref: str) -> bool:
    """Whether the actor is one of this organisation's people. '' is nobody's organisation."""
    return org_ref != "" and org_ref in org_refs(actor)


def manages(actor: Actor, org_ref: str) -> bool:
    """Whether the actor manages this organisation's people and services."""
    return org_ref != "" and org_ref in org_refs(actor, Role.PARTNER_MANAGER)


def _staff_reach(actor: Actor, path: Any) -> ColumnElement[bool]:
    """Regions of the actor's districts, and those above them: an organisation of the district serves every village."""
    paths = actor.paths(*READERS)
    parts = [p.strip("/").split("/") for p in paths]
    districts = tuple("/" + "/".join(p[: DISTRICT_PARTS - 1]) + "/" for p in parts)
    above = {"/" + "/".join(p[:i]) + "/" for p in parts for i in range(1, len(p) + 1)}
    return or_(within(path, districts), path.in_(above)) if paths else false()


def published() -> ColumnElement[bool]:
    """Organisations that anybody may read of: public and working with us."""
    return and_(Organisation.public.is_(True), Organisation.state == OrgState.ACTIVE)


def visible_to(actor: Actor) -> Select[Organisation]:
    """Organisations the actor may know exist: those of the district for staff, and the own ones. Reads start here."""
    ours = _staff_reach(actor, Organisation.region_path)
    shown = or_(Organisation.state != OrgState.ENTERED_IN_ERROR, within_kept(actor, Organisation.region_path))
    own = and_(Organisation.ref.in_(org_refs(actor)), Organisation.state != OrgState.ENTERED_IN_ERROR)
    return select(Organisation).where(or_(and_(ours, shown), own))


def within_kept(actor: Actor, path: Any) -> ColumnElement[bool]:
    """Regions whose organisations the actor keeps as coordinator."""
    return within(path, actor.paths(Role.COORDINATOR))


def _below(actor: Actor) -> Select[Any]:
    return visible_to(actor).with_only_columns(Organisation.id)


def unsealed(actor: Actor) -> ColumnElement[bool]:
    """Programmes that are not sealed, and sealed ones of the actor's own organisation.

    Neither a deputy nor staff of any rank, nor an administrator, sees a sealed one. Source: domain.md, M15.
    """
    own = select(Organisation.id).where(Organisation.ref.in_(_own_refs(actor)))
    return or_(Programme.sealed.is_(False), Programme.organisation_id.in_(own))


def programmes_seen(actor: Actor) -> Select[Programme]:
    """Programmes the actor may know exist. Every read of programmes and of what is below them starts here."""
    return select(Programme).where(Programme.organisation_id.in_(_below(actor)), unsealed(actor))


def projects_seen(actor: Actor) -> Select[Project]:
    """Projects the actor may know exist: without those of sealed programmes of others."""
    programmes = programmes_seen(actor).with_only_columns(Programme.id)
    return select(Project).where(
        Project.organisation_id.in_(_below(actor)),
        or_(Project.programme_id.is_(None), Project.programme_id.in_(programmes)),
    )


def services_seen(actor: Actor) -> Select[Service]:
    """Services the actor may know exist: without those of sealed programmes of others."""
    programmes = programmes_seen(actor).with_only_columns(Programme.id)
    return select(Service).where(
        Service.organisation_id.in_(_below(actor)),
        or_(Service.programme_id.is_(None), Service.programme_id.in_(programmes)),
    )


def awards_seen(actor: Actor) -> Select[Award]:
    """Awards of the actor's district and of the own organisations, without those taken out."""
    ours = and_(Award.organisation_id.is_(None), _staff_reach(actor, Award.region_path))
    return select(Award).where(Award.removed_at.is_(None), or_(ours, Award.organisation_id.in_(_below(actor))))


def not_of_sealed(column: Any) -> ColumnElement[bool]:
    """The row belongs to no sealed programme: for whatever is public."""
    return or_(column.is_(None), column.in_(select(Programme.id).where(Programme.sealed.is_(False))))


def services_published() -> Select[Service]:
    """Services that anybody may read of: of a published organisation, public, not given up, of no sealed programme."""
    return (
        select(Service)
        .join(Organisation, Organisation.id == Service.organisation_id)
        .where(
            published(),
            Service.public.is_(True),
            Service.state != ServiceState.ENDED,
            not_of_sealed(Service.programme_id),
        )
    )


def can_keep(actor: Actor, organisation: Organisation) -> bool:
    """Check, pause and end an organisation and invite its first manager: the coordinator of its region."""
    return actor.coordinates(organisation.region_path)


def can_describe(actor: Actor, organisation: Organisation) -> bool:
    """Keep what the directory says, the services, projects and places: its manager, and the coordinator."""
    return can_keep(actor, organisation) or manages(actor, organisation.ref)


def can_seal(actor: Actor, organisation: Organisation) -> bool:
    """Open a sealed programme: the court's own manager, not as anybody's deputy."""
    return organisation.kind is OrgKind.COURT and organisation.ref in _own_refs(actor, Role.PARTNER_MANAGER)


def can_keep_programme(actor: Actor, programme: Programme) -> bool:
    """Keep a programme: as its organisation, and a sealed one its organisation's own people alone."""
    if programme.sealed:
        return programme.organisation.ref in _own_refs(actor)
    return can_describe(actor, programme.organisation) or works_for(actor, programme.organisation.ref)


def can_invite(actor: Actor, organisation: Organisation) -> bool:
    """Bring people in: the organisation's manager, and the coordinator of its region."""
    return can_describe(actor, organisation)


def can_keep_awards(actor: Actor, path: str) -> bool:
    """The register of awards is the coordinator's."""
    return actor.coordinates(path)


def can_keep_project(actor: Actor, project: Project) -> bool:
    """Keep a project: as its programme, else as its organisation. `organisation` and `programme` are loaded."""
    if project.programme is not None and project.programme.sealed:
        return project.organisation.ref in _own_refs(actor)
    return can_describe(actor, project.organisation) or works_for(actor, project.organisation.ref)
