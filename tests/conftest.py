"""What every test stands on: an application, an empty database, people who can sign in.

`PORTAL_TEST_DATABASE=postgresql` runs the suite on PostgreSQL (admin address in `PORTAL_TEST_PG`), otherwise on SQLite.
Each worker has a database of its own with a random name; each test begins with empty tables.
"""

from __future__ import annotations

import base64
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from portal.access.models import Account, AccountSession
from portal.app import create_app
from portal.config import Config
from portal.kernel.clock import now
from portal.kernel.db import Model, db
from portal.kernel.secrets import new_token, token_hash
from portal.web.flow import Portal
from tests import factories

ON_POSTGRES = os.environ.get("PORTAL_TEST_DATABASE", "sqlite").startswith("postgres")
ADMIN_URL = os.environ.get("PORTAL_TEST_PG", "postgresql+psycopg://postgres@127.0.0.1:5432/test").replace(
    "postgresql://", "postgresql+psycopg://"
)
KEYS = {
    "secret_key": "test-" * 10,
    "field_keys": "k1:" + base64.b64encode(b"k" * 32).decode(),
    "index_key": "index-" * 10,
}

EMPTY_ALL = sa.text("SELECT empty_all(:names)")
EMPTY_FUNCTION = """
CREATE OR REPLACE FUNCTION empty_all(names text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE name text; used boolean;
BEGIN
  FOREACH name IN ARRAY names LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', name) INTO used;
    IF used THEN
      EXECUTE format('DELETE FROM %I', name);
      PERFORM setval(pg_get_serial_sequence(quote_ident(name), 'id'), 1, false);
    END IF;
  END LOOP;
END $$"""
"""Truncating all tables takes a tenth of a second, deleting what a test has left a hundredth of it."""


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database of this worker's own, dropped afterwards."""
    if not ON_POSTGRES:
        yield f"sqlite:///{tmp_path_factory.mktemp('db') / 'portal.sqlite'}"
        return
    name = f"portal_test_{secrets.token_hex(6)}"
    admin = sa.create_engine(ADMIN_URL, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
        # Which rows survive the power going out is not what these tests ask.
        connection.exec_driver_sql(f"ALTER DATABASE {name} SET synchronous_commit = off")
    try:
        yield sa.make_url(ADMIN_URL).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        admin.dispose()


@pytest.fixture(scope="session")
def app(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The application on an empty database with all tables and triggers."""
    config = Config(database_url=database_url, instance=tmp_path_factory.mktemp("instance"), **KEYS)
    made = create_app(config, TESTING=True, PROPAGATE=True)
    with made.app_context():
        Model.metadata.create_all(db.engine)
        if ON_POSTGRES:
            with db.engine.begin() as connection:
                connection.exec_driver_sql(EMPTY_FUNCTION.replace("%", "%%"))
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def _empty(app: Portal, tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    if ON_POSTGRES:
        return None
    source = Path(app.portal_config.database_url.removeprefix("sqlite:///"))
    with app.app_context():
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.rollback()
        db.engine.dispose()
    kept = tmp_path_factory.mktemp("empty") / "portal.sqlite"
    shutil.copy(source, kept)
    return kept


@pytest.fixture(autouse=True)
def clean_database(request: pytest.FixtureRequest) -> Iterator[None]:
    """Begin each test that uses the application with empty tables."""
    if "app" not in request.fixturenames:
        yield
        return
    app: Portal = request.getfixturevalue("app")
    empty: Path | None = request.getfixturevalue("_empty")
    if empty is None:
        with app.app_context(), db.engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            connection.execute(EMPTY_ALL, {"names": list(Model.metadata.tables)})
    else:
        target = Path(app.portal_config.database_url.removeprefix("sqlite:///"))
        with app.app_context():
            db.engine.dispose()
        for suffix in ("-wal", "-shm"):
            target.with_name(target.name + suffix).unlink(missing_ok=True)
        shutil.copy(empty, target)
    yield


@pytest.fixture
def fresh(app: Portal) -> Callable[[], AbstractContextManager[Any]]:
    """A new context that sees only what was committed: `with fresh(): …`. Never keep one open around the client."""
    return app.app_context


@pytest.fixture
def made(app: Portal) -> factories.Factory:
    """Makes and commits records: `made.regions()`, `made.account(Role.COORDINATOR)`, `made.child()` …

    What it returns are detached rows whose columns are loaded.
    """
    return factories.Factory(app)


@pytest.fixture
def client(app: Portal) -> FlaskClient:
    """A stranger's browser, Chinese."""
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


@pytest.fixture
def sign_in(app: Portal) -> Callable[..., FlaskClient]:
    """`sign_in(account)` gives a browser in which that account is signed in (`locale='en'` for English)."""
    app.config["WTF_CSRF_ENABLED"] = False

    def enter(account: Account, *, locale: str = "en") -> FlaskClient:
        token = new_token()
        with app.app_context():
            moment = now()
            db.session.add(
                AccountSession(
                    account_id=account.id, token_hash=token_hash(token), created_at=moment - timedelta(seconds=1),
                    seen_at=moment, device="test",
                )
            )  # fmt: skip
            db.session.commit()
        browser = app.test_client()
        with browser.session_transaction() as cookie:
            cookie["_user_id"] = token
            cookie["_fresh"] = True
        browser.set_cookie("locale", locale)
        return browser

    return enter


@pytest.fixture
def statements(app: Portal) -> Callable[[], AbstractContextManager[list[str]]]:
    """`with statements() as seen:` collects the SQL statements sent to the database meanwhile."""

    @contextmanager
    def watching() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
                seen.append(statement)

        with app.app_context():
            engine = db.engine
        sa.event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            sa.event.remove(engine, "before_cursor_execute", note)

    return watching
