"""Who fits a child and why: every reason and every obstacle, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from portal.kernel.people import Sex
from portal.pairing.fit import Candidate, Wish, best, closeness, fit
from portal.volunteers.rules import VolunteerState

DAY = date(2026, 11, 23)
VILLAGE = "/37/3713/371302/371302105/371302105001/"
WISH = Wish(VILLAGE, None, {"mind": "扶智", "heart": "扶心"}, at_school=True)
SOMEBODY = Candidate(
    "a", "王丽", "/37/3713/371302/371302105/", "义堂镇", Sex.FEMALE, date(1990, 5, 1), "教师", ["homework"],
    ["mandarin"], ["sat-am"], 1, 0, VolunteerState.READY,
)  # fmt: skip


def said(who: Candidate, wish: Wish = WISH) -> list[str]:
    return [r.message for r in fit(wish, who, DAY).reasons]


def refused(who: Candidate, wish: Wish = WISH) -> list[str]:
    return [r.message for r in fit(wish, who, DAY).obstacles]


def test_the_reasons_are_in_words() -> None:
    assert said(SOMEBODY) == [
        "same town: %(town)s",
        "%(dimension)s: %(skills)s",
        "has time after school and at weekends",
        "is with no child yet",
    ]
    assert refused(SOMEBODY) == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"state": VolunteerState.ON_LEAVE}, "is not ready now: %(state)s"),
        ({"live_pairings": 1}, "has no free place (%(now)d of %(all)d)"),
        ({"born_on": date(2010, 1, 1)}, "is not of age"),
    ],
)
def test_an_obstacle_rules_out(change: dict[str, object], why: str) -> None:
    assert refused(replace(SOMEBODY, **change)) == [why]
    assert best(WISH, [replace(SOMEBODY, **change)], DAY, most=5) == []


def test_the_sex_asked_for_is_a_hard_filter() -> None:
    wish = replace(WISH, mentor_sex=Sex.MALE)
    assert refused(SOMEBODY, wish) == ["the file asks for a mentor of the other sex"]
    assert "of the sex that the file asks for" in said(replace(SOMEBODY, sex=Sex.MALE), wish)


def test_hours_in_school_time_help_no_schoolchild() -> None:
    mornings = replace(SOMEBODY, availability=["mon-am", "tue-pm"])
    assert "has time after school and at weekends" not in said(mornings)
    assert "has time in the week" in said(mornings, replace(WISH, at_school=False))


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        (VILLAGE, 0),
        ("/37/3713/371302/371302105/", 0),
        ("/37/3713/371302/371302105/371302105002/", 0),
        ("/37/3713/371302/371302109/", 1),
        ("/37/3713/371302/", 1),
        ("/37/3713/", 2),
        ("/11/", 4),
    ],
)
def test_nearness_goes_by_the_tree(path: str, steps: int) -> None:
    assert closeness(VILLAGE, path) == steps


def test_the_best_come_first_and_always_in_the_same_order() -> None:
    far = replace(SOMEBODY, ref="b", region_path="/37/3713/371302/371302109/", town="方城镇")
    skilled = replace(SOMEBODY, ref="c", skills=["homework", "reading", "psychology"])
    dialect = replace(SOMEBODY, ref="d", languages=["linyi"])
    twin = replace(SOMEBODY, ref="e")
    crowd = [far, twin, skilled, SOMEBODY, dialect]
    order = [f.who.ref for f in best(WISH, crowd, DAY, most=9)]
    assert order == ["c", "d", "a", "e", "b"]
    assert [f.who.ref for f in best(WISH, reversed(crowd), DAY, most=2)] == ["c", "d"]
