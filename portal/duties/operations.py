"""Writing duties: open one, end it, hand it to the next in line."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from portal.duties.models import Duty, DutyState
from portal.kernel.actor import SYSTEM, Actor, Role
from portal.kernel.db import session


def open_duty(
    key: str,
    *,
    kind: str,
    subject_kind: str,
    subject_ref: str,
    due_at: datetime,
    now: datetime,
    owner_ref: str = "",
    owner_role: Role | None = None,
    path: str = "",
    child_ref: str = "",
    url: str = "",
    hidden: bool = False,
) -> Duty:
    """Owe something by a moment: one person (`owner_ref`), or whoever holds `owner_role` over `path`.

    Opening a key that is owed already gives the standing duty unchanged. The caller commits.
    """
    standing = session().scalar(select(Duty).where(Duty.key == key, Duty.state == DutyState.OWED))
    if standing is not None:
        return standing
    duty = Duty(
        key=key, kind=kind, subject_kind=subject_kind, subject_ref=subject_ref, owner_ref=owner_ref,
        owner_role=owner_role, path=path, child_ref=child_ref, url=url, due_at=due_at, opened_at=now, hidden=hidden,
    )  # fmt: skip
    session().add(duty)
    session().flush()
    return duty


def end_duty(
    key: str, *, now: datetime, actor: Actor = SYSTEM, state: DutyState = DutyState.DONE, reason: str = ""
) -> None:
    """What was owed is done (or waived, with a reason). Ending what is not owed is harmless. The caller commits."""
    duty = session().scalar(select(Duty).where(Duty.key == key, Duty.state == DutyState.OWED))
    if duty is not None:
        duty.state, duty.ended_at, duty.ended_by, duty.reason = state, now, actor.account_ref, reason


def end_duties_of(
    subject_kind: str, subject_ref: str, *, now: datetime, actor: Actor = SYSTEM, reason: str = ""
) -> None:
    """Waive all that is owed about a record that has ended. The caller commits."""
    owed = select(Duty).where(
        Duty.subject_kind == subject_kind, Duty.subject_ref == subject_ref, Duty.state == DutyState.OWED
    )
    for duty in session().scalars(owed):
        duty.state, duty.ended_at, duty.ended_by, duty.reason = DutyState.WAIVED, now, actor.account_ref, reason


def pass_on(duty: Duty, *, owner_ref: str, due_at: datetime) -> None:
    """Hand a duty to the next in line with a clock of their own. The caller commits."""
    duty.owner_ref, duty.owner_role, duty.due_at, duty.step, duty.told = owner_ref, None, due_at, duty.step + 1, 0
