"""What a hostile reader found: traces of a concern in the open log, and a worry that was lost."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.db import session
from portal.safeguarding.models import Concern
from portal.safeguarding.operations import raise_concern
from portal.safeguarding.rules import Urgency


def test_another_worry_under_the_same_key_is_not_lost(made: Any, fresh: Any) -> None:
    """Back, other words, sent again: the second text is a concern of its own; each sent twice is one."""
    actor = made.actor(made.account(Role.CASEWORKER))
    with fresh():
        for text in ("first", "second", "second", "first"):
            raise_concern(client_key="same-key-1", text=text, urgency=Urgency.DAY, actor=actor, now=now())
        session().commit()
    with fresh():
        assert sorted(c.text for c in session().scalars(select(Concern))) == ["first", "second"]


def test_the_way_back_stays_in_the_portal(made: Any, sign_in: Any) -> None:
    """Browsers leave a tab in an address out: `/<tab>/evil` is another house."""
    page = sign_in(made.account(Role.CASEWORKER)).get("/concerns/new?from=/%09/evil.example/x").get_data(as_text=True)
    assert 'href="/\t/evil.example' not in page


def test_a_pause_by_a_concern_leaves_no_open_row_in_the_log(made, app, fresh):
    from portal.audit.models import AuditEntry
    from portal.kernel.actor import SYSTEM
    from portal.kernel.clock import now
    from portal.kernel.db import begin_writing, db
    from portal.kernel.events import freeze_wanted, unfreeze_wanted

    child = made.child()
    _account, volunteer = made.mentor()
    pairing = made.pairing(child, volunteer)
    with app.app_context():
        begin_writing()
        freeze_wanted.send(pairing, child_ref=child.ref, reason="x", actor=SYSTEM, now=now())
        unfreeze_wanted.send(pairing, child_ref=child.ref, to="active", reason="x", actor=SYSTEM, now=now())
        db.session.commit()
    with fresh():
        rows = db.session.query(AuditEntry).filter_by(about_ref=child.ref).all()
        assert rows
        assert [r.what for r in rows if not r.hidden] == []
