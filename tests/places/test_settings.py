"""Settings hold from a day on, earlier values stay, and only administrators change them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from portal.audit.models import AuditEntry
from portal.kernel.actor import Role
from portal.kernel.clock import now, today
from portal.kernel.db import db
from portal.places.models import Setting
from portal.places.settings import coded, in_force
from portal.web.language import speaking


def change(browser, name, value, day):
    return browser.post(f"/settings/{name}", data={"value": value, "from_on": day.isoformat(), "reason": "区里通知"})


def test_a_value_holds_from_its_day_on_and_the_past_stays(made, sign_in, fresh):
    browser = sign_in(made.account(Role.ADMIN))
    next_week = today() + timedelta(days=7)
    assert change(browser, "silent_alert_days", "25", next_week).status_code == 303
    with fresh():
        assert in_force()["silent_alert_days"] == 30
        assert in_force(next_week)["silent_alert_days"] == 25
        assert db.session.query(AuditEntry).filter_by(what="setting-changed").count() == 1
    assert "25" in browser.get("/settings/silent_alert_days").get_data(as_text=True)


def test_a_value_out_of_bounds_gets_a_sentence_and_nothing_is_saved(made, sign_in, fresh):
    answer = change(sign_in(made.account(Role.ADMIN)), "silent_alert_days", "9999", today())
    assert answer.status_code == 422
    assert "from 1 to 180" in answer.get_data(as_text=True)
    with fresh():
        assert in_force()["silent_alert_days"] == 30


def test_a_list_is_one_entry_a_line(made, sign_in, fresh):
    answer = change(sign_in(made.account(Role.ADMIN)), "hotlines", "报警 110\n\n  热线 12345 ", today())
    assert answer.status_code == 303
    with fresh():
        assert in_force()["hotlines"] == ["报警 110", "热线 12345"]


@pytest.mark.parametrize(
    ("locale", "said", "bounds"),
    [("en", "24 hours (1 day)", "Give a time from 1 hour to 72 hours (3 days)."),
     ("zh_Hans", "24 小时（1 天）", "请填写 1 小时至 72 小时（3 天）之间的时长。")],
)  # fmt: skip
def test_a_clock_is_shown_and_typed_in_hours_and_days(made, sign_in, fresh, locale, said, bounds):
    browser = sign_in(made.account(Role.ADMIN), locale=locale)
    assert said in browser.get("/settings").text
    page = browser.get("/settings/concern_minutes_day").text
    assert f'value="{said}"' in page
    assert "1440" not in page
    for typed, minutes in (("2 days", 2880), ("36小时", 2160), ("１天 １２ 小时", 2160), (said, 1440), ("90", 90)):
        assert change(browser, "concern_minutes_day", typed, today()).status_code == 303
        with fresh():
            assert in_force()["concern_minutes_day"] == minutes
    for typed in ("4 days", "30 minutes", "soon", ""):
        answer = change(browser, "concern_minutes_day", typed, today())
        assert answer.status_code == 422
        assert typed in answer.text
    assert bounds in change(browser, "concern_minutes_day", "4 days", today()).text


def test_codes_are_shown_and_typed_as_words_in_both_languages_and_stay_in_the_records(made, sign_in, fresh):
    browser = sign_in(made.account(Role.ADMIN))
    page = browser.get("/settings").text
    assert "扶困 / Livelihood" in page
    assert "livelihood 扶困" not in page
    lines = browser.get("/settings/support_dimensions").text
    assert "扶心 / Emotional support" in lines
    typed = "扶困 / Livelihood\n扶心 / Heart\n扶智\n扶志 / Motivation\n扶技 / Skills\n扶健 / Health"
    assert change(browser, "support_dimensions", typed, today()).status_code == 303
    with fresh():
        kept = in_force()["support_dimensions"]
        assert [line.partition(" ")[0] for line in kept] == ["livelihood", "heart", "mind", "will", "skill", "own-1"]
        with speaking("en"):
            assert dict(coded("support_dimensions"))["own-1"] == "Health"
        with speaking("zh_Hans"):
            assert dict(coded("support_dimensions"))["heart"] == "扶心"
    assert "扶健 / Health" in browser.get("/settings").text


def test_a_coordinator_sees_settings_but_cannot_change_them(made, sign_in):
    browser = sign_in(made.account(Role.COORDINATOR))
    assert browser.get("/settings").status_code == 200
    assert change(browser, "silent_alert_days", "5", today()).status_code == 403


def test_an_unknown_setting_is_not_found(made, sign_in):
    assert sign_in(made.account(Role.ADMIN)).get("/settings/none").status_code == 404


def test_the_calendar_can_be_corrected_and_the_correction_taken_back(made, sign_in, fresh):
    from portal.places.models import DayOff
    from portal.places.queries import corrections

    browser = sign_in(made.account(Role.ADMIN))
    day = today() + timedelta(days=3)
    assert (
        browser.post(
            "/settings/calendar", data={"on": day.isoformat(), "is_workday": "no", "label": "暴雪停课"}
        ).status_code
        == 303
    )
    with fresh():
        assert corrections() == {day: False}
        ref = db.session.query(DayOff.ref).scalar()
    browser.post(f"/settings/calendar/{ref}/removal")
    with fresh():
        assert corrections() == {}


def test_a_change_made_outside_of_this_process_is_seen_by_the_next_request(made, sign_in, app):
    browser = sign_in(made.account(Role.ADMIN))
    assert "换了的名字" not in browser.get("/today").get_data(as_text=True)
    table = made.save(Setting(name="product_name_en", from_on=today(), value="甲", set_by="x", set_at=now())).__table__
    for name in ("换了的名字", "又换了的名字"):
        with app.app_context(), db.engine.begin() as connection:
            connection.execute(update(table).where(table.c.name == "product_name_en").values(value=name))
        assert name in browser.get("/today").get_data(as_text=True)
