"""How the application is loaded, and how gunicorn serves it: `gunicorn --config python:portal.serving --workers 4 …`.

Everything is loaded once, before gunicorn forks, so that its processes share that memory; what must not be shared is
made anew in each. A new release takes a restart: a HUP gives new processes, of the code that was loaded.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from portal.config import REHEARSAL, Config, from_environment

if TYPE_CHECKING:
    from portal.web.flow import Portal

# --- what gunicorn reads; its command line adds --bind and --workers -------------------------------------------------

wsgi_app = "portal.serving:application()"
preload_app = True
worker_class = "sync"
"""One thread per process measured fastest on both databases."""
timeout = 60
graceful_timeout = 30
max_requests = 5000
max_requests_jitter = 500
limit_request_line = 4094
control_socket_disable = True


def application() -> Portal:
    """The application for gunicorn. Its worker waits for `post_worker_init`: a thread would not live through the fork.

    Raises UnsafeSetting for an unsafe setting, and RuntimeError when a view declares no access rule.
    """
    with collecting_nothing():
        app = load(replace(from_environment(os.environ), worker_inside=False))
        rehearse(app)
    return app


def rehearse(app: Portal) -> None:
    """Draw the sign-in page once for nobody, and close the connections that it took.

    Somebody would wait for what the first page makes (templates, statements, translations, the frame); made before
    the fork it is shared. A database that is away or behind makes this an error page, which is logged.
    """
    from werkzeug.test import EnvironBuilder, run_wsgi_app

    from portal.kernel.db import db

    environ = EnvironBuilder("/sign-in", base_url=app.portal_config.public_url).get_environ()
    run_wsgi_app(app, {**environ, "REMOTE_ADDR": "127.0.0.1", REHEARSAL: True}, buffered=True)
    with app.app_context():
        db.engine.dispose()


def post_worker_init(worker: Any) -> None:
    """In each process, before its first request: connections of its own, and the worker where it is wanted inside."""
    app: Portal = worker.wsgi
    forget_connections(app)
    if from_environment(os.environ).worker_inside:
        from portal.jobs import start_inside

        start_inside(app)


# --- loading ---------------------------------------------------------------------------------------------------------


def load(config: Config) -> Portal:
    """Import the rooms and build the application; see `portal.app.create_app`."""
    with collecting_nothing():
        from portal.app import create_app

        return create_app(config)


@contextmanager
def collecting_nothing() -> Iterator[None]:
    """Look for no garbage inside: what is loaded is there to stay, and looking through it again and again takes a
    fifth of the start. Afterwards it is set aside for good, so that no process ever looks at (and copies) it."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def forget_connections(app: Portal) -> None:
    """Let this process open database connections of its own. Those of the process it was forked from are left alone:
    closing them here would end them there."""
    from portal.kernel.db import db

    with app.app_context():
        db.engine.dispose(close=False)
