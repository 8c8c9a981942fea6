"""The pages of a pair: a coordinator takes a child from the list to `active` and to a good end; who may not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from portal.audit.models import AuditEntry
from portal.kernel.actor import Role
from portal.kernel.clock import today
from portal.kernel.db import db
from portal.pairing.models import MentorAsk, Pairing
from portal.pairing.rules import PairingState
from portal.volunteers.models import Volunteer
from tests.factories import TOWN_A, TOWN_B, VILLAGE_B
from tests.house.test_access_matrix import bare

TODAY = today().isoformat()
IN_A_YEAR = (today() + timedelta(days=366)).isoformat()


@contextmanager
def counted(app: Any) -> Iterator[list[str]]:
    """The statements sent meanwhile."""
    seen: list[str] = []
    with app.app_context():
        engine = db.engine

    def note(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def browser(made: Any, sign_in: Any) -> Any:
    return sign_in(made.account(Role.COORDINATOR, name="陈主任"))


def state_of(fresh: Any, ref: str) -> PairingState:
    with fresh():
        return db.session.query(Pairing).where(Pairing.ref == ref).one().state


def test_from_the_waiting_child_to_active_and_to_a_good_end(made: Any, browser: Any, fresh: Any) -> None:
    child = made.child()
    _account, volunteer = made.mentor(name="王丽")
    assert child.name in browser.get("/pairings/new").text
    page = browser.get(f"/pairings/new?child={child.ref}").text
    assert "王丽" in page
    assert "same town" in page
    both = {"child": child.ref, "volunteer": volunteer.ref}
    answer = browser.post("/pairings/new", data=both)
    url = answer.headers["Location"]
    assert browser.post("/pairings/new", data=both).headers["Location"] == url
    ref = url.rsplit("/", 1)[1]
    assert "Record the talk" in browser.get(url).text
    early = browser.post(f"{url}/agreement", data={"on": TODAY, "until": IN_A_YEAR})
    assert early.status_code == 422
    for side in ("child", "carer", "mentor"):
        assert browser.get(f"{url}/talks/{side}").status_code == 200
        assert (
            browser.post(f"{url}/talks/{side}", data={"on": TODAY, "agrees": "yes", "said": "愿意"}).status_code == 303
        )
    assert "Record the agreement" in browser.get(url).text
    assert browser.get(f"{url}/agreement").status_code == 200
    assert browser.post(f"{url}/agreement", data={"on": TODAY, "until": IN_A_YEAR}).status_code == 303
    assert browser.get(f"{url}/first-meeting").status_code == 200
    alone = browser.post(f"{url}/first-meeting", data={"on": TODAY, "staff": ""})
    assert alone.status_code == 422
    assert browser.post(f"{url}/first-meeting", data={"on": TODAY, "staff": "陈主任"}).status_code == 303
    assert state_of(fresh, ref) is PairingState.ACTIVE
    assert browser.post(f"{url}/pauses", data={"reason": ""}).status_code == 303
    assert state_of(fresh, ref) is PairingState.ACTIVE
    browser.post(f"{url}/pauses", data={"reason": "期末考试"})
    browser.post(f"{url}/resumption")
    assert browser.get(f"{url}/ending").status_code == 200
    assert browser.post(f"{url}/ending", data={"because": "moved", "reason": "全家搬走"}).status_code == 303
    assert browser.get(f"{url}/closure").status_code == 200
    kept = browser.post(f"{url}/closure", data={"exit_child": "held", "draft": "1"})
    assert kept.status_code == 303
    part = browser.post(f"{url}/closure", data={"exit_child": "held", "on": TODAY, "reason": "moved"})
    assert part.status_code == 422
    assert "Fill this in before the pair ends" in part.text
    whole = {"exit_child": "held", "exit_mentor": "refused", "contact_after": "none", "on": TODAY, "reason": "moved"}
    assert browser.post(f"{url}/closure", data=whole).status_code == 303
    assert state_of(fresh, ref) is PairingState.CLOSED
    assert "Begin again" in browser.get(url).text
    browser.post(f"{url}/reopening", data={"reason": "搬回来了"})
    assert state_of(fresh, ref) is PairingState.ACTIVE
    browser.post(f"{url}/mistake", data={"reason": "录错"})
    assert state_of(fresh, ref) is PairingState.ENTERED_IN_ERROR
    with fresh():
        moves = db.session.query(AuditEntry).where(AuditEntry.what == "pairing-moved", AuditEntry.subject_ref == ref)
        assert moves.count() == 9
        assert db.session.get(Volunteer, volunteer.id).live_pairings == 0


@pytest.mark.parametrize(
    ("path", "data", "sentence"),
    [
        ("agreement", {"on": "2999-01-01", "until": IN_A_YEAR}, "no day of the calendar"),
        ("agreement", {"on": TODAY, "until": TODAY}, "at least 12 months"),
        ("agreement", {"on": "2026-02-30", "until": IN_A_YEAR}, "no day of the calendar"),
        ("talks/child", {"on": TODAY}, "Fill this in"),
        ("talks/child", {"on": TODAY, "agrees": "perhaps"}, "Choose one of the list"),
        ("talks/child", {"on": TODAY, "agrees": "yes", "said": "长" * 301}, "At most 300"),
    ],
)
def test_bad_input_is_a_sentence(
    path: str, data: dict[str, str], sentence: str, made: Any, browser: Any, fresh: Any
) -> None:
    pairing = made.pairing(made.child(), made.volunteer(), PairingState.CONSULTED)
    answer = browser.post(f"/pairings/{pairing.ref}/{path}", data=data)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert state_of(fresh, pairing.ref) is PairingState.CONSULTED


def test_why_not_this_one(made: Any, browser: Any) -> None:
    child = made.child(mentor_sex="male")
    made.volunteer(name="王丽")
    page = browser.get(f"/pairings/new?child={child.ref}").text
    assert "王丽" not in page
    page = browser.get(f"/pairings/new?child={child.ref}&q=王丽").text
    assert "Not possible" in page
    assert "other sex" in page


def test_the_list_filters_and_sorts(made: Any, browser: Any) -> None:
    quiet = made.child(surname="赵", given_name="静", initials="zj")
    far = made.child(surname="钱", given_name="远", initials="qy", at=VILLAGE_B)
    made.pairing(quiet, made.volunteer(name="王丽"), last_contact_on=today() - timedelta(days=31))
    made.pairing(far, made.volunteer(name="李强"), PairingState.PAUSED)
    for query, there, gone in (
        ("", ["赵静", "钱远"], []),
        ("silent=y", ["赵静"], ["钱远"]),
        ("state=paused", ["钱远"], ["赵静"]),
        (f"town={TOWN_B}", ["钱远"], ["赵静"]),
        ("q=王", ["赵静"], ["钱远"]),
        ("q=qy", ["钱远"], ["赵静"]),
        ("sort=-mentor", ["赵静", "钱远"], []),
        ("sort=contact", ["赵静", "钱远"], []),
    ):
        text = browser.get("/pairings?" + query).text
        assert all(n in text for n in there), query
        assert not any(n in text for n in gone), query


def test_a_list_costs_the_same_for_one_and_for_fifty(app: Any, made: Any, browser: Any) -> None:
    made.pairing(made.child(), made.volunteer())
    browser.get("/pairings")
    with counted(app) as one:
        browser.get("/pairings")
    for _ in range(50):
        made.pairing(made.child(), made.volunteer())
    with counted(app) as many:
        browser.get("/pairings")
    assert len(many) == len(one) <= 12


def test_the_next_page_goes_on_in_every_order(made: Any, browser: Any) -> None:
    for n in range(30):
        made.pairing(made.child(given_name=f"甲{n:02d}"), made.volunteer(), last_contact_on=None if n % 2 else today())
    for sort in ("child", "-mentor", "state", "contact", "proposed"):
        first = browser.get(f"/pairings?sort={sort}").text
        after = first.split("after=")[1].split('"')[0]
        second = browser.get(f"/pairings?sort={sort}&after={after}").text
        assert [sum(f"甲{n:02d}" in page for page in (first, second)) for n in range(30)] == [1] * 30, sort


def test_an_export_needs_a_reason(made: Any, browser: Any, fresh: Any) -> None:
    made.pairing(made.child(), made.volunteer(name="@SUM(A1)"))
    assert browser.post("/pairings/export", data={"kind": "csv"}).status_code == 422
    text = browser.post("/pairings/export", data={"kind": "csv", "reason": "核对"}).data.decode("utf-8-sig")
    assert "'@SUM(A1)" in text
    assert browser.post("/pairings/export", data={"kind": "xlsx", "reason": "核对"}).data[:2] == b"PK"
    with fresh():
        assert db.session.query(AuditEntry).where(AuditEntry.what == "pairings-exported").count() == 2


STEPS = (
    "talks/child",
    "agreement",
    "first-meeting",
    "ending",
    "closure",
    "pauses",
    "resumption",
    "reopening",
    "refusal",
    "mistake",
)
GETS = ("", "/talks/child", "/agreement", "/first-meeting", "/ending", "/closure")


@pytest.mark.parametrize(
    ("role", "at", "read", "step"),
    [
        (Role.COORDINATOR, TOWN_B, 404, 404),
        (Role.SUPERVISOR, TOWN_A, 200, 403),
        (Role.SUPERVISOR, TOWN_B, 404, 403),
        (Role.CASEWORKER, "371302105001", 200, 403),
        (Role.CASEWORKER, "371302105002", 404, 403),
        (Role.MENTOR, TOWN_A, 404, 403),
        (Role.CONFIRMER, TOWN_A, 403, 403),
        (Role.ADMIN, TOWN_A, 403, 403),
        (Role.AUDITOR, TOWN_A, 403, 403),
        (Role.SAFEGUARDING_LEAD, TOWN_A, 403, 403),
    ],
)
def test_who_reads_and_who_moves(
    role: Role, at: str, read: int, step: int, made: Any, sign_in: Any, fresh: Any
) -> None:
    pairing = made.pairing(made.child(), made.volunteer())
    visitor = sign_in(made.account(role, at=at))
    url = f"/pairings/{pairing.ref}"
    answer = visitor.get(url)
    assert answer.status_code == read
    if read == 404:
        missing = visitor.get("/pairings/AAAAAAAAAAAAAAAA")
        assert bare(answer, pairing.ref) == bare(missing, "AAAAAAAAAAAAAAAA")
    for path in STEPS:
        assert visitor.post(f"{url}/{path}", data={"reason": "x"}).status_code == step, path
    assert state_of(fresh, pairing.ref) is PairingState.ACTIVE


def test_a_mentor_sees_the_own_pair_by_the_alias_and_no_other(made: Any, sign_in: Any, fresh: Any) -> None:
    child = made.child(surname="欧阳", given_name="若兰", alias="小鹿")
    account, volunteer = made.mentor()
    _other, others_volunteer = made.mentor()
    own = made.pairing(child, volunteer, child_said="canary-said", why="canary-why")
    other = made.pairing(made.child(), others_volunteer)
    former = made.pairing(made.child(), volunteer, PairingState.CLOSED)
    browser = sign_in(account)
    text = browser.get(f"/pairings/{own.ref}").text
    assert "小鹿" in text
    for hidden in ("欧阳", "若兰", "canary", "示例一村", "李桂英", "17000000001"):
        assert hidden not in text, hidden
    for unseen in (other, former):
        for path in GETS:
            expected = 404 if path == "" else 403
            assert browser.get(f"/pairings/{unseen.ref}{path}").status_code == expected
        assert browser.get(f"/pairings/{unseen.ref}/asks/new").status_code == 404
        assert browser.post(f"/pairings/{unseen.ref}/asks/new", data={"kind": "help", "text": "x"}).status_code == 404


def test_frozen_and_paused_are_the_same_page_to_the_mentor(made: Any, sign_in: Any, fresh: Any) -> None:
    account, volunteer = made.mentor()
    pairing = made.pairing(made.child(), volunteer, PairingState.PAUSED)
    browser = sign_in(account)
    paused = browser.get(f"/pairings/{pairing.ref}").text
    with fresh():
        row = db.session.get(Pairing, pairing.id)
        row.state, row.frozen_from = PairingState.FROZEN, PairingState.ACTIVE
        db.session.commit()
    frozen = browser.get(f"/pairings/{pairing.ref}").text
    assert "paused by the programme" in paused

    def plain(text: str) -> str:
        return re.sub(r'(content|value)="[\w.\-]{60,}"|"X-CSRFToken": "[^"]+"', "", text)

    assert plain(paused) == plain(frozen)


def test_asking_and_answering(made: Any, sign_in: Any, browser: Any, fresh: Any) -> None:
    account, volunteer = made.mentor(name="王丽")
    pairing = made.pairing(made.child(), volunteer)
    mentor = sign_in(account)
    url = f"/pairings/{pairing.ref}"
    assert mentor.get(f"{url}/asks/new?kind=leave").status_code == 200
    data = {"kind": "leave", "text": "下个月要出差"}
    assert mentor.post(f"{url}/asks/new", data=data).status_code == 303
    assert mentor.post(f"{url}/asks/new", data=data).status_code == 303
    assert mentor.post(f"{url}/asks/new", data=data | {"text": "又一次"}).status_code == 422
    with fresh():
        ask = db.session.query(MentorAsk).one()
    assert "下个月要出差" in browser.get(url).text
    answer = f"{url}/asks/{ask.ref}"
    assert mentor.get(answer).status_code == 403
    assert browser.get(answer).status_code == 200
    assert browser.post(answer, data={"answer": ""}).status_code == 422
    assert browser.post(answer, data={"answer": "好的，先暂停一个月"}).status_code == 303
    assert browser.post(answer, data={"answer": "再答"}).status_code == 422
    assert "好的，先暂停一个月" in mentor.get(url).text
    elsewhere = made.pairing(made.child(), made.volunteer())
    assert browser.get(f"/pairings/{elsewhere.ref}/asks/{ask.ref}").status_code == 404


def test_the_coordinators_today_and_the_file_show_the_pair(made: Any, sign_in: Any, browser: Any) -> None:
    account, volunteer = made.mentor(name="王丽")
    child = made.child()
    pairing = made.pairing(child, volunteer)
    begun = made.pairing(made.child(surname="孙"), made.volunteer(name="李强"), PairingState.PROPOSED)
    sign_in(account).post(f"/pairings/{pairing.ref}/asks/new", data={"kind": "help", "text": "不知道怎么办"})
    today_page = browser.get("/today").text
    assert "asks for help" in today_page
    assert begun.ref in today_page
    file_page = browser.get(f"/children/{child.ref}").text
    assert f"/pairings/{pairing.ref}" in file_page
    assert f"/pairings/new?child={begun.child_ref}" in browser.get(f"/children/{begun.child_ref}").text


def test_every_page_shows_in_chinese(made: Any, sign_in: Any) -> None:
    account = made.account(Role.COORDINATOR)
    mentor, volunteer = made.mentor()
    child = made.child()
    pairing = made.pairing(child, volunteer)
    browser = sign_in(account, locale="zh_Hans")
    for path in (
        "/pairings",
        "/pairings/new",
        f"/pairings/new?child={child.ref}&q=志愿者",
        "/pairings/export",
        *(f"/pairings/{pairing.ref}{p}" for p in GETS),
    ):
        answer = browser.get(path)
        assert answer.status_code == 200, path
        assert answer.text.count("<h1") == 1
    own = sign_in(mentor, locale="zh_Hans")
    for path in (
        f"/pairings/{pairing.ref}",
        f"/pairings/{pairing.ref}/asks/new",
        "/my/volunteering",
        "/my/volunteering/leave",
    ):
        assert own.get(path).status_code == 200
