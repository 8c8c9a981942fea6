"""A look at a log because of a concern is kept, and stands nowhere where it would tell of the concern."""

from __future__ import annotations

from typing import Any

import pytest

from portal.audit.models import AuditEntry
from portal.children.rules import FieldSet
from portal.kernel.actor import Role
from portal.kernel.db import db
from tests.factories import VILLAGE_A


@pytest.fixture
def log(made: Any, world: Any) -> Any:
    return made.log(world.pairing, did="一起读了绘本。")


@pytest.fixture
def looks(app: Any) -> Any:
    """(who, by what right, hidden) of every look at a log."""

    def read() -> list[tuple[str, str, bool]]:
        with app.app_context():
            rows = db.session.query(AuditEntry).filter_by(what="session-log-read").order_by(AuditEntry.id)
            return [(r.actor_ref, r.why, r.hidden) for r in rows]

    return read


def shown_to_others(made: Any, sign_in: Any, world: Any) -> str:
    """What an auditor and the file's own readers are shown of looks."""
    auditor, coordinator = sign_in(made.account(Role.AUDITOR)), sign_in(world.coordinator)
    pages = [auditor.get("/audit"), auditor.get("/audit?what=session-log-read")]
    pages.append(auditor.post("/audit/export", data={"kind": "csv", "reason": "每年检查"}))
    pages.append(coordinator.get(f"/children/{world.child.ref}/looks"))
    return "".join(answer.get_data(as_text=True) for answer in pages)


def test_the_handlers_look_is_kept_and_hidden(made, sign_in, world, log, looks):
    handler = made.account(Role.SAFEGUARDING_LEAD, name="高守护")
    made.sight(world.child, handler.ref, FieldSet.CONCERN, "concern", "c")
    assert sign_in(handler).get(f"/sessions/{log.ref}").status_code == 200
    assert looks() == [(handler.ref, "concern", True)]
    assert "高守护" not in shown_to_others(made, sign_in, world)


def test_the_look_of_somebody_who_is_assigned_to_the_child_too_is_hidden(made, sign_in, world, log, looks):
    """It is the concern that opens the log to them: an ordinary row would tell that there is one."""
    worker = made.account(Role.GRID_WORKER, Role.SAFEGUARDING_LEAD, at=VILLAGE_A, name="赵网格")
    made.sight(world.child, worker.ref, FieldSet.DOOR, "child", world.child.ref)
    made.sight(world.child, worker.ref, FieldSet.CONCERN, "concern", "c")
    browser = sign_in(worker)
    assert browser.get(f"/sessions/{log.ref}").status_code == 200
    assert browser.get(f"/children/{world.child.ref}/profile").status_code == 200
    assert looks() == [(worker.ref, "concern", True)]
    assert "赵网格" not in shown_to_others(made, sign_in, world)


def test_staffs_and_the_authors_looks_are_as_ever(made, sign_in, world, log, looks):
    sign_in(world.caseworker).get(f"/sessions/{log.ref}")
    sign_in(world.mentor).get(f"/sessions/{log.ref}")
    assert looks() == [(world.caseworker.ref, "caseworker", False)]
