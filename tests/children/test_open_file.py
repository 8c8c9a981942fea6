"""Opening a file: few entries, clean numbers, no doubles; bad input is a sentence and the form as typed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from portal.audit.models import StateMove
from portal.children.models import Carer, Child, Consent, RiskChange
from portal.children.rules import FileState, Purpose, RiskLevel
from portal.kernel.actor import Role
from portal.kernel.clock import today
from portal.kernel.people import Sex
from portal.kernel.secrets import vault
from tests.children.conftest import id_number

BORN = date(2015, 6, 1)
VILLAGE_A, VILLAGE_B = "371302105001", "371302109001"


@pytest.fixture
def data(made):
    return {
        "surname": "单", "given_name": "小雨", "sex": "female", "born_on": "2015-06-01", "risk": "yellow",
        "region": made.regions()[VILLAGE_A].ref,
    }  # fmt: skip


@pytest.fixture
def browser(made, sign_in):
    return sign_in(made.account(Role.CASEWORKER, at=VILLAGE_A, name="刘春梅"))


def test_six_entries_open_a_file(browser, data, rows, log):
    answer = browser.post("/children/new", data=data)
    assert answer.status_code == 303
    [child] = rows(Child)
    assert answer.location == f"/children/{child.ref}"
    assert (child.name, child.initials, child.given_initials) == ("单小雨", "sxy", "xy")
    assert (child.state, child.risk, child.opened_on, child.born_on) == (
        FileState.OPEN,
        RiskLevel.YELLOW,
        today(),
        BORN,
    )
    assert len(child.code) == 8
    assert child.id_index is None
    assert [m.target for m in rows(StateMove)] == ["open"]
    assert [c.after for c in rows(RiskChange)] == [RiskLevel.YELLOW]
    [row] = log("child-opened")
    assert row.about_ref == child.ref
    assert "小雨" not in str(row.facts)


def test_with_everything_known(browser, data, rows, app):
    number = id_number(BORN)
    more = {
        "id_number": "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in number), "alias": "小鹿",
        "address": "三组五号",
        "carer_name": "李桂英", "carer_relation": "grandmother", "carer_phone": "１７０ 0000-0001",
        "carer_is_guardian": "y",
        "consent_by": "李桂英", "schooling": "primary", "school": "示例小学", "grade": "三年级", "category": "orphan",
    }  # fmt: skip
    assert browser.post("/children/new", data=data | more).status_code == 303
    [child], [carer], [consent] = rows(Child), rows(Carer), rows(Consent)
    with app.app_context():
        assert (child.id_number, child.address, carer.phone) == (number, "三组五号", "17000000001")
    assert child.id_masked == f"{number[:4]}**********{number[-4:]}"
    assert carer.is_guardian
    assert (consent.purpose, consent.given_by, consent.given_on) == (Purpose.FILE, "李桂英", today())


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("surname", "", "Fill this in."),
        ("surname", "\x00\x08", "Fill this in."),
        ("given_name", "雨" * 10_000, "At most 40 characters"),
        ("born_on", "2026-02-30", "is no day of the calendar"),
        ("born_on", (today() + timedelta(days=1)).isoformat(), "This day is in the future."),
        ("born_on", "1950-01-01", "too long ago"),
        ("born_on", "yesterday", "is no day of the calendar"),
        ("sex", "other", "Choose one of the list."),
        ("region", "nowhere", "Choose one of the list."),
        ("risk", "", "Fill this in."),
        ("id_number", "371399201506010", "18 places"),
        ("id_number", id_number(BORN)[:17] + ("1" if id_number(BORN)[17] != "1" else "2"), "does not fit the others"),
        ("id_number", id_number(date(2015, 6, 2)), "is not the one given"),
        ("id_number", id_number(BORN, Sex.MALE), "of the other sex"),
        ("carer_phone", "call me", "digits only"),
    ],
)
def test_bad_input_is_a_sentence_and_the_form_as_typed(browser, data, rows, field, value, sentence):
    answer = browser.post("/children/new", data=data | {field: value, "school": "示例小学＆附小"})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "示例小学＆附小" in answer.text
    assert 'value="2015-06-01"' in answer.text or field == "born_on"
    assert rows(Child) == []


def test_a_wrong_day_stands_in_the_form_as_it_was_typed(browser, data):
    assert 'value="2026-02-30"' in browser.post("/children/new", data=data | {"born_on": "2026-02-30"}).text


def test_full_width_days_emoji_and_controls_are_cleaned(browser, data, rows):
    typed = {"born_on": "２０１５年６月１日", "given_name": "小\u202e雨\x07", "school": "示例😀小学"}
    assert browser.post("/children/new", data=data | typed).status_code == 303
    [child] = rows(Child)
    assert (child.born_on, child.given_name, child.school) == (BORN, "小雨", "示例😀小学")


def test_a_known_number_leads_to_the_file_that_one_may_see(made, browser, data, rows):
    number = id_number(BORN)
    known = made.child(born_on=BORN, id_number=number, id_index=vault().blind(number, "id-number"))
    answer = browser.post("/children/new", data=data | {"id_number": number, "anyway": "y"})
    assert answer.status_code == 422
    assert "There is a file with this identity number already." in answer.text
    assert f"/children/{known.ref}" in answer.text
    assert len(rows(Child)) == 1


def test_a_known_number_elsewhere_tells_no_more_than_to_ask(made, browser, data):
    number = id_number(BORN)
    known = made.child(born_on=BORN, at=VILLAGE_B, id_number=number, id_index=vault().blind(number, "id-number"))
    answer = browser.post("/children/new", data=data | {"id_number": number})
    assert answer.status_code == 422
    assert "ask the coordinator" in answer.text
    assert known.ref not in answer.text
    assert "晓雨" not in answer.text


def test_a_transferred_file_does_not_stand_in_the_way(made, browser, data, rows):
    number = id_number(BORN)
    made.child(born_on=BORN, id_number=number, id_index=vault().blind(number, "id-number"), state=FileState.TRANSFERRED)
    assert browser.post("/children/new", data=data | {"id_number": number}).status_code == 303
    assert len(rows(Child)) == 2


@pytest.mark.parametrize(
    ("known", "typed"),
    [
        ({"surname": "单", "given_name": "小雨", "name": "单小雨", "initials": "sxy"}, {}),
        ({"surname": "单", "given_name": "晓宇", "name": "单晓宇", "initials": "sxy"}, {"carer_name": "李桂英"}),
    ],
)
def test_a_likely_double_is_warned_of_and_may_be_saved_anyway(made, browser, data, rows, known, typed):
    other = made.child(born_on=BORN, **known)
    answer = browser.post("/children/new", data=data | typed)
    assert answer.status_code == 422
    assert "Look whether it is the same child" in answer.text
    assert f"/children/{other.ref}" in answer.text
    assert len(rows(Child)) == 1
    assert browser.post("/children/new", data=data | typed | {"anyway": "y"}).status_code == 303
    assert len(rows(Child)) == 2


def test_same_initials_and_another_carer_is_no_double(made, browser, data):
    made.child(born_on=BORN, surname="单", given_name="晓宇", name="单晓宇", initials="sxy")
    assert browser.post("/children/new", data=data | {"carer_name": "王秀兰"}).status_code == 303


def test_another_village_and_extra_fields_change_nothing(made, browser, data, rows):
    elsewhere = data | {"region": made.regions()[VILLAGE_B].ref}
    assert browser.post("/children/new", data=elsewhere).status_code == 422
    assert rows(Child) == []
    browser.post(
        "/children/new", data=data | {"state": "closed", "code": "MINE", "has_live_pairing": "1", "created_by": "x"}
    )
    [child] = rows(Child)
    assert (child.state, child.has_live_pairing) == (FileState.OPEN, False)
    assert child.code != "MINE"
    assert child.created_by != "x"


@pytest.mark.parametrize("role", [Role.GRID_WORKER, Role.SAFEGUARDING_LEAD, Role.CONFIRMER])
def test_other_staff_do_not_open_files(made, sign_in, data, role):
    assert sign_in(made.account(role)).post("/children/new", data=data).status_code == 403


def test_the_number_is_not_in_the_database_in_plain(browser, data, app):
    number = id_number(BORN)
    browser.post("/children/new", data=data | {"id_number": number, "address": "金丝雀路一号"})
    with app.app_context():
        from portal.kernel.db import db

        for table in ("child", "audit_entry"):
            assert number not in str(list(db.session.execute(db.text(f"SELECT * FROM {table}"))))
            assert "金丝雀" not in str(list(db.session.execute(db.text(f"SELECT * FROM {table}"))))
