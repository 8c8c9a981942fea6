"""Tables of sessions. What was said in a session is encrypted at rest."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.kernel.db import IntPk, Json, Model, Moment, Path, Ref, state_column, words_column
from portal.kernel.secrets import Sealed, SealedJson
from portal.kernel.states import Lifecycle
from portal.mentoring.rules import PLANNED_SESSION, SESSION_LOG, LogState, PlaceKind, PlanState, Way
from portal.pairing.models import Pairing


class PlannedSession(Model):
    """When a pair wants to meet next. Its booking hangs on `first_ref` (on its own ref when it was never moved)."""

    __tablename__ = "planned_session"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        Index("ix_planned_session_pairing", "pairing_id", "starts_at"),
    )
    LIFECYCLE: ClassVar[Lifecycle] = PLANNED_SESSION
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    pairing_id: Mapped[int] = mapped_column(ForeignKey("pairing.id"))
    child_ref: Mapped[str] = mapped_column(String(24), default="")
    region_path: Mapped[Path] = mapped_column(default="")
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    place: Mapped[PlaceKind] = words_column(PlaceKind, PlaceKind.HOME)
    state: Mapped[PlanState] = state_column(PlanState, PlanState.PLANNED)
    moved_to_ref: Mapped[str] = mapped_column(String(24), default="")
    first_ref: Mapped[str] = mapped_column(String(24), default="")
    """The row from which this one was moved, over all moves; '' for the first. The booking hangs on that first row, so
    that a moved session keeps its UID in every calendar and only its SEQUENCE rises."""
    reason: Mapped[str] = mapped_column(String(300), default="")
    """Why it was missed or cancelled."""
    made_at: Mapped[Moment]
    made_by: Mapped[str] = mapped_column(String(24))
    pairing: Mapped[Pairing] = relationship(lazy="raise_on_sql")


class SessionLog(Model):
    """One entry by a mentor, about one pair or several (siblings, a group), with a part for each.

    While it is a draft, `typed` holds the form as typed, whatever it says; on submission it is read into the columns.
    `client_key` is made by the phone: the same entry sent fifty times is one row. `typed_version` counts saves of the
    draft from a random start, so that two devices never overwrite each other silently. `minutes` is None for an
    attempt without contact. `pairing_id` is the pair it was begun for; all pairs are in `parts`.
    """

    __tablename__ = "session_log"
    __table_args__ = (
        UniqueConstraint("author_ref", "client_key"),
        Index("uq_session_log_client_key", "client_key", unique=True),
        CheckConstraint("minutes IS NULL OR minutes BETWEEN 1 AND 1440", name="minutes_in_a_day"),
        Index("ix_session_log_author", "author_ref", "state", "id"),
        Index("ix_session_log_list", "region_path", "on_day", "id"),
        Index("ix_session_log_day", "on_day", "id"),
    )
    LIFECYCLE: ClassVar[Lifecycle] = SESSION_LOG
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    client_key: Mapped[str] = mapped_column(String(40))
    author_ref: Mapped[str] = mapped_column(String(24))
    """The mentor's account."""
    volunteer_ref: Mapped[str] = mapped_column(String(24), default="", index=True)
    pairing_id: Mapped[int] = mapped_column(ForeignKey("pairing.id"), index=True)
    child_ref: Mapped[str] = mapped_column(String(24), default="")
    region_path: Mapped[Path] = mapped_column(default="")
    state: Mapped[LogState] = state_column(LogState, LogState.DRAFT)
    on_day: Mapped[date] = mapped_column(Date)
    minutes: Mapped[int | None]
    way: Mapped[Way | None] = words_column(Way, nullable=True)
    place: Mapped[PlaceKind | None] = words_column(PlaceKind, nullable=True)
    activities: Mapped[Json] = mapped_column(default=list)
    attempt: Mapped[bool] = mapped_column(default=False)
    did_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    to_staff_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    typed_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    typed_version: Mapped[int] = mapped_column(default=0)
    typed_at: Mapped[datetime | None]
    typed_on: Mapped[str] = mapped_column(String(60), default="")
    """The kind of device of the last save, for the person to recognise."""
    planned_ref: Mapped[str] = mapped_column(String(24), default="")
    """The planned session that this log fulfils."""
    sent_digest: Mapped[str] = mapped_column(String(40), default="")
    """A keyed fingerprint of what was first submitted: the same entry sent again is told from another one."""
    next_planned_ref: Mapped[str] = mapped_column(String(24), default="")
    concern_ref: Mapped[str] = mapped_column(String(24), default="")
    created_at: Mapped[Moment]
    submitted_at: Mapped[datetime | None]
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[str] = mapped_column(String(24), default="")
    version: Mapped[int] = mapped_column(default=1)
    did = Sealed("did_sealed")
    """What we did, for everybody who may read the log."""
    to_staff = Sealed("to_staff_sealed")
    """A private note to staff: the author and staff only."""
    typed = SealedJson("typed_sealed")
    parts: Mapped[list["SessionPart"]] = relationship(
        lazy="raise_on_sql", back_populates="log", order_by="SessionPart.id"
    )
    pairing: Mapped[Pairing] = relationship(lazy="raise_on_sql")
    __mapper_args__ = {"version_id_col": version}


class SessionPart(Model):
    """One child's part of an entry: how it seemed (1 to 5), and what is about this child alone."""

    __tablename__ = "session_part"
    __table_args__ = (
        UniqueConstraint("log_id", "pairing_id"),
        CheckConstraint("mood IS NULL OR mood BETWEEN 1 AND 5", name="five_faces"),
        Index("ix_session_part_pairing", "pairing_id", "log_id"),
        Index("ix_session_part_child", "child_ref", "log_id"),
    )
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    log_id: Mapped[int] = mapped_column(ForeignKey("session_log.id"))
    pairing_id: Mapped[int] = mapped_column(ForeignKey("pairing.id"))
    child_ref: Mapped[str] = mapped_column(String(24))
    region_path: Mapped[Path] = mapped_column(default="")
    mood: Mapped[int | None]
    text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    text = Sealed("text_sealed")
    log: Mapped[SessionLog] = relationship(lazy="raise_on_sql", back_populates="parts")
    pairing: Mapped[Pairing] = relationship(lazy="raise_on_sql")


class SessionComment(Model):
    """What a reviewer wrote on returning (or reviewing) a log, and the mentor's answer."""

    __tablename__ = "session_comment"
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    log_id: Mapped[int] = mapped_column(ForeignKey("session_log.id"), index=True)
    text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    written_by: Mapped[str] = mapped_column(String(24))
    writer_name: Mapped[str] = mapped_column(String(60), default="")
    written_at: Mapped[Moment]
    text = Sealed("text_sealed")


class SessionAmendment(Model):
    """A change after the lock (or by staff): both texts are kept."""

    __tablename__ = "session_amendment"
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    log_id: Mapped[int] = mapped_column(ForeignKey("session_log.id"), index=True)
    field: Mapped[str] = mapped_column(String(40))
    """`did`, `to_staff`, `minutes`, `on_day`, or `text:<ref of a part>`, which only readers of that child see."""
    before_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    after_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    reason: Mapped[str] = mapped_column(String(300))
    made_by: Mapped[str] = mapped_column(String(24))
    maker_name: Mapped[str] = mapped_column(String(60), default="")
    made_at: Mapped[Moment]
    before = Sealed("before_sealed")
    after = Sealed("after_sealed")
