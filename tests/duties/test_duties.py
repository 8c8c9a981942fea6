"""What one owes: the page, today's lines, and the sweep over what is overdue."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from portal.duties.models import Duty
from portal.duties.operations import end_duty, open_duty, pass_on
from portal.duties.sweep import ESCALATE_AFTER, sweep
from portal.duties.views import today_of
from portal.duties.words import DUTY_WORDS
from portal.kernel.actor import Role
from portal.kernel.clock import now, standing_at
from portal.kernel.db import db
from portal.notices.models import Notice
from tests.factories import DISTRICT, TOWN_A, TOWN_B, VILLAGE_B

HOUR = timedelta(hours=1)


@pytest.fixture
def owe(app: Any, made: Any) -> Any:
    """`owe("log-review", owner_role=…, in_hours=-1)`: open a duty over town A."""
    count = iter(range(1000))

    def go(kind: str = "log-review", *, in_hours: float = 1, **more: Any) -> str:
        with app.app_context():
            given = {
                "subject_kind": "session_log",
                "subject_ref": "x",
                "url": "/sessions/x",
                "path": made.path(TOWN_A),
            } | more
            if "owner_ref" not in given:
                given.setdefault("owner_role", Role.COORDINATOR)
            key = given.pop("key", f"k{next(count)}")
            ref = open_duty(key, kind=kind, due_at=now() + in_hours * HOUR, now=now(), **given)
            db.session.commit()
            return ref

    return go


def told(fresh: Any) -> list[tuple[str, str, str]]:
    with fresh():
        return [(n.account_ref, n.facts["what"], n.url) for n in db.session.query(Notice).order_by(Notice.id)]


def swept(app: Any, after: timedelta = timedelta(0)) -> int:
    with app.app_context():
        number = sweep(now() + after)
        db.session.commit()
        return number


def test_by_role_and_scope_and_by_name(made: Any, sign_in: Any, owe: Any) -> None:
    here, elsewhere = made.account(Role.COORDINATOR), made.account(Role.COORDINATOR, at=TOWN_B)
    mentor = made.account(Role.MENTOR)
    owe()
    owe("log-answer", owner_ref=mentor.ref)
    assert "Read a session log" in sign_in(here).get("/duties").text
    assert "Read a session log" not in sign_in(elsewhere).get("/duties").text
    mine = sign_in(mentor).get("/duties").text
    assert "Answer about a session log" in mine
    assert "Read a session log" not in mine


def test_what_is_about_a_concern_is_met_by_its_owner_only(made: Any, sign_in: Any, owe: Any) -> None:
    lead, other = made.account(Role.SAFEGUARDING_LEAD), made.account(Role.SAFEGUARDING_LEAD)
    owe("concern-acknowledge", owner_ref=lead.ref, hidden=True)
    owe("concern-acknowledge", owner_role=Role.SAFEGUARDING_LEAD, hidden=True)
    assert sign_in(lead).get("/duties").text.count("Take a concern</a>") == 1
    assert "Take a concern" not in sign_in(other).get("/duties").text


def test_what_is_done_disappears(app: Any, made: Any, sign_in: Any, owe: Any) -> None:
    account = made.account(Role.COORDINATOR)
    owe(key="done")
    with app.app_context():
        end_duty("done", now=now())
        end_duty("done", now=now())
        db.session.commit()
    assert "You owe nothing" in sign_in(account).get("/duties").text


def test_a_duty_says_whom_it_is_about_to_who_may_know(made: Any, sign_in: Any, owe: Any) -> None:
    account = made.account(Role.COORDINATOR, at=TOWN_A)
    near, far = made.child(given_name="晓雨"), made.child(at=VILLAGE_B, given_name="远山")
    volunteer = made.volunteer()
    owe("silent-pair", child_ref=near.ref)
    owe("silent-pair", child_ref=far.ref, owner_ref=account.ref)
    owe("credential-expires", subject_kind="volunteer", subject_ref=volunteer.ref)
    read = sign_in(account).get("/duties").text
    assert f"Call a pair without contact · {near.name}" in read
    assert f"Renew a volunteer&#39;s credential · {volunteer.name}" in read
    assert far.given_name not in read


def test_filters(made: Any, sign_in: Any, owe: Any) -> None:
    account = made.account(Role.COORDINATOR)
    owe("log-review", in_hours=-1)
    owe("mentor-ask", owner_ref=account.ref)
    browser = sign_in(account)
    late = browser.get("/duties?overdue=y").text
    assert "Read a session log" in late
    assert "Answer a mentor" not in late
    own = browser.get("/duties?mine=y").text
    assert "Answer a mentor" in own
    assert "Read a session log" not in own


def test_the_number_of_statements_does_not_grow(made: Any, sign_in: Any, owe: Any, statements: Any) -> None:
    account = made.account(Role.COORDINATOR)
    owe()
    browser = sign_in(account)
    browser.get("/duties")
    with statements() as one:
        browser.get("/duties")
    for _turn in range(30):
        owe()
    with statements() as many:
        browser.get("/duties")
    assert len(one) == len(many) <= 12


def test_today_shows_what_is_due_soon_and_many_as_one_line(app: Any, made: Any, owe: Any) -> None:
    account = made.account(Role.COORDINATOR)
    for _turn in range(5):
        owe("complaint-answer", in_hours=-30)
    owe("goal-review")
    owe("goal-review", in_hours=24 * 30)
    owe("log-review")
    owe("concern-acknowledge", owner_ref=account.ref, hidden=True)
    with app.test_request_context(headers={"Accept-Language": "en"}):
        items = sorted(today_of(made.actor(account)), key=lambda i: i.order)
    assert [(i.who, i.tone, i.url) for i in items] == [
        ("Answer a complaint (5)", "red", "/duties"), ("Review a goal of the plan", "amber", "/sessions/x"),
    ]  # fmt: skip
    assert "overdue" in items[0].when


def test_overdue_is_told_once_per_step(app: Any, made: Any, owe: Any, fresh: Any) -> None:
    owner, boss = made.account(Role.MENTOR), made.account(Role.COORDINATOR, at=DISTRICT)
    owe("log-answer", owner_ref=owner.ref, in_hours=1)
    assert swept(app) == 0
    assert swept(app, 2 * HOUR) == 1
    assert swept(app, 3 * HOUR) == 0
    assert told(fresh) == [(owner.ref, "Answer about a session log", "/sessions/x")]
    assert swept(app, ESCALATE_AFTER + 2 * HOUR) == 1
    assert swept(app, ESCALATE_AFTER + 30 * HOUR) == 0
    assert told(fresh)[1:] == [(boss.ref, "Answer about a session log", "/sessions/x")]


def test_many_of_a_kind_are_one_notice_a_day(app: Any, made: Any, owe: Any, fresh: Any) -> None:
    account = made.account(Role.COORDINATOR)
    for _turn in range(9):
        owe(in_hours=-1)
    assert swept(app) == 9
    assert told(fresh) == [(account.ref, "Read a session log", "/duties")]
    owe(in_hours=-1)
    swept(app)
    assert len(told(fresh)) == 1


def test_concerns_and_what_is_told_otherwise_are_left_alone(app: Any, made: Any, owe: Any, fresh: Any) -> None:
    account = made.account(Role.COORDINATOR)
    owe("concern-acknowledge", owner_ref=account.ref, hidden=True, in_hours=-1)
    owe("silent-alert", in_hours=-1)
    assert swept(app) == 0
    assert told(fresh) == []


def test_passing_on_begins_a_new_clock(app: Any, made: Any, owe: Any, fresh: Any) -> None:
    first, second = made.account(), made.account()
    ref = owe("mentor-ask", owner_ref=first.ref, in_hours=-1)
    swept(app)
    with app.app_context():
        duty = db.session.query(Duty).filter_by(ref=ref).one()
        pass_on(duty, owner_ref=second.ref, due_at=now() + HOUR)
        db.session.commit()
    assert swept(app) == 0
    with standing_at(now() + 2 * HOUR):
        assert swept(app) == 1
    assert [t[0] for t in told(fresh)] == [first.ref, second.ref]


def test_opening_a_key_twice_is_one_duty(owe: Any) -> None:
    assert owe(key="same")
    assert not owe(key="same")


def test_every_kind_that_a_room_opens_has_words() -> None:
    import re
    from pathlib import Path

    opened = set()
    for path in Path("portal").rglob("*.py"):
        calls = r"open_duty\((.*?)\)  # fmt: skip|open_duty\((.*?)\n    \)"
        for call in re.finditer(calls, path.read_text(), re.DOTALL):
            opened.update(re.findall(r'\bkind="([a-z-]+)"', call[0]))
    assert opened <= set(DUTY_WORDS), opened
