"""One step of a need: its state, its line in the history, its row in the log, and word to other rooms."""

from __future__ import annotations

from datetime import datetime

from portal.audit.operations import move, record
from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.db import session
from portal.kernel.errors import DomainError
from portal.kernel.events import need_moved
from portal.kernel.words import N_
from portal.needs.models import Need, NeedStep
from portal.needs.rules import Level, NeedState, StepKind

IN_THE_NEED = N_("The words stand in the need.")
"""Stands as the reason of a move: the words themselves are kept encrypted in the need's own steps."""
SPEAKS_FOR_ITSELF = (StepKind.CLIMBED, StepKind.OFFERED, StepKind.CLOSED)


def write_step(need: Need, kind: StepKind, text: str, *, actor: Actor, now: datetime) -> None:
    """One line of the need's way, with the level that has it now."""
    by = "" if actor is SYSTEM else actor.account_ref
    session().add(
        NeedStep(need_id=need.id, kind=kind, level=need.level, text=text, by=by, by_name=actor.name, at=now)
    )  # fmt: skip


def step(
    need: Need, to: NeedState, kind: StepKind, text: str, *, actor: Actor, now: datetime, level: Level | None = None
) -> None:
    """Move the need to another state, with its words when a person does it, and tell other rooms.

    Raises DomainError where a person gives no words.
    """
    if kind not in SPEAKS_FOR_ITSELF and not text.strip():
        raise DomainError(N_("Write down what you know or did."), field="note")
    before = need.state
    move(need, to, actor=actor, now=now, reason=IN_THE_NEED)
    if level is not None:
        need.level = level
    write_step(need, kind, text, actor=actor, now=now)
    session().flush()
    need_moved.send(need, before=before, actor=actor, now=now)


def note_need(need: Need, text: str, *, actor: Actor, now: datetime) -> None:
    """A line between the levels that moves nothing."""
    if not text.strip():
        raise DomainError(N_("Write a note."), field="note")
    write_step(need, StepKind.REMARK, text, actor=actor, now=now)
    record("need-noted", need, actor=actor, now=now)
