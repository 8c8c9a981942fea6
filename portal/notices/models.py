"""Tables of notices."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import IntPk, Model, Moment, Ref, words_column
from portal.kernel.outbox import Channel
from portal.kernel.secrets import SealedJson


class Notice(Model):
    """One line in somebody's notification centre. `url` leads to the record; the facts fill the kind's sentence."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_mine", "account_ref", "id"),
        UniqueConstraint("account_ref", "key"),
        Index(
            "ix_notice_unread", "account_ref", "id", sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
    )  # fmt: skip
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    account_ref: Mapped[str] = mapped_column(String(24))
    kind: Mapped[str] = mapped_column(String(60))
    url: Mapped[str] = mapped_column(String(300), default="")
    urgent: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[Moment]
    read_at: Mapped[datetime | None]
    key: Mapped[str | None] = mapped_column(String(120))
    """Makes telling the same person twice harmless."""
    facts_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    facts = SealedJson("facts_sealed")


class Choice(Model):
    """Whether a person wants a kind by a channel. No row means the kind's usual way. Concerns cannot be turned down."""

    __tablename__ = "notice_choice"
    __table_args__ = (UniqueConstraint("account_ref", "kind", "channel"),)
    id: Mapped[IntPk]
    account_ref: Mapped[str] = mapped_column(String(24))
    kind: Mapped[str] = mapped_column(String(60))
    channel: Mapped[Channel] = words_column(Channel)
    wanted: Mapped[bool]
