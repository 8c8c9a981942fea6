"""What the tests of files share: staff of one village's file, and numbers that fit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event

from portal.audit.models import AuditEntry
from portal.children.models import Child
from portal.kernel.db import db
from portal.kernel.people import Sex, check_character


def id_number(born_on: date, sex: Sex = Sex.FEMALE, serial: int = 0) -> str:
    """A right identity number of nobody (371399 is given to no district)."""
    first = f"371399{born_on:%Y%m%d}{serial + (1 if sex is Sex.MALE else 2):03d}"
    return first + check_character(first)


@pytest.fixture
def log(app) -> Callable[..., list[AuditEntry]]:
    """Rows of the log with this `what`, by the order in which they were written."""

    def read(what: str) -> list[AuditEntry]:
        with app.app_context():
            rows = list(db.session.query(AuditEntry).filter_by(what=what).order_by(AuditEntry.id))
            db.session.expunge_all()
            return rows

    return read


@pytest.fixture
def now_saved(app) -> Callable[[Child], Child]:
    """The child as a fresh connection reads it."""

    def read(child: Child) -> Child:
        with app.app_context():
            found = db.session.get(Child, child.id)
            assert found is not None
            db.session.expunge(found)
            return found

    return read


@pytest.fixture
def rows(app) -> Callable[..., list[Any]]:
    """All rows of a model, detached."""

    def read(model: Any) -> list[Any]:
        with app.app_context():
            found = list(db.session.query(model).order_by(model.id))
            db.session.expunge_all()
            return found

    return read


@pytest.fixture
def statements(app) -> Callable[..., list[str]]:
    """The SQL of one call: `statements(lambda: browser.get("/children"))`."""

    def count(call: Callable[[], Any]) -> list[str]:
        seen: list[str] = []

        def note(_conn: Any, _cursor: Any, text: str, *_rest: Any) -> None:
            if not text.startswith(("PRAGMA", "BEGIN", "SAVEPOINT", "RELEASE")):
                seen.append(text)

        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            call()
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return seen

    return count
