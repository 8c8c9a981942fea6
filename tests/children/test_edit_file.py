"""Editing parts of a file, the log of it, and two people who edit one part."""

from __future__ import annotations

import re
from datetime import date

import pytest

from portal.audit.values import open_values
from portal.children.models import Child, FileNote, RiskChange
from portal.children.rules import Category, FileState, RiskLevel, Schooling
from portal.kernel.actor import Role
from portal.kernel.db import db
from portal.kernel.people import Sex
from portal.kernel.secrets import vault
from tests.children.conftest import id_number

VILLAGE_A = "371302105001"
BORN = date(2015, 6, 1)


@pytest.fixture
def child(made):
    return made.child(born_on=BORN)


@pytest.fixture
def browser(made, sign_in):
    return sign_in(made.account(Role.CASEWORKER, at=VILLAGE_A))


def seen_in(browser, child, part: str) -> str:
    return re.search(r'name="seen"[^>]*value="(\w+)"', browser.get(f"/children/{child.ref}/parts/{part}").text)[1]


def send(browser, child, part: str, **typed):
    return browser.post(f"/children/{child.ref}/parts/{part}", data={"seen": seen_in(browser, child, part)} | typed)


IDENTITY = {"surname": "曾", "given_name": "子墨", "alias": "", "sex": "female", "born_on": "2015-06-01"}


def test_identity(browser, child, now_saved, log):
    number = id_number(BORN)
    assert send(browser, child, "identity", **IDENTITY, id_number=number).status_code == 303
    saved = now_saved(child)
    assert (saved.name, saved.initials, saved.given_initials) == ("曾子墨", "zzm", "zm")
    assert saved.id_index == vault().blind(number, "id-number")
    [row] = log("child-edited")
    assert "曾" not in str(row.facts)


def test_what_changed_stands_sealed_in_the_log(browser, child, app):
    send(browser, child, "schooling", schooling="primary", school="百灵小学", grade="", boards="y")
    with app.app_context():
        from portal.audit.models import AuditEntry

        row = db.session.query(AuditEntry).filter_by(what="child-edited").one()
        values = open_values(row)
        assert values["school"] == ["示例小学", "百灵小学"]
        assert values["boards"] == [False, True]


@pytest.mark.parametrize(
    ("part", "typed", "expected"),
    [
        (
            "schooling",
            {"schooling": "primary", "school": "", "grade": "三年级"},
            {"schooling": Schooling.PRIMARY, "school": "", "boards": False},
        ),
        ("category", {"category": "orphan"}, {"category": Category.ORPHAN}),
        ("guardianship", {"no_guardian": "y"}, {"no_guardian": True, "in_institution": False}),
        ("mentoring", {"mentor_sex": "female"}, {"wants_mentor": False, "mentor_sex": Sex.FEMALE}),
        ("mentoring", {"wants_mentor": "y", "mentor_sex": ""}, {"wants_mentor": True, "mentor_sex": None}),
    ],
)
def test_plain_parts(browser, child, now_saved, part, typed, expected):
    assert send(browser, child, part, **typed).status_code == 303
    saved = now_saved(child)
    assert {name: getattr(saved, name) for name in expected} == expected


def test_sealed_parts(made, browser, child, app):
    village = made.regions()["371302105002"]
    answer = send(
        browser, child, "addresses", address="燕子巷一号", registered_region=village.ref, registered_address="鹧鸪路"
    )
    assert answer.status_code == 303
    assert send(browser, child, "health", health="花粉过敏").status_code == 303
    with app.app_context():
        saved = db.session.get(Child, child.id)
        assert (saved.address, saved.registered_address, saved.health) == ("燕子巷一号", "鹧鸪路", "花粉过敏")
        assert saved.registered_region_id == village.id


