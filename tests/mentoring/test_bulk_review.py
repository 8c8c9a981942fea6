"""Several logs marked as read from the list; those that somebody must read are not among them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from bench.measure import counted_statements
from portal.audit.models import AuditEntry, StateMove
from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.db import db
from portal.mentoring.models import SessionLog, SessionPart
from portal.mentoring.rules import MOST_AT_ONCE, LogState
from portal.notices.models import Notice
from tests.factories import TOWN_A, VILLAGE_A

LIST = "/sessions?state=submitted"


def boxes(browser, address=LIST):
    return re.findall(r'type="checkbox" name="ref" value="([^"]+)"', browser.get(address).text)


def box(log):
    return f"{log.ref}:{log.version}"


def states(fresh, *logs):
    with fresh():
        return [db.session.get(SessionLog, log.id).state for log in logs]


def change(fresh, log, **fields):
    with fresh():
        row = db.session.get(SessionLog, log.id)
        for name, value in fields.items():
            setattr(row, name, value)
        db.session.commit()


def low_mood(fresh, log, mood):
    with fresh():
        db.session.scalars(select(SessionPart).where(SessionPart.log_id == log.id)).one().mood = mood
        db.session.commit()


def test_marked_as_read_told_to_the_mentor_and_each_look_is_kept(sign_in, made, world, fresh):
    logs = [made.log(world.pairing), made.log(world.other_pairing)]
    browser = sign_in(world.coordinator)
    chosen = boxes(browser)
    assert chosen == [box(log) for log in logs]
    answer = browser.post("/sessions/reviews", data={"ref": chosen, "next": LIST})
    assert (answer.status_code, answer.location) == (303, LIST)
    assert "2 logs marked as read" in browser.get(LIST).text
    assert states(fresh, *logs) == [LogState.REVIEWED] * 2
    with fresh():
        assert {log.reviewed_by for log in db.session.scalars(select(SessionLog))} == {world.coordinator.ref}
        moves = db.session.scalars(select(StateMove).where(StateMove.target == "reviewed")).all()
        assert {m.subject_ref for m in moves} == {log.ref for log in logs}
        audited = db.session.execute(select(AuditEntry.what, AuditEntry.subject_ref, AuditEntry.about_ref)).all()
        for log in logs:
            assert ("session-log-moved", log.ref, log.child_ref) in audited
            assert ("session-log-read", log.ref, log.child_ref) in audited
        assert len(db.session.scalars(select(Notice).where(Notice.kind == "log-reviewed")).all()) == 2


def test_twice_is_harmless(sign_in, made, world, fresh):
    log = made.log(world.pairing)
    browser = sign_in(world.coordinator)
    for _twice in range(2):
        assert browser.post("/sessions/reviews", data={"ref": [box(log), box(log)]}).status_code == 303
    assert "1 log was left as it is" in browser.get("/sessions").text
    with fresh():
        assert len(db.session.scalars(select(StateMove).where(StateMove.target == "reviewed")).all()) == 1
        reads = select(AuditEntry).where(AuditEntry.what == "session-log-read")
        assert len(db.session.scalars(reads).all()) == 1


@pytest.mark.parametrize(
    ("why", "fields", "mood"),
    [("a word to staff", {"to_staff": "请看一下"}, 4), ("a word to staff", {"concern_ref": "some-concern"}, 4),
     ("without contact", {"attempt": True, "minutes": None}, None), ("low mood", {}, 1), ("low mood", {}, 2)],
)  # fmt: skip
def test_what_somebody_must_read_has_no_box_and_is_refused_by_number(why, fields, mood, sign_in, made, world, fresh):
    must, plain = made.log(world.pairing, **fields), made.log(world.pairing)
    low_mood(fresh, must, mood)
    browser = sign_in(world.coordinator)
    page = browser.get(LIST).text
    assert boxes(browser) == [box(plain)]
    assert f"open it: {why}" in page
    browser.post("/sessions/reviews", data={"ref": [box(must), box(plain)]})
    assert states(fresh, must, plain) == [LogState.SUBMITTED, LogState.REVIEWED]
    told = browser.get("/sessions").text
    assert "1 log marked as read" in told
    assert "1 log was left as it is" in told


def test_a_brothers_low_mood_counts_though_his_part_is_on_another_row(sign_in, made, world, fresh):
    log = made.log(world.pairing)
    with fresh():
        db.session.add(
            SessionPart(log_id=log.id, pairing_id=world.other_pairing.id, child_ref=world.other_child.ref,
                        region_path="/elsewhere/", mood=1)
        )  # fmt: skip
        db.session.commit()
    browser = sign_in(world.coordinator)
    assert boxes(browser) == []
    browser.post("/sessions/reviews", data={"ref": box(log)})
    assert states(fresh, log) == [LogState.SUBMITTED]


def test_a_log_that_changed_since_it_was_shown_is_left(sign_in, made, world, fresh):
    log, returned = made.log(world.pairing), made.log(world.pairing)
    browser = sign_in(world.coordinator)
    chosen = boxes(browser)
    change(fresh, log, did="另一段话")
    browser.post(f"/sessions/{returned.ref}/return", data={"reason": "有大人一起吗？"})
    browser.post("/sessions/reviews", data={"ref": chosen})
    assert states(fresh, log, returned) == [LogState.SUBMITTED, LogState.RETURNED]
    assert "2 logs were left as they are" in browser.get("/sessions").text
    with fresh():
        now_returned = box(db.session.get(SessionLog, returned.id))
    assert browser.post("/sessions/reviews", data={"ref": now_returned}).status_code == 303
    assert states(fresh, returned) == [LogState.RETURNED]
    assert "1 log was left as it is" in browser.get("/sessions").text


def test_only_coordinators_of_the_region_and_never_the_own_log(sign_in, made, world, fresh):
    log, theirs = made.log(world.pairing), made.log(world.other_pairing)
    for person in (world.caseworker, world.mentor, world.elsewhere):
        browser = sign_in(person)
        assert boxes(browser, "/sessions") == []
        assert browser.post("/sessions/reviews", data={"ref": box(log)}).status_code == 403
    made.grant(world.mentor, Role.COORDINATOR)
    browser = sign_in(world.mentor)
    assert boxes(browser) == [box(theirs)]
    assert browser.post("/sessions/reviews", data={"ref": [box(log), box(theirs)]}).status_code == 303
    assert states(fresh, log, theirs) == [LogState.SUBMITTED, LogState.REVIEWED]


def test_a_coordinator_of_another_town_reviews_nothing(sign_in, made, world, fresh):
    theirs = made.log(world.other_pairing)
    near = sign_in(made.account(Role.COORDINATOR, at=TOWN_A))
    near.post("/sessions/reviews", data={"ref": [box(theirs)]})
    assert states(fresh, theirs) == [LogState.SUBMITTED]
    assert world.child.region_path.endswith(f"{VILLAGE_A}/")


@pytest.mark.parametrize(
    "chosen", [[], ["x"] * 2, ["", ":", "no-such:1", "a:b:c", "０:１"], [f"n{n}:1" for n in range(51)]]
)
def test_bad_input_changes_nothing_and_says_so(chosen, sign_in, made, world, fresh):
    log = made.log(world.pairing)
    browser = sign_in(world.coordinator)
    answer = browser.post(
        "/sessions/reviews", data={"ref": [*chosen, log.ref] if chosen else [], "next": "//evil.example"}
    )
    assert (answer.status_code, answer.location) == (303, "/sessions")
    assert states(fresh, log) == [LogState.SUBMITTED]
    said = browser.get("/sessions").text
    expected = "Choose at least one" if not chosen else f"At most {MOST_AT_ONCE}" if len(chosen) > 50 else "left as"
    assert expected in said


def test_the_bar_is_only_where_there_is_something_to_choose(sign_in, made, world):
    browser = sign_in(world.coordinator)
    for address in (LIST, "/sessions?state=all"):
        assert "/sessions/reviews" not in browser.get(address).text
    made.log(world.pairing, submitted_at=now() - timedelta(days=2))
    assert "/sessions/reviews" in browser.get(LIST).text
    assert "/sessions/reviews" not in browser.get("/sessions?state=all").text


def test_the_boxes_cost_no_statement(sign_in, made, world):
    browser = sign_in(world.coordinator)
    costs = []
    for _more in range(2):
        for _n in range(5):
            made.log(world.pairing)
        browser.get(LIST)
        with counted_statements() as seen:
            browser.get(LIST)
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 12
