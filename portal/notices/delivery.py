"""Delivery from the outbox. The request path never sends; a row is the truth, so a killed worker loses nothing.

A row is claimed with a lease, sent, and marked. A worker that dies between sending and marking sends once more, with
the same Message-ID.
"""

from __future__ import annotations

import logging
import smtplib
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from flask_mail import BadHeaderError
from jinja2 import TemplateError
from sqlalchemy import delete, or_, select

from portal.access.models import Account
from portal.access.queries import holders
from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.db import begin_writing, session
from portal.kernel.outbox import Channel, OutboxMessage, OutboxState
from portal.kernel.secrets import CannotOpen
from portal.notices.mailing import PatientConnection, compose, ready_mail
from portal.notices.operations import tell
from portal.notices.outlets import SmsAdapter
from portal.notices.wording import letter
from portal.places.settings import setting
from portal.web.language import LOCALES, speaking

log = logging.getLogger("portal")
LEASE = timedelta(minutes=2)
"""Longer than the slowest exchange with a server that answers each step just in time."""
FIRST_WAIT = timedelta(seconds=15)
FIRST_WAIT_URGENT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
LONGEST_WAIT_URGENT = timedelta(minutes=1)
GIVE_UP_AFTER = timedelta(days=3)
MOST_AT_ONCE = 50
"""Messages over one connection."""


class NoConnection(Exception):
    """The server cannot be reached at all: the other messages need not be tried now."""


def wait_after(tries: int, *, urgent: bool) -> timedelta:
    """How long to wait after so many failed tries: doubling, an alert never longer than a minute."""
    first, longest = (FIRST_WAIT_URGENT, LONGEST_WAIT_URGENT) if urgent else (FIRST_WAIT, LONGEST_WAIT)
    return min(first * (1 << min(tries - 1, 12)), longest)


def deliver(channel: Channel, *, most: int = MOST_AT_ONCE) -> int:
    """Send what is due on a channel, alerts first; gives how many were sent. Commits row by row.

    Needs a request context of the worker's own, since each message speaks its reader's language. Returns early when
    the server cannot be reached.
    """
    config = current_app.portal_config  # type: ignore[attr-defined]
    if channel is Channel.MAIL and not config.mail_server and not config.demo:
        return 0  # outside production a server may be missing: mail waits for it
    sent, line = 0, _Line(channel)
    try:
        while sent < most and (ref := _claim(channel, now())) is not None:
            sent += _deliver_one(ref, line)
    except NoConnection:
        pass
    finally:
        line.close()
        session().rollback()
    return sent


class _Line:
    """The connection of one round, opened with the first mail."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.mail: PatientConnection | None = None

    def open(self) -> PatientConnection:
        """Connect once. Raises OSError or SMTPException."""
        if self.mail is None:
            seconds = current_app.portal_config.mail_timeout_seconds  # type: ignore[attr-defined]
            fresh = PatientConnection(ready_mail(current_app), timeout_seconds=seconds)
            fresh.__enter__()
            self.mail = fresh
        return self.mail

    def close(self) -> None:
        """Say goodbye; a server that does not answer is left."""
        if self.mail is not None:
            self.mail.__exit__(None, None, None)
            self.mail = None


def _due(channel: Channel, moment: datetime) -> Any:
    return (
        OutboxMessage.state == OutboxState.WAITING, OutboxMessage.channel == channel, OutboxMessage.due_at <= moment,
        or_(OutboxMessage.claimed_until.is_(None), OutboxMessage.claimed_until < moment),
    )  # fmt: skip


def _claim(channel: Channel, moment: datetime) -> str | None:
    """Take the most pressing row for ourselves for a while; None when nothing is due. Commits."""
    held = session()
    held.rollback()
    if held.scalar(select(OutboxMessage.id).where(*_due(channel, moment)).limit(1)) is None:
        held.rollback()
        return None
    held.rollback()
    begin_writing()
    message = held.scalar(
        select(OutboxMessage)
        .where(*_due(channel, moment))
        .order_by(OutboxMessage.urgent.desc(), OutboxMessage.due_at, OutboxMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if message is None:
        held.rollback()
        return None
    message.claimed_until = moment + LEASE
    message.tries += 1
    ref = message.ref
    held.commit()
    return ref


def _deliver_one(ref: str, line: _Line) -> int:
    """Send one claimed message and mark it. Nothing is held open in the database while the server is talked to."""
    message = session().scalars(select(OutboxMessage).where(OutboxMessage.ref == ref)).one()
    session().expunge(message)
    session().rollback()
    unreachable = False
    try:
        hand_over(message, line)
        error = ""
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPSenderRefused) as refusal:
        error = type(refusal).__name__ + _code(refusal)
        line.close()
    except (smtplib.SMTPException, OSError) as failure:
        error, unreachable = type(failure).__name__, True
        line.close()
    except (LookupError, ValueError, TypeError, TemplateError, CannotOpen, BadHeaderError) as failure:
        error = type(failure).__name__
        log.exception("message %s cannot be written", ref)
    _settle(ref, error)
    if unreachable:
        raise NoConnection
    return 0 if error else 1


def _code(refusal: smtplib.SMTPException) -> str:
    """The server's number, never its words: they repeat the address."""
    if isinstance(refusal, smtplib.SMTPRecipientsRefused):
        return "".join(f" {code}" for code, _words in refusal.recipients.values())
    return f" {getattr(refusal, 'smtp_code', '')}"


