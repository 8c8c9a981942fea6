"""A pair that had not begun when a concern paused it does not begin until the handler lifts the pause."""

from __future__ import annotations

from datetime import timedelta

from portal.kernel.actor import Role
from portal.kernel.clock import now, today
from portal.kernel.db import db
from portal.pairing.models import Pairing
from portal.pairing.rules import PairingState
from portal.safeguarding.models import Concern
from portal.safeguarding.rules import ConcernState, Urgency


def test_an_agreed_pair_cannot_begin_while_a_concern_holds_it(made, sign_in, fresh):
    child = made.child()
    _account, volunteer = made.mentor()
    pairing = made.pairing(child, volunteer, PairingState.AGREED)
    concern = made.save(
        Concern(client_key="k", raised_by="x", raised_at=now(), child_ref=child.ref, child_id=child.id, region_path=child.region_path,
                urgency=Urgency.DAY, text="x", due_at=now() + timedelta(days=1), state=ConcernState.ACKNOWLEDGED, freezes=True)
    )  # fmt: skip
    browser = sign_in(made.account(Role.COORDINATOR))
    answer = browser.post(
        f"/pairings/{pairing.ref}/first-meeting",
        data={"on": today().isoformat(), "staff": "陈主任"},
        follow_redirects=True,
    )
    text = answer.get_data(as_text=True)
    assert "paused by the programme" in text
    assert "oncern" not in text.split("<main")[1].split("</main>")[0]
    with fresh():
        assert db.session.get(Pairing, pairing.id).state is PairingState.AGREED
        db.session.get(Concern, concern.id).freezes = False
        db.session.commit()
    browser.post(f"/pairings/{pairing.ref}/first-meeting", data={"on": today().isoformat(), "staff": "陈主任"})
    with fresh():
        assert db.session.get(Pairing, pairing.id).state is PairingState.ACTIVE
