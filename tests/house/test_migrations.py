"""Migrations: the newest one equals the models, goes up and down, and holds the same triggers."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

import portal.tables
from portal.kernel.db import Model
from portal.migrate import downgrade, is_current, upgrade
from tests.conftest import ADMIN_URL, ON_POSTGRES


@pytest.fixture
def empty_url(tmp_path: Path) -> Iterator[str]:
    if not ON_POSTGRES:
        yield f"sqlite:///{tmp_path / 'migrated.sqlite'}"
        return
    name = f"portal_migrated_{secrets.token_hex(6)}"
    admin = sa.create_engine(ADMIN_URL, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield sa.make_url(ADMIN_URL).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    admin.dispose()


def triggers(engine: sa.Engine) -> set[str]:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            return set(connection.scalars(sa.text("SELECT sql FROM sqlite_master WHERE type = 'trigger'")))
        return set(connection.scalars(sa.text("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal")))


def functions(engine: sa.Engine) -> set[str]:
    if engine.dialect.name == "sqlite":
        return set()
    with engine.connect() as connection:
        found = connection.scalars(
            sa.text("SELECT prosrc FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname = 'public'")
        )
        return {" ".join(text.split()) for text in found}


def test_the_newest_migration_equals_the_models(empty_url):
    assert portal.tables
    upgrade(empty_url)
    assert is_current(empty_url)
    engine = sa.create_engine(empty_url)
    with engine.connect() as connection:
        differences = compare_metadata(
            MigrationContext.configure(connection, opts={"compare_type": False}), Model.metadata
        )
    assert differences == []
    migrated, defined = triggers(engine), functions(engine)
    downgrade(empty_url, "base")
    assert sa.inspect(engine).get_table_names() in ([], ["alembic_version"])
    assert functions(engine) == set()
    Model.metadata.create_all(engine)
    assert {" ".join(t.split()) for t in migrated} == {" ".join(t.split()) for t in triggers(engine)}
    assert defined == functions(engine)
    engine.dispose()


def test_going_up_twice_is_harmless(empty_url):
    upgrade(empty_url)
    upgrade(empty_url)
    assert is_current(empty_url)
