"""One concern that cannot be handled does not keep the others from their next person."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.db import db
from portal.safeguarding.models import Concern
from portal.safeguarding.operations import chain
from portal.safeguarding.rules import Urgency


def test_the_others_are_escalated(made, app, fresh, monkeypatch):
    made.account(Role.SAFEGUARDING_LEAD)
    child = made.child()
    one, two = (
        made.save(
            Concern(client_key=key, raised_by="x", raised_at=now(), child_ref=child.ref, child_id=child.id, text="x",
                    region_path=child.region_path, urgency=Urgency.NOW, due_at=now() - timedelta(minutes=minutes))
        )
        for key, minutes in (("a", 9), ("b", 5))
    )  # fmt: skip
    usual = chain.ask_next

    def breaks(concern, **facts):
        if concern.ref == one.ref:
            raise SQLAlchemyError("broken")
        return usual(concern, **facts)

    monkeypatch.setattr(chain, "ask_next", breaks)
    with app.app_context():
        assert chain.escalate(now()) == 1
        db.session.commit()
    with fresh():
        assert db.session.get(Concern, one.id).step == 0
        assert db.session.get(Concern, two.id).step == 1
