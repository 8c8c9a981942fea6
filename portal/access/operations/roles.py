"""Roles: asked for by one person, granted by another where they see cases, ended at once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.access.models import Account, GrantState, RoleGrant
from portal.access.policy import (
    GIVEN_HERE,
    OF_ORGANISATION,
    can_ask,
    can_bring_in_colleague,
    can_bring_in_mentor,
    can_end,
    can_grant,
    path_for,
)
from portal.access.queries import holders, second_persons
from portal.audit.operations import record
from portal.kernel.actor import ROLE_WORDS, SEES_CASES, SYSTEM, Actor, Role
from portal.kernel.db import session
from portal.kernel.errors import DomainError, require
from portal.kernel.events import notice_wanted
from portal.kernel.words import N_

BOOTSTRAP = "bootstrap"
"""Stands as the granting person where the portal's own command asked."""


def ask_role(
    account: Account, role: Role, *, path: str, actor: Actor, now: datetime, reason: str = "", org_ref: str = ""
) -> RoleGrant:
    """Ask for a role for somebody over a region, or in the organisation `org_ref` of that region. The caller commits.

    A role that sees no cases is granted at once; one that does, and the administrator's, waits for a second person,
    who is told. Asking again for
    a role that waits or stands gives the same one.
    Raises NotAllowed for oneself or outside the actor's regions, DomainError for a role that is not given this way.
    """
    as_mentor = role is Role.MENTOR and can_bring_in_mentor(actor, account)
    of_organisation = role in OF_ORGANISATION and org_ref != ""
    as_colleague = (
        of_organisation and account.ref not in actor.persons() and can_bring_in_colleague(actor, path, org_ref)
    )
    require(actor is SYSTEM or as_mentor or as_colleague or can_ask(actor, account, path))
    if not (of_organisation if org_ref else role in GIVEN_HERE):
        raise DomainError(N_("This role is not given here."), field="role")
    if not account.is_active:
        raise DomainError(N_("This account is ended. Reactivate it first."))
    own_path = path_for(role, path)
    open_one = select(RoleGrant).where(
        RoleGrant.account_id == account.id,
        RoleGrant.role == role,
        RoleGrant.path == own_path,
        RoleGrant.org_ref == org_ref,
        RoleGrant.state.in_([GrantState.ASKED, GrantState.GRANTED]),
    )
    if (standing := session().scalar(open_one)) is not None:
        return standing
    grant = RoleGrant(
        account_id=account.id,
        account_ref=account.ref,
        role=role,
        path=own_path,
        org_ref=org_ref,
        sees_cases=role in SEES_CASES,
        state=GrantState.ASKED,
        asked_by=actor.account_ref,
        asked_at=now,
        reason=reason[:300],
    )
    try:
        with session().begin_nested():
            session().add(grant)
            session().flush()
    except IntegrityError as error:
        raise DomainError(N_("Somebody has just asked for the same role."), field="role") from error
    record(
        "role-asked",
        account,
        actor=actor,
        now=now,
        about_ref=account.ref,
        reason=reason,
        role=role.value,
        path=own_path,
        organisation=org_ref,
    )
    # Who could make administrators alone could be the second person to themselves, by an account of their own making.
    if role in SEES_CASES or (role is Role.ADMIN and actor is not SYSTEM):
        notice_wanted.send(
            account,
            kind="grant-asked",
            to=second_persons(grant, account),
            url="/roles",
            facts={"name": account.name},
            now=now,
        )
    else:
        _grant(grant, account, by=BOOTSTRAP if actor is SYSTEM else actor.account_ref, actor=actor, now=now)
    return grant


def grant_role(grant: RoleGrant, account: Account, *, actor: Actor, now: datetime) -> None:
    """Be the second person of a role. The caller commits. Granting a granted one again is harmless.

    Raises NotAllowed for who asked and who receives, themselves or by a deputy, and for anybody outside its scope;
    DomainError when it does not wait any more.
    """
    require(can_grant(actor, grant, account))
    if grant.state is GrantState.GRANTED:
        return
    if grant.state is not GrantState.ASKED:
        raise DomainError(N_("This does not wait any more: somebody has refused it or taken it back."))
    _grant(grant, account, by=actor.account_ref, actor=actor, now=now)


