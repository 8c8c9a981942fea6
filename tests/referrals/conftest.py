"""What tests of referrals stand on: a need at the town, hospitals with people, and a try as somebody prepared it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest

from portal.access.models import Account
from portal.children.models import Child
from portal.children.rules import Purpose
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import now
from portal.kernel.db import db
from portal.needs.models import Need
from portal.needs.operations import escalate_need, raise_need
from portal.needs.rules import Level, NeedChannel, NeedKind, NeedState
from portal.partners.models import Organisation, Service
from portal.partners.rules import OrgKind, OrgState
from portal.referrals import operations
from portal.referrals.models import Referral
from portal.referrals.rules import SUGGESTED, Outcome, ReferralState
from portal.web.flow import Portal
from tests.factories import DISTRICT, TOWN_A, VILLAGE_A, Factory

MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
"""A Monday morning in a month without holidays."""
HEALTH = "右眼先天性白内障"
WORDS = "右眼看不清黑板，想做手术"


@dataclass
class Programme:
    """A child with staff of three levels, and organisations with their people."""

    made: Factory
    child: Child
    village: Account
    town: Account
    district: Account
    hospitals: dict[str, Organisation] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    people: dict[str, Account] = field(default_factory=dict)

    def actor(self, account: Account) -> Actor:
        """The actor that this account is now."""
        return self.made.actor(account)

    def at(self, name: str) -> Actor:
        """The actor of a hospital's first person."""
        return self.actor(self.people[name])

    def organisation(self, name: str, *, kinds: tuple[str, ...] = ("medical",), **fields: Any) -> Organisation:
        """An organisation of the district with one service and one person."""
        made = self.made
        org = made.save(
            Organisation(
                name=f"{name}医院", kind=OrgKind.HOSPITAL, region_path=made.path(DISTRICT), state=OrgState.ACTIVE,
                created_at=now(), created_by="x", changed_at=now(), initials=name.lower(),
            )
        )  # fmt: skip
        wait = fields.pop("wait_days", None)
        self.services[name] = made.save(
            Service(
                **{
                    "organisation_id": org.id, "region_path": org.region_path, "name": f"{name}院眼科手术", "help_kinds": list(kinds),
                    "wait_days": wait, "created_at": now(), "changed_at": now(),
                } | fields
            )
        )  # fmt: skip
        self.hospitals[name] = org
        self.people[name] = self.member(org, f"{name}院社工")
        return org

    def member(self, org: Organisation, name: str, role: Role = Role.PARTNER) -> Account:
        """Somebody who works there."""
        account = self.made.account(name=name)
        self.made.grant(account, role, org_ref=org.ref)
        return account


@pytest.fixture
def programme(made: Factory) -> Programme:
    """A child with a consent for referrals, three levels of staff, and hospitals A (shorter wait) and B."""
    child = made.child(at=VILLAGE_A, health=HEALTH, opened_on=date(2026, 1, 5))
    made.consent(child, Purpose.REFERRAL)
    found = Programme(
        made, child,
        made.account(Role.CASEWORKER, at=VILLAGE_A, name="村主任"),
        made.account(Role.SUPERVISOR, at=TOWN_A, name="镇督导"),
        made.account(Role.COORDINATOR, at=DISTRICT, name="区协调员"),
    )  # fmt: skip
    found.organisation("A", wait_days=3)
    found.organisation("B", wait_days=20)
    return found


@pytest.fixture
def a_need(app: Portal, programme: Programme) -> Callable[..., str]:
    """A need of the child that has gone up to a level (the town by default); gives its ref."""

    def raise_one(kind: NeedKind = NeedKind.MEDICAL, level: Level = Level.TOWN, child: Child | None = None) -> str:
        actors = [programme.actor(a) for a in (programme.village, programme.town)]
        with app.app_context():
            need = raise_need(
                db.session.get(Child, (child or programme.child).id), kind=kind, text=WORDS, channel=NeedChannel.CARER,
                actor=actors[0], now=now(),
            )  # fmt: skip
            for actor in actors[: [Level.VILLAGE, Level.TOWN, Level.DISTRICT].index(level)]:
                escalate_need(need, note="本级解决不了", actor=actor, now=now())
            db.session.commit()
            return need.ref

    return raise_one


