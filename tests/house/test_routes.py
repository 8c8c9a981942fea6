"""Rules about every route, taken from the route table, so that a new one is covered or this fails."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import Engine, event

from portal.kernel.actor import Role
from portal.web.access import rule_of

KEBAB = re.compile(r"^(/([a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)?|<[^>]+>(\.ics)?|\.well-known))*/?$")
MAY_BE_WRITTEN_BY_A_GET = {"audit_entry", "account_session", "throttle", "feed"}


def rules(app):
    return [r for r in app.url_map.iter_rules() if r.endpoint != "static"]


def test_every_route_declares_who_may_come(app):
    assert [r.rule for r in rules(app) if rule_of(app, r.endpoint) is None] == []


def test_the_application_refuses_to_start_with_a_view_that_declares_nothing(app):
    from portal.web.access import refuse_undeclared

    app.view_functions["house.secret"] = lambda: "open"
    try:
        with pytest.raises(RuntimeError, match=r"house\.secret"):
            refuse_undeclared(app)
    finally:
        del app.view_functions["house.secret"]


def test_addresses_are_kebab_case_nouns(app):
    ours = [r.rule for r in rules(app) if not r.rule.startswith("/hsds/")]  # named by the specification
    assert [rule for rule in ours if not KEBAB.match(rule)] == []


def plain_pages(app):
    return sorted({r.rule for r in rules(app) if "GET" in (r.methods or ()) and not r.arguments})


def test_every_plain_page_has_a_title_and_one_heading_in_both_languages_and_writes_nothing(app, made, sign_in):
    written: list[str] = []

    def note(_c, _cur, statement, *_rest):
        found = re.match(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", statement)
        if found:
            written.append(found[1])

    everybody = made.account(*[r for r in Role if r is not Role.MENTOR])
    mentor, volunteer = made.mentor()
    made.pairing(made.child(), volunteer)
    browsers = [sign_in(a, locale=code) for a in (everybody, mentor) for code in ("zh_Hans", "en")]
    event.listen(Engine, "before_cursor_execute", note)
    try:
        for address in plain_pages(app):
            for browser in browsers:
                answer = browser.get(address)
                assert answer.status_code in (200, 302, 303, 403, 404), (address, answer.status_code)
                if answer.status_code == 200 and answer.mimetype == "text/html":
                    text = answer.get_data(as_text=True)
                    assert len(re.findall(r"<h1[ >]", text)) == 1, address
                    assert re.search(r"<title>\s*\S[^<]* · [^<]+</title>", text), address
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert set(written) <= MAY_BE_WRITTEN_BY_A_GET


def test_no_page_about_people_may_be_kept_by_a_cache(made, sign_in):
    browser = sign_in(made.account(Role.COORDINATOR))
    for address in ("/today", "/children", "/search?q=zxy"):
        assert browser.get(address).headers["Cache-Control"] == "no-store"
