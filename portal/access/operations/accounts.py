"""Accounts: inviting, editing, ending, coming back; a person's own choices."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.access.addresses import email_of, phone_of
from portal.access.models import Account, GrantState, RoleGrant
from portal.access.operations import roles as role_operations
from portal.access.operations.links import end_links, send_invitation
from portal.access.operations.sign_ins import end_other_sessions, own_account
from portal.access.policy import OF_ORGANISATION, can_bring_in_colleague, can_keep
from portal.audit.operations import record
from portal.kernel.actor import SYSTEM, Actor, Role
from portal.kernel.db import session
from portal.kernel.errors import DomainError, Stale, require
from portal.kernel.events import account_ended, notice_wanted
from portal.kernel.outbox import Channel, queue
from portal.kernel.secrets import vault
from portal.kernel.words import N_

TAKEN = N_("Somebody else signs in with this already.")


def _address(account: Account, email: str, phone: str) -> None:
    """Put checked addresses on an account. Raises DomainError for one that cannot be, or that somebody else has."""
    mail, number = email_of(email), phone_of(phone)
    if email and mail is None:
        raise DomainError(N_("This is no mail address. It looks like name@example.org."), field="email")
    if phone and number is None:
        raise DomainError(N_("This is no phone number. Write it as 138 0000 0000."), field="phone")
    index = vault().blind(number, "phone") if number else None
    for column, value, field in ((Account.email, mail, "email"), (Account.phone_index, index, "phone")):
        if value and session().scalar(select(Account.id).where(column == value, Account.ref != account.ref)):
            raise DomainError(TAKEN, field=field)
    account.email = mail
    if account.phone != (number or ""):
        account.phone = number
        account.phone_index = index


def _save(account: Account) -> None:
    """Flush; two people who gave the same address at the same moment get a sentence."""
    try:
        with session().begin_nested():
            session().add(account)
            session().flush()
    except IntegrityError as error:
        raise DomainError(TAKEN, field="phone" if "phone_index" in str(error.orig) else "email") from error


def invite(
    *,
    name: str,
    region_path: str,
    actor: Actor,
    now: datetime,
    email: str = "",
    phone: str = "",
    roles: Collection[Role] = (),
    volunteer_ref: str = "",
    org_ref: str = "",
    locale: str = "zh_Hans",
) -> tuple[Account, str]:
    """Make an account and send its invitation by mail and SMS, whichever was given. The caller commits.

    Gives the account and the token of its link (`/invitations/<token>`), for a command to print. Without any address
    the invitation is printed on a slip. Roles that see cases wait for a second person; the portal's own `SYSTEM` actor
    gives the others at once, which is how the first administrator comes in.
    Raises NotAllowed unless the actor administers the region, or coordinates it and brings in a mentor
    (`volunteer_ref`), or brings a colleague into an organisation (`org_ref`); DomainError for an address that cannot
    be or is taken.
    """
    brings_in = bool(volunteer_ref) and set(roles) <= {Role.MENTOR} and actor.coordinates(region_path)
    colleague = set(roles) <= OF_ORGANISATION and can_bring_in_colleague(actor, region_path, org_ref)
    require(actor is SYSTEM or brings_in or colleague or actor.covers(region_path, Role.ADMIN))
    if not name:
        raise DomainError(N_("Give the person's name."), field="name")
    account = Account(name=name, region_path=region_path, created_at=now, volunteer_ref=volunteer_ref, locale=locale)
    _address(account, email, phone)
    _save(account)
    record("account-invited", account, actor=actor, now=now, about_ref=account.ref)
    for role in roles:
        role_operations.ask_role(account, role, path=region_path, actor=actor, now=now, org_ref=org_ref)
    return account, send_invitation(account, actor=actor, now=now, may=colleague)


def edit_account(
    account: Account, *, name: str, email: str, phone: str, region_path: str, version: int, actor: Actor, now: datetime
) -> None:
    """Change a person's name, addresses and region. The caller commits.

    `version` is the one that the form showed. Raises Stale when somebody else has saved since, NotAllowed unless the
    actor keeps the account in its old and its new region, DomainError for an address that cannot be or is taken.
    """
    require(can_keep(actor, account) and actor.covers(region_path, Role.ADMIN))
    if account.version != version:
        raise Stale
    before = {"name": account.name, "email": account.email, "phone": account.phone, "region": account.region_path}
    account.name, account.region_path = name, region_path
    _address(account, email, phone)
    _save(account)
    after = {"name": account.name, "email": account.email, "phone": account.phone, "region": account.region_path}
    if changed := {k: [before[k], after[k]] for k in before if before[k] != after[k]}:
        if {"email", "phone"} & set(changed):
            # A link on its way to the old address must not open the account.
            end_links(account, now=now)
            _address_moved(account, before, actor=actor, now=now)
        record("account-edited", account, actor=actor, now=now, about_ref=account.ref, values=changed)


def _address_moved(account: Account, before: dict[str, str | None], *, actor: Actor, now: datetime) -> None:
    """Whoever changes an address could have a new password sent there: the old address is told, the person is told on
    the page, and roles that see cases wait again for a second person."""
    if not account.password_hash:
        return
    addresses = ((Channel.MAIL, before["email"], account.email), (Channel.SMS, before["phone"], account.phone))
    for channel, old, new in addresses:
        if old and old != new:
            queue(
                "address-changed", channel=channel, address=old, facts={"name": account.name}, now=now,
                account_ref=account.ref, locale=account.locale, urgent=True,
            )  # fmt: skip
    notice_wanted.send(
        account, kind="address-changed", to=[account.ref], url="/my/account", facts={"name": account.name}, now=now
    )
    held = select(RoleGrant).where(
        RoleGrant.account_id == account.id, RoleGrant.state == GrantState.GRANTED, RoleGrant.sees_cases.is_(True)
    )
    for grant in session().scalars(held).all():
        if grant.role is Role.MENTOR or not actor.covers(grant.path or account.region_path, Role.ADMIN):
            continue
        role_operations.end_role(grant, account, actor=actor, now=now)
        session().flush()
        path = grant.path or account.region_path
        role_operations.ask_role(account, grant.role, path=path, actor=actor, now=now, org_ref=grant.org_ref)


def end_account(account: Account, *, reason: str, actor: Actor, now: datetime) -> None:
    """Deactivate somebody: sessions, links, remembered phones and roles end with this transaction. The caller commits.

    Other rooms end what hangs on the account (feeds, sight) by the signal `account_ended`. Ending twice is harmless.
    Raises NotAllowed unless the actor keeps the account and it is another person's; DomainError without a reason.
    """
    require(can_keep(actor, account) and account.ref not in actor.persons())
    if not reason:
        raise DomainError(N_("Give a reason."), field="reason")
    if not account.is_active:
        return
    account.is_active, account.ended_at, account.ended_reason = False, now, reason[:300]
    end_links(account, now=now)
    end_other_sessions(account, actor=actor, now=now)
    role_operations.end_roles_of(account, actor=actor, now=now)
    record("account-ended", account, actor=actor, now=now, about_ref=account.ref, reason=reason)
    account_ended.send(account, actor=actor, now=now)


def bring_back(account: Account, *, actor: Actor, now: datetime) -> None:
    """Reactivate somebody. The roles that ended with the account are asked for anew: one that sees cases waits again
    for a second person. Twice is harmless. The caller commits. Raises NotAllowed unless the actor keeps the account.
    """
    require(can_keep(actor, account) and account.ref not in actor.persons())
    if account.is_active:
        return
    lost = list(
        session().scalars(
            select(RoleGrant).where(
                RoleGrant.account_id == account.id,
                RoleGrant.state == GrantState.ENDED,
                RoleGrant.ended_at == account.ended_at,
            )
        )
    )
    account.is_active, account.ended_at, account.ended_reason = True, None, ""
    record("account-returned", account, actor=actor, now=now, about_ref=account.ref)
    session().flush()
    for grant in lost:
        path = grant.path or account.region_path
        if actor.covers(path, Role.ADMIN):
            role_operations.ask_role(account, grant.role, path=path, actor=actor, now=now, org_ref=grant.org_ref)


def note_volunteer(account: Account, volunteer_ref: str, *, actor: Actor, now: datetime) -> None:
    """Keep which volunteer signs in with this account ('' for none any more). The caller commits."""
    if account.volunteer_ref != volunteer_ref:
        account.volunteer_ref = volunteer_ref
        record("account-linked", account, actor=actor, now=now, about_ref=account.ref, volunteer=volunteer_ref)


def choose_own(*, name: str, locale: str, theme: str, actor: Actor, now: datetime) -> None:
    """A person's own name, language and look. The caller commits."""
    account = own_account(actor)
    before = account.name
    account.name, account.locale, account.theme = name, locale, theme
    if before != name:
        record("account-edited", account, actor=actor, now=now, about_ref=account.ref, values={"name": [before, name]})
