"""Tables of the file."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.children.rules import (
    CHILD_FILE,
    CarerCapacity,
    Category,
    CodeEnd,
    FieldSet,
    FileState,
    GoalState,
    Purpose,
    Relation,
    RiskLevel,
    Schooling,
)
from portal.kernel.db import IntPk, Model, Moment, Path, Ref, state_column, words_column
from portal.kernel.people import Sex
from portal.kernel.secrets import Sealed, SealedJson
from portal.kernel.states import Lifecycle
from portal.places.models import Region

LIVING = text("state NOT IN ('entered_in_error','transferred')")


class Child(Model):
    """One child, one file. `region` is where the child really lives (a village); scopes go by its path.

    `code` is a random short name of the file for people to say aloud; it is not the card's code.
    `has_live_pairing` is kept by `pairing` through `note_live_pairing`, for the lifecycle's guard.
    """

    __tablename__ = "child"
    __table_args__ = (
        Index("uq_child_id_index", "id_index", unique=True, sqlite_where=LIVING, postgresql_where=LIVING),
        Index("ix_child_list", "region_path", "initials", "id"),
        Index("ix_child_by_name", "initials", "id"),
        Index("ix_child_by_age", "born_on", "id"),
        Index("ix_child_by_opening", "opened_on", "id"),
        CheckConstraint("closed_on IS NULL OR closed_on >= opened_on", name="closed_after_opened"),
    )
    LIFECYCLE: ClassVar[Lifecycle] = CHILD_FILE
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    code: Mapped[str] = mapped_column(String(9), unique=True)
    surname: Mapped[str] = mapped_column(String(20))
    given_name: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(60), index=True)
    alias: Mapped[str] = mapped_column(String(30), default="")
    initials: Mapped[str] = mapped_column(String(20))
    """Pinyin initials of the whole name: zxy."""
    given_initials: Mapped[str] = mapped_column(String(20))
    """Pinyin initials of the given name, for feeds and mails."""
    sex: Mapped[Sex] = words_column(Sex)
    born_on: Mapped[date] = mapped_column(Date)
    id_number_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    id_masked: Mapped[str] = mapped_column(String(18), default="")
    id_index: Mapped[str | None] = mapped_column(String(40))
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"), index=True)
    region_path: Mapped[Path]
    address_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    registered_region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))
    registered_address_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    schooling: Mapped[Schooling] = words_column(Schooling, Schooling.NONE)
    school: Mapped[str] = mapped_column(String(80), default="")
    grade: Mapped[str] = mapped_column(String(30), default="")
    boards: Mapped[bool] = mapped_column(default=False)
    health_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    category: Mapped[Category] = words_column(Category, Category.NOT_YET)
    risk: Mapped[RiskLevel] = words_column(RiskLevel, RiskLevel.GREEN)
    risk_since_on: Mapped[date] = mapped_column(Date)
    no_guardian: Mapped[bool] = mapped_column(default=False)
    in_institution: Mapped[bool] = mapped_column(default=False)
    wants_mentor: Mapped[bool] = mapped_column(default=True)
    mentor_sex: Mapped[Sex | None] = words_column(Sex, nullable=True)
    """The mentor's sex, where the child or the rules ask for one."""
    state: Mapped[FileState] = state_column(FileState, FileState.OPEN)
    opened_on: Mapped[date] = mapped_column(Date)
    closed_on: Mapped[date | None] = mapped_column(Date)
    has_live_pairing: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Moment]
    created_by: Mapped[str] = mapped_column(String(24))
    version: Mapped[int] = mapped_column(default=1)
    id_number = Sealed("id_number_sealed")
    address = Sealed("address_sealed")
    registered_address = Sealed("registered_address_sealed")
    health = Sealed("health_sealed")
    region: Mapped[Region] = relationship(lazy="raise_on_sql", foreign_keys=[region_id])
    registered_region: Mapped[Region | None] = relationship(lazy="raise_on_sql", foreign_keys=[registered_region_id])
    consents: Mapped[list["Consent"]] = relationship(lazy="raise_on_sql", viewonly=True, order_by="Consent.id.desc()")
    live_code: Mapped["ChildCode | None"] = relationship(
        lazy="raise_on_sql", viewonly=True, uselist=False,
        primaryjoin="and_(ChildCode.child_id == Child.id, ChildCode.ended_at.is_(None))",
    )  # fmt: skip
    __mapper_args__ = {"version_id_col": version}

    @property
    def child_ref(self) -> str:
        """The child that this row is about, as the log asks it of every row."""
        return self.ref

    @property
    def mentor_name(self) -> str:
        """What a mentor may call the child: the alias, else the given name."""
        return self.alias or self.given_name


