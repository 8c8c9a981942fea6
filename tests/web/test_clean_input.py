"""What people type is mended where that is safe, and refused with a sentence where it is not."""

from __future__ import annotations

from datetime import date

import pytest

from portal.kernel.clock import today
from portal.web.forms import Day, Form, Hour, LongText, Number, One, Several, Text, clean_text, plain_digits
from portal.web.language import negotiate


class Sample(Form):
    """One of each."""

    name = Text("name", limit=5)
    note = LongText("note", limit=4000)
    number = Number("number", low=1, high=720)
    on = Day("on", latest=today)
    at = Hour("at")
    way = One("way", [("a", "A"), ("b", "B")])
    many = Several("many", [("x", "X"), ("y", "Y")])


def read(app, **data):
    app.config["WTF_CSRF_ENABLED"] = False
    with app.test_request_context("/", method="POST", data=data, headers={"Accept-Language": "en"}):
        form = Sample()
        form.validate()
        return {k: v for k, v in form.answers().items() if v not in (None, "", [])}, {
            k: [str(e) for e in v] for k, v in form.errors.items()
        }


def test_controls_and_direction_marks_are_taken_out_and_emoji_stay():
    assert clean_text("\u202e张\x00晓\x07雨😀\r\n好 ") == "张晓雨😀\n好"


def test_full_width_digits_are_read(app):
    assert plain_digits("１３８ 0000－1111") == "1380000-1111"
    assert read(app, number="９０", on="２０２４-０１-０５", at="１５：３０")[0].keys() == {"number", "on", "at"}


@pytest.mark.parametrize("text", ["2026-02-30", "abc", "2026-13-01", "0001-01-01", "99999-1-1"])
def test_a_day_that_is_none_gets_a_sentence(app, text):
    assert "no day of the calendar" in read(app, on=text)[1]["on"][0]


@pytest.mark.parametrize("text", ["2024年1月5日", "2024/1/5", "2024.01.05"])
def test_days_may_be_written_as_people_write_them(app, text):
    assert read(app, on=text)[0]["on"] == date(2024, 1, 5)


def test_a_day_in_the_future_gets_a_sentence(app):
    assert "future" in read(app, on="2199-01-01")[1]["on"][0]


@pytest.mark.parametrize("text", ["0", "721", "1e3", "-5", "12.5", "many"])
def test_a_number_out_of_bounds_gets_a_sentence(app, text):
    assert "from 1 to 720" in read(app, number=text)[1]["number"][0]


def test_a_text_that_is_too_long_gets_a_sentence_and_is_not_cut(app):
    assert "At most 5" in read(app, name="六个字的名字")[1]["name"][0]
    assert "At most 4000" in read(app, note="长" * 10_000)[1]["note"][0]


def test_a_value_that_is_not_offered_gets_a_sentence(app):
    assert "list" in read(app, way="c")[1]["way"][0]
    assert "list" in read(app, many=["x", "zzz"])[1]["many"][0]


@pytest.mark.parametrize(
    ("header", "locale"),
    [("zh-CN,zh;q=0.9,en;q=0.8", "zh_Hans"), ("en-GB,en", "en"), ("fr,de", "zh_Hans"), ("", "zh_Hans"), ("en;q=0.3, zh-TW;q=0.9", "zh_Hans"),
     ("en;q=x", "zh_Hans")],
)  # fmt: skip
def test_the_browsers_wish_is_understood(header, locale):
    assert negotiate(header) == locale
