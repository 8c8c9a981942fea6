"""Consents: per purpose, with the child's assent from 8, withdrawn one by one, lapsing at 18. Privacy 1."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from portal.children.models import Consent
from portal.children.queries import standing_consent
from portal.children.rules import FileState, Purpose
from portal.kernel.actor import Role
from portal.kernel.clock import today
from portal.kernel.db import db
from portal.kernel.events import consent_withdrawn

VILLAGE_A = "371302105001"


@pytest.fixture
def browser(made, sign_in):
    return sign_in(made.account(Role.CASEWORKER, at=VILLAGE_A))


@pytest.fixture
def heard():
    """What the other rooms are told."""
    told: list[tuple[Purpose, str]] = []

    def hear(sender: Consent, child_ref: str, purpose: Purpose, **_more: object) -> None:
        told.append((purpose, child_ref))

    consent_withdrawn.connect(hear)
    yield told
    consent_withdrawn.disconnect(hear)


def years_ago(years: int, **more: int) -> date:
    day = today() + timedelta(**more)
    return day.replace(year=day.year - years, day=min(day.day, 28))


def stands(app, child, purpose: Purpose, on: date | None = None) -> bool:
    with app.app_context():
        return standing_consent(child.id, purpose, on or today()) is not None


PAPER = {"purpose": "media", "given_by": "李桂英", "given_on": today().isoformat(), "assent": "yes"}


def test_a_consent_is_recorded_and_stands(made, browser, app, log, rows):
    child = made.child()
    assert browser.post(f"/children/{child.ref}/consents/new", data=PAPER).status_code == 303
    assert stands(app, child, Purpose.MEDIA)
    assert not stands(app, child, Purpose.CAMP)
    assert rows(Consent)[-1].assent is True
    [row] = log("consent-recorded")
    assert (row.about_ref, row.facts["purpose"]) == (child.ref, "media")
    assert "李桂英" not in str(row.facts)
    assert "photos and media: given by 李桂英" in browser.get(f"/children/{child.ref}").text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"assent": ""}, "From 8 years on the child is asked"),
        ({"assent": "no"}, "The child says no."),
        ({"given_on": (today() + timedelta(days=1)).isoformat()}, "in the future"),
        ({"given_on": "2001-01-01"}, "before the child was born"),
        ({"until_on": "2020-01-01"}, "This day is past."),
        ({"purpose": "file"}, "There is a consent for this already, given by 李桂英."),
        ({"given_by": ""}, "Fill this in."),
    ],
)
def test_what_is_no_consent_is_said(made, browser, typed, sentence):
    child = made.child()
    answer = browser.post(f"/children/{child.ref}/consents/new", data=PAPER | typed)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_a_small_child_is_not_asked(made, browser, rows):
    child = made.child(born_on=years_ago(6))
    assert browser.post(f"/children/{child.ref}/consents/new", data=PAPER | {"assent": ""}).status_code == 303
    assert rows(Consent)[-1].assent is None


def test_withdrawing_one_leaves_the_others(made, browser, app, log, heard, rows):
    child = made.child()
    consent = next(c for c in rows(Consent) if c.purpose is Purpose.CARER_PHONE)
    url = f"/children/{child.ref}/consents/{consent.ref}/withdrawal"
    assert browser.post(url, data={"reason": "奶奶换了号码"}).status_code == 303
    assert not stands(app, child, Purpose.CARER_PHONE)
    assert stands(app, child, Purpose.FILE)
    assert heard == [(Purpose.CARER_PHONE, child.ref)]
    assert log("consent-withdrawn")[0].reason == "奶奶换了号码"
    again = browser.post(url, data={"reason": ""})
    assert again.status_code == 422
    assert "has ended already" in again.text
    assert len(heard) == 1


def test_withdrawing_the_programme_says_that_the_statutory_record_stays(made, browser, heard, rows, now_saved):
    child = made.child()
    consent = next(c for c in rows(Consent) if c.purpose is Purpose.FILE)
    url = f"/children/{child.ref}/consents/{consent.ref}/withdrawal"
    assert "The record that the law asks for stays" in browser.get(url).text
    browser.post(url, data={"reason": ""})
    assert heard == [(Purpose.FILE, child.ref)]
    assert now_saved(child).state is FileState.OPEN
    assert "No consent for the programme stands." in browser.get(f"/children/{child.ref}").text


def test_a_withdrawn_consent_can_be_given_again(made, browser, app, rows):
    child = made.child()
    consent = next(c for c in rows(Consent) if c.purpose is Purpose.FILE)
    browser.post(f"/children/{child.ref}/consents/{consent.ref}/withdrawal", data={"reason": ""})
    assert browser.post(f"/children/{child.ref}/consents/new", data=PAPER | {"purpose": "file"}).status_code == 303
    assert stands(app, child, Purpose.FILE)


def test_one_that_ran_out_gives_way_to_a_new_one(made, browser, app, rows):
    child = made.child()
    with app.app_context():
        db.session.query(Consent).filter_by(purpose=Purpose.FILE).one().until_on = today() - timedelta(days=1)
        db.session.commit()
    assert not stands(app, child, Purpose.FILE)
    assert browser.post(f"/children/{child.ref}/consents/new", data=PAPER | {"purpose": "file"}).status_code == 303
    assert stands(app, child, Purpose.FILE)
    assert [c.withdrawn_reason for c in rows(Consent) if c.purpose is Purpose.FILE] == ["lapsed", ""]


@pytest.mark.parametrize(
    ("born_on", "last_day", "first_day_of_age"),
    [
        (date(2008, 11, 23), date(2026, 11, 22), date(2026, 11, 23)),
        (date(2008, 2, 29), date(2026, 2, 28), date(2026, 3, 1)),
        (date(2004, 2, 29), date(2022, 2, 28), date(2022, 3, 1)),
    ],
)
def test_at_18_the_guardians_consents_lapse(made, app, born_on, last_day, first_day_of_age):
    child = made.child(born_on=born_on, opened_on=date(2020, 1, 1))
    assert stands(app, child, Purpose.FILE, last_day)
    assert not stands(app, child, Purpose.FILE, first_day_of_age)


def test_of_age_the_own_consent_is_asked_and_counts(made, browser, app, rows):
    child = made.child(born_on=years_ago(18))
    text = browser.get(f"/children/{child.ref}/carers").text
    assert "lapsed at 18" in text
    page = browser.get(f"/children/{child.ref}/consents/new").text
    assert "only the own signature counts" in page
    answer = browser.post(f"/children/{child.ref}/consents/new", data=PAPER | {"purpose": "file", "given_by": "张晓雨"})
    assert answer.status_code == 303
    assert stands(app, child, Purpose.FILE)
    assert rows(Consent)[-1].own is True


def test_others_neither_record_nor_withdraw(made, sign_in, rows):
    child = made.child()
    elsewhere = sign_in(made.account(Role.CASEWORKER, at="371302109001"))
    url = f"/children/{child.ref}/consents/{rows(Consent)[0].ref}/withdrawal"
    assert elsewhere.post(url, data={"reason": ""}).status_code == 404
    assert elsewhere.post(f"/children/{child.ref}/consents/new", data=PAPER).status_code == 404
    other = made.child()
    own = sign_in(made.account(Role.CASEWORKER, at=VILLAGE_A))
    assert own.post(url.replace(child.ref, other.ref), data={"reason": ""}).status_code == 404
    assert all(c.withdrawn_on is None for c in rows(Consent))