class Carer(Model):
    """Who looks after the child. At most one is the guardian; none may be."""

    __tablename__ = "carer"
    __table_args__ = (
        Index("uq_carer_guardian", "child_id", unique=True, sqlite_where=text("is_guardian AND ended_on IS NULL"),
              postgresql_where=text("is_guardian AND ended_on IS NULL")),
    )  # fmt: skip
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    relation: Mapped[Relation] = words_column(Relation)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_index: Mapped[str | None] = mapped_column(String(40), index=True)
    is_guardian: Mapped[bool] = mapped_column(default=False)
    lives_with: Mapped[bool] = mapped_column(default=True)
    capacity: Mapped[CarerCapacity] = words_column(CarerCapacity, CarerCapacity.ABLE)
    from_on: Mapped[date] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)
    phone = Sealed("phone_sealed")


class Consent(Model):
    """One consent for one purpose, given by the guardian (from 18 by the young person), with the child's
    assent from 8."""

    __tablename__ = "consent"
    __table_args__ = (
        Index("uq_consent_standing", "child_id", "purpose", unique=True, sqlite_where=text("withdrawn_on IS NULL"),
              postgresql_where=text("withdrawn_on IS NULL")),
    )  # fmt: skip
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"), index=True)
    purpose: Mapped[Purpose] = words_column(Purpose)
    given_by: Mapped[str] = mapped_column(String(60))
    own: Mapped[bool] = mapped_column(default=False)
    """Given by the young person, who is of age: the guardian's consents lapse at 18."""
    given_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date | None] = mapped_column(Date)
    assent: Mapped[bool | None]
    """The child's own agreement, asked from 8 years on; None when not asked."""
    recorded_by: Mapped[str] = mapped_column(String(24))
    recorded_at: Mapped[Moment]
    withdrawn_on: Mapped[date | None] = mapped_column(Date)
    withdrawn_at: Mapped[datetime | None]
    """When the withdrawal was recorded; None while it stands, and when it merely ran out."""
    withdrawn_reason: Mapped[str] = mapped_column(String(300), default="")
    withdrawn_by: Mapped[str] = mapped_column(String(24), default="")


class ParentFact(Model):
    """One condition of one parent, with its own facts and evidence: a table of its own with grants of its own."""

    __tablename__ = "parent_fact"
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"), index=True)
    parent: Mapped[str] = mapped_column(String(8))
    """father or mother."""
    what_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    recorded_by: Mapped[str] = mapped_column(String(24))
    recorded_at: Mapped[Moment]
    ended_on: Mapped[date | None] = mapped_column(Date)
    what = SealedJson("what_sealed")
    """{code, since, evidence, remark}: the code (`ParentCode`) too says what nobody else may know."""


class ChildSupport(Model):
    """A dimension in which the child needs support (扶困, 扶心 …: codes of the setting), from a day on."""

    __tablename__ = "child_support"
    __table_args__ = (
        Index("uq_child_support_now", "child_id", "dimension", unique=True, sqlite_where=text("ended_on IS NULL"),
              postgresql_where=text("ended_on IS NULL")),
    )  # fmt: skip
    id: Mapped[IntPk]
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"), index=True)
    dimension: Mapped[str] = mapped_column(String(30))
    from_on: Mapped[date] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)


