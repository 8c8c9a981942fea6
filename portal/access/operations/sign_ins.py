"""Signing in and out: sessions are rows, so that ending one ends the sign-in at once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from portal.access import passwords, throttles
from portal.access.addresses import one_form, phone_of
from portal.access.models import Account, AccountSession, RememberedDevice
from portal.audit.models import AuditEntry
from portal.audit.operations import record
from portal.kernel.actor import Actor
from portal.kernel.db import session
from portal.kernel.errors import DomainError, NotFound, TooMany
from portal.kernel.secrets import new_token, token_hash, vault
from portal.kernel.words import N_
from portal.web.flow import afterwards, origin


def account_with(typed: str) -> Account | None:
    """The account with this mail address or phone number, active or not. Takes the same statement for any text."""
    plain = one_form(typed)
    index = vault().blind(phone_of(typed) or plain, "phone")
    return session().scalar(select(Account).where(or_(Account.email == plain, Account.phone_index == index)))


def check_sign_in(typed: str, password: str, *, address: str, now: datetime) -> Account:
    """The active account to which this password belongs.

    `address` is the network address. Raises TooMany while guesses are slowed down, and DomainError for everything else,
    with the same sentence and after the same work whether or not there is such an account.
    """
    plain = one_form(typed)
    limits = throttles.sign_in_limits(plain, address)
    if wait := throttles.seconds_to_wait(limits, now):
        raise TooMany(wait)
    account = account_with(typed)
    right = passwords.fits(password, account.password_hash if account is not None and account.is_active else "")
    if account is None or not right:
        throttles.count(limits, now)
        _note_failure(account.ref if account is not None else "", now)
        raise DomainError(N_("The address or the password is not right. Please check both."))
    return account


def _note_failure(account_ref: str, now: datetime) -> None:
    where = origin()

    def write(separate: Session) -> None:
        separate.add(
            AuditEntry(
                at=now, actor_ref="", what="sign-in-failed", subject_kind="account", subject_ref=account_ref,
                about_ref=account_ref, origin=where, facts={},
            )
        )  # fmt: skip

    afterwards(write)


def begin_session(
    account: Account,
    *,
    actor: Actor,
    device: str,
    network: str,
    now: datetime,
    how: str = "password",
    password: str = "",
) -> str:
    """Make a new session for an account and give its token, which is kept nowhere else. The caller commits.

    Called with the right password it is hashed anew when the parameters have been raised since.
    """
    token = new_token()
    row = AccountSession(
        account_id=account.id,
        token_hash=token_hash(token),
        device=device[:120],
        network=network[:60],
        created_at=now,
        seen_at=now,
    )
    session().add(row)
    if password and passwords.outgrown(account.password_hash):
        session().execute(
            update(Account).where(Account.id == account.id).values(password_hash=passwords.hashed(password))
        )
    for typed in (account.email, account.phone):
        if typed:
            throttles.forgive(one_form(typed))
    record("signed-in", account, actor=actor, now=now, about_ref=account.ref, how=how)
    return token


def end_session_of(token: str, *, now: datetime) -> None:
    """End the session with this token, if there is one. The caller commits."""
    row = (
        session()
        .execute(
            select(AccountSession.id, Account.ref, Account.name)
            .join(Account, Account.id == AccountSession.account_id)
            .where(AccountSession.token_hash == token_hash(token), AccountSession.ended_at.is_(None))
        )
        .first()
    )
    if row is None:
        return
    session().execute(update(AccountSession).where(AccountSession.id == row.id).values(ended_at=now))
    account = session().scalar(select(Account).where(Account.ref == row.ref))
    if account is not None:
        record("signed-out", account, actor=Actor(row.ref, row.name), now=now, about_ref=row.ref)


def end_session(ref: str, *, actor: Actor, now: datetime) -> None:
    """Sign one of the actor's own devices out. Raises NotFound for another person's session. The caller commits."""
    account = own_account(actor)
    row = session().scalar(
        select(AccountSession).where(AccountSession.ref == ref, AccountSession.account_id == account.id)
    )
    if row is None:
        raise NotFound
    if row.ended_at is None:
        row.ended_at = now
        record("session-ended", account, actor=actor, now=now, about_ref=account.ref)


def end_other_sessions(account: Account, *, actor: Actor, now: datetime, keep: str = "") -> int:
    """Sign an account out everywhere but in the session with the ref `keep`, and forget its phones.

    Gives the number of sessions ended. The caller commits.
    """
    ended = (
        session()
        .scalars(
            update(AccountSession)
            .where(
                AccountSession.account_id == account.id, AccountSession.ended_at.is_(None), AccountSession.ref != keep
            )
            .values(ended_at=now)
            .returning(AccountSession.id)
        )
        .all()
    )
    session().execute(
        update(RememberedDevice)
        .where(RememberedDevice.account_id == account.id, RememberedDevice.ended_at.is_(None))
        .values(ended_at=now)
    )
    record("sessions-ended", account, actor=actor, now=now, about_ref=account.ref, number=len(ended))
    return len(ended)


def unlock(session_ref: str, *, now: datetime) -> None:
    """Open an idle-locked session again; whoever calls this has checked the password or PIN. The caller commits."""
    session().execute(
        update(AccountSession).where(AccountSession.ref == session_ref).values(locked_at=None, seen_at=now)
    )


def check_own_password(password: str, *, actor: Actor, address: str, now: datetime, field: str = "password") -> Account:
    """The actor's own account when this is its password. Raises TooMany or DomainError as for signing in."""
    account = own_account(actor)
    limits = throttles.sign_in_limits(account.ref, address)
    if wait := throttles.seconds_to_wait(limits, now):
        raise TooMany(wait)
    if not passwords.fits(password, account.password_hash):
        throttles.count(limits, now)
        _note_failure(account.ref, now)
        raise DomainError(N_("This is not your password. Please try again."), field=field)
    throttles.forgive(account.ref)
    return account


def own_account(actor: Actor) -> Account:
    """The account behind an actor. Raises NotFound for a job of the portal itself."""
    account = session().scalar(select(Account).where(Account.ref == actor.account_ref))
    if account is None:
        raise NotFound
    return account


def choose_language(actor: Actor, locale: str) -> None:
    """Keep a person's language. Not a change that the log tells of. The caller commits."""
    session().execute(update(Account).where(Account.ref == actor.account_ref).values(locale=locale))
