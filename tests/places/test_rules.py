"""Lengths of time and lists of codes, as people type them."""

from __future__ import annotations

import pytest

from portal.places.rules import coded_lines, coded_words, minutes_said


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("90", 90), ("90 minutes", 90), ("90分钟", 90), ("1 hour", 60), ("1h30m", 90), ("1小时30分", 90),
        ("24 hours (1 day)", 1440), ("24 小时（1 天）", 1440), ("1 day", 1440), ("3天", 4320), ("1 Day 12 Hours", 2160),
        ("", None), ("soon", None), ("1.5 hours", None), ("-5", None), ("1 week", None), ("(1 day)", None),
    ],
)  # fmt: skip
def test_a_length_of_time_is_read_in_both_languages(typed, minutes):
    assert minutes_said(typed) == minutes


STANDING = coded_words(["heart 扶心 / Emotional support", "mind 扶智", "skill 扶技 / Skills"])


def test_the_words_of_a_code_in_both_languages():
    assert [(e.code, e.zh, e.en) for e in STANDING] == [
        ("heart", "扶心", "Emotional support"), ("mind", "扶智", "扶智"), ("skill", "扶技", "Skills"),
    ]  # fmt: skip
    assert [e.line for e in STANDING] == ["扶心 / Emotional support", "扶智", "扶技 / Skills"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (["扶技 / Skills", "扶心 / Emotional support", "扶智"],
         ["skill 扶技 / Skills", "heart 扶心 / Emotional support", "mind 扶智"]),
        (["扶心 / Heart", "扶智 / Learning", "扶技 / Skills"],
         ["heart 扶心 / Heart", "mind 扶智 / Learning", "skill 扶技 / Skills"]),
        (["关爱 / Care", "扶智", "扶技 / Skills"], ["heart 关爱 / Care", "mind 扶智", "skill 扶技 / Skills"]),
        (["扶心 / Emotional support", "扶健 / Health"], ["heart 扶心 / Emotional support", "own-1 扶健 / Health"]),
    ],
    ids=["another order", "another English word", "renamed at its place", "one gone, one new"],
)  # fmt: skip
def test_a_code_stays_with_its_words(typed, kept):
    assert coded_lines(typed, STANDING) == kept
