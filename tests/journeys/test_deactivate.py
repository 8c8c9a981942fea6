"""An administrator deactivates a mentor; the mentor's next click, calendar feed and typed text meet a closed door."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from portal.kernel.actor import Role

pytestmark = pytest.mark.journey


def test_the_next_click_and_the_feed_are_refused(made, phone, desktop, sign_in_browser, live, client):
    mentor, volunteer = made.mentor("王爱华")
    made.pairing(made.child(alias="小雨"), volunteer)
    admin = made.account(Role.ADMIN, name="刘管理")
    hand = phone()
    sign_in_browser(hand, mentor)
    hand.goto("/my/feeds")
    hand.locator("main form button[type=submit]").first.click()
    found = re.search(r"(/feeds/[A-Za-z0-9_-]{20,}\.ics)", hand.content())
    assert found is not None
    feed = found[1]
    assert client.get(feed).status_code == 200
    hand.goto("/sessions/new")
    expect(hand.locator("h1")).to_be_visible()

    desk = desktop("en")
    sign_in_browser(desk, admin)
    desk.goto(f"/people/{mentor.ref}")
    desk.get_by_role("button", name="Deactivate", exact=True).click()
    dialog = desk.locator("dialog[open]")
    dialog.locator("[name=reason]").fill("离开项目")
    dialog.locator("button.btn-danger").click()
    expect(desk.locator(".flash")).to_be_visible()

    hand.goto("/today")
    assert "/sign-in" in hand.url
    assert client.get(feed).status_code == 404
