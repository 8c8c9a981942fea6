"""The short form of a card's code, for hands where no camera helps: K7QF-93MD-2W. Pure.

Nine random places (45 bits) and a check character, in Crockford's base 32: no I, L, O or U, and what is read as one of
them is mended. Source: domain.md, Privacy 4 (at least 40 random bits); the check character is Luhn's, modulo 32.
"""

from __future__ import annotations

import secrets
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_PLACES = 9
_MENDED = str.maketrans("OILU", "011V")
_VALUES = {sign: value for value, sign in enumerate(ALPHABET)}


def new_short_code() -> str:
    """Ten places, the last one checks the others."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_PLACES))
    return body + check_character(body)


def check_character(body: str) -> str:
    """Finds one wrong sign always, and two neighbours that changed places nearly always."""
    total = 0
    for place, sign in enumerate(reversed(body)):
        value = _VALUES[sign] * (2 if place % 2 == 0 else 1)
        total += value // 32 + value % 32
    return ALPHABET[-total % 32]


def typed_short_code(text: str) -> str | None:
    """What was typed, as it is kept: full-width, small and look-alike signs mended, separators dropped. None for what
    cannot be a short code."""
    plain = unicodedata.normalize("NFKC", text[:80]).upper()
    mended = "".join(sign for sign in plain if sign.isalnum()).translate(_MENDED)
    if len(mended) != RANDOM_PLACES + 1 or any(sign not in _VALUES for sign in mended):
        return None
    return mended if check_character(mended[:-1]) == mended[-1] else None


def grouped(code: str) -> str:
    """As it stands on the card."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))
