"""A feed: made, fetched, replaced, ended; what it carries and what it never carries."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from datetime import date, timedelta
from typing import Any

import pytest
import vobject

from portal.access.models import Account
from portal.audit.models import AuditEntry
from portal.calendars import operations, queries
from portal.calendars.models import Booking, Feed
from portal.calendars.receivers import end_feeds
from portal.kernel.actor import SYSTEM, Role
from portal.kernel.clock import now, standing_at, today
from portal.kernel.db import db
from portal.kernel.secrets import token_hash
from tests.house.test_access_matrix import bare

HOSTILE = (
    "X\r\nBEGIN:VEVENT\r\nUID:evil", "a\x00b\x0bc\x0cd", "u2028\u2028u2029\u2029", "half\ud83d",
    "semi;colon,comma\\back", "乐" * 190, "END:VCALENDAR",
    "\u202egnp.exe", "emoji 👩‍👩‍👧 family", "=1+1", "%(name)s %s {0}", "",
)  # fmt: skip


def address(browser: Any) -> str:
    answer = browser.post("/my/feeds", data={"purpose": "mine"})
    assert answer.status_code == 200
    found = re.search(r'value="http[^"]*(/feeds/[^"]+\.ics)"', answer.text)
    assert found
    assert "webcal://" in answer.text
    return found[1]


@pytest.fixture
def mine(sign_in: Any, planned: Any, put: Any) -> str:
    """The feed address of the mentor who has one planned session."""
    put(planned)
    return address(sign_in(planned[0]))


def parsed(answer: Any) -> Any:
    assert answer.status_code == 200
    return vobject.readOne(answer.get_data(as_text=True))


def test_another_implementation_reads_it(client: Any, planned: Any, mine: str) -> None:
    answer = client.get(mine)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    body = answer.get_data(as_text=True)
    assert body.count("X-WR-CALNAME") == 1
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in body
    assert "X-PUBLISHED-TTL:PT1H\r\n" in body
    assert "METHOD:PUBLISH\r\n" in body
    assert all(len(line.encode()) <= 75 for line in body.split("\r\n"))
    calendar = parsed(answer)
    event = calendar.vevent
    assert event.dtstart.value == planned[2].starts_at.replace(microsecond=0)
    assert "TZID=Asia/Shanghai" in body
    assert calendar.vtimezone.tzid.value == "Asia/Shanghai"
    assert event.sequence.value == "0"
    assert event.valarm.action.value == "DISPLAY"
    assert event.uid.value.endswith("@portal")


def test_whole_days_are_dates_with_an_exclusive_end(client: Any, planned: Any, put: Any, mine: str) -> None:
    put(
        planned,
        starts_at=None,
        ends_at=None,
        first_on=today(),
        last_on=today() + timedelta(days=6),
        kind="camp",
        title="K3",
    )
    event = parsed(client.get(mine)).vevent
    assert event.dtstart.value == today()
    assert type(event.dtstart.value) is date
    assert event.dtend.value == today() + timedelta(days=7)


def test_unchanged_is_304_and_a_change_is_seen_at_once(client: Any, planned: Any, put: Any, mine: str) -> None:
    first = client.get(mine)
    tag = first.headers["ETag"]
    again = client.get(mine, headers={"If-None-Match": tag})
    assert (again.status_code, again.get_data()) == (304, b"")
    assert client.get(mine).get_data() == first.get_data()
    put(planned, place="school")
    changed = client.get(mine, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    event = parsed(changed).vevent
    assert event.sequence.value == "1"
    assert event.uid.value == parsed(first).vevent.uid.value
    assert client.get(mine, headers={"If-None-Match": f'"other", W/{changed.headers["ETag"]}'}).status_code == 304


def test_a_change_while_it_is_read_is_seen_at_the_next_fetch(
    client: Any, planned: Any, put: Any, mine: str, monkeypatch: Any
) -> None:
    whole = queries.feed_events

    def slow(*what: Any, **how: Any) -> bytes:
        monkeypatch.setattr(queries, "feed_events", whole)
        put(planned, place="school")
        return whole(*what, **how)

    monkeypatch.setattr(queries, "feed_events", slow)
    tag = client.get(mine).headers["ETag"]
    again = client.get(mine, headers={"If-None-Match": tag})
    assert parsed(again).vevent.sequence.value == "1"
    assert client.get(mine, headers={"If-None-Match": again.headers["ETag"]}).status_code == 304


def test_a_new_day_is_a_new_tag(client: Any, mine: str) -> None:
    tag = client.get(mine).headers["ETag"]
    with standing_at(now() + timedelta(days=1)):
        assert client.get(mine, headers={"If-None-Match": tag}).status_code == 200


def test_a_cancelled_date_stays_for_thirty_days(app: Any, client: Any, planned: Any, mine: str) -> None:
    with app.app_context():
        operations.cancel(planned[2], now=now())
        db.session.commit()
    event = parsed(client.get(mine)).vevent
    assert event.status.value == "CANCELLED"
    with standing_at(now() + timedelta(days=29)):
        assert "CANCELLED" in client.get(mine).text
    with standing_at(now() + timedelta(days=31)):
        assert "VEVENT" not in client.get(mine).text


def test_the_time_stamp_is_stable_over_rebuilding(client: Any, mine: str) -> None:
    stamp = parsed(client.get(mine)).vevent.dtstamp.value
    with standing_at(now() + timedelta(days=2)):
        assert parsed(client.get(mine)).vevent.dtstamp.value == stamp


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_titles_break_nothing(client: Any, planned: Any, put: Any, mine: str, title: str) -> None:
    put(planned, title=title, place=title[:100], url="/x\r\nATTENDEE:mailto:evil@example.org")
    answer = client.get(mine)
    body = answer.get_data(as_text=True)
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u2028\u2029]", body)
    assert "\r\nATTENDEE" not in body
    assert len(parsed(answer).vevent_list) == 1


@pytest.mark.parametrize(
    "text", ["BEGIN:VEVENT\r\nUID:cut off", "UID:x\r\nEND:VEVENT\r\n", "\x1e", "BEGIN:VEVENT\r\n\x1eEND:VEVENT\r\n"]
)
def test_one_bad_record_is_left_out_and_the_others_stay(
    app: Any, client: Any, made: Any, planned: Any, put: Any, mine: str, text: str
) -> None:
    account, volunteer, _plan = planned
    other = made.planned(made.pairing(made.child(), made.volunteer()))
    put((account, volunteer, other))
    with app.app_context():
        bad = db.session.query(Booking).filter_by(subject_ref=other.ref).one()
        bad.ics = bad.ics_en = text
        db.session.commit()
    assert len(parsed(client.get(mine)).vevent_list) == 1


def test_records_without_a_kept_text_are_rendered(app: Any, client: Any, mine: str) -> None:
    with app.app_context():
        db.session.query(Booking).update({"ics": "", "ics_en": ""})
        db.session.commit()
    assert len(parsed(client.get(mine)).vevent_list) == 1


def test_no_name_and_no_address_is_in_it(client: Any, made: Any, mine: str) -> None:
    body = client.get(mine).get_data(as_text=True)
    for canary in ("晓雨", "张", "示例", "人员", "@example.org"):
        assert canary not in body


def test_a_replaced_or_ended_address_is_the_same_answer_as_none(
    client: Any, sign_in: Any, planned: Any, mine: str, fresh: Any
) -> None:
    browser = sign_in(planned[0])
    with fresh():
        ref = db.session.query(Feed).one().ref
    answer = browser.post(f"/my/feeds/{ref}/replacement")
    newer = re.search(r"(/feeds/[^\"]+\.ics)", answer.text)
    assert newer
    never = client.get("/feeds/nobody-ever-had-this.ics")
    assert never.status_code == 404
    gone = client.get(mine)
    assert (gone.status_code, bare(gone), sorted(gone.headers)) == (404, bare(never), sorted(never.headers))
    assert client.get(newer[1]).status_code == 200
    browser.post(f"/my/feeds/{ref}/end")
    ended = client.get(newer[1])
    assert (ended.status_code, bare(ended)) == (404, bare(never))
    with fresh():
        assert {e.what for e in db.session.query(AuditEntry)} >= {"feed-made", "feed-rotated", "feed-revoked"}


def test_a_deactivated_account_is_refused_on_the_next_fetch(
    app: Any, client: Any, planned: Any, mine: str, fresh: Any
) -> None:
    assert client.get(mine).status_code == 200
    with app.app_context():
        account = db.session.query(Account).filter_by(ref=planned[0].ref).one()
        account.is_active = False
        db.session.commit()
    assert client.get(mine).status_code == 404
    with app.app_context():
        end_feeds(db.session.query(Account).filter_by(ref=planned[0].ref).one(), actor=SYSTEM, now=now())
        db.session.commit()
    with fresh():
        assert db.session.query(Feed).one().ended_at is not None


def test_only_a_hash_is_kept_and_the_owner_sees_the_last_fetch(
    client: Any, sign_in: Any, planned: Any, mine: str, fresh: Any
) -> None:
    browser = sign_in(planned[0])
    assert "not yet" in browser.get("/my/feeds").text
    client.get(mine, headers={"User-Agent": "Thunderbird/128"})
    shown = browser.get("/my/feeds").text
    assert "Thunderbird/128" in shown
    token = mine.rsplit("/", 1)[-1].removesuffix(".ics")
    assert token not in shown
    with fresh():
        feed = db.session.query(Feed).one()
        assert feed.token_hash == token_hash(token)
        assert feed.fetched_at is not None


def test_an_unchanged_feed_costs_one_statement_and_no_write(app: Any, client: Any, mine: str, statements: Any) -> None:
    client.get(mine)
    tag = client.get(mine).headers["ETag"]
    with statements() as seen:
        client.get(mine, headers={"If-None-Match": tag})
    assert len(seen) == 1, seen
    with statements() as whole:
        assert client.get(mine).status_code == 200
    assert len(whole) == 2, whole


def test_nobody_is_looked_for_and_no_cookie_is_set(client: Any, sign_in: Any, planned: Any, mine: str) -> None:
    """Whoever is signed in gets the same as a calendar program, headers too."""
    as_program, as_person = client.get(mine), sign_in(planned[0]).get(mine)
    assert as_program.get_data() == as_person.get_data()
    assert dict(as_program.headers) == dict(as_person.headers)
    assert "Set-Cookie" not in as_person.headers
    assert as_program.headers["X-Content-Type-Options"] == "nosniff"
    assert client.post(mine).status_code >= 400


def test_a_second_address_for_the_same_purpose_is_refused(sign_in: Any, planned: Any, mine: str) -> None:
    answer = sign_in(planned[0]).post("/my/feeds", data={"purpose": "mine"})
    assert answer.status_code == 422
    assert "already" in answer.text
    assert sign_in(planned[0]).post("/my/feeds", data={"purpose": "others"}).status_code == 422


def test_another_person_cannot_touch_it(made: Any, sign_in: Any, mine: str, fresh: Any) -> None:
    with fresh():
        ref = db.session.query(Feed).one().ref
    other = sign_in(made.account(Role.COORDINATOR))
    assert other.post(f"/my/feeds/{ref}/end").status_code == 404
    assert other.post(f"/my/feeds/{ref}/replacement").status_code == 404


def test_the_secret_stands_in_no_log(client: Any, mine: str, caplog: Any) -> None:
    token = mine.rsplit("/", 1)[-1].removesuffix(".ics")
    caplog.set_level(logging.DEBUG)
    client.get(mine)
    for name in ("portal", "werkzeug", "waitress", "gunicorn.access"):
        logging.getLogger(name).error('%s "GET %s HTTP/1.1" 200', "127.0.0.1", mine)
        logging.getLogger(name).error("an error on %(path)s", {"path": mine})
        logging.getLogger(name).error(f"GET {mine}")  # noqa: G004
    assert token not in caplog.text
    assert "/feeds/***" in caplog.text


def test_it_holds_without_assertions() -> None:
    """T12 also under `python -O`."""
    done = subprocess.run(
        [sys.executable, "-O", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-W", "ignore",
         __file__, "-k", "hostile or bad_record"],
        env={**os.environ, "PYTHONOPTIMIZE": "1"}, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]
