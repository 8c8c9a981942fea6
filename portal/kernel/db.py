"""The database: base class, column types, the commit point. Works on SQLite and PostgreSQL from one set of models."""

from __future__ import annotations

import secrets
import time
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    String,
    TypeDecorator,
    and_,
    event,
    false,
    or_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Mapped, Session, mapped_column, registry
from sqlalchemy.sql.visitors import InternalTraversal

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """A moment. Aware UTC in Python; `timestamptz` on PostgreSQL, ISO text in UTC on SQLite. Refuses naive values."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class EnumText(TypeDecorator[StrEnum]):
    """A StrEnum kept as its text, so that the database can be read and a new value needs no change of type."""

    impl = String(40)
    cache_ok = True

    def __init__(self, enum: type[StrEnum]) -> None:
        super().__init__(40)
        self.enum = enum

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.enum(value).value

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """A look-up in C: a list of 25 children reads a hundred of these. KeyError for a text that is no member."""
        members: dict[str | None, StrEnum | None] = {member.value: member for member in self.enum}
        members[None] = None
        return members.__getitem__


def new_ref() -> str:
    """A random public name of a row, 96 bits, for addresses. The integer key stays inside."""
    return secrets.token_urlsafe(12)


IntPk = Annotated[int, mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)]
Ref = Annotated[str, mapped_column(String(24), unique=True, default=new_ref)]
Path = Annotated[str, mapped_column(String(240).with_variant(String(240, collation="C"), "postgresql"), index=True)]
"""A region path such as `/37/3713/371302/`. Compared byte by byte: a language's collation would ignore the slashes."""
Moment = Annotated[datetime, mapped_column(UtcDateTime)]
Day = Annotated[date, mapped_column(Date)]
Json = Annotated[Any, mapped_column(JSON)]


class Base(DeclarativeBase):
    """The base of every table. A `ref` is given when the object is made, since sealed fields are bound to it."""

    registry: ClassVar[registry] = registry(
        metadata=MetaData(naming_convention=NAMES), type_annotation_map={datetime: UtcDateTime, date: Date}
    )

    def __init__(self, **values: Any) -> None:
        if hasattr(type(self), "ref"):
            values.setdefault("ref", new_ref())
        # `ref` first: a sealed field is bound to it.
        for name in sorted(values, key=lambda n: n != "ref"):
            if not hasattr(type(self), name):
                raise TypeError(f"{name!r} is no field of {type(self).__name__}")
            setattr(self, name, values[name])


db = SQLAlchemy(model_class=Base, disable_autonaming=True, session_options={"autoflush": True})

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


def session() -> Session:
    """The request's (or job's) session."""
    return db.session()


class InsertUnlessThere:
    """An INSERT that leaves a row alone that has the same key already, where an error would cost the transaction.

    `key` names the columns of a unique index, `where` the condition of a partial one. Built once, for both databases.
    """

    def __init__(self, table: Any, key: Sequence[str], *, where: Any = None) -> None:
        made = {
            make.__module__.split(".")[2]: make(table).on_conflict_do_nothing(index_elements=key, index_where=where)
            for make in (sqlite.insert, postgresql.insert)
        }
        self._plain = {name: statement.inline() for name, statement in made.items()}
        self._giving_id = {name: statement.returning(table.c.id) for name, statement in made.items()}

    def run(self, values: dict[str, Any] | list[dict[str, Any]]) -> None:
        """Insert one row or several."""
        current = session()
        current.execute(self._plain[current.get_bind().dialect.name], values)

    def new_id(self, values: dict[str, Any]) -> int | None:
        """Insert one row; gives its id, or None when one with the same key stands."""
        current = session()
        found: int | None = current.execute(self._giving_id[current.get_bind().dialect.name], values).scalar()
        return found


def read_anew(model: type[Any], name: str, values: Collection[Any]) -> None:
    """A statement has changed rows past the objects that stand for them: whichever of these the session holds is read
    again when it is next looked at. They are those whose attribute `name` is one of `values`."""
    current = session()
    for row in list(current.identity_map.values()):
        if isinstance(row, model) and row.__dict__.get(name) in values:
            current.expire(row)


def state_column(enum: type[StrEnum], first: StrEnum | None = None) -> Mapped[Any]:
    """A column for a state or another closed list of words."""
    return mapped_column(EnumText(enum), default=first, index=first is not None)


def words_column(enum: type[StrEnum], default: StrEnum | None = None, *, nullable: bool | None = None) -> Mapped[Any]:
    """A column for one word of a closed list that is not a state."""
    if nullable is None:
        return mapped_column(EnumText(enum), default=default)
    return mapped_column(EnumText(enum), default=default, nullable=nullable)


