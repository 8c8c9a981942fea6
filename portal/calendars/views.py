"""Pages of this room: month, week and agenda, one's calendar addresses, and the feed itself."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import bindparam, update

from portal.calendars import operations, queries
from portal.calendars.forms import PURPOSES, FeedForm
from portal.calendars.ical import etag_of, feed_head
from portal.calendars.models import Feed
from portal.calendars.pages import MONTHS, CalendarPage, days_with_events, shortened, terms_of
from portal.calendars.policy import sees_region
from portal.calendars.redaction import redact_logs
from portal.kernel.clock import now, today
from portal.kernel.db import db
from portal.kernel.words import N_
from portal.places.queries import corrections
from portal.places.settings import setting
from portal.web.access import allow
from portal.web.flow import Portal
from portal.web.language import _, day_text, locale, speaking
from portal.web.pages import page, submitted, tell
from portal.web.registries import NavItem

bp = Blueprint("calendars", __name__)
AGENDA_DAYS = 28
REGION_AGENDA_DAYS = 7
FETCH_NOTED_EVERY = timedelta(minutes=10)
"""The last fetch is behind by up to this, so that an unchanged feed costs no write."""
_FEED: Any = Feed.__table__
NOTE_FETCH = (
    update(_FEED)
    .where(_FEED.c.id == bindparam("feed_id"))
    .values(fetched_at=bindparam("fetched_at"), fetched_by=bindparam("fetched_by"))
)


@bp.get("/calendar")
@allow(signed_in=True)
def start() -> ResponseReturnValue:
    """The calendar begins with the month."""
    return month()


@bp.get("/calendar/month")
@allow(signed_in=True)
def month() -> ResponseReturnValue:
    """A month as full weeks, Monday first."""
    on = _wanted_day()
    first = on.replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    start_on = first - timedelta(days=first.weekday())
    last_on = after - timedelta(days=1)
    end_on = last_on + timedelta(days=6 - last_on.weekday())
    title = _("%(month)s %(year)s", month=_(MONTHS[on.month - 1]), year=on.year)
    before = (first - timedelta(days=1)).replace(day=1)
    return _calendar("month", title, start_on, end_on, before, after, month=on.month, most=5)


@bp.get("/calendar/week")
@allow(signed_in=True)
def week() -> ResponseReturnValue:
    """Seven days from Monday."""
    on = _wanted_day()
    first = on - timedelta(days=on.weekday())
    last = first + timedelta(days=6)
    title = _("%(first)s to %(last)s", first=day_text(first), last=day_text(last))
    return _calendar("week", title, first, last, first - timedelta(days=7), first + timedelta(days=7), most=12)


@bp.get("/calendar/agenda")
@allow(signed_in=True)
def agenda() -> ResponseReturnValue:
    """The coming days that hold something."""
    on = _wanted_day()
    length = timedelta(days=REGION_AGENDA_DAYS if _whole_region() else AGENDA_DAYS)
    last = on + length - timedelta(days=1)
    title = _("%(first)s to %(last)s", first=day_text(on), last=day_text(last))
    return _calendar("agenda", title, on, last, on - length, on + length, only_full=True, most=150)


def _wanted_day() -> date:
    """The day in the address; today when there is none that can be read."""
    try:
        on = date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        return today()
    return on if 2000 <= on.year <= 2100 else today()


def _whole_region() -> bool:
    return request.args.get("whose") == "region" and sees_region(g.actor)


def _calendar(
    view: str, title: str, first: date, last: date, before: date, after: date, *, most: int, month: int = 0,
    only_full: bool = False,
) -> Response:  # fmt: skip
    region = _whole_region()
    whose = "region" if region else None

    def way(endpoint: str, on: date | None, whose: str | None = whose) -> str:
        return url_for(f".{endpoint}", on=on.isoformat() if on else None, whose=whose)

    rows = queries.events_between(g.actor, first, last, region=region, now=now())
    days = days_with_events(
        first, last, rows, today=today(), month=month, corrections=corrections(), terms=terms_of(setting("term_dates"))
    )
    if only_full:
        days = [d for d in days if d.events]
    shortened(days, most, lambda day: way("agenda", day))
    on = _wanted_day() if request.args.get("on") else None
    cal = CalendarPage(title, way(view, before), way(view, after), way(view, None), days)
    tabs = [(label, way(name, on), name == view) for name, label in _views()]
    people = [(_("My dates"), way(view, on, None), not region), (_("My region"), way(view, on, "region"), region)]
    return page("calendars/calendar.html", cal=cal, view=view, tabs=tabs, people=people if sees_region(g.actor) else [])


def _views() -> list[tuple[str, str]]:
    return [("month", _("Month")), ("week", _("Week")), ("agenda", _("Agenda"))]


@bp.get("/my/feeds")
@allow(signed_in=True)
def feeds() -> ResponseReturnValue:
    """One's calendar addresses: made when, fetched when."""
    return _feeds_page(FeedForm())


