"""The demo's organisations: services, programmes, projects, an award, and the people who sign in for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from portal.access.models import GrantState, RoleGrant
from portal.demo.content.partners import ORGANISATIONS, OrgWords, ProjectWords
from portal.demo.people import ROLE_NAMES, Staff, add_account, new_phone, somebody
from portal.demo.places import Places
from portal.demo.store import Row, Store
from portal.kernel.actor import Role
from portal.needs.rules import NeedKind
from portal.partners.models import (
    Award,
    Contact,
    Deliverable,
    Expense,
    Organisation,
    Programme,
    Project,
    Service,
    ServiceArea,
)
from portal.partners.rules import OrgState, ProjectState
from portal.places.pinyin import initials

BEGAN_DAYS_AGO = 900
WITH_DEMO_ACCOUNTS = "hospital"
"""Whose people the demo's partner and partner manager are: the one that the article's free eye surgery is at."""


@dataclass
class Helper:
    """An organisation with its services and somebody who answers for it."""

    row: Row
    words: OrgWords
    services: list[Row]
    person: Row


def add_partners(store: Store, places: Places, staff: Staff) -> list[Helper]:
    """A dozen organisations."""
    helpers = [_organisation(store, places, staff, words) for words in ORGANISATIONS]
    store.add(
        Award, organisation_id=None, region_path=places.district["path"], name="全国未成年人保护工作优秀案例二等奖",
        given_by="主办单位（演示）", given_for="兰山e起助", given_on=store.day(300),
        created_at=store.moment(store.day(299)),
    )  # fmt: skip
    return helpers


def helpers_with(helpers: list[Helper], kind: NeedKind) -> list[tuple[Helper, Row]]:
    """Who helps with a kind of need, with the service."""
    return [(h, s) for h in helpers for s in h.services if kind.value in s["help_kinds"]]


def _organisation(store: Store, places: Places, staff: Staff, words: OrgWords) -> Helper:
    coordinator, path = staff.coordinators[0], places.district["path"]
    made = store.moment(store.day(BEGAN_DAYS_AGO), 9)
    checked = store.day(BEGAN_DAYS_AGO - 2)
    assured = store.day(store.rng.randint(5, 80))
    org = store.add(
        Organisation, name=words.name, name_en=words.name_en, initials=initials(words.name, 0)[:20], kind=words.kind,
        region_path=path, description=words.description, state=OrgState.ACTIVE, checked_on=checked,
        checked_by=coordinator["ref"], created_at=made, created_by=coordinator["ref"],
        changed_at=store.moment(assured, 10),
    )  # fmt: skip
    store.note_move(Organisation, org["ref"], "", OrgState.ENTERED, by=coordinator, at=made)
    active = store.moment(checked, 11)
    store.note_move(Organisation, org["ref"], OrgState.ENTERED, OrgState.ACTIVE, by=coordinator, at=active)
    store.log("organisation-entered", Organisation, org, by=coordinator, at=made)
    store.log("organisation-checked", Organisation, org, by=coordinator, at=active)
    services = []
    for offered in words.services:
        low, high = offered.ages
        service = store.add(
            Service, organisation_id=org["id"], region_path=path, name=offered.name,
            help_kinds=[kind.value for kind in offered.kinds], min_age=low, max_age=high,
            eligibility=offered.eligibility, documents=list(offered.documents), wait_days=offered.wait_days,
            capacity=offered.capacity, assured_on=assured, assured_by=coordinator["ref"], created_at=active,
            changed_at=store.moment(assured, 10),
        )  # fmt: skip
        store.add(ServiceArea, service_id=service["id"], path=path)
        services.append(service)
    for name, description, sealed in words.programmes:
        store.add(
            Programme, organisation_id=org["id"], region_path=path, name=name, description=description, sealed=sealed,
            public=not sealed, begun_on=store.day(700), created_at=active,
        )  # fmt: skip
    for project in words.projects:
        _project(store, org, project, path, coordinator)
    demo = words.key == WITH_DEMO_ACCOUNTS
    person = _person(store, staff, org, Role.PARTNER_MANAGER, demo)
    if demo:
        _person(store, staff, org, Role.PARTNER, demo)
    return Helper(org, words, services, person)


def _person(store: Store, staff: Staff, org: Row, role: Role, demo: bool) -> Row:
    """Somebody who signs in for an organisation: asked for by the coordinator, granted by an administrator."""
    key = role.value if demo else ""
    account = add_account(
        store,
        name=ROLE_NAMES[key] if key else somebody(store)[0],
        region_path=org["region_path"],
        days_ago=600,
        key=key,
    )
    store.add(
        RoleGrant, account_id=account["id"], account_ref=account["ref"], role=role, path="", org_ref=org["ref"],
        sees_cases=True, state=GrantState.GRANTED, asked_by=staff.coordinators[0]["ref"],
        asked_at=account["created_at"], granted_by=staff.admins[0]["ref"], granted_at=account["created_at"],
    )  # fmt: skip
    manages = role is Role.PARTNER_MANAGER
    store.add(
        Contact, organisation_id=org["id"], name=account["name"], title="负责人" if manages else "经办人",
        phone=new_phone(store), account_ref=account["ref"], manages=manages, created_at=account["created_at"],
    )  # fmt: skip
    return account


def _project(store: Store, org: Row, words: ProjectWords, path: str, by: Row) -> None:
    begun = store.day(260)
    made = store.moment(begun - timedelta(days=12), 9)
    project = store.add(
        Project, organisation_id=org["id"], region_path=path, kind=words.kind, name=words.name, summary=words.summary,
        funder=words.funder, budget_cents=words.budget * 100, spent_cents=words.spent * 100, starts_on=begun,
        ends_on=begun + timedelta(days=364), public=True, state=ProjectState.RUNNING, created_at=made,
    )  # fmt: skip
    store.note_move(Project, project["ref"], "", ProjectState.PLANNED, by=by, at=made)
    store.note_move(
        Project, project["ref"], ProjectState.PLANNED, ProjectState.RUNNING, by=by, at=store.moment(begun, 9)
    )
    for title, unit, target, done in words.promised:
        store.add(
            Deliverable, project_id=project["id"], title=title, unit=unit, target=target, done=done,
            due_on=begun + timedelta(days=364), changed_at=store.moment(store.day(9)),
        )  # fmt: skip
    half = words.spent * 50
    for days, what, cents in ((180, "场地、教材与保险", half), (40, "志愿者交通与物料", words.spent * 100 - half)):
        store.add(
            Expense, project_id=project["id"], on_day=store.day(days), what=what, amount_cents=cents,
            noted_by=by["ref"], noted_at=store.moment(store.day(days - 1), 15),
        )  # fmt: skip
