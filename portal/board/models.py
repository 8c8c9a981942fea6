"""Tables of the board. Only what a batch published is ever shown to the public; who claims is encrypted at rest."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Date, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.board.rules import CLAIM, OFFER, ClaimantKind, ClaimState, OfferState
from portal.children.models import Child
from portal.kernel.db import IntPk, Json, Model, Moment, Path, Ref, state_column, words_column
from portal.kernel.secrets import Sealed
from portal.kernel.states import Lifecycle
from portal.needs.models import Need

STANDING = text("state IN ('previewed','offered','taken')")
IS_RUNNING = text("state IN ('approved','in_progress','fulfilled')")


class Offer(Model):
    """One need, or one small wish of a child (then without a need), as the public may read it.

    `ref` stands in public addresses and says nothing. `title` and `body` are the words for the public. What else the
    public sees (kind, town, band) is decided at each batch and stands in the batch alone.
    """

    __tablename__ = "offer"
    __table_args__ = (
        Index("uq_offer_need", "need_id", unique=True, sqlite_where=STANDING, postgresql_where=STANDING),
        Index("ix_offer_list", "region_path", "state", "id"),
        Index("ix_offer_child", "child_id"),
    )
    LIFECYCLE: ClassVar[Lifecycle] = OFFER
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    need_id: Mapped[int | None] = mapped_column(ForeignKey("need.id"))
    need_ref: Mapped[str] = mapped_column(String(24), default="")
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"))
    child_ref: Mapped[str] = mapped_column(String(24))
    region_path: Mapped[Path]
    kind: Mapped[str] = mapped_column(String(40))
    """A kind of need, or `wish`."""
    title: Mapped[str] = mapped_column(String(60))
    body: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[OfferState] = state_column(OfferState, OfferState.PREVIEWED)
    consent_ref: Mapped[str] = mapped_column(String(24), default="")
    prepared_by: Mapped[str] = mapped_column(String(24))
    prepared_at: Mapped[Moment]
    offered_at: Mapped[datetime | None]
    published_on: Mapped[date | None] = mapped_column(Date)
    """The first batch that it stood in."""
    back_after: Mapped[datetime | None]
    """Unclaimed until then it goes back to the district."""
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    need: Mapped[Need | None] = relationship(lazy="raise_on_sql")
    child: Mapped[Child] = relationship(lazy="raise_on_sql")
    __mapper_args__ = {"version_id_col": version}


class Claim(Model):
    """Somebody wants to help with an offer. The claimant's own page opens with a token; they never learn a child's name
    from it."""

    __tablename__ = "claim"
    __table_args__ = (
        Index("uq_claim_running", "offer_id", unique=True, sqlite_where=IS_RUNNING, postgresql_where=IS_RUNNING),
        Index("ix_claim_list", "region_path", "state", "id"),
        Index("ix_claim_phone", "phone_index"),
    )
    LIFECYCLE: ClassVar[Lifecycle] = CLAIM
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    client_key: Mapped[str] = mapped_column(String(40), unique=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id"), index=True)
    child_ref: Mapped[str] = mapped_column(String(24))
    region_path: Mapped[Path]
    claimant: Mapped[ClaimantKind] = words_column(ClaimantKind)
    org_ref: Mapped[str] = mapped_column(String(24), default="")
    """The partner organisation whose people made it, '' for anybody else."""
    made_by: Mapped[str] = mapped_column(String(24), default="")
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_index: Mapped[str] = mapped_column(String(40), default="")
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[ClaimState] = state_column(ClaimState, ClaimState.MADE)
    made_at: Mapped[Moment]
    vetted_at: Mapped[datetime | None]
    vetted_by: Mapped[str] = mapped_column(String(24), default="")
    vetting_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str] = mapped_column(String(24), default="")
    fulfilled_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    thanks: Mapped[str] = mapped_column(Text, default="")
    """Words of thanks, read over by staff: without a name, a place or a day."""
    version: Mapped[int] = mapped_column(default=1)
    name = Sealed("name_sealed")
    phone = Sealed("phone_sealed")
    words = Sealed("words_sealed")
    vetting = Sealed("vetting_sealed")
    """What the look at the claimant showed: the result, never a record."""
    offer: Mapped[Offer] = relationship(lazy="raise_on_sql")
    __mapper_args__ = {"version_id_col": version}


class ClaimNote(Model):
    """A line of the progress of a claim, for staff, or for the claimant too."""

    __tablename__ = "claim_note"
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"), index=True)
    text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    to_claimant: Mapped[bool] = mapped_column(default=False)
    by_claimant: Mapped[bool] = mapped_column(default=False)
    written_by: Mapped[str] = mapped_column(String(24), default="")
    writer_name: Mapped[str] = mapped_column(String(60), default="")
    written_at: Mapped[Moment]
    text = Sealed("text_sealed")


class BoardBatch(Model):
    """What the public sees from one day's batch on. `entries` hold no ref of a child or a need, `numbers` the sums."""

    __tablename__ = "board_batch"
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    on_day: Mapped[date] = mapped_column(Date, unique=True)
    made_at: Mapped[Moment]
    entries: Mapped[Json] = mapped_column(default=list)
    """`[{ref, kind, town, town_name, band, title, body, since}]`; town and band may be ''."""
    numbers: Mapped[Json] = mapped_column(default=dict)
    """`{offered, claimed, fulfilled, median_days}`; the last is None while nothing was fulfilled."""


class PhoneCode(Model):
    """A code that was sent to a phone, to prove that it is the claimant's."""

    __tablename__ = "phone_code"
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    phone_index: Mapped[str] = mapped_column(String(40), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    sent_at: Mapped[Moment]
    until_at: Mapped[Moment]
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]
