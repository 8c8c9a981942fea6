"""Writing duties: open one, end it, hand it to the next in line."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, text, update

from portal.duties.models import Duty, DutyState
from portal.kernel.actor import SYSTEM, Actor, Role
from portal.kernel.db import InsertUnlessThere, new_ref, read_anew, session

_DUTY: Any = Duty.__table__
_IS_OWED = text("state = 'owed'")
"""As it stands in the partial indexes: with a parameter in its place they could not be used."""
_OPEN = InsertUnlessThere(_DUTY, ["key"], where=_IS_OWED)
_END = (
    update(_DUTY)
    .where(_DUTY.c.key.in_(bindparam("keys", expanding=True)), _IS_OWED)
    .values(state=bindparam("how"), ended_at=bindparam("at"), ended_by=bindparam("who"), reason=bindparam("why"))
)


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
) -> str:
    """Owe something by a moment: one person (`owner_ref`), or whoever holds `owner_role` over `path`.

    Gives the ref of the duty. Opening a key that is owed already changes nothing and gives ''. The caller commits.
    """
    ref = new_ref()
    opened = _OPEN.new_id(
        {
            "ref": ref, "key": key, "kind": kind, "subject_kind": subject_kind, "subject_ref": subject_ref,
            "owner_ref": owner_ref, "owner_role": owner_role, "path": path, "child_ref": child_ref, "url": url,
            "due_at": due_at, "opened_at": now, "hidden": hidden,
        }
    )  # fmt: skip
    return ref if opened is not None else ""


def end_duty(
    key: str, *, now: datetime, actor: Actor = SYSTEM, state: DutyState = DutyState.DONE, reason: str = ""
) -> None:
    """What was owed is done (or waived, with a reason). Ending what is not owed is harmless. The caller commits."""
    end_duties([key], now=now, actor=actor, state=state, reason=reason)


def end_duties(
    keys: Collection[str],
    *,
    now: datetime,
    actor: Actor = SYSTEM,
    state: DutyState = DutyState.DONE,
    reason: str = "",
) -> None:
    """Like `end_duty`, for several at once. The caller commits."""
    current = session()
    current.flush()
    current.execute(_END, {"keys": list(keys), "how": state, "at": now, "who": actor.account_ref, "why": reason})
    read_anew(Duty, "key", keys)


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
