"""Bad input: a clear sentence, the form as typed, nothing half-saved. Issue 2, Bad input."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.kernel.clock import today
from portal.kernel.db import db
from portal.mentoring.models import SessionLog, SessionPart


def rows(fresh):
    with fresh():
        return [db.session.scalar(select(func.count()).select_from(t)) for t in (SessionLog, SessionPart)]


@pytest.mark.parametrize(
    ("changes", "said", "kept"),
    [
        ({"on": (today() + timedelta(days=1)).isoformat()}, "in the future", None),
        ({"on": "2026-02-30"}, "no day of the calendar", "2026-02-30"),
        ({"on": ""}, "On which day?", None),
        ({"on": "1990-01-01"}, "began on", None),
        ({"minutes": "other", "other_minutes": "800"}, "at most 12 hours", "800"),
        ({"minutes": "other", "other_minutes": "一小时"}, "whole number", "一小时"),
        ({"minutes": "other", "other_minutes": "-5"}, "whole number", "-5"),
        ({"minutes": None}, "How long were you together?", None),
        ({"minutes": "61"}, "Choose one of the list", None),
        ({"did": "很" * 10_000}, "At most 4000 characters", "很" * 10_000),
        ({"did": " \x00 "}, "Write a sentence", None),
        ({"activities": ["nonsense"]}, "Choose from the list", None),
        ({"way": "pigeon"}, "Choose one of the list", None),
        ({"next_on": (today() + timedelta(days=1)).isoformat()}, "At what time?", None),
        ({"next_on": (today() - timedelta(days=1)).isoformat(), "next_time": "15:00"}, "lies in the past", None),
        ({"concern": "y"}, "what worries you", None),
        ({"pairs": ["tampered"]}, "Choose from the list", None),
    ],
)  # fmt: skip
def test_a_sentence_and_the_form_as_typed(sign_in, world, filled, fresh, changes, said, kept):
    browser = sign_in(world.mentor)
    answer = browser.post("/sessions/new", data=filled(**changes))
    assert answer.status_code == 422
    assert said in answer.text
    assert "一起读了绘本" in answer.text or "did" in changes
    assert kept is None or kept in answer.text
    script = browser.post("/sessions/new", data=filled(**changes), headers={"Accept": "application/json"})
    assert script.status_code == 422
    assert script.json["errors"]
    assert rows(fresh) == [0, 0]


def test_a_missing_face_is_asked_for(sign_in, world, filled, fresh):
    answer = sign_in(world.mentor).post("/sessions/new", data=filled(**{f"mood_{world.pairing.ref}": None}))
    assert answer.status_code == 422
    assert "How did 小雨 seem to you?" in answer.text
    assert rows(fresh) == [0, 0]


def test_full_width_digits_emoji_and_control_characters_are_mended(sign_in, world, filled, fresh):
    day = today().isoformat().translate({ord(str(n)): chr(ord("０") + n) for n in range(10)})
    data = filled(on=day, minutes="other", other_minutes="７５", did="她笑了😀\x00\u202e真好")
    assert sign_in(world.mentor).post("/sessions/new", data=data).status_code == 303
    with fresh():
        log = db.session.scalars(select(SessionLog)).one()
        assert (log.on_day, log.minutes, log.did) == (today(), 75, "她笑了😀真好")


def test_a_script_in_the_text_is_text(sign_in, world, filled):
    browser = sign_in(world.mentor)
    answer = browser.post("/sessions/new", data=filled(did="<script>alert(1)</script>"), follow_redirects=True)
    assert "<script>alert(1)" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text


def test_a_body_of_50_mb_and_a_missing_token(app, sign_in, world, filled, fresh):
    browser = sign_in(world.mentor)
    assert browser.post("/sessions/new", data=filled(did="x" * 50_000_000)).status_code == 413
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        assert browser.post("/sessions/new", data=filled()).status_code == 400
        assert browser.post("/sessions/drafts/phone-key-00000001", json={"fields": {}, "version": 0}).status_code == 400
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert rows(fresh) == [0, 0]


def test_a_tampered_key_is_refused(sign_in, world, filled, fresh):
    for key in ("", "short", "x" * 80, "../../etc", "键" * 10):
        assert sign_in(world.mentor).post("/sessions/new", data=filled(client_key=key)).status_code == 400
    assert rows(fresh) == [0, 0]


def test_extra_fields_change_nothing(sign_in, world, filled, fresh):
    data = filled(state="reviewed", reviewed_by="me", author_ref=world.other.ref, region_path="/", minutes_="1")
    sign_in(world.mentor).post("/sessions/new", data=data)
    with fresh():
        log = db.session.scalars(select(SessionLog)).one()
        assert (log.state.value, log.author_ref, log.reviewed_by) == ("submitted", world.mentor.ref, "")