def within(column: InstrumentedAttribute[str] | ColumnElement[str], paths: tuple[str, ...]) -> ColumnElement[bool]:
    """Whether a region path column lies in one of these scopes. An empty scope contains nothing.

    A range instead of LIKE: it uses the plain index on both databases (paths end in `/`, and `0` follows `/`).
    """
    if not paths:
        return false()
    return or_(*(and_(column >= p, column < p[:-1] + "0") for p in paths))


class Unindexed(ColumnElement[Any]):
    """A column that SQLite shall not look up by an index.

    It knows nothing of how many rows a value has: for a list of open files it would take the index on the state, read
    every open file and sort them all, where walking the index of the order stops after one page. PostgreSQL counts.
    """

    inherit_cache = True

    def __init__(self, column: Any) -> None:
        self.column = column
        self.type = column.type

    _traverse_internals = [("column", InternalTraversal.dp_clauseelement)]


@compiles(Unindexed)
def _plain(element: Unindexed, compiler: Any, **kw: Any) -> str:
    return str(compiler.process(element.column, **kw))


@compiles(Unindexed, "sqlite")
def _with_plus(element: Unindexed, compiler: Any, **kw: Any) -> str:
    return "+" + str(compiler.process(element.column, **kw))


def on_connect_sqlite(connection: Any, _record: Any) -> None:
    """WAL with full durability, enforced foreign keys, triggers that may fire triggers."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA recursive_triggers=ON")
    connection.execute("PRAGMA busy_timeout=15000")
    connection.execute("PRAGMA cache_size=-32000")
    # SQLAlchemy begins by itself; IMMEDIATE is asked for where a transaction will write (see `begin_writing`).
    connection.isolation_level = None


def on_begin_sqlite(connection: Any) -> None:
    """Begin for real: pysqlite would otherwise begin only before the first write, and reads would not be repeatable.

    A request that will write takes the write lock at once, so that it waits for its turn instead of failing when a
    read transaction is raised to a writing one.
    """
    options = connection.get_execution_options()
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writing") else "BEGIN")


RESTED_SECONDS = 1.0
"""A connection that was used just now is trusted; one that has rested longer is asked first whether it still stands."""


def on_checkin(_connection: Any, record: Any) -> None:
    """Note since when a pooled connection rests."""
    record.info["since"] = time.monotonic()


def on_checkout(connection: Any, record: Any, _proxy: Any) -> None:
    """Ask a connection that has rested whether it stands: after a restart of the server the pool makes another one.

    The pool's own way asks at every request, which costs a journey to the server.
    """
    if time.monotonic() - record.info.get("since", time.monotonic()) > RESTED_SECONDS:
        try:
            connection.execute("SELECT 1")
            connection.rollback()
        except Exception as error:
            raise DisconnectionError from error


PREPARED_MOST = 400
"""Statements that a connection to PostgreSQL keeps prepared: about as many as the house has."""


def on_connect_postgres(connection: Any, _record: Any) -> None:
    """Keep more statements prepared than the usual hundred."""
    connection.prepared_max = PREPARED_MOST


def on_begin_postgres(connection: Any) -> None:
    """Nothing is written yet (see `end_reading`)."""
    connection.info["wrote"] = False


def on_execute_postgres(connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
    """Whatever is not plainly a question counts as written."""
    if not statement.startswith("SELECT"):
        connection.info["wrote"] = True


def end_reading() -> None:
    """End the transaction of a request that keeps nothing.

    psycopg forgets all its prepared statements at a rollback, and to plan them anew costs more than most pages. So a
    transaction in which nothing was written ends with a commit; any other is rolled back.
    """
    current = db.session()
    if (
        current.in_transaction()
        and current.get_bind().dialect.name == "postgresql"
        and not (current.new or current.dirty or current.deleted)
        and current.connection().info.get("wrote") is False
    ):
        current.commit()
    else:
        current.rollback()


def prepare_engine(engine: Engine) -> None:
    """Attach what each database needs."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", on_connect_sqlite)
        event.listen(engine, "begin", on_begin_sqlite)
    else:
        event.listen(engine, "connect", on_connect_postgres)
        event.listen(engine, "begin", on_begin_postgres)
        event.listen(engine, "before_cursor_execute", on_execute_postgres)
        event.listen(engine, "checkin", on_checkin)
        event.listen(engine, "checkout", on_checkout)


def begin_writing() -> None:
    """Say, before the first statement, that this transaction will write (SQLite takes its lock now)."""
    current = db.session()
    if not current.in_transaction():
        current.connection(execution_options={"writing": True})


def init_db(app: Flask, url: str) -> None:
    """Bind the database to the application."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    # The connection used last holds its pages and prepared statements still.
    options: dict[str, Any] = {"pool_use_lifo": True}
    if url.startswith("sqlite"):
        options["connect_args"] = {"check_same_thread": False, "timeout": 15}
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
