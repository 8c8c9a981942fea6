"""What tests of bookings stand on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from portal.calendars import operations
from portal.kernel.clock import now
from portal.kernel.db import db

Put = Callable[..., None]


@pytest.fixture
def planned(made: Any) -> Any:
    """A mentor's account, the volunteer, and a planned session of their pair."""
    account, volunteer = made.mentor()
    plan = made.planned(made.pairing(made.child(), volunteer))
    return account, volunteer, plan


@pytest.fixture
def put(app: Any) -> Put:
    """Publish a planned session, with some of it changed: `put(planned, title="KB")`."""

    def publish(planned: Any, **other: Any) -> None:
        account, volunteer, plan = planned
        with app.app_context():
            operations.publish(
                plan,
                **{
                    "kind": "session", "title": "XY", "place": "home", "starts_at": plan.starts_at,
                    "ends_at": plan.ends_at, "url": f"/planned-sessions/{plan.ref}", "region_path": plan.region_path,
                    "audience": [account.ref], "resources": [f"child:{plan.child_ref}", f"volunteer:{volunteer.ref}"],
                    "now": now(),
                } | other,
            )  # fmt: skip
            db.session.commit()

    return publish
