"""Roles: nobody grants to oneself, two persons for what sees cases, the auditor is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.access.models import Account, Deputy, GrantState, RoleGrant
from portal.access.operations.roles import ask_role
from portal.access.queries import holders, names_of
from portal.audit.models import AuditEntry
from portal.kernel.actor import SEES_CASES, Role
from portal.kernel.clock import now, today
from portal.kernel.db import db
from portal.kernel.errors import NotAllowed
from portal.notices.models import Notice
from tests.factories import DISTRICT, TOWN_A, TOWN_B


@pytest.fixture
def admin(made):
    return made.account(Role.ADMIN, name="高鹏")


@pytest.fixture
def second(made):
    return made.account(Role.ADMIN, name="杨莹")


@pytest.fixture
def person(made):
    return made.account(name="王小梅", at=TOWN_A)


def ask(browser, made, person, role=Role.CASEWORKER, at=TOWN_A):
    return browser.post(
        f"/people/{person.ref}/roles", data={"role": role.value, "region": made.path(at), "reason": "new"}
    )


def grants(fresh, person):
    with fresh():
        return list(
            db.session.execute(
                select(RoleGrant.ref, RoleGrant.role, RoleGrant.state, RoleGrant.path).where(
                    RoleGrant.account_ref == person.ref
                )
            )
        )


def test_a_role_that_sees_cases_waits_for_a_second_person(sign_in, made, admin, second, person, fresh):
    auditor = made.account(Role.AUDITOR)
    first = sign_in(admin)
    assert ask(first, made, person).status_code == 303
    assert ask(first, made, person).status_code == 303
    (row,) = grants(fresh, person)
    assert row.state is GrantState.ASKED
    assert sign_in(person).get("/children").status_code in (403, 404)
    assert first.post(f"/roles/{row.ref}/confirmation").status_code == 403
    page = sign_in(second).get("/roles").text
    assert "王小梅" in page
    assert sign_in(second).post(f"/roles/{row.ref}/confirmation").status_code == 303
    assert sign_in(second).post(f"/roles/{row.ref}/confirmation").status_code == 303
    assert grants(fresh, person)[0].state is GrantState.GRANTED
    with fresh():
        kinds = {(n.account_ref, n.kind) for n in db.session.scalars(select(Notice))}
        assert (auditor.ref, "case-role-given") in kinds
        assert (second.ref, "grant-asked") in kinds
        assert (admin.ref, "grant-asked") not in kinds
        assert (person.ref, "grant-given") in kinds
        whats = list(db.session.scalars(select(AuditEntry.what).where(AuditEntry.subject_ref == person.ref)))
        assert sorted(whats) == ["role-asked", "role-granted"]


def test_a_role_without_cases_is_given_at_once(sign_in, made, admin, person, fresh):
    assert ask(sign_in(admin), made, person, Role.AUDITOR, DISTRICT).status_code == 303
    assert grants(fresh, person)[0].state is GrantState.GRANTED


def test_nobody_asks_or_grants_for_oneself(sign_in, made, admin, fresh):
    assert ask(sign_in(admin), made, admin, Role.COORDINATOR, DISTRICT).status_code == 403
    assert ask(sign_in(admin), made, admin, Role.AUDITOR, DISTRICT).status_code == 403
    assert len(grants(fresh, admin)) == 1


def test_the_receiver_does_not_confirm(sign_in, made, admin, fresh):
    coordinator = made.account(Role.COORDINATOR)
    ask(sign_in(admin), made, coordinator, Role.SAFEGUARDING_LEAD, DISTRICT)
    waiting = next(g for g in grants(fresh, coordinator) if g.state is GrantState.ASKED)
    assert sign_in(coordinator).post(f"/roles/{waiting.ref}/confirmation").status_code == 403


def test_a_deputy_counts_as_the_person_stood_in_for(sign_in, made, admin, person, fresh):
    both = made.account(Role.ADMIN, Role.COORDINATOR)
    stand_in = made.account(Role.COORDINATOR)
    made.save(
        Deputy(
            account_ref=both.ref,
            deputy_ref=stand_in.ref,
            from_on=today(),
            until_on=today() + timedelta(days=3),
            named_at=now(),
        )
    )
    ask(sign_in(both), made, person)
    (row,) = grants(fresh, person)
    assert sign_in(stand_in).post(f"/roles/{row.ref}/confirmation").status_code == 403
    assert sign_in(made.account(Role.COORDINATOR)).post(f"/roles/{row.ref}/confirmation").status_code == 303


@pytest.mark.parametrize(
    ("role", "at", "code"),
    [
        (Role.COORDINATOR, DISTRICT, 303), (Role.SAFEGUARDING_LEAD, DISTRICT, 303), (Role.ADMIN, TOWN_A, 303),
        (Role.COORDINATOR, TOWN_B, 404), (Role.ADMIN, TOWN_B, 404), (Role.SUPERVISOR, DISTRICT, 403),
        (Role.AUDITOR, DISTRICT, 403), (Role.CONFIRMER, DISTRICT, 403), (Role.MENTOR, DISTRICT, 403),
    ],
)  # fmt: skip
def test_who_may_be_the_second_person(sign_in, made, admin, person, fresh, role, at, code):
    ask(sign_in(admin), made, person)
    (row,) = grants(fresh, person)
    assert sign_in(made.account(role, at=at)).post(f"/roles/{row.ref}/confirmation").status_code == code


def test_roles_without_a_region_are_judged_by_where_the_person_belongs(sign_in, made, admin, person, fresh):
    ask(sign_in(admin), made, person, Role.MENTOR)
    (row,) = grants(fresh, person)
    assert row.path == ""
    assert sign_in(made.account(Role.COORDINATOR, at=TOWN_B)).post(f"/roles/{row.ref}/confirmation").status_code == 404
    assert sign_in(made.account(Role.COORDINATOR, at=TOWN_A)).post(f"/roles/{row.ref}/confirmation").status_code == 303


def test_refusing_needs_a_reason_and_is_final(sign_in, made, admin, second, person, fresh):
    ask(sign_in(admin), made, person)
    (row,) = grants(fresh, person)
    browser = sign_in(second)
    assert browser.post(f"/roles/{row.ref}/refusal", data={"reason": ""}).status_code == 422
    assert browser.post(f"/roles/{row.ref}/refusal", data={"reason": "not vetted"}).status_code == 303
    assert browser.post(f"/roles/{row.ref}/confirmation").status_code == 422
    assert grants(fresh, person)[0].state is GrantState.REFUSED
    assert "not vetted" in sign_in(admin).get(f"/people/{person.ref}").text
    assert ask(sign_in(admin), made, person).status_code == 303
    assert len(grants(fresh, person)) == 2


def test_ending_a_role_works_at_once(sign_in, made, admin, fresh):
    coordinator = made.account(Role.COORDINATOR)
    browser = sign_in(coordinator)
    assert browser.get("/people").status_code == 200
    (row,) = grants(fresh, coordinator)
    assert sign_in(coordinator).post(f"/roles/{row.ref}/ending").status_code == 403
    assert sign_in(admin).post(f"/roles/{row.ref}/ending").status_code == 303
    assert sign_in(admin).post(f"/roles/{row.ref}/ending").status_code == 303
    assert browser.get("/people").status_code == 403


def test_the_last_administrator_stays(sign_in, made, admin, second, fresh):
    mine, others = grants(fresh, admin)[0].ref, grants(fresh, second)[0].ref
    assert sign_in(admin).post(f"/roles/{others}/ending").status_code == 303
    answer = sign_in(admin).post(f"/roles/{mine}/ending")
    assert answer.status_code == 422
    assert "last administrator" in answer.text


def test_scopes_hold(sign_in, made, person, fresh):
    town = made.account(Role.ADMIN, at=TOWN_A)
    browser = sign_in(town)
    assert ask(browser, made, person, at=DISTRICT).status_code == 422
    assert ask(browser, made, person, Role.PARTNER, TOWN_A).status_code == 422
    assert grants(fresh, person) == []


def test_the_database_holds_it_too(made, person):
    def grant(**fields):
        values = {
            "account_id": person.id, "account_ref": person.ref, "role": Role.COORDINATOR, "path": made.path(DISTRICT),
            "sees_cases": True, "state": GrantState.GRANTED, "asked_by": "one", "asked_at": now(), "granted_by": "two",
        }  # fmt: skip
        return RoleGrant(**(values | fields))

    for wrong in ({"granted_by": "one"}, {"granted_by": person.ref}, {"asked_by": person.ref}):
        with pytest.raises(IntegrityError):
            made.save(grant(**wrong))
    made.save(grant())
    with pytest.raises(IntegrityError):
        made.save(grant())


def test_the_page_explains_every_role(sign_in, made, admin):
    page = sign_in(admin).get("/roles").text
    assert page.count("<details") >= len(Role)
    assert page.count("sees cases</span>") == len(SEES_CASES)
    assert sign_in(made.account(Role.MENTOR)).get("/roles").status_code == 403


def test_who_holds_a_role_where(made, fresh):
    district = made.account(Role.COORDINATOR, name="甲")
    town = made.account(Role.COORDINATOR, at=TOWN_A, name="乙")
    made.account(Role.COORDINATOR, at=TOWN_A, is_active=False)
    mentor = made.account(Role.MENTOR, at=TOWN_A)
    with fresh():
        assert [r.ref for r in holders(Role.COORDINATOR, made.path("371302105001"))] == [town.ref, district.ref]
        assert [r.ref for r in holders(Role.COORDINATOR, made.path(TOWN_B))] == [district.ref]
        assert [r.ref for r in holders(Role.MENTOR, made.path(DISTRICT))] == [mentor.ref]
        assert holders(Role.CONFIRMER, made.path(DISTRICT)) == []
        assert holders(Role.CONFIRMER, "") == []
        assert names_of([district.ref, "", "unknown"]) == {district.ref: "甲"}
        assert names_of([]) == {}


def test_a_waiting_role_stands_on_the_second_persons_today(sign_in, made, admin, second, person):
    ask(sign_in(admin), made, person)
    assert "waits for a second person" in sign_in(second).get("/today").text
    assert "waits for a second person" not in sign_in(admin).get("/today").text


def test_people_are_found_by_those_who_may_see_them(sign_in, made, admin, person):
    assert f"/people/{person.ref}" in sign_in(admin).get("/search?q=小梅").text
    assert f"/people/{person.ref}" not in sign_in(made.account(Role.COORDINATOR, at=TOWN_B)).get("/search?q=小梅").text
    assert f"/people/{person.ref}" not in sign_in(made.account(Role.MENTOR)).get("/search?q=小梅").text


def test_the_operation_itself_refuses_asking_for_oneself(app, made, admin):
    actor, path = made.actor(admin), made.path(DISTRICT)
    with app.app_context(), pytest.raises(NotAllowed):
        ask_role(db.session.get(Account, admin.id), Role.COORDINATOR, path=path, actor=actor, now=now())
