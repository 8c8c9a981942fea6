"""A hospital's social worker on a phone: from the notice to the outcome, and the caseworker asks the family."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from portal.kernel.db import db
from portal.needs.models import Need
from portal.needs.rules import NeedState
from portal.referrals.rules import ReferralState
from tests.referrals.conftest import HEALTH, a_need, act, drafted, programme, referred, seen

pytestmark = pytest.mark.journey
__all__ = ["a_need", "act", "drafted", "programme", "referred", "seen"]
S = ReferralState


def test_from_the_inbox_to_the_outcome_on_a_phone(
    programme, referred, seen, phone, desktop, sign_in_browser, fresh, assert_accessible
):
    ref = referred(S.SENT)
    hand = phone()
    sign_in_browser(hand, programme.people["A"])
    hand.goto("/today")
    hand.locator(f"main a[href='/referrals/{ref}']").first.click()
    expect(hand.get_by_text(HEALTH)).to_be_visible()
    assert programme.child.address not in hand.content()
    hand.get_by_role("button", name="接收").click()
    expect(hand.locator("h1 + *, .tag").filter(has_text="已接收").first).to_be_visible()
    # A line to the programme goes through the outbox, and a paper with it.
    hand.locator("textarea[name=text]").fill("请带检查单来，门诊三楼。")
    hand.get_by_role("button", name="发送").click()
    expect(hand.locator("#thread").get_by_text("请带检查单来")).to_be_visible()
    hand.locator("input[name=document]").set_input_files(
        {
            "name": "手术方案.pdf",
            "mimeType": "application/pdf",
            "buffer": b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n",
        }
    )
    hand.get_by_role("button", name="提交材料").click()
    expect(hand.get_by_role("link", name="手术方案.pdf")).to_be_visible()
    hand.get_by_role("link", name="登记进展").click()
    hand.get_by_text("手术或治疗", exact=True).click()
    assert_accessible(hand)
    hand.get_by_role("button", name="保存").click()
    expect(hand.locator("#reached").get_by_text("手术或治疗")).to_be_visible()
    hand.get_by_role("link", name="办结").click()
    hand.get_by_text("手术已完成", exact=True).click()
    hand.get_by_role("button", name="办结").click()
    expect(hand.get_by_text("项目方正在向家庭核实是否得到所需的帮助。")).to_be_visible()
    assert hand.evaluate("document.documentElement.scrollWidth") <= 390

    desk = desktop("en")
    sign_in_browser(desk, programme.village)
    desk.goto(f"/referrals/{ref}")
    expect(desk.get_by_text("请带检查单来")).to_be_visible()
    desk.get_by_role("link", name="Ask the family").click()
    desk.get_by_text("The family has what it needed", exact=True).click()
    desk.get_by_text("the caseworker, in person", exact=True).click()
    desk.get_by_role("button", name="The family confirms").click()
    expect(desk.locator(".flash")).to_be_visible()
    with fresh():
        assert db.session.query(Need).one().state is NeedState.MET
    assert seen(ref).state is S.CONFIRMED

    # The family has confirmed: on the phone it is gone, also by going back.
    hand.goto(f"/referrals/{ref}")
    assert HEALTH not in hand.content()
    hand.go_back()
    assert HEALTH not in hand.content()
