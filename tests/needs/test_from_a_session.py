"""A mentor raises a need with the log of a session, in one transaction, and sees where it stands and nothing else."""

from __future__ import annotations

import pytest

from bench.measure import counted_statements
from portal.children.models import Child, Sight
from portal.kernel.actor import Role
from portal.kernel.clock import now, today
from portal.kernel.db import db
from portal.mentoring.models import SessionLog
from portal.needs.models import Need
from portal.needs.operations import escalate_need, raise_need, resolve_need
from portal.needs.rules import NeedChannel, NeedKind, NeedState
from portal.notices.models import Notice
from tests.factories import TOWN_A, VILLAGE_A


@pytest.fixture
def pair(made):
    """A running pair; (mentor, child, pairing)."""
    account, volunteer = made.mentor(name="王丽")
    child = made.child(at=VILLAGE_A, alias="小雨")
    return account, child, made.pairing(child, volunteer)


def log_of(pairing, key="key-00000001", **more):
    """A log as the form sends it."""
    return {
        "client_key": key, "pairs": pairing.ref, "contact": "yes", "on": today().isoformat(), "minutes": "60",
        "way": "in_person", "place": "home", f"mood_{pairing.ref}": "4", "did": "一起读了书。",
    } | more  # fmt: skip


NEEDED = {"needed": "y", "need_kind": "medical", "need_text": "看黑板要眯眼睛"}


def raised(fresh):
    with fresh():
        found = db.session.query(Need).order_by(Need.id).all()
        db.session.expunge_all()
        return found


def test_a_need_is_raised_with_the_log_and_names_it_as_its_source(sign_in, pair, fresh):
    mentor, child, pairing = pair
    answer = sign_in(mentor).post("/sessions/new", data=log_of(pairing, **NEEDED))
    assert answer.status_code == 303
    [need] = raised(fresh)
    with fresh():
        log = db.session.query(SessionLog).one()
        assert need.source_ref == log.ref
    assert (need.kind, need.channel, need.child_ref, need.raised_by, need.text, need.household) == (
        NeedKind.MEDICAL, NeedChannel.SESSION, child.ref, mentor.ref, "看黑板要眯眼睛", False
    )  # fmt: skip
    assert need.state is NeedState.AT_VILLAGE


def test_the_same_log_sent_twice_raises_one_need(sign_in, pair, fresh):
    mentor, _child, pairing = pair
    browser = sign_in(mentor)
    for _time in range(2):
        assert browser.post("/sessions/new", data=log_of(pairing, **NEEDED)).status_code == 303
    assert len(raised(fresh)) == 1


def test_a_kind_without_the_switch_raises_nothing_and_the_switch_asks_for_a_kind(sign_in, pair, fresh):
    mentor, _child, pairing = pair
    browser = sign_in(mentor, locale="zh_Hans")
    assert browser.post("/sessions/new", data=log_of(pairing, need_kind="medical")).status_code == 303
    answer = browser.post("/sessions/new", data=log_of(pairing, "key-00000002", needed="y"))
    assert answer.status_code == 422
    assert "请选择需要什么" in answer.get_data(as_text=True)
    assert raised(fresh) == []


def test_when_the_log_is_refused_no_need_is_raised(sign_in, pair, fresh):
    mentor, _child, pairing = pair
    answer = sign_in(mentor).post("/sessions/new", data=log_of(pairing, did="", **NEEDED))
    assert answer.status_code == 422
    assert raised(fresh) == []


def test_a_log_without_a_need_costs_no_statement_about_needs(sign_in, pair):
    mentor, _child, pairing = pair
    browser = sign_in(mentor)
    browser.post("/sessions/new", data=log_of(pairing))
    with counted_statements() as seen:
        assert browser.post("/sessions/new", data=log_of(pairing, "key-00000002")).status_code == 303
    assert [s for s in seen if "need" in s] == []


