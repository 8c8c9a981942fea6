"""Working days by the Chinese calendar of holidays and adjusted workdays. Pure but for the library's table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache


@cache
def known_years() -> tuple[int, int]:
    """First and last year that the library's calendar knows; beyond, weekends alone count, and screens warn."""
    from chinese_calendar.constants import holidays

    years = {day.year for day in holidays}
    return min(years), max(years)


def is_known(day: date) -> bool:
    """Whether the official calendar of this day's year is known."""
    first, last = known_years()
    return first <= day.year <= last


def holiday_name(day: date) -> str:
    """The English name of the public holiday on this day, '' for none or an unknown year."""
    from chinese_calendar.constants import holidays

    return str(holidays.get(day, ""))


def is_adjusted_workday(day: date) -> bool:
    """A weekend day on which people work to make up for a holiday."""
    from chinese_calendar.constants import workdays

    return day in workdays


def is_workday(day: date, corrections: Mapping[date, bool] = {}) -> bool:
    """Whether people work on this day. `corrections` maps a day to True (works) or False (does not) and wins."""
    if day in corrections:
        return corrections[day]
    if is_known(day):
        import chinese_calendar

        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5


def add_working_days(start: date, number: int, corrections: Mapping[date, bool] = {}) -> date:
    """The last day of a term of `number` working days that begins on the day after `start`.

    Source: domain.md, Benefit: received 2023-06-12 + 15 working days = 2023-07-04.
    """
    day = start
    while number > 0:
        day += timedelta(days=1)
        if is_workday(day, corrections):
            number -= 1
    return day
