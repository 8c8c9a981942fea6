"""Phones that their owners chose to remember: a six-digit PIN unlocks them for 30 days."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import select, update

from portal.access import passwords
from portal.access.models import Account, RememberedDevice
from portal.access.operations.sign_ins import own_account
from portal.access.queries import device_with
from portal.audit.operations import record
from portal.kernel.actor import Actor
from portal.kernel.db import session
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.secrets import new_token, token_hash, vault
from portal.kernel.words import N_

LASTS = timedelta(days=30)
TRIES = 5
"""Wrong PINs in a row; then only the password unlocks, and the phone is forgotten. Source: interface.md."""
PIN_DIGITS = 6


def _peppered(pin: str, device_ref: str) -> str:
    """Six digits are quickly guessed from a stolen database: the installation's key goes into the hash."""
    return vault().blind(f"{device_ref}:{pin}", "pin")


def remember_device(pin: str, *, device: str, actor: Actor, now: datetime) -> str:
    """Remember this phone for its owner. Gives the token for its cookie. The caller has checked the password,
    and commits.

    Raises DomainError for a PIN that is not six digits or is among the first that anybody would try.
    """
    if len(pin) != PIN_DIGITS or not pin.isascii() or not pin.isdigit():
        raise DomainError(N_("A PIN has six digits."), field="pin")
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    if len(set(pin)) < 3 or steps in ({1}, {9}) or pin[:3] == pin[3:] or pin[:2] * 3 == pin:
        raise DomainError(N_("This PIN is guessed first. Choose six digits without a pattern."), field="pin")
    account = own_account(actor)
    token = new_token()
    row = RememberedDevice(
        account_id=account.id,
        token_hash=token_hash(token),
        pin_hash="",
        tries_left=TRIES,
        device=device[:120],
        made_at=now,
        ends_at=now + LASTS,
    )
    row.pin_hash = passwords.hashed(_peppered(pin, row.ref))
    session().add(row)
    record("device-remembered", account, actor=actor, now=now, about_ref=account.ref)
    return token


def try_pin(token: str, pin: str, *, actor: Actor, now: datetime) -> int | None:
    """Try a PIN on the phone with this cookie. None when it is right, else how many tries are left. The caller commits.

    A try is taken off before the PIN is looked at, in the same transaction, so many at once are no more than five.
    """
    device = device_with(token, actor.account_ref, now)
    if device is None:
        return 0
    taken = session().scalar(
        update(RememberedDevice)
        .where(RememberedDevice.id == device.id, RememberedDevice.tries_left > 0)
        .values(tries_left=RememberedDevice.tries_left - 1)
        .returning(RememberedDevice.id)
    )
    if taken is None:
        return 0
    session().refresh(device)
    if passwords.fits(_peppered(pin, device.ref), device.pin_hash):
        device.tries_left = TRIES
        return None
    if device.tries_left == 0:
        device.ended_at = now
        account = session().get_one(Account, device.account_id)
        record("device-forgotten", account, actor=actor, now=now, about_ref=account.ref, why="wrong PINs")
    return device.tries_left


def forget_device(ref: str, *, actor: Actor, now: datetime) -> None:
    """Forget one of the actor's own phones. Twice is harmless. NotFound for other people's. The caller commits."""
    account = own_account(actor)
    row = session().scalar(
        select(RememberedDevice).where(RememberedDevice.ref == ref, RememberedDevice.account_id == account.id)
    )
    if row is None:
        raise NotFound
    if row.ended_at is None:
        row.ended_at = now
        record("device-forgotten", account, actor=actor, now=now, about_ref=account.ref)
