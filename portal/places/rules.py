"""Closed lists of places. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from portal.kernel.words import N_

LEVELS = {
    "province": N_("province"), "city": N_("city"), "district": N_("district"), "town": N_("town or street"),
    "village": N_("village or neighbourhood"),
}  # fmt: skip

DAY_MINUTES, HOUR_MINUTES = 1440, 60
_UNITS = {
    DAY_MINUTES: ("d", "day", "days", "天", "日"),
    HOUR_MINUTES: ("h", "hour", "hours", "小时", "个小时", "时"),
    1: ("", "m", "min", "minute", "minutes", "分", "分钟"),
}
_MINUTES = {word: minutes for minutes, words in _UNITS.items() for word in words}
_PART = re.compile(r"\s*(\d{1,6})\s*([a-z]+|[个小时天日分钟]+|)")
_ASIDE = re.compile(r"[(（].*")


def minutes_said(text: str) -> int | None:
    """A length in minutes from what a person typed, in either language: `24 hours`, `1 day`, `1小时30分钟`, `90`.

    What stands in brackets is an aside. None for what cannot be read. A number alone is minutes.
    """
    rest, total = _ASIDE.sub("", text).strip().lower(), 0
    if not rest:
        return None
    while rest:
        part = _PART.match(rest)
        if part is None or part[2] not in _MINUTES:
            return None
        total += int(part[1]) * _MINUTES[part[2]]
        rest = rest[part.end() :].strip()
    return total


class CodedWord(NamedTuple):
    """One entry of a list of codes: what stands in records, and its words in both languages."""

    code: str
    zh: str
    en: str

    @property
    def line(self) -> str:
        """As a person reads and types it."""
        return f"{self.zh} / {self.en}" if self.en != self.zh else self.zh


def coded_words(lines: Iterable[str]) -> list[CodedWord]:
    """The entries of a setting whose lines are `code 中文 / English`; without English the Chinese stands for both."""
    found = []
    for line in lines:
        code, _sep, words = line.partition(" ")
        zh, _slash, en = (part.strip() for part in words.partition("/"))
        found.append(CodedWord(code, zh or code, en or zh or code))
    return found


def coded_lines(typed: Sequence[str], standing: Sequence[CodedWord]) -> list[str]:
    """The lines to keep for what a person typed (`中文 / English`, one a line), with the codes that stand in records.

    An entry is known by either of its words; one that is renamed at its place keeps its code; another one gets a new
    code.
    """
    by_word = {word: entry.code for entry in standing for word in (entry.zh, entry.en)}
    said = [tuple(part.strip() for part in line.partition("/"))[::2] for line in typed]
    codes = [by_word.get(zh) or by_word.get(en) or "" for zh, en in said]
    for place, code in enumerate(codes):
        if not code and len(typed) == len(standing) and standing[place].code not in codes:
            codes[place] = standing[place].code
    taken = {entry.code for entry in standing} | set(codes)
    lines = []
    for place, (zh, en) in enumerate(said):
        if not codes[place]:
            codes[place] = next(c for n in range(1, 1000) if (c := f"own-{n}") not in taken)
            taken.add(codes[place])
        lines.append(f"{codes[place]} {zh} / {en}" if en and en != zh else f"{codes[place]} {zh}")
    return lines
