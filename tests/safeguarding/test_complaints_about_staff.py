"""A complaint about somebody who would answer it reaches the next level, never its subject or who stands in for them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.duties.models import Duty, DutyState
from portal.kernel.actor import Role
from portal.kernel.db import db
from portal.notices.models import Notice
from portal.safeguarding.models import Complaint
from tests.factories import TOWN_A, TOWN_B

TEXT = "郑协调在走访时收了东西。"


@pytest.fixture
def coordinator(made):
    return made.account(Role.COORDINATOR, name="郑协调")


@pytest.fixture
def sender(made, sign_in):
    return sign_in(made.account(Role.CASEWORKER, at=TOWN_A, name="刘儿童主任"))


def send(browser, text=TEXT, key="c-1", **fields):
    answer = browser.post("/complaints/new", data={"kind": "complaint", "text": text, "client_key": key} | fields)
    assert answer.status_code == 303
    return answer


def place_of(fresh):
    with fresh():
        return f"/complaints/{db.session.scalars(select(Complaint.ref)).one()}"


def told(fresh):
    with fresh():
        return set(db.session.scalars(select(Notice.account_ref).where(Notice.kind == "complaint-made")))


def knows_nothing(browser, place):
    """Neither the page, nor the list, nor what is owed, nor the home tells of it."""
    assert browser.get(place).status_code == 404
    assert browser.post(place, data={"answer": "没有这回事"}).status_code == 404
    for page in ("/complaints", "/duties", "/today", "/notices", "/notifications"):
        assert place not in browser.get(page).text


WAYS = {"said": ("走访时收了东西。", {"about_answerer": "y"}), "named": (TEXT, {})}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("stranger", [True, False])
def test_it_reaches_the_lead_and_no_coordinator(made, sign_in, client, sender, coordinator, lead, fresh, way, stranger):
    colleague = made.account(Role.COORDINATOR, name="孙协调")
    text, fields = WAYS[way]
    answer = send(client if stranger else sender, text, **fields)
    place = place_of(fresh)
    assert told(fresh) == {lead.ref}
    for person in (coordinator, colleague):
        knows_nothing(sign_in(person), place)
    browser = sign_in(lead)
    assert place in browser.get("/complaints").text
    assert place in browser.get("/duties").text
    assert text in browser.get(place).text
    assert browser.post(place, data={"answer": "我们已独立核查。"}).status_code == 303
    assert "我们已独立核查" in (client if stranger else sender).get(answer.location).text
    with fresh():
        assert set(db.session.scalars(select(Duty.state))) == {DutyState.DONE}


def test_who_stands_in_for_its_subject_does_not_learn_of_it(made, sign_in, sender, coordinator, lead, fresh, stands_in):
    other = made.account(Role.SAFEGUARDING_LEAD, name="另一位负责人")
    stands_in(other, coordinator)
    send(sender)
    assert told(fresh) == {lead.ref}
    knows_nothing(sign_in(other), place_of(fresh))


def test_a_lead_who_coordinates_the_region_too_does_not_learn_of_it(made, sign_in, sender, coordinator, lead, fresh):
    both = made.account(Role.SAFEGUARDING_LEAD, Role.COORDINATOR, name="兼任者")
    send(sender)
    assert told(fresh) == {lead.ref}
    knows_nothing(sign_in(both), place_of(fresh))


def test_a_named_lead_does_not_learn_of_it_and_a_coordinator_answers(
    made, sign_in, sender, coordinator, lead, fresh, stands_in
):
    deputy = made.account(Role.COORDINATOR, name="孙协调")
    stands_in(deputy, lead)
    send(sender, "高守护没有回电话。")
    place = place_of(fresh)
    assert told(fresh) == {coordinator.ref}
    for person in (lead, deputy):
        knows_nothing(sign_in(person), place)
    assert sign_in(coordinator).post(place, data={"answer": "已转告。"}).status_code == 303


def test_who_is_named_as_deputy_later_does_not_learn_of_it(made, sign_in, sender, coordinator, lead, fresh, stands_in):
    other = made.account(Role.SAFEGUARDING_LEAD, name="另一位负责人")
    send(sender)
    assert told(fresh) == {lead.ref, other.ref}
    stands_in(other, coordinator)
    assert sign_in(other).get(place_of(fresh)).status_code == 404


def test_the_only_coordinators_own_complaint_goes_to_the_lead(sign_in, coordinator, lead, fresh):
    browser = sign_in(coordinator)
    place = send(browser, "区里的表太多。").location
    assert told(fresh) == {lead.ref}
    assert browser.get(place).status_code == 200
    assert browser.post(place, data={"answer": "好的"}).status_code == 403
    assert sign_in(lead).post(place, data={"answer": "已反映。"}).status_code == 303


def test_where_nobody_independent_is_left_it_is_kept_and_the_page_says_where_to_turn(
    made, sign_in, sender, coordinator, fresh
):
    page = sender.get(send(sender).location).text
    assert "nobody of the programme can answer this independently" in page
    assert "12345" in page
    knows_nothing(sign_in(coordinator), place_of(fresh))
    later = made.account(Role.SAFEGUARDING_LEAD)
    assert place_of(fresh) in sign_in(later).get("/complaints").text


def test_a_lead_elsewhere_does_not_learn_of_it(made, sign_in, sender, coordinator, lead, fresh):
    send(sender)
    knows_nothing(sign_in(made.account(Role.SAFEGUARDING_LEAD, at=TOWN_B)), place_of(fresh))


def test_an_ordinary_complaint_stays_with_the_coordinators(sign_in, sender, coordinator, lead, fresh):
    send(sender, "电话没有人接。")
    assert told(fresh) == {coordinator.ref}
    assert sign_in(lead).get(place_of(fresh)).status_code == 404
