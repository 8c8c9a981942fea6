"""The lines of the table. A page that is to be measured is one more `Row`: its name, its goal, the two calls."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date

from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.wrappers import Response

from bench.limit import TOKEN
from bench.measure import Call, Row
from bench.programme import Programme
from portal.calendars.models import Feed
from portal.kernel.clock import today
from portal.kernel.db import db

TEXT = "今天一起读了一本书，孩子说学校的运动会很开心，下周约好一起去图书馆。"


@dataclass(frozen=True)
class Sides:
    """The client of the minimal stack, the portal's programme of the same size, and one of 1 000 children for row 9."""

    limit: FlaskClient
    portal: Programme
    small: Programme


def pages(sides: Sides) -> list[Row]:
    """Everything that is timed in process, in the order of the table of goals."""
    limit, portal, small = sides.limit, sides.portal, sides.small
    entry = {"pairing": "1", "on": date(2023, 9, 17).isoformat(), "length": "60", "way": "visit", "text": TEXT}
    unchanged = {"If-None-Match": '"unchanged"'}
    feed = f"/feeds/{portal.feed_token}.ics"
    etag = {"If-None-Match": portal.stranger.get(feed).headers["ETag"]}

    def first_list() -> Response:
        return limit.get("/children")

    def seen(browser: FlaskClient, address: str) -> Call:
        return lambda: browser.get(address)

    return [
        Row("1", "children, list of 25", first_list, seen(portal.coordinator, "/children"), goal=1.8),
        Row("1", "child's file", first_list, seen(portal.coordinator, f"/children/{portal.child_ref}")),
        Row("1", "log form", first_list, seen(portal.mentor, "/sessions/new")),
        Row("1", "mentor's home", first_list, seen(portal.mentor, "/today")),
        Row("1", "visits due, list", first_list, seen(portal.worker, "/visits")),
        Row("1", "scan to the form of the visit", first_list, scan(portal)),
        Row("1", "queue of needs", first_list, seen(portal.coordinator, "/needs")),
        Row("1", "the public board", first_list, seen(portal.stranger, "/board")),
        Row("3", "feed unchanged, whole", seen(limit, f"/feed-static/{TOKEN}"), seen(portal.stranger, feed), goal=3),
        Row("3", "feed unchanged, 304", lambda: limit.get(f"/feed-static/{TOKEN}", headers=unchanged),
            lambda: portal.stranger.get(feed, headers=etag), goal=1.5),
        Row("4", "feed of 500 rebuilt", seen(limit, "/feed-joined"), seen(portal.stranger, feed), goal=1.3,
            before=lambda: forget_feeds(portal)),
        Row("5", "log submitted, durable commit", lambda: limit.post("/post", data=entry), submit(portal), goal=2),
        Row("5", "visit sent, all is well", lambda: limit.post("/post", data=entry), visit(portal)),
        Row("9", "children, last page, beside the first of 1 000", seen(small.coordinator, "/children"),
            seen(portal.coordinator, portal.last_page), goal=1.35),
    ]  # fmt: skip


def submit(portal: Programme) -> Call:
    """The mentor sends a log with its usual answers; each call another one."""

    def send() -> Response:
        answer = portal.mentor.post(
            "/sessions/new",
            data={
                "csrf_token": portal.csrf, "client_key": secrets.token_urlsafe(12), "pairs": portal.pairing_ref,
                "contact": "yes", "on": today().isoformat(), "minutes": "60", "way": "in_person", "place": "home",
                "did": TEXT, f"mood_{portal.pairing_ref}": "4",
            },
        )  # fmt: skip
        if answer.status_code != 303:
            raise RuntimeError(f"the log was not taken: {answer.status_code}")
        return answer

    return send


def scan(portal: Programme) -> Call:
    """The phone's camera opens the card's address, and what it leads to."""

    def look() -> Response:
        found = portal.worker.get(f"/c/{portal.card_token}")
        if found.status_code != 303:
            raise RuntimeError(f"the card leads nowhere: {found.status_code}")
        answer = portal.worker.get(found.headers["Location"])
        return portal.worker.get(answer.headers["Location"]) if answer.status_code == 303 else answer

    return look


def visit(portal: Programme) -> Call:
    """The caseworker sends "all is well"; each call another visit of the same child."""

    def send() -> Response:
        answer = portal.worker.post(
            "/visits/new",
            data={
                "csrf_token": portal.worker_csrf, "client_key": secrets.token_urlsafe(12), "child": portal.child_ref,
                "met": ["child"], "kind": "care", "guardianship": "fine", "health": "fine", "schooling": "fine",
                "housing": "fine", "mood": "fine",
            },
        )  # fmt: skip
        if answer.status_code != 303:
            raise RuntimeError(f"the visit was not taken: {answer.status_code}")
        return answer

    return send


def forget_feeds(portal: Programme) -> None:
    """Make every feed new, as a change of a booking does."""
    with portal.app.app_context():
        db.session.execute(update(Feed).values(stale_no=Feed.stale_no + 1))
        db.session.commit()
