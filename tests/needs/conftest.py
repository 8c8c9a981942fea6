"""What tests of needs stand on: a child, the people of its three levels, and a need as somebody raised it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from portal.access.models import Account
from portal.children.models import Child
from portal.kernel.actor import Actor, Role
from portal.kernel.clock import now
from portal.kernel.db import db
from portal.needs import operations
from portal.needs.models import Need
from portal.needs.rules import NeedChannel, NeedKind, NeedUrgency
from portal.web.flow import Portal
from tests.factories import DISTRICT, TOWN_A, VILLAGE_A, Factory

MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
"""A Monday morning in a month without holidays."""


@dataclass
class Levels:
    """A child of a village, and who has its needs."""

    made: Factory
    child: Child
    village: Account
    town: Account
    district: Account

    def actor(self, account: Account) -> Actor:
        """The actor that this account is now."""
        return self.made.actor(account)


@pytest.fixture
def levels(made: Factory) -> Levels:
    """A child with a caseworker, a town supervisor and a coordinator."""
    return Levels(
        made,
        made.child(at=VILLAGE_A),
        made.account(Role.CASEWORKER, at=VILLAGE_A, name="村主任"),
        made.account(Role.SUPERVISOR, at=TOWN_A, name="镇督导"),
        made.account(Role.COORDINATOR, at=DISTRICT, name="区协调员"),
    )


@pytest.fixture
def raised(app: Portal, levels: Levels) -> Callable[..., str]:
    """Raise a need for the child; gives its ref."""

    def raise_one(**fields: Any) -> str:
        by = fields.pop("by", levels.village)
        child = fields.pop("child", levels.child)
        facts = {
            "kind": NeedKind.MEDICAL, "urgency": NeedUrgency.ORDINARY, "household": False, "text": "右眼看不清黑板",
            "channel": NeedChannel.FILE, "now": now(),
        } | fields  # fmt: skip
        actor = facts.pop("actor", None) or levels.actor(by)
        with app.app_context():
            need = operations.raise_need(db.session.get(Child, child.id), actor=actor, **facts)
            db.session.commit()
            return need.ref

    return raise_one


@pytest.fixture
def run(app: Portal) -> Callable[..., None]:
    """Run one operation on a need in a transaction of its own: run("escalate_need", ref, actor, note="…")."""

    def call(name: str, ref: str, actor: Actor, *args: Any, **facts: Any) -> None:
        with app.app_context():
            need = db.session.query(Need).filter_by(ref=ref).one()
            getattr(operations, name)(need, *args, actor=actor, now=facts.pop("now", None) or now(), **facts)
            db.session.commit()

    return call


@pytest.fixture
def seen(app: Portal) -> Callable[[str], Need]:
    """The need as a fresh connection reads it."""

    def read(ref: str) -> Need:
        with app.app_context():
            need = db.session.query(Need).filter_by(ref=ref).one()
            db.session.expunge(need)
            return need

    return read
