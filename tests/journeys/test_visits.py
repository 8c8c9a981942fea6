"""The people next door: from the list or the card to a saved visit, with and without signal, and nothing left behind."""

from __future__ import annotations

import contextlib
import re
import time
from datetime import timedelta

import pytest
import segno
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect
from sqlalchemy import func, select

from portal.children.models import Child
from portal.children.operations.codes import issue_code
from portal.children.rules import FileState, RiskLevel
from portal.kernel.actor import Role
from portal.kernel.clock import now, today
from portal.kernel.db import db
from portal.needs.models import Need
from portal.safeguarding.models import Concern
from portal.visits.models import Visit
from portal.visits.operations.plan import plan_all
from tests.factories import VILLAGE_A
from tests.journeys.conftest import CHROMIUM, PHONE

pytestmark = pytest.mark.journey
WAITING = "[data-waiting]"
LEFT_BEHIND = """async () => {
  const found = [];
  for (const { name } of await indexedDB.databases()) {
    const base = await new Promise((done, fail) => {
      const asked = indexedDB.open(name);
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => fail(asked.error);
    });
    for (const store of base.objectStoreNames) {
      const rows = await new Promise((done) => {
        const asked = base.transaction(store).objectStore(store).getAll();
        asked.onsuccess = () => done(asked.result);
      });
      found.push(JSON.stringify(rows));
    }
    base.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      if (request.url.includes("/static/")) continue;
      found.push(request.url + await (await cache.match(request)).text());
    }
  }
  found.push(JSON.stringify(localStorage), JSON.stringify(sessionStorage));
  return found.join("\\n");
}"""
"""All that this phone keeps of any account, as one text; the kit of scripts and styles apart."""


@pytest.fixture
def worker(made):
    return made.account(Role.CASEWORKER, at=VILLAGE_A, name="李主任")


@pytest.fixture
def children(made, fresh):
    """Four children whose visits are owed, the most urgent first."""
    found = [
        made.child(
            at=VILLAGE_A, name=f"张晓{name}", given_name=f"晓{name}", alias=f"小{name}", risk=RiskLevel.RED,
            opened_on=today() - timedelta(days=40 - n),
        )
        for n, name in enumerate("雨荷松竹")
    ]  # fmt: skip
    with fresh():
        plan_all(now())
        db.session.commit()
    return found


@pytest.fixture
def card(made, fresh, worker, children):
    """The token of the first child's card."""
    with fresh():
        code = issue_code(db.session.get(Child, children[0].id), actor=made.actor(worker), now=now())
        token = code.token
        db.session.commit()
    return token


def kept(fresh, model=Visit):
    with fresh():
        return db.session.scalar(select(func.count()).select_from(model))


def arrived(page, fresh, number):
    """So many visits have come to the server, and nothing waits on the phone any more."""
    until = time.monotonic() + 30
    while kept(fresh) < number:
        assert time.monotonic() < until, kept(fresh)
        page.wait_for_timeout(200)
    page.reload()
    page.wait_for_timeout(500)
    expect(page.locator(WAITING)).to_be_hidden()
    while '"state":"waiting"' in page.evaluate(LEFT_BEHIND):
        assert time.monotonic() < until, "it still waits on the phone"
        page.wait_for_timeout(200)
    assert kept(fresh) == number


READY = """async () => {
  const names = await caches.keys();
  const kept = names.length ? (await (await caches.open(names[0])).keys()).map((r) => r.url) : [];
  const all = ["/visits/pocket/", "behaviours/outbox.js", "behaviours/pocket.js", "css/visit.css"];
  return Boolean(navigator.serviceWorker.controller) && all.every((part) => kept.some((url) => url.includes(part)));
}"""


def prepared(page):
    """The phone has been online once after signing in: its store and the worker's pages are filled."""
    page.goto("/today")
    until = time.monotonic() + 20
    while not page.evaluate(READY):
        assert time.monotonic() < until, "the phone never became ready"
        page.wait_for_timeout(100)


