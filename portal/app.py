"""The factory: the one module that knows every room. Connects signals, fills registries, refuses what is unsafe."""

from __future__ import annotations

import os
from typing import Any

from flask import g, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

import portal.access.views
import portal.audit.views
import portal.board.views
import portal.calendars.views
import portal.children.views
import portal.duties.views
import portal.home.views
import portal.mentoring.views
import portal.needs.views
import portal.notices.views
import portal.pairing.views
import portal.partners.views
import portal.places.views
import portal.referrals.views
import portal.safeguarding.views
import portal.visits.views
import portal.volunteers.views
from portal.access.current import init_login
from portal.config import REHEARSAL, Config, from_environment
from portal.kernel.clock import use_zone
from portal.kernel.db import init_db
from portal.kernel.secrets import Vault, use_vault
from portal.notices.queries import unread_count
from portal.places.settings import in_force
from portal.web.access import check_access, refuse_undeclared
from portal.web.chrome import init_chrome
from portal.web.compiled import keep_compiled
from portal.web.errors import init_errors
from portal.web.flow import Portal, init_flow, start_transaction
from portal.web.language import init_language
from portal.wiring import connect_directory, connect_signals

ROOMS = (
    portal.places.views, portal.audit.views, portal.access.views, portal.notices.views, portal.duties.views,
    portal.calendars.views, portal.children.views, portal.volunteers.views, portal.partners.views,
    portal.safeguarding.views, portal.pairing.views, portal.needs.views, portal.mentoring.views, portal.visits.views,
    portal.referrals.views,
    portal.board.views, portal.home.views,
)  # fmt: skip


def create_app(config: Config | None = None, **flask_settings: Any) -> Portal:
    """Build the application from its settings (from the environment by default).

    Raises UnsafeSetting for an unsafe setting, and RuntimeError when a view declares no access rule.
    """
    config = config or from_environment(os.environ)
    app = Portal(config)
    use_vault(Vault(config.field_keys, config.index_key))
    use_zone(config.timezone)
    init_flow(app)
    app.config.update(flask_settings)
    init_db(app, config.database_url)
    init_language(app)
    if config.behind_proxies:
        proxies = config.behind_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    # Before the first read, which is finding the actor: a reading transaction cannot be raised to a writing one.
    app.before_request(start_transaction)
    init_login(app)
    CSRFProtect(app)
    app.before_request(check_access)
    init_limits(app)
    init_errors(app)
    init_chrome(app, settings=in_force, unread=unread_count)
    for room in ROOMS:
        room.register(app)
    connect_signals()
    connect_directory(app.registries)
    app.cli.commands.clear()
    refuse_undeclared(app)
    keep_compiled(app.jinja_env, config.instance)
    if config.worker_inside:
        # The worker's loops, mail among them, are read only by a process that works.
        from portal.jobs import start_inside

        start_inside(app)
    return app


class Limits(Limiter):
    """The coarse gate per network address; per-account throttles live in a table of `access`.

    Whoever is signed in passes before anything is looked up.
    """

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:
        if not g.get("actor"):
            super()._check_request_limit(callable_name, in_middleware)


def init_limits(app: Portal) -> None:
    """Count the requests of strangers."""
    limiter = Limits(
        get_remote_address, app=app, storage_uri=app.portal_config.redis_url or "memory://",
        in_memory_fallback_enabled=True,
        in_memory_fallback=[f"{app.portal_config.rate_limit_per_minute} per minute"],
        default_limits=[f"{app.portal_config.rate_limit_per_minute} per minute"], headers_enabled=False,
    )  # fmt: skip
    # An unchanged feed costs less than counting it would, and its secret of 256 bits cannot be guessed.
    limiter.request_filter(
        lambda: bool(g.get("actor")) or app.testing or request.endpoint == "calendars.feed"
        or REHEARSAL in request.environ
    )  # fmt: skip
