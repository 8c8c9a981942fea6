"""Who is acting: plain data made once per request. Rooms ask it about roles and scopes; it knows no tables."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum

from portal.kernel.words import N_


class Role(StrEnum):
    """The roles of the programme. What each sees is in `children.sight` and in each room's policy."""

    CASEWORKER = "caseworker"
    GRID_WORKER = "grid_worker"
    SUPERVISOR = "supervisor"
    COORDINATOR = "coordinator"
    SAFEGUARDING_LEAD = "safeguarding_lead"
    CONFIRMER = "confirmer"
    MENTOR = "mentor"
    FACILITATOR = "facilitator"
    CAMP_LEADER = "camp_leader"
    PARTNER = "partner"
    PARTNER_MANAGER = "partner_manager"
    GUARDIAN = "guardian"
    AUDITOR = "auditor"
    ADMIN = "admin"


ROLE_WORDS: dict[Role, str] = {
    Role.CASEWORKER: N_("Caseworker"),
    Role.GRID_WORKER: N_("Grid worker"),
    Role.SUPERVISOR: N_("Town supervisor"),
    Role.COORDINATOR: N_("Coordinator"),
    Role.SAFEGUARDING_LEAD: N_("Safeguarding lead"),
    Role.CONFIRMER: N_("Confirmer"),
    Role.MENTOR: N_("Mentor"),
    Role.FACILITATOR: N_("Group facilitator"),
    Role.CAMP_LEADER: N_("Camp leader"),
    Role.PARTNER: N_("Partner staff"),
    Role.PARTNER_MANAGER: N_("Partner manager"),
    Role.GUARDIAN: N_("Guardian"),
    Role.AUDITOR: N_("Auditor"),
    Role.ADMIN: N_("System administrator"),
}

STAFF = frozenset(
    {Role.CASEWORKER, Role.GRID_WORKER, Role.SUPERVISOR, Role.COORDINATOR, Role.SAFEGUARDING_LEAD, Role.CONFIRMER}
)
SEES_CASES = frozenset(set(Role) - {Role.ADMIN, Role.AUDITOR, Role.GUARDIAN})
"""Roles through which case data can be read: granting one needs a second person. Source: domain.md, People."""
BY_REGION = frozenset(STAFF | {Role.ADMIN, Role.AUDITOR})
"""Roles whose scope is a region with all below it; the others' scope is a person's own pairs, camps or organisation."""


@dataclass(frozen=True)
class Grant:
    """One role in one scope. `path` is a region path such as `/37/3713/371302/` ('' where the role has no region)."""

    role: Role
    path: str = ""
    org_ref: str = ""
    deputy_for: str = ""
    """The account ref of the person stood in for; '' for one's own role."""


@dataclass(frozen=True)
class Actor:
    """A signed-in person, or a job of the portal itself (`account_ref` 'system')."""

    account_ref: str
    name: str
    grants: tuple[Grant, ...] = ()
    volunteer_ref: str = ""
    """The volunteer who signs in with this account, '' for other people."""
    session_ref: str = ""
    locale: str = "zh_Hans"
    view_as: str = ""
    """In demo mode: whose eyes these are, when somebody looks through another's. '' otherwise."""
    roles: frozenset[Role] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "roles", frozenset(g.role for g in self.grants))

    @property
    def initial(self) -> str:
        """The first character of the name, for the account button."""
        return self.name[:1]

    def has(self, *roles: Role) -> bool:
        """Whether the actor holds one of these roles in any scope."""
        return not self.roles.isdisjoint(roles)

    def paths(self, *roles: Role) -> tuple[str, ...]:
        """The region paths in which the actor holds one of these roles, without those inside another of them."""
        found = sorted({g.path for g in self.grants if g.role in roles and g.path})
        return tuple(p for p in found if not any(p != other and p.startswith(other) for other in found))

    def covers(self, path: str, *roles: Role) -> bool:
        """Whether the actor holds one of these roles in a scope that contains this region path."""
        return any(path.startswith(p) for p in self.paths(*roles))

    def covers_in_person(self, path: str, *roles: Role) -> bool:
        """As `covers`, by an own role: what is given to one named person is not handed on to a deputy."""
        return any(g.role in roles and not g.deputy_for and g.path and path.startswith(g.path) for g in self.grants)

    def coordinates(self, path: str) -> bool:
        """Whether the actor is coordinator of the region with this path."""
        return self.covers(path, Role.COORDINATOR)

    def in_place_of(self, path: str, roles: Collection[Role] = ()) -> str:
        """On whose behalf the actor does something in the region with this path ('' for one that is not known) by one
        of these roles (by any where none is named): the account stood in for, '' when an own role suffices.

        A role without a region says nothing about a region: there the person stood in for is named.
        """
        fit = [
            g for g in self.grants
            if (not roles or g.role in roles) and (not path or (g.path and path.startswith(g.path)))
        ]  # fmt: skip
        if any(not g.deputy_for for g in fit):
            return ""
        return next((g.deputy_for for g in fit), "")

    def persons(self) -> frozenset[str]:
        """The accounts that this actor acts for: the own one and those stood in for.

        Used where two different persons must act: a deputy counts as the person stood in for.
        """
        return frozenset({self.account_ref} | {g.deputy_for for g in self.grants if g.deputy_for})


SYSTEM = Actor("system", "")
