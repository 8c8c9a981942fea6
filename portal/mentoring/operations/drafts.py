"""Drafts: what a mentor types is kept as typed, whatever it says, until it is sent or discarded. Not audited."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from portal.audit.operations import note_move
from portal.kernel.actor import Actor
from portal.kernel.clock import local_day
from portal.kernel.db import InsertUnlessThere, new_ref, session
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.words import N_
from portal.mentoring.models import SessionLog
from portal.mentoring.queries import OwnPair, own_log_by_key
from portal.mentoring.rules import LARGEST_DRAFT, UNDO_HOURS, LogState

Typed = dict[str, str | list[str]]
"""A form as typed: each field's name with its text, or the texts of those that share the name."""


@dataclass(frozen=True)
class Kept:
    """The answer to a save. `conflict` is set when another device has saved since: then nothing was changed."""

    log: SessionLog
    conflict: bool = False


def as_typed(fields: Any) -> Typed:
    """What may be kept of a phone's fields: texts and lists of texts. Raises DomainError for anything else."""
    fits = isinstance(fields, dict) and all(
        isinstance(name, str)
        and (isinstance(value, str) or (isinstance(value, list) and all(isinstance(v, str) for v in value)))
        for name, value in fields.items()
    )
    if not fits or len(json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace")) > LARGEST_DRAFT:
        raise DomainError(N_("This cannot be kept as a draft: it is too long or of a wrong shape."))
    # Half a pair of UTF-16, as a broken keyboard may send it, is no character and could not be sealed.
    return {
        name: whole(value) if isinstance(value, str) else [whole(v) for v in value] for name, value in fields.items()
    }


def whole(text: str) -> str:
    """The text without what is no character."""
    return text.encode("utf-8", "ignore").decode("utf-8")


def keep_draft(
    client_key: str, fields: Typed, version: int, *, pairs: list[OwnPair], device: str, actor: Actor, now: datetime
) -> Kept:
    """Keep a form as typed: a draft not sent yet, or one's correction of a sent log.

    `version` is what the device has seen last (0 for nothing). The caller commits. Raises NotFound for a key that is
    somebody else's or whose pair has ended, and DomainError for an entry that has been sent already.
    """
    log = own_log_by_key(actor, client_key, lock=True)
    if log is None:
        log = _begin(client_key, fields, pairs=pairs, actor=actor, now=now)
    if log.state is LogState.DRAFT and not log.typed_version:
        pass  # begun just now; a row that somebody else began at the same moment is looked at like any other
    elif log.pairing_id not in {p.id for p in pairs}:
        raise NotFound
    elif log.state is LogState.DISCARDED:
        note_move(log, log.state, LogState.DRAFT, actor=actor, now=now)
        log.state = LogState.DRAFT
    elif log.state in (LogState.REVIEWED, LogState.ENTERED_IN_ERROR) or (
        log.typed is None and log.typed_version != version
    ):
        raise DomainError(N_("This entry has been sent already."))
    elif log.typed_version != version and log.typed != fields:
        return Kept(log, conflict=True)
    log.typed, log.typed_at, log.typed_on = fields, now, device[:60]
    log.typed_version = next_version(log)
    if log.state is LogState.DRAFT and (chosen := _chosen(fields, pairs)):
        _hang_on(log, chosen)
    session().flush()
    return Kept(log)


def first_version() -> int:
    """A random start: an old copy on a phone never has the number of another text."""
    return secrets.randbelow(1 << 29) + 1


def next_version(log: SessionLog) -> int:
    """One more than now."""
    return log.typed_version + 1 if log.typed_version else first_version()


def _chosen(fields: Typed, pairs: list[OwnPair]) -> OwnPair | None:
    named = fields.get("pairs", [])
    wanted = [named] if isinstance(named, str) else named
    return next((p for ref in wanted for p in pairs if p.ref == ref), None)


def _hang_on(log: SessionLog, pair: OwnPair) -> None:
    log.pairing_id, log.child_ref, log.region_path = pair.id, pair.child_ref, pair.region_path


def _begin(client_key: str, fields: Typed, *, pairs: list[OwnPair], actor: Actor, now: datetime) -> SessionLog:
    pair = _chosen(fields, pairs) or next(iter(pairs), None)
    if pair is None:
        raise NotFound
    return begin_log(client_key, pair, actor=actor, now=now)


NEW_LOG = InsertUnlessThere(SessionLog.__table__, ["client_key"])
"""Begins a log. The same key arriving twice at once is one row, and whoever comes second looks at it."""


def begin_log(client_key: str, pair: OwnPair, *, actor: Actor, now: datetime) -> SessionLog:
    """A new draft row for a pair; the standing one when the same key arrived twice at once. The caller commits.

    Raises NotFound when the key is somebody else's.
    """
    NEW_LOG.run(
        {
            "ref": new_ref(), "client_key": client_key, "author_ref": actor.account_ref,
            "volunteer_ref": actor.volunteer_ref, "pairing_id": pair.id, "child_ref": pair.child_ref,
            "region_path": pair.region_path, "state": LogState.DRAFT, "on_day": local_day(now), "created_at": now,
        }
    )  # fmt: skip
    log = own_log_by_key(actor, client_key, lock=True)
    if log is None:
        raise NotFound
    return log


def discard_draft(log: SessionLog, *, actor: Actor, now: datetime) -> None:
    """Put a draft away; it can be brought back for a day. Doing it twice is harmless. The caller commits."""
    if log.state is LogState.DRAFT:
        log.state = LogState.DISCARDED
        log.typed_at = now
        note_move(log, LogState.DRAFT, LogState.DISCARDED, actor=actor, now=now)


def restore_draft(client_key: str, *, actor: Actor, now: datetime) -> SessionLog:
    """Bring a discarded draft back. The caller commits. Raises NotFound for another's key, DomainError after a day."""
    log = own_log_by_key(actor, client_key)
    if log is None or log.state not in (LogState.DISCARDED, LogState.DRAFT):
        raise NotFound
    if log.state is LogState.DISCARDED:
        if log.typed is None:
            raise DomainError(N_("This draft was discarded more than a day ago; its text is gone."))
        log.state = LogState.DRAFT
        note_move(log, LogState.DISCARDED, LogState.DRAFT, actor=actor, now=now)
    return log


def forget_discarded(now: datetime) -> int:
    """Forget the text of drafts that were discarded a day ago; gives how many. For the worker. The caller commits."""
    old = (
        session()
        .scalars(
            select(SessionLog)
            .where(
                SessionLog.state == LogState.DISCARDED,
                SessionLog.typed_sealed.is_not(None),
                SessionLog.typed_at < now - timedelta(hours=UNDO_HOURS),
            )
            .limit(200)
        )
        .all()
    )
    for log in old:
        log.typed = None
    return len(old)
