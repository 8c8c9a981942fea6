"""Pinyin initials of Chinese names, for search, feeds and mails: 张晓雨 is zxy."""

from __future__ import annotations

from collections.abc import Mapping

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


def initials(name: str, surname_length: int) -> str:
    """The first letter of each character, lower case; other letters and digits stay, all else is dropped.

    `surname_length` is the number of characters of the surname at the beginning (0 for a given name alone), since
    some characters are read otherwise as a surname. At most 20 letters.
    """
    from pypinyin import Style, lazy_pinyin

    surname, given = name[:surname_length], name[surname_length:]

    def letters(text: str) -> str:
        found = lazy_pinyin(text, style=Style.FIRST_LETTER, errors=lambda text: text) if text else []
        return "".join(c for c in "".join(found).lower() if c.isascii() and c.isalnum())

    return ((SURNAMES.get(surname) or letters(surname)) + letters(given))[:20]
