"""The board at 390 px: somebody of the public claims with a code, the district looks and decides, help is handed over, the
family confirms, and the claimant reads the thanks."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from portal.board.operations.batch import publish
from portal.board.operations.offers import prepare_offer, put_on_board
from portal.children.models import Child
from portal.children.rules import Purpose
from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.db import db
from portal.kernel.outbox import OutboxMessage
from tests.factories import VILLAGE_A

pytestmark = pytest.mark.journey


def newest_code(app):
    with app.app_context():
        sent = select(OutboxMessage).where(OutboxMessage.kind == "phone-code").order_by(OutboxMessage.id.desc())
        return db.session.scalars(sent).first().facts["code"]


def step(page, name, button, **typed):
    page.get_by_role("link", name=name, exact=True).click()
    for label, text in typed.items():
        page.get_by_label(label).fill(text)
    page.get_by_role("button", name=button, exact=True).click()


def test_from_the_board_to_the_thanks(app, made, phone, desktop, sign_in_browser, assert_accessible):
    children = [made.child(given_name=f"小{c}") for c in "甲乙丙丁戊"]
    made.consent(children[0], Purpose.BOARD)
    coordinator, confirmer = made.account(Role.COORDINATOR), made.account(Role.CONFIRMER)
    caseworker = made.account(Role.CASEWORKER, at=VILLAGE_A)
    with app.app_context():
        actor, child = made.actor(coordinator), db.session.get(Child, children[0].id)
        offer = prepare_offer(child, None, title="一个足球", body="放学后踢", actor=actor, now=now())
        put_on_board(offer, child, None, actor=actor, now=now())
        publish(now())
        db.session.commit()
    helper = phone()
    helper.goto("/board")
    assert_accessible(helper)
    assert helper.evaluate("document.documentElement.scrollWidth") <= 390
    helper.get_by_role("link", name="一个足球").click()
    assert_accessible(helper)
    expect(helper.locator("img.share")).to_have_js_property("naturalWidth", 750)
    helper.get_by_role("link", name="我要认领").click()
    helper.get_by_label("您的姓名或单位名称").fill("爱心人士")
    helper.get_by_label("您的手机号").fill("139 0000 0077")
    helper.get_by_role("button", name="获取验证码").click()
    assert_accessible(helper)
    helper.get_by_label("短信验证码").fill(newest_code(app))
    helper.get_by_role("button", name="提交认领").click()
    expect(helper.get_by_text("三个工作日内")).to_be_visible()
    assert_accessible(helper)
    own = helper.url

    district, second, village = desktop("zh"), desktop("zh"), phone()
    for page, account in ((district, coordinator), (second, confirmer), (village, caseworker)):
        sign_in_browser(page, account)
    district.goto("/claims")
    assert_accessible(district)
    district.get_by_role("link", name="一个足球").click()
    claim = district.url
    step(district, "记录核实结果", "标记为已核实", 用您自己的话写="已电话核实")
    second.goto("/today")
    second.get_by_role("link", name="待审批的认领").click()
    second.get_by_role("link", name="一个足球").click()
    assert_accessible(second)
    step(second, "批准", "批准认领")
    district.goto(claim)
    step(district, "帮助已送达", "确认已送达", 用您自己的话写="周六送到")
    village.goto(claim)
    assert_accessible(village)
    village.get_by_role("link", name="回访家庭", exact=True).click()
    village.locator("label.chip").nth(0).click()
    village.locator("fieldset").nth(1).locator("label.chip").nth(0).click()
    village.get_by_label("给认领人的感谢").fill("足球收到了，谢谢您！")
    assert_accessible(village)
    village.get_by_role("button", name="确认收到").click()
    expect(village.get_by_text("足球收到了，谢谢您！")).to_be_visible()

    helper.goto(own)
    expect(helper.get_by_text("足球收到了，谢谢您！")).to_be_visible()
    assert children[0].name not in helper.content()
    assert_accessible(helper)
