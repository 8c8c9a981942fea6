"""Month, week and agenda: whose dates, which days, how they are shaded."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from portal.calendars import operations
from portal.calendars.pages import shade_of, terms_of
from portal.kernel.actor import Role
from portal.kernel.clock import local_day, now
from portal.kernel.db import db
from portal.places.models import DayOff
from tests.factories import TOWN_B

VIEWS = ("month", "week", "agenda")
TERMS = terms_of(["2025-09-01 2026-01-23", "2026-02-25 2026-07-03", "nonsense"])


def there(view: str, planned: Any, **more: str) -> str:
    query = "".join(f"&{k}={v}" for k, v in more.items())
    return f"/calendar/{view}?on={local_day(planned[2].starts_at)}{query}"


@pytest.mark.parametrize("view", VIEWS)
def test_my_own_dates_in_every_view(sign_in: Any, planned: Any, put: Any, view: str) -> None:
    put(planned)
    browser = sign_in(planned[0])
    shown = browser.get(there(view, planned)).text
    assert "Mentoring session · XY" in shown
    assert f'href="/planned-sessions/{planned[2].ref}"' in shown
    far = local_day(planned[2].starts_at) + timedelta(days=90)
    assert "Mentoring session" not in browser.get(f"/calendar/{view}?on={far}").text


@pytest.mark.parametrize("view", VIEWS)
def test_nobody_elses_dates(made: Any, sign_in: Any, planned: Any, put: Any, view: str) -> None:
    put(planned)
    other, _volunteer = made.mentor()
    assert "· XY" not in sign_in(other).get(there(view, planned)).text
    assert "· XY" not in sign_in(other).get(there(view, planned, whose="region")).text


@pytest.mark.parametrize("view", VIEWS)
def test_a_coordinator_may_look_at_the_own_region_only(
    made: Any, sign_in: Any, planned: Any, put: Any, view: str
) -> None:
    put(planned)
    here = sign_in(made.account(Role.COORDINATOR))
    assert "· XY" not in here.get(there(view, planned)).text
    assert "· XY" in here.get(there(view, planned, whose="region")).text
    elsewhere = sign_in(made.account(Role.COORDINATOR, at=TOWN_B))
    assert "· XY" not in elsewhere.get(there(view, planned, whose="region")).text
    supervisor = sign_in(made.account(Role.SUPERVISOR))
    assert "· XY" not in supervisor.get(there(view, planned, whose="region")).text


def test_a_cancelled_date_is_shown_as_such(app: Any, sign_in: Any, planned: Any, put: Any) -> None:
    put(planned)
    with app.app_context():
        operations.cancel(planned[2], now=now())
        db.session.commit()
    shown = sign_in(planned[0]).get(there("agenda", planned)).text
    assert "event-off" in shown
    assert "cancelled" in shown


def test_whole_days_stand_on_each_day(sign_in: Any, planned: Any, put: Any) -> None:
    first = date(2026, 7, 6)
    put(planned, kind="camp", starts_at=None, ends_at=None, first_on=first, last_on=first + timedelta(days=2))
    shown = sign_in(planned[0]).get(f"/calendar/week?on={first}").text
    assert shown.count("Camp · XY") == 3


def test_a_day_that_is_no_day_is_today(sign_in: Any, made: Any) -> None:
    browser = sign_in(made.account())
    for on in ("2026-02-30", "x", "9999-12-31", "0001-01-01", ""):
        assert browser.get(f"/calendar/month?on={on}").status_code == 200


def test_a_full_day_is_shortened_and_leads_on(app: Any, made: Any, sign_in: Any, planned: Any, put: Any) -> None:
    account, volunteer, _plan = planned
    pair = made.pairing(made.child(), made.volunteer())
    for _turn in range(8):
        put((account, volunteer, made.planned(pair)))
    shown = sign_in(account).get(there("month", planned)).text
    assert "4 more" in shown
    assert shown.count("Mentoring session") == 4


def test_the_number_of_statements_does_not_grow(
    made: Any, sign_in: Any, planned: Any, put: Any, statements: Any
) -> None:
    put(planned)
    browser = sign_in(planned[0])
    browser.get(there("agenda", planned))
    with statements() as one:
        browser.get(there("agenda", planned))
    pair = made.pairing(made.child(), made.volunteer())
    for _turn in range(20):
        put((planned[0], planned[1], made.planned(pair)))
    with statements() as many:
        browser.get(there("agenda", planned))
    assert len(one) == len(many) <= 12


def test_holidays_workdays_and_school_breaks_are_shaded(app: Any) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert shade_of(date(2026, 2, 17), {}, TERMS) == ("holiday", "Spring Festival")
        assert shade_of(date(2026, 2, 14), {}, TERMS) == ("workday", "workday")
        assert shade_of(date(2026, 3, 7), {}, TERMS) == ("weekend", "")
        assert shade_of(date(2026, 3, 9), {}, TERMS) == ("", "")
        assert shade_of(date(2026, 2, 10), {}, TERMS) == ("term", "no school")
        assert shade_of(date(2026, 2, 25), {}, TERMS) == ("", "term begins")
        assert shade_of(date(2026, 7, 3), {}, TERMS) == ("", "term ends")
        assert shade_of(date(2028, 7, 5), {}, TERMS) == ("", "")
        assert shade_of(date(2026, 3, 9), {date(2026, 3, 9): False}, TERMS) == ("holiday", "day off")
        assert shade_of(date(2026, 3, 7), {date(2026, 3, 7): True}, TERMS) == ("workday", "workday")


def test_the_districts_corrections_are_shown(made: Any, sign_in: Any) -> None:
    made.save(DayOff(on_day=date(2026, 3, 9), is_workday=False, label="x"))
    assert "shade-holiday" in sign_in(made.account()).get("/calendar/week?on=2026-03-09").text
