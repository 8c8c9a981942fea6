"""青橙: rows of a sealed programme are known to the court's own people alone, on every way (domain.md, M15)."""

from __future__ import annotations

from typing import Any

import pytest

from portal.audit.models import AuditEntry
from portal.kernel.actor import Grant, Role
from portal.kernel.clock import now
from portal.kernel.db import db
from portal.partners import policy
from portal.partners.models import Organisation, Programme
from portal.partners.queries import fitting_services, people_of
from tests.factories import DISTRICT
from tests.partners.conftest import SEALED_WORDS

WAYS = ("/organisations", "/organisations/{court}", "/search?q=观护", "/search?q=青橙", "/directory", "/directory?q=观护",
        "/directory/organisations/{court}", "/programmes/{sealed}", "/projects/{project}", "/services/{service}")  # fmt: skip


def walked(browser: Any, town: Any) -> str:
    refs = {
        "court": town.court.ref,
        "sealed": town.sealed.ref,
        "project": town.project.ref,
        "service": town.sealed_service.ref,
    }
    return "".join(browser.get(way.format(**refs)).get_data(as_text=True).partition("<main")[2] for way in WAYS)


@pytest.mark.parametrize("role", [r for r in Role if r not in (Role.MENTOR, Role.GUARDIAN)])
def test_nobody_else_meets_a_sealed_row_on_any_way(made: Any, sign_in: Any, town: Any, role: Role) -> None:
    text = walked(sign_in(made.account(role)), town)
    # The words that were searched for stand in the search box.
    assert [w for w in SEALED_WORDS if w in text.replace('value="观护"', "")] == []


def test_the_courts_own_people_see_and_keep_them(sign_in: Any, fresh: Any, town: Any) -> None:
    for who in (town.judge, town.clerk):
        text = walked(sign_in(who), town)
        assert [w for w in SEALED_WORDS if w not in text] == []
    entry = {"on": "2023-09-01", "title": "又一次", "children": "1", "helpers": "1"}
    assert sign_in(town.clerk).post(f"/programmes/{town.sealed.ref}", data=entry).status_code == 303
    with fresh():
        rows = db.session.query(AuditEntry).filter_by(what="programme-entry-noted").all()
        assert [r.hidden for r in rows] == [True]


def test_a_deputy_of_the_courts_people_does_not_see_them(made: Any, fresh: Any, town: Any) -> None:
    actor = made.actor(made.account(Role.COORDINATOR))
    grants = (*actor.grants, Grant(Role.PARTNER_MANAGER, "", town.court.ref, "somebody"))
    deputy = type(actor)(actor.account_ref, actor.name, grants)
    with fresh():
        seen = db.session.scalars(policy.programmes_seen(deputy)).all()
        assert [p.name for p in seen] == ["青柠计划"]


def test_only_the_courts_own_manager_seals_and_a_sealed_one_is_never_public(
    sign_in: Any, made: Any, fresh: Any, town: Any
) -> None:
    new = {"name": "新封存", "sealed": "y", "public": "y"}
    address = f"/organisations/{town.court.ref}/programmes/new"
    assert sign_in(town.judge).post(address, data=new).status_code == 303
    assert sign_in(town.clerk).post(address, data=new).status_code == 403
    assert sign_in(made.account(Role.COORDINATOR)).post(address, data=new | {"name": "公开的"}).status_code == 303
    with fresh():
        rows = {p.name: (p.sealed, p.public) for p in db.session.query(Programme)}
        assert (rows["新封存"], rows["公开的"]) == ((True, False), (False, True))


def test_a_service_of_a_sealed_programme_is_never_proposed(made: Any, fresh: Any, town: Any) -> None:
    with fresh():
        assert fitting_services(kind="legal", age=12, region_path=made.path(DISTRICT), now=now()) == []


def test_services_fit_by_kind_age_area_and_capacity(made: Any, fresh: Any, town: Any) -> None:
    from tests.factories import TOWN_B, VILLAGE_A

    def names(**asked: Any) -> list[str]:
        facts = {"kind": "medical", "age": 10, "region_path": made.path(VILLAGE_A), "now": now()} | asked
        with fresh():
            return [f.service.name for f in fitting_services(**facts)]

    assert names() == ["眼科手术"]
    assert names(age=None) == ["眼科手术"]
    assert names(age=18) == names(age=2) == names(kind="legal") == names(region_path=made.path(TOWN_B)) == []


def test_ending_an_organisation_ends_the_roles_of_its_people(made: Any, sign_in: Any, fresh: Any, town: Any) -> None:
    with fresh():
        assert people_of(town.hospital.ref) == [town.manager.ref]
    browser = sign_in(made.account(Role.COORDINATOR))
    address = f"/organisations/{town.hospital.ref}/moves"
    browser.post(address, data={"to": "ended"})
    with fresh():
        assert db.session.get(Organisation, town.hospital.id).state == "active"
    browser.post(address, data={"to": "ended", "reason": "协议到期"})
    with fresh():
        assert people_of(town.hospital.ref) == []
    assert sign_in(town.manager).get(f"/organisations/{town.hospital.ref}").status_code == 403


def test_an_invited_colleague_waits_for_a_second_person(made: Any, sign_in: Any, fresh: Any, town: Any) -> None:
    from portal.access.models import GrantState, RoleGrant

    answer = sign_in(town.manager).post(f"/contacts/{town.hidden.ref}/invitation", data={"manages": "no"})
    assert answer.status_code == 303
    with fresh():
        grant = db.session.query(RoleGrant).filter_by(state=GrantState.ASKED).one()
        assert (grant.role, grant.org_ref, grant.asked_by) == (Role.PARTNER, town.hospital.ref, town.manager.ref)
        assert grant.account_ref not in people_of(town.hospital.ref)
        ref = grant.ref
    assert sign_in(made.account(Role.COORDINATOR)).post(f"/roles/{ref}/grant").status_code in (303, 404)
    other = sign_in(town.judge).post(f"/contacts/{town.hidden.ref}/invitation", data={"manages": "yes"})
    assert other.status_code == 404
