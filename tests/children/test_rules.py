"""Rules about persons and names, without a database."""

from __future__ import annotations

from datetime import date

import pytest

from portal.kernel.people import Sex, age_on, comes_of_age_on, id_number_problem, masked_id
from portal.places.pinyin import initials
from tests.children.conftest import id_number

GOOD = "11010519491231002X"  # the example in the standard itself


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        (GOOD, None),
        ("440524188001010014", None),
        (id_number(date(2012, 2, 29)), None),
        ("11010519491231002x", "18 places"),
        ("110105194912310021", "last character"),
        ("11010519491231002", "18 places"),
        ("1101051949123100200", "18 places"),
        ("11010519491331002X", "no day of the calendar"),
        ("11010519490229002X", "no day of the calendar"),
        ("11010519491231２２X", "18 places"),
        ("", "18 places"),
        ("１" * 18, "18 places"),
        ("11010519941231002X", "last character"),
        ("11010591491231002X", "last character"),
    ],
)
def test_gb_11643(number, problem):
    found = id_number_problem(number)
    assert (found is None) if problem is None else (found is not None and problem in found)


def test_a_number_agrees_with_birth_date_and_sex():
    assert id_number_problem(GOOD, date(1949, 12, 31), Sex.FEMALE) is None
    assert "birth date" in id_number_problem(GOOD, date(1949, 12, 30), Sex.FEMALE)
    assert "other sex" in id_number_problem(GOOD, date(1949, 12, 31), Sex.MALE)


def test_the_mask_hides_ten_places():
    assert masked_id("371399201506010011") == "3713**********0011"
    assert masked_id("3713") == ""


@pytest.mark.parametrize(
    ("born_on", "day", "years"),
    [
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2015, 11, 23), date(2026, 11, 22), 10),
        (date(2015, 11, 23), date(2026, 11, 23), 11),
        (date(2026, 11, 23), date(2026, 11, 23), 0),
    ],
)
def test_full_years(born_on, day, years):
    assert age_on(born_on, day) == years
    assert (age_on(born_on, day) >= 18) == (day >= comes_of_age_on(born_on))


@pytest.mark.parametrize(
    ("name", "surname", "letters"),
    [
        ("张晓雨", 1, "zxy"), ("单小雨", 1, "sxy"), ("曾子墨", 1, "zzm"), ("仇英", 1, "qy"), ("乐嘉", 1, "yj"),
        ("盖叫天", 1, "gjt"),
        ("解小东", 1, "xxd"), ("查良镛", 1, "zly"), ("区小明", 1, "oxm"), ("朴小英", 1, "pxy"), ("翟天临", 1, "ztl"),
        ("尉迟恭", 2, "ycg"),
        ("万俟雪", 2, "mqx"), ("欧阳娜", 2, "oyn"), ("单于小雨", 2, "cyxy"), ("重阳", 0, "cy"), ("小单", 0, "xd"),
        ("阿依古丽·买买提", 0, "ayglmmt"), ("Li明", 0, "lim"), ("😀", 0, ""), ("", 0, ""), ("晓" * 40, 0, "x" * 20),
    ],
)  # fmt: skip
def test_pinyin_initials(name, surname, letters):
    assert initials(name, surname) == letters
