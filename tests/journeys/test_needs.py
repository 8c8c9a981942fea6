"""A need on phones: a mentor hears it, the village passes it up, the town resolves it, the family says that it helped."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from portal.kernel.actor import Role
from portal.kernel.db import db
from portal.needs.models import Need
from portal.needs.rules import NeedState
from tests.factories import TOWN_A, VILLAGE_A

pytestmark = pytest.mark.journey
SHOTS = os.environ.get("PORTAL_SHOTS", "")


def shot(page, name):
    """Keep a picture of the page where somebody wants to look at it."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def test_a_need_goes_from_a_session_to_the_familys_answer(
    made, phone, desktop, sign_in_browser, assert_accessible, fresh
):
    mentor, volunteer = made.mentor(name="王丽")
    child = made.child(at=VILLAGE_A, alias="小雨")
    made.pairing(child, volunteer)
    worker = made.account(Role.CASEWORKER, at=VILLAGE_A, name="村主任")
    supervisor = made.account(Role.SUPERVISOR, at=TOWN_A, name="镇督导")

    page = phone()
    sign_in_browser(page, mentor)
    page.goto("/sessions/new")
    page.locator("label.face").nth(3).tap()
    page.locator("#did").fill("一起读了一本书。")
    page.get_by_text("孩子或家里有诉求").tap()
    page.get_by_text("看病就医").tap()
    page.locator("#need_text").fill("看黑板要眯眼睛")
    assert_accessible(page)
    shot(page, "needs-log-phone")
    page.get_by_role("button", name="提交").tap()
    expect(page.get_by_text("诉求已提出")).to_be_visible()
    page.goto("/needs/raised")
    expect(page.get_by_text("村里正在办理。")).to_be_visible()
    assert_accessible(page)
    shot(page, "needs-raised-phone")

    village = phone()
    sign_in_browser(village, worker)
    village.goto("/needs")
    assert_accessible(village)
    shot(village, "needs-queue-phone")
    village.get_by_role("link", name="张晓雨").tap()
    expect(village.get_by_role("heading", level=1)).to_contain_text("看病就医")
    assert_accessible(village)
    shot(village, "needs-show-phone")
    village.get_by_role("link", name="上报上一级").tap()
    village.locator("#note").fill("村里没有眼科，需要镇里联系医院。")
    assert_accessible(village)
    village.get_by_role("button", name="上报上一级").tap()
    expect(village.get_by_text("镇街正在办理。").first).to_be_visible()

    town = desktop()
    sign_in_browser(town, supervisor)
    town.goto("/needs")
    assert_accessible(town)
    shot(town, "needs-queue-desktop")
    town.get_by_role("link", name="张晓雨").click()
    expect(town.get_by_text("村里没有眼科")).to_be_visible()
    town.get_by_role("link", name="Say what was done").click()
    town.locator("#note").fill("卫生院配了眼镜。")
    town.get_by_role("button", name="It is resolved").click()
    expect(town.get_by_text("resolved, to be confirmed").first).to_be_visible()
    assert_accessible(town)
    shot(town, "needs-show-desktop")

    village.goto("/today")
    village.get_by_role("link", name="回访").first.tap()
    village.get_by_role("link", name="回访家庭").tap()
    village.locator("label.chip", has_text=re.compile(r"^解决了$")).tap()
    village.locator("label.chip", has_text="儿童主任上门").tap()
    assert_accessible(village)
    shot(village, "needs-confirm-phone")
    village.get_by_role("button", name="办结").tap()
    expect(village.get_by_text("家庭的诉求解决了。").first).to_be_visible()
    with fresh():
        assert db.session.query(Need).one().state is NeedState.MET
    page.goto("/needs/raised")
    expect(page.get_by_text("家庭的诉求解决了。")).to_be_visible()
