"""Pages of this room: month, week and agenda, one's calendar addresses, and the feed itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.calendars import operations, queries
from portal.calendars.forms import PURPOSES, FeedForm
from portal.calendars.ical import etag_of, feed_bytes
from portal.calendars.models import Feed
from portal.calendars.pages import MONTHS, CalendarPage, days_with_events, shortened, terms_of
from portal.calendars.policy import sees_region
from portal.calendars.redaction import redact_logs
from portal.kernel.clock import now, today
from portal.kernel.words import N_
from portal.places.queries import corrections
from portal.places.settings import setting
from portal.web.access import allow
from portal.web.flow import Portal, afterwards
from portal.web.language import _, day_text, locale, speaking
from portal.web.pages import page, submitted, tell
from portal.web.registries import NavItem

bp = Blueprint("calendars", __name__)
AGENDA_DAYS = 28
REGION_AGENDA_DAYS = 7
FETCH_NOTED_EVERY = timedelta(minutes=10)
"""The last fetch is behind by up to this, so that an unchanged feed costs no write."""


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
    known = request.if_none_match
    row = queries.feed_behind(token, request.headers.get("If-None-Match", "").strip().removeprefix("W/").strip('"'))
    if row is None:
        return Response("No such calendar.\n", 404, mimetype="text/plain")
    etag, body, moment, day = row.etag, row.body, now(), today()
    rebuilt = not etag or row.body_on != day
    if rebuilt:
        body = _joined(row, day, moment)
        etag = etag_of(body)
    _note_fetch(row, moment, day, etag, body if rebuilt else None)
    if known.contains_weak(etag):
        answer = Response(status=304)
    else:
        answer = Response(body or b"", content_type="text/calendar; charset=utf-8")
        answer.headers["Content-Disposition"] = 'inline; filename="calendar.ics"'
    answer.set_etag(etag)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def _joined(row: Any, day: date, moment: datetime) -> bytes:
    with speaking(row.locale):
        product = setting("product_name_en" if row.locale == "en" else "product_name")
        name = _("%(product)s – my dates", product=product)
    texts = queries.feed_events(row.account_ref, locale=row.locale, today=day, now=moment)
    return feed_bytes(texts, name=name, uid=f"{row.ref}@portal")


def _note_fetch(row: Any, moment: datetime, day: date, etag: str, body: bytes | None) -> None:
    """Keep who fetched and when, and the joined body unless a booking has changed meanwhile."""
    program = (request.user_agent.string or "")[:120]
    due = row.fetched_at is None or moment - row.fetched_at > FETCH_NOTED_EVERY or program != row.fetched_by
    if not due and body is None:
        return

    def write(separate: Session) -> None:
        if due:
            separate.execute(update(Feed).where(Feed.id == row.id).values(fetched_at=moment, fetched_by=program))
        if body is not None:
            still = (Feed.id == row.id, Feed.stale_no == row.stale_no, Feed.ended_at.is_(None))
            separate.execute(update(Feed).where(*still).values(etag=etag, body=body, body_on=day))

    afterwards(write)


def register(app: Portal) -> None:
    """Put the pages and what belongs on shared pages into the application."""
    app.register_blueprint(bp)
    redact_logs()
    app.registries.nav.append(NavItem("calendars.start", N_("Calendar"), "calendar", order=30, tab=True))
    app.registries.nav.append(NavItem("calendars.feeds", N_("My calendar addresses"), "calendar", order=70, menu=True))
