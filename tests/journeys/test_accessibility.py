"""axe finds nothing on any page, with menus and dialogs opened, on a phone in Chinese and on a desktop in English, light
and dark; and no page is wider than its screen."""

from __future__ import annotations

import pytest

from portal.kernel.actor import Role
from tests.conftest import ON_POSTGRES
from tests.house.test_access_matrix import addresses
from tests.house.world import make_world

pytestmark = pytest.mark.journey
NOT_PAGES = ("/feeds", "/sw.js", "/healthz", "/readyz", "/.well-known", "/notices/pulse", "/session/token", "/demo")
PEOPLE = (
    "own mentor",
    "receiving partner",
    "own coordinator",
    "own caseworker",
    "assigned grid worker",
    "admin",
    "auditor",
    "handler",
)
DIFFERS_BY_ROLE = ("/today", "/children", "/children/<ref>", "/pairings/<ref>")


def open_everything(page) -> None:
    """Unfold every details and the first dialog. The account's menu lies over the page and is looked at by itself."""
    page.evaluate("document.querySelectorAll('details:not(.menu)').forEach(d => { d.open = true; })")
    page.evaluate("document.querySelector('main dialog')?.showModal()")


def pages_of(app, world, reader, seen):
    """The addresses that answer this reader with a page, each once, or once a role where roles see different things."""
    for method, rule, real, _missing in addresses(app, world):
        if method != "GET" or rule.startswith(NOT_PAGES) or (rule in seen and rule not in DIFFERS_BY_ROLE):
            continue
        answer = reader.get(real)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            seen.add(rule)
            yield rule, real


def test_nothing_stands_in_anybodys_way(app, made, phone, desktop, sign_in, sign_in_browser, assert_accessible):
    """On SQLite with a phone in Chinese, on PostgreSQL with a dark desktop in English."""
    world = make_world(made)
    world.people["handler"] = made.account(Role.SAFEGUARDING_LEAD)
    seen: set[str] = set()
    problems: list[str] = []
    for who in PEOPLE:
        page = desktop("en") if ON_POSTGRES else phone("zh")
        if ON_POSTGRES:
            page.emulate_media(color_scheme="dark")
        else:
            # A tall screen: the bar at the bottom must not cover what is measured.
            page.set_viewport_size({"width": 390, "height": 3000})
        reader = sign_in(world.people[who])
        sign_in_browser(page, world.people[who])
        page.goto("/today")
        page.evaluate("document.querySelectorAll('details.menu').forEach(d => { d.open = true; })")
        assert_accessible(page, ".menu")
        for rule, real in pages_of(app, world, reader, seen):
            page.goto(real)
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > page.viewport_size["width"]:
                problems.append(f"{who} {rule}: {width} px wide")
            open_everything(page)
            try:
                assert_accessible(page)
            except AssertionError as found:
                problems.append(f"{who} {rule}: {found}")
    assert not problems, "\n".join(problems)
    assert len(seen) > 40


def test_the_front_door_is_open_to_everybody(phone, desktop, assert_accessible):
    for open_page in (phone, desktop):
        page = open_page()
        for address in ("/", "/sign-in", "/resets", "/privacy", "/complaints/new", "/offline", "/nothing-here"):
            page.goto(address)
            assert_accessible(page)