def test_for_several_children_it_is_the_household_or_the_child_that_is_named(sign_in, made, fresh):
    account, volunteer = made.mentor(capacity=2)
    one, two = made.child(alias="大宝"), made.child(alias="二宝")
    first, second = made.pairing(one, volunteer), made.pairing(two, volunteer, slot=2)
    browser = sign_in(account)
    both = {"pairs": [first.ref, second.ref], f"mood_{second.ref}": "4"}
    assert browser.post("/sessions/new", data=log_of(first, **NEEDED, **both)).status_code == 303
    named = log_of(first, "key-00000002", **NEEDED, **both, need_for=second.ref)
    assert browser.post("/sessions/new", data=named).status_code == 303
    assert [(n.child_ref, n.household) for n in raised(fresh)] == [(one.ref, True), (two.ref, False)]
    other = log_of(first, "key-00000003", **NEEDED, need_for=second.ref)
    assert browser.post("/sessions/new", data=other).status_code == 422, "not of this entry"


def test_the_mentor_sees_where_it_stands_and_nothing_of_what_others_write(sign_in, made, pair, run, fresh):
    mentor, child, pairing = pair
    browser = sign_in(mentor, locale="zh_Hans")
    browser.post("/sessions/new", data=log_of(pairing, **NEEDED))
    [need] = raised(fresh)
    worker = made.account(Role.CASEWORKER, at=VILLAGE_A, name="村主任甲")
    made.account(Role.SUPERVISOR, at=TOWN_A, name="镇督导乙")
    run("escalate_need", need.ref, made.actor(worker), note="奶奶白内障没人带去看病")
    for address, says in (
        (f"/needs/{need.ref}", "镇街正在办理。"), ("/needs/raised", "镇街正在办理。"),
        (f"/children/{child.ref}", "镇街正在办理。"),
    ):  # fmt: skip
        text = browser.get(address).get_data(as_text=True)
        assert says in text, address
        for hidden in ("奶奶白内障", "村主任甲", "镇督导乙", "示例一村", "义堂", child.surname + child.given_name):
            assert hidden not in text, (address, hidden)
    assert browser.get("/needs").status_code == 403
    assert browser.get(f"/needs/{need.ref}/steps/resolution").status_code == 403
    assert "您提出的诉求：镇街正在办理" in browser.get("/notices").get_data(as_text=True)


def test_when_the_pair_has_ended_the_need_is_gone_for_the_former_mentor(app, sign_in, pair, fresh):
    from portal.children.models import Sight
    from portal.kernel.clock import now

    mentor, _child, pairing = pair
    browser = sign_in(mentor)
    browser.post("/sessions/new", data=log_of(pairing, **NEEDED))
    [need] = raised(fresh)
    assert browser.get(f"/needs/{need.ref}").status_code == 200
    with app.app_context():
        db.session.query(Sight).update({"ended_at": now()})
        db.session.commit()
    assert browser.get(f"/needs/{need.ref}").status_code == 404
    assert need.ref not in browser.get("/needs/raised").get_data(as_text=True)


def test_a_mentor_whose_pair_has_ended_is_told_nothing_more_of_the_child(app, made, pair, fresh):
    """T3: a notice is a leak too. It says what the page would say, so it goes to who could open the page."""
    mentor, child, _pairing = pair
    staff = made.actor(made.account(Role.COORDINATOR))
    actor = made.actor(mentor)
    with fresh():
        need = raise_need(
            db.session.get(Child, child.id), kind=NeedKind.MEDICAL, text="看黑板要眯眼睛", channel=NeedChannel.SESSION,
            actor=actor, now=now(),
        )  # fmt: skip
        escalate_need(need, note="村里解决不了", actor=staff, now=now())
        told = db.session.query(Notice).filter_by(account_ref=mentor.ref, kind="need-moved")
        assert told.count() == 1
        for row in db.session.query(Sight).filter_by(account_ref=mentor.ref):
            row.ended_at = now()
        resolve_need(need, note="已配眼镜", actor=staff, now=now())
        assert told.count() == 1
