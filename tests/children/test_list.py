"""The list: who finds whom, filters, sorting, pages, and its cost."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from datetime import date

import pytest

from portal.children.listing import mended_code
from portal.children.rules import Category, FieldSet, FileState, RiskLevel
from portal.kernel.actor import Role
from portal.kernel.clock import today

VILLAGE_A, VILLAGE_B, TOWN_A, TOWN_B = "371302105001", "371302109001", "371302105", "371302109"


@pytest.fixture
def three(made):
    """Three children in two towns."""
    return (
        made.child(risk=RiskLevel.RED, category=Category.ORPHAN, born_on=date(today().year - 9, 1, 1)),
        made.child(
            surname="单", given_name="小雨", initials="sxy", at=VILLAGE_B, born_on=date(today().year - 15, 1, 1)
        ),
        made.child(surname="王", given_name="子", initials="wz", state=FileState.CLOSED, closed_on=today()),
    )


def names(answer) -> list[str]:
    return [n for n in ("张晓雨", "单小雨", "王子") if n in answer.text]


@pytest.mark.parametrize(
    ("role", "at", "seen"),
    [
        (Role.COORDINATOR, "371302", ["张晓雨", "单小雨"]),
        (Role.SUPERVISOR, TOWN_A, ["张晓雨"]),
        (Role.SUPERVISOR, TOWN_B, ["单小雨"]),
        (Role.CASEWORKER, VILLAGE_A, ["张晓雨"]),
        (Role.CASEWORKER, "371302105002", []),
        (Role.GRID_WORKER, "371302", []),
        (Role.SAFEGUARDING_LEAD, "371302", []),
    ],
)
def test_each_role_sees_the_children_of_its_own_region(made, sign_in, three, role, at, seen):
    answer = sign_in(made.account(role, at=at)).get("/children")
    assert answer.status_code == 200
    assert names(answer) == seen


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR, Role.CAMP_LEADER])
def test_other_roles_do_not_come_here(made, sign_in, role):
    assert sign_in(made.account(role)).get("/children").status_code == 403


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("risk=red", ["张晓雨"]),
        ("category=orphan", ["张晓雨"]),
        ("state=closed", ["王子"]),
        ("state=entered_in_error", ["张晓雨", "单小雨"]),
        ("mentor=with", []),
        ("mentor=without", ["张晓雨", "单小雨"]),
        ("ages=13-15", ["单小雨"]),
        ("ages=7-12", ["张晓雨"]),
        ("q=晓雨", ["张晓雨"]),
        ("q=小雨", ["单小雨"]),
        ("q=sxy", ["单小雨"]),
        ("q=ZX", ["张晓雨"]),
        ("q=%25", []),
        ("q=_", []),
    ],
)
def test_filters_stand_in_the_address(made, sign_in, three, query, seen):
    answer = sign_in(made.account(Role.COORDINATOR)).get(f"/children?{query}")
    assert answer.status_code == 200
    assert names(answer) == seen


def test_a_town_and_then_a_village_narrow_the_list(made, sign_in, three):
    browser = sign_in(made.account(Role.COORDINATOR))
    answer = browser.get("/children", query_string={"region": made.path(TOWN_B)})
    assert names(answer) == ["单小雨"]
    assert "示例三村" in answer.text
    assert names(browser.get("/children", query_string={"region": made.path(VILLAGE_A)})) == ["张晓雨"]


def test_a_code_is_found_however_it_is_typed(made, sign_in):
    made.child(code="10ABC0F1")
    assert "张晓雨" in sign_in(made.account(Role.COORDINATOR)).get("/children?q=loabc-of i").text
    assert mended_code("ｌｏ") == "ｌｏ".upper()
    assert mended_code("１o-l") == "101"


def test_an_unknown_filter_or_a_broken_page_mark_is_no_error(made, sign_in, three):
    browser = sign_in(made.account(Role.COORDINATOR))
    for query in (
        "risk=purple",
        "region=/etc/",
        "ages=x",
        "sort=-nothing",
        "after=!!!",
        "state=closed&after=W10",
        "q=%00%00",
    ):
        assert browser.get(f"/children?{query}").status_code == 200, query


def test_pages_lead_on_and_back_without_losing_anybody(made, sign_in):
    for n in range(30):
        made.child(given_name=f"第{n:02d}", initials=f"zd{n:02d}", name=f"张第{n:02d}")
    browser = sign_in(made.account(Role.COORDINATOR))
    first = browser.get("/children").text
    assert "张第24" in first
    assert "张第25" not in first
    onward = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = browser.get(onward).text
    assert "张第25" in second
    assert "张第29" in second
    back = second.split('rel="prev" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "张第00" in browser.get(back).text
    for sort in ("age", "-age", "village", "opened", "-name"):
        assert browser.get(f"/children?sort={sort}").status_code == 200


def test_one_row_and_fifty_cost_the_same_statements(made, sign_in, statements):
    browser = sign_in(made.account(Role.COORDINATOR))
    made.child()
    browser.get("/children")
    one = statements(lambda: browser.get("/children"))
    for n in range(50):
        made.child(code=f"X{n:07d}")
    fifty = statements(lambda: browser.get("/children"))
    assert len(one) == len(fifty) <= 12, fifty


def test_a_list_without_rows_says_what_to_do_next(made, sign_in):
    made.regions()
    assert "Open the first child’s file" in sign_in(made.account(Role.CASEWORKER, at=VILLAGE_A)).get("/children").text
    assert "No child is with you now" in sign_in(made.mentor()[0]).get("/children").text
    assert "No child fits" in sign_in(made.account(Role.COORDINATOR)).get("/children?q=nobody").text


def test_a_grid_worker_sees_names_and_villages_only(made, sign_in):
    child = made.child(risk=RiskLevel.RED, category=Category.ORPHAN)
    account = made.account(Role.GRID_WORKER, at=VILLAGE_A)
    made.sight(child, account.ref, FieldSet.DOOR, "child", child.ref)
    text = sign_in(account).get("/children").text
    assert "张晓雨" in text
    assert "示例一村" in text
    assert "orphan" not in text
    assert "tag-red" not in text
    assert "Export" not in text


def test_a_mentor_sees_the_alias_or_the_given_name_and_the_age_only(made, sign_in):
    account, volunteer = made.mentor()
    child = made.child(surname="欧阳", given_name="晓雨", name="欧阳晓雨", alias="小鹿", risk=RiskLevel.RED)
    made.pairing(child, volunteer)
    text = sign_in(account).get("/children").text
    assert "小鹿" in text
    assert "female · 1" in text
    for canary in ("欧阳", "晓雨", "示例一村", "tag-red", child.code):
        assert canary not in text


def test_a_person_with_two_roles_sees_each_row_by_its_own_fields(made, sign_in):
    """A caseworker of one village who mentors a child of another: two kinds of rows in one list."""
    account, volunteer = made.mentor()
    made.grant(account, Role.CASEWORKER, at=VILLAGE_A)
    made.child(risk=RiskLevel.YELLOW)
    other = made.child(
        surname="慕容", given_name="小北", name="慕容小北", initials="mrxb", at=VILLAGE_B, risk=RiskLevel.RED
    )
    made.pairing(other, volunteer)
    browser = sign_in(account)
    text = browser.get("/children").text
    assert "张晓雨" in text
    assert "小北" in text
    assert "tag-amber" in text
    for canary in ("慕容", "示例三村", "tag-red"):
        assert canary not in text
    for query in ("risk=red", "q=慕容", "q=mrxb", f"q={other.code}"):
        assert "小北" not in browser.get(f"/children?{query}").text, query


def test_an_address_carries_no_date_of_birth_and_no_name(made, sign_in):
    """A mentor's and a grid worker's children: the address of the next page stands in histories and logs."""
    account, door = made.mentor()[0], made.account(Role.GRID_WORKER)
    for n in range(27):
        child = made.child(given_name=f"晓{n:02d}", initials="qwq", born_on=date(2015, 3, 1 + n))
        made.sight(child, account.ref, FieldSet.MENTOR, "pairing", "p")
        made.sight(child, door.ref, FieldSet.DOOR, "child", child.ref)
    for reader in (account, door, made.account(Role.COORDINATOR)):
        browser = sign_in(reader)
        for sort in ("", "?sort=age", "?sort=-age", "?sort=opened", "?sort=village"):
            text = browser.get(f"/children{sort}").text
            mark = text.split("after=")[1].split('"')[0].split("&")[0]
            plain = mark.encode() + urlsafe_b64decode(mark + "=" * (-len(mark) % 4))
            for fact in (b"2015", b"-03-", b"qwq", str(today().year).encode(), b"/37/"):
                assert fact not in plain, (reader.ref, sort)


def test_nobody_sorts_by_what_they_may_not_see(made, sign_in):
    """A grid worker sees ages, but neither dates of birth nor when a file was opened."""
    door = made.account(Role.GRID_WORKER)
    for n, name in enumerate("甲乙丙"):
        child = made.child(
            given_name=name, initials="zx" + "abc"[n], born_on=date(2015, 3, 9 - n), opened_on=date(2024, 1, 9 - n)
        )
        made.sight(child, door.ref, FieldSet.DOOR, "child", child.ref)
    browser = sign_in(door)

    def order(sort):
        text = browser.get(f"/children?sort={sort}").text
        return sorted("甲乙丙", key=lambda c: text.index("张" + c))

    for sort in ("age", "-age", "opened", "-opened"):
        assert order(sort) == list("甲乙丙"), sort
    assert order("-name") == list("丙乙甲")
