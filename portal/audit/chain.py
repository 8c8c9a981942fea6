"""The chain over the log: one sealer gives committed rows their place and hash; `verify` names the first broken row."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text, update

from portal.audit.models import AuditAnchor, AuditEntry
from portal.audit.operations import record
from portal.kernel.actor import Actor
from portal.kernel.db import begin_writing, db, session
from portal.kernel.errors import DomainError
from portal.kernel.words import N_

FIRST = "0" * 64
LATE = timedelta(minutes=1)
ANCHOR_EVERY = timedelta(hours=1)
MOST_AT_ONCE = 2000
LOCK_NUMBER = 7205
MISSING = N_("row %(number)d is missing before this one")
CHANGED = N_("row %(number)d was changed")
UNREADABLE = N_("row %(number)d cannot be read")
CUT_OFF = N_("the log does not reach row %(number)d as it was: rows were cut off or made anew")
Found = tuple[int, str, str, int]
"""How many rows were walked, the ref of the first that does not fit, what is wrong, and at which place."""


def entry_hash(before: str, entry: Any) -> str:
    """The hash of a row after the hash before it. Covers the ciphertext of values, not the values."""
    content = [
        before, entry.sealed_seq, entry.id, entry.ref, entry.at.isoformat(), entry.actor_ref, entry.deputy_for,
        entry.what, entry.subject_kind, entry.subject_ref, entry.about_ref, entry.region_path, entry.why, entry.reason,
        entry.origin, entry.facts, bytes(entry.values_sealed).hex() if entry.values_sealed else "", bool(entry.hidden),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def seal(*, now: datetime) -> int:
    """Seal what is committed and not sealed yet, oldest first; gives how many rows. One sealer at a time; commits.

    On PostgreSQL rows become visible in the order of their commits, not of their ids: the chain takes each row in the
    order in which the sealer meets it, so a late row is sealed later and nothing is skipped. The newest anchor moves
    along with the chain's head and is kept once an hour, so that a cut-off end is found.
    """
    held = session()
    held.rollback()
    waiting = held.scalar(select(AuditEntry.id).where(AuditEntry.sealed_seq.is_(None)).limit(1))
    held.rollback()
    if waiting is None:
        return 0
    if db.engine.dialect.name == "postgresql":
        if not held.scalar(text(f"SELECT pg_try_advisory_xact_lock({LOCK_NUMBER})")):
            held.rollback()
            return 0
    else:
        begin_writing()
    unsealed = select(AuditEntry).where(AuditEntry.sealed_seq.is_(None)).order_by(AuditEntry.id).limit(MOST_AT_ONCE)
    rows = list(held.scalars(unsealed))
    seq, before = head()
    sealed = []
    for row in rows:
        held.expunge(row)
        seq += 1
        row.sealed_seq = seq
        before = row.hash = entry_hash(before, row)
        sealed.append({"id": row.id, "sealed_seq": seq, "hash": before})
    if sealed:
        held.execute(update(AuditEntry), sealed)
        keep_head(seq, before, now=now)
    held.commit()
    return len(sealed)


def head() -> tuple[int, str]:
    """The number and hash of the chain's last row; (0, 64 zeros) for an empty one."""
    statement = select(AuditEntry.sealed_seq, AuditEntry.hash).where(AuditEntry.sealed_seq.is_not(None))
    last = session().execute(statement.order_by(AuditEntry.sealed_seq.desc()).limit(1)).first()
    return (last.sealed_seq or 0, last.hash or FIRST) if last else (0, FIRST)


def keep_head(seq: int, value: str, *, now: datetime) -> None:
    """Move the newest anchor along, or begin another one after an hour or when somebody has taken the last outside."""
    anchor = session().scalar(select(AuditAnchor).order_by(AuditAnchor.id.desc()).limit(1))
    if anchor is None or anchor.taken_at is not None or now - anchor.at > ANCHOR_EVERY:
        session().add(AuditAnchor(seq=seq, hash=value, at=now))
    else:
        anchor.seq, anchor.hash = seq, value


def take_anchor(*, actor: Actor, now: datetime) -> AuditAnchor:
    """Keep the chain's head as it is now, to be carried outside the database. The caller commits.

    Raises DomainError for an empty log.
    """
    seq, value = head()
    if not seq:
        raise DomainError(N_("The log is empty: there is nothing to keep yet."))
    anchor = AuditAnchor(seq=seq, hash=value, at=now, taken_at=now)
    session().add(anchor)
    record("anchor-taken", anchor, actor=actor, now=now, seq=seq)
    return anchor


@dataclass(frozen=True)
class Verdict:
    """What `verify` found. `broken_ref` names the first row that does not fit, '' when all do."""

    rows: int
    broken_ref: str
    problem_id: str
    """An English message id with `%(number)d`, the place in the chain."""
    number: int
    unsealed_late: int

    @property
    def problem(self) -> str:
        """What is wrong, in English, for the command line."""
        return self.problem_id % {"number": self.number}

    @property
    def sound(self) -> bool:
        """Nothing is broken and nothing waits too long."""
        return not self.broken_ref and not self.problem_id and not self.unsealed_late


def _walk(rows: Iterable[Any]) -> Found:
    before, expected, count = FIRST, 1, 0
    for row in rows:
        count += 1
        if row.sealed_seq != expected:
            return count, row.ref, MISSING, expected
        if entry_hash(before, row) != row.hash:
            return count, row.ref, CHANGED, expected
        before, expected = row.hash, expected + 1
    return count, "", "", 0


def _unreadable() -> Found:
    """The first sealed row whose content was made unreadable by hand; the rows before it are looked at as well."""
    table = AuditEntry.__table__
    order = select(table.c.id, table.c.ref).where(table.c.sealed_seq.is_not(None)).order_by(table.c.sealed_seq)
    rows: list[Any] = []
    for number, (row_id, ref) in enumerate(session().execute(order).all(), 1):
        try:
            rows += session().execute(select(table).where(table.c.id == row_id)).all()
        except ValueError:
            before = _walk(rows)
            return before if before[1] else (number, ref, UNREADABLE, number)
    return _walk(rows)


def verify(*, now: datetime, anchor: tuple[int, str] | None = None) -> Verdict:
    """Walk the whole chain. `anchor` is a (seq, hash) kept outside, by which a cut-off end is found too."""
    table = AuditEntry.__table__
    statement = select(table).where(table.c.sealed_seq.is_not(None)).order_by(table.c.sealed_seq)
    kept = [(a.seq, a.hash) for a in session().scalars(select(AuditAnchor).order_by(AuditAnchor.id))]
    try:
        # Closed at once when the walk ends early: a cursor on the server would stay open.
        with session().execute(statement.execution_options(yield_per=2000)) as rows:
            count, broken, problem, number = _walk(rows)
    except ValueError:
        count, broken, problem, number = _unreadable()
    if not broken:
        for seq, value in [*kept, *([anchor] if anchor else [])]:
            found = session().scalar(select(AuditEntry.hash).where(AuditEntry.sealed_seq == seq))
            if found != value:
                broken, problem, number = f"#{min(seq, count + 1)}", CUT_OFF, seq
                break
    late = session().scalar(
        select(func.count()).select_from(AuditEntry).where(AuditEntry.sealed_seq.is_(None), AuditEntry.at < now - LATE)
    )
    return Verdict(count, broken, problem, number, late or 0)
