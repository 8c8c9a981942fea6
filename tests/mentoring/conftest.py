"""A pair that works, its people, and the form as a phone sends it."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from portal.kernel.actor import Role
from portal.kernel.clock import today
from tests.factories import TOWN_B, VILLAGE_A, VILLAGE_B


@pytest.fixture
def world(made: Any) -> SimpleNamespace:
    """Two mentors with one child each in different towns, and their staff."""
    account, volunteer = made.mentor(name="王丽")
    child = made.child(alias="小雨", at=VILLAGE_A)
    pairing = made.pairing(child, volunteer)
    other_account, other_volunteer = made.mentor(name="赵强")
    other_child = made.child(surname="刘", given_name="CANARY", at=VILLAGE_B)
    other_pairing = made.pairing(other_child, other_volunteer)
    return SimpleNamespace(
        mentor=account,
        volunteer=volunteer,
        child=child,
        pairing=pairing,
        other=other_account,
        other_child=other_child,
        other_pairing=other_pairing,
        coordinator=made.account(Role.COORDINATOR, name="陈协调"),
        caseworker=made.account(Role.CASEWORKER, at=VILLAGE_A, name="李主任"),
        elsewhere=made.account(Role.SUPERVISOR, at=TOWN_B, name="周督导"),
    )


@pytest.fixture
def filled(world: SimpleNamespace) -> Callable[..., dict[str, Any]]:
    """The form of the log, filled in for the pair; keywords change fields (None takes one away)."""

    def fill(pairing: Any = None, **changes: Any) -> dict[str, Any]:
        ref = (pairing or world.pairing).ref
        fields = {
            "client_key": "phone-key-00000001",
            "pairs": ref,
            "contact": "yes",
            "on": today().isoformat(),
            "minutes": "60",
            "way": "in_person",
            "place": "home",
            "activities": ["reading"],
            "did": "一起读了绘本",
            f"mood_{ref}": "4",
        }
        return {k: v for k, v in (fields | changes).items() if v is not None}

    return fill
