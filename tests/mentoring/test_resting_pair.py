"""While a pair is paused or frozen its planned sessions stand in no calendar; they come back when it goes on."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.calendars.models import Booking, Feed, FeedPurpose
from portal.calendars.operations import make_feed
from portal.kernel import events
from portal.kernel.actor import Role
from portal.kernel.clock import now, standing_at, today
from portal.kernel.db import db
from portal.kernel.outbox import OutboxMessage
from portal.mentoring.models import PlannedSession
from portal.mentoring.rules import PlanState
from portal.notices.models import Notice
from portal.pairing.models import Pairing
from portal.pairing.operations import pause, resume


@pytest.fixture
def calendar(app, made, sign_in, world):
    """A session planned for in three days, and the mentor's feed: `calendar()` gives its text."""
    day = (today() + timedelta(days=3)).isoformat()
    plan = {"pair": world.pairing.ref, "next_on": day, "next_time": "15:00", "length": "60", "place": "home"}
    assert sign_in(world.mentor).post("/planned-sessions/new", data=plan).status_code == 303
    with app.app_context():
        actor = made.actor(world.mentor)
        token = make_feed(FeedPurpose.MINE, locale="zh_Hans", actor=actor, now=now())
        db.session.commit()
    return lambda **headers: app.test_client().get(f"/feeds/{token}.ics", headers=headers)


@pytest.fixture
def step(app, made, world):
    """`step("pause")`, `"freeze"`, `"resume"`, `"lift"` the pair, as its room does."""
    coordinator, lead = made.actor(world.coordinator), made.actor(made.account(Role.SAFEGUARDING_LEAD))
    ref = world.child.ref

    def go(what):
        with app.app_context():
            pairing, moment = db.session.get(Pairing, world.pairing.id), now()
            if what == "pause":
                pause(pairing, reason="家里有事", actor=coordinator, now=moment)
            elif what == "freeze":
                events.freeze_wanted.send(None, child_ref=ref, reason="x", actor=lead, now=moment)
            elif what == "resume":
                resume(pairing, actor=coordinator, now=moment)
            else:
                events.unfreeze_wanted.send(None, child_ref=ref, to="active", reason="x", actor=lead, now=moment)
            db.session.commit()

    return go


WAYS = [("pause", "resume"), ("freeze", "lift")]


@pytest.mark.parametrize(("rest", "go_on"), WAYS)
def test_what_is_planned_leaves_the_calendars_and_comes_back(sign_in, world, calendar, step, fresh, rest, go_on):
    tag = calendar().headers["ETag"]
    assert "STATUS:CONFIRMED" in calendar().text
    step(rest)
    resting = calendar(**{"If-None-Match": tag})
    assert resting.status_code == 200, "a program that knows the feed must read it again"
    assert "STATUS:CANCELLED" in resting.text
    assert "STATUS:CONFIRMED" not in resting.text
    assert "VALARM" not in resting.text
    for view in ("month", "week", "agenda"):
        shown = sign_in(world.mentor).get(f"/calendar/{view}?on={(today() + timedelta(days=3)).isoformat()}").text
        assert shown.count("XY") == shown.count("event-off") > 0, view
    with fresh():
        assert db.session.scalars(select(PlannedSession.state)).all() == [PlanState.PLANNED]
    step(go_on)
    again = calendar(**{"If-None-Match": resting.headers["ETag"]})
    assert "STATUS:CONFIRMED" in again.text
    assert again.text.count("BEGIN:VEVENT") == 1


@pytest.mark.parametrize(("rest", "go_on"), WAYS)
def test_what_is_past_meanwhile_does_not_come_back(calendar, step, rest, go_on):
    step(rest)
    with standing_at(now() + timedelta(days=4)):
        step(go_on)
        assert "STATUS:CONFIRMED" not in calendar().text


def told(fresh, world, calendar):
    """All that reaches the mentor: feed, notices, mails; without random refs and moments."""
    with fresh():
        notices = [
            (n.kind, n.facts) for n in db.session.scalars(select(Notice).where(Notice.account_ref == world.mentor.ref))
        ]
        mails = [
            (m.kind, {k: v for k, v in (m.facts or {}).items() if k not in ("ics", "url")})
            for m in db.session.scalars(select(OutboxMessage).where(OutboxMessage.account_ref == world.mentor.ref))
        ]
        booking = db.session.execute(select(Booking.state, Booking.sequence, Booking.title, Booking.place)).one()
    text = re.sub(
        r"(UID|URL|DTSTAMP|LAST-MODIFIED|DTSTART[^:]*|DTEND[^:]*):[^\r\n]*(\r\n [^\r\n]*)*", r"\1", calendar().text
    )
    return notices, mails, tuple(booking), text


def test_a_freeze_and_a_pause_look_the_same(made, world, calendar, step, fresh):
    """domain.md, Lifecycles, Pairing: frozen and paused show the mentor the same words, in calendars too."""
    seen, start = {}, now()
    for rest, go_on in WAYS:
        with fresh():
            for table in (Notice, OutboxMessage):
                db.session.query(table).delete()
            db.session.execute(Booking.__table__.update().values(sequence=0))
            db.session.commit()
        with standing_at(start):
            step(rest)
            seen[rest] = told(fresh, world, calendar)
            step(go_on)
    assert seen["pause"] == seen["freeze"]


def test_a_freeze_leaves_no_open_row_in_the_log_about_the_calendar(calendar, step, fresh):
    with fresh():
        before = db.session.query(AuditEntry).filter_by(hidden=False).count()
    step("freeze")
    with fresh():
        assert db.session.query(AuditEntry).filter_by(hidden=False).count() == before
        assert db.session.query(Feed).one().stale_no > 0
