"""The typed form of a card's code: long enough, forgiving in what people mistake, strict in what they mistype."""

from __future__ import annotations

import pytest

from portal.children.short_codes import (
    ALPHABET,
    RANDOM_PLACES,
    check_character,
    grouped,
    new_short_code,
    typed_short_code,
)


def test_a_code_has_at_least_forty_random_bits_and_no_sign_that_looks_like_another():
    assert len(ALPHABET) ** RANDOM_PLACES >= 2**40
    assert not set("ILOU") & set(ALPHABET)
    made = {new_short_code() for _ in range(500)}
    assert len(made) == 500
    assert all(typed_short_code(code) == code for code in made)
    assert all(len({code[place] for code in made}) > 20 for place in range(RANDOM_PLACES))


@pytest.mark.parametrize(
    "how",
    [str.lower, grouped, lambda c: " ".join(c), lambda c: f" {c}\n", lambda c: c.replace("0", "O").replace("1", "l"),
     lambda c: c.replace("0", "o").replace("1", "I"), lambda c: "".join(chr(ord(s) + 0xFEE0) for s in c), lambda c: c.replace("V", "u")],
)  # fmt: skip
def test_what_people_mistake_is_mended(how):
    body = "01V7QF93M"
    code = body + check_character(body)
    assert typed_short_code(how(code)) == code


def test_one_wrong_sign_is_always_found():
    code = new_short_code()
    for place, right in enumerate(code):
        for wrong in set(ALPHABET) - {right}:
            assert typed_short_code(code[:place] + wrong + code[place + 1 :]) is None


@pytest.mark.parametrize("typed", ["", "-", "A" * 9, "A" * 11, "张晓雨", "0" * 5000, "\0" * 10, "ÅÅÅÅÅÅÅÅÅÅ"])
def test_what_cannot_be_a_code_is_none(typed):
    assert typed_short_code(typed) is None


def test_it_stands_on_the_card_in_groups():
    assert grouped("K7QF93MD2W") == "K7QF-93MD-2W"
