"""The bench must compare with honest work: the minimal stack really lists, really commits, really checks the token."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select, text
from werkzeug.wrappers import Response

from bench import equal_answers, limit, programme
from bench.measure import Result, Row, measure
from bench.rows import Sides, pages
from portal.audit.models import AuditEntry
from portal.kernel import secrets
from portal.kernel.db import db


@pytest.fixture
def url(tmp_path: Path):
    address = f"sqlite:///{tmp_path / 'limit.sqlite'}"
    limit.fill(address, 60)
    return address


@pytest.fixture
def client(url: str):
    app = limit.create_app(url)
    yield app.test_client()
    app.extensions["engine"].dispose()


def test_the_list_has_25_rows_and_leads_on_to_the_rest(client):
    first = client.get("/children").get_data(as_text=True)
    assert first.count("<tr>") == 25
    onward = first.rsplit('<a href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert client.get(f"/children{onward}").get_data(as_text=True).count("<tr>") == 25
    assert client.get("/children?size=50").get_data(as_text=True).count("<tr>") == 50


def test_a_post_is_committed(url, client):
    entry = {"pairing": "1", "on": "2023-09-17", "length": "60", "way": "visit", "text": "一起读书"}
    assert client.post("/post", data=entry).status_code == 303
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.execute(text("select text from limit_log")).scalars().all() == ["一起读书"]
    engine.dispose()


def test_a_feed_needs_its_token_and_knows_304(client):
    whole = client.get(f"/feed-static/{limit.TOKEN}")
    assert len(whole.data) == limit.FEED_BYTES
    again = client.get(f"/feed-static/{limit.TOKEN}", headers={"If-None-Match": whole.headers["ETag"]})
    assert again.status_code == 304
    assert client.get("/feed-static/other").status_code == 404


@pytest.fixture
def portal(tmp_path: Path):
    """A programme of 60 children. The keys of this process are put back, since other tests sealed with them."""
    kept = secrets._vaults.copy()
    made = programme.make(f"sqlite:///{tmp_path / 'portal.sqlite'}", tmp_path, 60)
    yield made
    with made.app.app_context():
        db.engine.dispose()
    secrets._vaults[:] = kept


def test_every_row_can_be_measured(client, portal):
    for row in pages(Sides(limit=client, portal=portal, small=portal)):
        result = measure(row, rounds=2)
        assert min(result.limit_ms, result.project_ms) > 0, row.work
        assert result.weight_bytes < 100_000, row.work


def test_the_last_page_is_the_last_page(portal):
    last = portal.coordinator.get(portal.last_page).get_data(as_text=True)
    assert last.count("<tr>") == 25 + 1  # and the heads
    assert 'rel="next"' not in last
    assert 'rel="prev"' in last


def test_a_missed_goal_is_told_and_an_error_page_is_no_measurement():
    row = Row("0", "anything", limit=Response, project=Response, goal=1.5)
    assert Result(row, 2.0, 3.0).kept
    assert not Result(row, 2.0, 3.1).kept
    with pytest.raises(RuntimeError, match="404"):
        measure(Row("0", "refused", limit=lambda: Response(status=404)), rounds=2)


def test_answers_to_known_and_unknown_people_are_compared(portal):
    """T19: the bench tells by how much the medians of one run differ; here only that it really asks both."""
    found = equal_answers.compare(portal, rounds=2)
    assert [pair.work for pair in found] == ["wrong password", "reset asked for"]
    assert all(pair.known_ms > 0 and pair.unknown_ms > 0 for pair in found)
    assert equal_answers.Pair("x", 20.0, 24.9).kept
    assert not equal_answers.Pair("x", 20.0, 25.1).kept
    with portal.app.app_context():
        counted = dict(db.session.execute(select(AuditEntry.what, func.count()).group_by(AuditEntry.what)).all())
    assert counted["sign-in-failed"] == 14
    assert counted["reset-asked"] == counted["reset-not-sent"] == 7
