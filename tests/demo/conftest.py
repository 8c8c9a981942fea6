"""One demo at full size for this folder's tests, in a database of its own."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.app import create_app
from portal.config import Config
from portal.demo.load import load
from portal.kernel.db import Model, db, session
from portal.kernel.secrets import Vault, use_vault
from portal.web.flow import Portal
from tests.conftest import ADMIN_URL, KEYS, ON_POSTGRES

AS_OF = date(2026, 11, 23)
SEED = 7


@contextmanager
def own_database(folder: str) -> Iterator[str]:
    """The address of an empty database, dropped afterwards."""
    if not ON_POSTGRES:
        yield f"sqlite:///{folder}/demo.sqlite"
        return
    name = f"portal_demo_{secrets.token_hex(6)}"
    admin = sa.create_engine(ADMIN_URL, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    try:
        yield sa.make_url(ADMIN_URL).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        admin.dispose()


@pytest.fixture(scope="session")
def lanshan_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """An application whose database holds the demo. Tests here only read it."""
    folder = tmp_path_factory.mktemp("demo")
    with own_database(str(folder)) as url:
        made = create_app(Config(database_url=url, instance=folder, demo=True, **KEYS), TESTING=True)
        with made.app_context():
            Model.metadata.create_all(db.engine)
        load(made, as_of=AS_OF, seed=SEED)
        yield made
        with made.app_context():
            db.engine.dispose()


@pytest.fixture
def lanshan(lanshan_app: Portal) -> Iterator[Session]:
    """A session on the demo."""
    use_vault(Vault(KEYS["field_keys"], KEYS["index_key"]))
    with lanshan_app.app_context():
        yield session()
        session().rollback()
