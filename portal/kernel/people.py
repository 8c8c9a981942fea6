"""Rules about any person: sex, age, citizen identity numbers. Pure."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from portal.kernel.words import N_

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"


class Sex(StrEnum):
    """As in the household register."""

    MALE = "male"
    FEMALE = "female"


SEX_WORDS = {Sex.MALE: N_("male"), Sex.FEMALE: N_("female")}


def check_character(first_17: str) -> str:
    """The last character of a citizen identity number. Source: GB 11643-1999, ISO 7064 MOD 11-2."""
    return CHECKS[sum(int(d) * w for d, w in zip(first_17, WEIGHTS, strict=True)) % 11]


def id_number_problem(number: str, born_on: date | None = None, sex: Sex | None = None) -> str | None:
    """What is wrong with an identity number, as an English message id; None when it is right.

    Checks form, date of birth, checksum, and agreement with the given date of birth and sex.
    """
    if len(number) != 18 or not number[:17].isascii() or not number[:17].isdigit() or number[17] not in "0123456789X":
        return N_("An identity number has 18 places: 17 digits and a last digit or X.")
    try:
        day = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return N_("The birth date inside the identity number is no day of the calendar.")
    if check_character(number[:17]) != number[17]:
        return N_(
            "The last character of the identity number does not fit the others; please compare it with the paper."
        )
    if born_on is not None and day != born_on:
        return N_("The birth date inside the identity number is not the one given.")
    if sex is not None and (int(number[16]) % 2 == 1) != (sex is Sex.MALE):
        return N_("The identity number belongs to a person of the other sex.")
    return None


def masked_id(number: str) -> str:
    """3713**********0011. Source: domain.md, Privacy 5."""
    return number[:4] + "*" * 10 + number[-4:] if len(number) == 18 else ""


def age_on(born_on: date, day: date) -> int:
    """Full years; somebody born on 29 February completes a year on 1 March of other years."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def comes_of_age_on(born_on: date) -> date:
    """The day on which somebody is 18."""
    try:
        return born_on.replace(year=born_on.year + 18)
    except ValueError:
        return date(born_on.year + 18, 3, 1)
