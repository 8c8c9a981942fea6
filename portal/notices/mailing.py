"""Handing mail and SMS to the world: one patient connection, text only as subject or body."""

from __future__ import annotations

import logging
import smtplib
import ssl
from datetime import datetime
from email.mime.text import MIMEText
from typing import Any, Protocol

from flask_mail import Connection, Mail, Message

from portal.config import Config

log = logging.getLogger("portal")


class PatientConnection(Connection):
    """A connection that gives a silent server up after some seconds, and checks whom it talks to."""

    def __init__(self, mail: Mail, *, timeout_seconds: float) -> None:
        super().__init__(mail)
        self.timeout_seconds = timeout_seconds

    def configure_host(self) -> smtplib.SMTP | smtplib.SMTP_SSL:
        """Connect and sign in. Raises OSError or SMTPException."""
        host = smtplib.SMTP(self.mail.server, self.mail.port, timeout=self.timeout_seconds)
        try:
            if self.mail.use_tls:
                host.starttls(context=ssl.create_default_context())
            if self.mail.username and self.mail.password:
                host.login(self.mail.username, self.mail.password)
        except BaseException:
            host.close()
            raise
        return host

    def __exit__(self, *failure: Any) -> None:
        if self.host is not None:
            try:
                self.host.quit()
            except (OSError, smtplib.SMTPException):
                self.host.close()


class PortalMessage(Message):
    """A mail whose calendar part, if any, says what it asks for (`REQUEST`, `CANCEL`)."""

    method = ""

    def _mimetext(self, text: str | None, subtype: str = "plain") -> MIMEText:
        part = super()._mimetext(text, subtype)
        if subtype == "calendar":
            part.set_param("method", self.method)
        return part


def compose(
    *, ref: str, host: str, address: str, subject: str, body: str, made_at: datetime, ics: str = "", method: str = ""
) -> PortalMessage:
    """One mail. Its Message-ID and date are the same over all tries, so that a second copy is known for one."""
    message = PortalMessage(subject=subject, recipients=[address], body=body, date=made_at.timestamp())
    message.msgId = f"<{ref}@{host}>"
    if ics and method in {"REQUEST", "CANCEL"}:
        message.alts["calendar"] = ics
        message.method = method
    return message


class SmsAdapter(Protocol):
    """How SMS leave. A district connects its provider here."""

    def send(self, number: str, text: str, *, ref: str) -> None:
        """Hand one SMS over; `ref` is the same over all tries. Raises OSError when it could not be handed over."""


class ConsoleSms:
    """For development: says that an SMS went out, not to whom nor what."""

    def send(self, number: str, text: str, *, ref: str) -> None:
        """Say it in the log."""
        log.info("sms sent: %s, %d characters", ref, len(text))


def init_mail(app: Any, config: Config) -> None:
    """Tell Flask-Mail its settings, and choose how SMS leave: production waits until a provider is connected."""
    app.config.update(
        MAIL_SERVER=config.mail_server, MAIL_PORT=config.mail_port, MAIL_USERNAME=config.mail_username or None,
        MAIL_PASSWORD=config.mail_password or None, MAIL_USE_TLS=config.mail_tls, MAIL_SUPPRESS_SEND=False,
        MAIL_DEFAULT_SENDER=config.mail_sender,
    )  # fmt: skip
    Mail(app)
    app.extensions["sms"] = None if config.production else ConsoleSms()
