"""Forgotten passwords: a link by message, the same answer for everybody."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from portal.access import throttles
from portal.kernel.actor import Role
from portal.kernel.clock import now, standing_at
from portal.kernel.db import db
from portal.kernel.outbox import OutboxMessage
from portal.kernel.secrets import vault
from tests.access.conftest import GOOD


def last_link(fresh):
    with fresh():
        return db.session.scalar(select(OutboxMessage).order_by(OutboxMessage.id.desc())).facts["link"]


def test_a_reset_by_message_signs_other_devices_out(with_password, sign_in, client, fresh):
    phone = "+8613800005555"
    account = with_password(Role.MENTOR, phone=phone, phone_index=vault().blind(phone, "phone"))
    elsewhere = sign_in(account)
    answer = client.post("/resets", data={"typed": "138 0000 5555"})
    assert answer.location == "/resets/sent"
    assert "phone number" in client.get("/resets/sent", headers={"Accept-Language": "en"}).text
    with fresh():
        assert [m.kind for m in db.session.scalars(select(OutboxMessage))] == ["reset", "reset"]
    link = last_link(fresh)
    assert client.get(link).status_code == 200
    assert elsewhere.get("/today").status_code == 200
    assert client.post(link, data={"password": "another boat on the lake"}).status_code == 303
    assert elsewhere.get("/today").status_code == 303
    assert client.post(link, data={"password": "a third boat on the lake"}).status_code == 404
    stranger = client.application.test_client()
    assert stranger.post("/sign-in", data={"typed": account.email, "password": GOOD}).status_code == 422


def test_a_reset_runs_out_after_two_hours(with_password, client, fresh):
    client.post("/resets", data={"typed": with_password(Role.MENTOR).email})
    with standing_at(now() + timedelta(hours=2, minutes=1)):
        assert client.get(last_link(fresh)).status_code == 404


def test_nobodys_phone_is_flooded(with_password, client, fresh):
    account = with_password(Role.MENTOR)
    for n in range(8):
        answer = client.post("/resets", data={"typed": account.email}, environ_base={"REMOTE_ADDR": f"10.0.{n}.1"})
        assert answer.location == "/resets/sent"
    with fresh():
        assert db.session.scalar(select(func.count(OutboxMessage.id))) == throttles.MOST_RESETS_PER_ACCOUNT


def test_one_network_asks_for_so_many_only(client, app):
    codes = [client.post("/resets", data={"typed": f"n{n}@example.org"}).status_code for n in range(20)]
    assert codes == [303] * throttles.MOST_RESETS_PER_ADDRESS + [429] * 2


def test_somebody_invited_who_asks_for_a_reset_gets_an_invitation_and_the_ended_get_nothing(made, client, fresh):
    invited, ended = made.account(Role.MENTOR), made.account(Role.MENTOR, is_active=False)
    client.post("/resets", data={"typed": ended.email})
    client.post("/resets", data={"typed": invited.email})
    with fresh():
        assert [m.kind for m in db.session.scalars(select(OutboxMessage))] == ["invitation"]
