"""One's notices, one's choices, the pulse, and the demo's messages."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from portal.kernel.actor import Role
from portal.kernel.clock import now, standing_at
from portal.kernel.db import db
from portal.kernel.outbox import Channel, OutboxMessage
from portal.notices import operations
from portal.notices.models import Choice, Notice


@pytest.fixture
def told(app: Any) -> Any:
    """`told(account, kind, **facts)`: tell somebody something."""

    def go(account: Any, kind: str = "log-returned", **more: Any) -> None:
        with app.app_context():
            operations.tell(kind, to=[account.ref], now=now(), **({"url": "/notices", "day": "2026-11-23"} | more))
            db.session.commit()

    return go


def notices(fresh: Any) -> list[Notice]:
    with fresh():
        found = db.session.query(Notice).order_by(Notice.id).all()
        db.session.expunge_all()
        return found


def test_each_sees_the_own_notices_only(made: Any, sign_in: Any, told: Any) -> None:
    mine, other = made.account(), made.account()
    told(mine)
    assert "Your log of Mon 23 Nov 2026 came back" in sign_in(mine).get("/notices").text
    assert "came back" not in sign_in(other).get("/notices").text


def test_opening_marks_as_read_and_leads_on(made: Any, sign_in: Any, told: Any, fresh: Any) -> None:
    mine, other = made.account(), made.account()
    told(mine, url="/calendar/month")
    ref = notices(fresh)[0].ref
    assert sign_in(other).post(f"/notices/{ref}/reading").status_code == 404
    assert notices(fresh)[0].read_at is None
    answer = sign_in(mine).post(f"/notices/{ref}/reading")
    assert (answer.status_code, answer.location) == (303, "/calendar/month")
    read_at = notices(fresh)[0].read_at
    assert read_at is not None
    sign_in(mine).post(f"/notices/{ref}/reading")
    assert notices(fresh)[0].read_at == read_at


def test_all_but_alerts_are_read_at_once(made: Any, sign_in: Any, told: Any, fresh: Any) -> None:
    mine = made.account()
    told(mine)
    told(mine, "concern")
    sign_in(mine).post("/notices/reading")
    assert [n.read_at is None for n in notices(fresh)] == [False, True]
    with fresh():
        operations.read_at("/notices", to=[mine.ref], now=now())
        db.session.commit()
    assert all(n.read_at for n in notices(fresh))


def test_filters(made: Any, sign_in: Any, told: Any) -> None:
    mine = made.account()
    told(mine)
    told(mine, "concern")
    browser = sign_in(mine)
    assert "came back" not in browser.get("/notices?urgent=y").text
    browser.post("/notices/reading")
    assert "came back" not in browser.get("/notices?unread=y").text
    assert "A concern is waiting" in browser.get("/notices?unread=y").text


def test_the_pulse_counts_and_names_alerts(made: Any, sign_in: Any, told: Any) -> None:
    mine = made.account()
    browser = sign_in(mine)
    assert browser.get("/notices/pulse").get_json() == {"unread": 0, "urgent": []}
    told(mine)
    told(mine, "concern", url="/concerns/abc")
    pulse = browser.get("/notices/pulse", headers={"X-Poll": "1"}).get_json()
    assert pulse["unread"] == 2
    assert pulse["urgent"] == [{"title": "A concern is waiting for you. Please open it now.", "url": "/concerns/abc"}]


def test_the_pulse_never_extends_the_sign_in(made: Any, sign_in: Any) -> None:
    browser = sign_in(made.account())
    with standing_at(now() + timedelta(minutes=10)):
        browser.get("/notices/pulse", headers={"X-Poll": "1", "Accept": "application/json"})
    with standing_at(now() + timedelta(minutes=20)):
        assert browser.get("/notices/pulse", headers={"X-Poll": "1", "Accept": "application/json"}).status_code == 401


def test_a_stranger_has_no_pulse(client: Any) -> None:
    assert client.get("/notices/pulse", headers={"Accept": "application/json"}).status_code == 401


def test_choosing_by_kind_and_channel(app: Any, made: Any, sign_in: Any, told: Any, fresh: Any) -> None:
    mine = made.account(Role.MENTOR)
    browser = sign_in(mine)
    shown = browser.get("/my/notices").text
    assert 'value="log-returned:mail" checked' in shown
    assert 'value="concern:mail"' not in shown
    assert "Logs to review" not in shown
    assert browser.post("/my/notices", data={"want": ["log-reviewed:mail"]}).status_code == 303
    told(mine)
    told(mine, "log-reviewed")
    with fresh():
        assert [m.kind for m in db.session.query(OutboxMessage)] == ["log-reviewed"]
        assert len(notices(fresh)) == 2
    again = browser.get("/my/notices").text
    assert 'value="log-reviewed:mail" checked' in again
    assert 'value="log-returned:mail" checked' not in again


def test_an_alert_cannot_be_turned_down(app: Any, made: Any, sign_in: Any, told: Any, fresh: Any) -> None:
    mine = made.account()
    sign_in(mine).post("/my/notices", data={"want": []})
    with fresh():
        assert not db.session.query(Choice).filter_by(kind="concern").count()
        db.session.add(Choice(account_ref=mine.ref, kind="concern", channel=Channel.MAIL, wanted=False))
        db.session.commit()
    told(mine, "concern")
    with fresh():
        assert db.session.query(OutboxMessage).one().urgent
    assert sign_in(mine).post("/my/notices", data={"want": ["nothing:mail"]}).status_code == 422


def test_telling_twice_with_one_key_is_once(made: Any, told: Any, fresh: Any) -> None:
    mine, other = made.account(), made.account()
    told(mine, key="k")
    told(mine, key="k")
    told(other, key="k")
    assert len(notices(fresh)) == 2


def test_the_number_of_statements_does_not_grow(made: Any, sign_in: Any, told: Any, statements: Any) -> None:
    mine = made.account()
    told(mine)
    browser = sign_in(mine)
    browser.get("/notices")
    with statements() as one:
        browser.get("/notices")
    for _turn in range(30):
        told(mine)
    with statements() as many:
        assert "after=" in browser.get("/notices").text
    assert len(one) == len(many) <= 12
    with statements() as pulse:
        browser.get("/notices/pulse", headers={"X-Poll": "1"})
    assert len(pulse) <= 6


def test_messages_are_readable_in_the_demo_only(
    client: Any, configured: Any, queued: Any, round_of: Any, row: Any
) -> None:
    queued("invitation", facts={"link": "/invitations/abc", "name": "<b>林</b>", "ends_at": now().isoformat()})
    queued("concern", channel=Channel.SMS, address="13900000000")
    assert client.get("/demo/messages").status_code == 404
    configured(demo=True)
    assert round_of() == 1
    shown = client.get("/demo/messages").text
    assert "lin@example.org" in shown
    assert "<b>林" not in shown
    assert "13900000000" in shown
    assert "13900000000" not in client.get("/demo/messages?channel=mail").text


def test_the_pulse_is_json(made: Any, sign_in: Any) -> None:
    answer = sign_in(made.account()).get("/notices/pulse")
    assert answer.mimetype == "application/json"
    assert json.loads(answer.data)
