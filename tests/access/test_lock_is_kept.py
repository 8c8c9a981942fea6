"""A session that was idle too long is locked for good, not only for the request that found it idle."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from portal.access.models import AccountSession
from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.db import db


def test_the_moment_of_locking_is_written_although_the_gate_refused(made, sign_in, fresh):
    browser = sign_in(made.account(Role.COORDINATOR))
    with fresh():
        db.session.execute(update(AccountSession).values(seen_at=now() - timedelta(minutes=40)))
        db.session.commit()
    assert "/locked" in browser.get("/today").headers["Location"]
    with fresh():
        assert db.session.query(AccountSession.locked_at).scalar() is not None
