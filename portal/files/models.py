"""The table of attachments."""

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.files.rules import AttachmentKind
from portal.kernel.db import IntPk, Model, Moment, Ref, words_column
from portal.kernel.secrets import Sealed, SealedBytes


class Attachment(Model):
    """One picture or document of one record. Never changed: a better one is another.

    `size` is that of the open content, in bytes. The content is not loaded unless it is asked for.
    """

    __tablename__ = "attachment"
    __table_args__ = (Index("ix_attachment_subject", "subject_kind", "subject_ref"),)
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_ref: Mapped[str] = mapped_column(String(24))
    child_ref: Mapped[str] = mapped_column(String(24), default="", index=True)
    kind: Mapped[AttachmentKind] = words_column(AttachmentKind)
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    mime: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    content_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    made_at: Mapped[Moment]
    made_by: Mapped[str] = mapped_column(String(24))
    name = Sealed("name_sealed")
    content = SealedBytes("content_sealed")
