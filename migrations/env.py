"""Alembic's environment: runs every migration in one transaction on the database that it is told."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import create_engine, event, pool

import portal.tables
from portal.kernel.db import EnumText, Model, UtcDateTime, on_begin_sqlite, on_connect_sqlite

config = context.config
engine = create_engine(config.attributes["url"], poolclass=pool.NullPool)
if engine.dialect.name == "sqlite":
    event.listen(engine, "connect", on_connect_sqlite)
    event.listen(engine, "begin", on_begin_sqlite)


def plain_type(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our own column types as the plain ones beneath them, so that a migration stands by itself."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, EnumText):
        return "sa.String(length=40)"
    return False


with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=portal.tables and Model.metadata,
        render_as_batch=False,
        render_item=plain_type,
    )
    with context.begin_transaction():
        context.run_migrations()