def hand_over(message: OutboxMessage, line: _Line) -> None:
    """Write a message in its reader's language and give it to the server, or in the demo to nobody: a page shows it."""
    config = current_app.portal_config  # type: ignore[attr-defined]
    if config.demo:
        return
    facts = message.facts or {}
    with speaking(message.locale if message.locale in LOCALES else "zh_Hans"):
        words = letter(message.kind, message.channel, facts)
    session().rollback()  # settings were read; no transaction stays open while the server thinks
    if message.channel is Channel.SMS:
        provider: SmsAdapter | None = current_app.extensions["sms"]
        if provider is None:
            raise ConnectionError("no SMS provider is connected")
        provider.send(message.address, words.body, ref=message.ref)
        return
    host = urlsplit(config.public_url).hostname or "portal"
    ready_mail(current_app)
    mail = compose(
        ref=message.ref, host=host, address=message.address, subject=words.subject, body=words.body,
        made_at=message.created_at, ics=facts.get("ics", ""), method=facts.get("method", ""),
    )  # fmt: skip
    line.open().send(mail)


def _settle(ref: str, error: str) -> None:
    """Mark a message as sent, or set when it is tried again, or give it up and tell the administrators. Commits."""
    session().rollback()
    begin_writing()
    moment = now()
    message = session().scalars(select(OutboxMessage).where(OutboxMessage.ref == ref)).one()
    message.claimed_until, message.last_error = None, error[:300]
    if not error:
        message.state, message.sent_at = OutboxState.SENT, moment
        if not current_app.portal_config.demo:  # type: ignore[attr-defined]
            # What was said has arrived; links in it are secrets that nobody needs here any more.
            message.facts, message.address = None, None
    elif moment - message.created_at > GIVE_UP_AFTER:
        message.state = OutboxState.GIVEN_UP
        _tell_admins(message, moment)
    else:
        message.due_at = moment + wait_after(message.tries, urgent=message.urgent)
    session().commit()


def _tell_admins(message: OutboxMessage, moment: datetime) -> None:
    account = session().scalar(select(Account).where(Account.ref == message.account_ref))
    if account is None:
        return
    admins = [row.ref for row in holders(Role.ADMIN, account.region_path)]
    tell("message-undelivered", to=admins, now=moment, url=f"/people/{account.ref}", name=account.name)


def forget_sent(now: datetime) -> int:
    """Delete messages that were sent longer ago than the setting says; gives how many. For the worker, which commits.

    What was not sent stays, also when it was given up: somebody may still have to be told in another way.
    """
    over = now - timedelta(days=setting("sent_messages_days"))
    gone = session().execute(
        delete(OutboxMessage).where(OutboxMessage.state == OutboxState.SENT, OutboxMessage.sent_at < over)
    )
    return int(getattr(gone, "rowcount", 0))
