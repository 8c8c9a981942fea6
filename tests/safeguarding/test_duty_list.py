"""The duty list: kept by safeguarding leads, read by coordinators."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.kernel.actor import Role
from portal.kernel.db import db
from portal.safeguarding.models import DutyListEntry
from tests.factories import TOWN_A, TOWN_B


def order(fresh):
    with fresh():
        return list(db.session.scalars(select(DutyListEntry.account_ref).order_by(DutyListEntry.position)))


def refs(fresh):
    with fresh():
        return {e.account_ref: e.ref for e in db.session.scalars(select(DutyListEntry))}


def test_a_lead_adds_moves_and_removes_people(made, sign_in, lead, fresh):
    one, two = made.account(Role.COORDINATOR, name="甲"), made.account(Role.SUPERVISOR, name="乙")
    browser = sign_in(lead)
    for person in (one, two):
        data = {"person": person.ref, "phone": "１３９ 0000 0001", "hours": "8–18"}
        assert browser.post("/duty-list", data=data).status_code == 303
    assert order(fresh) == [one.ref, two.ref]
    page = browser.get("/duty-list").text
    assert "13900000001" in page
    assert browser.post(f"/duty-list/{refs(fresh)[two.ref]}/position", data={"way": "up"}).status_code == 303
    assert order(fresh) == [two.ref, one.ref]
    assert browser.post(f"/duty-list/{refs(fresh)[two.ref]}/position", data={"way": "up"}).status_code == 303
    assert order(fresh) == [two.ref, one.ref]
    assert browser.post(f"/duty-list/{refs(fresh)[two.ref]}/removal").status_code == 303
    assert order(fresh) == [one.ref]
    with fresh():
        whats = set(db.session.scalars(select(AuditEntry.what).where(AuditEntry.subject_kind == "duty_list_entry")))
        assert whats == {"duty-list-added", "duty-list-moved", "duty-list-removed"}
        kept = db.session.scalar(select(DutyListEntry))
        assert b"1390000" not in bytes(kept.phone_sealed)


def test_nobody_stands_on_it_twice_and_only_staff_of_the_region(made, sign_in, lead, fresh):
    one, stranger = made.account(Role.COORDINATOR), made.mentor()[0]
    browser = sign_in(lead)
    assert browser.post("/duty-list", data={"person": one.ref, "phone": "1"}).status_code == 303
    again = browser.post("/duty-list", data={"person": one.ref, "phone": "1"})
    assert again.status_code == 422
    assert "on the list already" in again.text
    assert browser.post("/duty-list", data={"person": stranger.ref, "phone": "1"}).status_code == 422
    assert browser.post("/duty-list", data={"person": one.ref, "phone": ""}).status_code == 422
    assert order(fresh) == [one.ref]


def test_a_leads_list_is_one_over_the_whole_scope_with_the_region_beside_each(made, sign_in, lead, on_duty, fresh):
    district, town = (
        made.account(Role.COORDINATOR, name="区里甲"),
        made.account(Role.SUPERVISOR, at=TOWN_A, name="镇里乙"),
    )
    second = made.account(Role.SUPERVISOR, at=TOWN_A, name="镇里丙")
    on_duty(district)
    on_duty(town, second, at=TOWN_A)
    browser = sign_in(lead)
    page = browser.get("/duty-list").text
    assert page.count("<table") == 1
    rows = re.findall("<tr>(.*?)</tr>", page, re.DOTALL)[1:]
    wanted = [
        ("区里甲", "兰山区", "as number 1"),
        ("镇里乙", "义堂镇", "as number 1"),
        ("镇里丙", "义堂镇", "as number 2"),
    ]
    assert [all(word in row for word in words) for row, words in zip(rows, wanted, strict=True)] == [True] * 3
    narrowed = browser.get(f"/duty-list?region={made.path(TOWN_A)}").text
    assert "镇里乙" in narrowed
    assert "as number 2" in narrowed
    assert "13900000001" in narrowed
    assert narrowed.count("as number") == 2
    data = {"person": second.ref, "phone": "1"}
    assert browser.post(f"/duty-list?region={made.path(TOWN_A)}", data=data).status_code == 422
    ref = refs(fresh)[second.ref]
    moved = browser.post(f"/duty-list/{ref}/position?region={made.path(TOWN_A)}", data={"way": "up"})
    assert "region=" in moved.location
    with fresh():
        assert db.session.scalars(
            select(DutyListEntry.account_ref)
            .where(DutyListEntry.region_path == made.path(TOWN_A))
            .order_by(DutyListEntry.position)
        ).all() == [second.ref, town.ref]


def test_a_coordinator_reads_and_changes_nothing(made, sign_in, lead, on_duty, fresh):
    coordinator = made.account(Role.COORDINATOR)
    on_duty(coordinator)
    browser = sign_in(coordinator)
    page = browser.get("/duty-list")
    assert "13900000001" in page.text
    ref = refs(fresh)[coordinator.ref]
    for change in (f"/duty-list/{ref}/removal", f"/duty-list/{ref}/position"):
        assert browser.post(change).status_code == 403
    browser.post("/duty-list", data={"person": coordinator.ref, "phone": "1"})
    assert order(fresh) == [coordinator.ref]


def test_a_lead_of_another_town_does_not_keep_the_districts_list(made, sign_in, on_duty, fresh):
    on_duty(made.account(Role.COORDINATOR))
    elsewhere = made.account(Role.SAFEGUARDING_LEAD, at=TOWN_B)
    browser = sign_in(elsewhere)
    assert "13900000001" in browser.get("/duty-list").text, "the list above one's own region can be read"
    ref = next(iter(refs(fresh).values()))
    assert browser.post(f"/duty-list/{ref}/removal").status_code == 403
    assert browser.post("/duty-list/" + "A" * 16 + "/removal").status_code == 404


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.ADMIN, Role.AUDITOR, Role.MENTOR])
def test_others_do_not_see_it(made, sign_in, role):
    assert sign_in(made.account(role)).get("/duty-list").status_code == 403