def test_from_the_phone_s_home_all_is_well_takes_three_taps_at_most(
    phone, sign_in_browser, assert_accessible, worker, children, fresh
):
    page = phone()
    sign_in_browser(page, worker)
    page.goto("/today")
    assert_accessible(page)
    taps = 0

    def tap(locator):
        nonlocal taps
        taps += 1
        locator.tap()

    tap(page.locator(".today li").first.get_by_role("link", name=re.compile("^走访")))
    expect(page.get_by_role("heading", level=1)).to_have_text("张晓雨")
    tap(page.get_by_role("button", name=re.compile("一切正常")))
    expect(page.locator(".note-green")).to_contain_text("已保存")
    assert taps <= 3, taps
    assert kept(fresh) == 1
    assert_accessible(page)
    # One tap takes it back.
    page.get_by_role("button", name="撤销").tap()
    expect(page.locator(".note-green")).to_contain_text("已撤回")


def test_from_the_scan_to_a_visit_with_a_need_takes_less_than_a_minute_and_no_typed_word(
    phone, sign_in_browser, assert_accessible, worker, children, card, fresh
):
    page = phone()
    sign_in_browser(page, worker)
    began, taps = time.monotonic(), 0
    page.goto(f"/c/{card}")
    for chip in ("met-0", "met-1", "guardianship-0", "health-1", "need-2"):
        page.locator(f"label[for={chip}]").tap()
        taps += 1
    assert_accessible(page)
    page.get_by_role("button", name="保存走访").tap()
    expect(page.locator(".note-green")).to_contain_text("已保存")
    assert time.monotonic() - began < 60
    assert taps + 1 <= 6
    assert kept(fresh, Need) == 1


def test_an_emergency_is_two_taps_from_the_form_and_goes_out_before_the_rest(
    phone, sign_in_browser, assert_accessible, worker, children, fresh
):
    page = phone()
    sign_in_browser(page, worker)
    page.goto(f"/visits/new?child={children[0].ref}")
    page.locator(".emergency summary").tap()
    expect(page.locator(".emergency a[href='tel:110']")).to_be_visible()
    expect(page.locator(".emergency a[href='tel:120']")).to_be_visible()
    assert_accessible(page)
    page.locator("#emergency").fill("孩子昏倒了")
    page.get_by_role("button", name="立即上报").tap()
    expect(page.locator(".note-amber")).to_contain_text("已上报")
    assert kept(fresh, Concern) == 1
    assert kept(fresh) == 0


@pytest.mark.parametrize("number", [1, 3])
def test_in_flight_mode_from_before_the_list_is_opened_every_visit_arrives_once(
    phone, sign_in_browser, assert_accessible, worker, children, fresh, number
):
    page = phone()
    sign_in_browser(page, worker)
    prepared(page)
    page.context.set_offline(True)
    page.goto("/visits")
    expect(page.locator("[data-pocket-list] li")).to_have_count(4)
    expect(page.locator("[data-pocket-list] li").first).to_contain_text("小雨")
    assert_accessible(page)
    assert children[0].name not in page.content()
    for n in range(number):
        page.locator("[data-pocket-list] li").nth(n).get_by_role("link").tap()
        expect(page.get_by_role("heading", level=1)).to_contain_text(children[n].alias)
        if n == 0:
            assert_accessible(page)
        page.get_by_role("button", name=re.compile("一切正常")).tap()
        expect(page.locator("[data-pocket-list]")).to_be_visible()
        expect(page.locator("[data-pocket-list] li").nth(n)).to_contain_text("等待上传")
    expect(page.locator(WAITING)).to_contain_text(str(number))
    assert kept(fresh) == 0
    page.context.set_offline(False)
    page.goto("/visits")
    arrived(page, fresh, number)
    with fresh():
        visits = db.session.scalars(select(Visit).order_by(Visit.id)).all()
        assert [v.child_ref for v in visits] == [c.ref for c in children[:number]]
        assert all(v.offline and v.device_at and v.device_sent_at and v.device_sent_at >= v.device_at for v in visits)
        assert not any(v.clock_off for v in visits)


def test_twenty_visits_wait_and_arrive_once_each(phone, sign_in_browser, worker, made, fresh):
    many = [made.child(at=VILLAGE_A, risk=RiskLevel.RED, opened_on=today() - timedelta(days=60 - n)) for n in range(20)]
    with fresh():
        plan_all(now())
        db.session.commit()
    page = phone()
    sign_in_browser(page, worker)
    prepared(page)
    page.context.set_offline(True)
    for child in many:
        page.goto(f"/visits/new?child={child.ref}")
        page.get_by_role("button", name=re.compile("一切正常")).tap()
        expect(page.locator("[data-pocket-list]")).to_be_visible()
    expect(page.locator(WAITING)).to_contain_text("20")
    page.context.set_offline(False)
    page.goto("/visits")
    arrived(page, fresh, len(many))
    with fresh():
        refs = db.session.scalars(select(Visit.child_ref)).all()
        assert sorted(refs) == sorted(c.ref for c in many)


