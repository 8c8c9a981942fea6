"""Reading bookings: what clashes, what stands in somebody's calendar, what goes into a feed."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, LargeBinary, TypeDecorator, and_, bindparam, case, func, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from portal.access.models import Account
from portal.calendars.ical import event_texts
from portal.calendars.models import Booking, BookingAudience, BookingResource, BookingState, Feed
from portal.calendars.policy import feeds_of
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import local_day, start_of
from portal.kernel.db import session, within
from portal.kernel.errors import NotFound
from portal.kernel.secrets import token_hash
from portal.places import settings

log = logging.getLogger("portal")
FEED_PAST_DAYS = 180
CANCELLED_DAYS = 30
"""A cancelled date stays in feeds and pages so long, so that every calendar takes it away."""
MOST_EVENTS = 2000
"""In one page of a calendar. A district's month has some hundreds."""


def conflicts(
    resources: Iterable[str], starts_at: datetime, ends_at: datetime, *, besides_ref: str = ""
) -> Sequence[Any]:
    """The standing bookings that take up one of these resources at that time, earliest first.

    Rows have `ref`, `kind`, `title`, `place`, `starts_at`, `ends_at`, `first_on`, `last_on`, `url`, `subject_ref` and
    `key` (the resource). `besides_ref` is the booking, or the record it is about, that is being moved itself.
    """
    keys = list(dict.fromkeys(resources))
    if not keys:
        return []
    timed = and_(Booking.starts_at < ends_at, Booking.ends_at > starts_at)
    last_moment = ends_at - timedelta(microseconds=1)
    days = and_(Booking.first_on <= local_day(last_moment), _last_day() >= local_day(starts_at))
    return session().execute(
        select(
            Booking.ref, Booking.kind, Booking.title, Booking.place, Booking.starts_at, Booking.ends_at,
            Booking.first_on, Booking.last_on, Booking.url, Booking.subject_ref, BookingResource.key,
        )
        .join(BookingResource, BookingResource.booking_id == Booking.id)
        .where(
            BookingResource.key.in_(keys), Booking.state == BookingState.STANDING, or_(timed, days),
            Booking.ref != besides_ref, Booking.subject_ref != besides_ref,
        )
        .order_by(Booking.starts_at, Booking.id)
    ).all()  # fmt: skip


def _last_day() -> Any:
    return case((Booking.last_on.is_(None), Booking.first_on), else_=Booking.last_on)


def events_between(actor: Actor, first: date, last: date, *, region: bool, now: datetime) -> Sequence[Any]:
    """What stands on these days (both included): in one's own calendar, or in the regions that one coordinates.

    Rows have `ref`, `kind`, `title`, `place`, `starts_at`, `ends_at`, `first_on`, `last_on`, `url`, `state`.
    """
    from_at, to_at = start_of(first), start_of(last + timedelta(days=1))
    timed = and_(Booking.starts_at >= from_at, Booking.starts_at < to_at)
    days = and_(Booking.first_on <= last, _last_day() >= first)
    statement = select(
        Booking.ref, Booking.kind, Booking.title, Booking.place, Booking.starts_at, Booking.ends_at, Booking.first_on,
        Booking.last_on, Booking.url, Booking.state,
    ).where(or_(timed, days), _shown(now))  # fmt: skip
    if region:
        statement = statement.where(within(Booking.region_path, actor.paths(Role.COORDINATOR)))
    else:
        statement = _mine(statement, actor.account_ref)
    return session().execute(statement.order_by(Booking.starts_at, Booking.id).limit(MOST_EVENTS)).all()


def _mine(statement: Any, account_ref: str) -> Any:
    return statement.join(BookingAudience, BookingAudience.booking_id == Booking.id).where(
        BookingAudience.account_ref == account_ref
    )


def _shown(now: datetime) -> Any:
    return or_(Booking.state == BookingState.STANDING, Booking.cancelled_at > now - timedelta(days=CANCELLED_DAYS))


def my_feeds(actor: Actor) -> Sequence[Any]:
    """One's own standing feeds: (ref, purpose, made_at, fetched_at, fetched_by)."""
    columns = feeds_of(actor).with_only_columns(Feed.ref, Feed.purpose, Feed.made_at, Feed.fetched_at, Feed.fetched_by)
    return session().execute(columns.order_by(Feed.purpose)).all()


def feed_or_404(actor: Actor, ref: str) -> Feed:
    """One's own standing feed, or NotFound."""
    feed = session().scalar(feeds_of(actor).where(Feed.ref == ref))
    if feed is None:
        raise NotFound
    return feed


SEPARATOR = "\x1e"
"""Between two kept texts that the database joins; `ical.plain` takes it out of everything that is typed."""
SEAM = b"END:VEVENT\r\n\x1eBEGIN:VEVENT\r\n"
_FEED, _OWNER = Feed.__table__.c, Account.__table__.c
_BOOKING, _READER = Booking.__table__.c, BookingAudience.__table__.c


