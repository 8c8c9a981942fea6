"""How a request flows: gate → view → one commit point → what must survive anyway."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, g, has_request_context, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.config import Config, resource
from portal.kernel.db import begin_writing, db, end_reading
from portal.web.compiled import Address
from portal.web.cookies import CookieSessions
from portal.web.registries import Registries

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
READS = frozenset({"GET", "HEAD"})
LARGEST_BODY = 12 * 1024 * 1024
log = logging.getLogger("portal")

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'; "
    "worker-src 'self'"
)
SAME_FOR_ALL = "public, no-cache"
"""Cache-Control of answers whose bytes are the same for everybody: anything may keep them, and asks again each time."""
STANDING_HEADERS = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("Permissions-Policy", "camera=(self), geolocation=(), microphone=()"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)
"""On every answer, unless its view said otherwise."""


class Portal(Flask):
    """The application. One commit at the end of an unsafe request whose answer is below 400; all else rolls back."""

    portal_config: Config
    registries: Registries
    url_rule_class = Address
    jinja_options = {"cache_size": -1}
    """All templates are kept, in a plain dictionary: there is a fixed number, and a page asks for ten of them."""

    def __init__(self, config: Config) -> None:
        super().__init__(
            "portal", template_folder=str(resource("templates")), static_folder=str(resource("static")),
            static_url_path="/static", instance_path=str(config.instance),
        )  # fmt: skip
        self.portal_config = config
        self.session_interface = CookieSessions()
        self.registries = Registries()
        self.alone: set[str] = set()
        """Endpoints that programs ask all day and that answer the same whoever asks (see `answer_alone`)."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Nothing here is asynchronous, so that it need not be asked eleven times in each request."""
        return func

    def full_dispatch_request(self) -> Response:
        """Through gate, view and commit; past all of them for a view that stands alone."""
        if request.endpoint in self.alone and request.method in READS:
            return self.answer_alone()
        return super().full_dispatch_request()

    def answer_alone(self) -> Response:
        """Run a view that checks its visitor by itself, in statements of its own: nobody is looked for, no form is
        guarded, nothing is counted, and the request's database session is not begun."""
        answer: Any = self.view_functions[request.endpoint or ""](**(request.view_args or {}))
        return add_headers(self.make_response(answer))

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view, then commit or roll back, then write what must survive anyway."""
        try:
            answer = self.make_response(super().dispatch_request())
            if request.method not in SAFE and answer.status_code < 400:
                db.session.commit()
            else:
                end_reading()
        except BaseException:
            db.session.rollback()
            write_afterwards()
            raise
        # If a row that logs a read cannot be written, the page is not shown: this raises, and the answer is a 500.
        write_afterwards()
        return answer

    def handle_user_exception(self, e: Exception) -> ResponseReturnValue:
        """Write what must survive also when the gate itself refused and no view was run."""
        db.session.rollback()
        write_afterwards()
        return super().handle_user_exception(e)


def afterwards(write: Callable[[Session], Any]) -> None:
    """Write this in one short transaction after the main one has ended, whatever became of it.

    Only for reads of a file, throttle counters, failed sign-ins, refusals, and last use of a session or feed.
    """
    g.setdefault("afterwards", []).append(write)


def in_request() -> bool:
    """Whether a request is being answered (and not a job run)."""
    return has_request_context()


def network_address() -> str:
    """The visitor's whole network address, for counting tries only; '' in a job. It is never kept as it is."""
    return (request.remote_addr or "") if has_request_context() else ""


def origin() -> str:
    """From where: the network part of the address and the kind of device; not enough to follow anybody about."""
    if not has_request_context():
        return "job"
    address = request.remote_addr or ""
    network = address.rpartition(".")[0] + ".*" if "." in address else address.rpartition(":")[0] + ":*"
    agent = request.headers.get("User-Agent", "")
    device = "phone" if "Mobile" in agent else "desktop" if agent else "script"
    return f"{network} {device}"


def write_afterwards() -> None:
    """Do what was put off."""
    writes = g.pop("afterwards", None)
    if not writes:
        return
    with Session(db.engine, expire_on_commit=False) as separate:
        separate.connection(execution_options={"writing": True})
        for write in writes:
            write(separate)
        separate.commit()


def start_transaction() -> None:
    """An unsafe request will write: SQLite takes its lock before the first read, so that nobody fails half-way."""
    if request.method not in SAFE and request.endpoint != "static":
        begin_writing()


def add_headers(answer: Response) -> Response:
    """What every answer carries."""
    headers = answer.headers
    present = {name.lower() for name, _value in headers}
    for name, value in STANDING_HEADERS:
        if name.lower() not in present:
            headers.add(name, value)
    if request.endpoint == "static":
        versioned = "v" in request.args
        headers["Cache-Control"] = "public, max-age=31536000, immutable" if versioned else "no-cache"
    else:
        # Pages are about people: no cache on the way or on a lost phone may keep them.
        if "cache-control" not in present:
            headers.add("Cache-Control", "no-store")
        if headers.get("Cache-Control") != SAME_FOR_ALL:
            headers.add("Vary", "Cookie")
    return answer


def init_flow(app: Portal) -> None:
    """Limits and headers."""
    config = app.portal_config
    app.config.update(
        SECRET_KEY=config.secret_key,
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=2000,
        SESSION_COOKIE_NAME="portal",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.public_url.startswith("https://"),
        TRUSTED_HOSTS=list(config.trusted_hosts) or None,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.after_request(add_headers)
    app.extensions["portal-boot"] = secrets.token_hex(4)
