"""Bringing a database to this version of the tables, by Alembic. Whether it is there already is asked without it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, inspect, pool, text

from portal.config import resource

if TYPE_CHECKING:
    from alembic.config import Config as AlembicConfig

REVISION = re.compile(r"^(revision|down_revision)\b[^=\n]*=\s*(.+)$", re.MULTILINE)


def alembic_config(database_url: str) -> AlembicConfig:
    """Alembic's settings for a database address."""
    from alembic.config import Config as AlembicConfig

    config = AlembicConfig()
    config.set_main_option("script_location", str(resource("migrations")))
    config.attributes["url"] = database_url
    return config


def upgrade(database_url: str, revision: str = "head") -> None:
    """Go up to a revision; harmless when it is reached already."""
    from alembic import command

    command.upgrade(alembic_config(database_url), revision)


def downgrade(database_url: str, revision: str) -> None:
    """Go down to a revision."""
    from alembic import command

    command.downgrade(alembic_config(database_url), revision)


def newest() -> set[str]:
    """The revisions that no other one follows, read from the migrations' heads: every start asks for them, and
    running all migrations to learn them takes as long as loading the portal."""
    made: set[str] = set()
    followed: set[str] = set()
    for file in resource("migrations").glob("versions/*.py"):
        for name, value in REVISION.findall(file.read_text(encoding="utf-8")):
            found = set(re.findall(r"""["']([^"']+)["']""", value))
            (made if name == "revision" else followed).update(found)
    return made - followed


def is_current(database_url: str) -> bool:
    """Whether the database is at the newest revision."""
    engine = create_engine(database_url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        at = set(connection.scalars(text("SELECT version_num FROM alembic_version")))
    return at == newest()
