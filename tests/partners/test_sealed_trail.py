"""青橙: nothing that is done below a sealed programme leaves a trail for others (domain.md, M15; safety.md T5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from portal.audit.models import AuditEntry, StateMove
from portal.duties.models import Duty
from portal.kernel.actor import Role
from portal.kernel.clock import now, today
from portal.kernel.db import db
from portal.notices.models import Notice
from portal.partners.models import Deliverable, Organisation, Programme, ProgrammeEntry, Project, Service
from portal.partners.operations import remind_unassured
from portal.partners.rules import uuid_of
from tests.partners.conftest import SEALED_WORDS

SECRET = "观护机密"
OUTSIDERS = [r for r in Role if r not in (Role.MENTOR, Role.GUARDIAN)]


@pytest.fixture
def busy(sign_in: Any, fresh: Any, town: Any) -> Any:
    """The court's manager has done everything once, each with a word that nobody else may meet."""
    with fresh():
        town.before = db.session.get(Organisation, town.court.id).version
        town.public_moment = db.session.get(Organisation, town.court.id).changed_at
    judge = sign_in(town.judge)

    def send(way: str, /, **data: Any) -> None:
        answer = judge.post(way, data=data)
        assert answer.status_code == 303, (way, answer.get_data(as_text=True))

    sealed, project = f"/programmes/{town.sealed.ref}", f"/projects/{town.project.ref}"
    send(sealed, on="2023-09-01", title=SECRET, text=SECRET)
    with fresh():
        town.entry = db.session.query(ProgrammeEntry).order_by(ProgrammeEntry.id.desc()).first().ref
    send(f"/programme-entries/{town.entry}/removal", reason=SECRET)
    send(sealed + "/profile", version=1, name="青橙封存", description=SECRET, public="y")
    send(f"/organisations/{town.court.ref}/programmes/new", name=SECRET, sealed="y", public="y")
    plan = {"name": "观护项目", "summary": SECRET, "kind": "other", "starts_on": "2023-01-01", "ends_on": "2023-12-31",
            "budget_yuan": "100", "public": "y"}  # fmt: skip
    send(project + "/profile", version=1, **plan)
    send(f"/organisations/{town.court.ref}/projects/new", programme=town.sealed.ref, **(plan | {"name": SECRET}))
    send(project + "/deliverables", title=SECRET, target=3, due_on="2023-12-01")
    with fresh():
        town.promised = db.session.query(Deliverable).one().ref
    send(f"/deliverables/{town.promised}", done=1, evidence=SECRET)
    send(project + "/expenses", on="2023-02-01", what=SECRET, amount_yuan="5")
    send(project + "/moves", to="running")
    send(project + "/moves", to="cancelled", reason=SECRET)
    send(f"/services/{town.sealed_service.ref}/assurances")
    send(f"/services/{town.sealed_service.ref}/moves", to="paused", reason=SECRET)
    with fresh():
        version = db.session.get(Service, town.sealed_service.id).version
    send(f"/services/{town.sealed_service.ref}/profile", version=version, name="观护服务", help_kinds="legal",
         description=SECRET, public="y")  # fmt: skip
    return town


def ways(town: Any) -> list[str]:
    """Every page, file and answer on which a row could show itself."""
    court = uuid_of("organization", town.court.ref)
    service = uuid_of("service", town.sealed_service.ref)
    return [
        "/organisations", f"/organisations/{town.court.ref}", "/search?q=观护", "/search?q=青橙", "/awards", "/duties",
        "/today", "/notices", "/audit", "/audit?sort=at", f"/audit?subject={town.project.ref}", "/directory",
        "/directory?q=观护", f"/directory/organisations/{town.court.ref}", f"/directory/services/{town.sealed_service.ref}",
        f"/programmes/{town.sealed.ref}", f"/programmes/{town.sealed.ref}/profile", f"/projects/{town.project.ref}",
        f"/projects/{town.project.ref}/profile", f"/deliverables/{town.promised}", f"/services/{town.sealed_service.ref}",
        f"/services/{town.sealed_service.ref}/profile", "/hsds/services?full=true", "/hsds/services?search=观护",
        "/hsds/organizations?full=true&full_service=true", f"/hsds/organizations/{court}?full_service=true",
        f"/hsds/services/{service}", "/hsds/service_at_locations", f"/hsds/services?organization_id={court}",
    ]  # fmt: skip


