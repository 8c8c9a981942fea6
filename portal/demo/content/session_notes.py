"""Session notes that read as if volunteers had written them, put together from whole hand-written sentences."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from typing import Final, Literal, TypeAlias

from portal.demo.content.note_frames import (
    CALL_CLOSINGS,
    CALL_NEXT_STEPS,
    CALL_OPENINGS,
    CLOSINGS,
    MOMENTS,
    NEXT_STEPS,
    OPENINGS,
    OPENINGS_AT_HOME,
    OPENINGS_ELSEWHERE,
)
from portal.demo.content.notes_5_7 import SCENES_5_7
from portal.demo.content.notes_8_11 import SCENES_8_11
from portal.demo.content.notes_12_14 import SCENES_12_14
from portal.demo.content.notes_15_17 import SCENES_15_17
from portal.demo.content.scenes import Activity, Band, Mood, Scenes, band_of
from portal.demo.content.seasons import (
    FESTIVAL_LINES,
    OUTDOORS_LINES,
    SEASON_LINES,
    TERM_LINES,
    festival_near,
    season_of,
    term_part,
)

Sex: TypeAlias = Literal["female", "male"]

_BY_BAND: Final[tuple[tuple[Band, dict[Activity, Scenes]], ...]] = (
    ("5-7", SCENES_5_7),
    ("8-11", SCENES_8_11),
    ("12-14", SCENES_12_14),
    ("15-17", SCENES_15_17),
)
SCENES: Final[dict[tuple[Band, Activity], Scenes]] = {
    (band, activity): scenes for band, of_band in _BY_BAND for activity, scenes in of_band.items()
}

# A season's line with one of these characters is told from the child's own house.
_HOUSEHOLD: Final = frozenset("院屋窗炉蒸洗地")


def compose_note(
    rng: random.Random,
    *,
    given_name: str,
    sex: Sex,
    age: int,
    activities: Sequence[Activity],
    mood: Mood,
    on: date,
    carer: str = "家里人",
    at_home: bool = True,
    told: set[str] | None = None,
) -> str:
    """One volunteer's note of one session, of one to four sentences.

    `age` in whole years on the day. With "check_in" among `activities` the note tells of a call and of nothing
    else: give it for every session by phone or video.
    `at_home` says whether they met at the child's home; homework is better not given before six.
    `told` holds the sentences already used for this pair: they are avoided while others are left, and the new ones
    are added to it, so that a pair's log does not repeat itself.
    """
    band = band_of(age)
    told = told if told is not None else set()
    drawn: list[str] = []

    def draw(lines: Sequence[str]) -> None:
        fresh = [line for line in lines if line not in told and line not in drawn]
        unused = fresh or [line for line in lines if line not in drawn]
        if unused:
            drawn.append(rng.choice(unused))

    by_phone = "check_in" in activities
    length = rng.choices((1, 2, 3, 4), weights=(3, 25, 44, 28))[0]
    done: list[Activity] = ["check_in"] if by_phone else list(activities) or ["company"]
    if length == 4 or (length == 3 and len(done) == 1 and rng.random() < 0.5):
        draw(CALL_OPENINGS if by_phone else _openings(age, on, at_home))
    for activity in done[: max(1, length - 1)]:
        draw(_lines_about(activity, band, mood, on))
    room = length - len(drawn)
    if room >= 3 or (room == 2 and rng.random() < 0.3):
        draw(_lines_about(done[0], band, mood, on) if by_phone or rng.random() < 0.6 else MOMENTS[band])
        room -= 1
    if room and (mood <= 2 or room >= 2 or rng.random() < 0.6):
        draw((CALL_CLOSINGS if by_phone else CLOSINGS)[mood])
        room -= 1
    if room:
        draw(CALL_NEXT_STEPS if by_phone else NEXT_STEPS)
    told.update(drawn)
    return fill("".join(drawn), given_name=given_name, sex=sex, carer=carer)


def fill(text: str, *, given_name: str, sex: Sex, carer: str = "家里人") -> str:
    """Put the people into a sentence of this package."""
    return text.format(child=given_name, she="她" if sex == "female" else "他", carer=carer)


def _openings(age: int, on: date, at_home: bool) -> tuple[str, ...]:
    place = OPENINGS_AT_HOME if at_home else OPENINGS_ELSEWHERE
    season = tuple(line for line in SEASON_LINES[on.month] if at_home or not _HOUSEHOLD.intersection(line))
    term = term_part(on)
    # Kindergarten knows no timetable of tests, and the first school years sit no examinations.
    schooled = term is not None and age >= (8 if term in {"期中", "期末"} else 7)
    return OPENINGS + place + season * 2 + (TERM_LINES[term] * 2 if term and schooled else ())


def _lines_about(activity: Activity, band: Band, mood: Mood, on: date) -> tuple[str, ...]:
    scenes = SCENES[band, activity].fitting(mood)
    if activity == "festival":
        festival = festival_near(on)
        if festival is None or (festival == "六一" and band == "15-17"):
            return scenes
        return FESTIVAL_LINES[festival] * 2 + (SCENES[band, activity].heavy if mood <= 2 else ())
    if activity == "outdoors" and mood >= 3:
        return scenes + OUTDOORS_LINES[season_of(on)]
    return scenes
