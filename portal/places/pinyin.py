"""Pinyin initials of Chinese names, for search, feeds and mails: 张晓雨 is zxy."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache

from portal.config import PACKAGE

SURNAMES: Mapping[str, str] = {
    "单": "s", "曾": "z", "仇": "q", "乐": "y", "盖": "g", "解": "x", "查": "z", "区": "o", "朴": "p", "任": "r",
    "秘": "b",
    "冼": "x", "员": "y", "种": "c", "翟": "z", "缪": "m", "折": "s", "薄": "b", "召": "s", "繁": "p", "重": "c",
    "逄": "p",
    "能": "n", "谌": "c", "牟": "m", "盛": "s", "石": "s", "沈": "s", "覃": "q", "郗": "x", "郇": "x", "宿": "s",
    "尉": "w",
    "隗": "w", "褚": "c", "晁": "c", "会": "g", "祭": "z", "阙": "q", "钭": "t", "佴": "n", "殷": "y", "臧": "z",
    "訾": "z",
    "尉迟": "yc", "万俟": "mq", "长孙": "zs", "澹台": "tt", "单于": "cy", "令狐": "lh",
}  # fmt: skip
"""Surnames whose reading as a surname differs from the common one, or that libraries read wrongly."""


FIRST_READ, LAST_READ = 0x3400, 0x9FFF
"""The code points of the table in `readings.txt`."""
LONGEST_WORD = 3


def initials(name: str, surname_length: int) -> str:
    """The first letter of each character, lower case; other letters and digits stay, all else is dropped.

    `surname_length` is the number of characters of the surname at the beginning (0 for a given name alone), since
    some characters are read otherwise as a surname. At most 20 letters.
    """
    surname, given = name[:surname_length], name[surname_length:]
    return ((SURNAMES.get(surname) or _letters(surname)) + _letters(given))[:20]


@lru_cache(maxsize=1)
def _readings() -> tuple[str, dict[str, str]]:
    """A letter for each code point, and the words that are read otherwise (`tools/readings.py` wrote them)."""
    first, *lines = (PACKAGE / "places/readings.txt").read_text(encoding="utf-8").splitlines()
    return first, dict(line.split(" ") for line in lines)


def _letters(text: str) -> str:
    table, words = _readings()
    found, at = "", 0
    while at < len(text):
        length = next((n for n in range(LONGEST_WORD, 1, -1) if text[at : at + n] in words), 1)
        found += words[text[at : at + length]] if length > 1 else _letter(text[at], table)
        at += length
    return found


def _letter(character: str, table: str) -> str:
    point = ord(character)
    if character.isascii():
        return character.lower() if character.isalnum() else ""
    if FIRST_READ <= point <= LAST_READ:
        return table[point - FIRST_READ].strip()
    return _rare(character) if point == ord("〇") or 0xE000 <= point <= 0xFAFF or point >= 0x20000 else ""


def _rare(character: str) -> str:
    """A character beyond the table, asked of the library without its words: they take 44 MB in each process."""
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
    from pypinyin import Style, lazy_pinyin

    found = "".join(lazy_pinyin(character, style=Style.FIRST_LETTER, errors=lambda unread: unread)).lower()
    return "".join(c for c in found if c.isascii() and c.isalnum())
