"""Planned sessions: plan, move, missed, called off."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from portal.calendars.models import Booking, BookingState
from portal.kernel.actor import SYSTEM
from portal.kernel.clock import now, today
from portal.kernel.db import db
from portal.kernel.events import pairing_moved
from portal.mentoring.models import PlannedSession
from portal.mentoring.rules import PlanState
from portal.notices.models import Notice
from portal.pairing.models import Pairing
from portal.pairing.rules import PairingState


def plan(world, days=3, time="15:00", **more):
    day = (today() + timedelta(days=days)).isoformat()
    return {"pair": world.pairing.ref, "next_on": day, "next_time": time, "length": "60", "place": "home"} | more


def rows():
    return db.session.scalars(select(PlannedSession).order_by(PlannedSession.id)).all()


def test_planned_moved_and_called_off_in_one_chain_of_one_booking(sign_in, world, fresh):
    browser = sign_in(world.mentor)
    assert browser.post("/planned-sessions/new", data=plan(world)).status_code == 303
    with fresh():
        first = rows()[0]
        uid = db.session.scalars(select(Booking.uid)).one()
    assert "小雨" in browser.get("/planned-sessions").text
    assert browser.post(f"/planned-sessions/{first.ref}/move", data=plan(world, 5)).status_code == 303
    with fresh():
        old, later = rows()
        booking = db.session.scalars(select(Booking)).one()
        assert (old.state, later.state, old.moved_to_ref, later.first_ref) == (
            PlanState.MOVED,
            PlanState.PLANNED,
            later.ref,
            old.ref,
        )
        assert (booking.uid, booking.sequence, booking.starts_at) == (uid, 1, later.starts_at)
    assert browser.post(f"/planned-sessions/{first.ref}/move", data=plan(world, 6)).status_code == 422
    assert browser.post(f"/planned-sessions/{later.ref}/cancellation", data={"reason": "孩子发烧"}).status_code == 303
    with fresh():
        assert rows()[1].state is PlanState.CANCELLED
        booking = db.session.scalars(select(Booking)).one()
        assert (booking.uid, booking.sequence, booking.state) == (uid, 2, BookingState.CANCELLED)


def test_an_overlap_is_shown_before_anything_is_saved(sign_in, world, fresh):
    browser = sign_in(world.mentor)
    browser.post("/planned-sessions/new", data=plan(world))
    answer = browser.post("/planned-sessions/new", data=plan(world, time="15:30"))
    assert answer.status_code == 422
    assert "another plan already" in answer.text
    with fresh():
        assert len(rows()) == 1
    assert browser.post("/planned-sessions/new", data=plan(world, time="15:30", anyway="y")).status_code == 303


def test_a_moved_one_does_not_overlap_with_itself(sign_in, world, fresh):
    browser = sign_in(world.mentor)
    browser.post("/planned-sessions/new", data=plan(world))
    with fresh():
        ref = rows()[0].ref
    assert browser.post(f"/planned-sessions/{ref}/move", data=plan(world, time="15:30")).status_code == 303


def test_missed_only_after_it_has_begun_and_with_a_reason(sign_in, made, world, fresh):
    past, coming = made.planned(world.pairing, in_days=-1), made.planned(world.pairing)
    browser = sign_in(world.mentor)
    assert browser.post(f"/planned-sessions/{past.ref}/miss", data={"reason": ""}).status_code == 422
    assert browser.post(f"/planned-sessions/{coming.ref}/miss", data={"reason": "忘了"}).status_code == 422
    assert browser.post(f"/planned-sessions/{past.ref}/miss", data={"reason": "下大雨"}).status_code == 303
    with fresh():
        assert [r.state for r in rows()] == [PlanState.MISSED, PlanState.PLANNED]


def test_a_day_that_is_none_or_past_is_refused_as_typed(sign_in, world, fresh):
    browser = sign_in(world.mentor)
    wrong = browser.post("/planned-sessions/new", data=plan(world, next_on="2026-02-30"))
    assert wrong.status_code == 422
    assert "2026-02-30" in wrong.text
    assert browser.post("/planned-sessions/new", data=plan(world, -1)).status_code == 422
    assert browser.post("/planned-sessions/new", data=plan(world, 800)).status_code == 422
    assert browser.post("/planned-sessions/new", data=plan(world, pair=world.other_pairing.ref)).status_code == 422
    with fresh():
        assert rows() == []


def test_another_pairs_plan_is_not_there(sign_in, made, world):
    theirs = made.planned(world.other_pairing)
    browser = sign_in(world.mentor)
    for tail in ("", "/move"):
        assert browser.get(f"/planned-sessions/{theirs.ref}{tail}").status_code == 404
    for tail in ("/move", "/miss", "/cancellation"):
        assert browser.post(f"/planned-sessions/{theirs.ref}{tail}", data={"reason": "x"}).status_code == 404
    assert sign_in(world.caseworker).get(f"/planned-sessions/{theirs.ref}").status_code == 404


def test_the_coordinator_calls_off_and_the_mentor_is_told_without_a_name(sign_in, made, world, fresh):
    planned = made.planned(world.pairing)
    assert (
        sign_in(world.coordinator)
        .post(f"/planned-sessions/{planned.ref}/cancellation", data={"reason": "家里有事"})
        .status_code
        == 303
    )
    with fresh():
        told = db.session.scalars(select(Notice).where(Notice.kind == "session-moved")).one()
        assert told.account_ref == world.mentor.ref
        assert told.facts["child"] == "XY"


def test_an_ended_pair_plans_nothing_more(app, made, world, fresh):
    made.planned(world.pairing)
    with fresh():
        pairing = db.session.get(Pairing, world.pairing.id)
        before, pairing.state, pairing.slot = pairing.state, PairingState.CLOSED, None
        pairing_moved.send(pairing, before=before, actor=SYSTEM, now=now())
        db.session.commit()
    with fresh():
        assert [r.state for r in rows()] == [PlanState.CANCELLED]
