"""The reminder that a service has not been confirmed for a year: to the organisation's managers, else to staff."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager

from portal.access.models import Account, GrantState, RoleGrant
from portal.duties.models import Duty, DutyState
from portal.duties.operations import end_duties, open_duty
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import local_day, start_of
from portal.kernel.db import session
from portal.partners.models import Organisation, Service
from portal.partners.policy import not_of_sealed
from portal.partners.rules import STALE_DAYS, OrgState, ServiceState

KIND = "service-assure"


def end_reminders(service: Service, *, actor: Actor, now: datetime) -> None:
    """The service is confirmed or given up: nobody owes it any more. The caller commits."""
    owed = select(Duty.key).where(Duty.kind == KIND, Duty.subject_ref == service.ref, Duty.state == DutyState.OWED)
    end_duties(list(session().scalars(owed)), now=now, actor=actor)


def remind_unassured(now: datetime) -> int:
    """What a day brings: each open service that was not confirmed for `STALE_DAYS` is owed by every manager of its
    organisation, and by the region's coordinators where nobody manages it. What is owed in vain ends.

    Services of sealed programmes are left alone: a reminder would tell of them. Gives how many are owed. Twice is
    harmless. The caller commits.
    """
    last = local_day(now) - timedelta(days=STALE_DAYS)
    rows = session().scalars(
        select(Service)
        .join(Service.organisation)
        .where(
            Organisation.state == OrgState.ACTIVE, Service.state == ServiceState.ACTIVE,
            or_(Service.assured_on.is_(None), Service.assured_on < last), not_of_sealed(Service.programme_id),
        )
        .options(contains_eager(Service.organisation))
        .order_by(Service.id)
    ).all()  # fmt: skip
    managers: dict[str, list[str]] = {}
    for org_ref, account_ref in session().execute(
        select(RoleGrant.org_ref, Account.ref)
        .join(Account, Account.id == RoleGrant.account_id)
        .where(
            RoleGrant.org_ref.in_({s.organisation.ref for s in rows}), RoleGrant.role == Role.PARTNER_MANAGER,
            RoleGrant.state == GrantState.GRANTED, Account.is_active.is_(True),
        )
        .order_by(Account.ref)
    ):  # fmt: skip
        managers.setdefault(org_ref, []).append(account_ref)
    wanted: set[str] = set()
    for service in rows:
        seen = service.assured_on or local_day(service.created_at)
        due = start_of(seen + timedelta(days=STALE_DAYS))
        for owner in managers.get(service.organisation.ref) or [""]:
            key = f"{KIND}:{service.ref}:{owner or service.organisation.region_path}"
            wanted.add(key)
            open_duty(
                key, kind=KIND, subject_kind="service", subject_ref=service.ref, owner_ref=owner,
                owner_role=None if owner else Role.COORDINATOR, path="" if owner else service.organisation.region_path,
                due_at=due, now=now, url=f"/services/{service.ref}",
            )  # fmt: skip
    standing = session().scalars(select(Duty.key).where(Duty.kind == KIND, Duty.state == DutyState.OWED))
    end_duties([key for key in standing if key not in wanted], now=now, state=DutyState.WAIVED)
    return len(wanted)
