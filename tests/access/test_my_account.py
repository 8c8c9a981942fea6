"""What everybody keeps: name, language, look, password, devices, deputies."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.access.models import Account, AccountSession, Deputy
from portal.audit.models import AuditEntry
from portal.kernel.actor import Role
from portal.kernel.clock import now, standing_at, today
from portal.kernel.db import db
from tests.access.conftest import GOOD
from tests.factories import DISTRICT, TOWN_A


def test_name_language_and_look(sign_in, made, fresh):
    account = made.account(Role.MENTOR)
    browser = sign_in(account)
    assert browser.get("/my/account").status_code == 200
    answer = browser.post("/my/account", data={"name": "张 欣", "locale": "en", "theme": "dark"})
    assert answer.status_code == 303
    page = browser.get("/my/account").text
    assert 'data-bs-theme="dark"' in page
    assert "张 欣" in page
    assert browser.post("/my/account", data={"name": "", "locale": "xx", "theme": "pink"}).status_code == 422
    with fresh():
        assert db.session.scalar(select(AuditEntry.what)) == "account-edited"


def test_changing_the_password(with_password, sign_in, client):
    account = with_password(Role.MENTOR)
    here, there = sign_in(account), sign_in(account)
    wrong = here.post("/my/password", data={"old": "wrong", "password": "a new boat on the lake"})
    assert wrong.status_code == 422
    weak = here.post("/my/password", data={"old": GOOD, "password": "short"})
    assert weak.status_code == 422
    assert here.post("/my/password", data={"old": GOOD, "password": "a new boat on the lake"}).status_code == 303
    assert here.get("/today").status_code == 200
    assert there.get("/today").status_code == 303
    assert client.post("/sign-in", data={"typed": account.email, "password": GOOD}).status_code == 422
    right = {"typed": account.email, "password": "a new boat on the lake"}
    assert client.post("/sign-in", data=right).status_code == 303


def test_guessing_the_old_password_is_slowed_down(with_password, sign_in):
    browser = sign_in(with_password(Role.MENTOR))
    codes = [browser.post("/my/password", data={"old": "x", "password": "y" * 20}).status_code for _n in range(12)]
    assert codes == [422] * 10 + [429] * 2


def test_my_devices(with_password, made, sign_in, client, fresh):
    account = with_password(Role.MENTOR)
    phone = client.application.test_client()
    agent = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) Chrome/120 Mobile", "Accept-Language": "en"}
    phone.post(
        "/sign-in",
        data={"typed": account.email, "password": GOOD},
        headers=agent,
        environ_base={"REMOTE_ADDR": "10.1.2.3"},
    )
    browser = sign_in(account)
    page = browser.get("/my/sessions").text
    assert "Android · Chrome" in page
    assert "10.1.2.*" in page
    assert "this device" in page
    with fresh():
        ref = db.session.scalar(select(AccountSession.ref).where(AccountSession.device.contains("Android")))
    assert sign_in(made.account(Role.MENTOR)).post(f"/my/sessions/{ref}/end").status_code == 404
    assert phone.get("/today").status_code == 200
    assert browser.post(f"/my/sessions/{ref}/end").status_code == 303
    assert browser.post(f"/my/sessions/{ref}/end").status_code == 303
    assert phone.get("/today").status_code == 303


def test_sign_out_everywhere_else(made, sign_in):
    account = made.account(Role.MENTOR)
    here, there, third = sign_in(account), sign_in(account), sign_in(made.account(Role.MENTOR))
    assert here.post("/my/sessions/end").status_code == 303
    assert here.get("/today").status_code == 200
    assert there.get("/today").status_code == 303
    assert third.get("/today").status_code == 200


@pytest.fixture
def colleagues(made):
    return made.account(Role.COORDINATOR, name="陈静"), made.account(Role.CASEWORKER, at=TOWN_A, name="李秀霞")


def name_deputy(browser, deputy, first=0, last=7):
    day = today()
    data = {
        "deputy": deputy.ref,
        "from_on": str(day + timedelta(days=first)),
        "until_on": str(day + timedelta(days=last)),
    }
    return browser.post("/my/deputies", data=data)


def test_a_deputy_inherits_the_queues_for_these_days(sign_in, made, colleagues, fresh):
    away, stand_in = colleagues
    assert sign_in(stand_in).get("/people").status_code == 403
    assert name_deputy(sign_in(away), stand_in).status_code == 303
    assert name_deputy(sign_in(away), stand_in).status_code == 422
    assert sign_in(stand_in).get("/people").status_code == 200
    assert "陈静" in sign_in(stand_in).get("/my/deputies").text
    assert "李秀霞" in sign_in(made.account(Role.ADMIN)).get("/people/deputies").text
    with standing_at(now() + timedelta(days=8)):
        assert sign_in(stand_in).get("/people").status_code == 403
    with fresh():
        ref = db.session.scalar(select(Deputy.ref))
    assert sign_in(made.account(Role.CASEWORKER)).post(f"/my/deputies/{ref}/end").status_code == 404
    assert sign_in(away).post(f"/my/deputies/{ref}/end").status_code == 303
    assert sign_in(stand_in).get("/people").status_code == 403
    with fresh():
        assert set(db.session.scalars(select(AuditEntry.what))) == {"deputy-named", "deputy-ended"}


def test_a_deputy_lets_nobody_new_in(sign_in, made, colleagues):
    away, stand_in = colleagues
    browser = sign_in(away)
    for other in (made.account(Role.MENTOR), made.account(), away, made.account(Role.CASEWORKER, is_active=False)):
        assert name_deputy(browser, other).status_code == 422
    assert name_deputy(browser, stand_in, -1, 2).status_code == 422
    assert name_deputy(browser, stand_in, 5, 2).status_code == 422
    assert name_deputy(browser, stand_in, 0, 200).status_code == 422
    assert (
        browser.post("/my/deputies", data={"deputy": stand_in.ref, "from_on": "2026-02-30", "until_on": ""}).status_code
        == 422
    )
    assert sign_in(made.account(Role.MENTOR)).get("/my/deputies").status_code == 403


def test_an_administrators_role_is_not_inherited(sign_in, made, colleagues):
    both = made.account(Role.ADMIN, Role.CASEWORKER, at=DISTRICT)
    assert name_deputy(sign_in(both), colleagues[1]).status_code == 303
    assert sign_in(colleagues[1]).get("/people/new").status_code == 403


def test_extra_fields_change_nothing(app, made, with_password, sign_in, client, fresh):
    """T25: `role=admin&is_active=1` and the like, posted on every form of this room."""
    account, ended = with_password(Role.COORDINATOR), with_password(Role.MENTOR, is_active=False)
    extra = {
        "role": "admin",
        "is_active": "1",
        "region_path": "/",
        "password_hash": "x",
        "id": "1",
        "version": "99",
        "email": "e@vil.example",
        "roles": "admin",
        "volunteer_ref": "x",
        "sees_cases": "",
        "state": "granted",
        "granted_by": "x",
    }
    browser = sign_in(account)
    client.post("/sign-in", data={"typed": ended.email, "password": GOOD, **extra})
    for rule in app.url_map.iter_rules():
        if (
            rule.endpoint.startswith("access.")
            and "POST" in rule.methods
            and rule.endpoint not in ("access.sign_out", "access.end_sessions")
        ):
            path = rule.rule.replace("<ref>", account.ref).replace("<token>", "x").replace("<role>", "admin")
            browser.post(path, data={"name": "name", "locale": "en", "theme": "auto", **extra})
    with fresh():
        rows = {a.ref: a for a in db.session.scalars(select(Account))}
        assert rows[account.ref].email == account.email
        assert rows[account.ref].region_path == account.region_path
        assert rows[account.ref].password_hash == account.password_hash
        assert rows[ended.ref].is_active is False
        assert len(rows) == 2
    assert browser.get("/people/new").status_code == 403
