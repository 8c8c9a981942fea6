"""Two people, or one person twice, at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from portal.access.models import AccountSession, GrantState, RememberedDevice, RoleGrant
from portal.kernel.actor import Role
from portal.kernel.db import db
from portal.kernel.outbox import OutboxMessage
from tests.access.conftest import GOOD
from tests.factories import TOWN_A


def at_once(*posts):
    with ThreadPoolExecutor(len(posts)) as pool:
        return [f.result() for f in [pool.submit(post) for post in posts]]


def test_a_link_is_taken_once(app, made, sign_in, client, fresh):
    person = made.account(Role.MENTOR)
    sign_in(made.account(Role.ADMIN)).post(f"/people/{person.ref}/invitation")
    with fresh():
        link = db.session.scalar(select(OutboxMessage)).facts["link"]
    codes = at_once(*[lambda: app.test_client().post(link, data={"password": GOOD}).status_code for _n in range(6)])
    assert sorted(codes) == [303] + [404] * 5
    with fresh():
        live = select(func.count()).where(AccountSession.account_id == person.id, AccountSession.ended_at.is_(None))
        assert db.session.scalar(live) == 1


def test_many_wrong_pins_at_once_are_no_more_than_five(app, with_password, sign_in, fresh):
    browser = sign_in(with_password(Role.MENTOR))
    browser.post("/my/devices/new", data={"pin": "284619", "password": GOOD})
    cookies = {n: browser.get_cookie(n, path=p).value for n, p in (("portal", "/"), ("device", "/locked"))}
    browser.get("/locked")

    def guess(pin):
        one = app.test_client()
        one.set_cookie("portal", cookies["portal"])
        one.set_cookie("device", cookies["device"], path="/locked")
        return one.post("/locked", data={"pin": pin}).status_code

    at_once(*[lambda pin=f"90{n:02}17": guess(pin) for n in range(12)])
    with fresh():
        device = db.session.scalar(select(RememberedDevice))
        assert device.tries_left == 0
        assert device.ended_at is not None
    assert guess("284619") == 422


def test_the_same_role_asked_twice_at_once_is_one(made, sign_in, fresh):
    person = made.account()
    admins = [sign_in(made.account(Role.ADMIN)) for _n in range(4)]
    data = {"role": "caseworker", "region": made.path(TOWN_A)}
    at_once(*[lambda b=b: b.post(f"/people/{person.ref}/roles", data=data).status_code for b in admins])
    with fresh():
        states = list(db.session.scalars(select(RoleGrant.state).where(RoleGrant.account_ref == person.ref)))
        assert states == [GrantState.ASKED]


def test_the_same_address_given_twice_at_once_is_one_account(made, sign_in, fresh):
    admins = [sign_in(made.account(Role.ADMIN)) for _n in range(4)]
    data = {"name": "王小梅", "email": "mei@example.org", "region": made.path(TOWN_A)}
    codes = at_once(*[lambda b=b: b.post("/people/new", data=data).status_code for b in admins])
    assert sorted(codes) == [303, 422, 422, 422]
