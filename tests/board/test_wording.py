"""The board's wording: nothing on it fits fewer than five open files, whatever one filters or leaves out (T7)."""

from __future__ import annotations

import random
from itertools import product

import pytest

from portal.board.rules import ANY, WISH, Band, Cell, File, Wording, fits, slips

KINDS = ("medical", "material", "legal")
TOWNS = "ABCDEFGHIJK"
WORLDS = 200


def world(seed):
    dice = random.Random(seed)
    size, share = dice.choice((0, 3, 20, 80, 540)), dice.choice((0.02, 0.2, 0.6))
    return [
        File(dice.choice(TOWNS), dice.choice(list(Band)).value, frozenset(k for k in KINDS if dice.random() < share))
        for _ in range(size)
    ]


def test_in_200_worlds_every_cell_and_every_combination_of_filters_fits_five_files():
    looked = 0
    for seed in range(WORLDS):
        files = world(seed)
        for kind in (*KINDS, WISH):
            wording = Wording(files, kind)
            shown = {c for f in files if kind in (*f.kinds, WISH) and (c := wording.of(f.town, f.band))}
            assert all(fits(files, cell) >= 5 for cell in shown)
            for town, band, asked in product((ANY, *TOWNS), (ANY, *Band), (ANY, kind)):
                visible = [c for c in shown if town in (ANY, c.town) and band in (ANY, c.band)]
                if visible:
                    looked += 1
                    assert fits(files, Cell(asked, town, band)) >= 5
    assert looked > 10_000


def test_what_is_left_over_for_a_coarse_wording_is_five_files_too():
    """A coarse wording is read as "none of those for whom the fine one is allowed"."""
    for seed in range(WORLDS):
        files = world(seed)
        for kind in (*KINDS, WISH):
            wording, meant = Wording(files, kind), {}
            for f in files:
                if kind == WISH or kind in f.kinds:
                    meant.setdefault(wording.of(f.town, f.band), []).append(f)
            assert all(len(fitting) >= 5 for cell, fitting in meant.items() if cell is not None)


def test_too_few_are_worded_more_coarsely_and_at_last_not_at_all():
    many = [File("A", "6-11", frozenset({"medical"}))] * 5
    assert Wording(many, "medical").of("A", "6-11") == Cell("medical", "A", "6-11")
    two_bands = [*many[:3], *[File("A", "0-5", frozenset({"medical"}))] * 2]
    assert Wording(two_bands, "medical").of("A", "0-5") == Cell("medical", "A", ANY)
    two_towns = [*many[:3], *[File("B", "6-11", frozenset({"medical"}))] * 2]
    assert Wording(two_towns, "medical").of("B", "6-11") == Cell("medical", ANY, "6-11")
    scattered = [*many[:3], *[File("B", "0-5", frozenset({"medical"}))] * 2]
    assert Wording(scattered, "medical").of("B", "0-5") == Cell("medical", ANY, ANY)
    assert Wording(many[:4], "medical").of("A", "6-11") is None
    assert Wording(many, "legal").of("A", "6-11") is None


def test_a_wish_fits_every_file_of_its_town_and_band():
    files = [File("A", "6-11", frozenset())] * 5
    assert Wording(files, WISH).of("A", "6-11") == Cell(WISH, "A", "6-11")


@pytest.mark.parametrize(
    "text",
    [
        "给李小雨买一副眼镜", "给李 小 雨买一副眼镜", "示例一村的孩子想要一张书桌", "实验小学的孩子想要一张书桌", "父亲服刑的孩子想要书桌",
        "2015年3月2日出生的孩子", "联系电话13900000001", "三年级的孩子想要一个书包", "母亲服 刑", "给ＬＸＹ李小雨",
    ],
)  # fmt: skip
def test_a_careless_redaction_is_found(text):
    assert slips(text, names=["李小雨"], places=["示例一村"])


@pytest.mark.parametrize("text", ["一张书桌和一盏台灯", "希望有人陪读绘本，每周一次", "冬天的被子两床"])
def test_an_honest_wish_is_not_stopped(text):
    assert slips(text, names=["李小雨"], places=["示例一村"]) == []
