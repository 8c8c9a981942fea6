"""A code by SMS that proves that a phone is the claimant's."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.board.models import PhoneCode
from portal.board.rules import CODE_MINUTES, CODE_TRIES
from portal.kernel.db import session
from portal.kernel.errors import TooMany
from portal.kernel.outbox import Channel, queue
from portal.kernel.secrets import vault
from portal.web.flow import afterwards, in_request

CODES_PER_HOUR = 3


def phone_key(phone: str) -> str:
    """The blind index of a phone number."""
    return vault().blind(phone, "claim-phone")


def _code_hash(phone: str, code: str) -> str:
    return vault().blind(f"{phone}\0{code}", "claim-code") + "0" * 24


def send_code(phone: str, *, locale: str, now: datetime) -> str:
    """Send a code of six digits to a phone, to prove that it is the claimant's; gives it, for the demo's page.

    The caller commits.

    Raises TooMany after three in an hour for one phone.
    """
    index = phone_key(phone)
    recent = session().scalar(
        select(func.count())
        .select_from(PhoneCode)
        .where(PhoneCode.phone_index == index, PhoneCode.sent_at > now - timedelta(hours=1))
    )
    if (recent or 0) >= CODES_PER_HOUR:
        raise TooMany(3600)
    code = f"{secrets.randbelow(1_000_000):06d}"
    session().add(
        PhoneCode(
            phone_index=index, code_hash=_code_hash(phone, code), sent_at=now,
            until_at=now + timedelta(minutes=CODE_MINUTES),
        )
    )  # fmt: skip
    queue(
        "phone-code", channel=Channel.SMS, address=phone, locale=locale, urgent=True, now=now,
        facts={"code": code, "minutes": str(CODE_MINUTES)},
    )  # fmt: skip
    return code


def is_right_code(phone: str, code: str, *, now: datetime) -> bool:
    """Whether this is the newest code that was sent to this phone; each try counts, and a code is good once.

    The caller commits a right one. A wrong try is counted whatever becomes of the request.
    """
    sent = session().scalar(
        select(PhoneCode)
        .where(PhoneCode.phone_index == phone_key(phone), PhoneCode.used_at.is_(None), PhoneCode.until_at > now)
        .order_by(PhoneCode.id.desc())
        .limit(1)
        .with_for_update()
    )
    if sent is None or sent.tries >= CODE_TRIES:
        return False
    if not hmac.compare_digest(sent.code_hash, _code_hash(phone, code)):
        if in_request():
            afterwards(partial(_count_try, code_id=sent.id))
        else:
            sent.tries += 1
        return False
    sent.used_at = now
    return True


def _count_try(separate: Session, *, code_id: int) -> None:
    separate.execute(update(PhoneCode).where(PhoneCode.id == code_id).values(tries=PhoneCode.tries + 1))
