"""The long proofs, run by `make soak`; the suite runs a few rounds of each."""

from __future__ import annotations

import pytest

from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.db import db
from portal.pairing.operations.steps import ALREADY_PAIRED
from portal.pairing.rules import PairingState
from portal.safeguarding.models import Concern
from portal.safeguarding.operations import escalate, raise_concern
from portal.safeguarding.rules import Urgency
from tests.board.conftest import children, staff
from tests.board.making import race_for_five
from tests.pairing.test_races import agree_all_at_once, live
from tests.soak.killing import Installation

pytestmark = pytest.mark.soak
__all__ = ["children", "staff"]
"""The people and files of the board, which its race stands on."""


def test_a_hundred_kills_under_load(tmp_path):
    here = Installation(tmp_path)
    acknowledged = here.kill_under_load(rounds=100, seconds=3.0)
    assert len(acknowledged) > 5_000
    here.check(acknowledged)


@pytest.mark.parametrize("round_", range(100))
def test_one_child_is_paired_once(app, made, fresh, round_):
    child, actor = made.child(), made.actor(made.account(Role.COORDINATOR))
    ids = [made.pairing(child, made.volunteer(), PairingState.CONSULTED).id for _ in range(10)]
    assert sorted(agree_all_at_once(app, ids, actor)) == [""] + [ALREADY_PAIRED] * 9
    assert len(live(fresh)) == 1


def test_a_thousand_concerns_reach_somebody(app, made, fresh):
    made.account(Role.SAFEGUARDING_LEAD)
    mentor, volunteer = made.mentor()
    child = made.child()
    made.pairing(child, volunteer)
    actor = made.actor(mentor)
    for n in range(1000):
        with app.app_context():
            raise_concern(
                client_key=f"k{n}", text=f"x{n}", urgency=Urgency.NOW, child_ref=child.ref, actor=actor, now=now()
            )
            db.session.commit()
    with fresh():
        escalate(now())
        db.session.commit()
    with fresh():
        assert db.session.query(Concern).count() == 1000
        assert db.session.query(Concern).filter_by(asked_ref="").count() == 0


def test_a_hundred_rounds_of_200_claims_for_five_offers(app, fresh, staff, children):
    for number in range(100):
        race_for_five(app, fresh, staff, children, number)
