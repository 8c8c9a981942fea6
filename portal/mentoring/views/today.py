"""What sessions put on shared pages: today's lines, cards, the child's timeline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from flask import g, url_for

from portal.kernel.actor import Actor, Role
from portal.kernel.clock import local_day, now, today
from portal.mentoring import overview, queries
from portal.mentoring.rules import LOGGABLE, MOOD_WORDS, PLACE_WORDS
from portal.places.settings import setting
from portal.web.language import _, clock, day_text, minutes, ngettext
from portal.web.registries import Card, TimelineEntry, TodayItem

NOTES = 3
LINES = 5
LOOKED_BACK_DAYS = 30


def lines_of_today(actor: Actor) -> Iterable[TodayItem]:
    """Who and why, for a mentor and for a coordinator."""
    if actor.has(Role.MENTOR):
        yield from _mentor_lines(actor)
    if actor.has(Role.COORDINATOR):
        yield from _coordinator_lines(actor)


def _mentor_lines(actor: Actor) -> Iterable[TodayItem]:
    for row in queries.returned_logs(actor):
        yield TodayItem(
            row.label,
            _("The coordinator has a question about your log."),
            day_text(row.on_day),
            url_for("mentoring.correction", ref=row.ref),
            _("Answer"),
            "amber",
            "back",
            (10, row.on_day.isoformat()),
        )
    at = now()
    for row in queries.coming_plans(actor, at - timedelta(days=LOOKED_BACK_DAYS), overview.tomorrow_end()):
        day = local_day(row.starts_at)
        place = _(PLACE_WORDS[row.place])
        if row.starts_at <= at:
            yield TodayItem(
                row.label,
                _("Planned, not logged yet"),
                day_text(day) if day != today() else _("today %(time)s", time=clock(row.starts_at)),
                url_for("mentoring.new", pair=row.pairing_ref, planned=row.ref),
                _("Log"),
                "amber",
                "pen",
                (20, row.starts_at.isoformat()),
            )
        else:
            word = (
                _("today %(time)s", time=clock(row.starts_at))
                if day == today()
                else _("tomorrow %(time)s", time=clock(row.starts_at))
            )
            yield TodayItem(
                row.label,
                _("You meet: %(place)s", place=place),
                word,
                url_for("mentoring.planned_session", ref=row.ref),
                _("Open"),
                "blue",
                "calendar",
                (30, row.starts_at.isoformat()),
            )
    for row in queries.open_drafts(actor):
        if row.pairing_state in LOGGABLE:
            yield TodayItem(
                row.label,
                _("A log that you began is not sent yet"),
                day_text(local_day(row.typed_at)) if row.typed_at else "",
                url_for("mentoring.new", draft=row.client_key),
                _("Finish"),
                "neutral",
                "pen",
                (40, row.client_key),
            )


def _silent(actor: Actor) -> Sequence[Any]:
    """Pairs without contact, the longest silence first; read once for the lines and the card of one page."""
    if "silent_pairs" not in g:
        before = today() - timedelta(days=setting("silent_follow_up_days"))
        g.silent_pairs = overview.silent_pairs(actor.paths(Role.COORDINATOR), before, most=LINES + 1)
    rows: Sequence[Any] = g.silent_pairs
    return rows


def _coordinator_lines(actor: Actor) -> Iterable[TodayItem]:
    paths = actor.paths(Role.COORDINATOR)
    number, oldest = overview.waiting_for_review(actor, paths)
    if number:
        yield TodayItem(
            _("Logs to review"),
            ngettext("%(num)s log waits for you", "%(num)s logs wait for you", number),
            _("since %(day)s", day=day_text(local_day(oldest))) if oldest else "",
            url_for("mentoring.index"),
            _("Begin"),
            "blue",
            "pen",
            (30, ""),
        )
    day, alert = today(), setting("silent_alert_days")
    for row in [r for r in _silent(actor) if (day - r.since_on).days >= alert][:LINES]:
        yield TodayItem(
            row.label,
            _("No contact for %(days)d days", days=(day - row.since_on).days)
            + (f" · {row.mentor}" if row.mentor else ""),
            _("alert"),
            f"/pairings/{row.ref}",
            _("Open"),
            "red",
            "warning",
            (15, row.since_on.isoformat()),
        )


def cards(actor: Actor) -> Iterable[Card]:
    """Last notes, next session and hours for a mentor; pairs without contact for a coordinator."""
    if actor.has(Role.MENTOR):
        rows = overview.own_notes(actor, NOTES)
        coming = queries.coming_plans(actor, now(), most=1)
        pairs = queries.own_pairs(actor)
        yield Card(
            _("Next session"),
            "mentoring/cards/next.html",
            {
                "plan": coming[0] if coming else None,
                "place": _(PLACE_WORDS[coming[0].place]) if coming else "",
                "can_plan": any(p.loggable for p in pairs),
            },
            20,
        )
        yield Card(_("Last notes"), "mentoring/cards/notes.html", {"rows": rows}, 30)
        hours = overview.hours_of(actor, today())
        yield Card(_("Time together"), "mentoring/cards/hours.html", {"hours": hours}, 40)
    if actor.has(Role.COORDINATOR):
        follow_up = setting("silent_follow_up_days")
        silent = _silent(actor)
        yield Card(
            _("Pairs without contact"),
            "mentoring/cards/silent.html",
            {
                "rows": [(r, (today() - r.since_on).days) for r in silent[:LINES]],
                "more": len(silent) > LINES,
                "days": follow_up,
                "alert": setting("silent_alert_days"),
            },
            30,
        )


def timeline(actor: Actor, child_ref: str, most: int) -> Iterable[TimelineEntry]:
    """Sessions of a child that the reader may read, newest first."""
    for row in overview.sessions_of_child(actor, child_ref, most):
        text = row.text[:160] + ("…" if len(row.text) > 160 else "")
        detail = [minutes(row.minutes), _(MOOD_WORDS[row.mood]) if row.mood else ""]
        yield TimelineEntry(
            row.on_day,
            _("No contact") if row.attempt else _("Session"),
            "amber" if row.attempt else "green",
            row.mentor or "",
            text or (_("An attempt without contact") if row.attempt else _("A session")),
            url_for("mentoring.show", ref=row.ref),
            " · ".join(d for d in detail if d),
        )
