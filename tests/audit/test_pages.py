"""The auditor's pages: what is seen, what is not, filters, the chain, the export."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest

from portal.audit.chain import seal
from portal.audit.models import AuditAnchor, AuditEntry
from portal.audit.operations import record
from portal.kernel.actor import Role
from portal.kernel.clock import now, today
from portal.kernel.db import db
from tests.factories import TOWN_B, VILLAGE_A


@pytest.fixture
def noted(app: Any, made: Any) -> Any:
    """`noted("child-read", child, by=account)`: write one row; gives its ref."""

    def go(what: str, subject: Any, *, by: Any, at: Any = None, **more: Any) -> str:
        actor = made.actor(by)
        with app.app_context():
            ref = record(what, subject, actor=actor, now=at or now(), **more)
            db.session.commit()
            return ref

    return go


@pytest.fixture
def world(made: Any) -> Any:
    """An auditor, a worker called 王五, a child."""
    return made.account(Role.AUDITOR), made.account(Role.CASEWORKER, at=VILLAGE_A, name="王五"), made.child()


def test_only_auditors_come_here(made: Any, sign_in: Any, client: Any) -> None:
    for path in ("/audit", "/audit/chain", "/audit/export", "/audit/x"):
        assert client.get(path).status_code == 303
        for role in set(Role) - {Role.AUDITOR}:
            assert sign_in(made.account(role)).get(path).status_code == 403


def test_it_names_people_but_no_child(world: Any, sign_in: Any, noted: Any) -> None:
    auditor, worker, child = world
    ref = noted(
        "child-edited", child, by=worker, reason="地址变更", values={"address": ["旧地址", "新地址"]}, section="profile"
    )
    browser = sign_in(auditor)
    for path in ("/audit", f"/audit/{ref}"):
        shown = browser.get(path).text
        assert "王五" in shown
        assert child.ref in shown
        assert "地址变更" in shown
        for canary in (child.name, child.given_name, "旧地址", "新地址", child.code):
            assert canary not in shown
    one = browser.get(f"/audit/{ref}").text
    assert "address" in one
    assert "profile" in one


def test_regions_stand_with_their_names_also_in_the_facts_and_in_the_export(
    app: Any, made: Any, world: Any, sign_in: Any, noted: Any
) -> None:
    auditor, worker, child = world
    ref = noted("child-moved-house", child, by=worker, before=made.path(VILLAGE_A), after=made.path(TOWN_B))
    browser = sign_in(auditor, locale="zh_Hans")
    shown = browser.get(f"/audit/{ref}").text
    assert shown.count("山东省 › 临沂市 › 兰山区 › 义堂镇 › 示例一村") == 2, "the region and one fact"
    assert "山东省 › 临沂市 › 兰山区 › 方城镇" in shown
    assert VILLAGE_A not in shown
    with app.app_context():
        seal(now=now())
    file = browser.post("/audit/export", data={"kind": "csv", "reason": "合规检查"})
    assert "兰山区 › 义堂镇 › 示例一村" in file.get_data(as_text=True)
    assert VILLAGE_A not in file.get_data(as_text=True)


def test_rows_about_concerns_are_as_if_they_were_not(app: Any, world: Any, sign_in: Any, noted: Any) -> None:
    auditor, worker, child = world
    hidden = noted("concern-raised", child, by=worker, hidden=True)
    browser = sign_in(auditor)
    assert hidden not in browser.get("/audit").text
    missing = browser.get("/audit/doesnotexist00")
    assert browser.get(f"/audit/{hidden}").status_code == missing.status_code == 404
    assert "No such rows" in browser.get(f"/audit?ref={child.ref}").text
    with app.app_context():
        seal(now=now())
    rows = browser.post("/audit/export", data={"reason": "inspection", "kind": "csv"}).text
    assert "concern" not in rows


def test_another_region_is_not_seen(made: Any, sign_in: Any, world: Any, noted: Any) -> None:
    ref = noted("child-read", world[2], by=world[1])
    elsewhere = sign_in(made.account(Role.AUDITOR, at=TOWN_B))
    assert ref not in elsewhere.get("/audit").text
    assert elsewhere.get(f"/audit/{ref}").status_code == 404


def test_filters(made: Any, sign_in: Any, world: Any, noted: Any) -> None:
    auditor, worker, child = world
    other = made.account(Role.CASEWORKER, name="赵六")
    look = noted("child-read", child, by=worker)
    change = noted("child-edited", made.child(), by=other)
    export = noted("children-exported", other, by=other, reason="x")
    old = noted("child-read", child, by=worker, at=now() - timedelta(days=40))
    browser = sign_in(auditor)

    def shown(query: str) -> set[str]:
        text = browser.get("/audit?" + query).text
        return {r for r in (look, change, export, old) if f"/audit/{r}" in text}

    assert shown("") == {look, change, export, old}
    assert shown("sort_of=looks") == {look, old}
    assert shown("sort_of=changes") == {change}
    assert shown("sort_of=exports") == {export}
    assert shown("who=王五") == {look, old}
    assert shown("who=nobody") == set()
    assert shown("what=child-edited") == {change}
    assert shown(f"ref={child.ref}") == {look, old}
    assert shown(f"from_on={today() - timedelta(days=7)}") == {look, change, export}
    assert shown(f"until_on={today() - timedelta(days=7)}") == {old}
    assert shown("from_on=2026-02-30&sort_of=nonsense&what=none") == {look, change, export, old}


def test_the_number_of_statements_does_not_grow(sign_in: Any, world: Any, noted: Any, statements: Any) -> None:
    auditor, worker, child = world
    noted("child-read", child, by=worker)
    browser = sign_in(auditor)
    browser.get("/audit")
    with statements() as one:
        browser.get("/audit")
    for _turn in range(30):
        noted("child-read", child, by=worker)
    with statements() as many:
        assert "after=" in browser.get("/audit").text
    assert len(one) == len(many) <= 12


def test_the_chain_page_checks_and_keeps_a_head_outside(
    app: Any, sign_in: Any, world: Any, noted: Any, fresh: Any
) -> None:
    auditor, worker, child = world
    browser = sign_in(auditor)
    assert browser.post("/audit/chain/heads").status_code == 303
    with fresh():
        assert db.session.query(AuditAnchor).count() == 0
    noted("child-read", child, by=worker)
    with app.app_context():
        seal(now=now())
    browser.post("/audit/chain/heads")
    with fresh():
        anchor = db.session.query(AuditAnchor).filter(AuditAnchor.taken_at.is_not(None)).one()
        text = f"{anchor.seq}:{anchor.hash}"
        assert db.session.query(AuditEntry).filter_by(what="anchor-taken").count() == 1
    assert text in browser.get("/audit/chain").text
    assert "Untouched" in browser.get(f"/audit/chain?verify=1&anchor={text}").text
    assert "The log was altered" in browser.get(f"/audit/chain?verify=1&anchor=9:{'0' * 64}").text
    assert "It looks like" in browser.get("/audit/chain?verify=1&anchor=nonsense").text


def test_the_export_needs_a_reason_and_is_logged(app: Any, sign_in: Any, world: Any, noted: Any, fresh: Any) -> None:
    auditor, worker, child = world
    noted("child-read", child, by=worker, reason="=cmd()")
    with app.app_context():
        seal(now=now())
    browser = sign_in(auditor)
    assert browser.post("/audit/export", data={"kind": "csv"}).status_code == 422
    answer = browser.post("/audit/export?what=child-read", data={"reason": "yearly inspection", "kind": "csv"})
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(rows) == 3
    assert "王五" in rows[1]
    assert "'=cmd()" in rows[1]
    assert child.name not in answer.data.decode()
    assert "yearly inspection" in rows[2][0]
    with fresh():
        entry = db.session.query(AuditEntry).filter_by(what="audit-exported").one()
        assert (entry.reason, entry.facts["rows"]) == ("yearly inspection", 1)
    assert browser.post("/audit/export", data={"reason": "x", "kind": "xlsx"}).data[:2] == b"PK"
