"""Drafts: kept as typed, never overwritten silently, nobody else's."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from portal.audit.models import AuditEntry
from portal.kernel.clock import now
from portal.kernel.db import db
from portal.mentoring.models import SessionLog
from portal.mentoring.operations import drafts
from portal.mentoring.operations.drafts import forget_discarded
from portal.mentoring.rules import LogState

KEY = "phone-key-00000001"


def keep(browser, fields, version=0, key=KEY):
    return browser.post(f"/sessions/drafts/{key}", json={"fields": fields, "version": version, "client_key": key})


def test_whatever_is_typed_is_kept_sealed_and_comes_back(sign_in, world, fresh):
    browser = sign_in(world.mentor)
    answer = keep(
        browser, {"pairs": world.pairing.ref, "on": "2026-02-30", "did": "一半\x00😀", "activities": ["reading"]}
    )
    assert answer.json["saved"] == KEY
    assert answer.json["at"]
    page = browser.get("/sessions/new").text
    assert "一半" in page
    assert "2026-02-30" in page
    assert KEY in page
    with fresh():
        log = db.session.scalars(select(SessionLog)).one()
        assert "一半".encode() not in bytes(log.typed_sealed)
        assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 0


def test_the_second_device_is_told_and_sees_both(sign_in, world):
    browser = sign_in(world.mentor)
    first = keep(browser, {"did": "甲"}).json["version"]
    second = keep(browser, {"did": "乙"}, first)
    assert second.status_code == 200
    late = keep(browser, {"did": "丙"}, first)
    assert late.status_code == 409
    assert late.json["conflict"]["fields"] == {"did": "乙"}
    assert late.json["conflict"]["version"] == second.json["version"]
    assert keep(browser, {"did": "乙"}, first).status_code == 200


def test_another_accounts_draft_is_not_there(sign_in, world):
    keep(sign_in(world.mentor), {"did": "甲"})
    other = sign_in(world.other)
    assert keep(other, {"did": "乙"}).status_code == 404
    assert other.get(f"/sessions/new?draft={KEY}").status_code == 404
    assert other.post(f"/sessions/drafts/{KEY}/removal").status_code == 404
    assert other.post(f"/sessions/drafts/{KEY}/restoration").status_code == 404


def test_staff_never_see_a_draft(sign_in, world, fresh):
    keep(sign_in(world.mentor), {"did": "DRAFTCANARY", "pairs": world.pairing.ref})
    with fresh():
        ref = db.session.scalars(select(SessionLog.ref)).one()
    browser = sign_in(world.coordinator)
    assert browser.get(f"/sessions/{ref}").status_code == 404
    assert "DRAFTCANARY" not in browser.get("/sessions?state=all").text
    assert browser.get("/sessions/drafts").status_code == 403


def test_too_long_or_misshapen_is_refused(sign_in, world, fresh):
    browser = sign_in(world.mentor)
    assert keep(browser, {"did": "x" * 300_000}).status_code == 413
    assert keep(browser, {"did": {"a": 1}}).status_code == 422
    assert keep(browser, "text").status_code == 422
    assert keep(browser, {"did": "a"}, version="1").status_code == 400
    assert keep(browser, {"did": "a"}, key="no").status_code == 400
    assert browser.post(f"/sessions/drafts/{KEY}", data="{", content_type="application/json").status_code == 400
    with fresh():
        assert db.session.scalar(select(func.count()).select_from(SessionLog)) == 0


def test_discarded_and_brought_back(sign_in, world, fresh):
    browser = sign_in(world.mentor)
    keep(browser, {"did": "要留着", "pairs": world.pairing.ref})
    assert browser.post(f"/sessions/drafts/{KEY}/removal").status_code == 303
    page = browser.get("/sessions/drafts").text
    assert "要留着" not in page
    assert f"/sessions/drafts/{KEY}/restoration" in page
    assert browser.post(f"/sessions/drafts/{KEY}/restoration").status_code == 303
    assert "要留着" in browser.get("/sessions/drafts").text


def test_a_day_later_the_text_of_a_discarded_draft_is_forgotten(sign_in, world, fresh):
    browser = sign_in(world.mentor)
    keep(browser, {"did": "忘掉"})
    browser.post(f"/sessions/drafts/{KEY}/removal")
    with fresh():
        assert forget_discarded(now()) == 0
        assert forget_discarded(now() + timedelta(hours=25)) == 1
        assert forget_discarded(now() + timedelta(hours=25)) == 0
        db.session.commit()
    assert browser.post(f"/sessions/drafts/{KEY}/restoration").status_code == 422


def test_what_arrives_after_sending_changes_nothing(sign_in, world, filled, fresh):
    browser = sign_in(world.mentor)
    version = keep(browser, {"pairs": world.pairing.ref, "did": "一起读了绘本"}).json["version"]
    data = filled(draft_version=version)
    assert browser.post("/sessions/new", data=data).status_code == 303
    assert keep(browser, {"did": "迟到的"}, version).status_code == 422
    with fresh():
        log = db.session.scalars(select(SessionLog)).one()
        assert (log.state, log.typed) == (LogState.SUBMITTED, None)


def test_a_save_that_crosses_the_sending_is_refused(sign_in, world, filled, fresh, monkeypatch):
    """The save found no row yet, the sending committed one, and only the unique key told the save of it."""
    browser = sign_in(world.mentor)
    assert browser.post("/sessions/new", data=filled()).status_code == 303

    def crossing(client_key, *_args, actor, **_kwargs):
        monkeypatch.undo()
        return drafts.own_log_by_key(actor, client_key, lock=True)

    monkeypatch.setattr(drafts, "own_log_by_key", lambda *_args, **_kwargs: None)
    monkeypatch.setattr(drafts, "_begin", crossing)
    assert keep(browser, {"did": "一起读了绘本"}).status_code == 422
    with fresh():
        log = db.session.scalars(select(SessionLog)).one()
        assert (log.state, log.typed) == (LogState.SUBMITTED, None)
