"""Which volunteer fits which child of the demo: near, free, of the wanted sex, with the skills that are asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from portal.demo.children import Kid
from portal.demo.content.identity import TOWNS
from portal.demo.store import Store
from portal.demo.volunteers import Helper
from portal.kernel.people import Sex
from portal.volunteers.rules import VolunteerState

INNER = frozenset(town.code for town in TOWNS[:4])
"""The streets of the town centre: most volunteers live there, and ride out to the villages."""
TRIED = 14
GIRLS_WITH_WOMEN_FROM = 9
SKILL_WORDS = {
    "homework": "能辅导功课", "reading": "爱带孩子读书", "psychology": "懂心理陪伴", "art": "会画画",
    "music": "会音乐", "sport": "爱运动", "handicraft": "手工好", "computer": "懂电脑", "english": "英语好",
    "law": "懂法律", "medical": "懂医护", "career": "能聊就业和手艺", "farming_skills": "懂农技",
    "sign_language": "会手语",
}  # fmt: skip
DAY_WORDS = {"mon": "周一", "tue": "周二", "wed": "周三", "thu": "周四", "fri": "周五", "sat": "周六", "sun": "周日"}
PART_WORDS = {"am": "上午", "pm": "下午", "eve": "晚上"}


def reasons(kid: Kid, helper: Helper) -> str:
    """Why the two were proposed, in words, without a name."""
    day, part = helper.row["availability"][0].split("-")
    near = f"同在{kid.family.town.name}" if helper.town == kid.family.town.code else "距离可以接受"
    said = [near, f"{DAY_WORDS[day]}{PART_WORDS[part]}有空", SKILL_WORDS[helper.row["skills"][0]]]
    if kid.row["mentor_sex"] is not None:
        said.append("性别符合孩子的意愿")
    return "；".join(said) + "。"


class Matcher:
    """Keeps who has a free place."""

    def __init__(self, store: Store, helpers: list[Helper]) -> None:
        self.store = store
        self.free = [h for h in helpers if h.state is VolunteerState.READY]
        self.left = [h for h in helpers if h.state is VolunteerState.ARCHIVED]
        store.rng.shuffle(self.free)

    def best(self, kid: Kid, *, by: date) -> Helper | None:
        """The fittest of some who were ready by a day and have a free place; None when there is nobody."""
        own = self.store.rng.random() < 0.6
        found = self._some(kid, by, lambda h: h.town == kid.family.town.code) if own else []
        found = found or self._some(kid, by, lambda h: h.town in INNER) or self._some(kid, by, lambda _h: True)
        return max(found, key=lambda h: self._score(kid, h)) if found else None

    def former(self, kid: Kid, *, by: date, until: date) -> Helper | None:
        """Somebody for a pair that has ended: those who left the programme after it first."""
        for helper in self.left:
            if (
                helper.left_on is not None
                and helper.ready_on <= by
                and helper.left_on > until
                and self._fits(kid, helper)
            ):
                self.left.remove(helper)
                return helper
        # Somebody without a child now, so that the earlier pair took no place of the present one.
        return next(
            (h for h in self.free if h.taken == 0 and h.account is None and h.ready_on <= by and self._fits(kid, h)),
            None,
        )

    def _some(self, kid: Kid, by: date, where: Callable[[Helper], bool]) -> list[Helper]:
        found: list[Helper] = []
        for helper in self.free:
            if (
                helper.taken < helper.row["capacity"]
                and helper.ready_on <= by
                and where(helper)
                and self._fits(kid, helper)
            ):
                found.append(helper)
                if len(found) == TRIED:
                    break
        return found

    def _fits(self, kid: Kid, helper: Helper) -> bool:
        sex, age = helper.row["sex"], kid.age(self.store.as_of)
        if kid.row["mentor_sex"] is not None and sex is not kid.row["mentor_sex"]:
            return False
        return not (kid.row["sex"] is Sex.FEMALE and age >= GIRLS_WITH_WOMEN_FROM and sex is Sex.MALE)

    def _score(self, kid: Kid, helper: Helper) -> float:
        skills = helper.row["skills"]
        young = kid.age(self.store.as_of) < 12
        wanted = (
            ("reading", "art", "handicraft", "homework")
            if young
            else ("homework", "career", "sport", "computer", "psychology")
        )
        return (
            sum(s in wanted for s in skills)
            + (2 if helper.town == kid.family.town.code else 0)
            + self.store.rng.random()
        )
