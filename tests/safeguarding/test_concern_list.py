"""The queue: waiting ones first, filters, the same cost for one and for many."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event

from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.db import db
from portal.safeguarding.models import Concern, ConcernAsk
from portal.safeguarding.rules import ConcernState, Urgency
from tests.factories import VILLAGE_A


@pytest.fixture
def many(made):
    """So many waiting concerns, straight into the table."""

    def put(number, asked, state=ConcernState.RAISED, urgency=Urgency.DAY):
        child = made.child()
        for i in range(number):
            concern = made.save(
                Concern(
                    client_key=f"{state}-{i}", raised_by="somebody", raised_at=now() - timedelta(hours=i),
                    child_ref=child.ref,
                    child_id=child.id, region_path=made.path(VILLAGE_A), urgency=urgency, text="…", state=state,
                    asked_ref=asked.ref, due_at=now() + timedelta(hours=i + 1),
                )
            )  # fmt: skip
            made.save(
                ConcernAsk(concern_id=concern.id, account_ref=asked.ref, step=0, asked_at=now(), due_at=concern.due_at)
            )

    return put


def statements(app, browser, url):
    seen = []

    def note(_c, _cur, statement, *_rest):
        seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        answer = browser.get(url)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert answer.status_code == 200
    return len([s for s in seen if not s.startswith(("BEGIN", "PRAGMA"))])


def test_one_row_and_fifty_cost_the_same(app, made, sign_in, many, lead):
    many(1, lead)
    browser = sign_in(lead)
    browser.get("/concerns")
    one = statements(app, browser, "/concerns")
    many(50, lead, ConcernState.REOPENED)
    assert statements(app, browser, "/concerns") == one <= 12


def test_the_page_of_one_costs_little(app, made, sign_in, a_concern, lead):
    ref = a_concern(made.mentor()[0], child=made.child(), named=[made.account(Role.COORDINATOR)], taken_by=lead)
    browser = sign_in(lead)
    browser.get("/concerns")
    assert statements(app, browser, f"/concerns/{ref}") <= 12


def test_waiting_ones_come_first_and_pages_and_filters_hold(made, sign_in, many, lead):
    many(2, lead, ConcernState.CLOSED)
    many(30, lead)
    browser = sign_in(lead)
    first = browser.get("/concerns").text
    assert first.count("/concerns/") > 25
    assert ">closed<" not in first.split("<tbody>")[1]
    assert "after=" in first
    closed = browser.get("/concerns?state=closed").text
    assert closed.split("<tbody>")[1].count(">closed<") == 2
    assert "No concern here" in browser.get("/concerns?urgency=now").text
    assert browser.get("/concerns?state=nonsense&after=%00&sort=x").status_code == 200