class PlanGoal(Model):
    """One goal of the child's plan, in one dimension, looked at again by a day."""

    __tablename__ = "plan_goal"
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"), index=True)
    dimension: Mapped[str] = mapped_column(String(30))
    goal: Mapped[str] = mapped_column(String(300))
    review_on: Mapped[date] = mapped_column(Date)
    state: Mapped[GoalState] = words_column(GoalState, GoalState.OPEN)
    outcome: Mapped[str] = mapped_column(String(300), default="")
    made_at: Mapped[Moment]
    made_by: Mapped[str] = mapped_column(String(24))
    ended_at: Mapped[datetime | None]


class FileNote(Model):
    """A staff member's note in the file. Not changed afterwards: a later note corrects it."""

    __tablename__ = "file_note"
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"), index=True)
    text_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    written_by: Mapped[str] = mapped_column(String(24))
    writer_name: Mapped[str] = mapped_column(String(60), default="")
    written_at: Mapped[Moment]
    text = Sealed("text_sealed")


class RiskChange(Model):
    """Each change of the risk level with its reason."""

    __tablename__ = "risk_change"
    id: Mapped[IntPk]
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"), index=True)
    before: Mapped[RiskLevel | None] = words_column(RiskLevel, nullable=True)
    after: Mapped[RiskLevel] = words_column(RiskLevel)
    reason: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[str] = mapped_column(String(24))
    changer_name: Mapped[str] = mapped_column(String(60), default="")
    changed_at: Mapped[Moment]


class ChildCode(Model):
    """The code on a child's card: one is live, a lost one is dead for good.

    The token of the QR code (192 random bits) and the typed short form are sealed, since a card must be printed again
    as it is, and found by blind indexes. When a code ends, what was sealed is gone.
    """

    __tablename__ = "child_code"
    __table_args__ = (
        Index("uq_child_code_live", "child_id", unique=True, sqlite_where=text("ended_at IS NULL"),
              postgresql_where=text("ended_at IS NULL")),
    )  # fmt: skip
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"), index=True)
    token_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    token_index: Mapped[str] = mapped_column(String(40), unique=True)
    short_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    short_index: Mapped[str] = mapped_column(String(40), unique=True)
    issued_at: Mapped[Moment]
    issued_by: Mapped[str] = mapped_column(String(24))
    ended_at: Mapped[datetime | None]
    ended_because: Mapped[CodeEnd | None] = words_column(CodeEnd, nullable=True)
    token = Sealed("token_sealed")
    short = Sealed("short_sealed")


class Sight(Model):
    """Who may see which child, which set of fields, because of what, from when until when.

    Written only by `grant_sight` and `end_sight`. `because_kind`/`because_ref` name the record that gives it (a
    pairing, an assignment, a concern); `reason` is typed where a person grants it.
    """

    __tablename__ = "sight"
    __table_args__ = (
        Index("ix_sight_account", "account_ref", "child_id"),
        Index("ix_sight_because", "because_kind", "because_ref"),
        Index("ix_sight_child", "child_id"),
    )
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"))
    account_ref: Mapped[str] = mapped_column(String(24))
    fields: Mapped[FieldSet] = words_column(FieldSet)
    because_kind: Mapped[str] = mapped_column(String(40))
    because_ref: Mapped[str] = mapped_column(String(24))
    reason: Mapped[str] = mapped_column(String(300), default="")
    from_at: Mapped[Moment]
    until_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    granted_by: Mapped[str] = mapped_column(String(24))


__all__ = [
    "Carer",
    "Child",
    "ChildCode",
    "ChildSupport",
    "Consent",
    "FileNote",
    "ParentFact",
    "PlanGoal",
    "RiskChange",
    "Sight",
]
