"""Invitations and cancellations by mail, since some calendars re-read a feed only after 8 to 24 hours."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from flask import current_app

from portal.calendars.ical import invitation_text, place_words, summary
from portal.calendars.models import Booking
from portal.kernel.outbox import Channel, queue
from portal.notices.queries import reached
from portal.web.language import speaking

KIND = "calendar-invitation"


def invite(booking: Booking, people: Iterable[str], *, now: datetime, cancelled: bool = False) -> None:
    """Queue a calendar message for those of these accounts who want it by mail. The caller commits.

    The facts carry the iCalendar text and what the mail's words need: initials, a kind of place, the time.
    """
    sender = current_app.portal_config.mail_sender  # type: ignore[attr-defined]
    method = "CANCEL" if cancelled else "REQUEST"
    for account in reached(people, KIND, Channel.MAIL):
        event = booking.ics_en if account.locale == "en" else booking.ics
        if cancelled:
            event = event.replace("STATUS:CONFIRMED", "STATUS:CANCELLED")
        if not event:
            continue
        with speaking(account.locale):
            what, place = summary(booking.kind, booking.title), place_words(booking.place)
        facts = {
            "ics": invitation_text(event, method=method, organizer=sender, attendee=account.email or ""),
            "method": method,
            "what": what, "place": place, "url": booking.url,
            "starts_at": booking.starts_at.isoformat() if booking.starts_at else "",
            "first_on": booking.first_on.isoformat() if booking.first_on else "",
        }  # fmt: skip
        queue(
            KIND, channel=Channel.MAIL, address=account.email or "", facts=facts, now=now, account_ref=account.ref,
            locale=account.locale, key=f"{booking.ref}:{booking.sequence}:{method}:{account.ref}",
        )  # fmt: skip