@pytest.fixture
def act(app: Portal) -> Callable[..., Any]:
    """Run one operation on a referral in a transaction of its own: act("accept", ref, actor, …)."""

    def call(name: str, ref: str, actor: Actor, *args: Any, **facts: Any) -> None:
        with app.app_context():
            referral = db.session.query(Referral).filter_by(ref=ref).one()
            need = db.session.get(Need, referral.need_id)
            child = db.session.get(Child, referral.child_id)
            first = {
                "send_referral": (need, child), "prepare_again": (need, child), "complete": (need,),
                "confirm": (need,), "dispute": (need,),
            }  # fmt: skip
            getattr(operations, name)(
                referral, *first.get(name, ()), *args, actor=actor, now=facts.pop("now", None) or now(), **facts
            )
            db.session.commit()

    return call


@pytest.fixture
def drafted(app: Portal, programme: Programme, a_need: Callable[..., str]) -> Callable[..., str]:
    """A prepared referral to a hospital; gives its ref."""

    def prepare(to: str = "A", need_ref: str = "", by: Account | None = None, **fields: Any) -> str:
        ref, actor = need_ref or a_need(), programme.actor(by or programme.town)
        with app.app_context():
            need = db.session.query(Need).filter_by(ref=ref).one()
            service = db.session.get(Service, programme.services[to].id)
            assert service is not None
            db.session.refresh(service, ["organisation"])
            referral = operations.draft_referral(
                need, db.session.get(Child, need.child_id), service,
                fields=fields.pop("fields", SUGGESTED[need.kind.value]), covering=fields.pop("covering", "请帮忙看看"),
                actor=actor, now=now(),
            )  # fmt: skip
            db.session.commit()
            return referral.ref

    return prepare


S = ReferralState
WAY: dict[ReferralState, tuple[ReferralState, ...]] = {
    S.SENT: (), S.ASKED: (S.SENT,), S.ACCEPTED: (S.SENT,), S.IN_PROGRESS: (S.SENT, S.ACCEPTED),
    S.ON_HOLD: (S.SENT, S.ACCEPTED, S.IN_PROGRESS), S.COMPLETED: (S.SENT, S.ACCEPTED, S.IN_PROGRESS),
    S.DECLINED: (S.SENT,), S.FAILED: (S.SENT, S.ACCEPTED), S.CANCELLED: (S.SENT,),
    S.CONFIRMED: (S.SENT, S.ACCEPTED, S.IN_PROGRESS, S.COMPLETED),
}  # fmt: skip


@pytest.fixture
def referred(programme: Programme, drafted: Callable[..., str], act: Callable[..., Any]) -> Callable[..., str]:
    """A referral that has reached a state by its own way; gives its ref."""
    from portal.needs.rules import ConfirmedBy, NeedOutcome
    from portal.referrals.rules import DeclineReason

    def bring(state: ReferralState = S.SENT, to: str = "A", **fields: Any) -> str:
        ref = drafted(to, **fields)
        town, there, village = programme.actor(programme.town), programme.at(to), programme.actor(programme.village)
        steps: dict[ReferralState, Callable[[], Any]] = {
            S.SENT: lambda: act("send_referral", ref, town),
            S.ASKED: lambda: act("ask_for_more", ref, there, question="有检查单吗？"),
            S.ACCEPTED: lambda: act("accept", ref, there),
            S.IN_PROGRESS: lambda: act("begin", ref, there),
            S.ON_HOLD: lambda: act("hold", ref, there, reason="等床位"),
            S.COMPLETED: lambda: act("complete", ref, there, Outcome.SURGERY_DONE, note="手术顺利"),
            S.DECLINED: lambda: act("decline", ref, there, DeclineReason.NO_CAPACITY),
            S.FAILED: lambda: act("fail", ref, there, reason="不适合手术"),
            S.CANCELLED: lambda: act("cancel", ref, town, reason="家长改主意了"),
            S.CONFIRMED: lambda: act(
                "confirm", ref, village, by=ConfirmedBy.CARER, met=NeedOutcome.MET
            ),
        }  # fmt: skip
        for step in (*WAY.get(state, ()), *(() if state is S.DRAFTED else (state,))):
            steps[step]()
        return ref

    return bring


@pytest.fixture
def seen(app: Portal) -> Callable[[str], Referral]:
    """The referral as a fresh connection reads it."""

    def read(ref: str) -> Referral:
        with app.app_context():
            referral = db.session.query(Referral).filter_by(ref=ref).one()
            db.session.expunge(referral)
            return referral

    return read


@pytest.fixture
def need_state(app: Portal) -> Callable[[str], NeedState]:
    """The state of a need, or of a referral's need, as a fresh connection reads it."""

    def read(ref: str) -> NeedState:
        with app.app_context():
            referral = db.session.query(Referral).filter_by(ref=ref).one_or_none()
            need_ref = referral.need_ref if referral else ref
            return db.session.query(Need).filter_by(ref=need_ref).one().state

    return read
