"""Writing bookings (publish one, call it off) and feeds (make, rotate, revoke).

Every change of a booking makes the feeds of its people new.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from portal.audit.operations import record
from portal.calendars.ical import event_texts, plain
from portal.calendars.invitations import invite
from portal.calendars.models import Booking, BookingAudience, BookingResource, BookingState, Feed, FeedPurpose
from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.db import session
from portal.kernel.errors import DomainError
from portal.kernel.events import booking_changed
from portal.kernel.secrets import new_token, token_hash
from portal.kernel.words import N_


def publish(
    subject: Any,
    *,
    kind: str,
    title: str,
    place: str,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    first_on: date | None = None,
    last_on: date | None = None,
    url: str,
    region_path: str,
    audience: Iterable[str],
    resources: Iterable[str],
    now: datetime,
) -> Booking:
    """Put a record (any row with a `ref`) into the calendars of its people; the same record again changes its booking.

    `kind` is `session` (later `meeting`, `camp`, `training`): its word in the reader's language is put before
    `title`, which is the initials or a code alone. `place` is the English message id of a kind of place. Never a name
    or an address. `audience` are account refs, `resources` keys such as `child:<ref>`, `volunteer:<ref>`. Timed, or
    whole days (`last_on` included). SEQUENCE rises when time or place changes or a cancelled one stands again. The
    caller commits.
    """
    booking = _of(subject)
    before: set[str] = set()
    if booking is None:
        booking = Booking(
            subject_kind=type(subject).__tablename__,
            subject_ref=subject.ref,
            changed_at=now,
            state=BookingState.STANDING,
        )
        booking.uid, booking.sequence = f"{booking.ref}@portal", 0
        session().add(booking)
        moved = is_new = True
    else:
        is_new, before = False, set(_audience(booking))
        old = (
            booking.starts_at,
            booking.ends_at,
            booking.first_on,
            booking.last_on,
            booking.place,
            BookingState.STANDING,
        )
        moved = (starts_at, ends_at, first_on, last_on, plain(place, 120), booking.state) != old
        booking.sequence += int(moved)
    changed = is_new or moved or (booking.kind, booking.title, booking.url) != (kind, plain(title), url)
    booking.kind, booking.title, booking.place, booking.url = kind, plain(title), plain(place, 120), url
    booking.region_path, booking.state, booking.cancelled_at = region_path, BookingState.STANDING, None
    booking.starts_at, booking.ends_at, booking.first_on, booking.last_on = starts_at, ends_at, first_on, last_on
    session().flush()
    people, keys = list(dict.fromkeys(a for a in audience if a)), list(dict.fromkeys(resources))
    _set_audience(booking, people)
    _set_resources(booking, keys)
    if changed:
        booking.changed_at = now
        _render(booking)
    if moved:
        invite(booking, people, now=now)
    else:
        invite(booking, [p for p in people if p not in before], now=now)
    invite(booking, [p for p in before if p not in people], now=now, cancelled=True)
    _expire_feeds(before.union(people))
    booking_changed.send(booking, now=now)
    return booking


def cancel(subject: Any, *, now: datetime) -> None:
    """Call a record's booking off; feeds show it as cancelled for 30 days. Twice, or without a booking, is harmless.

    The caller commits.
    """
    booking = _of(subject)
    if booking is None or booking.state is BookingState.CANCELLED:
        return
    booking.state, booking.cancelled_at, booking.changed_at = BookingState.CANCELLED, now, now
    booking.sequence += 1
    _render(booking)
    people = _audience(booking)
    invite(booking, people, now=now, cancelled=True)
    _expire_feeds(people)
    booking_changed.send(booking, now=now)


def _of(subject: Any) -> Booking | None:
    return session().scalar(
        select(Booking).where(Booking.subject_kind == type(subject).__tablename__, Booking.subject_ref == subject.ref)
    )


def _audience(booking: Booking) -> list[str]:
    return list(session().scalars(select(BookingAudience.account_ref).where(BookingAudience.booking_id == booking.id)))


def _render(booking: Booking) -> None:
    texts = event_texts(booking)
    booking.ics, booking.ics_en = texts["zh_Hans"], texts["en"]


def _set_audience(booking: Booking, people: list[str]) -> None:
    held = set(_audience(booking))
    session().execute(
        delete(BookingAudience).where(
            BookingAudience.booking_id == booking.id, BookingAudience.account_ref.not_in(people)
        )
    )
    session().add_all(BookingAudience(booking_id=booking.id, account_ref=p) for p in people if p not in held)


def _set_resources(booking: Booking, keys: list[str]) -> None:
    held = set(session().scalars(select(BookingResource.key).where(BookingResource.booking_id == booking.id)))
    session().execute(
        delete(BookingResource).where(BookingResource.booking_id == booking.id, BookingResource.key.not_in(keys))
    )
    session().add_all(BookingResource(booking_id=booking.id, key=k) for k in keys if k not in held)


def _expire_feeds(people: Iterable[str]) -> None:
    """Make the tags of these people's feeds new, so that the next fetch is answered whole."""
    session().execute(
        update(Feed)
        .where(Feed.account_ref.in_(list(people)), Feed.ended_at.is_(None))
        .values(stale_no=Feed.stale_no + 1)
    )


def make_feed(purpose: FeedPurpose, *, locale: str, actor: Actor, now: datetime) -> str:
    """Make the actor's secret calendar address for a purpose; gives its token, which is never shown again.

    The caller commits. Raises DomainError when there is one already: it can be replaced.
    """
    token = new_token()
    feed = Feed(
        account_ref=actor.account_ref, purpose=purpose, locale=locale, token_hash=token_hash(token), made_at=now
    )
    session().add(feed)
    try:
        session().flush()
    except IntegrityError as error:
        raise DomainError(N_("You have this calendar address already. Replace it when it is lost.")) from error
    record("feed-made", feed, actor=actor, now=now, purpose=purpose.value)
    return token


def rotate_feed(feed: Feed, *, locale: str, actor: Actor, now: datetime) -> str:
    """Give a feed a new address; the old one is refused from now on. Gives the new token. The caller commits."""
    token = new_token()
    feed.token_hash, feed.locale, feed.made_at = token_hash(token), locale, now
    feed.fetched_at, feed.fetched_by = None, ""
    feed.stale_no += 1
    record("feed-rotated", feed, actor=actor, now=now)
    return token


def revoke_feed(feed: Feed, *, actor: Actor, now: datetime) -> None:
    """End a feed: its address is refused from now on. The caller commits."""
    feed.ended_at = now
    record("feed-revoked", feed, actor=actor, now=now)


def revoke_feeds_of(account_ref: str, *, now: datetime, actor: Actor = SYSTEM) -> None:
    """End every feed of an account that has ended. The caller commits."""
    for feed in session().scalars(select(Feed).where(Feed.account_ref == account_ref, Feed.ended_at.is_(None))):
        revoke_feed(feed, actor=actor, now=now)
