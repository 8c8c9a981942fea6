"""Carers, the guardian, and a mentor's call."""

from __future__ import annotations

import re

import pytest

from portal.children.models import Carer, Consent
from portal.children.rules import CarerCapacity, FieldSet, Purpose, Relation
from portal.kernel.actor import Role
from portal.kernel.clock import now, today
from portal.kernel.db import db

VILLAGE_A = "371302105001"
UNCLE = {
    "name": "张建军",
    "relation": "uncle_aunt",
    "phone": "１７０－００００－０００２",
    "capacity": "limited",
    "lives_with": "y",
}


@pytest.fixture
def child(made):
    return made.child()


@pytest.fixture
def browser(made, sign_in):
    return sign_in(made.account(Role.CASEWORKER, at=VILLAGE_A))


def test_a_carer_is_added_edited_and_ended(browser, child, rows, app, log):
    assert browser.post(f"/children/{child.ref}/carers/new", data=UNCLE).status_code == 303
    carer = rows(Carer)[-1]
    assert (carer.relation, carer.capacity, carer.is_guardian) == (Relation.UNCLE_AUNT, CarerCapacity.LIMITED, False)
    url = f"/children/{child.ref}/carers/{carer.ref}"
    changed = UNCLE | {"phone": "17000000003", "capacity": "able", "seen": seen_in(browser, url)}
    assert browser.post(url, data=changed).status_code == 303
    with app.app_context():
        assert db.session.get(Carer, carer.id).phone == "17000000003"
    assert browser.post(url + "/ending", data={"on": today().isoformat()}).status_code == 303
    assert rows(Carer)[-1].ended_on == today()
    assert browser.post(url + "/ending", data={"on": today().isoformat()}).status_code == 303
    assert [len(log(what)) for what in ("carer-added", "carer-edited", "carer-ended")] == [1, 1, 1]
    assert "17000000003" not in str([r.facts for r in log("carer-edited")])
    assert browser.post(url, data=UNCLE).status_code == 422


def seen_in(browser, url: str) -> str:
    return re.search(r'name="seen"[^>]*value="(\w+)"', browser.get(url).text)[1]


def test_two_people_edit_one_carer(made, sign_in, child, rows, app):
    first, second = (sign_in(made.account(Role.CASEWORKER, at=VILLAGE_A)) for _ in range(2))
    url = f"/children/{child.ref}/carers/{rows(Carer)[0].ref}"
    seen = {"seen": seen_in(second, url)}
    assert first.post(url, data=UNCLE | seen | {"name": "第一个名字"}).status_code == 303
    answer = second.post(url, data=UNCLE | seen | {"name": "第二个名字"})
    assert answer.status_code == 409
    assert "第一个名字" in answer.text
    assert "第二个名字" in answer.text
    assert rows(Carer)[0].name == "第一个名字"


def test_a_second_guardian_is_refused(browser, child, rows):
    answer = browser.post(f"/children/{child.ref}/carers/new", data=UNCLE | {"is_guardian": "y"})
    assert answer.status_code == 422
    assert "has a guardian already" in answer.text
    assert len(rows(Carer)) == 1


@pytest.mark.parametrize(("field", "value"), [("phone", "abc"), ("name", ""), ("relation", "friend"), ("capacity", "")])
def test_bad_input(browser, child, field, value):
    assert browser.post(f"/children/{child.ref}/carers/new", data=UNCLE | {field: value}).status_code == 422


def test_an_ending_before_the_beginning_is_refused(browser, child, rows):
    url = f"/children/{child.ref}/carers/{rows(Carer)[0].ref}/ending"
    assert browser.post(url, data={"on": "2001-01-01"}).status_code == 422


def test_a_carer_of_another_child_is_not_reached(made, browser, child, rows):
    made.child(at="371302109001")
    stranger = rows(Carer)[-1]
    assert browser.post(f"/children/{child.ref}/carers/{stranger.ref}", data=UNCLE).status_code == 404


@pytest.fixture
def mentor(made, child):
    account, volunteer = made.mentor()
    made.pairing(child, volunteer)
    return account


def test_a_mentor_sees_the_number_by_a_tap_and_each_tap_is_kept(sign_in, child, mentor, log):
    browser = sign_in(mentor)
    page = browser.get(f"/children/{child.ref}").text
    assert "17000000001" not in page
    assert "Show the number" in page
    for _tap in range(2):
        answer = browser.post(f"/children/{child.ref}/carer-phone")
        assert answer.status_code == 200
        assert 'href="tel:17000000001"' in answer.text
        assert "李桂英" not in answer.text
    assert [(r.actor_ref, r.about_ref, r.why) for r in log("carer-phone-shown")] == [
        (mentor.ref, child.ref, "pairing")
    ] * 2
    part = browser.post(f"/children/{child.ref}/carer-phone", headers={"HX-Request": "true"}).text
    assert "17000000001" in part
    assert "<html" not in part


@pytest.mark.parametrize("purpose", [Purpose.CARER_PHONE, Purpose.FILE])
def test_without_the_consent_the_number_stays_hidden_and_the_page_says_what_to_do(
    sign_in, child, mentor, app, log, purpose
):
    with app.app_context():
        db.session.query(Consent).filter_by(purpose=purpose).one().withdrawn_on = today()
        db.session.commit()
    browser = sign_in(mentor)
    assert "Ask your coordinator to talk with the family." in browser.get(f"/children/{child.ref}").text
    answer = browser.post(f"/children/{child.ref}/carer-phone")
    assert answer.status_code == 422
    assert "17000000001" not in answer.text
    assert log("carer-phone-shown") == []


def test_after_the_pair_has_ended_the_child_is_unknown(sign_in, child, mentor, app, log):
    from portal.children.models import Sight

    with app.app_context():
        db.session.query(Sight).one().ended_at = now()
        db.session.commit()
    browser = sign_in(mentor)
    assert browser.post(f"/children/{child.ref}/carer-phone").status_code == 404
    assert browser.get(f"/children/{child.ref}").status_code == 404
    assert log("carer-phone-shown") == []


def test_while_the_pair_is_ending_the_mentor_sees_the_child_but_not_the_phone(made, sign_in, child, log):
    """domain.md, People, mentor: the carer's phone on tap while the pair is active."""
    account, volunteer = made.mentor()
    pair = made.pairing(child, volunteer)
    mentor, coordinator = sign_in(account), sign_in(made.account(Role.COORDINATOR))
    page = f"/children/{child.ref}"
    assert "Show the number" in mentor.get(page).text
    coordinator.post(f"/pairings/{pair.ref}/ending", data={"reason": "目标已达成", "because": "goals_reached"})
    seen = mentor.get(page)
    assert seen.status_code == 200
    assert "What you did together" in seen.text
    assert "Call the carer" not in seen.text
    assert "17000000001" not in seen.text
    answer = mentor.post(f"{page}/carer-phone")
    assert answer.status_code == 403
    assert "17000000001" not in answer.text
    assert log("carer-phone-shown") == []
    coordinator.post(f"/pairings/{pair.ref}/resumption", data={"reason": "大家愿意继续"})
    assert "17000000001" in mentor.post(f"{page}/carer-phone").text


def test_another_mentor_and_a_grid_worker_get_nothing(made, sign_in, child, mentor):
    assert sign_in(made.mentor()[0]).post(f"/children/{child.ref}/carer-phone").status_code == 404
    door = made.account(Role.GRID_WORKER)
    made.sight(child, door.ref, FieldSet.DOOR, "child", child.ref)
    assert sign_in(door).post(f"/children/{child.ref}/carer-phone").status_code == 403