@pytest.mark.parametrize("role", OUTSIDERS)
def test_no_list_search_file_or_answer_shows_a_trace_to_others(made: Any, sign_in: Any, busy: Any, role: Role) -> None:
    reader = made.account()
    made.grant(reader, role, org_ref=busy.hospital.ref) if role in (Role.PARTNER, Role.PARTNER_MANAGER) else made.grant(
        reader, role
    )
    browser = sign_in(reader)
    text = "".join(browser.get(way).get_data(as_text=True) for way in ways(busy))
    for way in ("/organisations/export", "/awards/export"):
        text += browser.post(way, data={"reason": "给街道", "kind": "csv"}).get_data().decode("utf-8", "replace")
    asked_for = text.replace('value="观护"', "").replace("观护</title>", "")
    assert [w for w in (*SEALED_WORDS, SECRET) if w in asked_for] == []
    main = browser.get("/audit").get_data(as_text=True).partition("<main")[2]
    assert [r for r in (busy.sealed.ref, busy.project.ref, busy.entry, busy.promised) if r in main] == []


@pytest.mark.parametrize("role", OUTSIDERS)
def test_others_are_answered_as_if_it_were_not_there(
    made: Any, sign_in: Any, fresh: Any, busy: Any, role: Role
) -> None:
    browser = sign_in(made.account(role))
    for way, missing in (
        (f"/programmes/{busy.sealed.ref}", "/programmes/none"), (f"/projects/{busy.project.ref}", "/projects/none"),
        (f"/deliverables/{busy.promised}", "/deliverables/none"),
        (f"/services/{busy.sealed_service.ref}/profile", "/services/none/profile"),
    ):  # fmt: skip
        assert browser.get(way).status_code == browser.get(missing).status_code
        assert browser.get(way).status_code in (403, 404)
    for way in (f"/programme-entries/{busy.entry}/removal", f"/projects/{busy.project.ref}/expenses",
                f"/programmes/{busy.sealed.ref}/profile", f"/projects/{busy.project.ref}/moves"):  # fmt: skip
        assert browser.post(way, data={"reason": "x", "to": "running"}).status_code in (403, 404)


def test_the_log_keeps_every_step_hidden(fresh: Any, busy: Any) -> None:
    with fresh():
        sealed = [p.id for p in db.session.query(Programme).filter_by(sealed=True)]
        below: set[str] = {p.ref for p in db.session.query(Programme).filter_by(sealed=True)}
        for model in (Project, ProgrammeEntry, Service):
            below |= {r.ref for r in db.session.query(model).filter(model.programme_id.in_(sealed))}
        below.add(busy.promised)
        rows = db.session.query(AuditEntry).filter(AuditEntry.subject_ref.in_(below)).all()
        assert {r.what for r in rows} >= {
            "programme-entry-noted", "programme-entry-struck", "programme-edited", "programme-begun", "project-begun",
            "project-edited", "project-moved", "deliverable-added", "deliverable-noted", "service-assured",
            "service-moved", "service-edited",
        }  # fmt: skip
        assert [r.what for r in rows if not r.hidden] == []
        spent = db.session.query(AuditEntry).filter_by(what="expense-noted").one()
        assert spent.hidden
        assert [r.what for r in db.session.query(AuditEntry) if SECRET in f"{r.reason}{r.facts}" and not r.hidden] == []


def test_neither_a_duty_nor_a_notice_nor_the_directorys_edition_tells_of_it(fresh: Any, busy: Any) -> None:
    with fresh():
        db.session.get(Service, busy.sealed_service.id).assured_on = today() - timedelta(days=500)
        db.session.commit()
        remind_unassured(now())
        assert db.session.query(Duty).filter_by(subject_ref=busy.sealed_service.ref).count() == 0
        assert [n for n in db.session.query(Notice) if SECRET in str(n.facts)] == []
        court = db.session.get(Organisation, busy.court.id)
        assert (court.version, court.changed_at) == (busy.before, busy.public_moment)
        assert {p.public for p in db.session.query(Programme).filter_by(sealed=True)} == {False}
        assert {p.public for p in db.session.query(Project).filter(Project.programme_id.is_not(None))} == {False}
        assert db.session.query(StateMove).filter_by(subject_ref=busy.project.ref).count() > 0
