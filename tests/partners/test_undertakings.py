"""Projects with promises and money, awards, corrections, another region, and the yearly reminder."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

from portal.access.models import GrantState, RoleGrant
from portal.audit.models import AuditEntry
from portal.duties.models import Duty, DutyState
from portal.kernel.actor import Role
from portal.kernel.clock import now, today
from portal.kernel.db import db
from portal.partners.models import (
    Award,
    Deliverable,
    Expense,
    Organisation,
    Programme,
    ProgrammeEntry,
    Project,
    Service,
)
from portal.partners.operations import remind_unassured
from tests.factories import TOWN_A

PLAN = {
    "name": "温暖同行",
    "kind": "venture",
    "starts_on": "2023-01-01",
    "ends_on": "2023-12-31",
    "budget_yuan": "1000",
}


def begin(sign_in: Any, fresh: Any, who: Any, organisation: Organisation, **fields: Any) -> Any:
    """A project begun by somebody, with its browser: (browser, ref)."""
    browser = sign_in(who)
    answer = browser.post(f"/organisations/{organisation.ref}/projects/new", data=PLAN | fields)
    assert answer.status_code == 303
    return browser, answer.headers["Location"].rpartition("/")[2]


def project_of(ref: str) -> Project:
    return db.session.query(Project).filter_by(ref=ref).one()


def test_money_never_goes_beyond_the_budget_nor_below_nothing(sign_in: Any, fresh: Any, town: Any) -> None:
    browser, ref = begin(sign_in, fresh, town.manager, town.hospital)

    def spend(yuan: int) -> int:
        data = {"on": "2023-02-01", "what": "教材", "amount_yuan": str(yuan)}
        return browser.post(f"/projects/{ref}/expenses", data=data).status_code

    assert [spend(600), spend(401), spend(-601), spend(-100), spend(500)] == [303, 422, 422, 303, 303]
    with fresh():
        assert project_of(ref).spent_cents == 100_000
        assert sum(e.amount_cents for e in db.session.query(Expense)) == 100_000


def test_a_project_is_changed_but_not_below_what_is_spent(sign_in: Any, fresh: Any, town: Any) -> None:
    browser, ref = begin(sign_in, fresh, town.manager, town.hospital)
    browser.post(f"/projects/{ref}/expenses", data={"on": "2023-02-01", "what": "教材", "amount_yuan": "600"})
    with fresh():
        version = project_of(ref).version
    address = f"/projects/{ref}/profile"
    new = PLAN | {"name": "改名", "funder": "慈善总会", "version": version}
    assert browser.post(address, data=new | {"budget_yuan": "599"}).status_code == 422
    assert browser.post(address, data=new | {"ends_on": "2022-01-01"}).status_code == 422
    assert browser.post(address, data=new | {"version": "0"}).status_code == 422
    assert browser.post(address, data=new | {"budget_yuan": "700"}).status_code == 303
    with fresh():
        row = project_of(ref)
        assert (row.name, row.funder, row.budget_cents, row.spent_cents) == ("改名", "慈善总会", 70_000, 60_000)


def test_a_promise_is_kept_step_by_step_and_a_project_ends(sign_in: Any, fresh: Any, town: Any) -> None:
    browser, ref = begin(sign_in, fresh, town.manager, town.hospital)
    promise = {"title": "讲座", "target": "10", "unit": "场", "due_on": "2023-10-01"}
    assert browser.post(f"/projects/{ref}/deliverables", data=promise).status_code == 303
    with fresh():
        row = db.session.query(Deliverable).one()
    assert browser.post(f"/deliverables/{row.ref}", data={"done": "4", "evidence": "签到表"}).status_code == 303
    for to, reason in (("running", ""), ("finished", ""), ("running", ""), ("running", "还有一场"), ("finished", "")):
        browser.post(f"/projects/{ref}/moves", data={"to": to, "reason": reason})
    page = browser.get(f"/projects/{ref}").get_data(as_text=True)
    assert "签到表" in page
    with fresh():
        assert (db.session.get(Deliverable, row.id).done, project_of(ref).state) == (4, "finished")


def test_nobody_else_keeps_a_project(made: Any, sign_in: Any, fresh: Any, town: Any) -> None:
    _browser, ref = begin(sign_in, fresh, town.manager, town.hospital)
    for who, code in ((town.judge, 404), (made.account(Role.CASEWORKER), 403), (made.account(Role.AUDITOR), 403)):
        other = sign_in(who)
        assert other.post(f"/projects/{ref}/profile", data=PLAN).status_code == code
        assert other.post(f"/projects/{ref}/expenses", data={"what": "x"}).status_code == code
    with fresh():
        assert project_of(ref).name == "温暖同行"


def test_a_programme_is_changed_and_a_wrong_entry_struck_with_a_reason(sign_in: Any, fresh: Any, town: Any) -> None:
    judge, address = sign_in(town.judge), f"/programmes/{town.open.ref}"
    assert judge.post(address, data={"on": "2023-09-01", "title": "写错了的一次"}).status_code == 303
    with fresh():
        entry = db.session.query(ProgrammeEntry).filter_by(programme_id=town.open.id).one()
        version = db.session.get(Programme, town.open.id).version
    judge.post(f"/programme-entries/{entry.ref}/removal", data={})
    assert "写错了的一次" in judge.get(address).get_data(as_text=True)
    judge.post(f"/programme-entries/{entry.ref}/removal", data={"reason": "日期写错"})
    assert "写错了的一次" not in judge.get(address).get_data(as_text=True)
    new = {"name": "青柠新名", "begun_on": "2020-01-01", "ended_on": "2019-01-01", "version": version, "public": "y"}
    assert judge.post(address + "/profile", data=new).status_code == 422
    assert judge.post(address + "/profile", data=new | {"ended_on": "2021-01-01"}).status_code == 303
    with fresh():
        kept = db.session.get(ProgrammeEntry, entry.id)
        assert (kept.title, kept.struck_reason) == ("写错了的一次", "日期写错")
        assert db.session.get(Programme, town.open.id).name == "青柠新名"


def test_awards_are_narrowed_exported_changed_and_taken_out(made: Any, sign_in: Any, fresh: Any, town: Any) -> None:
    browser = sign_in(made.account(Role.COORDINATOR))
    for name, day in (("甲奖", "2021-05-01"), ("乙奖", "2022-05-01")):
        new = {"name": name, "given_by": "市里", "given_on": day, "organisation": town.hospital.ref, "public": "y"}
        assert browser.post("/awards/new", data=new).status_code == 303

    def listed(query: str) -> tuple[bool, bool]:
        text = browser.get(f"/awards?{query}").get_data(as_text=True).partition("<tbody")[2]
        return "甲奖" in text, "乙奖" in text

    assert listed("") == (True, True)
    assert listed("q=乙") == listed("since=2022-01-01") == (False, True)
    assert listed("until=2021-12-31") == (True, False)
    answer = browser.post("/awards/export?q=乙", data={"reason": "年终总结", "kind": "csv"})
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert rows[1] == ["乙奖", "示例医院", "市里", "", "2022-05-01"]
    with fresh():
        first, second = (db.session.query(Award).filter_by(name=n).one() for n in ("甲奖", "乙奖"))
        assert [e.reason for e in db.session.query(AuditEntry).filter_by(what="awards-exported")] == ["年终总结"]
    changed = {"name": "甲等奖", "given_by": "省里", "given_on": "2021-05-02", "public": "y"}
    assert browser.post(f"/awards/{first.ref}", data=changed).status_code == 303
    browser.post(f"/awards/{second.ref}/removal", data={})
    assert listed("q=乙") == (False, True)
    browser.post(f"/awards/{second.ref}/removal", data={"reason": "重复登记"})
    assert listed("q=乙") == (False, False)
    assert browser.get(f"/awards/{second.ref}").status_code == 404
    with fresh():
        row = db.session.get(Award, first.id)
        assert (row.name, row.given_by, row.organisation_id) == ("甲等奖", "省里", None)
    for who in (town.manager, made.account(Role.CASEWORKER)):
        assert sign_in(who).post(f"/awards/{first.ref}", data=changed).status_code == 403


def test_an_organisation_goes_to_another_region_with_all_below_it(
    made: Any, sign_in: Any, fresh: Any, town: Any
) -> None:
    address = f"/organisations/{town.hospital.ref}/region"
    new = {"region": made.regions()[TOWN_A].ref, "reason": "迁址"}
    assert sign_in(town.manager).post(address, data=new).status_code == 403
    browser = sign_in(made.account(Role.COORDINATOR))
    assert browser.post(address, data=new | {"reason": ""}).status_code == 422
    assert browser.post(address, data=new).status_code == 303
    with fresh():
        path = made.path(TOWN_A)
        assert db.session.get(Organisation, town.hospital.id).region_path == path
        assert db.session.get(Service, town.service.id).region_path == path
        assert db.session.get(Service, town.sealed_service.id).region_path != path
    assert browser.get(f"/organisations/{town.hospital.ref}").status_code == 200


def owed(fresh: Any) -> set[tuple[str, str, str]]:
    with fresh():
        rows = db.session.query(Duty).filter_by(kind="service-assure", state=DutyState.OWED)
        return {(d.subject_ref, d.owner_ref, d.owner_role or "") for d in rows}


def remind(fresh: Any) -> int:
    with fresh():
        number = remind_unassured(now())
        db.session.commit()
        return number


def age(fresh: Any, *services: Service, days: int = 366) -> None:
    with fresh():
        for service in services:
            db.session.get(Service, service.id).assured_on = today() - timedelta(days=days)
        db.session.commit()


def test_a_service_that_nobody_confirms_for_a_year_is_owed_by_its_manager_until_it_is(
    sign_in: Any, fresh: Any, town: Any
) -> None:
    age(fresh, town.service, days=365)
    assert remind(fresh) == 0
    age(fresh, town.service)
    assert remind(fresh) == remind(fresh) == 1
    assert owed(fresh) == {(town.service.ref, town.manager.ref, "")}
    browser = sign_in(town.manager)
    assert f"/services/{town.service.ref}" in browser.get("/duties").get_data(as_text=True)
    assert browser.post(f"/services/{town.service.ref}/assurances").status_code == 303
    assert owed(fresh) == set()
    assert remind(fresh) == 0


def test_where_nobody_manages_the_coordinators_owe_it_and_a_service_given_up_is_owed_by_nobody(
    made: Any, sign_in: Any, fresh: Any, town: Any
) -> None:
    age(fresh, town.service)
    remind(fresh)
    with fresh():
        db.session.query(RoleGrant).filter_by(org_ref=town.hospital.ref).update({"state": GrantState.ENDED})
        db.session.commit()
    remind(fresh)
    assert owed(fresh) == {(town.service.ref, "", Role.COORDINATOR)}
    browser = sign_in(made.account(Role.COORDINATOR))
    browser.post(f"/services/{town.service.ref}/moves", data={"to": "ended", "reason": "人手不够"})
    assert owed(fresh) == set()


def test_nobody_is_reminded_of_a_sealed_service(fresh: Any, town: Any) -> None:
    age(fresh, town.sealed_service)
    assert remind(fresh) == 0
    assert owed(fresh) == set()