def test_a_photo_waits_offline_and_arrives_small(phone, sign_in_browser, worker, children, fresh, tmp_path):
    from PIL import Image

    from portal.files.models import Attachment

    file = tmp_path / "photo.jpg"
    Image.new("RGB", (4000, 3000), "green").save(file)
    page = phone()
    sign_in_browser(page, worker)
    prepared(page)
    page.context.set_offline(True)
    page.goto(f"/visits/new?child={children[0].ref}")
    page.locator("details.fold", has_text="照片").locator("summary").tap()
    page.locator("#picture").set_input_files(str(file))
    page.get_by_role("button", name=re.compile("一切正常")).tap()
    expect(page.locator("[data-pocket-list]")).to_be_visible()
    page.context.set_offline(False)
    page.goto("/visits")
    arrived(page, fresh, 1)
    assert kept(fresh, Attachment) == 1


def test_a_visit_refused_on_arrival_stays_and_can_be_read_and_sent_again(
    phone, sign_in_browser, assert_accessible, worker, children, fresh
):
    page = phone()
    sign_in_browser(page, worker)
    prepared(page)
    page.context.set_offline(True)
    page.goto(f"/visits/new?child={children[0].ref}")
    page.locator("details.fold", has_text="照片").locator("summary").tap()
    page.locator("#text").fill("奶奶说下周搬去县城。")
    page.get_by_role("button", name=re.compile("一切正常")).tap()
    expect(page.locator("[data-pocket-list]")).to_be_visible()
    with fresh():
        db.session.get(Child, children[0].id).state = FileState.CLOSED
        db.session.commit()
    page.context.set_offline(False)
    page.goto("/visits")
    expect(page.locator(WAITING)).to_contain_text("未能提交成功")
    page.get_by_role("link", name="修改后重新提交").tap()
    expect(page.locator(".errsum")).to_contain_text("名单")
    page.locator("details.fold", has_text="照片").locator("summary").tap()
    expect(page.locator("#text")).to_have_value("奶奶说下周搬去县城。")
    assert_accessible(page)
    with fresh():
        db.session.get(Child, children[0].id).state = FileState.OPEN
        db.session.commit()
    page.get_by_role("button", name=re.compile("一切正常")).tap()
    expect(page.locator(".errsum")).to_have_count(0)
    page.wait_for_url(re.compile(r"/visits$"))
    assert kept(fresh) == 1


def test_signing_out_warns_and_leaves_no_trace_on_the_phone(phone, sign_in_browser, worker, children, fresh):
    """T14 of safety.md."""
    page = phone()
    sign_in_browser(page, worker)
    prepared(page)
    page.goto("/visits")
    page.wait_for_timeout(500)
    there = page.evaluate(LEFT_BEHIND)
    assert "小雨" in there
    assert children[0].name not in there
    page.goto(f"/visits/new?child={children[0].ref}")
    page.locator("details.fold", has_text="照片").locator("summary").tap()
    page.locator("#text").fill("canary-typed-at-the-door")
    page.context.set_offline(True)
    page.get_by_role("button", name=re.compile("一切正常")).tap()
    page.wait_for_url(re.compile(r"/visits$"))
    expect(page.locator(WAITING)).to_be_visible()
    # The signal is back, but the server refuses: so it is still on the phone when its owner leaves.
    page.context.route("**/session/token", lambda route: route.abort())
    page.context.set_offline(False)
    page.goto("/today")
    page.locator(".tabbar summary").tap()
    page.locator(".tabbar").get_by_role("button", name="退出").tap()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("小雨")
    dialog.get_by_role("button", name="删除并退出").tap()
    page.wait_for_url(re.compile(r"/(sign-in)?$|/sign-in"))
    left = page.evaluate(LEFT_BEHIND)
    for word in ("小雨", "晓雨", "canary-typed", children[0].ref, worker.ref, "示例一村"):
        assert word not in left, word
    page.context.set_offline(True)
    with contextlib.suppress(PlaywrightError):
        page.goto("/visits")
    page.wait_for_timeout(500)
    assert "小雨" not in page.content()


