"""Numbers and places of invented people: ID numbers, telephone numbers, demo villages, and who lives in which town."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeAlias

Sex: TypeAlias = Literal["female", "male"]

ID_PREFIX: Final = "371399"
_CHECK_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS: Final = "10X98765432"


@dataclass(frozen=True, slots=True)
class TownShare:
    """One town or street of the demo: how many of every thousand child files and volunteers are its own.

    Codes and names are those of the 2023 statistics list. The shares are invented but plausible: the four inner
    streets give most volunteers, the rural towns most files.
    """

    code: str
    name: str
    files: int
    volunteers: int
    villages: int


TOWNS: Final = (
    TownShare("371302001", "兰山街道", 62, 158, 8),
    TownShare("371302002", "银雀山街道", 45, 141, 7),
    TownShare("371302003", "金雀山街道", 48, 132, 7),
    TownShare("371302004", "柳青街道", 68, 146, 9),
    TownShare("371302101", "白沙埠镇", 104, 62, 15),
    TownShare("371302102", "枣园镇", 92, 58, 14),
    TownShare("371302103", "半程镇", 118, 66, 16),
    TownShare("371302105", "义堂镇", 146, 84, 20),
    TownShare("371302107", "李官镇", 88, 44, 13),
    TownShare("371302109", "方城镇", 127, 61, 18),
    TownShare("371302110", "汪沟镇", 102, 48, 15),
)

_TENS: Final = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十")
VILLAGES: Final = tuple(f"示例{number}村" for number in (*_TENS, *(f"十{unit}" for unit in _TENS[:9]), "二十"))


def check_digit(seventeen: str) -> str:
    """The eighteenth character of a citizen ID number. Source: GB 11643-1999 (ISO 7064, MOD 11-2)."""
    return _CHECK_DIGITS[sum(int(d) * w for d, w in zip(seventeen, _CHECK_WEIGHTS, strict=True)) % 11]


def id_number(rng: random.Random, born_on: date, sex: Sex) -> str:
    """A well-formed ID number of nobody: 371399 is an unassigned division of Linyi; odd sequence male, even female.

    Drawn at random from about five hundred per day and sex: a caller who needs uniqueness draws again on a clash.
    """
    sequence = rng.randrange(1, 1000, 2) if sex == "male" else rng.randrange(2, 1000, 2)
    seventeen = f"{ID_PREFIX}{born_on:%Y%m%d}{sequence:03d}"
    return seventeen + check_digit(seventeen)


def phone(rng: random.Random) -> str:
    """Eleven digits, 170000xxxxx: valid in form for mainland China, and evidently made up.

    China reserves no numbers for fiction. 170 belongs to virtual operators, and its blocks are given out by city
    from 1700 upward; the run of zeros shows a reader at once that it is not somebody's number. Demo mode never hands
    a message to a real carrier, so even an assigned number would not ring. A hundred thousand values: draw again on a clash.
    """
    return f"170000{rng.randrange(100_000):05d}"


def town_of_child(rng: random.Random) -> TownShare:
    """A town by its share of child files."""
    return rng.choices(TOWNS, [town.files for town in TOWNS])[0]


def town_of_volunteer(rng: random.Random) -> TownShare:
    """A town by its share of volunteers."""
    return rng.choices(TOWNS, [town.volunteers for town in TOWNS])[0]


def villages_of(town: TownShare) -> tuple[str, ...]:
    """The invented villages of a town: 示例一村 … 示例二十村, as many as it has."""
    return VILLAGES[: town.villages]


def street_address(rng: random.Random, village: str) -> str:
    """A house in an invented village."""
    return f"{village} {rng.randrange(1, 240)} 号"
