"""Working days by the Chinese calendar, with the district's corrections."""

from __future__ import annotations

from datetime import date

from portal.places.working_days import add_working_days, is_adjusted_workday, is_known, is_workday


def test_fifteen_working_days_from_12_june_2023_end_on_4_july():
    """domain.md, Benefit: the dragon boat festival and its adjusted workday are counted."""
    assert add_working_days(date(2023, 6, 12), 15) == date(2023, 7, 4)


def test_an_adjusted_sunday_is_a_workday():
    assert is_adjusted_workday(date(2023, 6, 25))
    assert is_workday(date(2023, 6, 25))
    assert not is_workday(date(2023, 6, 22))


def test_a_correction_of_the_district_wins():
    assert is_workday(date(2023, 6, 22), {date(2023, 6, 22): True})
    assert not is_workday(date(2023, 6, 26), {date(2023, 6, 26): False})


def test_beyond_the_known_years_only_weekends_count_and_it_is_said():
    assert not is_known(date(2199, 1, 1))
    assert is_workday(date(2199, 1, 1))
    assert not is_workday(date(2199, 1, 5))