def _grant(grant: RoleGrant, account: Account, *, by: str, actor: Actor, now: datetime) -> None:
    grant.state, grant.granted_by, grant.granted_at = GrantState.GRANTED, by, now
    session().flush()
    record(
        "role-granted",
        account,
        actor=actor,
        now=now,
        about_ref=account.ref,
        role=grant.role.value,
        path=grant.path,
        asked_by=grant.asked_by,
    )
    words = ROLE_WORDS[grant.role]
    notice_wanted.send(account, kind="grant-given", to=[account.ref], url="/my/account", facts={"role": words}, now=now)
    if grant.sees_cases:
        auditors = [row.ref for row in holders(Role.AUDITOR, grant.path or account.region_path)]
        notice_wanted.send(
            account,
            kind="case-role-given",
            to=auditors,
            url="/audit",
            facts={"name": account.name, "role": words},
            now=now,
        )


def refuse_role(grant: RoleGrant, account: Account, *, reason: str, actor: Actor, now: datetime) -> None:
    """Refuse an asked role, with a reason, or take back what one asked for oneself. The caller commits.

    Raises NotAllowed outside its scope, DomainError without a reason or when it does not wait any more.
    """
    require(can_grant(actor, grant, account) or grant.asked_by == actor.account_ref)
    if not reason:
        raise DomainError(N_("Give a reason."), field="reason")
    if grant.state is not GrantState.ASKED:
        raise DomainError(N_("This does not wait any more: somebody has refused it or taken it back."))
    grant.state, grant.ended_by, grant.ended_at = GrantState.REFUSED, actor.account_ref, now
    grant.ended_reason = reason[:300]
    record("role-refused", account, actor=actor, now=now, about_ref=account.ref, reason=reason, role=grant.role.value)


def end_role(grant: RoleGrant, account: Account, *, actor: Actor, now: datetime, reason: str = "") -> None:
    """End a role at once. The caller commits. Ending twice is harmless.

    Raises NotAllowed unless the actor administers its scope, DomainError for the last administrator of a region.
    """
    require(can_end(actor, grant, account))
    if grant.state not in (GrantState.GRANTED, GrantState.ASKED):
        return
    if grant.role is Role.ADMIN and grant.state is GrantState.GRANTED:
        others = [row for row in holders(Role.ADMIN, grant.path) if row.ref != account.ref]
        if not others:
            raise DomainError(N_("This is the last administrator here. Appoint another one first."))
    _end(grant, account, actor=actor, now=now, reason=reason)


def _end(grant: RoleGrant, account: Account, *, actor: Actor, now: datetime, reason: str = "") -> None:
    grant.state, grant.ended_by, grant.ended_at = GrantState.ENDED, actor.account_ref, now
    grant.ended_reason = reason[:300]
    session().flush()
    record(
        "role-ended",
        account,
        actor=actor,
        now=now,
        about_ref=account.ref,
        reason=reason,
        role=grant.role.value,
        path=grant.path,
    )


def end_roles_in(org_ref: str, *, actor: Actor, now: datetime, reason: str, account_ref: str = "") -> int:
    """End every open role in an organisation, or those of one person there. Gives how many. The caller commits.

    The room that keeps the organisation has checked that the actor may. Twice is harmless.
    """
    if not org_ref:
        return 0
    open_ones = (
        select(RoleGrant, Account)
        .join(Account, Account.id == RoleGrant.account_id)
        .where(RoleGrant.org_ref == org_ref, RoleGrant.state.in_([GrantState.GRANTED, GrantState.ASKED]))
        .order_by(RoleGrant.id)
    )
    if account_ref:
        open_ones = open_ones.where(RoleGrant.account_ref == account_ref)
    found = session().execute(open_ones).all()
    for grant, account in found:
        _end(grant, account, actor=actor, now=now, reason=reason)
    return len(found)


def end_roles_of(account: Account, *, actor: Actor, now: datetime) -> None:
    """End every role of an account that ends. The caller commits."""
    open_ones = select(RoleGrant).where(
        RoleGrant.account_id == account.id, RoleGrant.state.in_([GrantState.GRANTED, GrantState.ASKED])
    )
    for grant in session().scalars(open_ones).all():
        _end(grant, account, actor=actor, now=now)
