"""Tables of pairs. The database holds what two people could race for: one live pair a child, slots, readiness."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import DDL, CheckConstraint, Date, ForeignKey, Index, LargeBinary, String, event, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.children.models import Child
from portal.kernel.db import IntPk, Model, Moment, Path, Ref, state_column, words_column
from portal.kernel.secrets import Sealed
from portal.kernel.states import Lifecycle
from portal.pairing.rules import LIVE_SQL, PAIRING, AskKind, ClosureReason, ContactAfter, ExitTalk, PairingState
from portal.volunteers.models import Volunteer

LIVE = text(LIVE_SQL)


class Pairing(Model):
    """One volunteer mentoring one child. `ended_on` is the last day together. `slot` is 1 to 3 while live.

    `last_contact_on` is the day of the newest submitted log with contact, kept by `note_contact`.
    """

    __tablename__ = "pairing"
    __table_args__ = (
        CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name="ends_after_start"),
        CheckConstraint(f"NOT ({LIVE_SQL}) OR slot BETWEEN 1 AND 3", name="live_has_slot"),
        Index("uq_pairing_live_child", "child_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        Index("uq_pairing_live_slot", "volunteer_id", "slot", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_pairing_list", "region_path", "state", "id"),
    )
    LIFECYCLE: ClassVar[Lifecycle] = PAIRING
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"), index=True)
    child_ref: Mapped[str] = mapped_column(String(24))
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id"), index=True)
    volunteer_ref: Mapped[str] = mapped_column(String(24), index=True)
    mentor_account: Mapped[str] = mapped_column(String(24), default="", index=True)
    region_path: Mapped[Path]
    """The child's, kept up by `child_moved`."""
    slot: Mapped[int | None]
    state: Mapped[PairingState] = state_column(PairingState, PairingState.PROPOSED)
    frozen_from: Mapped[PairingState | None] = words_column(PairingState, nullable=True)
    proposed_on: Mapped[date] = mapped_column(Date)
    proposed_by: Mapped[str] = mapped_column(String(24))
    why: Mapped[str] = mapped_column(String(500), default="")
    """The reasons of the proposal, in words."""
    child_asked_on: Mapped[date | None] = mapped_column(Date)
    child_said: Mapped[str] = mapped_column(String(300), default="")
    carer_asked_on: Mapped[date | None] = mapped_column(Date)
    carer_said: Mapped[str] = mapped_column(String(300), default="")
    mentor_asked_on: Mapped[date | None] = mapped_column(Date)
    mentor_said: Mapped[str] = mapped_column(String(300), default="")
    signed_on: Mapped[date | None] = mapped_column(Date)
    commitment_until_on: Mapped[date | None] = mapped_column(Date)
    first_meeting_on: Mapped[date | None] = mapped_column(Date)
    first_meeting_staff: Mapped[str] = mapped_column(String(60), default="")
    started_on: Mapped[date | None] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)
    closure_reason: Mapped[ClosureReason | None] = words_column(ClosureReason, nullable=True)
    exit_child: Mapped[ExitTalk | None] = words_column(ExitTalk, nullable=True)
    exit_mentor: Mapped[ExitTalk | None] = words_column(ExitTalk, nullable=True)
    contact_after: Mapped[ContactAfter | None] = words_column(ContactAfter, nullable=True)
    last_contact_on: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[Moment]
    version: Mapped[int] = mapped_column(default=1)
    child: Mapped[Child] = relationship(lazy="raise_on_sql")
    volunteer: Mapped[Volunteer] = relationship(lazy="raise_on_sql")
    __mapper_args__ = {"version_id_col": version}


class MentorAsk(Model):
    """A mentor asks for help, a break or an end; the coordinator answers."""

    __tablename__ = "mentor_ask"
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    pairing_id: Mapped[int] = mapped_column(ForeignKey("pairing.id"), index=True)
    child_ref: Mapped[str] = mapped_column(String(24), default="")
    region_path: Mapped[Path] = mapped_column(default="")
    kind: Mapped[AskKind] = words_column(AskKind)
    text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    asked_by: Mapped[str] = mapped_column(String(24))
    asked_at: Mapped[Moment]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str] = mapped_column(String(24), default="")
    answer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    text = Sealed("text_sealed")
    answer = Sealed("answer_sealed")
    pairing: Mapped[Pairing] = relationship(lazy="raise_on_sql")


_NEW_LIVE = LIVE_SQL.replace("state", "NEW.state")
_OLD_LIVE = LIVE_SQL.replace("state", "OLD.state")
SQLITE_GUARDS = (
    f"""CREATE TRIGGER pairing_ready_insert BEFORE INSERT ON pairing WHEN NEW.{LIVE_SQL}
    AND (SELECT state FROM volunteer WHERE id = NEW.volunteer_id) <> 'ready'
    BEGIN SELECT RAISE(ABORT, 'volunteer-not-ready'); END""",
    f"""CREATE TRIGGER pairing_ready_update BEFORE UPDATE ON pairing
    WHEN {_NEW_LIVE} AND (NOT ({_OLD_LIVE}) OR NEW.volunteer_id <> OLD.volunteer_id)
    AND (SELECT state FROM volunteer WHERE id = NEW.volunteer_id) <> 'ready'
    BEGIN SELECT RAISE(ABORT, 'volunteer-not-ready'); END""",
    f"""CREATE TRIGGER pairing_slot_insert BEFORE INSERT ON pairing WHEN NEW.{LIVE_SQL}
    AND NEW.slot > (SELECT capacity FROM volunteer WHERE id = NEW.volunteer_id)
    BEGIN SELECT RAISE(ABORT, 'volunteer-full'); END""",
    f"""CREATE TRIGGER pairing_slot_update BEFORE UPDATE ON pairing
    WHEN {_NEW_LIVE} AND (NOT ({_OLD_LIVE}) OR NEW.slot <> OLD.slot OR NEW.volunteer_id <> OLD.volunteer_id)
    AND NEW.slot > (SELECT capacity FROM volunteer WHERE id = NEW.volunteer_id)
    BEGIN SELECT RAISE(ABORT, 'volunteer-full'); END""",
)
POSTGRES_GUARDS = (
    f"""CREATE OR REPLACE FUNCTION pairing_guard() RETURNS trigger AS $$
    DECLARE v record;
    BEGIN
      IF {_NEW_LIVE} AND (TG_OP = 'INSERT' OR NOT ({_OLD_LIVE}) OR NEW.volunteer_id <> OLD.volunteer_id
          OR NEW.slot IS DISTINCT FROM OLD.slot) THEN
        SELECT state, capacity INTO v FROM volunteer WHERE id = NEW.volunteer_id FOR SHARE;
        IF (TG_OP = 'INSERT' OR NOT ({_OLD_LIVE}) OR NEW.volunteer_id <> OLD.volunteer_id) AND v.state <> 'ready' THEN
          RAISE EXCEPTION 'volunteer-not-ready' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.slot > v.capacity THEN
          RAISE EXCEPTION 'volunteer-full' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
      END IF;
      RETURN NEW;
    END $$ LANGUAGE plpgsql""",
    "CREATE TRIGGER pairing_guard BEFORE INSERT OR UPDATE ON pairing FOR EACH ROW EXECUTE FUNCTION pairing_guard()",
)
for _statement in SQLITE_GUARDS:
    event.listen(Model.metadata, "after_create", DDL(_statement.replace("%", "%%")).execute_if(dialect="sqlite"))
for _statement in POSTGRES_GUARDS:
    event.listen(Model.metadata, "after_create", DDL(_statement.replace("%", "%%")).execute_if(dialect="postgresql"))
