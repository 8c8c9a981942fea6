"""One-time links: invitations and resets, by mail, by SMS or printed on a slip."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import update

from portal.access import passwords, throttles
from portal.access.addresses import one_form
from portal.access.models import Account, LinkKind, OneTimeLink
from portal.access.operations.sign_ins import account_with, end_other_sessions
from portal.access.policy import can_send_link
from portal.access.queries import live_link
from portal.audit.models import AuditEntry
from portal.audit.operations import record
from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.db import session
from portal.kernel.errors import DomainError, NotFound, TooMany, require
from portal.kernel.events import notice_wanted
from portal.kernel.outbox import Channel, queue
from portal.kernel.secrets import new_token, token_hash
from portal.kernel.words import N_
from portal.places.settings import setting
from portal.web.flow import origin

RESET_LASTS = timedelta(hours=2)
"""A reset by message. A printed one lasts as long as an invitation, since paper travels slowly."""
SLIP_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Signs of a printed code, without those that look alike."""
SLIP_LENGTH = 16
"""Sixteen of them hold 79 random bits."""


def slip_form(typed: str) -> str:
    """A printed code as it is kept, however somebody typed it from the paper; other tokens unchanged."""
    plain = "".join(c for c in typed.upper() if c.isalnum())
    return plain if len(plain) == SLIP_LENGTH and set(plain) <= set(SLIP_SIGNS) else typed


def slip_words(code: str) -> str:
    """A printed code in groups of four, as it stands on the slip."""
    return " ".join(code[i : i + 4] for i in range(0, len(code), 4))


def end_links(account: Account, *, now: datetime) -> None:
    """End every open link of an account. The caller commits."""
    session().execute(
        update(OneTimeLink)
        .where(OneTimeLink.account_id == account.id, OneTimeLink.used_at.is_(None), OneTimeLink.ended_at.is_(None))
        .values(ended_at=now)
    )


def _new_link(
    account: Account, kind: LinkKind, *, lasts: timedelta, actor: Actor, now: datetime, token: str
) -> OneTimeLink:
    end_links(account, now=now)
    link = OneTimeLink(
        kind=kind,
        account_id=account.id,
        token_hash=token_hash(token),
        made_at=now,
        made_by=actor.account_ref,
        ends_at=now + lasts,
    )
    session().add(link)
    return link


def _send(account: Account, kind: LinkKind, token: str, *, ends_at: datetime, now: datetime) -> int:
    """Queue the link by mail and SMS, whichever the account has. Gives the number of messages."""
    path = f"/{'invitations' if kind is LinkKind.INVITATION else 'resets'}/{token}"
    facts = {"link": path, "name": account.name, "ends_at": ends_at.isoformat()}
    ways = [(Channel.MAIL, account.email), (Channel.SMS, account.phone)]
    for channel, address in ways:
        if address:
            queue(
                kind.value,
                channel=channel,
                address=address,
                facts=facts,
                now=now,
                account_ref=account.ref,
                locale=account.locale,
                urgent=kind is LinkKind.RESET,
            )
    return sum(bool(address) for _channel, address in ways)


def send_invitation(account: Account, *, actor: Actor, now: datetime, may: bool = False) -> str:
    """Send a new invitation; earlier ones end. Gives its token. The caller commits.

    `may` says that the calling room has checked that the actor may: an organisation brings in its own people.
    Raises NotAllowed unless the actor keeps the account or brings in a mentor, DomainError when it is ended or in use.
    """
    require(may or actor is SYSTEM or can_send_link(actor, account))
    if not account.is_active:
        raise DomainError(N_("This account is ended. Reactivate it first."))
    if account.password_hash:
        raise DomainError(
            N_("%(name)s has signed in already. A forgotten password is reset from the sign-in page."),
            name=account.name,
        )
    token = new_token()
    link = _new_link(
        account,
        LinkKind.INVITATION,
        lasts=timedelta(days=setting("invitation_days")),
        actor=actor,
        now=now,
        token=token,
    )
    messages = _send(account, LinkKind.INVITATION, token, ends_at=link.ends_at, now=now)
    record("invitation-sent", account, actor=actor, now=now, about_ref=account.ref, messages=messages)
    return token


