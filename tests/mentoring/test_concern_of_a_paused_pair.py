"""A worry never waits for a log: it is raised although the pair is paused, and on a correction too."""

from __future__ import annotations

from portal.kernel.clock import today
from portal.kernel.db import db
from portal.mentoring.models import SessionLog
from portal.mentoring.rules import LogState
from portal.pairing.rules import PairingState
from portal.safeguarding.models import Concern


def entry(pairing, **more):
    return {
        "client_key": "k" * 22, "pairs": pairing.ref, "contact": "yes", "on": today().isoformat(), "minutes": "60", "way": "in_person",
        "place": "home", "did": "聊了聊天。", f"mood_{pairing.ref}": "2", "concern": "y", "concern_text": "身上有新的伤。", "urgency": "day",
    } | more  # fmt: skip


def test_the_concern_of_a_log_that_cannot_be_sent_is_raised_and_the_text_is_kept(made, sign_in, fresh):
    account, volunteer = made.mentor()
    pairing = made.pairing(made.child(), volunteer, PairingState.PAUSED)
    browser = sign_in(account)
    for _ in range(2):
        assert browser.post("/sessions/new", data=entry(pairing)).status_code == 303
    with fresh():
        assert [c.text for c in db.session.query(Concern)] == ["身上有新的伤。"]
        log = db.session.query(SessionLog).one()
        assert log.state is LogState.DRAFT
        assert log.typed["did"] in ("聊了聊天。", ["聊了聊天。"])


def test_a_concern_on_a_correction_is_raised(made, sign_in, fresh):
    account, volunteer = made.mentor()
    log = made.log(made.pairing(made.child(), volunteer))
    with fresh():
        pairing = db.session.get(SessionLog, log.id).pairing_id
        from portal.pairing.models import Pairing

        row = db.session.get(Pairing, pairing)
        db.session.expunge(row)
    answer = sign_in(account).post(f"/sessions/{log.ref}/correction", data=entry(row))
    assert answer.status_code == 303, answer.get_data(as_text=True)[:3000]
    with fresh():
        assert [c.text for c in db.session.query(Concern)] == ["身上有新的伤。"]
