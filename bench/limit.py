"""The minimal stack: Flask and SQLAlchemy Core, the same kind of rows, one template, no layout, no sign-in.

What it costs is the limit that the portal's pages are compared with, always in one run (see `bench.measure`).
"""

from __future__ import annotations

import hashlib
import os
import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Flask, abort, redirect, request
from sqlalchemy import (
    Column,
    Date,
    DateTime,
    Engine,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    and_,
    bindparam,
    create_engine,
    event,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.pool import NullPool
from werkzeug.wrappers import Response

TOKEN = "limit-feed-token"
FEED_BYTES = 20_000
TOWNS = ("石门镇", "清河街道", "兰溪镇", "东山乡", "柳林镇")
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴", "明华英兰玉梅芳军伟静"

metadata = MetaData()
volunteer = Table("limit_volunteer", metadata, Column("id", Integer, primary_key=True), Column("name", String(80)))
child = Table(
    "limit_child",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ref", String(24), unique=True),
    Column("name", String(80)),
    Column("town", String(80)),
    Column("category", String(40)),
    Column("risk", String(40)),
    Column("state", String(40)),
    Column("born_on", Date),
    Index("ix_limit_child_name_id", "name", "id"),
)
pairing = Table(
    "limit_pairing",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("child_id", ForeignKey("limit_child.id"), index=True),
    Column("volunteer_id", ForeignKey("limit_volunteer.id")),
    Column("last_session_on", Date),
)
log = Table(
    "limit_log",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("pairing_id", ForeignKey("limit_pairing.id"), index=True),
    Column("held_on", Date),
    Column("length_minutes", Integer),
    Column("way", String(40)),
    Column("text", Text),
    Column("written_at", DateTime(timezone=True)),
)
feed = Table("limit_feed", metadata, Column("token_hash", String(64), primary_key=True), Column("body", Text))
feed_event = Table(
    "limit_feed_event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("text", Text),
    Column("state", String(40)),
    Column("starts_at", DateTime(timezone=True)),
)
feed_reader = Table(
    "limit_feed_reader",
    metadata,
    Column("event_id", ForeignKey("limit_feed_event.id"), primary_key=True),
    Column("reader", String(24), index=True),
)

LIST = (
    select(
        child.c.id,
        child.c.ref,
        child.c.name,
        child.c.town,
        child.c.category,
        child.c.risk,
        child.c.state,
        child.c.born_on,
        volunteer.c.name.label("mentor"),
        pairing.c.last_session_on,
    )
    .join_from(child, pairing, pairing.c.child_id == child.c.id, isouter=True)
    .join(volunteer, volunteer.c.id == pairing.c.volunteer_id, isouter=True)
    .where(
        or_(
            child.c.name > bindparam("name"),
            and_(child.c.name == bindparam("name"), child.c.id > bindparam("id")),
        )
    )
    .order_by(child.c.name, child.c.id)
    .limit(bindparam("size"))
)
EVENT = (
    "BEGIN:VEVENT\r\nUID:limit-{0}@limit\r\nDTSTAMP:20230917T000000Z\r\nDTSTART;TZID=Asia/Shanghai:20230917T090000\r\n"
    "DTEND;TZID=Asia/Shanghai:20230917T100000\r\nSEQUENCE:0\r\nSUMMARY:XY\r\nLOCATION:home\r\nEND:VEVENT\r\n"
)
EVENTS = (
    select(feed_event.c.text)
    .join_from(feed_event, feed_reader, feed_reader.c.event_id == feed_event.c.id)
    .where(
        feed_reader.c.reader == bindparam("reader"),
        feed_event.c.starts_at >= bindparam("since"),
        feed_event.c.state == "standing",
    )
    .order_by(feed_event.c.id)
)
KEEP = update(feed).where(feed.c.token_hash == "joined").values(body=bindparam("joined"))
FEED = select(feed.c.body).where(feed.c.token_hash == bindparam("token_hash"))

PAGE = """<!doctype html><html lang="zh"><meta charset="utf-8"><title>孩子</title><h1>孩子</h1><table>
{% for row in rows %}<tr><td><a href="/children/{{ row.ref }}">{{ row.name }}</a><td>{{ row.town }}
<td>{{ row.category }}<td>{{ row.risk }}<td>{{ row.state }}<td>{{ row.born_on }}
<td>{{ row.mentor or '' }}<td>{{ row.last_session_on or '' }}</tr>
{% endfor %}</table>
{% if last %}<a href="?name={{ last.name | urlencode }}&amp;id={{ last.id }}">下一页</a>{% endif %}</html>"""


def make_engine(url: str) -> Engine:
    """An engine as durable as the portal's: WAL with full synchronisation on SQLite, else the server's own defaults."""
    engine = create_engine(url)
    if engine.dialect.name != "sqlite":
        return engine

    @event.listens_for(engine, "connect")
    def durable(connection: Any, _record: Any) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def fill(url: str, children: int) -> None:
    """Make the tables anew with this many children, nearly all paired, and one feed. Always the same rows."""
    engine = create_engine(url, poolclass=NullPool)
    dice = random.Random(20230917)
    metadata.drop_all(engine)
    metadata.create_all(engine)

    def person() -> str:
        return dice.choice(SURNAMES) + dice.choice(GIVEN) + dice.choice(GIVEN)

    with engine.begin() as connection:
        connection.execute(insert(volunteer), [{"id": i, "name": person()} for i in range(1, children + 1)])
        connection.execute(
            insert(child),
            [
                {
                    "id": i,
                    "ref": f"child{i:019d}",
                    "name": person(),
                    "town": dice.choice(TOWNS),
                    "category": "distressed",
                    "risk": dice.choice(("green", "blue", "yellow", "red")),
                    "state": "active",
                    "born_on": date(2008, 1, 1) + timedelta(dice.randrange(4000)),
                }
                for i in range(1, children + 1)
            ],
        )
        connection.execute(
            insert(pairing),
            [
                {
                    "id": i,
                    "child_id": i,
                    "volunteer_id": i,
                    "last_session_on": date(2023, 9, 17) - timedelta(dice.randrange(60)),
                }
                for i in range(1, children + 1)
                if i % 7
            ],
        )
        token_hash = hashlib.sha256(TOKEN.encode()).hexdigest()
        connection.execute(insert(feed), {"token_hash": token_hash, "body": "X" * FEED_BYTES})
        connection.execute(insert(feed), {"token_hash": "joined", "body": ""})
        start = datetime(2023, 9, 17, tzinfo=UTC)
        connection.execute(
            insert(feed_event),
            [{"id": i, "text": EVENT.format(i), "state": "standing", "starts_at": start} for i in range(1, 501)],
        )
        connection.execute(insert(feed_reader), [{"event_id": i, "reader": "reader"} for i in range(1, 501)])
    engine.dispose()


def create_app(url: str | None = None) -> Flask:
    """The application; without an address it takes LIMIT_DATABASE_URL, so that gunicorn can make it."""
    app = Flask("bench.limit", static_folder=None)
    engine = make_engine(url or os.environ["LIMIT_DATABASE_URL"])
    template = app.jinja_env.from_string(PAGE)
    app.extensions["engine"] = engine

    @app.get("/children")
    def children() -> str:
        size = request.args.get("size", 25, type=int)
        after = {"name": request.args.get("name", ""), "id": request.args.get("id", 0, type=int)}
        with engine.connect() as connection:
            rows = connection.execute(LIST, {**after, "size": size}).all()
        return template.render(rows=rows, last=rows[-1] if len(rows) == size else None)

    @app.post("/post")
    def post() -> Response:
        text = request.form["text"].strip()
        if not text:
            abort(422)
        with engine.begin() as connection:
            connection.execute(
                insert(log),
                {
                    "pairing_id": int(request.form["pairing"]),
                    "held_on": date.fromisoformat(request.form["on"]),
                    "length_minutes": int(request.form["length"]),
                    "way": request.form["way"],
                    "text": text,
                    "written_at": datetime.now(UTC),
                },
            )
        return redirect("/children", 303)

    @app.get("/feed-static/<token>")
    def feed_static(token: str) -> Response:
        with engine.connect() as connection:
            body = connection.execute(FEED, {"token_hash": hashlib.sha256(token.encode()).hexdigest()}).scalar()
        if body is None:
            abort(404)
        answer = Response(body, mimetype="text/calendar")
        answer.set_etag("unchanged")
        return answer.make_conditional(request)

    @app.get("/feed-joined")
    def feed_joined() -> Response:
        """Joined anew and kept, with a durable write (the portal lets the database join, and keeps nothing)."""
        with engine.begin() as connection:
            texts = connection.execute(
                EVENTS, {"reader": "reader", "since": datetime(2023, 1, 1, tzinfo=UTC)}
            ).scalars()
            body = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + "".join(texts) + "END:VCALENDAR\r\n"
            connection.execute(KEEP, {"joined": body})
        return Response(body, mimetype="text/calendar")

    return app
