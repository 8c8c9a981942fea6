"""Accounts with passwords, hashed quickly."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from portal.access import passwords
from portal.access.models import Account
from portal.kernel.actor import Role
from tests.factories import Factory

GOOD = "paper boat under the bridge"


@pytest.fixture(autouse=True)
def quick_hashes(request: pytest.FixtureRequest) -> Iterator[None]:
    """Real parameters take 25 ms a try."""
    if "app" in request.fixturenames:
        request.getfixturevalue("app")
    passwords.use_strength(time_cost=1, memory_cost=8)
    yield
    passwords.use_strength()


@pytest.fixture
def with_password(made: Factory) -> Callable[..., Account]:
    """`with_password(Role.COORDINATOR)`: an account that can sign in with GOOD."""

    def make(*roles: Role, **fields: object) -> Account:
        return made.account(*roles, password_hash=passwords.hashed(GOOD), **fields)  # type: ignore[arg-type]

    return make
