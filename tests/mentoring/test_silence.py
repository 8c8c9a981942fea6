"""Pairs without contact."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.duties.models import Duty, DutyState
from portal.kernel.clock import now, today
from portal.kernel.db import db
from portal.mentoring.operations.silence import raise_silence
from portal.notices.models import Notice
from portal.pairing.models import Pairing
from portal.pairing.rules import PairingState


def silent_for(fresh, pairing, days, state=PairingState.ACTIVE):
    with fresh():
        row = db.session.get(Pairing, pairing.id)
        row.last_contact_on, row.state = today() - timedelta(days=days), state
        db.session.commit()


def run(fresh):
    with fresh():
        opened = raise_silence(now())
        db.session.commit()
        return opened


@pytest.mark.parametrize(
    ("days", "kinds"), [(13, []), (14, ["silent-pair"]), (29, ["silent-pair"]), (30, ["silent-alert", "silent-pair"])]
)
def test_a_follow_up_first_and_an_alert_later(world, fresh, days, kinds):
    silent_for(fresh, world.pairing, days)
    assert run(fresh) == len(kinds)
    assert run(fresh) == 0
    with fresh():
        owed = db.session.scalars(
            select(Duty.kind).where(Duty.subject_ref == world.pairing.ref).order_by(Duty.kind)
        ).all()
        told = db.session.scalars(select(Notice).where(Notice.kind == "silent-pair")).all()
    assert owed == kinds
    assert [n.account_ref for n in told] == ([world.coordinator.ref] if days == 30 else [])


def test_a_resting_pair_is_not_silent(world, fresh):
    silent_for(fresh, world.pairing, 40, PairingState.PAUSED)
    assert run(fresh) == 0


def test_a_new_log_ends_it(sign_in, world, filled, fresh):
    silent_for(fresh, world.pairing, 31)
    run(fresh)
    assert sign_in(world.mentor).post("/sessions/new", data=filled()).status_code == 303
    with fresh():
        states = set(db.session.scalars(select(Duty.state).where(Duty.subject_ref == world.pairing.ref)))
    assert states == {DutyState.DONE}
    assert run(fresh) == 0
