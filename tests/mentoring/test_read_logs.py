"""Who reads logs: the list, one log, export, the child's timeline."""

from __future__ import annotations

import csv
import io

import pytest
from sqlalchemy import event, select

from portal.audit.models import AuditEntry
from portal.kernel.actor import Role
from portal.kernel.db import db
from portal.mentoring.models import SessionLog
from portal.mentoring.rules import LogState
from portal.mentoring.views.today import cards, lines_of_today, timeline
from portal.pairing.models import Pairing
from portal.pairing.rules import PairingState
from tests.factories import TOWN_A, VILLAGE_A2, VILLAGE_B

WORDS = "BODYCANARY"


@pytest.fixture
def log(made, world):
    return made.log(world.pairing, did=WORDS)


@pytest.mark.parametrize(
    ("role", "at", "seen"),
    [
        (Role.COORDINATOR, "371302", 200),
        (Role.SUPERVISOR, TOWN_A, 200),
        (Role.CASEWORKER, "371302105001", 200),
        (Role.CASEWORKER, VILLAGE_A2, 404),
        (Role.SUPERVISOR, "371302109", 404),
        (Role.SAFEGUARDING_LEAD, "371302", 404),
        (Role.CONFIRMER, "371302", 403),
        (Role.ADMIN, "371302", 403),
        (Role.AUDITOR, "371302", 403),
        (Role.GRID_WORKER, TOWN_A, 403),
    ],
)
def test_who_reads_a_log(sign_in, made, world, log, role, at, seen):
    browser = sign_in(made.account(role, at=at))
    answer = browser.get(f"/sessions/{log.ref}")
    assert answer.status_code == seen
    assert (WORDS in answer.text) is (seen == 200)
    listed = browser.get("/sessions?state=all")
    assert ("晓雨" in listed.text) is (seen == 200)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("tail", ["", "/correction", "/amendments", "/review", "/return", "/mistake"])
def test_another_mentors_log_is_as_if_it_were_not_there(sign_in, made, world, method, tail):
    theirs = made.log(world.other_pairing, did=WORDS)
    browser = sign_in(world.mentor)
    answer = getattr(browser, method)(
        f"/sessions/{theirs.ref}{tail}", data={"reason": "x"} if method == "post" else None
    )
    assert answer.status_code in (403, 404)
    missing = getattr(browser, method)(
        f"/sessions/missing-ref-0000{tail}", data={"reason": "x"} if method == "post" else None
    )
    assert (missing.status_code, WORDS in answer.text) == (answer.status_code, False)


def test_a_mentor_reads_under_the_alias_and_never_the_name(sign_in, world, log):
    text = sign_in(world.mentor).get(f"/sessions/{log.ref}").text
    assert "小雨" in text
    assert "晓雨" not in text
    assert "张" not in text


def test_a_mentor_who_is_staff_elsewhere_still_reads_under_the_alias(sign_in, made, world, log):
    made.grant(world.mentor, Role.CASEWORKER, at=VILLAGE_B)
    text = sign_in(world.mentor).get("/sessions").text
    assert "小雨" in text
    assert "晓雨" not in text


@pytest.mark.parametrize("state", [PairingState.CLOSED, PairingState.PAUSED, PairingState.FROZEN])
def test_a_former_or_resting_mentor_reads_nothing(sign_in, world, log, fresh, state):
    with fresh():
        pairing = db.session.get(Pairing, world.pairing.id)
        pairing.state, pairing.slot = state, pairing.slot if state is not PairingState.CLOSED else None
        db.session.commit()
    browser = sign_in(world.mentor)
    assert browser.get(f"/sessions/{log.ref}").status_code == 404
    assert "小雨" not in browser.get("/sessions").text


def test_a_look_by_staff_is_noted_and_ones_own_is_not(sign_in, world, log, fresh):
    sign_in(world.mentor).get(f"/sessions/{log.ref}")
    sign_in(world.caseworker).get(f"/sessions/{log.ref}")
    with fresh():
        looks = db.session.scalars(select(AuditEntry).where(AuditEntry.what == "session-log-read")).all()
    assert [(e.actor_ref, e.about_ref, e.why) for e in looks] == [(world.caseworker.ref, world.child.ref, "caseworker")]


