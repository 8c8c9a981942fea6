"""Tables of concerns, of the duty list, and of complaints."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.children.models import Child
from portal.kernel.db import IntPk, Model, Moment, Path, Ref, state_column, words_column
from portal.kernel.secrets import Sealed
from portal.kernel.states import Lifecycle
from portal.safeguarding.rules import (
    COMPLAINT,
    CONCERN,
    ComplaintKind,
    ComplaintState,
    ConcernOutcome,
    ConcernState,
    NoteKind,
    Urgency,
)


class Concern(Model):
    """Somebody is worried. `reporter` is shown to the handler only; `child_ref` may be empty.

    `client_key` makes sending twice harmless. `handler_ref` is who took it; `asked_ref` who is being asked now.
    """

    __tablename__ = "concern"
    __table_args__ = (UniqueConstraint("raised_by", "client_key"),)
    LIFECYCLE: ClassVar[Lifecycle] = CONCERN
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    client_key: Mapped[str] = mapped_column(String(40))
    raised_by: Mapped[str] = mapped_column(String(24))
    raised_at: Mapped[Moment]
    child_ref: Mapped[str] = mapped_column(String(24), default="", index=True)
    child_id: Mapped[int | None] = mapped_column(ForeignKey("child.id"))
    region_path: Mapped[Path] = mapped_column(default="")
    urgency: Mapped[Urgency] = words_column(Urgency)
    text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[ConcernState] = state_column(ConcernState, ConcernState.RAISED)
    outcome: Mapped[ConcernOutcome | None] = words_column(ConcernOutcome, nullable=True)
    freezes: Mapped[bool] = mapped_column(default=False)
    """It has frozen a pairing that is not lifted yet."""
    asked_ref: Mapped[str] = mapped_column(String(24), default="", index=True)
    """'' while nobody is left to be asked: then only the last resort outside the programme remains."""
    handler_ref: Mapped[str] = mapped_column(String(24), default="", index=True)
    due_at: Mapped[Moment]
    step: Mapped[int] = mapped_column(default=0)
    acknowledged_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    child: Mapped[Child | None] = relationship(lazy="raise_on_sql")
    text = Sealed("text_sealed")
    __mapper_args__ = {"version_id_col": version}


class ConcernNamed(Model):
    """Somebody whom a concern is about. They, and their deputies, can never see that it exists."""

    __tablename__ = "concern_named"
    __table_args__ = (UniqueConstraint("concern_id", "account_ref"),)
    id: Mapped[IntPk]
    concern_id: Mapped[int] = mapped_column(ForeignKey("concern.id"))
    account_ref: Mapped[str] = mapped_column(String(24), index=True)
    with_line: Mapped[bool] = mapped_column(default=False)
    """Everybody above them in the same line is implicated too."""


class ConcernAsk(Model):
    """Somebody was asked to take a concern, at one step of the chain. Until somebody takes it, each of them may."""

    __tablename__ = "concern_ask"
    __table_args__ = (UniqueConstraint("concern_id", "account_ref", "step"),)
    id: Mapped[IntPk]
    concern_id: Mapped[int] = mapped_column(ForeignKey("concern.id"))
    account_ref: Mapped[str] = mapped_column(String(24), index=True)
    step: Mapped[int]
    asked_at: Mapped[Moment]
    due_at: Mapped[Moment]


class ConcernNote(Model):
    """What was written about a concern on its way: an assessment, an action, why it was closed. Never changed."""

    __tablename__ = "concern_note"
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    concern_id: Mapped[int] = mapped_column(ForeignKey("concern.id"), index=True)
    kind: Mapped[NoteKind] = words_column(NoteKind)
    text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    written_by: Mapped[str] = mapped_column(String(24))
    writer_name: Mapped[str] = mapped_column(String(60), default="")
    written_at: Mapped[Moment]
    text = Sealed("text_sealed")


class DutyListEntry(Model):
    """One person of a region's duty list, in order, with the phone that is answered and the hours."""

    __tablename__ = "duty_list_entry"
    __table_args__ = (UniqueConstraint("region_path", "account_ref"),)
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    region_path: Mapped[Path]
    position: Mapped[int]
    account_ref: Mapped[str] = mapped_column(String(24))
    hours: Mapped[str] = mapped_column(String(60), default="")
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone = Sealed("phone_sealed")


class Complaint(Model):
    """A complaint or a suggestion from anybody, signed in or not, with a handler, a clock and a reply.

    A stranger finds the answer with a code, of which only the fingerprint is kept. `sender_index` is a keyed
    fingerprint of the network address, for the limit only. `for_lead` says that it is about somebody who would answer
    it: then safeguarding leads answer, and no coordinator learns of it.
    """

    __tablename__ = "complaint"
    __table_args__ = (
        UniqueConstraint("client_key"),
        Index("ix_complaint_queue", "state", "due_at", "id"),
        Index("ix_complaint_sender", "sender_index", "made_at"),
    )
    LIFECYCLE: ClassVar[Lifecycle] = COMPLAINT
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    client_key: Mapped[str] = mapped_column(String(40))
    kind: Mapped[ComplaintKind] = words_column(ComplaintKind)
    text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    contact_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    account_ref: Mapped[str] = mapped_column(String(24), default="", index=True)
    sender_index: Mapped[str] = mapped_column(String(40), default="")
    code_index: Mapped[str] = mapped_column(String(40), unique=True)
    region_path: Mapped[Path] = mapped_column(default="")
    for_lead: Mapped[bool] = mapped_column(default=False, server_default=false())
    made_at: Mapped[Moment]
    due_at: Mapped[Moment]
    state: Mapped[ComplaintState] = state_column(ComplaintState, ComplaintState.OPEN)
    answer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    answered_by: Mapped[str] = mapped_column(String(24), default="")
    answered_at: Mapped[datetime | None]
    text = Sealed("text_sealed")
    contact = Sealed("contact_sealed")
    answer = Sealed("answer_sealed")


class ComplaintNamed(Model):
    """Somebody who would answer and whom a complaint names: they and their deputies do not learn of it."""

    __tablename__ = "complaint_named"
    __table_args__ = (UniqueConstraint("complaint_id", "account_ref"),)
    id: Mapped[IntPk]
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"))
    account_ref: Mapped[str] = mapped_column(String(24), index=True)
