"""Table of duties."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.actor import Role
from portal.kernel.db import IntPk, Model, Moment, Path, Ref, state_column, words_column


class DutyState(StrEnum):
    """Owed, or not any more. Overdue is a matter of the clock, not a state."""

    OWED = "owed"
    DONE = "done"
    WAIVED = "waived"


class Duty(Model):
    """Something owed by a day: by one person (`owner_ref`), or by whoever holds a role over a region path.

    `kind` names what is owed (`log-review`, `silent-pair`, `concern-acknowledge` …), `subject_*` the record it is
    about, `key` makes opening twice harmless. `step` counts how often it went to the next in line.
    """

    __tablename__ = "duty"
    __table_args__ = (
        Index(
            "uq_duty_owed_key",
            "key",
            unique=True,
            sqlite_where=text("state = 'owed'"),
            postgresql_where=text("state = 'owed'"),
        ),
        Index("ix_duty_due", "due_at", sqlite_where=text("state = 'owed'"), postgresql_where=text("state = 'owed'")),
        Index("ix_duty_owner", "owner_ref", "due_at"),
        Index("ix_duty_subject", "subject_kind", "subject_ref"),
        CheckConstraint("owner_ref <> '' OR owner_role IS NOT NULL", name="has_an_owner"),
    )
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    key: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(40), index=True)
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_ref: Mapped[str] = mapped_column(String(24))
    child_ref: Mapped[str] = mapped_column(String(24), default="")
    url: Mapped[str] = mapped_column(String(200), default="")
    owner_ref: Mapped[str] = mapped_column(String(24), default="")
    owner_role: Mapped[Role | None] = words_column(Role, nullable=True)
    path: Mapped[Path] = mapped_column(default="")
    due_at: Mapped[Moment]
    state: Mapped[DutyState] = state_column(DutyState, DutyState.OWED)
    step: Mapped[int] = mapped_column(default=0)
    told: Mapped[int] = mapped_column(default=0)
    """How often somebody was told that it is overdue: first its owner, then the coordinators of the region."""
    opened_at: Mapped[Moment]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(String(24), default="")
    reason: Mapped[str] = mapped_column(String(300), default="")
    hidden: Mapped[bool] = mapped_column(default=False)
    """About a concern: never in lists, counts, digests or deputies' queues; only the named owner meets it."""
