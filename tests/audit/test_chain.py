"""T22: the log is altered by raw SQL behind the triggers; the chain names the row."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, DataError

from portal.audit.chain import head, seal, verify
from portal.audit.models import AuditAnchor, AuditEntry
from portal.audit.operations import record
from portal.audit.values import erase_values, open_values
from portal.kernel.actor import SYSTEM
from portal.kernel.clock import now
from portal.kernel.db import db
from tests.conftest import ON_POSTGRES


@pytest.fixture
def chain(app: Any, made: Any) -> list[str]:
    """A sealed chain of ten rows about one account; gives their refs in order."""
    account = made.account()
    refs = []
    with app.app_context():
        for number in range(10):
            ref = record(
                "account-edited",
                account,
                actor=SYSTEM,
                now=now(),
                number=number,
                values={"name": ["甲", f"乙{number}"]},
            )
            refs.append(ref)
        db.session.commit()
        assert seal(now=now()) == 10
        assert seal(now=now()) == 0
    return refs


@pytest.fixture
def raw(app: Any) -> Any:
    """Runs SQL with the triggers switched off, as somebody with the database's own password could."""

    def run(*statements: str) -> None:
        with app.app_context(), db.engine.begin() as connection:
            if ON_POSTGRES:
                connection.execute(text("SET LOCAL session_replication_role = replica"))
            else:
                for name in ("audit_entry_no_change", "audit_entry_no_delete"):
                    connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
            for statement in statements:
                connection.execute(text(statement))

    return run


def found(app: Any, **how: Any) -> Any:
    with app.app_context():
        return verify(now=now(), **how)


def test_an_untouched_chain_is_sound(app: Any, chain: list[str]) -> None:
    verdict = found(app)
    assert (verdict.rows, verdict.broken_ref, verdict.unsealed_late, verdict.sound) == (10, "", 0, True)


@pytest.mark.parametrize(
    "change",
    [
        "what = 'nothing'", "actor_ref = 'other'", "facts = '{\"number\": 7}'", "reason = 'x'", "why = 'x'",
        "about_ref = 'x'",
        "region_path = '/'", "hidden = NOT hidden", "deputy_for = 'x'", "origin = 'x'", "values_sealed = NULL",
        "at = '2020-01-01 00:00:00'", "subject_ref = 'x'",
    ],
)  # fmt: skip
def test_a_changed_row_is_named(app: Any, chain: list[str], raw: Any, change: str) -> None:
    raw(f"UPDATE audit_entry SET {change} WHERE sealed_seq = 4")
    verdict = found(app)
    assert (verdict.broken_ref, verdict.sound) == (chain[3], False)
    assert "row 4" in verdict.problem


def test_a_row_made_unreadable_is_named_or_refused_by_the_database(app: Any, chain: list[str], raw: Any) -> None:
    """SQLite keeps any text as JSON; PostgreSQL refuses text that is none."""
    with pytest.raises(DataError) if ON_POSTGRES else nullcontext():
        raw("UPDATE audit_entry SET facts = '{broken' WHERE sealed_seq = 4")
    assert found(app).broken_ref == ("" if ON_POSTGRES else chain[3])


def test_a_deleted_row_is_found_at_the_next_one(app: Any, chain: list[str], raw: Any) -> None:
    raw("DELETE FROM audit_entry WHERE sealed_seq = 6")
    verdict = found(app)
    assert verdict.broken_ref == chain[6]
    assert "row 6 is missing" in verdict.problem


def test_two_rows_in_another_order_are_named(app: Any, chain: list[str], raw: Any) -> None:
    raw(
        "UPDATE audit_entry SET sealed_seq = 99 WHERE sealed_seq = 3",
        "UPDATE audit_entry SET sealed_seq = 3 WHERE sealed_seq = 4",
        "UPDATE audit_entry SET sealed_seq = 4 WHERE sealed_seq = 99",
    )  # fmt: skip
    assert found(app).broken_ref == chain[3]


def test_a_cut_off_end_is_found_by_the_kept_head(app: Any, chain: list[str], raw: Any) -> None:
    raw("DELETE FROM audit_entry WHERE sealed_seq > 8")
    verdict = found(app)
    assert verdict.broken_ref == "#9"
    assert not verdict.sound


def test_a_cut_off_end_is_found_by_an_anchor_outside_even_when_the_inner_ones_are_gone(
    app: Any, chain: list[str], raw: Any
) -> None:
    with app.app_context():
        outside = head()
    raw("DELETE FROM audit_entry WHERE sealed_seq > 8", "DELETE FROM audit_anchor")
    assert found(app).sound
    assert found(app, anchor=outside).broken_ref == "#9"


def test_an_emptied_log_is_found(app: Any, chain: list[str], raw: Any) -> None:
    raw("DELETE FROM audit_entry")
    assert found(app).broken_ref == "#1"


def test_the_newest_anchor_is_the_head_and_one_is_kept_each_hour(app: Any, made: Any, chain: list[str]) -> None:
    account, began = made.account(), now()
    with app.app_context():
        for hours in (0, 0.5, 2, 2.5):
            record("account-edited", account, actor=SYSTEM, now=began)
            db.session.commit()
            seal(now=began + timedelta(hours=hours))
        assert [a.seq for a in db.session.query(AuditAnchor).order_by(AuditAnchor.id)] == [12, 14]
        assert head()[0] == 14
    assert found(app).sound


def test_rows_that_wait_too_long_are_told(app: Any, made: Any, chain: list[str]) -> None:
    account = made.account()
    with app.app_context():
        record("account-edited", account, actor=SYSTEM, now=now() - timedelta(minutes=2))
        record("account-edited", account, actor=SYSTEM, now=now())
        db.session.commit()
    verdict = found(app)
    assert (verdict.unsealed_late, verdict.broken_ref, verdict.sound) == (1, "", False)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit_entry WHERE sealed_seq = 1", "UPDATE audit_entry SET reason = 'x' WHERE sealed_seq = 1",
        "UPDATE audit_entry SET sealed_seq = NULL WHERE sealed_seq = 1",
        "UPDATE audit_entry SET hash = 'x' WHERE sealed_seq = 1",
        "UPDATE audit_entry SET sealed_seq = 11, hash = 'x', reason = 'x' WHERE sealed_seq IS NULL",
        "UPDATE audit_entry SET sealed_seq = 11, hash = 'x', hidden = NOT hidden WHERE sealed_seq IS NULL",
        "UPDATE audit_entry SET sealed_seq = 11, hash = 'x', values_sealed = NULL WHERE sealed_seq IS NULL",
    ],
)  # fmt: skip
def test_the_triggers_refuse(app: Any, made: Any, chain: list[str], statement: str) -> None:
    account = made.account()
    with app.app_context():
        record("account-edited", account, actor=SYSTEM, now=now(), values={"name": ["甲", "乙"]})
        db.session.commit()
        with pytest.raises(DatabaseError, match="not changed"):
            db.session.execute(text(statement))
        db.session.rollback()


def test_erasing_a_key_erases_the_values_and_the_chain_holds(app: Any, made: Any, chain: list[str]) -> None:
    with app.app_context():
        entry = db.session.query(AuditEntry).order_by(AuditEntry.id).first()
        assert entry is not None
        assert open_values(entry) == {"name": ["甲", "乙0"]}
        erase_values(entry.subject_ref)
        db.session.commit()
        assert open_values(db.session.query(AuditEntry).order_by(AuditEntry.id).first()) is None
    assert found(app).sound
