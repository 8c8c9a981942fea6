"""A coordinator takes a child from the list to an active pair, on a desktop, step by step."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from portal.kernel.actor import Role
from portal.kernel.db import db
from portal.pairing.models import Pairing
from portal.pairing.rules import PairingState

pytestmark = pytest.mark.journey


def test_a_coordinator_takes_a_child_from_the_list_to_active(made, desktop, sign_in_browser, fresh, assert_accessible):
    child = made.child()
    mentor, _volunteer = made.mentor("王爱华")
    coordinator = made.account(Role.COORDINATOR, name="陈主任")
    page = desktop("en")
    sign_in_browser(page, coordinator)
    page.goto("/children")
    page.get_by_role("link", name=child.name).click()
    page.get_by_role("link", name=re.compile("mentor", re.IGNORECASE)).first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert_accessible(page)
    assert f"child={child.ref}" in page.url
    page.get_by_role("button", name=re.compile("Propose")).first.click()
    page.wait_for_url(re.compile(r"/pairings/[^/]+$"))
    pairing = page.url.rsplit("/", 1)[-1]
    for side in ("child", "carer", "mentor"):
        page.goto(f"/pairings/{pairing}/talks/{side}")
        page.locator("label.chip", has_text=re.compile("^yes$")).click()
        page.locator("[name=said]").fill("愿意试一试。")
        page.locator("main button[type=submit]").last.click()
        page.wait_for_url(re.compile(rf"/pairings/{pairing}"))
    if page.get_by_role("link", name=re.compile("agreement", re.IGNORECASE)).count() == 0:
        page.locator("#next button.btn-primary").click()
    page.goto(f"/pairings/{pairing}/agreement")
    assert_accessible(page)
    page.locator("main button[type=submit]").last.click()
    page.wait_for_url(re.compile(rf"/pairings/{pairing}"))
    page.goto(f"/pairings/{pairing}/first-meeting")
    page.locator("[name=staff]").fill("陈主任")
    page.locator("main button[type=submit]").last.click()
    page.wait_for_url(re.compile(rf"/pairings/{pairing}"))
    expect(page.locator("h1")).to_contain_text("active")
    assert_accessible(page)
    with fresh():
        found = db.session.query(Pairing).one()
        assert (found.state, found.slot, found.mentor_account) == (PairingState.ACTIVE, 1, mentor.ref)
    phone = desktop("zh")
    sign_in_browser(phone, mentor)
    phone.goto("/children")
    expect(phone.locator("main")).to_contain_text(child.given_name)
    expect(phone.locator("main")).not_to_contain_text(child.name)
