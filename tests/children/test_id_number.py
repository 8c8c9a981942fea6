"""The whole identity number: masked everywhere, shown once, with a reason, and logged. Privacy 5."""

from __future__ import annotations

from datetime import date

import pytest

from portal.children.rules import FieldSet
from portal.kernel.actor import Role
from tests.children.conftest import id_number

NUMBER = id_number(date(2015, 6, 1))
VILLAGE_A = "371302105001"


@pytest.fixture
def child(made):
    return made.child(id_number=NUMBER, id_masked="3713**********0020")


def test_it_is_masked_until_a_reason_is_given(made, sign_in, child, log):
    browser = sign_in(made.account(Role.CASEWORKER, at=VILLAGE_A))
    text = browser.get(f"/children/{child.ref}/profile").text
    assert "3713**********0020" in text
    assert NUMBER not in text
    refused = browser.post(f"/children/{child.ref}/id-number", data={"reason": " "})
    assert refused.status_code == 422
    assert NUMBER not in refused.text
    answer = browser.post(f"/children/{child.ref}/id-number", data={"reason": "办理户籍"})
    assert answer.status_code == 200
    assert NUMBER in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert NUMBER not in browser.get(f"/children/{child.ref}/profile").text
    [row] = log("id-number-revealed")
    assert (row.reason, row.about_ref) == ("办理户籍", child.ref)
    assert NUMBER not in str(row.facts)
    assert "办理户籍" in browser.get(f"/children/{child.ref}/looks").text


@pytest.mark.parametrize(
    ("role", "sets", "status"),
    [
        (Role.SAFEGUARDING_LEAD, FieldSet.CONCERN, 403),
        (Role.GRID_WORKER, FieldSet.DOOR, 403),
        (Role.MENTOR, FieldSet.MENTOR, 403),
    ],
)
def test_not_for_those_who_see_by_a_row_of_the_ledger(made, sign_in, child, role, sets, status, log):
    account = made.account(role)
    made.sight(child, account.ref, sets, "concern" if sets is FieldSet.CONCERN else "child", child.ref)
    answer = sign_in(account).post(f"/children/{child.ref}/id-number", data={"reason": "x"})
    assert answer.status_code == status
    assert NUMBER not in answer.text
    assert log("id-number-revealed") == []
