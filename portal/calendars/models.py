"""Tables of bookings and feeds."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import IntPk, Model, Moment, Path, Ref, state_column, words_column


class BookingState(StrEnum):
    """A cancelled booking stays in feeds for 30 days, so that every calendar takes it away."""

    STANDING = "standing"
    CANCELLED = "cancelled"


class Booking(Model):
    """Something that happens: timed (`starts_at`, `ends_at`) or on whole days (`first_on`, `last_on`, included).

    `title` and `place` are what a feed or a mail may carry: initials or a code and a kind of place, never a child's
    name or address (domain.md, Privacy 12). `uid` is stable; `sequence` rises when time or place changes or it is
    cancelled. `title` is the initials alone and `place` an English message id of a kind of place: the kind's word is
    put before the title, and the place translated, in the reader's language. `ics` and `ics_en` are its rendered
    VEVENT in both languages, kept so that a feed is joined text.
    """

    __tablename__ = "booking"
    __table_args__ = (
        CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("last_on IS NULL OR last_on >= first_on", name="last_after_first"),
        CheckConstraint("starts_at IS NOT NULL OR first_on IS NOT NULL", name="has_a_time"),
        Index("ix_booking_subject", "subject_kind", "subject_ref", unique=True),
        Index("ix_booking_starts_at", "starts_at"),
    )
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    uid: Mapped[str] = mapped_column(String(120), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str] = mapped_column(String(40))
    """`session` now; `meeting`, `camp`, `training` come with their rooms."""
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_ref: Mapped[str] = mapped_column(String(24))
    url: Mapped[str] = mapped_column(String(200), default="")
    title: Mapped[str] = mapped_column(String(200))
    place: Mapped[str] = mapped_column(String(120), default="")
    region_path: Mapped[Path] = mapped_column(default="")
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    first_on: Mapped[date | None] = mapped_column(Date)
    last_on: Mapped[date | None] = mapped_column(Date)
    state: Mapped[BookingState] = state_column(BookingState, BookingState.STANDING)
    changed_at: Mapped[Moment]
    cancelled_at: Mapped[datetime | None]
    ics: Mapped[str] = mapped_column(Text, default="")
    ics_en: Mapped[str] = mapped_column(Text, default="")


class BookingAudience(Model):
    """Who has this booking in their calendar, and for which purpose (`mine`, later `group`, `camp`)."""

    __tablename__ = "booking_audience"
    __table_args__ = (
        UniqueConstraint("booking_id", "account_ref"),
        Index("ix_booking_audience_account", "account_ref", "booking_id"),
    )
    id: Mapped[IntPk]
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"))
    account_ref: Mapped[str] = mapped_column(String(24))
    purpose: Mapped[str] = mapped_column(String(20), default="mine")


class BookingResource(Model):
    """What the booking takes up: `child:<ref>`, `volunteer:<ref>`, `room:<ref>`. Two at one time are a conflict."""

    __tablename__ = "booking_resource"
    __table_args__ = (UniqueConstraint("booking_id", "key"), Index("ix_booking_resource_key", "key", "booking_id"))
    id: Mapped[IntPk]
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"))
    key: Mapped[str] = mapped_column(String(60))


class FeedPurpose(StrEnum):
    """What a feed is for. More purposes come with groups and camps."""

    MINE = "mine"


class Feed(Model):
    """One secret, revocable calendar address of one person for one purpose. Only the hash of its token is kept."""

    __tablename__ = "feed"
    __table_args__ = (
        Index(
            "uq_feed_live", "account_ref", "purpose", unique=True, sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )  # fmt: skip
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    account_ref: Mapped[str] = mapped_column(String(24), index=True)
    purpose: Mapped[FeedPurpose] = words_column(FeedPurpose, FeedPurpose.MINE)
    locale: Mapped[str] = mapped_column(String(12), default="zh_Hans")
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[Moment]
    fetched_at: Mapped[datetime | None]
    fetched_by: Mapped[str] = mapped_column(String(120), default="")
    ended_at: Mapped[datetime | None]
    stale_no: Mapped[int] = mapped_column(default=0)
    """Rises with every change of its events: a program that knows this number and this day knows the feed."""
