"""Tables of the log. Rows are inserted in the transaction they tell of; nothing but the sealer ever updates one."""

from datetime import datetime

from sqlalchemy import DDL, Index, LargeBinary, String, Text, event
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import IntPk, Json, Model, Moment, Path, Ref


class AuditEntry(Model):
    """One thing that happened. `sealed_seq` and `hash` are given by the sealer, in the order of the chain.

    `facts` are plain words and numbers without personal values; changed personal values stand in `values_sealed`,
    encrypted under the key of the person they are about, so that erasing that key erases them and the chain holds.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_subject", "subject_kind", "subject_ref", "id"),
        Index("ix_audit_entry_about", "about_ref", "id"),
        Index("ix_audit_entry_actor_at", "actor_ref", "id"),
    )
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    at: Mapped[Moment] = mapped_column(index=True)
    actor_ref: Mapped[str] = mapped_column(String(24))
    deputy_for: Mapped[str] = mapped_column(String(24), default="")
    what: Mapped[str] = mapped_column(String(60), index=True)
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_ref: Mapped[str] = mapped_column(String(24))
    about_ref: Mapped[str] = mapped_column(String(24), default="")
    """The child or person whose data it is about."""
    region_path: Mapped[Path] = mapped_column(default="")
    why: Mapped[str] = mapped_column(String(60), default="")
    """For reads: through which right (role in region, sight, break-glass)."""
    reason: Mapped[str] = mapped_column(String(500), default="")
    origin: Mapped[str] = mapped_column(String(80), default="")
    """From where: the network address, shortened, and the kind of device."""
    facts: Mapped[Json] = mapped_column(default=dict)
    values_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    hidden: Mapped[bool] = mapped_column(default=False)
    """About a concern: shown only to those who may know of it."""
    sealed_seq: Mapped[int | None] = mapped_column(unique=True)
    hash: Mapped[str | None] = mapped_column(String(64))


class AuditKey(Model):
    """The key under which one person's values stand in the log. Erasing the row erases the values."""

    __tablename__ = "audit_key"
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    about_ref: Mapped[str] = mapped_column(String(24), unique=True)
    key_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[Moment]


class StateMove(Model):
    """One step of a record's lifecycle, kept for ever: who, when, from, to, why."""

    __tablename__ = "state_move"
    __table_args__ = (Index("ix_state_move_subject", "subject_kind", "subject_ref", "id"),)
    id: Mapped[IntPk]
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_ref: Mapped[str] = mapped_column(String(24))
    source: Mapped[str] = mapped_column(String(40))
    target: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text, default="")
    actor_ref: Mapped[str] = mapped_column(String(24))
    actor_name: Mapped[str] = mapped_column(String(80), default="")
    at: Mapped[Moment]


class AuditAnchor(Model):
    """The chain's head at some moment. The newest one moves along; one that was taken outside stays as it is."""

    __tablename__ = "audit_anchor"
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[Moment]
    taken_at: Mapped[datetime | None]


COVERED = (
    "id", "ref", "at", "actor_ref", "deputy_for", "what", "subject_kind", "subject_ref", "about_ref", "region_path",
    "why", "reason", "origin", "values_sealed", "hidden",
)  # fmt: skip
"""All that the chain covers, besides `facts`. Only the sealer's two columns may ever be written, once."""
SAME_SQLITE = " AND ".join(f"NEW.{c} IS OLD.{c}" for c in (*COVERED, "facts"))
SAME_POSTGRES = " AND ".join(f"NEW.{c} IS NOT DISTINCT FROM OLD.{c}" for c in COVERED)
SQLITE_GUARDS = (
    f"""CREATE TRIGGER audit_entry_no_change BEFORE UPDATE ON audit_entry
    WHEN NOT (OLD.sealed_seq IS NULL AND NEW.sealed_seq IS NOT NULL AND {SAME_SQLITE})
    BEGIN SELECT RAISE(ABORT, 'the log is not changed'); END""",
    """CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry
    BEGIN SELECT RAISE(ABORT, 'the log is not changed'); END""",
    """CREATE TRIGGER state_move_no_change BEFORE UPDATE ON state_move
    BEGIN SELECT RAISE(ABORT, 'the log is not changed'); END""",
    """CREATE TRIGGER state_move_no_delete BEFORE DELETE ON state_move
    BEGIN SELECT RAISE(ABORT, 'the log is not changed'); END""",
)
POSTGRES_GUARDS = (
    f"""CREATE OR REPLACE FUNCTION audit_is_not_changed() RETURNS trigger AS $$
    BEGIN
      IF TG_TABLE_NAME = 'audit_entry' AND TG_OP = 'UPDATE' THEN
        IF OLD.sealed_seq IS NULL AND NEW.sealed_seq IS NOT NULL AND {SAME_POSTGRES}
          AND OLD.facts::text = NEW.facts::text THEN RETURN NEW; END IF;
      END IF;
      RAISE EXCEPTION 'the log is not changed';
    END $$ LANGUAGE plpgsql""",
    """CREATE TRIGGER audit_entry_guard BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_is_not_changed()""",
    """CREATE TRIGGER state_move_guard BEFORE UPDATE OR DELETE ON state_move
    FOR EACH ROW EXECUTE FUNCTION audit_is_not_changed()""",
)

for _statement in SQLITE_GUARDS:
    event.listen(Model.metadata, "after_create", DDL(_statement.replace("%", "%%")).execute_if(dialect="sqlite"))
for _statement in POSTGRES_GUARDS:
    event.listen(Model.metadata, "after_create", DDL(_statement.replace("%", "%%")).execute_if(dialect="postgresql"))
