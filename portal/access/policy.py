"""Who sees and keeps which account, and who may ask for, grant and end which role."""

from __future__ import annotations

from sqlalchemy import Select, or_, select

from portal.access.models import Account, GrantState, RoleGrant
from portal.kernel.actor import BY_REGION, STAFF, Actor, Role
from portal.kernel.db import within

GIVEN_HERE = tuple(r for r in Role if r not in (Role.PARTNER, Role.PARTNER_MANAGER, Role.GUARDIAN))
"""Roles that an administrator asks for on a person's page. Partners' roles hang on an organisation."""
OF_ORGANISATION = frozenset({Role.PARTNER, Role.PARTNER_MANAGER})
"""Roles whose scope is an organisation, named by its ref."""
SECOND_PERSONS = (Role.ADMIN, Role.COORDINATOR, Role.SAFEGUARDING_LEAD)
"""Who may be the second person of a role that sees cases, in its scope. Source: domain.md, People (`admin`)."""
STANDS_IN = tuple(sorted(STAFF))
"""Roles whose queues a deputy inherits."""


def visible_to(actor: Actor) -> Select[Account]:
    """Accounts that the actor keeps or, as coordinator, sees. Every read of other people starts here."""
    return select(Account).where(within(Account.region_path, actor.paths(Role.ADMIN, Role.COORDINATOR)))


def can_keep(actor: Actor, account: Account) -> bool:
    """Invite, edit, end, ask for roles: an administrator of the region where the account belongs."""
    return actor.covers(account.region_path, Role.ADMIN)


def scope_of(grant: RoleGrant, account: Account) -> str:
    """The region path by which a grant is judged: its own, or where its person belongs when the role has none."""
    return grant.path or account.region_path


def can_ask(actor: Actor, account: Account, path: str) -> bool:
    """Ask for a role: an administrator of both the person's region and the role's, and never for oneself."""
    return account.ref not in actor.persons() and can_keep(actor, account) and actor.covers(path, Role.ADMIN)


def can_bring_in_mentor(actor: Actor, account: Account) -> bool:
    """Invite a volunteer of the own region and ask for their mentor role: the coordinator, who keeps the register."""
    return bool(account.volunteer_ref) and actor.coordinates(account.region_path) and account.ref not in actor.persons()


def can_bring_in_colleague(actor: Actor, path: str, org_ref: str) -> bool:
    """Bring people into an organisation of this region: its manager, and the region's coordinator and administrator."""
    manages = any(g.role is Role.PARTNER_MANAGER and g.org_ref == org_ref for g in actor.grants)
    return org_ref != "" and (manages or actor.covers(path, Role.COORDINATOR, Role.ADMIN))


def can_send_link(actor: Actor, account: Account) -> bool:
    """Send or print a link: who keeps the account, or the coordinator of a volunteer who has never signed in."""
    return can_keep(actor, account) or (not account.password_hash and can_bring_in_mentor(actor, account))


def can_grant(actor: Actor, grant: RoleGrant, account: Account) -> bool:
    """Be the second person: in charge of the scope, and neither who asked nor who receives, themselves or as deputy."""
    return actor.persons().isdisjoint({grant.asked_by, grant.account_ref}) and actor.covers(
        scope_of(grant, account), *SECOND_PERSONS
    )


def can_end(actor: Actor, grant: RoleGrant, account: Account) -> bool:
    """End a role at once: an administrator of its scope."""
    return actor.covers(scope_of(grant, account), Role.ADMIN)


def waiting_for(actor: Actor) -> Select[RoleGrant, Account]:
    """Asked roles in the actor's scopes, whether or not the actor may grant this one."""
    paths = actor.paths(*SECOND_PERSONS)
    return (
        select(RoleGrant, Account)
        .join(Account, Account.id == RoleGrant.account_id)
        .where(
            RoleGrant.state == GrantState.ASKED,
            or_(within(RoleGrant.path, paths), (RoleGrant.path == "") & within(Account.region_path, paths)),
        )
    )


def path_for(role: Role, path: str) -> str:
    """A role's own scope: the region for roles that have one, '' for the others."""
    return path if role in BY_REGION else ""
