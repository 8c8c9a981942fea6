"""iCalendar text (RFC 5545): one VEVENT per booking and language, joined into feeds and invitations.

Everything that a person typed is stripped of what breaks readers (NUL, VT, FF, line separators); one bad record gives
an empty text and a line in the log, never a broken feed.
"""

from __future__ import annotations

import hashlib
import logging
import re
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from flask import current_app

from portal.calendars.models import Booking, BookingState
from portal.kernel.clock import zone
from portal.kernel.words import N_
from portal.web.language import LOCALES, _, speaking

log = logging.getLogger("portal")
PRODUCT = "-//portal//calendar//EN"
REFRESH = "PT1H"
"""How often a calendar program may ask again. Some ask every 8–24 hours whatever this says."""
ALARM_MINUTES = 60
LAYOUT = 1
"""Rises when the same bookings give another text, so that no program keeps the old one."""
KIND_WORDS = {
    "session": N_("Mentoring session"),
    "meeting": N_("Group meeting"),
    "camp": N_("Camp"),
    "training": N_("Training"),
}
_UNSAFE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")

SHANGHAI = """\
BEGIN:VTIMEZONE
TZID:Asia/Shanghai
BEGIN:STANDARD
DTSTART:19910915T000000
TZOFFSETFROM:+0900
TZOFFSETTO:+0800
TZNAME:CST
END:STANDARD
END:VTIMEZONE
""".replace("\n", "\r\n")
"""No summer time since September 1991. Source: IANA time zone database."""


def plain(text: str, most: int = 200) -> str:
    """Typed text on one line, without what no calendar reader expects."""
    return " ".join(_UNSAFE.sub(" ", text).split())[:most]


def summary(kind: str, title: str) -> str:
    """What stands on a calendar's line, in the language spoken now: the kind's word and the initials."""
    words = _(KIND_WORDS[kind]) if kind in KIND_WORDS else ""
    return " · ".join(part for part in (words, _(title) if title else "") if part)


def place_words(place: str) -> str:
    """A kind of place in the language spoken now; a typed one as it is."""
    return _(place) if place else ""


def event_texts(booking: Booking) -> dict[str, str]:
    """The booking's VEVENT in every language. A language whose text cannot be made is '' and is logged."""
    made = {}
    for locale in LOCALES:
        try:
            with speaking(locale):
                made[locale] = _event(booking)
        except (ValueError, TypeError, KeyError, OverflowError) as error:
            log.error("booking %s has no calendar text: %s", booking.ref, type(error).__name__)
            made[locale] = ""
    return made


def _event(booking: Booking) -> str:
    from icalendar import Alarm, Event

    event = Event()
    event.add("uid", booking.uid)
    event.add("sequence", booking.sequence)
    event.add("dtstamp", booking.changed_at)
    event.add("last-modified", booking.changed_at)
    _add_times(event, booking)
    words = plain(summary(booking.kind, booking.title), 240)
    event.add("summary", words)
    if booking.place:
        event.add("location", plain(place_words(booking.place)))
    if booking.url:
        event.add("url", current_app.portal_config.public_url + quote(booking.url, safe="/?=&-._~%"))  # type: ignore[attr-defined]
    event.add("class", "PRIVATE")
    if booking.state is BookingState.CANCELLED:
        event.add("status", "CANCELLED")
    else:
        event.add("status", "CONFIRMED")
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", words)
        alarm.add("trigger", timedelta(minutes=-ALARM_MINUTES) if booking.starts_at else timedelta(hours=-6))
        event.add_component(alarm)
    text: str = event.to_ical().decode()
    return text


def _add_times(event: Any, booking: Booking) -> None:
    """Timed in the programme's zone; whole days as dates with an exclusive end."""
    if booking.starts_at is not None:
        event.add("dtstart", booking.starts_at.astimezone(zone()))
        event.add("dtend", (booking.ends_at or booking.starts_at + timedelta(hours=1)).astimezone(zone()))
    elif booking.first_on is not None:
        event.add("dtstart", booking.first_on)
        event.add("dtend", (booking.last_on or booking.first_on) + timedelta(days=1))
        event.add("transp", "TRANSPARENT")


@lru_cache(maxsize=4)
def time_zone_text(name: str) -> str:
    """The VTIMEZONE of a zone, by its IANA name."""
    if name == "Asia/Shanghai":
        return SHANGHAI
    from zoneinfo import ZoneInfo

    from icalendar import Timezone

    text: str = Timezone.from_tzinfo(ZoneInfo(name)).to_ical().decode()
    return text


def feed_head(*, name: str, uid: str) -> bytes:
    """What stands before the events of a feed."""
    head = [
        "BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN", "METHOD:PUBLISH", f"UID:{uid}",
        *folded(f"X-WR-CALNAME:{escaped(name)}"), f"X-WR-TIMEZONE:{zone().key}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}", f"X-PUBLISHED-TTL:{REFRESH}",
    ]  # fmt: skip
    return ("\r\n".join(head) + "\r\n" + time_zone_text(zone().key)).encode()


def invitation_text(event: str, *, method: str, organizer: str, attendee: str) -> str:
    """One event as a message to one person (`REQUEST` or `CANCEL`), who is its only named attendee. RFC 5546."""
    people = [
        *folded(f"ORGANIZER:mailto:{plain(organizer)}"),
        *folded(f"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE:mailto:{plain(attendee)}"),
    ]
    inside = event.replace("END:VEVENT\r\n", "\r\n".join(people) + "\r\nEND:VEVENT\r\n")
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN", f"METHOD:{method}"]
    return "\r\n".join(head) + "\r\n" + time_zone_text(zone().key) + inside + "END:VCALENDAR\r\n"


def escaped(text: str) -> str:
    """Text as a value of a line."""
    return plain(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def folded(line: str) -> list[str]:
    """A line cut after 75 bytes at most, never inside a character."""
    parts, part = [], ""
    for character in line:
        if len((part + character).encode()) > 74:
            parts.append(part)
            part = ""
        part += character
    return [parts[0], *(" " + p for p in [*parts[1:], part])] if parts else [part]


def etag_of(ref: str, locale: str, stale_no: int, day: date) -> str:
    """The strong tag of a feed: what its bytes follow from, so that nothing is joined to know that nothing changed.
    `stale_no` rises with every change of its events; a new day lets old ones go."""
    return hashlib.sha256(f"{LAYOUT} {ref} {locale} {stale_no} {day}".encode()).hexdigest()[:32]
