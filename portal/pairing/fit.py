"""Which volunteers fit a child, and why, in reasons that a person can read. Pure: no database, no clock.

The score only orders the list; a person decides. Nothing here is hidden: every point has its reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from portal.kernel.people import Sex, age_on
from portal.kernel.states import Word
from portal.kernel.words import N_
from portal.volunteers.rules import SKILLS, VOLUNTEER, VolunteerState

ADULT_FROM = 18
SKILLS_FOR: dict[str, tuple[str, ...]] = {
    "livelihood": ("law", "medical", "farming_skills", "handicraft"),
    "heart": ("psychology", "art", "music", "sign_language"),
    "mind": ("homework", "reading", "english", "computer"),
    "will": ("sport", "career", "psychology", "reading"),
    "skill": ("career", "handicraft", "computer", "art", "farming_skills"),
}
"""Skills that help in a support dimension (codes of the setting). A dimension that a district adds has none yet."""
AFTER_SCHOOL = frozenset(
    {f"{d}-{p}" for d in ("sat", "sun") for p in ("am", "pm", "eve")}
    | {f"{d}-eve" for d in ("mon", "tue", "wed", "thu", "fri")}
)
"""When a child who goes to school has time."""
Facts = dict[str, "Word | str | int | tuple[Word, ...]"]


@dataclass(frozen=True)
class Wish:
    """What is looked for. `dimensions` maps codes of the child's support to their names."""

    region_path: str
    mentor_sex: Sex | None
    dimensions: dict[str, str]
    at_school: bool


@dataclass(frozen=True)
class Candidate:
    """A volunteer, as far as a match goes."""

    ref: str
    name: str
    region_path: str
    town: str
    sex: Sex
    born_on: date
    occupation: str
    skills: Sequence[str]
    languages: Sequence[str]
    availability: Sequence[str]
    capacity: int
    live_pairings: int
    state: VolunteerState


@dataclass(frozen=True)
class Reason:
    """One reason: an English message id with its facts, words among them still to be translated."""

    message: str
    facts: Facts = field(default_factory=dict)
    points: int = 0


@dataclass(frozen=True)
class Fit:
    """How a volunteer fits. With any obstacle there can be no pair."""

    who: Candidate
    reasons: tuple[Reason, ...]
    obstacles: tuple[Reason, ...]

    @property
    def score(self) -> int:
        """The points of all reasons."""
        return sum(r.points for r in self.reasons)


def obstacles_of(wish: Wish, who: Candidate, day: date) -> Iterable[Reason]:
    """What rules a volunteer out."""
    if who.state is not VolunteerState.READY:
        yield Reason(N_("is not ready now: %(state)s"), {"state": Word(VOLUNTEER.words[who.state])})
    if who.live_pairings >= who.capacity:
        yield Reason(N_("has no free place (%(now)d of %(all)d)"), {"now": who.live_pairings, "all": who.capacity})
    if wish.mentor_sex is not None and who.sex is not wish.mentor_sex:
        yield Reason(N_("the file asks for a mentor of the other sex"))
    if age_on(who.born_on, day) < ADULT_FROM:
        yield Reason(N_("is not of age"))


def reasons_of(wish: Wish, who: Candidate) -> Iterable[Reason]:
    """What speaks for a volunteer."""
    nearness = closeness(wish.region_path, who.region_path)
    if nearness == 0:
        yield Reason(N_("same town: %(town)s"), {"town": who.town}, 40)
    elif nearness == 1:
        yield Reason(N_("same district: %(town)s"), {"town": who.town}, 15)
    for code, name in wish.dimensions.items():
        helps = tuple(Word(SKILLS[s]) for s in who.skills if s in SKILLS_FOR.get(code, ()) and s in SKILLS)
        if helps:
            yield Reason(
                N_("%(dimension)s: %(skills)s"), {"dimension": name, "skills": helps}, min(10 + 5 * len(helps), 20)
            )
    slots = [s for s in who.availability if not wish.at_school or s in AFTER_SCHOOL]
    if slots:
        message = N_("has time after school and at weekends") if wish.at_school else N_("has time in the week")
        yield Reason(message, points=min(5 * len(slots), 15))
    if wish.mentor_sex is not None and who.sex is wish.mentor_sex:
        yield Reason(N_("of the sex that the file asks for"))
    if "linyi" in who.languages:
        yield Reason(N_("speaks the Linyi dialect"), points=5)
    if who.live_pairings == 0:
        yield Reason(N_("is with no child yet"), points=10)
    else:
        free = who.capacity - who.live_pairings
        yield Reason(N_("could take %(number)d more"), {"number": free})


def closeness(child_path: str, other_path: str) -> int:
    """How far apart two regions are: 0 within the level above the child's own (its town), 1 one level further."""
    child, other = child_path.strip("/").split("/"), other_path.strip("/").split("/")
    common = 0
    for a, b in zip(child, other, strict=False):
        if a != b:
            break
        common += 1
    return max(0, len(child) - 1 - common)


def fit(wish: Wish, who: Candidate, day: date) -> Fit:
    """How this volunteer fits on this day."""
    return Fit(who, tuple(reasons_of(wish, who)), tuple(obstacles_of(wish, who, day)))


def best(wish: Wish, candidates: Iterable[Candidate], day: date, *, most: int) -> list[Fit]:
    """Those who can become a pair, the best first; the same input gives the same order."""
    found = [f for c in candidates if not (f := fit(wish, c, day)).obstacles]
    return sorted(found, key=lambda f: (-f.score, f.who.live_pairings, f.who.name, f.who.ref))[:most]
