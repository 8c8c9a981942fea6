"""Every page of sessions, with its folds and dialogs opened, is usable by everybody."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest

from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.mentoring.rules import LogState

pytestmark = pytest.mark.journey


@pytest.fixture
def world(made):
    account, volunteer = made.mentor(name="王丽", capacity=2)
    pairs = [
        made.pairing(made.child(alias=alias), volunteer, slot=slot) for slot, alias in enumerate(("小雨", "小雪"), 1)
    ]
    return SimpleNamespace(
        mentor=account,
        coordinator=made.account(Role.COORDINATOR, name="陈协调"),
        sent=made.log(pairs[0]),
        returned=made.log(pairs[1], LogState.RETURNED),
        locked=made.log(pairs[0], LogState.REVIEWED, submitted_at=now() - timedelta(days=20)),
        planned=made.planned(pairs[0], in_days=-1),
    )


def walk(page, paths, assert_accessible):
    for path in paths:
        page.goto(path, wait_until="networkidle")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} is wider than the screen"
        page.evaluate("document.querySelectorAll('main details.fold').forEach((d) => { d.open = true; })")
        assert_accessible(page)
        for number in range(page.locator("main details.ask > summary").count()):
            page.locator("main details.ask > summary").nth(number).click()
            assert_accessible(page)
            page.keyboard.press("Escape")
            page.goto(path, wait_until="networkidle")


def test_the_mentors_pages(phone, sign_in_browser, assert_accessible, world):
    page = phone()
    sign_in_browser(page, world.mentor)
    walk(
        page,
        [
            "/sessions/new",
            "/sessions",
            "/sessions/drafts",
            f"/sessions/{world.sent.ref}",
            f"/sessions/{world.returned.ref}/correction",
            f"/sessions/{world.locked.ref}/amendments",
            "/planned-sessions",
            "/planned-sessions/new",
            f"/planned-sessions/{world.planned.ref}",
            f"/planned-sessions/{world.planned.ref}/move",
        ],
        assert_accessible,
    )


def test_the_coordinators_pages(desktop, sign_in_browser, assert_accessible, world):
    page = desktop()
    sign_in_browser(page, world.coordinator)
    walk(
        page,
        [
            "/sessions",
            "/sessions?state=all",
            "/sessions/export?state=all",
            f"/sessions/{world.sent.ref}",
            "/planned-sessions?time=past",
        ],
        assert_accessible,
    )
