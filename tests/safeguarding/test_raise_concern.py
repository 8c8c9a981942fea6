"""Raising a concern: by anybody, from any page, with one sentence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.audit.models import AuditEntry
from portal.duties.models import Duty
from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.db import db
from portal.kernel.events import freeze_wanted
from portal.kernel.outbox import Channel, OutboxMessage
from portal.notices.models import Notice
from portal.safeguarding.models import Concern, ConcernNamed
from portal.safeguarding.operations import raise_concern
from portal.safeguarding.rules import Urgency

SENTENCE = "她手臂上有新伤。"


def send(browser, **fields):
    return browser.post("/concerns/new", data={"text": SENTENCE, "urgency": "now", "client_key": "key-1"} | fields)


@pytest.fixture
def lead(made):
    return made.account(Role.SAFEGUARDING_LEAD, name="高守护")


def test_a_mentor_raises_one_with_a_sentence_and_the_person_on_duty_is_told_by_every_way(made, sign_in, fresh, lead):
    mentor, volunteer = made.mentor()
    child = made.child()
    made.pairing(child, volunteer)
    browser = sign_in(mentor)
    shown = browser.get(f"/concerns/new?from=/children/{child.ref}")
    assert child.given_name in shown.text
    assert child.surname + child.given_name not in shown.text
    assert 'href="tel:110"' in shown.text
    answer = send(browser, child=child.ref)
    assert answer.status_code == 303
    receipt = browser.get(answer.location)
    assert "Your concern has arrived" in receipt.text
    assert SENTENCE not in receipt.text
    with fresh():
        concern = db.session.scalar(select(Concern))
        assert (concern.text, concern.child_ref, concern.region_path) == (SENTENCE, child.ref, child.region_path)
        assert concern.asked_ref == lead.ref
        assert concern.due_at - concern.raised_at == timedelta(hours=1)
        duty = db.session.scalar(select(Duty))
        assert (duty.owner_ref, duty.hidden, duty.due_at) == (lead.ref, True, concern.due_at)
        notice = db.session.scalar(select(Notice))
        assert (notice.account_ref, notice.urgent, notice.url) == (lead.ref, True, f"/concerns/{concern.ref}")
        channels = set(db.session.scalars(select(OutboxMessage.channel)))
        assert channels == {Channel.MAIL}  # this lead has no phone number
        assert set(db.session.scalars(select(AuditEntry.hidden).where(AuditEntry.what == "concern-raised"))) == {True}
        assert SENTENCE.encode() not in bytes(concern.text_sealed)


def test_somebody_with_a_phone_is_told_by_sms_too(made, sign_in, fresh):
    made.account(Role.SAFEGUARDING_LEAD, phone="13900000000", phone_index="x")
    send(sign_in(made.account(Role.CASEWORKER)))
    with fresh():
        assert set(db.session.scalars(select(OutboxMessage.channel))) == {Channel.MAIL, Channel.SMS}


@pytest.mark.parametrize(("urgency", "hours"), [("now", 1), ("day", 24), ("days", 72)])
def test_the_urgency_sets_the_clock(made, sign_in, fresh, lead, urgency, hours):
    send(sign_in(made.account(Role.CASEWORKER)), urgency=urgency)
    with fresh():
        concern = db.session.scalar(select(Concern))
        assert concern.due_at - concern.raised_at == timedelta(hours=hours)


def test_twenty_repeats_are_one_concern_and_one_alert(made, sign_in, fresh, lead):
    browser = sign_in(made.account(Role.CASEWORKER))
    places = {send(browser).location for _again in range(20)}
    assert len(places) == 1
    with fresh():
        assert db.session.scalar(select(func.count(Concern.id))) == 1
        assert db.session.scalar(select(func.count(Notice.id))) == 1


def test_the_same_key_of_another_person_is_another_concern(made, sign_in, fresh, lead):
    for _person in range(2):
        send(sign_in(made.account(Role.CASEWORKER)))
    with fresh():
        assert db.session.scalar(select(func.count(Concern.id))) == 2


def test_the_outbox_of_a_phone_gets_its_key_back_and_sentences_by_field(made, sign_in, lead):
    browser = sign_in(made.account(Role.CASEWORKER))
    json = {"Accept": "application/json"}
    data = {"text": SENTENCE, "urgency": "day", "client_key": "phone-7"}
    answer = browser.post("/concerns/new", data=data, headers=json)
    assert answer.json["saved"] == "phone-7"
    assert answer.json["next"].endswith("/receipt")
    wrong = browser.post("/concerns/new", data=data | {"text": "", "client_key": "phone-8"}, headers=json)
    assert wrong.status_code == 422
    assert set(wrong.json["errors"]) == {"text"}


def test_without_a_sentence_or_an_urgency_the_form_comes_back_as_typed(made, sign_in, fresh, lead):
    browser = sign_in(made.account(Role.CASEWORKER))
    answer = send(browser, urgency="")
    assert answer.status_code == 422
    assert SENTENCE in answer.text
    assert 'value="key-1"' in answer.text
    assert send(browser, text=" \x00 ").status_code == 422
    assert send(browser, text="字" * 10_000).status_code == 422
    with fresh():
        assert db.session.scalar(select(func.count(Concern.id))) == 0


def test_a_stranger_is_sent_to_sign_in(client):
    assert client.get("/concerns/new").status_code == 303
    assert client.post("/concerns/new", data={"text": "x"}).status_code == 401


def test_a_child_that_the_reporter_cannot_see_any_more_is_linked_and_never_shown(made, sign_in, fresh, lead):
    child = made.child(given_name="秘密")
    mentor, _volunteer = made.mentor()
    browser = sign_in(mentor)
    for page in (f"/concerns/new?child={child.ref}", f"/concerns/new?from=/children/{child.ref}"):
        assert "秘密" not in browser.get(page).text
    known, unknown = send(browser, child=child.ref), send(browser, child="A" * 16, client_key="key-2")
    assert known.status_code == unknown.status_code == 303
    with fresh():
        assert set(db.session.scalars(select(Concern.child_ref))) == {child.ref, ""}


def test_staff_of_the_region_may_pause_the_pairing_at_once_and_a_mentor_may_not(made, sign_in, fresh, lead):
    mentor, volunteer = made.mentor()
    child = made.child()
    made.pairing(child, volunteer)
    asked = []

    def note(sender, **facts):
        asked.append((sender.ref, facts["child_ref"], facts["actor"].account_ref, facts["reason"]))

    with freeze_wanted.connected_to(note):
        send(sign_in(mentor), child=child.ref, freeze="y")
        assert asked == []
        send(sign_in(made.account(Role.COORDINATOR)), child=child.ref, freeze="y", client_key="key-2")
    with fresh():
        concern = db.session.scalar(select(Concern).where(Concern.client_key == "key-2"))
        assert concern.freezes
        assert asked == [(concern.ref, child.ref, "system", "Paused by the programme.")]


def test_raising_is_one_transaction(made, fresh, lead):
    caseworker = made.account(Role.CASEWORKER)
    mentor, volunteer = made.mentor()
    child = made.child()
    made.pairing(child, volunteer)

    def broken(_sender, **_facts):
        raise RuntimeError("the database went away")

    with fresh(), freeze_wanted.connected_to(broken), pytest.raises(RuntimeError):
        raise_concern(
            client_key="k", text=SENTENCE, urgency=Urgency.NOW, child_ref=child.ref, named=[mentor.ref], freeze=True,
            actor=made.actor(caseworker), now=now(),
        )  # fmt: skip
    with fresh():
        for table in (Concern, ConcernNamed, Notice, OutboxMessage, Duty):
            assert db.session.scalar(select(func.count()).select_from(table)) == 0


def test_only_the_reporter_has_the_receipt(made, sign_in, lead):
    place = send(sign_in(made.account(Role.CASEWORKER))).location
    other = sign_in(made.account(Role.COORDINATOR))
    seen, missing = other.get(place), other.get("/concerns/" + "A" * 16 + "/receipt")
    assert seen.status_code == missing.status_code == 404


def test_when_nobody_is_left_the_last_resort_stands_on_the_receipt(made, sign_in, fresh):
    browser = sign_in(made.account(Role.CASEWORKER))
    receipt = browser.get(send(browser).location).text
    assert "Nobody of the programme can be asked" in receipt
    assert 'href="tel:12345"' in receipt
    with fresh():
        assert db.session.scalar(select(Concern)).asked_ref == ""
