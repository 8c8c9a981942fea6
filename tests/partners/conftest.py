"""An organisation with everything below it, a court with a sealed programme, and their people."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from portal.kernel.actor import Role
from portal.kernel.clock import now, today
from portal.partners.models import (
    Contact,
    Location,
    Organisation,
    Programme,
    ProgrammeEntry,
    Project,
    Service,
    ServiceArea,
    ServiceLocation,
)
from portal.partners.rules import OrgKind, OrgState, ProjectKind
from tests.factories import DISTRICT, TOWN_A


def add_organisation(
    made: Any, name: str = "示例医院", kind: OrgKind = OrgKind.HOSPITAL, **fields: Any
) -> Organisation:
    values = {"state": OrgState.ACTIVE, "created_at": now(), "created_by": "x", "changed_at": now(), "initials": "slyy"}
    return made.save(Organisation(name=name, kind=kind, region_path=made.path(DISTRICT), **(values | fields)))


def add_service(made: Any, organisation: Organisation, name: str = "眼科手术", **fields: Any) -> Service:
    values = {"help_kinds": ["medical"], "created_at": now(), "changed_at": now(), "assured_on": today()}
    return made.save(
        Service(organisation_id=organisation.id, region_path=organisation.region_path, name=name, **(values | fields))
    )


@pytest.fixture
def town(made: Any) -> Any:
    """Everything, with words that outsiders must not meet."""
    hospital = add_organisation(
        made, name_en="Example hospital", description="免费眼科手术", phone="0539 8000000", email="yy@example.org",
        website="https://yy.example.org", credit_code="",
    )  # fmt: skip
    service = add_service(
        made, hospital, name_en="Eye surgery", min_age=3, max_age=17, documents=["户口簿", "诊断书"], wait_days=14,
        eligibility="有眼疾的孩子", how_to_apply="先打电话", fees="免费", description="手术和复查", capacity=5,
    )  # fmt: skip
    made.save(ServiceArea(service_id=service.id, path=made.path(TOWN_A)))
    place = made.save(
        Location(organisation_id=hospital.id, name="门诊楼", region_path=made.path(TOWN_A), address="示例路 1 号",
                 postal_code="276000", opening="周一至周五 8:00-17:00")
    )  # fmt: skip
    at = made.save(ServiceLocation(service_id=service.id, location_id=place.id))
    hidden = made.save(
        Contact(
            organisation_id=hospital.id,
            name="隐名人",
            phone="+8613911112222",
            email="hidden@example.org",
            created_at=now(),
        )
    )
    shown = made.save(
        Contact(
            organisation_id=hospital.id,
            name="王社工",
            title="社工",
            phone="+8613833334444",
            public=True,
            created_at=now(),
        )
    )
    court = add_organisation(made, "示例法院", OrgKind.COURT, initials="slfy")
    open_one = made.save(
        Programme(
            organisation_id=court.id,
            region_path=court.region_path,
            name="青柠计划",
            description="普法教育",
            created_at=now(),
        )
    )
    sealed = made.save(
        Programme(organisation_id=court.id, region_path=court.region_path, name="青橙封存", description="观护描述", sealed=True,
                  public=False, created_at=now())
    )  # fmt: skip
    made.save(
        ProgrammeEntry(
            programme_id=sealed.id, on_day=today(), title="观护一次", text="观护笔记", written_by="x", written_at=now()
        )
    )
    project = made.save(
        Project(organisation_id=court.id, programme_id=sealed.id, region_path=court.region_path, kind=ProjectKind.OTHER,
                name="观护项目", starts_on=today(), ends_on=today(), created_at=now())
    )  # fmt: skip
    sealed_service = add_service(made, court, "观护服务", programme_id=sealed.id, help_kinds=["legal"])
    judge, clerk, manager = made.account(), made.account(), made.account()
    made.grant(judge, Role.PARTNER_MANAGER, org_ref=court.ref)
    made.grant(clerk, Role.PARTNER, org_ref=court.ref)
    made.grant(manager, Role.PARTNER_MANAGER, org_ref=hospital.ref)
    return SimpleNamespace(
        hospital=hospital, service=service, at=at, hidden=hidden, shown=shown, court=court, open=open_one, sealed=sealed,
        project=project, sealed_service=sealed_service, judge=judge, clerk=clerk, manager=manager,
    )  # fmt: skip


SEALED_WORDS = ("青橙封存", "观护描述", "观护一次", "观护笔记", "观护项目", "观护服务")
