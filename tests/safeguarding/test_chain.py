"""Who is asked, and who next: until somebody takes it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.audit.models import AuditEntry
from portal.duties.models import Duty, DutyState
from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.db import db
from portal.kernel.outbox import Channel, OutboxMessage
from portal.notices.models import Notice
from portal.safeguarding.models import ConcernAsk
from portal.safeguarding.operations import escalate
from portal.safeguarding.rules import OnDuty, next_on_duty
from tests.factories import TOWN_A


@pytest.fixture
def pass_hours(fresh):
    """Let the sweep run so many hours from now; gives how many were passed on."""

    def run(hours):
        with fresh():
            number = escalate(now() + timedelta(hours=hours))
            db.session.commit()
            return number

    return run


def test_the_rule_skips_the_named_and_begins_again_after_the_last():
    people = [OnDuty(r, r, "") for r in "abc"]
    assert [next_on_duty(people, {"b"}, step).account_ref for step in range(5)] == list("acaca")
    assert next_on_duty(people, {"a", "b", "c"}, 0) is None


def test_unacknowledged_it_goes_to_the_next_again_and_again(made, a_concern, load, lead, on_duty, pass_hours, fresh):
    first, second = made.account(Role.COORDINATOR), made.account(Role.SUPERVISOR)
    on_duty(first, second)
    ref = a_concern(made.mentor()[0])
    assert load(ref).asked_ref == first.ref
    assert pass_hours(0.5) == 0
    assert pass_hours(1.1) == 1
    assert pass_hours(1.1) == 0, "twice is harmless"
    assert load(ref).asked_ref == second.ref
    assert pass_hours(2.2) == 1
    assert load(ref).asked_ref == first.ref
    assert pass_hours(3.3) == 1
    with fresh():
        told = list(db.session.execute(select(Notice.account_ref, func.count()).group_by(Notice.account_ref)))
        # From the second round on the safeguarding lead is asked beside the list.
        assert {row[0]: row[1] for row in told} == {first.ref: 2, second.ref: 2, lead.ref: 2}
        owed = list(db.session.scalars(select(Duty.owner_ref).where(Duty.state == DutyState.OWED)))
        assert owed == [second.ref]
        hidden = set(db.session.scalars(select(AuditEntry.hidden).where(AuditEntry.what == "concern-escalated")))
        assert hidden == {True}


def test_taking_it_stops_the_chain_and_earlier_ones_may_still_take_it(
    made, sign_in, a_concern, load, on_duty, pass_hours, fresh
):
    first, second = made.account(Role.COORDINATOR), made.account(Role.COORDINATOR)
    on_duty(first, second)
    ref = a_concern(made.mentor()[0])
    pass_hours(1.1)
    assert sign_in(first).post(f"/concerns/{ref}/acknowledgement").status_code == 303
    assert load(ref).handler_ref == first.ref
    assert pass_hours(99) == 0
    assert sign_in(second).get(f"/concerns/{ref}").status_code == 404
    with fresh():
        assert list(db.session.scalars(select(Duty).where(Duty.state == DutyState.OWED))) == []
        assert list(db.session.scalars(select(Notice).where(Notice.read_at.is_(None)))) == [], "the alerts stop"


def test_a_concern_about_the_coordinator_goes_around_the_coordinator(made, a_concern, load, lead, on_duty):
    coordinator, other = made.account(Role.COORDINATOR), made.account(Role.SUPERVISOR)
    on_duty(coordinator, other)
    assert load(a_concern(made.mentor()[0], named=[coordinator])).asked_ref == other.ref


def test_the_nearest_list_counts_and_when_nobody_on_it_is_fit_the_next_one_up(made, a_concern, load, on_duty):
    town, district = made.account(Role.SUPERVISOR, at=TOWN_A), made.account(Role.COORDINATOR)
    on_duty(town, at=TOWN_A)
    on_duty(district)
    child = made.child()
    assert load(a_concern(made.mentor()[0], child=child)).asked_ref == town.ref
    again = a_concern(made.mentor()[0], child=child, named=[town], client_key="key-2")
    assert load(again).asked_ref == district.ref


def test_who_raised_it_is_asked_only_when_nobody_else_is_left(made, a_concern, load, on_duty):
    reporter, other = made.account(Role.COORDINATOR), made.account(Role.COORDINATOR)
    on_duty(reporter)
    assert load(a_concern(reporter)).asked_ref == reporter.ref
    on_duty(other, at="3713")
    assert load(a_concern(reporter, client_key="key-2")).asked_ref == other.ref


def test_without_a_list_all_leads_are_asked_and_without_leads_it_stays_flagged_and_is_tried_again(
    made, sign_in, a_concern, load, pass_hours, fresh
):
    ref = a_concern(made.mentor()[0])
    assert load(ref).asked_ref == ""
    one, two = made.account(Role.SAFEGUARDING_LEAD), made.account(Role.SAFEGUARDING_LEAD)
    assert "nobody left to ask" in sign_in(one).get("/concerns").text
    pass_hours(1.1)
    with fresh():
        assert set(db.session.scalars(select(ConcernAsk.account_ref))) == {one.ref, two.ref}


def test_somebody_whose_account_has_ended_is_not_asked(made, a_concern, load, lead, on_duty):
    on_duty(made.account(Role.COORDINATOR, is_active=False))
    assert load(a_concern(made.mentor()[0])).asked_ref == lead.ref


def test_who_stands_in_today_is_told_too_and_may_take_it(made, sign_in, a_concern, load, on_duty, stands_in, fresh):
    person, deputy = made.account(Role.COORDINATOR), made.account(Role.CASEWORKER)
    stands_in(deputy, person)
    on_duty(person)
    ref = a_concern(made.mentor()[0])
    with fresh():
        assert set(db.session.scalars(select(Notice.account_ref))) == {person.ref, deputy.ref}
    assert sign_in(deputy).post(f"/concerns/{ref}/acknowledgement").status_code == 303
    assert load(ref).handler_ref == deputy.ref


def test_when_an_account_ends_nobodys_concern_waits_for_it(made, sign_in, a_concern, load, lead, on_duty, fresh):
    from portal.access.models import Account
    from portal.access.operations.accounts import end_account

    first, second = made.account(Role.COORDINATOR), made.account(Role.COORDINATOR)
    on_duty(first, second)
    waiting = a_concern(made.mentor()[0])
    handled = a_concern(made.mentor()[0], child=made.child(), client_key="key-2", taken_by=first)
    admin = made.account(Role.ADMIN)
    with fresh():
        account = db.session.get(Account, first.id)
        end_account(account, reason="调离", actor=made.actor(admin), now=now())
        db.session.commit()
    assert load(waiting).asked_ref == second.ref
    assert load(handled).handler_ref == second.ref
    assert sign_in(second).get(f"/concerns/{handled}").status_code == 200


def test_the_phone_of_the_duty_list_rings_too_when_it_is_another_one(made, a_concern, on_duty, fresh):
    on_duty(made.account(Role.COORDINATOR, phone="13900000009", phone_index="x"))
    a_concern(made.mentor()[0])
    with fresh():
        sent = db.session.scalars(select(OutboxMessage).where(OutboxMessage.channel == Channel.SMS))
        assert sorted(m.address for m in sent) == ["13900000001", "13900000009"]
