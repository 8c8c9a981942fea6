"""How messages leave: the settings of mail, and what hands over SMS."""

from __future__ import annotations

import logging
from typing import Any, Protocol

from portal.config import Config

log = logging.getLogger("portal")


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
    """Settle how mail and SMS leave: production waits until a provider of SMS is connected.

    Flask-Mail itself is read where the first message leaves (`mailing.ready_mail`): pages send nothing.
    """
    app.config.update(
        MAIL_SERVER=config.mail_server, MAIL_PORT=config.mail_port, MAIL_USERNAME=config.mail_username or None,
        MAIL_PASSWORD=config.mail_password or None, MAIL_USE_TLS=config.mail_tls, MAIL_SUPPRESS_SEND=False,
        MAIL_DEFAULT_SENDER=config.mail_sender,
    )  # fmt: skip
    app.extensions.pop("mail", None)
    app.extensions["sms"] = None if config.production else ConsoleSms()
