"""One timeline of everything: newest first, every room's lines, by the reader's fields, at the same cost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.children.models import FileNote, RiskChange, Sight
from portal.children.rules import FieldSet, RiskLevel
from portal.kernel.actor import Role
from portal.kernel.clock import now, today
from portal.web.registries import Card, TimelineEntry

VILLAGE_A = "371302105001"


@pytest.fixture
def child(made):
    return made.child()


@pytest.fixture
def browser(made, sign_in):
    return sign_in(made.account(Role.CASEWORKER, at=VILLAGE_A))


def note(made, child, text: str, days_ago: int) -> None:
    moment = now() - timedelta(days=days_ago)
    made.save(FileNote(child_id=child.id, text=text, written_by="x", writer_name="刘春梅", written_at=moment))


def test_the_newest_stands_on_top(made, browser, child):
    note(made, child, "早的一条", 9)
    note(made, child, "晚的一条", 1)
    made.save(
        RiskChange(
            child_id=child.id,
            after=RiskLevel.RED,
            reason="中间的一条",
            changed_by="x",
            changed_at=now() - timedelta(days=4),
        )
    )
    text = browser.get(f"/children/{child.ref}").text
    assert text.index("晚的一条") < text.index("中间的一条") < text.index("早的一条")
    assert "刘春梅" in text


def test_other_rooms_put_their_lines_and_panels_in(app, browser, child, monkeypatch):
    def lines(_actor, ref: str, _most: int):
        assert ref == child.ref
        return [
            TimelineEntry(now() + timedelta(minutes=1), "Session", "green", "王思远", "一起放风筝", "/sessions/x"),
            TimelineEntry(today() - timedelta(days=2), "Day", "blue", "", "只有日期"),
        ]

    def panel(_actor, _ref: str):
        return Card("别的房间", "components/tag.html", {})

    monkeypatch.setattr(app.registries, "timeline", [*app.registries.timeline, lines])
    monkeypatch.setattr(app.registries, "child_panels", [*app.registries.child_panels, panel, lambda _a, _r: None])
    text = browser.get(f"/children/{child.ref}").text
    assert 'href="/sessions/x"' in text
    assert text.index("一起放风筝") < text.index("Consent")
    assert "只有日期" in text
    assert "别的房间" in text


def test_more_lines_are_a_step_away(made, browser, child):
    for n in range(40):
        note(made, child, f"第{n:02d}条记事", n + 1)
    first = browser.get(f"/children/{child.ref}").text
    assert "第05条记事" in first
    assert "第39条记事" not in first
    assert f"/children/{child.ref}?lines=60" in first
    assert "第39条记事" in browser.get(f"/children/{child.ref}?lines=60").text
    for odd in ("x", "-5", "99999999"):
        assert browser.get(f"/children/{child.ref}?lines={odd}").status_code == 200


def test_a_grant_because_of_a_concern_is_in_no_timeline(made, browser, child):
    lead = made.account(Role.SAFEGUARDING_LEAD, name="保护负责人甲")
    made.sight(child, lead.ref, FieldSet.CONCERN, "concern", "c")
    door = made.account(Role.GRID_WORKER, name="周建国")
    made.sight(child, door.ref, FieldSet.DOOR, "child", child.ref)
    text = browser.get(f"/children/{child.ref}").text
    assert "周建国 is assigned" in text
    assert "保护负责人甲" not in text


@pytest.mark.parametrize("path", ["", "/profile", "/plan", "/carers", "/looks"])
def test_a_file_with_one_line_and_with_fifty_costs_the_same(made, browser, child, statements, path):
    url = f"/children/{child.ref}{path}"
    browser.get(url)
    one = statements(lambda: browser.get(url))
    for n in range(50):
        note(made, child, f"第{n}条", n)
        made.save(
            Sight(
                child_id=child.id,
                account_ref=f"a{n}",
                fields=FieldSet.DOOR,
                because_kind="child",
                because_ref=child.ref,
                from_at=now(),
                granted_by="x",
            )
        )
    fifty = statements(lambda: browser.get(url))
    assert len(one) == len(fifty)
    reads = [s for s in fifty if not s.startswith(("INSERT", "UPDATE"))]
    assert len(reads) <= 12, "\n".join(reads)
