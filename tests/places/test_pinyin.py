"""The first letters of names, read from a small table, are those that the whole library reads."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from portal.places.pinyin import SURNAMES, initials

LIBRARY = """
import json
from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT
def read(text):
    found = "".join(lazy_pinyin(text, style=Style.FIRST_LETTER, errors=lambda t: t)).lower()
    return "".join(c for c in found if c.isascii() and c.isalnum())
assert len(PHRASES_DICT) > 40_000
asked = [chr(c) for c in PINYIN_DICT] + [w for w in PHRASES_DICT if len(w) <= 3]
print(json.dumps({text: read(text) for text in asked}))
"""


def test_every_character_and_every_short_word_is_read_as_the_library_reads_it():
    done = subprocess.run([sys.executable, "-c", LIBRARY], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    read = json.loads(done.stdout)
    assert len(read) > 60_000
    wrong = {text: (initials(text, 0), right) for text, right in read.items() if initials(text, 0) != right}
    # Words with a character beyond the table are read character by character.
    assert {t: w for t, w in wrong.items() if all(0x3400 <= ord(c) <= 0x9FFF for c in t) or len(t) == 1} == {}


@pytest.mark.parametrize(
    ("name", "surname_length", "letters"),
    [
        ("张晓雨", 1, "zxy"), ("单朝阳", 1, "szy"), ("解长青", 1, "xcq"), ("欧阳乐乐", 2, "oyll"), ("尉迟重阳", 2, "yccy"),
        ("买买提·阿不都", 0, "mmtabd"), ("王O2", 1, "wo2"), ("李𬭎", 1, "lh"), ("", 0, ""), ("〇", 0, "l"), ("王" * 30, 1, "w" * 20),
    ],
)  # fmt: skip
def test_names_have_the_letters_that_people_type(name, surname_length, letters):
    assert initials(name, surname_length) == letters


def test_saving_names_does_not_read_the_library():
    """It takes 56 MB in each process that has read it."""
    names = ["王小明", "单朝阳", "欧阳长青", "买买提·阿不都", *SURNAMES]
    program = (
        "import sys; from portal.places.pinyin import initials\n"
        f"[initials(name, 1) for name in {names!r}]\n"
        "print('pypinyin' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout == "False\n", done.stderr
