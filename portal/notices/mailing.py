"""Handing mail to the world: one patient connection, text only as subject or body. Read by the worker alone."""

from __future__ import annotations

import smtplib
import ssl
from datetime import datetime
from email.mime.text import MIMEText
from typing import Any

from flask_mail import Connection, Mail, Message


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


def ready_mail(app: Any) -> Any:
    """Flask-Mail with the settings of this application, connected when the first message leaves."""
    return app.extensions.get("mail") or Mail(app).state