@bp.post("/my/feeds")
@allow(signed_in=True)
def make_feed() -> ResponseReturnValue:
    """Make an address. It is shown on this answer alone, never again."""
    form, tokens = FeedForm(), []

    def make() -> None:
        tokens.append(operations.make_feed(form.purpose.data, locale=locale(), actor=g.actor, now=now()))

    if submitted(form, make):
        return _shown_once(tokens[0])
    return _feeds_page(form)


@bp.post("/my/feeds/<ref>/replacement")
@allow(signed_in=True)
def rotate_feed(ref: str) -> ResponseReturnValue:
    """A new address instead of a lost one."""
    feed = queries.feed_or_404(g.actor, ref)
    return _shown_once(operations.rotate_feed(feed, locale=locale(), actor=g.actor, now=now()))


@bp.post("/my/feeds/<ref>/end")
@allow(signed_in=True)
def revoke_feed(ref: str) -> ResponseReturnValue:
    """End an address."""
    operations.revoke_feed(queries.feed_or_404(g.actor, ref), actor=g.actor, now=now())
    tell(_("The address no longer works. Take the calendar out of your phone as well."), "success")
    return redirect(url_for(".feeds"), 303)


def _feeds_page(form: FeedForm) -> Response:
    rows = queries.my_feeds(g.actor)
    held = {r.purpose for r in rows}
    left = [p for p in PURPOSES if p not in held]
    return page("calendars/feeds.html", form=form, feeds=rows, purposes=PURPOSES, can_make=bool(left))


def _shown_once(token: str) -> Response:
    https: str = current_app.portal_config.public_url + url_for(".feed", token=token)  # type: ignore[attr-defined]
    return page("calendars/feed_made.html", https=https, webcal="webcal://" + https.partition("://")[2])


@bp.get("/feeds/<token>.ics")
@allow(anybody=True)
def feed(token: str) -> ResponseReturnValue:
    """The feed behind a secret address. Unknown, revoked and of an inactive account are one and the same answer."""
    asked, day = request.headers.get("If-None-Match", ""), today()
    with db.engine.connect() as connection:
        row = queries.feed_behind(token, connection)
        if row is None:
            return Response("No such calendar.\n", 404, mimetype="text/plain")
        etag = etag_of(row.ref, row.locale, row.stale_no, day)
        headers = {"ETag": f'"{etag}"', "Cache-Control": "private, no-cache"}
        # The usual header is the tag alone; others name several.
        if asked == headers["ETag"] or (asked and request.if_none_match.contains_weak(etag)):
            answer = Response(status=304, headers=headers)
        else:
            events = queries.feed_events(row.account_ref, connection, locale=row.locale, today=day)
            head = feed_head(name=_calendar_name(row.locale), uid=f"{row.ref}@portal")
            headers["Content-Disposition"] = 'inline; filename="calendar.ics"'
            body = b"".join((head, events, b"END:VCALENDAR\r\n"))
            answer = Response(body, headers=headers, content_type="text/calendar; charset=utf-8")
    _note_fetch(row)
    return answer


def _calendar_name(code: str) -> str:
    with speaking(code):
        product = setting("product_name_en" if code == "en" else "product_name")
        return _("%(product)s – my dates", product=product)


def _note_fetch(row: Any) -> None:
    """Keep who fetched and when."""
    moment, program = now(), request.headers.get("User-Agent", "")[:120]
    if row.fetched_at is None or moment - row.fetched_at > FETCH_NOTED_EVERY or program != row.fetched_by:
        with db.engine.connect().execution_options(writing=True) as connection:
            connection.execute(NOTE_FETCH, {"feed_id": row.id, "fetched_at": moment, "fetched_by": program})
            connection.commit()


def register(app: Portal) -> None:
    """Put the pages and what belongs on shared pages into the application."""
    app.register_blueprint(bp)
    app.alone.add("calendars.feed")
    redact_logs()
    app.registries.nav.append(NavItem("calendars.start", N_("Calendar"), "calendar", order=30, tab=True))
    app.registries.nav.append(NavItem("calendars.feeds", N_("My calendar addresses"), "calendar", order=70, menu=True))
