"""From taking a concern to closing it, and opening it again."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from portal.audit.models import AuditEntry, StateMove
from portal.children.models import Child, Sight
from portal.children.rules import FieldSet
from portal.children.sight import seen_sets
from portal.kernel.actor import Role
from portal.kernel.db import db
from portal.kernel.errors import DomainError
from portal.kernel.events import freeze_wanted, unfreeze_wanted
from portal.notices.models import Notice
from portal.safeguarding.models import ConcernNote
from portal.safeguarding.rules import CONCERN, ConcernOutcome, ConcernState


@pytest.fixture
def write(sign_in):
    """Write down one step: `write(account, ref, 'action', text='…')`."""

    def post(account, ref, step, **data):
        return sign_in(account).post(
            f"/concerns/{ref}/steps/{step}", data={"text": "打了电话，约好今天下午上门。"} | data
        )

    return post


@pytest.fixture
def signals():
    """What was asked of the pairing: ('freeze' | 'unfreeze', child, to)."""
    asked = []

    def freeze(_sender, *, child_ref, **_facts):
        asked.append(("freeze", child_ref, ""))

    def unfreeze(_sender, *, child_ref, to, **_facts):
        asked.append(("unfreeze", child_ref, to))

    with freeze_wanted.connected_to(freeze), unfreeze_wanted.connected_to(unfreeze):
        yield asked


@pytest.mark.parametrize(("source", "target"), list(itertools.product(ConcernState, ConcernState)))
def test_every_pair_of_states_is_declared_or_refused(source, target):
    right = SimpleNamespace(outcome=ConcernOutcome.SUPPORTED, freezes=False)
    if CONCERN.move(source, target):
        CONCERN.check(right, source, target, "because")
    else:
        with pytest.raises(DomainError):
            CONCERN.check(right, source, target, "because")


@pytest.mark.parametrize(
    ("record", "target"),
    [
        (SimpleNamespace(outcome=None, freezes=False), ConcernState.CLOSED),
        (SimpleNamespace(outcome=ConcernOutcome.REPORTED, freezes=True), ConcernState.CLOSED),
        (SimpleNamespace(outcome=ConcernOutcome.REPORTED, freezes=True), ConcernState.ENTERED_IN_ERROR),
    ],
)
def test_it_does_not_end_without_an_outcome_or_while_a_pairing_is_frozen(record, target):
    with pytest.raises(DomainError):
        CONCERN.check(record, ConcernState.ACTED, target, "because")


def test_taking_it_opens_the_file_to_the_handler_alone_until_it_is_closed(
    made, sign_in, a_concern, load, lead, write, fresh
):
    child = made.child()
    second = made.account(Role.SAFEGUARDING_LEAD)
    ref = a_concern(made.mentor()[0], child=child)
    browser = sign_in(lead)
    page = browser.get(f"/concerns/{ref}").text
    assert child.name not in page
    assert child.code in page
    assert browser.post(f"/concerns/{ref}/acknowledgement").status_code == 303
    assert browser.post(f"/concerns/{ref}/acknowledgement").status_code == 303, "twice is harmless"
    assert sign_in(second).post(f"/concerns/{ref}/acknowledgement").status_code == 422
    assert child.name in browser.get(f"/concerns/{ref}").text

    def opened(account):
        with fresh():
            return seen_sets(made.actor(account), db.session.get(Child, child.id))

    assert opened(lead) == {FieldSet.CONCERN}
    assert opened(second) == frozenset()
    assert write(lead, ref, "assessment").status_code == 303
    assert write(lead, ref, "action").status_code == 303
    assert write(lead, ref, "closure").status_code == 422, "an outcome is missing"
    assert write(lead, ref, "closure", outcome="supported").status_code == 303
    assert load(ref).state is ConcernState.CLOSED
    assert opened(lead) == frozenset()
    with fresh():
        steps = list(
            db.session.scalars(select(StateMove.target).where(StateMove.subject_ref == ref).order_by(StateMove.id))
        )
        assert steps == ["raised", "acknowledged", "assessed", "acted", "closed"]
        moves = list(db.session.scalars(select(AuditEntry).where(AuditEntry.what == "concern-moved")))
        assert len(moves) == 4
        assert all(m.hidden for m in moves)
        notes = list(db.session.scalars(select(ConcernNote)))
        assert {n.kind.value for n in notes} == {"assessment", "action", "outcome"}
        assert all("电话".encode() not in bytes(n.text_sealed) for n in notes)


def test_only_the_handler_writes_and_nothing_is_skipped(made, a_concern, load, lead, write):
    second = made.account(Role.SAFEGUARDING_LEAD)
    ref = a_concern(made.mentor()[0])
    assert write(lead, ref, "assessment").status_code == 403
    ref = a_concern(made.mentor()[0], taken_by=lead, client_key="key-2")
    assert write(second, ref, "assessment").status_code == 403
    assert write(lead, ref, "action").status_code == 422
    assert write(lead, ref, "assessment", text="  ").status_code == 422
    assert write(lead, ref, "nothing").status_code == 404
    assert load(ref).state is ConcernState.ACKNOWLEDGED


def test_the_handler_pauses_the_pairing_and_lifts_the_pause(made, a_concern, load, lead, write, signals):
    _mentor, volunteer = made.mentor()
    child = made.child()
    made.pairing(child, volunteer)
    ref = a_concern(made.account(Role.CASEWORKER), child=child, taken_by=lead)
    for _twice in range(2):
        assert write(lead, ref, "pause").status_code == 303
    assert load(ref).freezes
    write(lead, ref, "assessment")
    write(lead, ref, "action")
    assert write(lead, ref, "closure", outcome="unfounded").status_code == 422
    assert write(lead, ref, "mistake").status_code == 422
    assert write(lead, ref, "lift").status_code == 422
    assert write(lead, ref, "lift", to="closed").status_code == 422
    assert write(lead, ref, "lift", to="active").status_code == 303
    assert signals == [("freeze", child.ref, ""), ("unfreeze", child.ref, "active")]
    assert write(lead, ref, "closure", outcome="unfounded").status_code == 303


def test_while_another_concern_holds_the_pair_it_stays_frozen(made, a_concern, load, lead, write, signals):
    _mentor, volunteer = made.mentor()
    child = made.child()
    made.pairing(child, volunteer)
    one = a_concern(made.account(Role.CASEWORKER), child=child, taken_by=lead)
    two = a_concern(made.account(Role.CASEWORKER), child=child, taken_by=lead, client_key="key-2")
    write(lead, one, "pause")
    write(lead, two, "pause")
    write(lead, one, "lift", to="active")
    assert [s for s in signals if s[0] == "unfreeze"] == []
    write(lead, two, "lift", to="closing")
    assert signals[-1] == ("unfreeze", child.ref, "closing")


def test_without_a_running_pairing_there_is_nothing_to_pause(made, a_concern, lead, write, signals):
    ref = a_concern(made.account(Role.CASEWORKER), child=made.child(), taken_by=lead)
    answer = write(lead, ref, "pause")
    assert answer.status_code == 422
    assert "no running pairing" in answer.text
    assert signals == []


def test_handing_over_goes_to_somebody_fit_and_moves_the_sight(made, a_concern, load, lead, write, fresh, on_duty):
    child = made.child()
    named, fit = made.account(Role.COORDINATOR), made.account(Role.COORDINATOR)
    on_duty(named, fit)
    ref = a_concern(made.mentor()[0], child=child, named=[named], taken_by=lead)
    assert write(lead, ref, "handover", to=named.ref).status_code == 422
    answer = write(lead, ref, "handover", to=fit.ref)
    assert answer.status_code == 303
    assert load(ref).handler_ref == fit.ref
    with fresh():
        live = list(
            db.session.scalars(select(Sight.account_ref).where(Sight.because_ref == ref, Sight.ended_at.is_(None)))
        )
        assert live == [fit.ref]
        assert fit.ref in set(db.session.scalars(select(Notice.account_ref)))
    assert write(lead, ref, "assessment").status_code == 403


def test_a_closed_one_is_opened_again_and_asked_for_anew(made, sign_in, a_concern, load, lead, write):
    ref = a_concern(made.mentor()[0], taken_by=lead)
    for step, more in (("assessment", {}), ("action", {}), ("closure", {"outcome": "reported"})):
        write(lead, ref, step, **more)
    assert write(lead, ref, "assessment").status_code == 403
    assert write(lead, ref, "reopening").status_code == 303
    concern = load(ref)
    assert (concern.state, concern.handler_ref, concern.outcome) == (ConcernState.REOPENED, "", None)
    assert concern.asked_ref == lead.ref
    assert sign_in(lead).post(f"/concerns/{ref}/acknowledgement").status_code == 303


def test_entered_by_mistake_ends_the_sight_and_hides_nothing(made, sign_in, a_concern, load, lead, write, fresh):
    ref = a_concern(made.mentor()[0], child=made.child(), taken_by=lead)
    assert write(lead, ref, "mistake").status_code == 303
    assert load(ref).state is ConcernState.ENTERED_IN_ERROR
    assert sign_in(lead).get(f"/concerns/{ref}").status_code == 200
    with fresh():
        assert db.session.scalar(select(Sight.ended_at).where(Sight.because_ref == ref)) is not None


def test_it_stands_on_top_of_today_in_red_for_the_asked_and_for_the_handler(app, made, a_concern, lead):
    ref = a_concern(made.mentor()[0])

    def items(account):
        with app.test_request_context():
            return [i for put in app.registries.today for i in put(made.actor(account)) if i.url == f"/concerns/{ref}"]

    assert [(i.tone, i.order[0]) for i in items(lead)] == [("red", 0)]
    assert items(made.account(Role.SAFEGUARDING_LEAD)) == []
