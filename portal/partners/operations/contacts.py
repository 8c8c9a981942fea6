"""People of an organisation, and how they come to sign in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from portal.access.addresses import email_of, phone_of
from portal.access.operations.accounts import invite
from portal.access.operations.links import send_invitation
from portal.access.operations.roles import ask_role, end_roles_in
from portal.access.operations.sign_ins import account_with
from portal.audit.operations import record
from portal.kernel.actor import Actor, Role
from portal.kernel.db import session
from portal.kernel.errors import DomainError, require
from portal.kernel.words import N_
from portal.partners.models import Contact, Organisation
from portal.partners.operations.organisations import touch
from portal.partners.policy import can_describe, can_invite
from portal.partners.rules import OrgState


def add_contact(organisation: Organisation, *, answers: dict[str, Any], actor: Actor, now: datetime) -> Contact:
    """Enter a person of an organisation. The caller commits."""
    require(can_describe(actor, organisation))
    contact = Contact(organisation_id=organisation.id, name=answers["name"], created_at=now)
    contact.organisation = organisation
    _fill(contact, answers)
    session().add(contact)
    session().flush()
    touch(organisation, now)
    record("contact-added", contact, actor=actor, now=now, organisation=organisation.ref)
    return contact


def edit_contact(contact: Contact, *, answers: dict[str, Any], actor: Actor, now: datetime) -> None:
    """Change what is known of a person, and whether it is public. `organisation` is loaded. The caller commits."""
    require(can_describe(actor, contact.organisation))
    _fill(contact, answers)
    touch(contact.organisation, now)
    record("contact-edited", contact, actor=actor, now=now, public=contact.public)


def _fill(contact: Contact, answers: dict[str, Any]) -> None:
    phone, email = answers["phone"] or "", answers["email"] or ""
    if phone and phone_of(phone) is None:
        raise DomainError(N_("This is no phone number. Write it as 138 0000 0000."), field="phone")
    if email and email_of(email) is None:
        raise DomainError(N_("This is no mail address. It looks like name@example.org."), field="email")
    contact.name, contact.title, contact.public = answers["name"], answers["title"] or "", bool(answers["public"])
    contact.phone, contact.email = phone_of(phone) if phone else None, email_of(email) if email else None


def invite_contact(contact: Contact, *, manages: bool, actor: Actor, now: datetime) -> None:
    """Ask for a role in the organisation for one of its people, and send the invitation; again is a new link.

    The role sees cases, so it waits for a second person. Whoever signs in with this address already keeps that
    account; the answer does not say so. `organisation` is loaded. The caller commits.
    Raises NotAllowed, and DomainError without an address or while the organisation does not work with us.
    """
    organisation = contact.organisation
    require(can_invite(actor, organisation))
    if organisation.state not in (OrgState.ACTIVE, OrgState.PAUSED):
        raise DomainError(N_("Check the organisation first; then its people can be invited."))
    if contact.ended_at is not None:
        raise DomainError(N_("This person has left the organisation."))
    email, phone = contact.email, contact.phone
    if not email and not phone:
        raise DomainError(N_("Give a mail address or a phone number to which the invitation goes."))
    role = Role.PARTNER_MANAGER if manages else Role.PARTNER
    account = next((a for a in map(account_with, filter(None, (email, phone))) if a is not None), None)
    if account is None:
        account, _token = invite(
            name=contact.name, region_path=organisation.region_path, email=email, phone=phone, roles=(role,),
            org_ref=organisation.ref, actor=actor, now=now,
        )  # fmt: skip
    elif account.is_active:
        require(account.ref not in actor.persons())
        ask_role(account, role, path=organisation.region_path, org_ref=organisation.ref, actor=actor, now=now)
        if not account.password_hash:
            send_invitation(account, actor=actor, now=now, may=True)
    if account.is_active:
        contact.account_ref, contact.manages = account.ref, manages
    record("contact-invited", contact, actor=actor, now=now, organisation=organisation.ref, manages=manages)


def end_contact(contact: Contact, *, reason: str, actor: Actor, now: datetime) -> None:
    """Somebody has left: the roles in this organisation end at once. `organisation` is loaded. The caller commits.

    Raises NotAllowed also for oneself, DomainError without a reason. Twice is harmless.
    """
    require(can_invite(actor, contact.organisation) and contact.account_ref not in actor.persons())
    if not reason:
        raise DomainError(N_("Give a reason."), field="reason")
    if contact.ended_at is not None:
        return
    contact.ended_at = now
    if contact.account_ref:
        end_roles_in(contact.organisation.ref, account_ref=contact.account_ref, actor=actor, now=now, reason=reason)
    touch(contact.organisation, now)
    record("contact-ended", contact, actor=actor, now=now, reason=reason)
