"""Whole pages kept as text with gaps: the same as rendered anew, and nobody ever sees another's."""

from __future__ import annotations

import re

import pytest

import portal.children.views.lists as lists
from portal.children.rules import FieldSet, RiskLevel
from portal.kernel.actor import Role
from portal.kernel.db import db
from portal.web.pages import page

HOSTILE = "<b>\"a'%s&{{7*7}}"
SHOWN = ("", "?sort=-name", "?sort=age", "?sort=village&after=nonsense", "?sort=name&sort=age", "?after=%00")


@pytest.fixture
def anew(monkeypatch):
    """A way to ask for the same page rendered as any other."""

    def ask(browser, address):
        with monkeypatch.context() as patch:
            patch.setattr(lists, "kept_page", lambda template, _key, gaps, facts: page(template, **facts(gaps)))
            return browser.get(address)

    return ask


@pytest.fixture
def readers(made):
    """Somebody of each kind of list, each with more children than one page holds."""
    children = [made.child(given_name=f"晓{n:02d}", initials=f"zx{n:02d}") for n in range(27)]
    children[3:4] = [made.child(surname=HOSTILE, name=HOSTILE, alias=HOSTILE, initials="a", risk=RiskLevel.RED)]
    mentor, worker = made.mentor()[0], made.account(Role.GRID_WORKER)
    for child in children:
        made.sight(child, mentor.ref, FieldSet.MENTOR, "pairing", "pairing")
        made.sight(child, worker.ref, FieldSet.DOOR, "child", child.ref)
    return made.account(Role.COORDINATOR), made.account(Role.SAFEGUARDING_LEAD, Role.CASEWORKER), mentor, worker


def without_marks(answer):
    """The page without its positions, which are sealed anew each time, and its token, which holds the second."""
    text = re.sub(r"[\w-]{20,}\.[\w-]{4,8}\.[\w-]{20,}", "token", answer.text)
    return re.sub(r"(after|before)=[\w-]{20,}", r"\1=…", text)


@pytest.mark.parametrize("locale", ["zh_Hans", "en"])
def test_kept_and_rendered_anew_are_the_same(readers, sign_in, anew, locale):
    for reader in readers:
        browser = sign_in(reader, locale=locale)
        for address in SHOWN:
            made_now = anew(browser, f"/children{address}")
            for _again in range(2):
                kept = browser.get(f"/children{address}")
                assert (kept.status_code, kept.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
                assert without_marks(kept) == without_marks(made_now), (reader.ref, address)
        onward = re.search(r'rel="next" href="([^"]+)"', browser.get("/children").text)[1].replace("&amp;", "&")
        assert without_marks(browser.get(onward)) == without_marks(anew(browser, onward))


def test_the_next_reader_sees_nothing_of_the_last(app, made, sign_in):
    made.child(surname="独", given_name="孤求", name="独孤求", initials="dgq")
    first, second = made.account(Role.COORDINATOR, name="甲某某"), made.account(Role.COORDINATOR, name="乙某某")
    one, other = sign_in(first).get("/children?sort=age").text, sign_in(second).get("/children").text
    assert "甲某某" in one
    assert first.ref in one
    assert "甲某某" not in other
    assert first.ref not in other
    assert "sort=age" not in other.partition("<main")[0]
    token = re.search(r'name="csrf-token" content="([^"]+)"', one)[1]
    assert token not in other
    kept = "".join(part for piece in app.extensions["portal-frames"].pages.values() for part in piece.parts)
    assert "Risk" in kept
    for canary in ("甲某某", "乙某某", first.ref, "独孤求", token):
        assert canary not in kept


def test_a_role_taken_away_changes_the_page_at_once(app, made, sign_in):
    made.child(risk=RiskLevel.RED)
    account = made.account(Role.COORDINATOR)
    browser = sign_in(account)
    assert "tag-red" in browser.get("/children").text
    with app.app_context():
        db.session.execute(db.text("UPDATE role_grant SET state = 'ended'"))
        db.session.commit()
    assert browser.get("/children").status_code == 403


def test_a_message_stands_on_the_page_once(made, sign_in):
    made.child()
    browser = sign_in(made.account(Role.COORDINATOR))
    browser.get("/children")
    with browser.session_transaction() as cookie:
        cookie["_flashes"] = [("success", "Well done")]
    assert "Well done" in browser.get("/children").text
    assert "Well done" not in browser.get("/children").text


def test_names_are_escaped(readers, sign_in):
    for reader in readers:
        page_ = sign_in(reader).get("/children?sort=-age").text + sign_in(reader).get("/children?sort=name").text
        assert "<b>" not in page_
        assert "&lt;b&gt;&#34;a&#39;%s&amp;{{7*7}}" in page_
