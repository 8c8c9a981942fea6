"""A mentor of two children is asked for a text of each child's own only when both were there."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.journey


def test_one_of_two_needs_no_text_of_its_own(phone, sign_in_browser, made):
    account, volunteer = made.mentor(name="王丽", capacity=2)
    for slot, alias in enumerate(("小雨", "小晴"), start=1):
        made.pairing(made.child(alias=alias), volunteer, slot=slot)
    page = phone()
    sign_in_browser(page, account)
    page.goto("/sessions/new")
    own = [page.get_by_label(f"只关于{alias}") for alias in ("小雨", "小晴")]
    boxes = page.get_by_role("group", name="和哪个孩子").locator("label.chip")
    for chip in boxes.all():
        if page.locator(f"#{chip.get_attribute('for')}").is_checked():
            chip.tap()
    boxes.nth(0).tap()
    expect(page.locator(".part-0 label.face").first).to_be_visible()
    expect(own[0]).to_be_hidden()
    expect(own[1]).to_be_hidden()
    boxes.nth(1).tap()
    expect(own[0]).to_be_visible()
    expect(own[1]).to_be_visible()