def test_filters_stand_in_the_address(sign_in, made, world, log):
    made.log(world.pairing, LogState.REVIEWED, attempt=True, minutes=None)
    browser = sign_in(world.coordinator)
    assert browser.get("/sessions").text.count("<tr>") == 2
    assert "晓雨" in browser.get("/sessions?state=all&q=晓").text
    assert "晓雨" in browser.get("/sessions?state=all&q=zxy").text
    assert "晓雨" not in browser.get("/sessions?state=all&q=%25").text
    assert "晓雨" not in browser.get("/sessions?state=all&q=王五").text
    assert browser.get("/sessions?state=all&attempt=y").text.count("<tr>") == 2
    assert "晓雨" not in browser.get("/sessions?state=all&low=y").text
    assert "晓雨" not in browser.get("/sessions?state=all&town=371302109").text
    assert "晓雨" in browser.get(f"/sessions?pair={world.pairing.ref}").text
    for wrong in ("state=nonsense", "town=1", "since=2026-02-30", "after=xx", "way=x", "sort=zzz"):
        assert browser.get(f"/sessions?{wrong}").status_code == 200


@pytest.mark.parametrize("who", ["mentor", "coordinator"])
def test_the_list_costs_the_same_for_one_row_and_fifty(app, sign_in, made, world, who):
    def statements():
        browser = sign_in(getattr(world, who))
        browser.get("/sessions?state=all" if who == "coordinator" else "/sessions")
        heard: list[str] = []
        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", listen := lambda *a: heard.append(a[2]))
        browser.get("/sessions?state=all" if who == "coordinator" else "/sessions")
        event.remove(engine, "before_cursor_execute", listen)
        return len([s for s in heard if not s.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE"))])

    made.log(world.pairing)
    one = statements()
    for _ in range(30):
        made.log(world.pairing)
    assert statements() == one
    assert one <= 12


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_seen_is_exported_with_a_reason_and_no_cell_is_a_formula(sign_in, made, world, fresh, kind):
    made.log(world.pairing, did="=HYPERLINK(1)")
    browser = sign_in(world.coordinator)
    assert browser.post("/sessions/export?state=all", data={"kind": kind}).status_code == 422
    answer = browser.post("/sessions/export?state=all", data={"kind": kind, "reason": "年度总结"})
    assert answer.status_code == 200
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    else:
        from python_calamine import CalamineWorkbook

        rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert rows[1][1] == "张晓雨"
    assert rows[1][10].lstrip("'") == "=HYPERLINK(1)"
    assert kind == "xlsx" or rows[1][10].startswith("'")
    assert "年度总结" in str(rows[-1])
    with fresh():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.what == "sessions-exported")).one()
        assert (entry.reason, entry.facts) == ("年度总结", {"rows": 1})


def test_a_mentor_takes_nothing_out(sign_in, world):
    assert sign_in(world.mentor).get("/sessions/export").status_code == 403


def test_shared_pages_show_what_the_reader_may_see(app, made, world, log):
    with app.test_request_context():
        mentor, coordinator, elsewhere = (made.actor(a) for a in (world.mentor, world.coordinator, world.elsewhere))
        assert [e.text for e in timeline(mentor, world.child.ref, 5)] == [WORDS]
        assert [e.text for e in timeline(coordinator, world.child.ref, 5)] == [WORDS]
        assert list(timeline(elsewhere, world.child.ref, 5)) == []
        assert list(timeline(made.actor(world.other), world.child.ref, 5)) == []
        assert any("1" in i.why for i in lines_of_today(coordinator))
        hours = next(c for c in cards(mentor) if "hours" in c.facts).facts["hours"]
        assert hours.all == 60


def test_a_moved_child_is_read_by_its_new_region(app, made, world, log):
    from portal.children.models import Child
    from portal.kernel.actor import SYSTEM
    from portal.kernel.clock import now
    from portal.kernel.events import child_moved

    with app.app_context():
        child = db.session.get(Child, world.child.id)
        before, child.region_path = child.region_path, made.path(VILLAGE_B)
        child_moved.send(child, before=before, actor=SYSTEM, now=now())
        db.session.commit()
        assert db.session.get(SessionLog, log.id).region_path == made.path(VILLAGE_B)
