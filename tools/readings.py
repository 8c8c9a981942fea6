"""Write portal/places/readings.txt from pypinyin: `python tools/readings.py` after a new version of that library.

The library takes 56 MB in each process that ever saves a name, and the portal asks it for first letters alone.
"""

from __future__ import annotations

from pathlib import Path

from pypinyin import Style, lazy_pinyin
from pypinyin.phrases_dict import phrases_dict

FIRST, LAST = 0x3400, 0x9FFF
TARGET = Path(__file__).resolve().parent.parent / "portal/places/readings.txt"
MOST_CHARACTERS = 3
"""Longer words are not names."""


def letters(text: str) -> str:
    """What the library reads: the first letter of each character that has a reading."""
    found = lazy_pinyin(text, style=Style.FIRST_LETTER, errors=lambda unread: unread)
    return "".join(c for c in "".join(found).lower() if c.isascii() and c.isalnum())


def main() -> None:
    """One line with a letter, or a space for none, for each code point; then the words that are read otherwise."""
    table = {chr(point): letters(chr(point)) for point in range(FIRST, LAST + 1)}
    words: dict[str, str] = {}
    for length in range(2, MOST_CHARACTERS + 1):
        for word in sorted(w for w in phrases_dict if len(w) == length):
            if all(c in table for c in word) and (read := letters(word)) != spelt(word, table, words):
                words[word] = read
    lines = ["".join(letter or " " for letter in table.values()), *(f"{word} {read}" for word, read in words.items())]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")


def spelt(word: str, table: dict[str, str], words: dict[str, str]) -> str:
    """What the portal would read from what is known so far: the longest known word first, else the character."""
    read, at = "", 0
    while at < len(word):
        known = next((n for n in range(MOST_CHARACTERS, 1, -1) if word[at : at + n] in words), 1)
        read += words[word[at : at + known]] if known > 1 else table[word[at]]
        at += known
    return read


if __name__ == "__main__":
    main()
