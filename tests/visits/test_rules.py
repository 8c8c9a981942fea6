"""Rules of visits: the plan by risk, the phone's clock, what is looked at twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from portal.visits.rules import (
    ALL_WELL,
    CALL_BACK_PERCENT,
    SEEN,
    Sign,
    Standing,
    called_back,
    next_due,
    seen_problem,
    signs,
    standing,
    when,
)

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)


def test_the_next_visit_is_one_interval_after_the_last_one():
    due = next_due(last_on=date(2026, 11, 1), first_due_on=TODAY, risk_since_on=date(2026, 1, 1), every_days=30)
    assert due == date(2026, 12, 1)


def test_the_first_visit_is_due_on_its_own_day():
    assert next_due(last_on=None, first_due_on=TODAY, risk_since_on=date(2026, 1, 1), every_days=7) == TODAY


def test_a_raised_risk_brings_the_visit_forward_but_never_makes_it_overdue():
    raised = {"last_on": date(2026, 6, 1), "first_due_on": TODAY, "risk_since_on": TODAY}
    assert next_due(**raised, every_days=7) == TODAY
    assert next_due(**raised | {"last_on": date(2026, 11, 20)}, every_days=7) == date(2026, 11, 27)


@pytest.mark.parametrize(
    ("days", "expected"),
    [(-1, Standing.OVERDUE), (0, Standing.TODAY), (7, Standing.SOON), (8, Standing.LATER)],
)
def test_due_soon_and_overdue(days, expected):
    assert standing(TODAY + timedelta(days=days), TODAY) is expected


def test_a_phone_without_times_is_believed_to_send_at_once():
    told = when(device_at=None, device_now=None, server_now=NOW)
    assert (told.at, told.off) == (NOW, False)


@pytest.mark.parametrize("wrong", [timedelta(days=1), timedelta(days=-1), timedelta(days=365), timedelta(days=-365)])
def test_a_clock_wrong_by_a_day_or_a_year_is_put_right_and_flagged(wrong):
    told = when(device_at=NOW - timedelta(hours=3) + wrong, device_now=NOW + wrong, server_now=NOW)
    assert told.at == NOW - timedelta(hours=3)
    assert told.off


def test_a_visit_is_never_in_the_future_nor_long_ago():
    ahead = when(device_at=NOW + timedelta(hours=2), device_now=None, server_now=NOW)
    assert (ahead.at, ahead.off) == (NOW, True)
    old = when(device_at=NOW - timedelta(days=40), device_now=NOW, server_now=NOW)
    assert (old.at, old.off) == (NOW, True)
    waited = when(device_at=NOW - timedelta(hours=47), device_now=NOW, server_now=NOW)
    assert (waited.at, waited.off) == (NOW - timedelta(hours=47), False)


def test_what_was_seen_is_whole_or_says_what_is_missing():
    assert seen_problem(["child", "carer"], ALL_WELL) is None
    assert seen_problem(["nobody"], {}) is None
    assert seen_problem(["child"], {"mood": "low"}) is None
    assert seen_problem([], ALL_WELL)[0] == "met"
    assert seen_problem(["nobody", "child"], {})[0] == "met"
    assert seen_problem(["child"], {})[0] in SEEN
    assert seen_problem(["child"], {"mood": "furious"})[0] == "mood"
    assert seen_problem(["child"], {"wealth": "fine"})[0] == "wealth"


def seen(ref, minutes=0, *, door="", text="", child="", off=False):
    return SimpleNamespace(
        ref=ref, at=NOW + timedelta(minutes=minutes), child_ref=child or ref, household=door, print=text, clock_off=off
    )


def kinds(found):
    return {ref: found_ - {Sign.CALL_BACK} for ref, found_ in found.items() if found_ - {Sign.CALL_BACK}}


def test_the_same_text_at_another_door_is_looked_at_and_siblings_are_not():
    rows = [seen("a", 0, text="t"), seen("b", 60, text="t"), seen("c", 120, text="u")]
    assert kinds(signs(rows)) == {"a": {Sign.SAME_TEXT}, "b": {Sign.SAME_TEXT}}
    assert not kinds(signs([seen("a", 0, text="t", door="d"), seen("b", 1, text="t", door="d")]))


def test_two_doors_within_minutes_are_looked_at():
    rows = [seen("a", 0, door="x"), seen("b", 4, door="y"), seen("c", 30, door="z")]
    assert kinds(signs(rows)) == {"a": {Sign.TOO_CLOSE}, "b": {Sign.TOO_CLOSE}}


def test_a_batch_within_one_minute_is_looked_at():
    found = kinds(signs([seen(str(n), 0, door=str(n)) for n in range(3)]))
    assert all(Sign.SAME_MINUTE in found[str(n)] for n in range(3))


def test_a_wrong_clock_is_looked_at():
    assert kinds(signs([seen("a", off=True)])) == {"a": {Sign.CLOCK}}


def test_about_five_in_a_hundred_are_called_back():
    share = sum(called_back(f"ref{n:020d}") for n in range(20_000)) / 20_000
    assert CALL_BACK_PERCENT - 1 < share * 100 < CALL_BACK_PERCENT + 1
