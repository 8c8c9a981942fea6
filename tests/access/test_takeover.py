"""One administrator alone can neither make a second person of their own nor take a case role over by its address."""

from __future__ import annotations

from portal.access.models import Account, GrantState, RoleGrant
from portal.kernel.actor import Role
from portal.kernel.db import db
from portal.kernel.outbox import OutboxMessage
from tests.factories import DISTRICT


def test_an_administrator_made_by_one_waits_for_another(made, sign_in, fresh):
    admin, other = made.account(Role.ADMIN), made.account(Role.ADMIN)
    puppet = made.account()
    browser = sign_in(admin)
    path = made.regions()[DISTRICT]
    browser.post(f"/people/{puppet.ref}/roles", data={"role": "admin", "region": path.path, "reason": "x"})
    with fresh():
        grant = db.session.query(RoleGrant).filter_by(account_id=puppet.id).one()
        assert grant.state is GrantState.ASKED
    browser.post(f"/roles/{grant.ref}/confirmation")
    with fresh():
        assert db.session.get(RoleGrant, grant.id).state is GrantState.ASKED
    sign_in(other).post(f"/roles/{grant.ref}/confirmation")
    with fresh():
        assert db.session.get(RoleGrant, grant.id).state is GrantState.GRANTED


def test_a_changed_address_tells_the_old_one_and_case_roles_wait_again(made, sign_in, fresh):
    admin = made.account(Role.ADMIN)
    person = made.account(Role.COORDINATOR, name="陈主任", password_hash="set")
    data = {
        "name": person.name,
        "email": "taken@example.org",
        "phone": "",
        "region": made.path(DISTRICT),
        "version": "1",
    }
    answer = sign_in(admin).post(f"/people/{person.ref}/edit", data=data)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    with fresh():
        assert db.session.get(Account, person.id).email == "taken@example.org"
        states = {g.state for g in db.session.query(RoleGrant).filter_by(account_id=person.id, role=Role.COORDINATOR)}
        assert states == {GrantState.ENDED, GrantState.ASKED}
        told = [m.address for m in db.session.query(OutboxMessage).filter_by(kind="address-changed")]
        assert person.email in told
