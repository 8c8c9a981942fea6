"""Signing in and out (T18, T25)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.access.models import AccountSession
from portal.audit.models import AuditEntry
from portal.kernel.actor import Role
from portal.kernel.db import db
from portal.kernel.secrets import vault
from tests.access.conftest import GOOD


def enter(client, typed, password=GOOD, **more):
    return client.post("/sign-in", data={"typed": typed, "password": password, **more})


def test_sign_in_by_mail_address(client, with_password, fresh):
    account = with_password(Role.COORDINATOR, name="陈主任")
    answer = enter(client, "  PERSON1@example.org ".replace("PERSON1", account.email.split("@")[0].upper()))
    assert answer.status_code == 303
    assert answer.location == "/today"
    assert "陈主任" in client.get("/today").text
    with fresh():
        assert db.session.scalar(select(AuditEntry.what).where(AuditEntry.subject_ref == account.ref)) == "signed-in"


@pytest.mark.parametrize("typed", ["13800001234", "１３８ ００００ １２３４", "+86 138-0000-1234"])
def test_sign_in_by_phone_as_people_type_it(client, with_password, typed):
    with_password(Role.CASEWORKER, phone="+8613800001234", phone_index=vault().blind("+8613800001234", "phone"))
    assert enter(client, typed).status_code == 303


def test_the_page_is_there_for_strangers_and_leads_the_signed_in_on(client, sign_in, made):
    assert client.get("/sign-in").status_code == 200
    assert sign_in(made.account(Role.MENTOR)).get("/sign-in").location == "/today"


def test_a_wrong_password_is_a_sentence_and_is_noted(client, with_password, fresh):
    account = with_password(Role.COORDINATOR)
    answer = enter(client, account.email, "wrong wrong wrong wrong")
    assert answer.status_code == 422
    assert account.email in answer.text
    assert "wrong wrong" not in answer.text
    with fresh():
        assert (
            db.session.scalar(select(AuditEntry.subject_ref).where(AuditEntry.what == "sign-in-failed")) == account.ref
        )
        assert db.session.scalar(select(AccountSession)) is None


def test_nobody_signs_in_without_a_password_or_after_the_end(client, made, with_password):
    invited = made.account(Role.MENTOR)
    ended = with_password(Role.MENTOR, is_active=False)
    for email in (invited.email, ended.email):
        for password in (GOOD, " ", "x" * 500):
            assert enter(client, email, password).status_code == 422


def test_a_planted_cookie_is_not_signed_in_and_its_token_is_not_kept(client, app, with_password):
    account = with_password(Role.COORDINATOR)
    with client.session_transaction() as cookie:
        cookie["_user_id"] = "planted-by-somebody"
        cookie["left"] = "behind"
    assert client.get("/today").status_code == 303
    enter(client, account.email)
    with client.session_transaction() as cookie:
        assert cookie["_user_id"] != "planted-by-somebody"
        assert "left" not in cookie


def test_a_second_sign_in_ends_the_first(client, app, with_password):
    account = with_password(Role.COORDINATOR)
    enter(client, account.email)
    copied = client.get_cookie("portal").value
    enter(client, account.email)
    other = app.test_client()
    other.set_cookie("portal", copied)
    assert other.get("/today").status_code == 303
    assert client.get("/today").status_code == 200


def test_a_copied_cookie_dies_at_sign_out(client, app, with_password):
    account = with_password(Role.COORDINATOR)
    enter(client, account.email)
    thief = app.test_client()
    thief.set_cookie("portal", client.get_cookie("portal").value)
    assert thief.get("/today").status_code == 200
    assert client.post("/sign-out").status_code == 303
    assert client.post("/sign-out").status_code == 303
    assert thief.get("/today").status_code == 303
    assert client.get("/today").status_code == 303


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "/\\evil.example", "https://evil.example", "\\\\evil", "/ok\r\nX: y", "javascript:alert(1)"],
)
def test_next_stays_here(client, with_password, target):
    account = with_password(Role.COORDINATOR)
    assert enter(client, account.email, next=target).location == "/today"
    assert client.post("/language", data={"locale": "en", "next": target}).location == "/"


def test_next_leads_back(client, with_password):
    account = with_password(Role.COORDINATOR)
    assert client.get("/today?tab=2").location.endswith("/sign-in?next=/today?tab%3D2")
    assert enter(client, account.email, next="/today?tab=2").location == "/today?tab=2"


def test_after_signing_in_the_language_is_the_accounts(client, with_password):
    account = with_password(Role.COORDINATOR, locale="zh_Hans")
    client.post("/language", data={"locale": "en"})
    assert 'lang="en"' in client.get("/sign-in").text
    enter(client, account.email)
    assert 'lang="zh-Hans"' in client.get("/today").text
    client.post("/language", data={"locale": "en"})
    client.post("/sign-out")
    client.delete_cookie("locale")
    enter(client, account.email)
    assert 'lang="en"' in client.get("/today").text


def test_the_token_for_scripts(client, sign_in, made):
    assert client.get("/session/token", headers={"Accept": "application/json"}).status_code == 401
    account = made.account(Role.MENTOR)
    got = sign_in(account).get("/session/token", headers={"Accept": "application/json"}).json
    assert got["account"] == account.ref
    assert got["locked"] is False
    assert got["csrf"]
