"""An entry that the server refused says so on other pages, can be mended, and can be let go and taken back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.journey
WAITING = "[data-waiting]"


@pytest.fixture
def refused(phone, sign_in_browser, made):
    """A phone on which an entry without a mood was sent offline and came back."""
    account, volunteer = made.mentor(name="王丽")
    made.pairing(made.child(alias="小雨"), volunteer)
    page = phone()
    sign_in_browser(page, account)
    page.goto("/sessions/new")
    page.locator("#did").fill("忘了选心情。")
    page.context.set_offline(True)
    page.get_by_role("button", name="提交").tap()
    expect(page.locator("[data-save-status]")).to_contain_text("存在本机")
    page.context.set_offline(False)
    page.goto("/today")
    expect(page.locator(WAITING)).to_contain_text("未能提交成功")
    return page


def test_it_is_said_once_and_quietly_and_can_be_mended(refused, assert_accessible):
    expect(refused.get_by_text("有一条记录未能提交成功")).to_have_count(1)
    assert_accessible(refused)
    refused.get_by_role("link", name="修改后重新提交").tap()
    expect(refused.locator("#did")).to_have_value("忘了选心情。")
    expect(refused.locator(".errsum")).to_be_visible()
    expect(refused.locator(WAITING)).to_be_hidden()


def test_let_go_it_follows_nobody_any_more_and_can_be_taken_back(refused):
    line = refused.locator(WAITING)
    line.get_by_role("button", name="丢弃").tap()
    expect(line).to_contain_text("已丢弃")
    line.get_by_role("button", name="撤销").tap()
    expect(line).to_contain_text("未能提交成功")
    line.get_by_role("button", name="丢弃").tap()
    expect(line).to_contain_text("已丢弃")
    refused.goto("/calendar/month")
    refused.wait_for_timeout(700)
    expect(refused.locator(WAITING)).to_be_hidden()
