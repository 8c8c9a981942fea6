"""A running portal and a real browser: phones and desktops that report what went wrong on their pages."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import waitress
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError
from waitress import wasyncore

from portal.access.models import Account
from portal.kernel.db import db
from portal.web.flow import Portal

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
AXE = (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")
EXAMINE = """only => axe.run(only || document,
  {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})"""
WATCH = """
document.addEventListener("securitypolicyviolation", (e) => {
  console.error(`CSP ${e.violatedDirective} ${e.blockedURI}`);
});
"""
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
PHONE_AGENT = (
    "Mozilla/5.0 (Linux; Android 13; M2012K11AC) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0 Mobile Safari/537.36"
)
DESKTOP = {"viewport": {"width": 1280, "height": 900}}


@pytest.fixture
def live(app: Portal) -> Iterator[str]:
    """The portal served on a free port on the test's database, with CSRF tokens asked for; gives its address."""
    app.config["WTF_CSRF_ENABLED"] = True
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=8)
    stop = threading.Event()

    def serve() -> None:
        while not stop.is_set():
            wasyncore.loop(timeout=0.1, map=server._map, count=1)
        server.task_dispatcher.shutdown(timeout=5)
        wasyncore.close_all(server._map)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        stop.set()
        thread.join(10)
        app.config["WTF_CSRF_ENABLED"] = False
        with app.app_context():
            db.engine.dispose()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium. Where there is none these tests are skipped; in CI that is a failure."""
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium: the journeys cannot be walked")
        pytest.skip("no Chromium")
    # Slow machines are slow, not wrong.
    expect.set_options(timeout=15_000)
    with sync_playwright() as player:
        chromium = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser: Browser, live: str) -> Iterator[Callable[..., Page]]:
    """Opens pages, each in a profile of its own, and at the end expects no CSP report, script error or missing file."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def watch(page: Page) -> None:
        def heard(message: Any) -> None:
            # What a server or a missing connection refuses is part of the journeys; scripts and CSP must be silent.
            if message.type == "error" and not message.text.startswith("Failed to load resource"):
                problems.append(f"{page.url}: {message.text}")

        page.on("console", heard)
        page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
        page.on(
            "response",
            lambda r: problems.append(f"{r.status} {r.url}") if r.status >= 400 and "/static/" in r.url else None,
        )

    def open_page(locale: str = "zh", **device: Any) -> Page:
        tag, code = ("zh-CN", "zh_Hans") if locale == "zh" else ("en-GB", "en")
        context = browser.new_context(base_url=live, locale=tag, timezone_id="Asia/Shanghai", **device)
        contexts.append(context)
        context.add_init_script(WATCH)
        context.add_cookies([{"name": "locale", "value": code, "url": live}])
        context.on("page", watch)
        context.set_default_timeout(20_000)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert not problems, "\n".join(problems)


@pytest.fixture
def phone(opened: Callable[..., Page]) -> Callable[..., Page]:
    """`phone()` is a phone in Chinese, `phone("en")` one in English."""
    return lambda locale="zh": opened(locale, user_agent=PHONE_AGENT, **PHONE)


@pytest.fixture
def desktop(opened: Callable[..., Page]) -> Callable[..., Page]:
    """`desktop()` is a computer in English, `desktop("zh")` one in Chinese."""
    return lambda locale="en": opened(locale, **DESKTOP)


@pytest.fixture
def sign_in_browser(app: Portal, sign_in: Callable[..., Any], live: str) -> Callable[[Page, Account], None]:
    """`sign_in_browser(page, account)`: the account is signed in there, as after its password."""

    def enter(page: Page, account: Account) -> None:
        cookie = sign_in(account).get_cookie("portal")
        app.config["WTF_CSRF_ENABLED"] = True
        assert cookie is not None
        page.context.add_cookies([{"name": "portal", "value": cookie.value, "url": live, "httpOnly": True}])

    return enter


@pytest.fixture
def assert_accessible() -> Callable[[Page], None]:
    """`assert_accessible(page)`: axe finds nothing on the page as it stands, with what the caller has opened."""

    def check(page: Page, only: str = "") -> None:
        # On a screen as long as the page: what a fixed bar covers for now can be scrolled clear of it.
        size = page.viewport_size or {"width": 1280, "height": 900}
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": size["width"], "height": max(size["height"], height + 100)})
        # By the debugger, which no content security policy binds.
        if not page.evaluate("typeof window.axe === 'object'"):
            page.evaluate(AXE)
        try:
            found = page.evaluate(EXAMINE, only)["violations"]
        except PlaywrightError:
            # The page was still changing under the examiner: look again when it stands.
            page.wait_for_timeout(700)
            page.evaluate(AXE)
            found = page.evaluate(EXAMINE, only)["violations"]
        page.set_viewport_size(size)
        assert not found, "\n".join(
            f"{page.url} {v['id']}: {v['help']} {[n['html'][:200] for n in v['nodes']][:3]}" for v in found
        )

    return check
