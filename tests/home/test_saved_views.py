"""The filters and sorting of a list, kept under a name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.home.models import SavedView
from portal.home.rules import LISTS, MOST_VIEWS, kept_query
from portal.kernel.actor import Role
from portal.kernel.db import db
from tests.factories import TOWN_A

NEXT = "/children?sort=-name&risk=red"


@pytest.fixture
def person(made):
    return made.account(Role.COORDINATOR)


def kept(fresh):
    with fresh():
        return db.session.execute(select(SavedView.name, SavedView.path, SavedView.query).order_by(SavedView.id)).all()


def ref_of(fresh):
    with fresh():
        return db.session.scalar(select(SavedView.ref))


def test_saved_on_the_list_and_opened_by_one_tap(person, sign_in, fresh):
    browser = sign_in(person)
    shown = browser.get("/children?sort=-name&risk=red&q=小雨&after=W10&region=").text
    form = shown.partition("keep-view-form")[2].partition("</form>")[0]
    address = re.search(r'name="next" value="([^"]+)"', form)[1].replace("&amp;", "&")
    assert address == NEXT
    assert "words you searched for" in form
    answer = browser.post("/my/views", data={"name": "红色", "next": address})
    assert (answer.status_code, answer.location) == (303, NEXT)
    assert kept(fresh) == [("红色", "/children", "sort=-name&risk=red")]
    assert f'href="{NEXT.replace("&", "&amp;")}"' in browser.get("/my/views?path=/children").text
    assert "红色" not in browser.get("/my/views?path=/sessions").text
    assert "红色" in browser.get("/my/views?path=//evil.example").text


def test_a_plain_list_offers_its_saved_views_and_nothing_to_save(person, sign_in):
    page = sign_in(person).get("/children").text
    assert "/my/views?path=" in page
    assert "keep-view" not in page
    assert "keep-view" not in sign_in(person).get("/children?q=x&after=W10&risk=").text


@pytest.mark.parametrize("address", ["/children?sort=-name", "/volunteers?sort=-name"])
def test_what_is_kept_of_a_bar_never_carries_somebodys_form(address, made, sign_in, app):
    pages = []
    app.config["WTF_CSRF_ENABLED"] = True
    for _n in range(2):
        made.child()
        browser = sign_in(made.account(Role.COORDINATOR))
        for _again in range(2):
            pages.append(browser.get(address).text)
            with browser.session_transaction() as cookie:
                assert cookie["csrf_token"]
    app.config["WTF_CSRF_ENABLED"] = False
    secrets = [re.search(r'keep-view-form.*?csrf_token" value="([^".]+)\.', p, re.DOTALL)[1] for p in pages]
    assert secrets[0] == secrets[1] != secrets[2] == secrets[3]


def test_saved_views_cost_a_list_no_statement(person, sign_in, statements):
    browser = sign_in(person)
    browser.get("/children?risk=red")
    with statements() as seen:
        browser.get("/children?risk=red")
    assert not [s for s in seen if "saved_view" in s]


def test_the_same_name_again_is_one_view_with_the_new_filters(person, sign_in, fresh):
    browser = sign_in(person)
    for address in (NEXT, NEXT, "/children?risk=blue"):
        assert browser.post("/my/views", data={"name": "红色", "next": address}).status_code == 303
    assert kept(fresh) == [("红色", "/children", "risk=blue")]


@pytest.mark.parametrize(
    "address", ["", "//evil.example/children?risk=red", "https://evil.example/", "/children/new?risk=red", "/settings?x=y",
                "/my/views?path=/x", "/audit?what=x"],
)  # fmt: skip
def test_only_lists_that_the_person_may_open(address, made, sign_in, fresh):
    browser = sign_in(made.account(Role.CASEWORKER, at=TOWN_A))
    assert browser.post("/my/views", data={"name": "x", "next": address}).status_code == 404
    assert kept(fresh) == []


@pytest.mark.parametrize(
    ("name", "address"),
    [("", NEXT), ("字" * 41, NEXT), ("x", "/children"), ("x", "/children?q=%E5%B0%8F&after=W10"),
     ("x", "/children?risk=" + "r" * 1000)],
)  # fmt: skip
def test_what_cannot_be_kept_is_said_and_the_typed_name_stays(name, address, person, sign_in, fresh):
    answer = sign_in(person).post("/my/views", data={"name": name, "next": address})
    assert answer.status_code == 422
    assert f'value="{name}"' in answer.text
    assert kept(fresh) == []


def test_thirty_and_no_more(person, sign_in, fresh):
    browser = sign_in(person)
    for n in range(MOST_VIEWS):
        assert browser.post("/my/views", data={"name": f"v{n}", "next": NEXT}).status_code == 303
    assert browser.post("/my/views", data={"name": "one more", "next": NEXT}).status_code == 422
    assert browser.post("/my/views", data={"name": "v3", "next": NEXT}).status_code == 303
    assert len(kept(fresh)) == MOST_VIEWS


def test_renamed_and_removed(person, sign_in, fresh):
    browser = sign_in(person)
    browser.post("/my/views", data={"name": "one", "next": NEXT})
    ref = ref_of(fresh)
    browser.post("/my/views", data={"name": "two", "next": NEXT})
    answer = browser.post(f"/my/views/{ref}/name", data={"name": "two"})
    assert answer.status_code == 422
    assert "already have a view" in answer.text
    for _twice in range(2):
        assert browser.post(f"/my/views/{ref}/name", data={"name": "three"}).status_code == 303
    assert [r.name for r in kept(fresh)] == ["three", "two"]
    assert browser.post(f"/my/views/{ref}/removal").status_code == 303
    assert browser.post(f"/my/views/{ref}/removal").status_code == 404
    assert [r.name for r in kept(fresh)] == ["two"]


def test_views_are_ones_own(person, made, sign_in, fresh):
    sign_in(person).post("/my/views", data={"name": "CANARY", "next": NEXT})
    ref, other = ref_of(fresh), sign_in(made.account(Role.COORDINATOR))
    assert "CANARY" not in other.get("/my/views").text
    assert other.post(f"/my/views/{ref}/name", data={"name": "x"}).status_code == 404
    assert other.post(f"/my/views/{ref}/removal").status_code == 404
    assert [r.name for r in kept(fresh)] == ["CANARY"]


def test_a_view_of_a_list_that_was_lost_leads_nowhere(made, sign_in, fresh):
    account = made.account(Role.CASEWORKER, at=TOWN_A)
    with fresh():
        db.session.add(
            SavedView(account_ref=account.ref, name="old", path="/audit", query="what=x", made_at=account.created_at)
        )
        db.session.commit()
    page = sign_in(account).get("/my/views").text
    assert "old" in page
    assert "/audit?" not in page


def test_only_plain_names_of_filters_are_kept():
    pairs = [("risk", "red"), ("q", "小雨"), ("who", "陈"), ("after", "x"), ("before", "x"), ("csrf_token", "x"), ("A b", "x"),
             ("state", ""), ("risk", "a&b=c")]  # fmt: skip
    assert kept_query(pairs) == "risk=red&risk=a%26b%3Dc"


def test_every_list_with_filters_can_be_kept(app):
    templates = Path(app.root_path).parent / "templates"
    lists = {p.parent.name for p in templates.glob("*/*.html") if "filters(listing)" in p.read_text(encoding="utf-8")}
    assert lists - {"components"} == {endpoint.partition(".")[0] for endpoint in LISTS}
    assert set(LISTS) <= set(app.view_functions)
