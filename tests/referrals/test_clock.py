"""Reminders at 24 and 48 hours; at five working days without an answer it is back in the queue. domain.md, Referral."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.duties.models import Duty, DutyState
from portal.jobs import SWEEPS
from portal.kernel.clock import local_day, standing_at
from portal.kernel.db import db
from portal.needs.models import Need
from portal.needs.rules import NeedState
from portal.notices.models import Notice
from portal.referrals.operations import remind_and_expire
from portal.referrals.rules import ReferralState
from tests.referrals.conftest import MONDAY

S = ReferralState


@pytest.fixture
def sweep(app):
    def run(moment):
        with app.app_context():
            gone = remind_and_expire(moment)
            db.session.commit()
            return gone

    return run


@pytest.fixture
def told(app):
    def kinds(account):
        with app.app_context():
            rows = db.session.query(Notice).filter(
                Notice.account_ref == account.ref, Notice.kind.startswith("referral")
            )
            return [n.kind for n in rows.order_by(Notice.id)]

    return kinds


def test_the_worker_runs_it():
    assert remind_and_expire in [s.run for s in SWEEPS]


def test_the_receiver_is_reminded_after_a_day_and_after_two_once_each(programme, referred, sweep, told):
    with standing_at(MONDAY):
        referred(S.SENT)
        there = programme.people["A"]
        for hours, reminders in ((23, 0), (24, 1), (24, 1), (47, 1), (48, 2), (71, 2), (96, 2)):
            sweep(MONDAY + timedelta(hours=hours))
            assert told(there).count("referral-reminder") == reminders, hours


def test_a_worker_that_slept_for_three_days_reminds_once(programme, referred, sweep, told):
    with standing_at(MONDAY):
        referred(S.SENT)
        sweep(MONDAY + timedelta(hours=72))
        sweep(MONDAY + timedelta(hours=73))
        assert told(programme.people["A"]).count("referral-reminder") == 1


def test_nobody_is_reminded_while_the_programme_owes_an_answer_and_the_clock_begins_anew_with_it(
    programme, referred, act, sweep, told, seen
):
    with standing_at(MONDAY):
        ref = referred(S.ASKED)
    later = MONDAY + timedelta(days=2)
    sweep(later)
    assert told(programme.people["A"]).count("referral-reminder") == 0
    before = seen(ref).expires_at
    act("answer_question", ref, programme.actor(programme.town), answer="有", now=later)
    assert seen(ref).expires_at == before + timedelta(days=2)
    sweep(later + timedelta(hours=24))
    assert told(programme.people["A"]).count("referral-reminder") == 1


@pytest.mark.parametrize(
    ("sent", "last_day"),
    [
        (MONDAY, date(2026, 3, 9)),
        # National Day: the 1st to the 7th are free, Saturday the 10th is a workday.
        (datetime(2026, 9, 30, 2, tzinfo=UTC), date(2026, 10, 13)),
    ],
)
def test_five_working_days_are_counted_by_the_chinese_calendar(programme, referred, seen, sent, last_day):
    from portal.places.working_days import add_working_days

    with standing_at(sent):
        ref = referred(S.SENT)
        until = seen(ref).expires_at
    assert local_day(until - timedelta(seconds=1)) == add_working_days(local_day(sent), 5, {}) == last_day


@pytest.mark.parametrize("state", [S.SENT, S.ASKED])
def test_unanswered_it_expires_is_back_in_the_queue_and_the_coordinator_is_told(
    app, programme, referred, sweep, told, seen, need_state, sign_in, state
):
    with standing_at(MONDAY):
        ref = referred(state)
        due = seen(ref).expires_at
        sweep(due - timedelta(seconds=1))
        assert seen(ref).state is state
        sweep(due)
        sweep(due)
    assert (seen(ref).state, need_state(ref)) == (S.EXPIRED, NeedState.AT_TOWN)
    assert told(programme.district).count("referral-expired") == 1
    assert told(programme.town).count("referral-expired") == 1
    with app.app_context():
        assert db.session.query(Need).one().held_since is None
        assert db.session.query(Duty).filter_by(kind="referral-answer", state=DutyState.OWED).count() == 0
    assert sign_in(programme.people["A"]).get(f"/referrals/{ref}").status_code == 404


def test_an_accepted_one_does_not_expire(programme, referred, sweep, seen):
    with standing_at(MONDAY):
        ref = referred(S.ACCEPTED)
        sweep(MONDAY + timedelta(days=60))
    assert seen(ref).state is S.ACCEPTED


def test_the_coordinator_owes_that_an_answer_comes_until_it_has(app, programme, referred, act):
    ref = referred(S.SENT)
    with app.app_context():
        duty = db.session.query(Duty).filter_by(kind="referral-answer", state=DutyState.OWED).one()
        assert (duty.subject_ref, duty.owner_role.value) == (ref, "coordinator")
    act("accept", ref, programme.at("A"))
    with app.app_context():
        assert db.session.query(Duty).filter_by(kind="referral-answer", state=DutyState.OWED).count() == 0


def test_one_referral_that_breaks_keeps_no_other_from_being_expired(programme, referred, sweep, seen, monkeypatch):
    from portal.kernel.secrets import CannotOpen
    from portal.referrals.operations import ending

    with standing_at(MONDAY):
        broken, sound = referred(S.SENT), referred(S.SENT)
    sent = ending.go

    def go(referral, *args, **facts):
        if referral.ref == broken:
            raise CannotOpen("referral")
        sent(referral, *args, **facts)

    monkeypatch.setattr(ending, "go", go)
    assert sweep(MONDAY + timedelta(days=9)) == 1
    assert (seen(broken).state, seen(sound).state) == (S.SENT, S.EXPIRED)
