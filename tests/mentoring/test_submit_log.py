"""Sending a log."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.audit.models import AuditEntry
from portal.calendars.models import Booking, BookingResource
from portal.duties.models import Duty, DutyState
from portal.kernel.clock import today
from portal.kernel.db import db
from portal.mentoring.models import PlannedSession, SessionLog, SessionPart
from portal.mentoring.rules import LogState, PlanState
from portal.notices.models import Notice
from portal.pairing.models import Pairing
from portal.pairing.rules import PairingState
from portal.safeguarding.models import Concern
from portal.safeguarding.rules import Urgency

JSON = {"Accept": "application/json"}


def count(table):
    return db.session.scalar(select(func.count()).select_from(table))


def test_a_log_is_sent_kept_sealed_told_and_owed(sign_in, world, filled, fresh):
    answer = sign_in(world.mentor).post("/sessions/new", data=filled(to_staff="奶奶最近累"))
    assert answer.status_code == 303
    with fresh():
        log = db.session.scalars(select(SessionLog)).one()
        part = db.session.scalars(select(SessionPart)).one()
        assert (log.state, log.minutes, log.did, log.to_staff, part.mood) == (
            LogState.SUBMITTED,
            60,
            "一起读了绘本",
            "奶奶最近累",
            4,
        )
        assert "绘本".encode() not in bytes(log.did_sealed)
        assert db.session.get(Pairing, world.pairing.id).last_contact_on == today()
        duty = db.session.scalars(select(Duty).where(Duty.kind == "log-review")).one()
        assert (duty.path, duty.state) == (world.pairing.region_path, DutyState.OWED)
        assert world.coordinator.ref in set(
            db.session.scalars(select(Notice.account_ref).where(Notice.kind == "log-submitted"))
        )
        moved = db.session.scalars(select(AuditEntry).where(AuditEntry.what == "session-log-moved")).one()
        assert moved.about_ref == world.child.ref
        assert moved.actor_ref == world.mentor.ref
    assert answer.location.endswith(f"/sessions/{log.ref}")


def test_sent_fifty_times_it_is_one_row_and_one_answer(sign_in, world, filled, fresh):
    browser = sign_in(world.mentor)
    answers = [browser.post("/sessions/new", data=filled(), headers=JSON) for _ in range(50)]
    assert {a.status_code for a in answers} == {200}
    assert len({(a.json["saved"], a.json["next"]) for a in answers}) == 1
    assert answers[0].json["saved"] == "phone-key-00000001"
    with fresh():
        assert (count(SessionLog), count(SessionPart)) == (1, 1)
        assert db.session.scalar(select(func.count()).where(AuditEntry.what == "session-log-moved")) == 1


def test_another_text_under_the_same_key_is_not_lost_silently(sign_in, world, filled, fresh):
    browser = sign_in(world.mentor)
    browser.post("/sessions/new", data=filled())
    answer = browser.post("/sessions/new", data=filled(did="换了一段话"), headers=JSON)
    assert answer.status_code == 422
    assert "already" in str(answer.json["errors"])
    with fresh():
        assert db.session.scalars(select(SessionLog)).one().did == "一起读了绘本"


def test_somebody_elses_key_is_as_if_it_were_not_there(sign_in, world, filled):
    sign_in(world.mentor).post("/sessions/new", data=filled())
    other = sign_in(world.other).post("/sessions/new", data=filled(world.other_pairing), headers=JSON)
    assert other.status_code == 404


def test_another_mentors_pair_is_refused(sign_in, world, filled, fresh):
    browser = sign_in(world.mentor)
    answer = browser.post("/sessions/new", data=filled(world.other_pairing))
    assert answer.status_code == 422
    assert "CANARY" not in answer.text
    assert browser.get(f"/sessions/new?pair={world.other_pairing.ref}").status_code == 404
    with fresh():
        assert count(SessionLog) == 0


@pytest.mark.parametrize("state", [PairingState.PAUSED, PairingState.FROZEN])
def test_paused_and_frozen_are_refused_with_the_same_words_and_the_draft_stays(
    sign_in, made, world, filled, fresh, state
):
    browser = sign_in(world.mentor)
    typed = {"pairs": world.pairing.ref, "did": "写到一半"}
    assert browser.post("/sessions/drafts/phone-key-00000001", json={"fields": typed, "version": 0}).json["saved"]
    with fresh():
        db.session.get(Pairing, world.pairing.id).state = state
        db.session.commit()
    answer = browser.post("/sessions/new", data=filled())
    assert answer.status_code == 422
    assert "paused by the programme" in answer.text
    assert "写到一半" in browser.get("/sessions/drafts").text
    with fresh():
        assert db.session.scalars(select(SessionLog)).one().state is LogState.DRAFT


def test_siblings_have_a_private_part_each(sign_in, made, world, filled, fresh):
    sibling = made.child(given_name="小明", at="371302109001")
    with fresh():
        volunteer = db.session.get(type(world.volunteer), world.volunteer.id)
        volunteer.capacity = 2
        db.session.commit()
    second = made.pairing(sibling, world.volunteer, slot=2)
    page = sign_in(world.mentor).get("/sessions/new").text
    assert page.count('type="checkbox" name="pairs"') == 2
    data = filled(pairs=[world.pairing.ref, second.ref])
    data |= {f"mood_{second.ref}": "2", f"text_{world.pairing.ref}": "PARTONE", f"text_{second.ref}": "PARTTWO"}
    assert sign_in(world.mentor).post("/sessions/new", data=data).status_code == 303
    with fresh():
        log = db.session.scalars(select(SessionLog)).one()
        assert count(SessionPart) == 2
    seen_a = sign_in(world.caseworker).get(f"/sessions/{log.ref}").text
    assert "PARTONE" in seen_a
    assert "PARTTWO" not in seen_a
    assert "小明" not in seen_a
    seen_b = sign_in(world.elsewhere).get(f"/sessions/{log.ref}").text
    assert "PARTTWO" in seen_b
    assert "PARTONE" not in seen_b
    assert "晓雨" not in seen_b


def test_an_attempt_counts_as_an_attempt(sign_in, world, filled, fresh):
    before = world.pairing.last_contact_on
    data = filled(contact="no", way="phone", did="电话没人接", minutes=None)
    data.pop(f"mood_{world.pairing.ref}")
    assert sign_in(world.mentor).post("/sessions/new", data=data).status_code == 303
    with fresh():
        log = db.session.scalars(select(SessionLog)).one()
        assert (log.attempt, log.minutes) == (True, None)
        assert db.session.get(Pairing, world.pairing.id).last_contact_on == before


def test_a_planned_session_is_fulfilled_and_the_next_one_stands_in_the_calendar(sign_in, made, world, filled, fresh):
    planned = made.planned(world.pairing, in_days=-1)
    page = sign_in(world.mentor).get("/sessions/new").text
    assert planned.ref in page
    day = today() + timedelta(days=7)
    data = filled(planned=planned.ref, next_on=day.isoformat(), next_time="１５：３０", next_place="library")
    assert sign_in(world.mentor).post("/sessions/new", data=data).status_code == 303
    with fresh():
        assert db.session.get(PlannedSession, planned.id).state is PlanState.HELD
        following = db.session.scalars(select(PlannedSession).where(PlannedSession.state == PlanState.PLANNED)).one()
        booking = db.session.scalars(select(Booking)).one()
        assert (booking.title, booking.place, booking.starts_at) == ("XY", "library", following.starts_at)
        assert "晓雨" not in booking.ics
        assert "小雨" not in booking.ics
        keys = set(db.session.scalars(select(BookingResource.key)))
        assert keys == {f"child:{world.child.ref}", f"volunteer:{world.volunteer.ref}"}


def test_a_concern_is_raised_and_stands_nowhere_in_the_log(sign_in, made, world, filled, fresh):
    data = filled(concern="y", concern_text="WORRYCANARY", urgency="now")
    answer = sign_in(world.mentor).post("/sessions/new", data=data)
    assert answer.status_code == 303
    with fresh():
        concern = db.session.scalars(select(Concern)).one()
        assert (concern.urgency, concern.text, concern.child_ref) == (Urgency.NOW, "WORRYCANARY", world.child.ref)
        log = db.session.scalars(select(SessionLog)).one()
        assert log.typed is None
    page = sign_in(world.coordinator).get(f"/sessions/{log.ref}").text
    assert "WORRYCANARY" not in page
    assert "oncern with this entry" not in page
    assert "oncern with this entry" in sign_in(world.mentor).get(f"/sessions/{log.ref}").text


def test_a_draft_changed_elsewhere_is_not_overwritten_silently(sign_in, world, filled, fresh):
    browser = sign_in(world.mentor)
    key = "phone-key-00000001"
    first = browser.post(
        f"/sessions/drafts/{key}", json={"fields": {"pairs": world.pairing.ref, "did": "甲"}, "version": 0}
    ).json
    browser.post(
        f"/sessions/drafts/{key}",
        json={"fields": {"pairs": world.pairing.ref, "did": "乙的文字"}, "version": first["version"]},
    )
    answer = browser.post("/sessions/new", data=filled(did="甲", draft_version=first["version"]))
    assert answer.status_code == 422
    assert "乙的文字" in answer.text
    with fresh():
        assert db.session.scalars(select(SessionLog)).one().typed["did"] == "乙的文字"
