"""A visit is kept once, with what was heard and seen, and moves the plan."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.children.models import Child
from portal.children.rules import FileState, RiskLevel
from portal.duties.models import Duty, DutyState
from portal.kernel.actor import Role
from portal.kernel.clock import local_day, now, today
from portal.kernel.db import begin_writing, db
from portal.kernel.errors import DomainError
from portal.needs.models import Need
from portal.needs.rules import NeedKind, NeedUrgency
from portal.visits.models import Visit
from portal.visits.operations.plan import plan_all
from portal.visits.operations.visits import Entry, NeedAsked, NotYours, save_visit, strike_out
from portal.visits.rules import ALL_WELL, VisitKind, VisitState
from tests.factories import TOWN_A, VILLAGE_A, VILLAGE_B

KEY = "visit-key-00000001"
WELL = Entry(kind=VisitKind.CARE, met=["child", "carer"], seen=ALL_WELL)
PARALLEL = 50


@pytest.fixture
def worker(made):
    return made.account(Role.CASEWORKER, at=VILLAGE_A, name="李主任")


@pytest.fixture
def child(made):
    return made.child(at=VILLAGE_A, risk=RiskLevel.YELLOW, opened_on=today() - timedelta(days=90))


@pytest.fixture
def keep(made, fresh):
    def keeping(author, child, entry=WELL, key=KEY):
        with fresh():
            saved = save_visit(key, entry, child_ref=child.ref, actor=made.actor(author), now=now())
            db.session.commit()
            return saved.visit.ref, saved.again

    return keeping


def due(fresh, child, kind):
    with fresh():
        owed = select(Duty.due_at).where(Duty.key == f"{kind}:{child.ref}", Duty.state == DutyState.OWED)
        return local_day(db.session.scalars(owed).one())


def test_all_is_well_is_kept_and_the_next_visit_is_owed(fresh, keep, worker, child):
    with fresh():
        plan_all(now())
        db.session.commit()
    keep(worker, child)
    assert due(fresh, child, "visit") == today() + timedelta(days=30)
    with fresh():
        visit = db.session.scalars(select(Visit)).one()
        assert visit.seen == {"met": ["child", "carer"], **ALL_WELL}
        assert "cheerful" not in str(visit.seen_sealed)
        assert not visit.worrying


def test_an_attempt_leaves_the_visit_due(fresh, keep, worker, child):
    with fresh():
        plan_all(now())
        db.session.commit()
    before = due(fresh, child, "visit")
    keep(worker, child, replace(WELL, met=["nobody"], seen={}))
    assert due(fresh, child, "visit") == before


def test_the_same_visit_sent_again_is_one_row_and_another_under_its_key_is_told(fresh, keep, worker, child):
    first, _again = keep(worker, child)
    assert keep(worker, child) == (first, True)
    with pytest.raises(DomainError, match="already"):
        keep(worker, child, replace(WELL, text="别的话"))


def test_a_replayed_visit_sent_fifty_times_in_parallel_is_one_row(app, made, fresh, worker, child):
    """T13 of safety.md."""
    actor, answers, gate = made.actor(worker), [], threading.Barrier(PARALLEL)

    def send():
        gate.wait()
        with app.app_context():
            begin_writing()
            saved = save_visit(KEY, WELL, child_ref=child.ref, actor=actor, now=now())
            ref = saved.visit.ref
            db.session.commit()
            answers.append(ref)

    threads = [threading.Thread(target=send) for _ in range(PARALLEL)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == PARALLEL
    assert len(set(answers)) == 1
    with fresh():
        assert db.session.scalar(select(func.count()).select_from(Visit)) == 1


def test_needs_heard_at_the_door_are_raised_with_the_visit(fresh, keep, worker, child):
    asked = NeedAsked(NeedKind.MEDICAL, "眼睛看不清", NeedUrgency.URGENT)
    ref, _again = keep(worker, child, replace(WELL, needs=[asked]))
    with fresh():
        need = db.session.scalars(select(Need)).one()
        assert (need.kind, need.text, need.source_ref) == (NeedKind.MEDICAL, "眼睛看不清", ref)
        assert db.session.scalars(select(Visit.need_refs)).one() == need.ref
    keep(worker, child, replace(WELL, needs=[asked]))
    with fresh():
        assert db.session.scalar(select(func.count()).select_from(Need)) == 1


@pytest.mark.parametrize("wrong", [timedelta(days=1), timedelta(days=-365)])
def test_a_phone_clock_wrong_by_a_day_or_a_year_is_flagged_and_both_times_are_kept(fresh, keep, worker, child, wrong):
    """T13 of safety.md."""
    at = now() - timedelta(hours=2)
    keep(worker, child, replace(WELL, device_at=at + wrong, device_sent_at=now() + wrong, offline=True))
    with fresh():
        visit = db.session.scalars(select(Visit)).one()
        assert visit.clock_off
        assert abs(visit.at - at) < timedelta(minutes=1)
        assert abs(visit.device_at - at - wrong) < timedelta(minutes=1)
        assert abs(visit.received_at - now()) < timedelta(minutes=1)


def test_a_child_moved_closed_or_of_another_village_is_refused_with_a_sentence(made, fresh, keep, worker, child):
    elsewhere = made.child(at=VILLAGE_B)
    with pytest.raises(NotYours):
        keep(worker, elsewhere)
    with fresh():
        db.session.get(Child, child.id).state = FileState.CLOSED
        db.session.commit()
    with pytest.raises(NotYours):
        keep(worker, child)


def test_the_town_s_own_check_has_its_own_clock(made, fresh, keep, child):
    with fresh():
        plan_all(now())
        db.session.commit()
    before = due(fresh, child, "visit")
    keep(made.account(Role.SUPERVISOR, at=TOWN_A), child)
    assert due(fresh, child, "visit") == before
    assert due(fresh, child, "town-check") == today() + timedelta(days=90)


def test_a_joint_visit_fulfils_both_and_names_who_came_along(made, fresh, keep, child):
    supervisor = made.account(Role.SUPERVISOR, at=TOWN_A)
    with pytest.raises(DomainError, match="along"):
        keep(supervisor, child, replace(WELL, kind=VisitKind.JOINT))
    keep(supervisor, child, replace(WELL, kind=VisitKind.JOINT, joint_with="李主任"))
    assert due(fresh, child, "visit") == today() + timedelta(days=30)
    assert due(fresh, child, "town-check") == today() + timedelta(days=90)


def test_a_visit_struck_out_counts_for_nothing(made, fresh, keep, worker, child):
    with fresh():
        plan_all(now())
        db.session.commit()
    before = due(fresh, child, "visit")
    keep(worker, child)
    with fresh():
        visit = db.session.scalars(select(Visit)).one()
        strike_out(visit, reason="走错门了", actor=made.actor(worker), now=now())
        db.session.commit()
    assert due(fresh, child, "visit") == before
    with fresh():
        assert db.session.scalars(select(Visit.state)).one() is VisitState.ENTERED_IN_ERROR
