"""A request that keeps nothing: what it wrote is gone, and what it only asked stays prepared."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select, text, update

from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.db import db, end_reading, new_ref
from portal.notices.models import Notice
from tests.conftest import ON_POSTGRES


def a_row(**more: Any) -> dict[str, Any]:
    return {"ref": new_ref(), "account_ref": "x", "kind": "log-submitted", "made_at": now()} | more


@pytest.mark.parametrize(
    "how", ["statement", "object", "flushed object", "changed object", "deleted object", "savepoint"]
)
def test_nothing_that_was_written_is_kept(app: Any, made: Any, fresh: Any, how: str) -> None:
    made.account(Role.MENTOR)
    standing = made.save(Notice(**a_row(url="/before")))
    with app.app_context():
        db.session.scalars(select(Notice)).all()
        if how == "statement":
            db.session.execute(insert(Notice).values(**a_row()))
            db.session.execute(update(Notice).values(url="/after"))
        elif how == "savepoint":
            with db.session.begin_nested():
                db.session.execute(update(Notice).values(url="/after"))
        elif how == "changed object":
            db.session.get(Notice, standing.id).url = "/after"
        elif how == "deleted object":
            db.session.delete(db.session.get(Notice, standing.id))
        else:
            db.session.add(Notice(**a_row()))
            if how == "flushed object":
                db.session.flush()
        end_reading()
        assert not db.session.new
        assert not db.session().in_transaction()
    with fresh():
        assert [n.url for n in db.session.scalars(select(Notice))] == ["/before"]


def test_questions_stay_prepared(app: Any) -> None:
    """Only PostgreSQL prepares them; on SQLite the same calls end as quietly."""
    with app.app_context():
        for _again in range(8):
            db.session.execute(select(Notice.id).where(Notice.ref == "prepared")).all()
            end_reading()
        if ON_POSTGRES:
            held = db.session.scalars(text("SELECT statement FROM pg_prepared_statements")).all()
            assert any("notice" in statement for statement in held)
        db.session.rollback()
