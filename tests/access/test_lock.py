"""The idle lock and remembered phones."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.access.models import AccountSession, RememberedDevice
from portal.kernel.actor import Role
from portal.kernel.clock import now, standing_at
from portal.kernel.db import db
from tests.access.conftest import GOOD

PIN = "284619"


def test_an_idle_page_locks_and_comes_back(with_password, sign_in):
    browser = sign_in(with_password(Role.MENTOR))
    with standing_at(now() + timedelta(minutes=16)):
        answer = browser.get("/today?a=1")
        assert answer.location.startswith("/locked?next=/today?a")
        token = browser.get("/session/token", headers={"Accept": "application/json"}).json
        assert token["locked"] is True
        page = browser.get(answer.location)
        assert page.status_code == 200
        assert 'value="/today?a=1"' in page.text
        wrong = browser.post("/locked", data={"password": "not this one", "next": "/today?a=1"})
        assert wrong.status_code == 422
        assert browser.get("/today").status_code == 303
        assert browser.post("/locked", data={"password": GOOD, "next": "/today?a=1"}).location == "/today?a=1"
        assert browser.get("/today").status_code == 200


def test_polling_does_not_keep_a_page_open(with_password, sign_in):
    browser = sign_in(with_password(Role.MENTOR))
    start = now()
    for minutes in (5, 10, 14):
        with standing_at(start + timedelta(minutes=minutes)):
            assert browser.get("/today", headers={"X-Poll": "1"}).status_code == 200
    with standing_at(start + timedelta(minutes=16)):
        assert browser.get("/today").status_code == 303


def test_the_page_can_lock_itself(with_password, sign_in):
    browser = sign_in(with_password(Role.MENTOR))
    assert browser.get("/locked?next=/today").status_code == 200
    assert browser.get("/today").status_code == 303
    assert browser.post("/sign-out").status_code == 303


def test_twelve_hours_are_the_most(with_password, sign_in):
    browser = sign_in(with_password(Role.MENTOR))
    with standing_at(now() + timedelta(hours=12, minutes=1)):
        assert browser.get("/today").location.startswith("/sign-in")
        assert browser.post("/locked", data={"password": GOOD}).status_code == 401


@pytest.fixture
def phone(with_password, sign_in):
    """A browser on a remembered phone."""
    browser = sign_in(with_password(Role.MENTOR))
    answer = browser.post("/my/devices/new", data={"pin": PIN, "password": GOOD})
    assert answer.status_code == 303
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("device="))
    assert "HttpOnly" in cookie
    assert "Path=/locked" in cookie
    browser.get("/locked")
    return browser


def test_a_remembered_phone_unlocks_with_its_pin(phone):
    assert 'name="pin"' in phone.get("/locked").text
    assert phone.post("/locked", data={"pin": "２８４ ６１９", "next": "/today"}).location == "/today"
    assert phone.get("/today").status_code == 200


def test_five_wrong_pins_and_the_phone_is_forgotten(phone, fresh):
    for _n in range(5):
        assert phone.post("/locked", data={"pin": "111111"}).location.startswith("/locked")
    assert phone.post("/locked", data={"pin": PIN}).status_code == 422
    assert 'name="pin"' not in phone.get("/locked").text
    assert phone.get("/today").status_code == 303
    assert phone.post("/locked", data={"password": GOOD}).status_code == 303
    with fresh():
        assert db.session.scalar(select(RememberedDevice.ended_at)) is not None


def test_the_pin_works_on_that_phone_only(phone, app, sign_in, made):
    other = app.test_client()
    other.set_cookie("portal", phone.get_cookie("portal").value)
    assert 'name="pin"' not in other.get("/locked").text
    assert other.post("/locked", data={"pin": PIN}).status_code == 422
    stranger = sign_in(made.account(Role.MENTOR))
    stranger.set_cookie("device", phone.get_cookie("device", path="/locked").value, path="/locked")
    stranger.get("/locked")
    assert stranger.post("/locked", data={"pin": PIN}).status_code == 422


def test_after_thirty_days_the_pin_is_over(phone, fresh):
    with fresh():
        device = db.session.scalar(select(RememberedDevice))
        device.ends_at = now() - timedelta(seconds=1)
        db.session.commit()
    assert phone.post("/locked", data={"pin": PIN}).status_code == 422


@pytest.mark.parametrize("pin", ["12345", "1234567", "123456", "654321", "111111", "121212", "123123", "abcdef", ""])
def test_a_pin_that_anybody_would_try_is_refused(with_password, sign_in, fresh, pin):
    browser = sign_in(with_password(Role.MENTOR))
    assert browser.post("/my/devices/new", data={"pin": pin, "password": GOOD}).status_code == 422
    assert browser.post("/my/devices/new", data={"pin": PIN, "password": "wrong"}).status_code == 422
    with fresh():
        assert db.session.scalar(select(RememberedDevice)) is None


def test_forgetting_a_phone(phone, fresh, sign_in, made):
    phone.post("/locked", data={"pin": PIN})
    with fresh():
        ref = db.session.scalar(select(RememberedDevice.ref))
    assert sign_in(made.account(Role.MENTOR)).post(f"/my/devices/{ref}/end").status_code == 404
    assert phone.post(f"/my/devices/{ref}/end").status_code == 303
    assert phone.post(f"/my/devices/{ref}/end").status_code == 303
    phone.get("/locked")
    assert phone.post("/locked", data={"pin": PIN}).status_code == 422
    with fresh():
        device = db.session.scalar(select(RememberedDevice))
        locked = select(AccountSession.locked_at).where(AccountSession.account_id == device.account_id)
        assert db.session.scalar(locked) is not None
