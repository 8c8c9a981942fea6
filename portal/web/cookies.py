"""The cookie of a browser: its signature is checked once in each process, and it is written only when changed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadSignature
from werkzeug.wrappers import Response

MOST_COOKIES = 4096
PLAIN = (str, bool, int)


class CookieSessions(SecureCookieSessionInterface):
    """Flask's signed cookie. What a checked one holds is kept, as long as it is plain words that nobody can change in
    place; a sign-in that has ended is told from its row, never from the cookie."""

    def __init__(self) -> None:
        self._read: dict[str, tuple[datetime, dict[str, Any]]] = {}

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session in the request's cookie; an empty one when it is missing, too old or not signed by us."""
        text = request.cookies.get(self.get_cookie_name(app))
        if not text:
            return self.session_class()
        lifetime = app.permanent_session_lifetime
        known = self._read.get(text)
        if known is not None and datetime.now(UTC) - known[0] <= lifetime:
            return self.session_class(known[1])
        serializer = self.get_signing_serializer(app)
        if serializer is None:
            return None
        try:
            data, signed_at = serializer.loads(text, max_age=int(lifetime.total_seconds()), return_timestamp=True)
        except BadSignature:
            return self.session_class()
        if all(isinstance(value, PLAIN) for value in data.values()):
            if len(self._read) >= MOST_COOKIES:
                self._read.clear()
            self._read[text] = (signed_at, dict(data))
        return self.session_class(data)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the cookie when there is something new in it. That pages differ by cookie stands on every page."""
        if session.modified or session.permanent:
            super().save_session(app, session, response)  # type: ignore[arg-type]
