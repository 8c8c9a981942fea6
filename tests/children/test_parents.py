"""Parents' facts: sealed, on a page of their own, absent for others, opened to named persons for a time. Privacy 6."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.access.models import Deputy
from portal.children.models import ParentFact, Sight
from portal.children.rules import FieldSet
from portal.kernel.actor import Role
from portal.kernel.clock import now, standing_at, today

VILLAGE_A, VILLAGE_B = "371302105001", "371302109001"
FACT = {"parent": "father", "code": "PRISON", "since": "2024-05-01", "evidence": "杜鹃判决书", "remark": ""}
UNTIL = (today() + timedelta(days=7)).isoformat()


@pytest.fixture
def child(made):
    return made.child()


@pytest.fixture
def coordinator(made, sign_in):
    return sign_in(made.account(Role.COORDINATOR))


def test_a_fact_is_sealed_and_ended(coordinator, child, rows, app, log):
    assert coordinator.post(f"/children/{child.ref}/parents/new", data=FACT).status_code == 303
    [fact] = rows(ParentFact)
    assert b"PRISON" not in fact.what_sealed
    assert "in prison" in coordinator.get(f"/children/{child.ref}/parents").text
    assert "PRISON" not in str([r.facts for r in log("parent-fact-recorded")])
    url = f"/children/{child.ref}/parents/{fact.ref}/ending"
    assert coordinator.post(url, data={"on": today().isoformat()}).status_code == 303
    assert rows(ParentFact)[0].ended_on == today()


def test_for_others_the_pages_are_absent(made, sign_in, child):
    made.save(
        ParentFact(child_id=child.id, parent="father", what={"code": "DETOX"}, recorded_by="x", recorded_at=now())
    )
    for role, at in ((Role.CASEWORKER, VILLAGE_A), (Role.SUPERVISOR, "371302105")):
        browser = sign_in(made.account(role, at=at))
        for path in ("/parents", "/parents/new"):
            assert browser.get(f"/children/{child.ref}{path}").status_code == 404
        assert "Parents" not in browser.get(f"/children/{child.ref}/profile").text
        assert browser.post(f"/children/{child.ref}/parents/new", data=FACT).status_code == 404
        assert browser.get(f"/children/{child.ref}/parents/grants").status_code == 403


def test_a_coordinator_opens_them_to_a_named_person_until_a_day(made, sign_in, child, coordinator, rows, log):
    caseworker = made.account(Role.CASEWORKER, at=VILLAGE_A, name="刘春梅")
    other = made.account(Role.CASEWORKER, at=VILLAGE_A)
    data = {"person": caseworker.ref, "reason": "申请材料", "until_on": UNTIL}
    assert coordinator.post(f"/children/{child.ref}/parents/grants", data=data).status_code == 303
    assert sign_in(caseworker).get(f"/children/{child.ref}/parents").status_code == 200
    assert sign_in(other).get(f"/children/{child.ref}/parents").status_code == 404
    assert log("sight-granted")[0].reason == "申请材料"
    page = coordinator.get(f"/children/{child.ref}/parents").text
    assert "刘春梅" in page
    assert "申请材料" in page
    with standing_at(now() + timedelta(days=9)):
        assert sign_in(caseworker).get(f"/children/{child.ref}/parents").status_code == 404
    [sight] = rows(Sight)
    assert coordinator.post(f"/children/{child.ref}/grants/{sight.ref}/ending").status_code == 303
    assert sign_in(caseworker).get(f"/children/{child.ref}/parents").status_code == 404
    assert "刘春梅 may read" in coordinator.get(f"/children/{child.ref}").text
    assert "may read" not in sign_in(other).get(f"/children/{child.ref}").text


@pytest.mark.parametrize(
    "change", [{"reason": ""}, {"until_on": "2020-01-01"}, {"until_on": ""}, {"person": "somebody"}]
)
def test_a_grant_needs_person_reason_and_day(made, child, coordinator, rows, change):
    caseworker = made.account(Role.CASEWORKER, at=VILLAGE_A)
    data = {"person": caseworker.ref, "reason": "x", "until_on": UNTIL} | change
    assert coordinator.post(f"/children/{child.ref}/parents/grants", data=data).status_code == 422
    assert rows(Sight) == []


def test_nobody_grants_to_oneself_or_to_staff_elsewhere(made, sign_in, child, rows):
    both = made.account(Role.COORDINATOR, Role.SUPERVISOR)
    elsewhere = made.account(Role.CASEWORKER, at="371302109001")
    browser = sign_in(both)
    for person in (both.ref, elsewhere.ref):
        data = {"person": person, "reason": "x", "until_on": UNTIL}
        assert browser.post(f"/children/{child.ref}/parents/grants", data=data).status_code == 422
    assert rows(Sight) == []


def test_who_stands_in_for_the_coordinator_does_not_read_parents_facts(made, sign_in, child, coordinator, rows):
    """domain.md, Privacy 6: a grant of their own. A deputy inherits queues and the file, not this."""
    coordinator.post(f"/children/{child.ref}/parents/new", data=FACT)
    away, deputy = made.account(Role.COORDINATOR), made.account(Role.SUPERVISOR, at=VILLAGE_B)
    made.save(Deputy(account_ref=away.ref, deputy_ref=deputy.ref, from_on=today(), until_on=today(), named_at=now()))
    browser = sign_in(deputy)
    file = browser.get(f"/children/{child.ref}")
    assert file.status_code == 200
    assert f"/children/{child.ref}/parents" not in file.text
    assert "杜鹃判决书" not in file.text
    reader = made.account(Role.CASEWORKER, at=VILLAGE_A)
    grant = {"person": reader.ref, "reason": "x", "until_on": UNTIL}
    for answer in (
        browser.get(f"/children/{child.ref}/parents"),
        browser.get(f"/children/{child.ref}/parents/new"),
        browser.post(f"/children/{child.ref}/parents/new", data=FACT),
        browser.post(f"/children/{child.ref}/parents/grants", data=grant),
    ):
        assert answer.status_code == 404
        assert "杜鹃判决书" not in answer.text
    assert rows(Sight) == []
    assert sign_in(away).get(f"/children/{child.ref}/parents").status_code == 200


def test_a_caseworker_does_not_end_a_grant_of_parents_facts(made, sign_in, child, rows):
    named = made.account(Role.CASEWORKER, at=VILLAGE_A)
    sight = made.sight(child, named.ref, FieldSet.PARENTS, "child", child.ref)
    other = sign_in(made.account(Role.CASEWORKER, at=VILLAGE_A))
    assert other.post(f"/children/{child.ref}/grants/{sight.ref}/ending").status_code == 404
    assert rows(Sight)[0].ended_at is None
