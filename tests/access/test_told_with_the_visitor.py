"""What is read together with the session is never older than the request, and never of somebody else."""

from __future__ import annotations

from datetime import timedelta

from portal.access.models import Deputy
from portal.children.models import Sight
from portal.children.rules import FieldSet
from portal.kernel.actor import Role
from portal.kernel.clock import now, today
from portal.kernel.db import db
from portal.notices.operations import tell


def test_a_grant_is_seen_on_the_next_request_and_its_end_too(app, made, sign_in):
    child, door = made.child(), made.account(Role.GRID_WORKER)
    browser = sign_in(door)
    assert "张晓雨" not in browser.get("/children").text
    made.sight(child, door.ref, FieldSet.DOOR, "child", child.ref)
    assert "张晓雨" in browser.get("/children").text
    with app.app_context():
        db.session.query(Sight).update({"ended_at": now()})
        db.session.commit()
    assert "张晓雨" not in browser.get("/children").text


def test_a_deputy_without_a_grant_sees_through_those_of_the_person_stood_in_for(made, sign_in):
    child, door, deputy = made.child(), made.account(Role.GRID_WORKER), made.account(Role.GRID_WORKER)
    made.sight(child, door.ref, FieldSet.DOOR, "child", child.ref)
    assert "张晓雨" not in sign_in(deputy).get("/children").text
    made.save(Deputy(account_ref=door.ref, deputy_ref=deputy.ref, from_on=today(), until_on=today(), named_at=now()))
    assert "张晓雨" in sign_in(deputy).get("/children").text


def test_the_bell_counts_what_waits_now_and_only_ones_own(app, made, sign_in):
    one, other = made.account(Role.COORDINATOR), made.account(Role.COORDINATOR)
    browser = sign_in(one)
    unread = "<span data-unread-number>{}</span>".format

    def notices(account, number):
        with app.app_context():
            for n in range(number):
                tell("export-made", to=[account.ref], now=now() + timedelta(seconds=n), url="/audit", name="陈", rows="1",
                     reason=str(n))  # fmt: skip
            db.session.commit()

    notices(one, 2)
    notices(other, 5)
    for address in ("/children", "/today"):
        assert unread(2) in browser.get(address).text
    notices(one, 1)
    assert unread(3) in browser.get("/children").text
    refused = browser.post("/children/new", data={})
    assert (refused.status_code, unread(3) in refused.text) == (422, True)
