"""People at the door, and a child whose visit is owed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.children.rules import FieldSet, RiskLevel
from portal.kernel.actor import Role
from portal.kernel.clock import now, today
from portal.kernel.db import db
from portal.visits.operations.plan import plan_all
from tests.factories import TOWN_A, VILLAGE_A


@pytest.fixture
def worker(made):
    """A caseworker of the first village."""
    return made.account(Role.CASEWORKER, at=VILLAGE_A, name="李主任")


@pytest.fixture
def supervisor(made):
    """The supervisor of its town."""
    return made.account(Role.SUPERVISOR, at=TOWN_A, name="督导员")


@pytest.fixture
def child(made):
    """A child of the first village at yellow risk."""
    return made.child(at=VILLAGE_A, risk=RiskLevel.YELLOW, opened_on=today() - timedelta(days=90))


@pytest.fixture
def grid_worker(made, child):
    """A grid worker to whom the child is assigned."""
    account = made.account(Role.GRID_WORKER, at=VILLAGE_A, name="王网格")
    made.sight(child, account.ref, FieldSet.DOOR, "role_grant", "assigned")
    return account


@pytest.fixture
def planned(fresh):
    """The plan is set."""

    def plan():
        with fresh():
            plan_all(now())
            db.session.commit()

    return plan
