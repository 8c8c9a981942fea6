"""Keeps the secrets of calendar addresses, one-time links, cards and claimants' pages out of this process's logs."""

from __future__ import annotations

import logging
import re
from copy import copy

SECRET = re.compile(
    r"((?:/|%2F)(?:feeds|invitations|resets|c|board/claims)(?:/|%2F)|[?&]code=)[^/?&%\s\"']+", re.IGNORECASE
)
LOGGERS = ("portal", "werkzeug", "waitress", "waitress.queue", "gunicorn.access", "gunicorn.error", "flask-limiter")


class SecretRedaction(logging.Filter):
    """Writes `/feeds/***` for the address with its secret."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record; keep it."""
        if isinstance(record.msg, str):
            record.msg = hidden(record.msg)
        if isinstance(record.args, dict):
            record.args = copy(record.args)  # gunicorn's own kind of dict answers for missing names
            record.args.update({k: hidden(v) for k, v in record.args.items() if isinstance(v, str)})
        elif isinstance(record.args, tuple):
            record.args = tuple(hidden(v) if isinstance(v, str) else v for v in record.args)
        return True


def hidden(text: str) -> str:
    """The text with every secret taken out."""
    return SECRET.sub(r"\1***", text)


def redact_logs() -> None:
    """Put the filter on every logger that writes request lines, once per process."""
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(f, SecretRedaction) for f in logger.filters):
            logger.addFilter(SecretRedaction())
