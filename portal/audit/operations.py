"""Writing the log: `record` for anything that happened, `move` for a step of a lifecycle, `record_read` for a look."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any

from portal.audit.models import AuditEntry, StateMove
from portal.audit.values import seal_values
from portal.kernel.actor import Actor, Role
from portal.kernel.db import session
from portal.kernel.states import Lifecycle
from portal.web.access import roles_asked
from portal.web.flow import afterwards, in_request, origin


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
) -> AuditEntry:
    """Write one row of the log in the caller's transaction. The caller commits.

    `what` is a verb in the past with its noun (`child-edited`); `subject` any row with a `ref`; `about` (a row with
    `ref` and `region_path`) or `about_ref` the child or person whose data it is. `facts` must hold no personal values;
    those go into `values` ({field: [before, after]}) and are encrypted under that person's own key.

    `by` are the roles that the act needs, by default those that the page asks for: from them follows on whose behalf a
    deputy acts. `in_place_of` says it where it does not follow from a role ('' for nobody).
    """
    whose = about_ref or getattr(about, "ref", "") or getattr(subject, "child_ref", "") or ""
    path = getattr(subject, "region_path", "") or getattr(about, "region_path", "") or ""
    if in_place_of is None:
        in_place_of = actor.in_place_of(path, by or roles_asked())
    entry = AuditEntry(
        at=now, actor_ref=actor.account_ref, deputy_for=in_place_of, what=what,
        subject_kind=type(subject).__tablename__, subject_ref=subject.ref, about_ref=whose, region_path=path, why=why,
        reason=reason[:500], origin=origin(), facts=facts, hidden=hidden,
    )  # fmt: skip
    if values:
        entry.values_sealed = seal_values(values, whose or subject.ref, entry.ref, now)
    session().add(entry)
    return entry


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
    note_move(subject, source, target, actor=actor, now=now, reason=reason)
    what = f"{type(subject).__tablename__.replace('_', '-')}-moved"
    entry = record(what, subject, actor=actor, now=now, reason=reason, hidden=hidden, by=by, in_place_of=in_place_of)
    entry.facts = {"source": source.value, "target": target.value, **facts}


def note_move(
    subject: Any, source: StrEnum | str, target: StrEnum, *, actor: Actor, now: datetime, reason: str = ""
) -> None:
    """Keep one step of a record's way (its first one comes from '')."""
    session().add(
        StateMove(
            subject_kind=type(subject).__tablename__, subject_ref=subject.ref, source=str(source), target=str(target),
            reason=reason, actor_ref=actor.account_ref, actor_name=actor.name, at=now,
        )
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
