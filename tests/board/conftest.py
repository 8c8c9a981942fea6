"""People of the district and a need that may be offered."""

from __future__ import annotations

import pytest

from portal.children.models import Child
from portal.children.rules import Purpose
from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.db import db
from portal.needs.operations import escalate_need, raise_need
from portal.needs.rules import NeedChannel, NeedKind, NeedState
from tests.factories import VILLAGE_A


@pytest.fixture
def staff(made):
    """People of the district, as actors."""

    class People:
        accounts = {
            "coordinator": made.account(Role.COORDINATOR, name="陈协调"),
            "confirmer": made.account(Role.CONFIRMER, name="赵确认"),
            "caseworker": made.account(Role.CASEWORKER, at=VILLAGE_A, name="李主任"),
        }
        coordinator = made.actor(accounts["coordinator"])
        confirmer = made.actor(accounts["confirmer"])
        caseworker = made.actor(accounts["caseworker"])

    return People


@pytest.fixture
def children(made):
    """Five files that one cell fits, so that the board may show what one of them needs."""
    found = [made.child(given_name=f"小{c}") for c in "甲乙丙丁戊"]
    made.consent(found[0], Purpose.BOARD)
    return found


@pytest.fixture
def need(fresh, staff, children):
    """A need of the first child, with the district; the others have had one of the kind as well."""

    def raised(child):
        return raise_need(
            db.session.get(Child, child.id), kind=NeedKind.MATERIAL, text="缺一张书桌", channel=NeedChannel.FILE,
            actor=staff.coordinator, now=now(),
        )  # fmt: skip

    with fresh():
        first, *_others = [raised(c) for c in children]
        for note in ("村里没有", "镇里没有"):
            escalate_need(first, note=note, actor=staff.coordinator, now=now())
        assert first.state is NeedState.AT_DISTRICT
        db.session.commit()
        return first.ref
