"""On whose behalf a deputy acts and looks: the log and "who looked" name the person stood in for."""

from __future__ import annotations

from typing import Any

import pytest

from portal.access.models import Deputy
from portal.audit.models import AuditEntry
from portal.children.rules import FieldSet
from portal.kernel.actor import Role
from portal.kernel.clock import now, today
from portal.kernel.db import db
from portal.pairing.rules import PairingState
from tests.factories import TOWN_A, VILLAGE_A, VILLAGE_B


@pytest.fixture
def stands_in(made: Any) -> Any:
    """`stands_in(away, deputy)` for today."""

    def name(away: Any, deputy: Any) -> None:
        made.save(
            Deputy(account_ref=away.ref, deputy_ref=deputy.ref, from_on=today(), until_on=today(), named_at=now())
        )

    return name


@pytest.fixture
def log(app: Any) -> Any:
    """(who, in whose place) of every row with this `what`."""

    def read(what: str) -> list[tuple[str, str]]:
        with app.app_context():
            rows = db.session.query(AuditEntry).filter_by(what=what).order_by(AuditEntry.id)
            return [(r.actor_ref, r.deputy_for) for r in rows]

    return read


@pytest.fixture
def child(made: Any) -> Any:
    return made.child()


def test_who_looked_and_the_log_name_the_person_stood_in_for(made, sign_in, child, stands_in, log):
    away = made.account(Role.CASEWORKER, at=VILLAGE_A, name="刘春梅")
    deputy = made.account(Role.CASEWORKER, at=VILLAGE_B, name="赵小芹")
    stands_in(away, deputy)
    browser = sign_in(deputy)
    assert browser.get(f"/children/{child.ref}").status_code == 200
    assert log("child-read") == [(deputy.ref, away.ref)]
    looks = sign_in(made.account(Role.COORDINATOR)).get(f"/children/{child.ref}/looks").text
    assert "赵小芹" in looks
    assert "for 刘春梅" in looks
    assert "Caseworker, as a deputy" in looks
    audit = sign_in(made.account(Role.AUDITOR)).get("/audit?sort_of=looks").text
    assert "for 刘春梅" in audit


def test_a_change_of_a_part_of_the_file_names_the_person_stood_in_for(made, sign_in, child, stands_in, log):
    away = made.account(Role.CASEWORKER, at=VILLAGE_A)
    deputy = made.account(Role.CASEWORKER, at=VILLAGE_B)
    stands_in(away, deputy)
    assert sign_in(deputy).post(f"/children/{child.ref}/notes", data={"text": "今天去看了孩子。"}).status_code == 303
    assert log("note-written") == [(deputy.ref, away.ref)]


def test_where_an_own_role_suffices_nobody_is_named(made, sign_in, child, stands_in, log):
    away, deputy = made.account(Role.COORDINATOR), made.account(Role.CASEWORKER, at=VILLAGE_A)
    stands_in(away, deputy)
    browser = sign_in(deputy)
    browser.get(f"/children/{child.ref}")
    browser.post(f"/children/{child.ref}/notes", data={"text": "今天去看了孩子。"})
    assert log("child-read") == [(deputy.ref, "")]
    assert log("note-written") == [(deputy.ref, "")]


def test_what_only_the_other_ones_role_allows_names_them(made, sign_in, child, stands_in, log):
    """A caseworker of the village pauses a pair: that is the coordinator's, whose deputy the caseworker is."""
    away, deputy = made.account(Role.COORDINATOR), made.account(Role.CASEWORKER, at=VILLAGE_A)
    stands_in(away, deputy)
    _account, volunteer = made.mentor()
    pair = made.pairing(child, volunteer, PairingState.ACTIVE)
    sign_in(deputy).post(f"/pairings/{pair.ref}/pauses", data={"reason": "家里有事"})
    assert log("pairing-moved") == [(deputy.ref, away.ref)]


def test_closing_a_file_as_a_deputy_names_the_coordinator(made, sign_in, child, stands_in, log):
    away, deputy = made.account(Role.COORDINATOR), made.account(Role.SUPERVISOR, at=TOWN_A)
    stands_in(away, deputy)
    sign_in(deputy).post(f"/children/{child.ref}/state", data={"target": "closed", "reason": "家庭好转"})
    assert log("child-moved") == [(deputy.ref, away.ref)]


def test_an_assignment_inherited_as_a_deputy_names_the_grid_worker(made, sign_in, child, stands_in, log):
    away = made.account(Role.GRID_WORKER, at=VILLAGE_A)
    deputy = made.account(Role.GRID_WORKER, at=VILLAGE_B)
    stands_in(away, deputy)
    made.sight(child, away.ref, FieldSet.DOOR, "child", child.ref)
    sign_in(deputy).get(f"/children/{child.ref}")
    assert log("child-read") == [(deputy.ref, away.ref)]
    sign_in(away).get(f"/children/{child.ref}")
    assert log("child-read")[1:] == [(away.ref, "")]


def test_after_the_deputyship_nobody_is_named(made, sign_in, child, stands_in, log, app):
    away, deputy = made.account(Role.CASEWORKER, at=VILLAGE_A), made.account(Role.CASEWORKER, at=VILLAGE_A)
    stands_in(away, deputy)
    with app.app_context():
        db.session.query(Deputy).one().ended_at = now()
        db.session.commit()
    sign_in(deputy).get(f"/children/{child.ref}")
    assert log("child-read") == [(deputy.ref, "")]
