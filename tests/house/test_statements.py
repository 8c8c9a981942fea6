"""A page costs the same number of statements for one row as for many, and never more than twelve.

Each list names who looks, what makes one more row, and what a row looks like on its page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from bench.measure import counted_statements
from portal.access.models import Account
from portal.audit.operations import record
from portal.kernel.actor import SYSTEM, Role
from portal.kernel.clock import now, today
from portal.kernel.db import db
from portal.needs.models import Need
from portal.needs.rules import Level, NeedChannel, NeedKind, NeedState
from portal.notices.operations import tell
from portal.partners.models import Award, Organisation, Service
from portal.partners.rules import OrgKind, OrgState
from portal.visits.operations.plan import plan_all
from tests.factories import DISTRICT

MOST = 12
MANY = 50


@dataclass(frozen=True)
class ListPage:
    """One list: its address, who looks at it, and how `(made, reader, number)` adds a row."""

    address: str
    role: Role
    add: Callable[[Any, Any, int], Any]


def add_pair(made: Any, _reader: Any, _n: int) -> Any:
    """A pair of its own child and mentor."""
    _account, volunteer = made.mentor()
    return made.pairing(made.child(), volunteer)


def add_log(made: Any, reader: Any, n: int) -> None:
    """A sent log of a pair of its own."""
    made.log(add_pair(made, reader, n))


def add_notice(made: Any, reader: Any, n: int) -> None:
    """A notice to the reader."""
    with made.app.app_context():
        tell("export-made", to=[reader.ref], now=now(), url="/audit", name="陈", rows=str(n), reason="给街道开会用")
        db.session.commit()


def add_entry(made: Any, reader: Any, n: int) -> None:
    """A line of the log about the reader's account."""
    with made.app.app_context():
        record("children-exported", db.session.get(Account, reader.id), actor=SYSTEM, now=now(), rows=n)
        db.session.commit()


def add_owed_visit(made: Any, _reader: Any, _n: int) -> None:
    """A child of the village whose visit is owed."""
    made.child()
    with made.app.app_context():
        plan_all(now())
        db.session.commit()


def add_visit(made: Any, reader: Any, _n: int) -> Any:
    """A visit to a child of its own."""
    return made.visit(made.child(), reader)


def add_twin_visit(made: Any, reader: Any, _n: int) -> None:
    """A visit by somebody else whose text is that of every other one."""
    child = made.child()
    made.visit(child, reader, author_ref="somebody", text_print="same", household_print=child.ref)


def add_need(made: Any, _reader: Any, n: int) -> Any:
    """A need of its own child, with whom nobody has dealt yet."""
    child = made.child()
    return made.save(
        Need(child_id=child.id, child_ref=child.ref, region_path=child.region_path, kind=NeedKind.MEDICAL,
             channel=NeedChannel.FILE, client_key=f"n{n}", state=NeedState.AT_DISTRICT, level=Level.DISTRICT,
             due_at=now(), raised_by="x", raised_at=now())
    )  # fmt: skip


def add_organisation(made: Any, _reader: Any, n: int) -> Organisation:
    """A published organisation with a service."""
    path = made.path(DISTRICT)
    row = made.save(
        Organisation(name=f"机构{n:02}", initials=f"jg{n:02}", kind=OrgKind.CHARITY, region_path=path,
                     state=OrgState.ACTIVE, created_at=now(), created_by="x", changed_at=now())
    )  # fmt: skip
    made.save(
        Service(organisation_id=row.id, region_path=path, name=f"服务{n:02}", help_kinds=["medical"], created_at=now(),
                changed_at=now())
    )  # fmt: skip
    return row


def add_award(made: Any, reader: Any, n: int) -> None:
    """An award of an organisation of its own."""
    row = add_organisation(made, reader, n)
    made.save(
        Award(organisation_id=row.id, region_path=row.region_path, name=f"奖{n}", given_by="市里", given_on=today(),
              created_at=now())
    )  # fmt: skip


