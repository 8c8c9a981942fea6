"""Passwords: hashing with argon2id, and which ones are refused.

Source of the numbers: safety.md, "Passwords" (argon2id with 19 MiB, two rounds, one lane; at least 15 characters
without a second factor; a list of common ones; no rules of composition; no forced change).
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from portal.kernel.words import N_

SHORTEST = 15
LONGEST = 200
"""Longer ones only cost time to hash."""
STRENGTH: dict[str, Any] = {"time_cost": 2, "memory_cost": 19 * 1024, "parallelism": 1}
"""`memory_cost` in KiB."""
COMMON = frozenset(
    [
        "passwordpassword",
        "password123456789",
        "123456789012345",
        "1234567890123456",
        "qwertyuiopasdfgh",
        "qwertyuiopasdfghjkl",
        "1qaz2wsx3edc4rfv",
        "1q2w3e4r5t6y7u8i",
        "iloveyouiloveyou",
        "woaini1314520woaini",
        "woaini5201314woaini",
        "adminadminadmin",
        "administrator123",
        "letmeinletmeinletmein",
        "welcomewelcome123",
        "correcthorsebatterystaple",
        "changemechangeme",
        "mypasswordispassword",
        "thisismypassword",
        "passw0rdpassw0rd",
        "zaq12wsxcde34rfv",
        "abcdefghijklmno",
        "abcdefghijklmnopqrstuvwxyz",
        "woshizhongguoren",
        "zhongguozhongguo",
        "aaaaaaaaaaaaaaaa",
        "111111111111111",
        "000000000000000",
        "888888888888888",
        "666666666666666",
        "5201314520131452",
        "p@ssw0rdp@ssw0rd",
        "superman12345678",
        "football12345678",
        "princess12345678",
        "dragondragondragon",
        "monkeymonkeymonkey",
        "qazwsxedcrfvtgb",
        "asdfghjklzxcvbnm",
        "qwer1234qwer1234",
        "a123456789012345",
        "aa123456789012345",
        "abc123abc123abc123",
        "wodemimawodemima",
        "mimamimamimamima",
        "xiaoxiaoxiaoxiao",
    ]
)
"""Passwords of 15 characters or more that people are known to choose; collected by hand."""
RUNS = (
    "01234567890123456789",
    "98765432109876543210",
    "abcdefghijklmnopqrstuvwxyz",
    "zyxwvutsrqponmlkjihgfedcba",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
)


class _Kept:
    hasher = PasswordHasher(**STRENGTH)


def use_strength(**strength: Any) -> None:
    """Hash with other parameters from now on (tests need not wait for strong ones)."""
    _Kept.hasher = PasswordHasher(**(STRENGTH | strength))
    _nobodys_hash.cache_clear()


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return _Kept.hasher.hash(secrets.token_urlsafe(32))


def one_form(password: str) -> str:
    """The same password from every keyboard: composed characters, full-width letters as plain ones."""
    return unicodedata.normalize("NFKC", password)


def hashed(password: str) -> str:
    """What is kept of a password."""
    return _Kept.hasher.hash(one_form(password))


def fits(password: str, kept: str) -> bool:
    """Whether a password is the one kept. Takes as long when there is none (`kept` is '')."""
    nobodys = _nobodys_hash()  # made by whoever comes first, known or not
    try:
        _Kept.hasher.verify(kept or nobodys, one_form(password)[: LONGEST * 4])
    except (VerificationError, InvalidHashError):
        return False
    return bool(kept)


def outgrown(kept: str) -> bool:
    """Whether a kept hash was made with other parameters than today's, so that it is to be made anew."""
    return _Kept.hasher.check_needs_rehash(kept)


def _is_one_pattern(text: str) -> bool:
    return any(text == (text[:n] * len(text))[: len(text)] for n in range(1, len(text) // 2 + 1))


def _is_a_run(text: str) -> bool:
    return any(text in run * 3 for run in RUNS)


def problem(password: str, *, own: Iterable[str] = ()) -> tuple[str, dict[str, int]] | None:
    """Why a password is refused: an English message id with its numbers; None when it is good.

    `own` are the person's own words (name, mail address, phone) and the portal's name: a password that is little more
    than one of them is refused.
    """
    text = one_form(password)
    low = text.casefold()
    if len(text) < SHORTEST:
        return N_(
            "Use at least %(least)d characters. Four or five words that only you would put together are easy to keep "
            "in mind."
        ), {"least": SHORTEST}
    if len(text) > LONGEST:
        return N_("Use at most %(most)d characters."), {"most": LONGEST}
    if len(set(low)) < 5 or _is_one_pattern(low) or _is_a_run(low):
        return N_("This repeats one pattern, which is guessed first. Put unlike words together."), {}
    if low in COMMON or low.strip("0123456789!@#.") in COMMON:
        return N_("Many people use this password, so it is guessed first. Choose another one."), {}
    for word in own:
        for part in {word.casefold(), *word.casefold().split("@")[:1]}:
            if len(part) >= 2 and part in low and len(low.replace(part, "")) < SHORTEST // 2:
                return N_(
                    "This is little more than your name, your address or the name of the portal. Choose something "
                    "nobody can know."
                ), {}
    return None
