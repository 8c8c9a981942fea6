"""Tables of needs. The database holds that nothing counts as met that nobody confirmed."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.children.models import Child
from portal.kernel.db import IntPk, Model, Moment, Path, Ref, state_column, words_column
from portal.kernel.secrets import Sealed
from portal.kernel.states import Lifecycle
from portal.needs.rules import (
    NEED,
    ConfirmedBy,
    Level,
    NeedChannel,
    NeedKind,
    NeedOutcome,
    NeedState,
    NeedUrgency,
    StepKind,
)


class Need(Model):
    """What a child, or its whole household, lacks. `region_path` is the child's village, kept up by `child_moved`.

    `level` is who has it, or had it when it was resolved. `due_at` is the end of the clock's last day; while the clock
    stands (`held_since`) and once the need has ended it says what the clock last said. `client_key` makes sending twice
    harmless. `source_ref` names the visit or the session log in which it was heard.
    """

    __tablename__ = "need"
    __table_args__ = (
        UniqueConstraint("raised_by", "client_key"),
        CheckConstraint(
            "state NOT IN ('met','partly_met','unmet')"
            " OR (outcome IS NOT NULL AND outcome = state AND confirmed_by IS NOT NULL)",
            name="closed_is_confirmed",
        ),
        Index("ix_need_queue", "state", "due_at", "id"),
        Index("ix_need_child", "child_ref", "id"),
        Index("ix_need_source", "source_ref"),
    )
    LIFECYCLE: ClassVar[Lifecycle] = NEED
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"), index=True)
    child_ref: Mapped[str] = mapped_column(String(24))
    region_path: Mapped[Path]
    kind: Mapped[NeedKind] = words_column(NeedKind)
    dimension: Mapped[str] = mapped_column(String(30), default="")
    """A code of the setting `support_dimensions`, '' for none."""
    urgency: Mapped[NeedUrgency] = words_column(NeedUrgency, NeedUrgency.ORDINARY)
    household: Mapped[bool] = mapped_column(default=False)
    text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    channel: Mapped[NeedChannel] = words_column(NeedChannel)
    source_ref: Mapped[str] = mapped_column(String(24), default="")
    client_key: Mapped[str] = mapped_column(String(80))
    state: Mapped[NeedState] = state_column(NeedState, NeedState.RAISED)
    level: Mapped[Level] = words_column(Level, Level.VILLAGE)
    due_at: Mapped[Moment]
    held_since: Mapped[datetime | None]
    """Since when its clock stands, because a referral or a claim is live."""
    answerable_ref: Mapped[str] = mapped_column(String(24), default="", index=True)
    """Who answers for it by name since it became overdue at the district, '' before."""
    raised_by: Mapped[str] = mapped_column(String(24))
    raised_at: Mapped[Moment]
    resolved_at: Mapped[datetime | None]
    outcome: Mapped[NeedOutcome | None] = words_column(NeedOutcome, nullable=True)
    confirmed_by: Mapped[ConfirmedBy | None] = words_column(ConfirmedBy, nullable=True)
    closed_at: Mapped[datetime | None]
    """When it ended, whichever way."""
    version: Mapped[int] = mapped_column(default=1)
    child: Mapped[Child] = relationship(lazy="raise_on_sql")
    text = Sealed("text_sealed")
    __mapper_args__ = {"version_id_col": version}


class NeedStep(Model):
    """One line of a need's way: a step, a note between levels, or the clock. Never changed.

    `level` is who had the need afterwards. `by` is '' for the portal itself.
    """

    __tablename__ = "need_step"
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"), index=True)
    kind: Mapped[StepKind] = words_column(StepKind)
    level: Mapped[Level] = words_column(Level)
    text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    by: Mapped[str] = mapped_column(String(24), default="")
    by_name: Mapped[str] = mapped_column(String(60), default="")
    at: Mapped[Moment]
    text = Sealed("text_sealed")


HELD = text("until_at IS NULL")


class NeedHold(Model):
    """Something that makes a need's clock stand: a live referral or a live claim, by its ref."""

    __tablename__ = "need_hold"
    __table_args__ = (
        Index(
            "uq_need_hold_live", "need_id", "because_ref", unique=True, sqlite_where=HELD, postgresql_where=HELD
        ),
    )  # fmt: skip
    id: Mapped[IntPk]
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"), index=True)
    because_ref: Mapped[str] = mapped_column(String(24))
    from_at: Mapped[Moment]
    until_at: Mapped[datetime | None]
