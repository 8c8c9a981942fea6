"""Writing the log: `record` for anything that happened, `move` for a step of a lifecycle, `record_read` for a look."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import insert

from portal.audit.models import AuditEntry, StateMove
from portal.audit.values import seal_values
from portal.kernel.actor import Actor, Role
from portal.kernel.db import new_ref, session
from portal.kernel.states import Lifecycle
from portal.web.access import roles_asked
from portal.web.flow import afterwards, in_request, origin

# A row each, of which nothing is read again: as objects they would cost four times as much.
_TABLES: Any = (AuditEntry.__table__, StateMove.__table__)
_ENTRY, _STEP = (insert(table).inline() for table in _TABLES)


@dataclass(frozen=True, slots=True)
class Subject:
    """What the log needs to know of a row, for an operation that writes without making an object of it."""

    kind: str
    """The name of its table."""
    ref: str
    child_ref: str = ""
    region_path: str = ""


def _named(subject: Any) -> Subject:
    if isinstance(subject, Subject):
        return subject
    return Subject(
        type(subject).__tablename__,
        subject.ref,
        getattr(subject, "child_ref", "") or "",
        getattr(subject, "region_path", "") or "",
    )


def record(
    what: str,
    subject: Any,
    *,
    actor: Actor,
    now: datetime,
    about: Any = None,
    about_ref: str = "",
    reason: str = "",
    why: str = "",
    values: dict[str, Any] | None = None,
    hidden: bool = False,
    by: Collection[Role] = (),
    in_place_of: str | None = None,
    **facts: str | int | bool | None,
) -> str:
    """Write one row of the log in the caller's transaction; gives its ref. The caller commits.

    `what` is a verb in the past with its noun (`child-edited`); `subject` any row with a `ref`, or a `Subject`;
    `about` (a row with `ref` and `region_path`) or `about_ref` the child or person whose data it is. `by` are the
    roles that the act needs, by default those that the page asks for: from them follows on whose behalf a deputy acts.
    `in_place_of` says it where it does not follow from a role ('' for nobody). `facts` must hold no personal values;
    those go into `values` ({field: [before, after]}) and are encrypted under that person's own key.
    """
    named = _named(subject)
    whose = about_ref or getattr(about, "ref", "") or named.child_ref
    path = named.region_path or getattr(about, "region_path", "") or ""
    return _write(
        what, named, facts, whose=whose, path=path, actor=actor, now=now, reason=reason, why=why, values=values,
        hidden=hidden, by=by, in_place_of=in_place_of,
    )  # fmt: skip


def _write(
    what: str, subject: Subject, facts: dict[str, Any], *, whose: str, path: str, actor: Actor, now: datetime,
    reason: str, hidden: bool, by: Collection[Role], in_place_of: str | None, why: str = "",
    values: dict[str, Any] | None = None,
) -> str:  # fmt: skip
    if in_place_of is None:
        in_place_of = actor.in_place_of(path, by or roles_asked())
    ref = new_ref()
    session().execute(
        _ENTRY,
        {
            "ref": ref, "at": now, "actor_ref": actor.account_ref, "deputy_for": in_place_of, "what": what,
            "subject_kind": subject.kind, "subject_ref": subject.ref, "about_ref": whose, "region_path": path,
            "why": why, "reason": reason[:500], "origin": origin(), "facts": facts, "hidden": hidden,
            "values_sealed": seal_values(values, whose or subject.ref, ref, now) if values else None,
        },
    )  # fmt: skip
    return ref


def move(
    subject: Any,
    target: StrEnum,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    hidden: bool = False,
    by: Collection[Role] = (),
    in_place_of: str | None = None,
    **facts: str | int | bool | None,
) -> None:
    """Move a record to another state: checks its declared lifecycle and guards, keeps the step, writes the log.

    `subject` has `ref`, `state` and a class attribute `LIFECYCLE`; `by` and `in_place_of` as for `record`. The caller
    commits. Raises DomainError when the move is not declared, its reason is missing or its guard refuses.
    """
    lifecycle: Lifecycle = subject.LIFECYCLE
    source = subject.state
    lifecycle.check(subject, source, target, reason)
    subject.state = target
    moved(
        _named(subject), source, target, actor=actor, now=now, reason=reason, hidden=hidden, by=by,
        in_place_of=in_place_of, **facts,
    )  # fmt: skip


def moved(
    subject: Subject,
    source: StrEnum,
    target: StrEnum,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    hidden: bool = False,
    by: Collection[Role] = (),
    in_place_of: str | None = None,
    **facts: str | int | bool | None,
) -> None:
    """Keep and log a move that the caller has checked and written by itself. The caller commits."""
    note_move(subject, source, target, actor=actor, now=now, reason=reason)
    _write(
        f"{subject.kind.replace('_', '-')}-moved", subject, {"source": source.value, "target": target.value, **facts},
        whose=subject.child_ref, path=subject.region_path, actor=actor, now=now, reason=reason, hidden=hidden, by=by,
        in_place_of=in_place_of,
    )  # fmt: skip


def note_move(
    subject: Any, source: StrEnum | str, target: StrEnum, *, actor: Actor, now: datetime, reason: str = ""
) -> None:
    """Keep one step of a record's way (its first one comes from '')."""
    named = _named(subject)
    session().execute(
        _STEP,
        {
            "subject_kind": named.kind, "subject_ref": named.ref, "source": str(source), "target": str(target),
            "reason": reason, "actor_ref": actor.account_ref, "actor_name": actor.name, "at": now,
        },
    )  # fmt: skip


def record_read(
    what: str,
    *,
    kind: str,
    ref: str,
    about_ref: str,
    region_path: str,
    why: str,
    actor: Actor,
    now: datetime,
    reason: str = "",
    hidden: bool = False,
    in_place_of: str | None = None,
) -> None:
    """Note that somebody looked. Written after the page's transaction; if it cannot be written, the page is not shown.

    `in_place_of` is on whose behalf; by default it follows from the roles that the page asks for. Several looks
    of one person at one thing in one request are one row.
    """
    if in_place_of is None:
        in_place_of = actor.in_place_of(region_path, roles_asked())
    entry = AuditEntry(
        at=now, actor_ref=actor.account_ref, deputy_for=in_place_of, what=what, subject_kind=kind, subject_ref=ref,
        about_ref=about_ref, region_path=region_path, why=why, reason=reason[:500], origin=origin(), facts={},
        hidden=hidden,
    )  # fmt: skip
    if in_request():
        afterwards(lambda separate: separate.add(entry))
    else:
        session().add(entry)
