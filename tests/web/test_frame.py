"""The frame around pages is kept as text: what differs is filled in escaped, and nobody ever sees another's."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import g
from markupsafe import Markup

from portal.kernel.actor import Actor, Grant, Role
from portal.places.settings import DEFAULTS
from portal.web.chrome import BLOCKS, GAPS, Frames, Piece

HOSTILE = '"><script>alert(1)</script>{{ 7*7 }}&'
ANNA = Actor("anna-ref", "安娜", (Grant(Role.COORDINATOR, "/37/"),))


def whole(app, actor, *, path="/children?q=a&b", code="zh_Hans", theme="auto", settings=DEFAULTS, frames=None, **gaps):
    """The frame of one request, all pieces joined."""
    values = {name: f"[{name}]" for name in GAPS} | gaps
    with app.test_request_context(path, headers={"Cookie": f"locale={code}"}):
        g.actor = actor
        pieces = (frames or Frames(app)).frame(actor, theme, settings)
        return "|".join(p.filled(values) for p in pieces)


@pytest.mark.parametrize("code", ["zh_Hans", "en"])
def test_kept_and_rendered_anew_are_the_same(app, code):
    frames = Frames(app)
    for actor in (None, ANNA, replace(ANNA, view_as="admin")):
        once = whole(app, actor, code=code, frames=frames)
        again = whole(app, actor, code=code, frames=frames)
        assert once == again == whole(app, actor, code=code)
        assert once.count("|") >= len(BLOCKS)
        assert "gap-" not in once


def test_what_the_text_depends_on_is_in_its_key(app):
    frames = Frames(app)
    seen = {
        whole(app, None, frames=frames), whole(app, ANNA, frames=frames), whole(app, ANNA, code="en", frames=frames),
        whole(app, ANNA, theme="dark", frames=frames), whole(app, ANNA, path="/audit", frames=frames),
        whole(app, replace(ANNA, grants=(Grant(Role.ADMIN, "/37/"),)), frames=frames),
        whole(app, replace(ANNA, view_as="admin"), frames=frames),
        whole(app, ANNA, settings=DEFAULTS | {"product_name": "向阳"}, frames=frames),
        whole(app, ANNA, settings=DEFAULTS | {"hotlines": ["某热线 12356"]}, frames=frames),
        whole(app, ANNA, settings=DEFAULTS | {"idle_minutes": 7}, frames=frames),
    }  # fmt: skip
    assert len(seen) == 10
    assert len(frames.kept) == 10


def test_nothing_of_a_person_is_kept(app):
    frames = Frames(app)
    whole(
        app,
        replace(ANNA, name="不可留存", account_ref="secret-ref"),
        path="/children/secret-child?q=secret",
        frames=frames,
    )
    kept = "".join(part for pieces in frames.kept.values() for piece in pieces for part in piece.parts)
    assert "不可留存" not in kept
    assert "secret" not in kept
    assert "不可留存" not in str(list(frames.kept))
    assert "secret" not in str(list(frames.kept))


def test_a_filled_gap_is_never_read_again():
    piece = Piece("a MARKgap-name- b MARKgap-csrf- c", "MARK")
    assert piece.filled({"name": "MARKgap-csrf-", "csrf": "token"}) == Markup("a MARKgap-csrf- b token c")


def test_a_hostile_name_and_address_do_not_break_out(made, sign_in):
    account = made.account(Role.COORDINATOR, name=HOSTILE)
    page = sign_in(account).get("/today?x=" + HOSTILE.replace("&", "%26")).get_data(as_text=True)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}&amp;" in page


def test_two_people_never_see_each_other(made, sign_in):
    people = [made.account(Role.COORDINATOR, name=f"独特姓名{n}") for n in range(3)]
    browsers = [sign_in(p) for p in people]
    tokens = set()
    for _round in range(3):
        for person, browser in zip(people, browsers, strict=True):
            for address in ("/today", "/children", "/notices"):
                text = browser.get(address).get_data(as_text=True)
                assert person.name in text
                assert person.ref in text
                for other in people:
                    if other is not person:
                        assert other.name not in text
                        assert other.ref not in text
            tokens.add(re.search(r'name="csrf-token" content="([^"]+)"', text)[1])
    assert len(tokens) == 3


def test_the_token_of_a_kept_page_is_taken(app, made, sign_in):
    account = made.account(Role.COORDINATOR)
    browser = sign_in(account)
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        for _again in range(2):
            token = re.search(r'csrf-token" content="([^"]+)"', browser.get("/today").get_data(as_text=True))[1]
            assert browser.post("/language", data={"locale": "en", "csrf_token": token}).status_code in (302, 303)
        other = sign_in(made.account(Role.COORDINATOR))
        app.config["WTF_CSRF_ENABLED"] = True
        other.get("/today")
        assert other.post("/language", data={"locale": "en", "csrf_token": token}).status_code == 400
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


def test_paper_says_who_printed_it(made, sign_in):
    for name in ("独特姓名甲", "独特姓名乙"):
        page = sign_in(made.account(Role.COORDINATOR, name=name)).get("/today").get_data(as_text=True)
        assert re.search(rf'<p class="print-only print-mark">[^<]*printed by {name}</p>', page)
