"""The plan: support dimensions and goals with their review."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.children.models import ChildSupport, PlanGoal
from portal.children.rules import GoalState
from portal.kernel.actor import Role
from portal.kernel.clock import today

SOON = (today() + timedelta(days=30)).isoformat()


@pytest.fixture
def child(made):
    return made.child()


@pytest.fixture
def browser(made, sign_in):
    return sign_in(made.account(Role.CASEWORKER, at="371302105001"))


def test_dimensions_begin_and_end(browser, child, rows, log):
    url = f"/children/{child.ref}/support"
    assert browser.post(url, data={"dimensions": ["heart", "mind"]}).status_code == 303
    assert browser.post(url, data={"dimensions": ["mind", "skill"]}).status_code == 303
    assert [(s.dimension, s.ended_on is None) for s in rows(ChildSupport)] == [
        ("heart", False),
        ("mind", True),
        ("skill", True),
    ]
    browser.post(url, data={"dimensions": ["mind", "skill"]})
    assert len(log("support-changed")) == 2
    assert "Learning" in browser.get(f"/children/{child.ref}/plan").text
    assert browser.post(url, data={"dimensions": ["wealth"]}).status_code == 422


def test_a_goal_is_made_reviewed_and_reached(browser, child, rows):
    data = {"dimension": "mind", "goal": "期末数学及格", "review_on": SOON}
    assert browser.post(f"/children/{child.ref}/goals/new", data=data).status_code == 303
    [goal] = rows(PlanGoal)
    url = f"/children/{child.ref}/goals/{goal.ref}"
    assert browser.post(url, data={"state": "open", "outcome": "在努力", "review_on": SOON}).status_code == 303
    assert browser.post(url, data={"state": "reached", "outcome": ""}).status_code == 422
    assert browser.post(url, data={"state": "reached", "outcome": "考了六十五分"}).status_code == 303
    assert rows(PlanGoal)[0].state is GoalState.REACHED
    assert browser.post(url, data={"state": "dropped", "outcome": "x"}).status_code == 422
    text = browser.get(f"/children/{child.ref}/plan").text
    assert "考了六十五分" in text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"review_on": "2020-01-01"}, "This day is past."),
        ({"goal": ""}, "Fill this in."),
        ({"goal": "长" * 400}, "At most 300"),
        ({"dimension": "x"}, "Choose one"),
    ],
)
def test_bad_input(browser, child, typed, sentence):
    answer = browser.post(
        f"/children/{child.ref}/goals/new", data={"dimension": "mind", "goal": "x", "review_on": SOON} | typed
    )
    assert answer.status_code == 422
    assert sentence in answer.text


def test_going_on_needs_another_day(browser, child, made, rows):
    browser.post(f"/children/{child.ref}/goals/new", data={"dimension": "mind", "goal": "x", "review_on": SOON})
    answer = browser.post(f"/children/{child.ref}/goals/{rows(PlanGoal)[0].ref}", data={"state": "open"})
    assert answer.status_code == 422
    assert "Say by when" in answer.text


def test_goals_that_are_due_stand_in_the_caseworkers_today(made, app, child):
    from portal.children.prompts import due_today
    from portal.kernel.clock import now

    made.save(
        PlanGoal(child_id=child.id, dimension="mind", goal="每天读书", review_on=today(), made_at=now(), made_by="x")
    )
    caseworker = made.actor(made.account(Role.CASEWORKER, at="371302105001"))
    other = made.actor(made.account(Role.CASEWORKER, at="371302109001"))
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert [(i.who, i.tone) for i in due_today(caseworker)] == [("张晓雨", "amber")]
        assert list(due_today(other)) == []
