"""Invitations and cancellations by mail: to whom, how often, and that a calendar can read them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import vobject

from portal.calendars import operations
from portal.kernel.clock import now
from portal.kernel.db import db
from portal.kernel.outbox import Channel, OutboxMessage
from portal.notices.models import Choice


def queued(fresh: Any) -> list[tuple[str, str, dict[str, str]]]:
    with fresh():
        rows = db.session.query(OutboxMessage).order_by(OutboxMessage.id)
        return [(m.address, m.facts["method"], m.facts) for m in rows]


def test_one_message_for_each_change_of_time_or_place(app: Any, put: Any, planned: Any, fresh: Any) -> None:
    plan = planned[2]
    put(planned)
    put(planned)
    put(planned, title="KB")
    assert [method for _to, method, _facts in queued(fresh)] == ["REQUEST"]
    later = timedelta(hours=1)
    put(planned, starts_at=plan.starts_at + later, ends_at=plan.ends_at + later)
    with app.app_context():
        operations.cancel(plan, now=now())
        operations.cancel(plan, now=now())
        db.session.commit()
    sent = queued(fresh)
    assert [method for _to, method, _facts in sent] == ["REQUEST", "REQUEST", "CANCEL"]
    events = [vobject.readOne(facts["ics"]).vevent for _to, _method, facts in sent]
    assert [e.sequence.value for e in events] == ["0", "1", "2"]
    assert len({e.uid.value for e in events}) == 1
    assert events[2].status.value == "CANCELLED"
    assert [vobject.readOne(facts["ics"]).method.value for _to, _method, facts in sent] == [
        "REQUEST",
        "REQUEST",
        "CANCEL",
    ]
    assert all(e.attendee.value == f"mailto:{planned[0].email}" for e in events)
    assert all(e.organizer.value.startswith("mailto:") for e in events)


def test_who_turned_it_down_or_has_no_mail_gets_none(made: Any, put: Any, planned: Any, fresh: Any) -> None:
    account = planned[0]
    made.save(Choice(account_ref=account.ref, kind="calendar-invitation", channel=Channel.MAIL, wanted=False))
    without = made.account()
    gone = made.account(is_active=False)
    with fresh():
        db.session.execute(db.text("UPDATE account SET email = NULL WHERE ref = :ref"), {"ref": without.ref})
        db.session.commit()
    put(planned, audience=[account.ref, without.ref, gone.ref])
    assert queued(fresh) == []


def test_who_leaves_gets_a_cancellation_and_who_joins_an_invitation(
    made: Any, put: Any, planned: Any, fresh: Any
) -> None:
    other = made.account()
    put(planned)
    put(planned, audience=[other.ref])
    put(planned, audience=[other.ref])
    assert [(to, method) for to, method, _facts in queued(fresh)] == [
        (planned[0].email, "REQUEST"), (other.email, "REQUEST"), (planned[0].email, "CANCEL"),
    ]  # fmt: skip
    put(planned)
    assert len(queued(fresh)) == 4


def test_no_name_and_no_address_is_in_it(put: Any, planned: Any, fresh: Any) -> None:
    put(planned)
    for _to, _method, facts in queued(fresh):
        for canary in ("晓雨", "张", "示例", planned[0].name):
            assert canary not in str(facts)
