"""Days of a calendar page: events put on their days, holidays, adjusted workdays and school terms shaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from portal.calendars.ical import place_words, summary
from portal.calendars.models import BookingState
from portal.kernel.clock import local_day
from portal.kernel.words import N_
from portal.places.working_days import holiday_name, is_adjusted_workday, is_known, is_workday
from portal.web.language import _, clock

HOLIDAYS = (
    N_("New Year's Day"), N_("Spring Festival"), N_("Tomb-sweeping Day"), N_("Labour Day"), N_("Dragon Boat Festival"),
    N_("Mid-autumn Festival"), N_("National Day"),
)  # fmt: skip
MONTHS = (
    N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"), N_("July"), N_("August"),
    N_("September"), N_("October"), N_("November"), N_("December"),
)  # fmt: skip
TONES = {"session": "green", "meeting": "blue", "camp": "amber", "training": "blue"}


@dataclass
class DayEvent:
    """One line on one day."""

    title: str
    time: str
    url: str
    tone: str
    cancelled: bool = False


@dataclass
class CalendarDay:
    """One day with what stands on it."""

    date: date
    in_month: bool = True
    is_today: bool = False
    shade: str = ""
    shade_label: str = ""
    events: list[DayEvent] = field(default_factory=list)


@dataclass
class CalendarPage:
    """What the components month, week and agenda show."""

    title: str
    previous_url: str
    next_url: str
    today_url: str
    days: list[CalendarDay]

    @property
    def weeks(self) -> list[list[CalendarDay]]:
        """The days in rows of seven."""
        return [self.days[i : i + 7] for i in range(0, len(self.days), 7)]


def terms_of(lines: Iterable[str]) -> list[tuple[date, date]]:
    """School terms from the setting's lines (`first last`); a line that cannot be read is no term."""
    found = []
    for line in lines:
        try:
            first, last = (date.fromisoformat(part) for part in line.split())
        except ValueError:
            continue
        found.append((first, last))
    return found


def shade_of(day: date, corrections: Mapping[date, bool], terms: list[tuple[date, date]]) -> tuple[str, str]:
    """How a day is shaded, and the words for it. The district's own corrections win over the official calendar."""
    edge = next(
        (_("term begins") if day == first else _("term ends") for first, last in terms if day in (first, last)), ""
    )
    works = is_workday(day, corrections)
    if not works and (day in corrections or (is_known(day) and holiday_name(day))):
        name = holiday_name(day) if is_known(day) else ""
        return "holiday", _(name) if name else _("day off")
    if works and (day.weekday() >= 5 or (is_known(day) and is_adjusted_workday(day))):
        return "workday", _("workday")
    if not works:
        return "weekend", edge
    between = any(last < day for _first, last in terms) and any(first > day for first, _last in terms)
    taught = any(first <= day <= last for first, last in terms)
    return ("term", _("no school")) if between and not taught else ("", edge)


def days_with_events(
    first: date, last: date, rows: Iterable[Any], *, today: date, month: int = 0, corrections: Mapping[date, bool],
    terms: list[tuple[date, date]],
) -> list[CalendarDay]:  # fmt: skip
    """The days from first to last (both included), each with its events in order of time, whole days first."""
    days: dict[date, CalendarDay] = {}
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        shade, label = shade_of(day, corrections, terms)
        days[day] = CalendarDay(day, not month or day.month == month, day == today, shade, label)
    for row in rows:
        words = summary(row.kind, row.title)
        title = _("%(what)s, %(place)s", what=words, place=place_words(row.place)) if row.place else words
        off = row.state is BookingState.CANCELLED
        event = DayEvent(title, "", row.url, "neutral" if off else TONES.get(row.kind, "neutral"), off)
        if row.starts_at is not None:
            event.time = f"{clock(row.starts_at)}–{clock(row.ends_at)}" if row.ends_at else clock(row.starts_at)
            if (day := local_day(row.starts_at)) in days:
                days[day].events.append(event)
        else:
            _spread(days, row, event)
    return list(days.values())


def _spread(days: dict[date, CalendarDay], row: Any, event: DayEvent) -> None:
    """Put a date of whole days on each of them, before what has an hour."""
    day = row.first_on
    while day <= (row.last_on or row.first_on):
        if day in days:
            days[day].events.insert(0, event)
        day += timedelta(days=1)


def shortened(days: list[CalendarDay], most: int, more_url: Any) -> list[CalendarDay]:
    """At most so many lines a day; what is left out is one line that leads to the whole day."""
    for day in days:
        if len(day.events) > most:
            left = len(day.events) - most + 1
            day.events[most - 1 :] = [DayEvent(_("%(number)d more", number=left), "", more_url(day.date), "neutral")]
    return days