def print_slip(account: Account, *, actor: Actor, now: datetime) -> tuple[str, datetime]:
    """Make a code to be printed and handed over in person; earlier links end. Gives the code and when it ends.

    For somebody who signs in already it is a reset: they are told of it, since a slip in wrong hands opens the account.
    Raises NotAllowed unless the actor may print it and it is not the actor's own.
    """
    require(can_send_link(actor, account) and account.ref not in actor.persons())
    if not account.is_active:
        raise DomainError(N_("This account is ended. Reactivate it first."))
    code = "".join(secrets.choice(SLIP_SIGNS) for _n in range(SLIP_LENGTH))
    kind = LinkKind.RESET if account.password_hash else LinkKind.INVITATION
    link = _new_link(account, kind, lasts=timedelta(days=setting("invitation_days")), actor=actor, now=now, token=code)
    record("slip-printed", account, actor=actor, now=now, about_ref=account.ref, kind=kind.value)
    if kind is LinkKind.RESET:
        notice_wanted.send(
            account, kind="slip-printed", to=[account.ref], url="/my/sessions", facts={"name": actor.name}, now=now
        )
    return code, link.ends_at


def ask_reset(typed: str, *, address: str, now: datetime) -> None:
    """Send a reset link to whoever this mail address or phone number belongs to. The caller commits.

    Says nothing about whether there was anybody, and nothing when too many were asked for the same person.
    Raises TooMany for too many from one network address, whoever they were for.
    """
    plain = one_form(typed)
    person, everybody = throttles.reset_limits(plain, address)
    if wait := throttles.seconds_to_wait(everybody, now):
        raise TooMany(wait)
    flooding = throttles.seconds_to_wait(person, now)
    throttles.count(person | everybody, now)
    account = account_with(typed)
    if account is None or not account.is_active or flooding:
        # A row of the log as for everybody else, in the same durable commit: the answer takes as long (T19).
        ref = account.ref if account is not None else ""
        session().add(
            AuditEntry(
                at=now, actor_ref=SYSTEM.account_ref, what="reset-not-sent", subject_kind="account", subject_ref=ref,
                about_ref=ref, origin=origin(), facts={},
            )
        )  # fmt: skip
        return
    kind = LinkKind.RESET if account.password_hash else LinkKind.INVITATION
    token = new_token()
    link = _new_link(account, kind, lasts=RESET_LASTS, actor=SYSTEM, now=now, token=token)
    _send(account, kind, token, ends_at=link.ends_at, now=now)
    record("reset-asked", account, actor=SYSTEM, now=now, about_ref=account.ref)


def own_words(account: Account) -> list[str]:
    """What a password of this person must not be made of."""
    product = [setting("product_name"), setting("product_name_en"), "portal"]
    return [w for w in (account.name, account.email, account.phone, account.phone.removeprefix("+86"), *product) if w]


def set_password(account: Account, password: str, *, actor: Actor, now: datetime) -> None:
    """Keep a new password. Raises DomainError when it is refused. The caller commits."""
    if wrong := passwords.problem(password, own=own_words(account)):
        raise DomainError(wrong[0], field="password", **wrong[1])
    session().execute(update(Account).where(Account.id == account.id).values(password_hash=passwords.hashed(password)))
    record("password-set", account, actor=actor, now=now, about_ref=account.ref)


def take_link(token: str, password: str, *, now: datetime) -> Account:
    """Use a link up and set the password with it; other devices are signed out. The caller commits.

    Raises NotFound for a link that cannot be used (any more), DomainError for a refused password, which leaves it open.
    """
    found = live_link(token, now)
    if found is None:
        raise NotFound
    link, account = found
    actor = Actor(account.ref, account.name)
    set_password(account, password, actor=actor, now=now)
    used = session().scalar(
        update(OneTimeLink)
        .where(OneTimeLink.id == link.id, OneTimeLink.used_at.is_(None))
        .values(used_at=now)
        .returning(OneTimeLink.id)
    )
    if used is None:
        raise NotFound
    end_links(account, now=now)
    end_other_sessions(account, actor=actor, now=now)
    record(f"{link.kind.value}-taken", account, actor=actor, now=now, about_ref=account.ref)
    return account


def change_password(account: Account, password: str, *, actor: Actor, now: datetime) -> None:
    """Change one's own password, which the caller has checked; other devices are signed out. The caller commits."""
    set_password(account, password, actor=actor, now=now)
    end_links(account, now=now)
    end_other_sessions(account, actor=actor, now=now, keep=actor.session_ref)
