"""Bringing a database to this version of the tables, by Alembic."""

from __future__ import annotations

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, pool

from portal.config import resource


def alembic_config(database_url: str) -> AlembicConfig:
    """Alembic's settings for a database address."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(resource("migrations")))
    config.attributes["url"] = database_url
    return config


def upgrade(database_url: str, revision: str = "head") -> None:
    """Go up to a revision; harmless when it is reached already."""
    command.upgrade(alembic_config(database_url), revision)


def downgrade(database_url: str, revision: str) -> None:
    """Go down to a revision."""
    command.downgrade(alembic_config(database_url), revision)


def is_current(database_url: str) -> bool:
    """Whether the database is at the newest revision."""
    engine = create_engine(database_url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        at = set(MigrationContext.configure(connection).get_current_heads())
    return at == set(ScriptDirectory.from_config(alembic_config(database_url)).get_heads())
