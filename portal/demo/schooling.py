"""Where a child of some age learns, in which year. Pure."""

from __future__ import annotations

import random
from datetime import date
from typing import Final

from portal.children.rules import Schooling
from portal.demo.content.children import school
from portal.demo.content.identity import TownShare
from portal.kernel.people import age_on

NUMBERS: Final = "一二三四五六"
NAMED_YEARS: Final = ("小班", "中班", "大班", "初三", "高三", "大学一年级")
MIDDLE_FROM, HIGH_FROM, GROWN_FROM = 12, 15, 18


def schooling_of(rng: random.Random, town: TownShare, born_on: date, on: date) -> tuple[Schooling, str, str]:
    """Schooling, an invented school ('' for none) and the year. School years begin on 1 September at full six."""
    began = date(on.year if on.month >= 9 else on.year - 1, 8, 31)
    age = age_on(born_on, began)
    kind, grade = _kind(rng, age)
    name = school(rng, town, kind.value) or ""
    return kind, name, grade


def schooling_then(now: Schooling, born_on: date, on: date) -> tuple[Schooling, str]:
    """Where the same child learned on an earlier day, as far as age tells; and the year."""
    age = age_on(born_on, date(on.year if on.month >= 9 else on.year - 1, 8, 31))
    if now is Schooling.SPECIAL or age >= HIGH_FROM:
        return now, ""
    if age < 3:
        return Schooling.NONE, ""
    if age < 6:
        return Schooling.KINDERGARTEN, "小中大"[age - 3] + "班"
    if age < MIDDLE_FROM:
        return Schooling.PRIMARY, NUMBERS[age - 6] + "年级"
    return Schooling.MIDDLE, "初" + NUMBERS[age - MIDDLE_FROM]


def fits_year(remark: str, grade: str) -> bool:
    """Whether a remark about school can be of a child in this year ('' where it is not known)."""
    return all(word not in remark or word == grade for word in NAMED_YEARS) and (
        "刚升入" not in remark or grade == "一年级"
    )


def _kind(rng: random.Random, age: int) -> tuple[Schooling, str]:
    chance = rng.random()
    if age < 3:
        return Schooling.NONE, ""
    if age < 6:
        return (Schooling.KINDERGARTEN, "小中大"[age - 3] + "班") if chance < 0.92 else (Schooling.NONE, "")
    if chance < 0.025:
        return Schooling.SPECIAL, ""
    if age < MIDDLE_FROM:
        return Schooling.PRIMARY, NUMBERS[age - 6] + "年级"
    if age < HIGH_FROM:
        return Schooling.MIDDLE, "初" + NUMBERS[age - MIDDLE_FROM]
    if age < GROWN_FROM:
        if chance < 0.06:
            return Schooling.DROPPED_OUT, ""
        year = NUMBERS[age - HIGH_FROM]
        return (Schooling.HIGH, "高" + year) if chance < 0.55 else (Schooling.VOCATIONAL, f"中职{year}年级")
    return (Schooling.UNIVERSITY, "大一") if chance < 0.5 else (Schooling.VOCATIONAL, "五年制高职四年级")
