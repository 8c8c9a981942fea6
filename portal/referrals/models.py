"""Tables of referrals. What is shared, said and reached is encrypted at rest."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Date, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.children.models import Child
from portal.kernel.db import IntPk, Json, Model, Moment, Path, Ref, state_column, words_column
from portal.kernel.secrets import Sealed, SealedJson
from portal.kernel.states import Lifecycle
from portal.needs.models import Need
from portal.referrals.rules import REFERRAL, DeclineReason, Outcome, ReferralState, Step

RUNNING = text("state IN ('drafted','sent','asked','accepted','in_progress','on_hold','completed')")


class Referral(Model):
    """One try to have a need met by an organisation. One need has at most one that is drafted or live.

    `shared` holds what the receiver sees, as it was shown to the sender before sending: nothing else of the file is
    ever looked up for it, and it is emptied when the sharing ends for good. `before_ref` is the try before this one.
    """

    __tablename__ = "referral"
    __table_args__ = (
        Index("uq_referral_running", "need_id", unique=True, sqlite_where=RUNNING, postgresql_where=RUNNING),
        Index("ix_referral_org", "org_ref", "state", "id"),
        Index("ix_referral_list", "region_path", "state", "id"),
        Index("ix_referral_child", "child_id"),
    )
    LIFECYCLE: ClassVar[Lifecycle] = REFERRAL
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"))
    need_ref: Mapped[str] = mapped_column(String(24))
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"))
    child_ref: Mapped[str] = mapped_column(String(24))
    region_path: Mapped[Path]
    kind: Mapped[str] = mapped_column(String(40))
    """The kind of need, by the codes of `needs.rules.NeedKind`."""
    org_ref: Mapped[str] = mapped_column(String(24))
    org_name: Mapped[str] = mapped_column(String(120))
    service_ref: Mapped[str] = mapped_column(String(24), default="")
    service_name: Mapped[str] = mapped_column(String(160), default="")
    before_ref: Mapped[str] = mapped_column(String(24), default="")
    state: Mapped[ReferralState] = state_column(ReferralState, ReferralState.DRAFTED)
    fields: Mapped[Json] = mapped_column(default=list)
    """Codes of the shared fields."""
    shared_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    covering_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    consent_ref: Mapped[str] = mapped_column(String(24), default="")
    """The consent on which the sharing rests."""
    drafted_by: Mapped[str] = mapped_column(String(24))
    drafted_at: Mapped[Moment]
    sent_by: Mapped[str] = mapped_column(String(24), default="")
    sent_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    """From when on the receiver's clock runs: the sending, or the last answer to a question."""
    expires_at: Mapped[datetime | None]
    """When an unanswered one returns to the queue."""
    reminded: Mapped[int] = mapped_column(default=0)
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str] = mapped_column(String(24), default="")
    decline_reason: Mapped[DeclineReason | None] = words_column(DeclineReason, nullable=True)
    outcome: Mapped[Outcome | None] = words_column(Outcome, nullable=True)
    outcome_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    completed_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    delete_by: Mapped[date | None] = mapped_column(Date)
    """The receiver was asked to delete what it keeps of this, by this day."""
    deleted_at: Mapped[datetime | None]
    """When the receiver said that it has deleted it."""
    version: Mapped[int] = mapped_column(default=1)
    shared = SealedJson("shared_sealed")
    """`{code of the field: text}`."""
    covering = Sealed("covering_sealed")
    """What the sender writes to the receiver."""
    outcome_note = Sealed("outcome_sealed")
    need: Mapped[Need] = relationship(lazy="raise_on_sql")
    child: Mapped[Child] = relationship(lazy="raise_on_sql")
    __mapper_args__ = {"version_id_col": version}


class ReferralStep(Model):
    """Something reached on the way, by a day: of the kind's own steps. Goods carry what and who signed for it."""

    __tablename__ = "referral_step"
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), index=True)
    step: Mapped[Step] = words_column(Step)
    on_day: Mapped[date] = mapped_column(Date)
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    signed_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    written_by: Mapped[str] = mapped_column(String(24))
    writer_name: Mapped[str] = mapped_column(String(60), default="")
    written_at: Mapped[Moment]
    note = Sealed("note_sealed")
    signed = Sealed("signed_sealed")
    """Who signed for a delivery."""


class ReferralMessage(Model):
    """One message of the thread between the programme and the receiver, or a reason given with a move."""

    __tablename__ = "referral_message"
    __table_args__ = (
        Index(
            "uq_referral_message_key", "referral_id", "written_by", "client_key", unique=True,
            sqlite_where=text("client_key <> ''"), postgresql_where=text("client_key <> ''"),
        ),
    )  # fmt: skip
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), index=True)
    from_partner: Mapped[bool] = mapped_column(default=False)
    client_key: Mapped[str] = mapped_column(String(40), default="")
    text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    written_by: Mapped[str] = mapped_column(String(24))
    writer_name: Mapped[str] = mapped_column(String(60), default="")
    written_at: Mapped[Moment]
    text = Sealed("text_sealed")
