"""The plan of visits: two clocks for each open file, moved by visits, risk, moves and settings."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal.children.models import Child
from portal.children.operations.access import move_file
from portal.children.operations.files import change_risk
from portal.children.rules import FileState, RiskLevel
from portal.duties.models import Duty, DutyState
from portal.duties.queries import first_owed
from portal.duties.sweep import sweep
from portal.kernel.actor import Role
from portal.kernel.clock import local_day, now, today
from portal.kernel.db import db
from portal.notices.models import Notice
from portal.places.models import Setting
from portal.visits.operations.plan import plan_all
from tests.factories import VILLAGE_A


@pytest.fixture
def days(fresh):
    """When each kind of visit is due, by kind."""

    def of(child):
        with fresh():
            owed = select(Duty).where(Duty.child_ref == child.ref, Duty.state == DutyState.OWED)
            return {d.kind: local_day(d.due_at) for d in db.session.scalars(owed)}

    return of


@pytest.fixture
def planned(fresh):
    def all_of_them():
        with fresh():
            number = plan_all(now())
            db.session.commit()
            return number

    return all_of_them


def test_the_first_visit_is_due_within_five_working_days_of_the_opening(made, planned, days):
    child = made.child(opened_on=date(2026, 11, 20), risk=RiskLevel.YELLOW)  # a Friday
    assert planned() == 2
    assert days(child) == {"visit": date(2026, 11, 27), "town-check": date(2026, 11, 20) + timedelta(days=90)}
    assert planned() == 0


@pytest.mark.parametrize(
    ("risk", "every", "town"),
    [(RiskLevel.RED, 7, 30), (RiskLevel.YELLOW, 30, 90), (RiskLevel.BLUE, 90, 180), (RiskLevel.GREEN, 180, 365)],
)
def test_visits_by_risk(made, planned, days, risk, every, town):
    child = made.child(risk=risk, opened_on=today() - timedelta(days=400), risk_since_on=today() - timedelta(days=400))
    author = made.account(Role.CASEWORKER, at=VILLAGE_A)
    seen_on = today() - timedelta(days=3)
    made.visit(child, author, on_day=seen_on)
    planned()
    found = days(child)
    assert found["visit"] == seen_on + timedelta(days=every)
    assert found["town-check"] == child.opened_on + timedelta(days=town)


def test_a_raised_risk_moves_the_plan_with_its_reason(made, planned, days, fresh):
    child = made.child(risk=RiskLevel.GREEN, opened_on=today() - timedelta(days=100))
    coordinator = made.actor(made.account(Role.COORDINATOR))
    made.visit(child, made.account(Role.CASEWORKER, at=VILLAGE_A), on_day=today() - timedelta(days=60))
    planned()
    assert days(child)["visit"] == today() + timedelta(days=120)
    with fresh():
        again = db.session.get(Child, child.id)
        change_risk(again, RiskLevel.RED, reason="奶奶住院了", actor=coordinator, now=now())
        db.session.commit()
    assert days(child)["visit"] == today()


def test_a_closed_file_owes_no_visit_and_one_opened_again_does(made, planned, days, fresh):
    child = made.child()
    coordinator = made.actor(made.account(Role.COORDINATOR))
    planned()
    for target, owed in ((FileState.CLOSED, set()), (FileState.OPEN, {"visit", "town-check"})):
        with fresh():
            move_file(db.session.get(Child, child.id), target, reason="搬走", actor=coordinator, now=now())
            db.session.commit()
        assert set(days(child)) == owed


def test_a_changed_setting_moves_every_plan(made, planned, days, fresh):
    child = made.child(risk=RiskLevel.RED, opened_on=today() - timedelta(days=30))
    made.visit(child, made.account(Role.CASEWORKER, at=VILLAGE_A), on_day=today())
    planned()
    with fresh():
        db.session.add(Setting(name="visit_days_red", value=3, from_on=today(), set_at=now(), set_by="x"))
        db.session.commit()
    assert planned() == 1
    assert days(child)["visit"] == today() + timedelta(days=3)


def test_hundreds_of_visits_fill_neither_the_duty_list_nor_the_mailbox(made, planned, fresh):
    made.child(opened_on=today() - timedelta(days=90))
    worker = made.account(Role.CASEWORKER, at=VILLAGE_A)
    planned()
    with fresh():
        assert first_owed(made.actor(worker)) == []
        assert sweep(now()) == 0
        assert db.session.scalars(select(Notice)).all() == []
