"""Review, return, correct, lock, amend."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from portal.audit.models import AuditEntry, StateMove
from portal.audit.values import open_values
from portal.duties.models import Duty, DutyState
from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.db import db
from portal.mentoring.models import SessionAmendment, SessionLog, SessionPart
from portal.mentoring.rules import LogState
from portal.notices.models import Notice


def load(log):
    return db.session.get(SessionLog, log.id)


def test_reviewed_and_on_to_the_next(sign_in, made, world, fresh):
    first = made.log(world.pairing, submitted_at=now() - timedelta(days=3))
    second = made.log(world.pairing)
    browser = sign_in(world.coordinator)
    answer = browser.post(f"/sessions/{first.ref}/review", data={"comment": "写得很细，谢谢"})
    assert answer.location.endswith(f"/sessions/{second.ref}")
    assert browser.post(f"/sessions/{first.ref}/review").status_code == 303
    with fresh():
        assert load(first).state is LogState.REVIEWED
        assert len(db.session.scalars(select(StateMove).where(StateMove.subject_ref == first.ref)).all()) == 1
        assert "log-reviewed" in set(
            db.session.scalars(select(Notice.kind).where(Notice.account_ref == world.mentor.ref))
        )
    assert "写得很细" in sign_in(world.mentor).get(f"/sessions/{first.ref}").text


def test_only_a_coordinator_reviews_and_never_the_own_log(sign_in, made, world, fresh):
    log = made.log(world.pairing)
    made.grant(world.mentor, Role.COORDINATOR)
    assert sign_in(world.caseworker).post(f"/sessions/{log.ref}/review").status_code == 403
    assert sign_in(world.mentor).post(f"/sessions/{log.ref}/review").status_code == 403
    with fresh():
        assert load(log).state is LogState.SUBMITTED


def test_returned_changed_and_sent_again(sign_in, made, world, filled, fresh):
    log = made.log(world.pairing, did="去了河边", client_key="phone-key-00000009")
    coordinator, mentor = sign_in(world.coordinator), sign_in(world.mentor)
    assert coordinator.post(f"/sessions/{log.ref}/return", data={"reason": ""}).status_code == 422
    assert coordinator.post(f"/sessions/{log.ref}/return", data={"reason": "有大人一起吗？"}).status_code == 303
    page = mentor.get(f"/sessions/{log.ref}/correction")
    assert "有大人一起吗" in page.text
    assert "去了河边" in page.text
    with fresh():
        version = load(log).typed_version
        assert db.session.scalars(select(Duty).where(Duty.kind == "log-answer")).one().state is DutyState.OWED
    kept = mentor.post(
        f"/sessions/drafts/{log.client_key}", json={"fields": {"did": "去了河边，奶奶"}, "version": version}
    )
    assert kept.json["saved"] == log.client_key
    assert "去了河边，奶奶" in mentor.get(f"/sessions/{log.ref}/correction").text
    assert "奶奶" not in coordinator.get(f"/sessions/{log.ref}").text
    answer = mentor.post(f"/sessions/{log.ref}/correction", data=filled(did="去了河边，奶奶也在", minutes="90"))
    assert answer.status_code == 303
    with fresh():
        row = load(log)
        assert (row.state, row.did, row.minutes, row.typed) == (LogState.SUBMITTED, "去了河边，奶奶也在", 90, None)
        assert db.session.scalars(select(Duty).where(Duty.kind == "log-answer")).one().state is DutyState.DONE
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.what == "session-log-corrected")).one()
        assert open_values(entry)["did"] == ["去了河边", "去了河边，奶奶也在"]


def test_after_the_lock_only_amendments_that_keep_both_texts(sign_in, made, world, filled, fresh):
    log = made.log(world.pairing, did="原来的话", submitted_at=now() - timedelta(days=15))
    browser = sign_in(world.mentor)
    assert browser.get(f"/sessions/{log.ref}/correction").status_code == 403
    assert browser.post(f"/sessions/{log.ref}/correction", data=filled()).status_code == 403
    url = f"/sessions/{log.ref}/amendments"
    assert browser.post(url, data={"field": "did", "text": "改过的话"}).status_code == 422
    assert browser.post(url, data={"field": "minutes", "text": "900", "reason": "记错"}).status_code == 422
    assert browser.post(url, data={"field": "on_day", "text": "2026-02-30", "reason": "记错"}).status_code == 422
    assert browser.post(url, data={"field": "state", "text": "reviewed", "reason": "x"}).status_code == 422
    assert browser.post(url, data={"field": "did", "text": "改过的话", "reason": "写错了"}).status_code == 303
    page = browser.get(f"/sessions/{log.ref}").text
    assert "原来的话" in page
    assert "改过的话" in page
    with fresh():
        made_one = db.session.scalars(select(SessionAmendment)).one()
        assert (made_one.before, made_one.after, load(log).did) == ("原来的话", "改过的话", "改过的话")


def test_before_the_lock_there_is_nothing_to_amend(sign_in, made, world):
    log = made.log(world.pairing)
    assert sign_in(world.mentor).get(f"/sessions/{log.ref}/amendments").status_code == 403


def test_one_childs_part_is_not_amended_through_anothers(sign_in, made, world, fresh):
    log = made.log(world.pairing, LogState.REVIEWED)
    theirs = made.log(world.other_pairing, LogState.REVIEWED)
    with fresh():
        part = db.session.scalars(select(SessionPart.ref).where(SessionPart.log_id == theirs.id)).one()
    answer = sign_in(world.mentor).post(
        f"/sessions/{log.ref}/amendments", data={"field": f"text:{part}", "text": "x", "reason": "y"}
    )
    assert answer.status_code == 422


def test_marked_as_a_mistake_it_leaves_the_mentor_and_stays_for_staff(sign_in, made, world, fresh):
    log = made.log(world.pairing)
    coordinator = sign_in(world.coordinator)
    assert coordinator.post(f"/sessions/{log.ref}/mistake", data={"reason": "记到别的孩子上了"}).status_code == 303
    assert coordinator.get(f"/sessions/{log.ref}").status_code == 200
    assert sign_in(world.mentor).get(f"/sessions/{log.ref}").status_code == 404
