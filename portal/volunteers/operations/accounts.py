"""How a volunteer comes to sign in: an account that is there, or an invitation."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select

from portal.access.addresses import email_of, phone_of
from portal.access.models import Account
from portal.access.operations.accounts import invite, note_volunteer
from portal.access.operations.roles import ask_role
from portal.audit.operations import record
from portal.kernel.actor import Actor, Role
from portal.kernel.db import session
from portal.kernel.errors import DomainError, require
from portal.kernel.events import volunteer_linked
from portal.kernel.secrets import vault
from portal.kernel.words import N_
from portal.volunteers.models import Volunteer
from portal.volunteers.policy import can_keep


def link_account(volunteer: Volunteer, *, who: str, actor: Actor, now: datetime) -> Account:
    """Link the volunteer with an account found by mail address or phone number. The caller commits.

    Raises NotAllowed, and DomainError when there is no such account, or it or the volunteer is linked already.
    """
    require(can_keep(actor, volunteer))
    email, phone = email_of(who), phone_of(who)
    found = (
        or_(
            *([Account.email == email] if email else []),
            *([Account.phone_index == vault().blind(phone, "phone")] if phone else []),
        )
        if email or phone
        else None
    )
    account = session().scalar(select(Account).where(found, Account.is_active.is_(True))) if found is not None else None
    if account is None:
        raise DomainError(
            N_("Nobody signs in with this address or number yet. Invite the volunteer instead."), field="who"
        )
    attach(volunteer, account, actor=actor, now=now)
    ask_role(account, Role.MENTOR, path=volunteer.region_path, actor=actor, now=now)
    return account


def invite_volunteer(volunteer: Volunteer, *, email: str, phone: str, actor: Actor, now: datetime) -> Account:
    """Make an account for the volunteer and send the invitation. The mentor role waits for a second person.

    The caller commits. Raises NotAllowed unless the actor keeps the record, and DomainError without any address, for
    one that somebody has, or when the volunteer has an account already.
    """
    require(can_keep(actor, volunteer))
    if volunteer.account_ref:
        raise DomainError(N_("This volunteer has an account already."))
    if not email and not phone:
        raise DomainError(N_("Give a mail address or a phone number to which the invitation goes."), field="phone")
    account, _token = invite(
        name=volunteer.name, region_path=volunteer.region_path, email=email, phone=phone, roles=(Role.MENTOR,),
        volunteer_ref=volunteer.ref, actor=actor, now=now,
    )  # fmt: skip
    volunteer.account_ref = account.ref
    record("volunteer-linked", volunteer, actor=actor, now=now, about_ref=volunteer.ref, account=account.ref)
    session().flush()
    volunteer_linked.send(volunteer, actor=actor, now=now)
    return account


def attach(volunteer: Volunteer, account: Account, *, actor: Actor, now: datetime) -> None:
    """Tie a volunteer and an account together, both ways. Doing it twice is harmless. The caller commits."""
    if account.volunteer_ref == volunteer.ref and volunteer.account_ref == account.ref:
        return
    if account.volunteer_ref:
        raise DomainError(N_("This account belongs to another volunteer."), field="who")
    if volunteer.account_ref:
        raise DomainError(N_("This volunteer has an account already."), field="who")
    note_volunteer(account, volunteer.ref, actor=actor, now=now)
    volunteer.account_ref = account.ref
    record("volunteer-linked", volunteer, actor=actor, now=now, about_ref=volunteer.ref, account=account.ref)
    session().flush()
    volunteer_linked.send(volunteer, actor=actor, now=now)
