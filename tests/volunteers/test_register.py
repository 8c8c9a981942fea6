"""The register: who sees it, filters, sorting, pages, export, the number of statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from portal.audit.models import AuditEntry
from portal.kernel.actor import Role
from portal.kernel.db import db
from portal.volunteers.rules import VolunteerState
from tests.factories import TOWN_A, TOWN_B


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
def coordinator(made: Any, sign_in: Any) -> Any:
    return sign_in(made.account(Role.COORDINATOR))


def test_filters_by_state_skill_town_hours_place_and_name(made: Any, coordinator: Any) -> None:
    made.volunteer(name="王丽", initials="wl", skills=["art", "homework"], availability=["sun-pm"])
    made.volunteer(name="李强", initials="lq", at=TOWN_B, state=VolunteerState.ON_LEAVE, live_pairings=1)
    for query, there, gone in (
        ("", ["王丽", "李强"], []),
        ("q=王", ["王丽"], ["李强"]),
        ("q=LQ", ["李强"], ["王丽"]),
        ("state=on_leave", ["李强"], ["王丽"]),
        ("skill=art", ["王丽"], ["李强"]),
        (f"town={TOWN_B}", ["李强"], ["王丽"]),
        ("day=sun", ["王丽"], ["李强"]),
        ("day=sun&part=am", [], ["王丽", "李强"]),
        ("part=am", ["李强"], ["王丽"]),
        ("free=y", ["王丽"], ["李强"]),
        ("state=nonsense&sort=-name", ["王丽", "李强"], []),
    ):
        text = coordinator.get("/volunteers?" + query).text
        assert all(name in text for name in there), query
        assert not any(name in text for name in gone), query
    assert "No volunteer fits" in coordinator.get("/volunteers?q=没有这个人").text


def test_a_supervisor_sees_the_own_town_only(made: Any, sign_in: Any) -> None:
    here, there = made.volunteer(name="王丽"), made.volunteer(name="李强", at=TOWN_B)
    browser = sign_in(made.account(Role.SUPERVISOR, at=TOWN_A))
    text = browser.get("/volunteers").text
    assert "王丽" in text
    assert "李强" not in text
    assert "/volunteers/new" not in text
    assert browser.get(f"/volunteers/{here.ref}").status_code == 200
    assert browser.get(f"/volunteers/{there.ref}").status_code == 404
    assert browser.get(f"/volunteers/{here.ref}/profile").status_code == 403
    answer = browser.post(f"/volunteers/{here.ref}/moves", data={"to": "suspended", "reason": "x"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "role", [Role.CASEWORKER, Role.GRID_WORKER, Role.CONFIRMER, Role.MENTOR, Role.AUDITOR, Role.ADMIN]
)
def test_other_roles_do_not_come_to_the_register(role: Role, made: Any, sign_in: Any) -> None:
    volunteer = made.volunteer()
    browser = sign_in(made.account(role))
    assert browser.get("/volunteers").status_code == 403
    assert browser.get(f"/volunteers/{volunteer.ref}").status_code == 403
    assert browser.get("/volunteers/export").status_code == 403


def test_a_list_costs_the_same_for_one_and_for_fifty(app: Any, made: Any, coordinator: Any) -> None:
    made.volunteer()
    coordinator.get("/volunteers")
    with counted(app) as one:
        coordinator.get("/volunteers")
    for _ in range(50):
        made.volunteer()
    with counted(app) as many:
        coordinator.get("/volunteers")
    assert len(many) == len(one) <= 12


def test_pages_go_on_and_back_in_every_order(made: Any, coordinator: Any) -> None:
    for n in range(30):
        made.volunteer(name=f"志愿者甲{n:02d}", initials=f"a{n:02d}")
    for sort in ("name", "-name", "state", "free", "since"):
        first = coordinator.get(f"/volunteers?sort={sort}").text
        after = first.split("after=")[1].split('"')[0]
        second = coordinator.get(f"/volunteers?sort={sort}&after={after}").text
        shown = [sum(f"志愿者甲{n:02d}" in page for page in (first, second)) for n in range(30)]
        assert shown == [1] * 30, sort


def test_an_export_needs_a_reason_and_is_logged(made: Any, coordinator: Any, fresh: Any) -> None:
    made.volunteer(name="=1+1", phone="+8613900000000")
    assert coordinator.post("/volunteers/export", data={"kind": "csv"}).status_code == 422
    answer = coordinator.post("/volunteers/export", data={"kind": "csv", "reason": "年报"})
    text = answer.data.decode("utf-8-sig")
    assert "'=1+1" in text
    assert "年报" in text
    assert "13900000000" not in text
    with fresh():
        entry = db.session.query(AuditEntry).where(AuditEntry.what == "volunteers-exported").one()
        assert (entry.reason, entry.facts["rows"]) == ("年报", 1)
