"""The main job: a mentor logs a session on a phone, loses the connection and nothing else; a coordinator reads it."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from portal.access.models import AccountSession
from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.db import db
from portal.mentoring.models import SessionLog
from portal.mentoring.rules import LogState

pytestmark = pytest.mark.journey
STATUS = "[data-save-status]"


@pytest.fixture
def pair(made):
    account, volunteer = made.mentor(name="王丽")
    child = made.child(alias="小雨")
    pairing = made.pairing(child, volunteer)
    made.log(pairing, LogState.REVIEWED)
    return SimpleNamespace(mentor=account, child=child, pairing=pairing)


def logs(fresh, state=LogState.SUBMITTED):
    with fresh():
        found = db.session.scalars(select(SessionLog).where(SessionLog.state == state)).all()
        return [(log.did, (log.typed or {}).get("did")) for log in found]


def test_from_home_to_sent_in_six_taps(phone, sign_in_browser, assert_accessible, pair, fresh):
    page = phone()
    sign_in_browser(page, pair.mentor)
    page.goto("/today")
    assert_accessible(page)
    taps = 0

    def tap(locator):
        nonlocal taps
        taps += 1
        locator.tap()

    tap(page.locator(".tabbar").get_by_role("link", name="记一笔"))
    expect(page.get_by_role("heading", level=1)).to_have_text("记一次陪伴")
    assert_accessible(page)
    tap(page.locator("label.face").nth(3))
    tap(page.locator("#did"))
    page.keyboard.type("一起做了数学题，最后两道是她自己想出来的。")
    expect(page.locator(STATUS)).to_have_text(re.compile(r"^已保存 \d\d:\d\d"))
    tap(page.get_by_role("button", name="提交"))
    expect(page.locator(".note-green")).to_contain_text("已提交")
    assert taps <= 6
    assert_accessible(page)
    assert logs(fresh) == [("一起做了数学题，最后两道是她自己想出来的。", None)]
    # Nothing of it comes back in the next entry.
    page.goto("/sessions/new")
    page.wait_for_timeout(500)
    expect(page.locator("#did")).to_have_value("")
    expect(page.locator(".note.flash")).to_have_count(0)


def test_a_lost_connection_and_a_killed_browser_lose_nothing(phone, sign_in_browser, pair, fresh):
    page = phone()
    sign_in_browser(page, pair.mentor)
    page.goto("/sessions/new")
    page.locator("#did").fill("先写一句。")
    expect(page.locator(STATUS)).to_contain_text("已保存")
    context = page.context
    context.set_offline(True)
    page.locator("#did").fill("先写一句。断网以后又写一句。")
    expect(page.locator(STATUS)).to_contain_text("没有网络")
    page.close(run_before_unload=False)
    # A browser that is closed may still get its last words through; what matters is that none is lost.
    assert len(logs(fresh, LogState.DRAFT)) == 1
    context.set_offline(False)
    again = context.new_page()
    again.goto("/sessions/new")
    # From the phone's own copy, or from the server when the browser's last request got through after all.
    expect(again.locator("#did")).to_have_value("先写一句。断网以后又写一句。")
    again.wait_for_timeout(1500)
    assert logs(fresh, LogState.DRAFT) == [("", "先写一句。断网以后又写一句。")]


def test_typed_without_ever_reaching_the_server_it_comes_back(phone, sign_in_browser, pair):
    page = phone()
    sign_in_browser(page, pair.mentor)
    page.goto("/sessions/new", wait_until="networkidle")
    context = page.context
    context.set_offline(True)
    page.locator("#did").fill("从没送到服务器的话。")
    expect(page.locator(STATUS)).to_contain_text("没有网络")
    page.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto("/sessions/new")
    expect(again.locator("#did")).to_have_value("从没送到服务器的话。")


def test_sent_without_a_connection_it_arrives_once(phone, sign_in_browser, pair, fresh):
    page = phone()
    sign_in_browser(page, pair.mentor)
    page.goto("/sessions/new")
    page.locator("label.face").nth(4).tap()
    page.locator("#did").fill("没有信号的山上。")
    page.context.set_offline(True)
    page.get_by_role("button", name="提交").tap()
    expect(page.locator(STATUS)).to_contain_text("存在本机")
    assert logs(fresh) == []
    page.context.set_offline(False)
    page.wait_for_url(re.compile(r"/sessions/(?!new)"))
    assert logs(fresh) == [("没有信号的山上。", None)]
    page.goto("/sessions/new")
    page.wait_for_timeout(500)
    expect(page.locator("#did")).to_have_value("")
    assert logs(fresh) == [("没有信号的山上。", None)]


def test_an_expired_sign_in_loses_nothing(phone, sign_in_browser, pair, fresh):
    page = phone()
    sign_in_browser(page, pair.mentor)
    page.goto("/sessions/new")
    page.locator("#did").fill("登录还在。")
    expect(page.locator(STATUS)).to_contain_text("已保存")
    with fresh():
        db.session.execute(update(AccountSession).values(ended_at=now()))
        db.session.commit()
    page.locator("#did").fill("登录还在。后来过期了。")
    expect(page.locator(STATUS).get_by_role("link")).to_be_visible()
    sign_in_browser(page, pair.mentor)
    page.goto("/sessions/new")
    expect(page.locator("#did")).to_have_value("登录还在。后来过期了。")
    expect(page.locator(STATUS)).to_contain_text("已保存")


def test_two_devices_are_told_of_each_other(phone, desktop, sign_in_browser, assert_accessible, pair, fresh):
    one, two = phone(), desktop("zh")
    for page in (one, two):
        sign_in_browser(page, pair.mentor)
    one.goto("/sessions/new")
    one.locator("#did").fill("手机上写的。")
    expect(one.locator(STATUS)).to_contain_text("已保存")
    two.goto("/sessions/new")
    expect(two.locator("#did")).to_have_value("手机上写的。")
    two.locator("#did").fill("电脑上接着写。")
    expect(two.locator(STATUS)).to_contain_text("已保存")
    one.locator("#did").fill("手机上写的，又改了。")
    dialog = one.get_by_role("dialog")
    expect(dialog).to_contain_text("电脑上接着写。")
    expect(dialog).to_contain_text("手机上写的，又改了。")
    assert_accessible(one)
    dialog.get_by_text("电脑上接着写。").tap()
    dialog.get_by_role("button", name="按我的选择保存").tap()
    expect(one.locator("#did")).to_have_value("电脑上接着写。")


def test_what_is_wrong_is_said_beside_the_field(phone, sign_in_browser, assert_accessible, pair, fresh):
    page = phone()
    sign_in_browser(page, pair.mentor)
    page.goto("/sessions/new")
    page.get_by_role("button", name="提交").tap()
    expect(page.locator(".errsum")).to_contain_text("小雨看起来")
    assert_accessible(page)
    page.locator("label.face").nth(2).tap()
    page.locator("#did").fill("补上了。")
    page.get_by_role("button", name="提交").tap()
    page.wait_for_url(re.compile(r"/sessions/(?!new)"))
    assert logs(fresh) == [("补上了。", None)]


def test_without_contact_and_with_a_worry(phone, sign_in_browser, assert_accessible, pair, fresh):
    page = phone("en")
    sign_in_browser(page, pair.mentor)
    page.goto("/sessions/new")
    page.get_by_text("No contact this time").tap()
    expect(page.locator("label.face").first).to_be_hidden()
    expect(page.locator("#concern_text")).to_be_hidden()
    page.locator("label[for=concern]").tap()
    page.locator("#concern_text").fill("She did not want to go home.")
    assert_accessible(page)
    page.get_by_role("button", name="Send").tap()
    expect(page.get_by_text("Your concern is on its way")).to_be_visible()


def test_a_coordinator_reviews(desktop, sign_in_browser, assert_accessible, made, pair, fresh):
    made.log(pair.pairing, did="一起包了粽子。")
    page = desktop()
    sign_in_browser(page, made.account(Role.COORDINATOR, name="陈协调"))
    page.goto("/sessions")
    assert_accessible(page)
    page.locator("td.cell-title a").first.click()
    expect(page.locator("#did")).to_contain_text("一起包了粽子。")
    assert_accessible(page)
    page.get_by_role("button", name="Reviewed, next").click()
    expect(page.get_by_text("Nothing to review")).to_be_visible()
    assert logs(fresh) == []
