"""Identity numbers and ages."""

from __future__ import annotations

from datetime import date

import pytest

from portal.kernel.people import Sex, age_on, check_character, comes_of_age_on, id_number_problem, masked_id


def number(first_17: str) -> str:
    return first_17 + check_character(first_17)


def test_the_published_example_of_gb_11643_has_its_check_character():
    """GB 11643-1999, appendix: 11010519491231002X."""
    assert check_character("11010519491231002") == "X"
    assert id_number_problem("11010519491231002X") is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("3713992015031500", "18 places"),
        ("37139920150315002x", "18 places"),
        ("３71399201503150020", "18 places"),
        (number("37139920150230002"), "no day"),
        (number("37139920150315002")[:17] + "A", "18 places"),
    ],
)
def test_a_number_of_the_wrong_form_is_told(text, says):
    assert says in (id_number_problem(text) or "")


def test_every_single_wrong_digit_is_found():
    """The checksum finds each change of one digit."""
    right = number("37139920150315002")
    assert id_number_problem(right) is None
    for place in (*range(6), *range(14, 17)):
        for digit in "0123456789":
            if digit != right[place]:
                wrong = right[:place] + digit + right[place + 1 :]
                assert id_number_problem(wrong) is not None


def test_birth_date_and_sex_must_agree():
    right = number("37139920150315002")
    assert id_number_problem(right, date(2015, 3, 15), Sex.FEMALE) is None
    assert "one given" in (id_number_problem(right, date(2015, 3, 16)) or "")
    assert "other sex" in (id_number_problem(right, date(2015, 3, 15), Sex.MALE) or "")


def test_a_number_is_masked_as_on_paper():
    assert masked_id("371399201503150011") == "3713**********0011"
    assert masked_id("") == ""


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2010, 5, 2), date(2026, 5, 1), 15),
        (date(2010, 5, 2), date(2026, 5, 2), 16),
        (date(2012, 2, 29), date(2025, 2, 28), 12),
        (date(2012, 2, 29), date(2025, 3, 1), 13),
    ],
)
def test_ages_are_full_years(born, day, age):
    assert age_on(born, day) == age


def test_a_child_born_on_29_february_comes_of_age_on_1_march():
    """domain.md, Eligibility."""
    assert comes_of_age_on(date(2008, 2, 29)) == date(2026, 3, 1)
    assert comes_of_age_on(date(2008, 5, 2)) == date(2026, 5, 2)