class AsBytes(TypeDecorator[bytes]):
    """A long text that is wanted as bytes."""

    impl = LargeBinary
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """SQLite gives bytes. PostgreSQL gives text, since it writes each of its own bytes as two digits."""
        return None if dialect.name == "sqlite" else lambda text: None if text is None else text.encode()


class Utf8(FunctionElement[bytes]):
    """A text as bytes: SQLite need not make a string of what is only written out again."""

    name = "utf8"
    type = AsBytes()
    inherit_cache = True


@compiles(Utf8)
def _as_text(element: Utf8, compiler: Any, **kw: Any) -> str:
    return str(compiler.process(element.clauses, **kw))


@compiles(Utf8, "sqlite")
def _cast_to_bytes(element: Utf8, compiler: Any, **kw: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **kw)} AS BLOB)"


def _texts_of(column: str) -> Any:
    """The kept texts of one language in somebody's calendar. In the order of the index over its audience, which is that
    of making, so that nothing is sorted."""
    last_day = func.coalesce(_BOOKING.last_on, _BOOKING.first_on)
    return (
        select(_BOOKING.id, _BOOKING.ref, _BOOKING[column].label("ics"))
        .join_from(BookingAudience.__table__, Booking.__table__, _READER.booking_id == _BOOKING.id)
        .where(
            _READER.account_ref == bindparam("account_ref"),
            or_(_BOOKING.starts_at >= bindparam("since_at"), last_day >= bindparam("since_on")),
            or_(_BOOKING.state == BookingState.STANDING, _BOOKING.cancelled_at > bindparam("cancelled_after")),
        )
        .order_by(_READER.booking_id)
    )


def _joined(column: str) -> Any:
    """All those texts as one, by the database itself, so that no row of them is made here; and the settings."""
    texts = _texts_of(column).subquery()
    return select(Utf8(func.aggregate_strings(texts.c.ics, SEPARATOR)), settings.AS_TEXT)


# Programs ask for feeds all day long, so both are built once, and on the tables.
_BEHIND = (
    select(
        _FEED.id, _FEED.ref, _FEED.account_ref, _FEED.locale, _FEED.stale_no, _FEED.fetched_at, _FEED.fetched_by
    )
    .join_from(Feed.__table__, Account.__table__, _OWNER.ref == _FEED.account_ref)
    .where(_FEED.token_hash == bindparam("token_hash"), _FEED.ended_at.is_(None), _OWNER.is_active.is_(True))
)  # fmt: skip
_JOINED = {"zh_Hans": _joined("ics"), "en": _joined("ics_en")}


def feed_behind(token: str, connection: Connection) -> Any | None:
    """The standing feed with this secret, of an active account, as a row of columns; None otherwise."""
    return connection.execute(_BEHIND, {"token_hash": token_hash(token)}).first()


@lru_cache(maxsize=2)
def _shown_on(day: date) -> dict[str, Any]:
    """What a calendar of this day shows: a feed of one day is the same however often it is joined."""
    since = day - timedelta(days=FEED_PAST_DAYS)
    cancelled_after = start_of(day) - timedelta(days=CANCELLED_DAYS)
    return {"since_at": start_of(since), "since_on": since, "cancelled_after": cancelled_after}


def feed_events(account_ref: str, connection: Connection, *, locale: str, today: date) -> bytes:
    """The kept texts of everything in somebody's calendar, oldest first. One bad record is left out and logged."""
    joined, kept_settings = connection.execute(_JOINED[locale], {"account_ref": account_ref, **_shown_on(today)}).one()
    settings.take(kept_settings)
    if joined is None:
        return b""
    whole: bytes = joined.replace(b"\x1e", b"")
    fit = joined.startswith(b"BEGIN:VEVENT\r\n") and joined.endswith(b"END:VEVENT\r\n")
    if fit and joined.count(SEAM) == len(joined) - len(whole):
        return whole
    return "".join(_each_event(account_ref, locale, today)).encode()


def _each_event(account_ref: str, locale: str, today: date) -> list[str]:
    """The same, one by one: what has no text yet is rendered, what is no event is left out and logged."""
    statement = _texts_of("ics_en" if locale == "en" else "ics")
    rows = session().execute(statement, {"account_ref": account_ref, **_shown_on(today)}).all()
    missing = [r.id for r in rows if not r.ics]
    made = {}
    if missing:
        for booking in session().scalars(select(Booking).where(Booking.id.in_(missing))):
            made[booking.id] = event_texts(booking)[locale]
    texts = []
    for number, ref, kept in rows:
        text = kept or made.get(number, "")
        if text.startswith("BEGIN:VEVENT\r\n") and text.endswith("END:VEVENT\r\n") and SEPARATOR not in text:
            texts.append(text)
        else:
            log.error("booking %s is left out of a feed", ref)
    return texts
