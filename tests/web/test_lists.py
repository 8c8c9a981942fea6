"""Keyset pages: forward to the end and back again shows every row once, in order, also among equals."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.children.models import Child
from portal.kernel.clock import today
from portal.web.lists import Sort, keyset


@pytest.fixture
def children(made):
    return [
        made.child(surname="王", initials=f"w{'ab'[n % 2]}", born_on=today() - timedelta(days=4000 + n % 3))
        for n in range(23)
    ]


SORTS = (Sort("name", (Child.initials, Child.id)), Sort("born", (Child.born_on, Child.id), descending=True))


def walk(app, address):
    statement = select(Child.id, Child.initials, Child.born_on)
    seen, url, steps = [], address, []
    while url:
        with app.test_request_context(url):
            from flask import request

            request.url_rule = next(r for r in app.url_map.iter_rules() if r.rule == "/children")
            listing = keyset(statement, sorts=SORTS, size=5)
            seen += [r.id for r in listing.rows]
            steps.append(listing)
            url = listing.next_url
    return seen, steps


@pytest.mark.parametrize("sort", ["name", "-name", "born", "-born"])
def test_forward_shows_every_row_once_in_order(app, children, sort):
    seen, steps = walk(app, f"/children?sort={sort}&risk=red")
    assert sorted(seen) == sorted(c.id for c in children)
    assert len(steps) == 5
    assert all("risk=red" in s.next_url for s in steps[:-1])
    assert steps[0].previous_url is None


def test_backwards_from_the_last_page_shows_the_page_before(app, children):
    seen, steps = walk(app, "/children?sort=name")
    with app.test_request_context(steps[-1].previous_url):
        listing = keyset(select(Child.id, Child.initials, Child.born_on), sorts=SORTS, size=5)
    assert [r.id for r in listing.rows] == seen[15:20]
    assert re.search("before=", listing.previous_url)


def test_an_unknown_sort_is_the_usual_one(app, children):
    assert walk(app, "/children?sort=drop table")[0] == walk(app, "/children")[0]


def test_a_position_in_the_address_says_nothing_and_is_for_its_own_sort(app, children):
    from base64 import urlsafe_b64decode

    name, born = SORTS
    day = today() - timedelta(days=4001)
    with app.app_context():
        mark = born.mark([day, 7])
        assert born.mark([day, 7]) != mark
        plain = urlsafe_b64decode(mark + "=" * (-len(mark) % 4))
        assert b"20" + str(day.year).encode()[2:] not in plain
        assert born.position(mark) == [day, 7]
        assert name.position(mark) is None
        assert Sort("born", (Child.opened_on, Child.id)).position(mark) is None
        for wrong in ("", "x", "W10", mark[:-4], mark[:-1] + ("A" if mark[-1] != "A" else "B") + "AA", "é", "A" * 60):
            assert born.position(wrong) is None
