"""Complaints: from anybody, with a handler, a clock and a reply."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from portal.duties.models import Duty, DutyState
from portal.kernel.actor import Role
from portal.kernel.clock import local_day, today
from portal.kernel.db import db
from portal.notices.models import Notice
from portal.places.working_days import add_working_days
from portal.safeguarding.models import Complaint
from tests.factories import TOWN_A, TOWN_B

TEXT = "走访时没有说明身份。"


def send(browser, **fields):
    data = {"kind": "complaint", "text": TEXT, "client_key": "c-1"}
    return browser.post("/complaints/new", data=data | fields)


@pytest.fixture
def coordinator(made):
    return made.account(Role.COORDINATOR, name="郑协调")


def only(fresh):
    with fresh():
        found = db.session.scalar(select(Complaint))
        db.session.expunge(found)
        return found


def test_a_stranger_complains_without_a_name_and_finds_the_answer_by_the_code(
    made, client, sign_in, coordinator, fresh
):
    client.set_cookie("locale", "en")
    assert client.get("/complaints/new").status_code == 200
    answer = send(client, contact="13900000000")
    assert answer.status_code == 303
    assert answer.location.startswith("/complaints/answers/")
    assert send(client, contact="13900000000").location == answer.location, "sending twice is harmless"
    page = client.get(answer.location)
    assert "It has arrived" in page.text
    assert TEXT not in page.text
    complaint = only(fresh)
    assert answer.location.rpartition("/")[2] not in (complaint.code_index, complaint.ref)
    assert TEXT.encode() not in bytes(complaint.text_sealed)
    assert local_day(complaint.due_at) > add_working_days(today(), 15)
    staff = sign_in(coordinator)
    assert complaint.ref in staff.get("/complaints").text
    shown = staff.get(f"/complaints/{complaint.ref}").text
    assert TEXT in shown
    assert "13900000000" in shown
    assert staff.post(f"/complaints/{complaint.ref}", data={"answer": " "}).status_code == 422
    assert staff.post(f"/complaints/{complaint.ref}", data={"answer": "对不起，我们已提醒同事。"}).status_code == 303
    assert staff.post(f"/complaints/{complaint.ref}", data={"answer": "再答一次"}).status_code in (403, 422)
    assert "对不起" in client.get(answer.location).text
    code = answer.location.rpartition("/")[2]
    assert client.get(f"/complaints/answers?code={code.upper()}").location == answer.location
    with fresh():
        assert db.session.scalar(select(Duty.state)) is DutyState.DONE


def test_somebody_signed_in_is_told_of_the_answer_and_sees_it(made, sign_in, coordinator, fresh):
    mentor, _volunteer = made.mentor()
    browser = sign_in(mentor)
    place = send(browser).location
    assert TEXT in browser.get(place).text
    sign_in(coordinator).post(place, data={"answer": "谢谢您的建议。"})
    assert "谢谢您的建议" in browser.get(place).text
    with fresh():
        told = db.session.execute(select(Notice.account_ref, Notice.kind)).all()
        assert {(r[0], r[1]) for r in told} == {(coordinator.ref, "complaint-made"), (mentor.ref, "complaint-answered")}


@pytest.mark.parametrize("stranger", [True, False])
def test_a_form_sent_again_with_other_words_keeps_both_and_says_so(made, client, sign_in, coordinator, fresh, stranger):
    browser = client if stranger else sign_in(made.account(Role.CASEWORKER))
    browser.set_cookie("locale", "en")
    first = send(browser)
    assert "Both are kept" not in browser.get(first.location).text
    second = send(browser, text="还有一件事：电话没有人接。")
    assert second.location != first.location
    assert "Both are kept; this is the later one." in browser.get(second.location).text
    assert send(browser, text="还有一件事：电话没有人接。").location == second.location, "twice is harmless"
    assert send(browser).location == first.location
    with fresh():
        assert sorted(c.text for c in db.session.scalars(select(Complaint))) == sorted(
            [TEXT, "还有一件事：电话没有人接。"]
        )


def test_a_key_that_somebody_else_has_used_loses_nothing(made, sign_in, coordinator, fresh):
    mine = send(sign_in(made.account(Role.CASEWORKER))).location
    browser = sign_in(made.account(Role.CASEWORKER))
    theirs = send(browser).location
    assert theirs != mine
    assert TEXT in browser.get(theirs).text
    with fresh():
        assert db.session.scalar(select(func.count(Complaint.id))) == 2


def test_others_do_not_see_it(made, sign_in, client, coordinator, fresh):
    place = send(sign_in(made.account(Role.CASEWORKER, at=TOWN_A))).location
    for browser in (
        sign_in(made.account(Role.CASEWORKER)),
        sign_in(made.account(Role.COORDINATOR, at=TOWN_B)),
        sign_in(made.account(Role.ADMIN)),
    ):
        assert browser.get(place).status_code == 404
        assert place not in browser.get("/complaints").text
    assert client.get(place).status_code == 303
    assert client.get("/complaints/answers/" + "0" * 20).status_code == 404


def test_nobody_answers_their_own_complaint(made, sign_in, coordinator):
    browser = sign_in(coordinator)
    place = send(browser).location
    assert browser.post(place, data={"answer": "好的"}).status_code == 403


def test_strangers_are_held_back_and_people_with_an_account_are_not(made, client, sign_in, coordinator, fresh):
    answers = [send(client, client_key=f"k{i}").status_code for i in range(7)]
    assert answers == [303] * 5 + [429] * 2
    browser = sign_in(made.account(Role.CASEWORKER))
    assert {send(browser, client_key=f"m{i}").status_code for i in range(7)} == {303}
    with fresh():
        assert db.session.scalar(select(func.count(Complaint.id))) == 12


@pytest.mark.parametrize("fields", [{"text": ""}, {"kind": "x"}, {"text": "字" * 5000}, {"contact": "1" * 500}])
def test_bad_input_comes_back_as_typed(client, fields, made):
    answer = send(client, **fields)
    assert answer.status_code == 422
    assert "c-1" in answer.text


def test_the_notice_on_privacy_is_open_to_everybody(client):
    page = client.get("/privacy")
    assert page.status_code == 200
    assert "监护人" in page.text
    assert 'href="tel:12355"' in page.text


def test_a_code_copied_in_groups_opens_and_a_mistyped_one_can_be_mended(client):
    place = send(client).location
    code = place.rpartition("/")[2]
    groups = " ".join(code[i : i + 4] for i in range(0, len(code), 4))
    assert groups in client.get(place).text
    assert client.get("/complaints/answers", query_string={"code": groups}).location == place
    wrong = client.get("/complaints/answers", query_string={"code": groups[:-1] + "g"})
    assert wrong.status_code == 422
    assert 'name="code"' in wrong.text
    assert "请逐位核对" in wrong.text
