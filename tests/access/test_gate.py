"""Forms need their token, hosts are known, the demo's doors are shut outside the demo (T25)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from portal.access.demo import DEMO_ACCOUNTS
from portal.access.models import Account
from portal.access.passwords import problem
from portal.kernel.actor import Role
from portal.kernel.db import db


def test_without_a_token_no_form_is_taken(app, made, sign_in):
    browser = sign_in(made.account(Role.ADMIN))
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        for rule in app.url_map.iter_rules():
            if rule.endpoint.startswith("access.") and "POST" in rule.methods:
                path = rule.rule.replace("<ref>", "x").replace("<token>", "x").replace("<role>", "admin")
                answer = browser.post(path, data={"name": "x", "locale": "en"})
                assert answer.status_code == 400, path
        assert browser.get("/today").status_code == 200
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


def test_a_strange_host_is_refused(app, client, monkeypatch):
    monkeypatch.setitem(app.config, "TRUSTED_HOSTS", ["portal.example.org"])
    assert client.get("/sign-in", headers={"Host": "evil.example"}).status_code == 400
    assert client.get("/sign-in", headers={"Host": "portal.example.org"}).status_code == 200


@pytest.fixture
def demo(app, monkeypatch):
    monkeypatch.setattr(app, "portal_config", replace(app.portal_config, demo=True))


def demo_account(made, fresh, role):
    account = made.account(role, name=DEMO_ACCOUNTS[role.value].name)
    with fresh():
        row = db.session.scalar(select(Account).where(Account.ref == account.ref))
        row.email = DEMO_ACCOUNTS[role.value].email
        db.session.commit()
    return account


def test_outside_the_demo_its_doors_are_not_there(client, sign_in, made, fresh):
    mentor = demo_account(made, fresh, Role.MENTOR)
    admin = sign_in(made.account(Role.ADMIN))
    for browser in (client, admin):
        assert browser.get("/demo").status_code == 404
        assert browser.post("/demo/sign-in/mentor").status_code == 404
    assert admin.post(f"/demo/view-as/{mentor.ref}").status_code == 404
    assert admin.post("/demo/view-as/stop").status_code == 404
    assert client.get("/today").status_code == 303


def test_one_click_and_one_is_in(demo, client, made, fresh):
    demo_account(made, fresh, Role.MENTOR)
    page = client.get("/demo")
    assert page.status_code == 200
    assert all(a.name in page.text for a in DEMO_ACCOUNTS.values())
    assert client.post("/demo/sign-in/mentor").location == "/today"
    assert "张欣" in client.get("/demo").text
    assert client.post("/demo/sign-in/nobody").status_code == 404
    assert client.post("/demo/sign-in/auditor").location == "/demo"


def test_looking_through_somebodys_eyes(demo, client, made, fresh):
    mentor = demo_account(made, fresh, Role.MENTOR)
    demo_account(made, fresh, Role.ADMIN)
    client.post("/demo/sign-in/admin")
    assert client.get("/people").status_code == 200
    assert mentor.ref in client.get("/demo?q=张").text
    assert client.post(f"/demo/view-as/{mentor.ref}").status_code == 303
    assert client.get("/people").status_code == 403
    client.set_cookie("locale", "en")
    assert "You see this as 张欣" in client.get("/demo").text
    assert client.post("/demo/view-as/unknown").status_code == 404
    assert client.post("/demo/view-as/stop").status_code == 303
    assert client.get("/people").status_code == 200


def test_the_rules_for_passwords_ask_for_no_composition():
    assert problem("all small letters and blanks") is None
    assert problem("纸船漂过石桥下的小河去看远方的海") is None
    assert problem("纸船漂过石桥")[1] == {"least": 15}
    assert problem("passwordpassword") is not None
    assert problem("ｐａｓｓｗｏｒｄｐａｓｓｗｏｒｄ") is not None
    assert problem("0987654321098765") is not None
