"""The only clock. Moments are aware UTC; days are local to the programme."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


class _Clock:
    zone: ZoneInfo = ZoneInfo("Asia/Shanghai")
    shift: timedelta = timedelta(0)
    fixed: datetime | None = None


def now() -> datetime:
    """This moment, aware UTC."""
    return _Clock.fixed or datetime.now(UTC) + _Clock.shift


def zone() -> ZoneInfo:
    """The programme's time zone."""
    return _Clock.zone


def use_zone(name: str) -> None:
    """Set the programme's time zone (an IANA name). Raises ZoneInfoNotFoundError for an unknown one."""
    _Clock.zone = ZoneInfo(name)


def local_day(moment: datetime) -> date:
    """The programme's calendar day on which a moment falls."""
    return moment.astimezone(_Clock.zone).date()


def today() -> date:
    """The programme's calendar day now."""
    return local_day(now())


def start_of(day: date) -> datetime:
    """The first moment of a local day, aware UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=_Clock.zone).astimezone(UTC)


@contextmanager
def standing_at(moment: datetime) -> Iterator[None]:
    """For tests and the demo: every `now()` inside the block is this moment."""
    before, _Clock.fixed = _Clock.fixed, moment.astimezone(UTC)
    try:
        yield
    finally:
        _Clock.fixed = before