def test_what_the_phone_keeps_is_gone_after_48_hours_and_when_somebody_else_signs_in(
    phone, sign_in_browser, worker, children, made
):
    """T14 of safety.md."""
    page = phone()
    sign_in_browser(page, worker)
    prepared(page)
    page.evaluate(
        """async (who) => {
          const base = await new Promise((done) => { const a = indexedDB.open(`portal-${who}`); a.onsuccess = () => done(a.result); });
          const plan = await new Promise((done) => { const a = base.transaction("pocket").objectStore("pocket").get("plan"); a.onsuccess = () => done(a.result); });
          plan.saved_at = new Date(Date.now() - 49 * 3600 * 1000).toISOString();
          await new Promise((done) => { const t = base.transaction("pocket", "readwrite"); t.objectStore("pocket").put(plan); t.oncomplete = done; });
          base.close();
        }""",
        worker.ref,
    )
    page.context.set_offline(True)
    page.goto("/visits")
    expect(page.locator("[data-pocket-none]")).to_be_visible()
    assert "小雨" not in page.evaluate(LEFT_BEHIND)
    page.context.set_offline(False)
    prepared(page)
    page.wait_for_timeout(500)
    assert "小雨" in page.evaluate(LEFT_BEHIND)
    other = made.account(Role.MENTOR, name="别人")
    sign_in_browser(page, other)
    page.goto("/today")
    page.wait_for_timeout(800)
    assert "小雨" not in page.evaluate(LEFT_BEHIND)


def test_a_scanned_card_and_all_is_well_in_three_taps(phone, sign_in_browser, worker, children, card, fresh):
    page = phone()
    sign_in_browser(page, worker)
    page.goto(f"/c/{card}")
    expect(page.get_by_role("heading", level=1)).to_have_text("张晓雨")
    page.get_by_role("button", name=re.compile("一切正常")).tap()
    expect(page.locator(".note-green")).to_contain_text("已保存")
    assert kept(fresh) == 1


def test_a_card_scanned_without_signal_waits_with_its_code_and_finds_its_child(
    phone, sign_in_browser, worker, children, card, fresh
):
    page = phone()
    sign_in_browser(page, worker)
    prepared(page)
    page.context.set_offline(True)
    page.goto(f"/c/{card}")
    expect(page.get_by_role("heading", level=1)).to_have_text("扫码走访")
    page.get_by_role("button", name=re.compile("一切正常")).tap()
    expect(page.locator("[data-pocket-list]")).to_be_visible()
    page.context.set_offline(False)
    page.goto("/visits")
    arrived(page, fresh, 1)
    with fresh():
        assert db.session.scalars(select(Visit.child_ref)).one() == children[0].ref


def film_of(path, address, width=640, height=480):
    """A camera's picture of a card, as Chromium plays it: raw frames with a QR code in the middle."""
    code = [[bool(dot) for dot in row] for row in segno.make(address, error="m").matrix_iter(border=4)]
    side = height // len(code)
    left, top = (width - side * len(code)) // 2, (height - side * len(code)) // 2
    rows = bytearray(b"\xeb" * (width * height))
    for y, row in enumerate(code):
        for x, dark in enumerate(row):
            if dark:
                for line in range(side):
                    start = (top + y * side + line) * width + left + x * side
                    rows[start : start + side] = b"\x10" * side
    frame = b"FRAME\n" + bytes(rows) + b"\x80" * (width * height // 2)
    path.write_bytes(f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 3)


def test_the_page_s_own_scanner_reads_a_card_and_a_refused_camera_leaves_the_short_code(
    live, worker, children, card, sign_in_browser, tmp_path, phone, assert_accessible
):
    refused = phone()
    sign_in_browser(refused, worker)
    refused.goto("/visits/scan")
    expect(refused.locator("[data-scan-status]")).to_contain_text("短码")
    assert_accessible(refused)
    film = tmp_path / "card.y4m"
    film_of(film, f"{live}/c/{card}")
    camera = [
        "--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]  # fmt: skip
    chromium = refused.context.browser.browser_type.launch(executable_path=CHROMIUM, args=camera)
    try:
        context = chromium.new_context(base_url=live, locale="zh-CN", permissions=["camera"], **PHONE)
        page = context.new_page()
        sign_in_browser(page, worker)
        page.goto("/visits/scan")
        expect(page.get_by_role("heading", level=1)).to_have_text("张晓雨")
    finally:
        chromium.close()