@pytest.mark.parametrize(
    ("part", "typed", "sentence"),
    [
        ("identity", IDENTITY | {"born_on": "2026-02-30"}, "is no day of the calendar"),
        ("identity", IDENTITY | {"born_on": "2200-01-01"}, "in the future"),
        ("identity", IDENTITY | {"surname": ""}, "Fill this in."),
        ("identity", IDENTITY | {"id_number": "123"}, "18 places"),
        ("health", {"health": "长" * 10_000}, "At most 4000 characters"),
        ("category", {"category": "rich"}, "Choose one of the list."),
        ("addresses", {"registered_region": "x"}, "Choose one of the list."),
    ],
)
def test_bad_input_keeps_the_form_as_typed(browser, child, now_saved, part, typed, sentence):
    answer = send(browser, child, part, **typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert now_saved(child).version == child.version


def test_the_number_of_another_file_is_refused(made, browser, child, now_saved):
    number = id_number(BORN)
    made.child(born_on=BORN, id_number=number, id_index=vault().blind(number, "id-number"))
    answer = send(browser, child, "identity", **IDENTITY, id_number=number)
    assert answer.status_code == 422
    assert "There is a file with this identity number already." in answer.text
    assert now_saved(child).id_index is None


def test_the_birth_date_cannot_leave_the_number_behind(browser, child):
    send(browser, child, "identity", **IDENTITY, id_number=id_number(BORN))
    assert send(browser, child, "identity", **IDENTITY | {"born_on": "2015-06-02"}).status_code == 422


def test_two_people_edit_one_part(made, sign_in, child, app):
    first, second = (sign_in(made.account(Role.CASEWORKER, at=VILLAGE_A)) for _ in range(2))
    seen = seen_in(second, child, "health")
    assert send(first, child, "health", health="第一个人写的").status_code == 303
    answer = second.post(f"/children/{child.ref}/parts/health", data={"seen": seen, "health": "第二个人写的"})
    assert answer.status_code == 409
    assert answer.text.count("第二个人写的") == 2
    assert "第一个人写的" in answer.text
    with app.app_context():
        assert db.session.get(Child, child.id).health == "第一个人写的"
    again = re.search(r'name="seen"[^>]*value="(\w+)"', answer.text)[1]
    data = {"seen": again, "health": "两个人写的都在"}
    assert second.post(f"/children/{child.ref}/parts/health", data=data).status_code == 303
    with app.app_context():
        assert db.session.get(Child, child.id).health == "两个人写的都在"


def test_two_people_edit_different_parts(made, sign_in, child, now_saved):
    first, second = (sign_in(made.account(Role.CASEWORKER, at=VILLAGE_A)) for _ in range(2))
    seen = seen_in(second, child, "category")
    send(first, child, "health", health="花粉过敏")
    data = {"seen": seen, "category": "orphan"}
    assert second.post(f"/children/{child.ref}/parts/category", data=data).status_code == 303
    assert now_saved(child).category is Category.ORPHAN


def test_risk_needs_a_reason_and_keeps_it(browser, child, now_saved, rows):
    assert browser.post(f"/children/{child.ref}/risk", data={"level": "red"}).status_code == 422
    answer = browser.post(f"/children/{child.ref}/risk", data={"level": "red", "reason": "奶奶住院"})
    assert answer.status_code == 303
    assert now_saved(child).risk is RiskLevel.RED
    [change] = rows(RiskChange)
    assert (change.before, change.after, change.reason) == (RiskLevel.GREEN, RiskLevel.RED, "奶奶住院")
    text = browser.get(f"/children/{child.ref}").text
    assert "green → red" in text
    assert "奶奶住院" in text


def test_a_note_is_sealed_and_stands_in_the_timeline(browser, child, rows, app):
    assert browser.post(f"/children/{child.ref}/notes", data={"text": "今天去看了孩子😀"}).status_code == 303
    [note] = rows(FileNote)
    assert "孩子".encode() not in note.text_sealed
    assert "今天去看了孩子😀" in browser.get(f"/children/{child.ref}").text
    answer = browser.post(f"/children/{child.ref}/notes", data={"text": "长" * 10_000})
    assert answer.status_code == 422
    assert "长" * 10_000 in answer.text


@pytest.mark.parametrize("state", [FileState.CLOSED, FileState.TRANSFERRED])
def test_a_file_that_is_not_open_is_not_edited(made, sign_in, state):
    child = made.child(state=state)
    browser = sign_in(made.account(Role.COORDINATOR))
    for path in ("parts/health", "risk", "village", "support", "goals/new", "carers/new", "assignments"):
        assert browser.get(f"/children/{child.ref}/{path}").status_code == 403, path
    assert browser.post(f"/children/{child.ref}/notes", data={"text": "x"}).status_code == 403


@pytest.mark.parametrize("role", [Role.GRID_WORKER, Role.SAFEGUARDING_LEAD, Role.CONFIRMER])
def test_others_do_not_edit(made, sign_in, child, role):
    assert sign_in(made.account(role)).get(f"/children/{child.ref}/parts/health").status_code == 403


def test_an_unknown_part_is_404(browser, child):
    assert browser.get(f"/children/{child.ref}/parts/secrets").status_code == 404
