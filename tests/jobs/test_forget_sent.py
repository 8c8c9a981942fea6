"""Messages that were sent leave the outbox after a time that the district sets; what was not sent never does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from portal import jobs
from portal.kernel.clock import now, today
from portal.kernel.db import db
from portal.kernel.outbox import Channel, OutboxMessage, OutboxState, queue
from portal.places.models import Setting


@pytest.fixture
def put(app: Any) -> Any:
    """`put(state, days)`: a message made, and sent when it was sent, so many days ago."""

    def make(state: OutboxState, days: int) -> str:
        with app.app_context():
            at = now() - timedelta(days=days)
            message = queue("concern", channel=Channel.MAIL, address="a@example.org", facts={"url": "/"}, now=at)
            message.state = state
            message.sent_at = at if state is OutboxState.SENT else None
            db.session.commit()
            return message.ref

    return make


def left(app: Any) -> set[str]:
    with app.app_context():
        return set(db.session.scalars(db.select(OutboxMessage.ref)))


def test_what_was_sent_long_ago_goes_and_what_was_not_sent_stays(app, put):
    old, new = put(OutboxState.SENT, 91), put(OutboxState.SENT, 89)
    kept = {put(OutboxState.WAITING, 400), put(OutboxState.GIVEN_UP, 400), new}
    for _twice in range(2):
        jobs.sweep(app, now())
        assert left(app) == kept
    assert old not in kept


def test_the_district_sets_for_how_long(app, made, put):
    old, new = put(OutboxState.SENT, 8), put(OutboxState.SENT, 6)
    made.save(
        Setting(name="sent_messages_days", value=7, from_on=today(), set_by="system", set_at=now(), reason="保留七天")
    )
    jobs.sweep(app, now())
    assert left(app) == {new}
    assert old not in left(app)
