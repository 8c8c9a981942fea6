"""A double click, a second tap, a form sent again: nothing is doubled."""

from __future__ import annotations

import pytest

from portal.children.models import Carer, Child, FileNote, ParentFact, PlanGoal
from portal.kernel.actor import Role
from portal.kernel.clock import today

GOAL = {"dimension": "mind", "goal": "每天读书", "review_on": today().isoformat()}
UNCLE = {"name": "张建军", "relation": "uncle_aunt", "phone": "", "capacity": "able"}
FACT = {"parent": "father", "code": "AWAY", "since": "", "evidence": "", "remark": ""}


@pytest.mark.parametrize(
    ("path", "data", "model", "kept"),
    [
        ("notes", {"text": "今天去看了孩子"}, FileNote, 1),
        ("goals/new", GOAL, PlanGoal, 1),
        ("carers/new", UNCLE, Carer, 2),
        ("parents/new", FACT, ParentFact, 1),
    ],
)
def test_the_same_form_twice_is_one_row(made, sign_in, rows, path, data, model, kept):
    child = made.child()
    browser = sign_in(made.account(Role.COORDINATOR))
    assert browser.post(f"/children/{child.ref}/{path}", data=data).status_code == 303
    assert browser.post(f"/children/{child.ref}/{path}", data=data).status_code in (303, 422)
    assert len(rows(model)) == kept


def test_a_new_file_sent_twice_is_one_file(made, sign_in, rows):
    data = {
        "surname": "单", "given_name": "小雨", "sex": "female", "born_on": "2015-06-01", "risk": "yellow",
        "region": made.regions()["371302105001"].ref,
    }  # fmt: skip
    browser = sign_in(made.account(Role.COORDINATOR))
    assert browser.post("/children/new", data=data).status_code == 303
    assert browser.post("/children/new", data=data).status_code == 422
    assert len(rows(Child)) == 1


def test_another_note_with_other_words_is_kept(made, sign_in, rows):
    child = made.child()
    browser = sign_in(made.account(Role.COORDINATOR))
    for text in ("第一条", "第二条"):
        browser.post(f"/children/{child.ref}/notes", data={"text": text})
    assert len(rows(FileNote)) == 2