LISTS = (
    ListPage("/organisations", Role.COORDINATOR, add_organisation),
    ListPage("/awards", Role.COORDINATOR, add_award),
    ListPage("/directory", Role.COORDINATOR, add_organisation),
    ListPage("/needs", Role.COORDINATOR, add_need),
    ListPage("/children", Role.COORDINATOR, lambda made, _r, _n: made.child()),
    ListPage("/volunteers", Role.COORDINATOR, lambda made, _r, _n: made.volunteer()),
    ListPage("/pairings", Role.COORDINATOR, add_pair),
    ListPage("/sessions", Role.COORDINATOR, add_log),
    ListPage("/visits", Role.CASEWORKER, add_owed_visit),
    ListPage("/visits/list", Role.COORDINATOR, add_visit),
    ListPage("/visits/review", Role.COORDINATOR, add_twin_visit),
    ListPage("/people", Role.ADMIN, lambda made, _r, n: made.account(Role.CASEWORKER, name=f"某人{n}")),
    ListPage("/notices", Role.COORDINATOR, add_notice),
    ListPage("/audit", Role.AUDITOR, add_entry),
)


@pytest.mark.parametrize("page", LISTS, ids=lambda p: p.address)
def test_one_row_costs_as_many_statements_as_fifty(page, made, sign_in):
    reader = made.account(page.role)
    browser = sign_in(reader)

    def rows_and_statements() -> tuple[int, list[str]]:
        assert browser.get(page.address).status_code == 200
        with counted_statements() as seen:
            answer = browser.get(page.address)
        rows = answer.get_data(as_text=True).partition("<main")[2].partition("</main>")[0]
        return rows.count("<tr") + rows.count("<li"), [s for s in seen if s.startswith(("SELECT", "WITH"))]

    page.add(made, reader, 0)
    few, once = rows_and_statements()
    for n in range(1, MANY):
        page.add(made, reader, n)
    many, often = rows_and_statements()
    assert many > few + 20, "the rows are not on the page"
    assert len(often) == len(once), sorted(set(often) - set(once))
    assert len(often) <= MOST, often


@pytest.mark.parametrize("page", LISTS, ids=lambda p: p.address)
def test_a_list_is_light(page, made, sign_in):
    import gzip

    reader = made.account(page.role)
    for n in range(30):
        page.add(made, reader, n)
    assert len(gzip.compress(sign_in(reader).get(page.address).data, 6)) <= 100_000


def test_homes_the_file_and_the_log_form_cost_twelve_at_most(made, sign_in, statements):
    mentor, volunteer = made.mentor()
    coordinator = made.account(Role.COORDINATOR)
    child = made.child()
    pairing = made.pairing(child, volunteer)
    made.log(pairing)
    made.planned(pairing)
    for reader, address in (
        (mentor, "/today"), (coordinator, "/today"), (coordinator, f"/children/{child.ref}"), (mentor, f"/children/{child.ref}"),
        (mentor, "/sessions/new"), (mentor, "/calendar/month"), (coordinator, f"/pairings/{pairing.ref}"),
    ):  # fmt: skip
        browser = sign_in(reader)
        browser.get(address)
        with statements() as seen:
            assert browser.get(address).status_code == 200
        assert len(seen) <= MOST, (address, "\n".join(seen))


@dataclass(frozen=True)
class Cost:
    """What a page may cost at most: statements in all, of which some write (a read kept in the log, a commit)."""

    address: str
    role: Role
    most: int


COSTS = (Cost("/children", Role.COORDINATOR, 2), Cost("/children?sort=-age", Role.CASEWORKER, 2))


@pytest.mark.parametrize("cost", COSTS, ids=lambda c: c.address)
def test_what_was_won_is_held(cost, made, sign_in, statements):
    """Who asks, with roles, settings and what waits, is one statement; the list is the other."""
    made.child()
    browser = sign_in(made.account(cost.role))
    browser.get(cost.address)
    with statements() as seen:
        assert browser.get(cost.address).status_code == 200
    assert len(seen) <= cost.most, "\n".join(seen)
