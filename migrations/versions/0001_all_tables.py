"""All tables, with the triggers that hold what two people could race for.

Revision 0001, the first one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# What two people could race for, and the log that nobody changes, is held by triggers on both databases.
SQLITE_GUARDS = (
    """CREATE TRIGGER audit_entry_no_change BEFORE UPDATE ON audit_entry
    WHEN NOT (OLD.sealed_seq IS NULL AND NEW.sealed_seq IS NOT NULL AND NEW.id IS OLD.id AND NEW.ref IS OLD.ref AND NEW.at IS OLD.at AND NEW.actor_ref IS OLD.actor_ref AND NEW.deputy_for IS OLD.deputy_for AND NEW.what IS OLD.what AND NEW.subject_kind IS OLD.subject_kind AND NEW.subject_ref IS OLD.subject_ref AND NEW.about_ref IS OLD.about_ref AND NEW.region_path IS OLD.region_path AND NEW.why IS OLD.why AND NEW.reason IS OLD.reason AND NEW.origin IS OLD.origin AND NEW.values_sealed IS OLD.values_sealed AND NEW.hidden IS OLD.hidden AND NEW.facts IS OLD.facts)
    BEGIN SELECT RAISE(ABORT, 'the log is not changed'); END""",
    """CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry
    BEGIN SELECT RAISE(ABORT, 'the log is not changed'); END""",
    """CREATE TRIGGER state_move_no_change BEFORE UPDATE ON state_move
    BEGIN SELECT RAISE(ABORT, 'the log is not changed'); END""",
    """CREATE TRIGGER state_move_no_delete BEFORE DELETE ON state_move
    BEGIN SELECT RAISE(ABORT, 'the log is not changed'); END""",
    """CREATE TRIGGER pairing_ready_insert BEFORE INSERT ON pairing WHEN NEW.state IN ('agreed','active','paused','frozen','closing')
    AND (SELECT state FROM volunteer WHERE id = NEW.volunteer_id) <> 'ready'
    BEGIN SELECT RAISE(ABORT, 'volunteer-not-ready'); END""",
    """CREATE TRIGGER pairing_ready_update BEFORE UPDATE ON pairing
    WHEN NEW.state IN ('agreed','active','paused','frozen','closing') AND (NOT (OLD.state IN ('agreed','active','paused','frozen','closing')) OR NEW.volunteer_id <> OLD.volunteer_id)
    AND (SELECT state FROM volunteer WHERE id = NEW.volunteer_id) <> 'ready'
    BEGIN SELECT RAISE(ABORT, 'volunteer-not-ready'); END""",
    """CREATE TRIGGER pairing_slot_insert BEFORE INSERT ON pairing WHEN NEW.state IN ('agreed','active','paused','frozen','closing')
    AND NEW.slot > (SELECT capacity FROM volunteer WHERE id = NEW.volunteer_id)
    BEGIN SELECT RAISE(ABORT, 'volunteer-full'); END""",
    """CREATE TRIGGER pairing_slot_update BEFORE UPDATE ON pairing
    WHEN NEW.state IN ('agreed','active','paused','frozen','closing') AND (NOT (OLD.state IN ('agreed','active','paused','frozen','closing')) OR NEW.slot <> OLD.slot OR NEW.volunteer_id <> OLD.volunteer_id)
    AND NEW.slot > (SELECT capacity FROM volunteer WHERE id = NEW.volunteer_id)
    BEGIN SELECT RAISE(ABORT, 'volunteer-full'); END""",
)
POSTGRES_GUARDS = (
    """CREATE OR REPLACE FUNCTION audit_is_not_changed() RETURNS trigger AS $$
    BEGIN
      IF TG_TABLE_NAME = 'audit_entry' AND TG_OP = 'UPDATE' THEN
        IF OLD.sealed_seq IS NULL AND NEW.sealed_seq IS NOT NULL AND NEW.id IS NOT DISTINCT FROM OLD.id AND NEW.ref IS NOT DISTINCT FROM OLD.ref AND NEW.at IS NOT DISTINCT FROM OLD.at AND NEW.actor_ref IS NOT DISTINCT FROM OLD.actor_ref AND NEW.deputy_for IS NOT DISTINCT FROM OLD.deputy_for AND NEW.what IS NOT DISTINCT FROM OLD.what AND NEW.subject_kind IS NOT DISTINCT FROM OLD.subject_kind AND NEW.subject_ref IS NOT DISTINCT FROM OLD.subject_ref AND NEW.about_ref IS NOT DISTINCT FROM OLD.about_ref AND NEW.region_path IS NOT DISTINCT FROM OLD.region_path AND NEW.why IS NOT DISTINCT FROM OLD.why AND NEW.reason IS NOT DISTINCT FROM OLD.reason AND NEW.origin IS NOT DISTINCT FROM OLD.origin AND NEW.values_sealed IS NOT DISTINCT FROM OLD.values_sealed AND NEW.hidden IS NOT DISTINCT FROM OLD.hidden
          AND OLD.facts::text = NEW.facts::text THEN RETURN NEW; END IF;
      END IF;
      RAISE EXCEPTION 'the log is not changed';
    END $$ LANGUAGE plpgsql""",
    """CREATE TRIGGER audit_entry_guard BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_is_not_changed()""",
    """CREATE TRIGGER state_move_guard BEFORE UPDATE OR DELETE ON state_move
    FOR EACH ROW EXECUTE FUNCTION audit_is_not_changed()""",
    """CREATE OR REPLACE FUNCTION pairing_guard() RETURNS trigger AS $$
    DECLARE v record;
    BEGIN
      IF NEW.state IN ('agreed','active','paused','frozen','closing') AND (TG_OP = 'INSERT' OR NOT (OLD.state IN ('agreed','active','paused','frozen','closing')) OR NEW.volunteer_id <> OLD.volunteer_id
          OR NEW.slot IS DISTINCT FROM OLD.slot) THEN
        SELECT state, capacity INTO v FROM volunteer WHERE id = NEW.volunteer_id FOR SHARE;
        IF (TG_OP = 'INSERT' OR NOT (OLD.state IN ('agreed','active','paused','frozen','closing')) OR NEW.volunteer_id <> OLD.volunteer_id) AND v.state <> 'ready' THEN
          RAISE EXCEPTION 'volunteer-not-ready' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.slot > v.capacity THEN
          RAISE EXCEPTION 'volunteer-full' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
      END IF;
      RETURN NEW;
    END $$ LANGUAGE plpgsql""",
    """CREATE TRIGGER pairing_guard BEFORE INSERT OR UPDATE ON pairing FOR EACH ROW EXECUTE FUNCTION pairing_guard()""",
)


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.String(length=40), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("locale", sa.String(length=12), nullable=False),
        sa.Column("theme", sa.String(length=8), nullable=False),
        sa.Column(
            "region_path",
            sa.String(length=240).with_variant(sa.String(length=240, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("volunteer_ref", sa.String(length=24), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
        sa.UniqueConstraint("phone_index", name=op.f("uq_account_phone_index")),
        sa.UniqueConstraint("ref", name=op.f("uq_account_ref")),
    )
    op.create_index(op.f("ix_account_region_path"), "account", ["region_path"], unique=False)
    op.create_table(
        "audit_anchor",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_anchor")),
        sa.UniqueConstraint("ref", name=op.f("uq_audit_anchor_ref")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_ref", sa.String(length=24), nullable=False),
        sa.Column("deputy_for", sa.String(length=24), nullable=False),
        sa.Column("what", sa.String(length=60), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_ref", sa.String(length=24), nullable=False),
        sa.Column("about_ref", sa.String(length=24), nullable=False),
        sa.Column(
            "region_path",
            sa.String(length=240).with_variant(sa.String(length=240, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("why", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("origin", sa.String(length=80), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("values_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("sealed_seq", sa.Integer(), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("ref", name=op.f("uq_audit_entry_ref")),
        sa.UniqueConstraint("sealed_seq", name=op.f("uq_audit_entry_sealed_seq")),
    )
    op.create_index("ix_audit_entry_about", "audit_entry", ["about_ref", "id"], unique=False)
    op.create_index("ix_audit_entry_actor_at", "audit_entry", ["actor_ref", "id"], unique=False)
    op.create_index(op.f("ix_audit_entry_at"), "audit_entry", ["at"], unique=False)
    op.create_index(op.f("ix_audit_entry_region_path"), "audit_entry", ["region_path"], unique=False)
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject_kind", "subject_ref", "id"], unique=False)
    op.create_index(op.f("ix_audit_entry_what"), "audit_entry", ["what"], unique=False)
    op.create_table(
        "audit_key",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("about_ref", sa.String(length=24), nullable=False),
        sa.Column("key_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_key")),
        sa.UniqueConstraint("about_ref", name=op.f("uq_audit_key_about_ref")),
        sa.UniqueConstraint("ref", name=op.f("uq_audit_key_ref")),
    )
    op.create_table(
        "booking",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("uid", sa.String(length=120), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_ref", sa.String(length=24), nullable=False),
        sa.Column("url", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column(
            "region_path",
            sa.String(length=240).with_variant(sa.String(length=240, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ics", sa.Text(), nullable=False),
        sa.Column("ics_en", sa.Text(), nullable=False),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name=op.f("ck_booking_ends_after_start")),
        sa.CheckConstraint("last_on IS NULL OR last_on >= first_on", name=op.f("ck_booking_last_after_first")),
        sa.CheckConstraint("starts_at IS NOT NULL OR first_on IS NOT NULL", name=op.f("ck_booking_has_a_time")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        sa.UniqueConstraint("ref", name=op.f("uq_booking_ref")),
        sa.UniqueConstraint("uid", name=op.f("uq_booking_uid")),
    )
    op.create_index(op.f("ix_booking_region_path"), "booking", ["region_path"], unique=False)
    op.create_index("ix_booking_starts_at", "booking", ["starts_at"], unique=False)
    op.create_index(op.f("ix_booking_state"), "booking", ["state"], unique=False)
    op.create_index("ix_booking_subject", "booking", ["subject_kind", "subject_ref"], unique=True)
    op.create_table(
        "complaint",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("client_key", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("contact_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("account_ref", sa.String(length=24), nullable=False),
        sa.Column("sender_index", sa.String(length=40), nullable=False),
        sa.Column("code_index", sa.String(length=40), nullable=False),
        sa.Column(
            "region_path",
            sa.String(length=240).with_variant(sa.String(length=240, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("answered_by", sa.String(length=24), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint")),
        sa.UniqueConstraint("client_key", name=op.f("uq_complaint_client_key")),
        sa.UniqueConstraint("code_index", name=op.f("uq_complaint_code_index")),
        sa.UniqueConstraint("ref", name=op.f("uq_complaint_ref")),
    )
    op.create_index(op.f("ix_complaint_account_ref"), "complaint", ["account_ref"], unique=False)
    op.create_index("ix_complaint_queue", "complaint", ["state", "due_at", "id"], unique=False)
    op.create_index(op.f("ix_complaint_region_path"), "complaint", ["region_path"], unique=False)
    op.create_index("ix_complaint_sender", "complaint", ["sender_index", "made_at"], unique=False)
    op.create_index(op.f("ix_complaint_state"), "complaint", ["state"], unique=False)
    op.create_table(
        "day_off",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("is_workday", sa.Boolean(), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_off")),
        sa.UniqueConstraint("ref", name=op.f("uq_day_off_ref")),
    )
    op.create_index("uq_day_off_on", "day_off", ["on_day"], unique=True)
    op.create_table(
        "deputy",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("account_ref", sa.String(length=24), nullable=False),
        sa.Column("deputy_ref", sa.String(length=24), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("account_ref <> deputy_ref", name=op.f("ck_deputy_somebody_else")),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_deputy_until_after_from")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deputy")),
        sa.UniqueConstraint("ref", name=op.f("uq_deputy_ref")),
    )
    op.create_index(op.f("ix_deputy_account_ref"), "deputy", ["account_ref"], unique=False)
    op.create_index(op.f("ix_deputy_deputy_ref"), "deputy", ["deputy_ref"], unique=False)
    op.create_table(
        "duty",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_ref", sa.String(length=24), nullable=False),
        sa.Column("child_ref", sa.String(length=24), nullable=False),
        sa.Column("url", sa.String(length=200), nullable=False),
        sa.Column("owner_ref", sa.String(length=24), nullable=False),
        sa.Column("owner_role", sa.String(length=40), nullable=True),
        sa.Column(
            "path",
            sa.String(length=240).with_variant(sa.String(length=240, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.CheckConstraint("owner_ref <> '' OR owner_role IS NOT NULL", name=op.f("ck_duty_has_an_owner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
        sa.UniqueConstraint("ref", name=op.f("uq_duty_ref")),
    )
    op.create_index(
        "ix_duty_due",
        "duty",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'owed'"),
        postgresql_where=sa.text("state = 'owed'"),
    )
    op.create_index(op.f("ix_duty_kind"), "duty", ["kind"], unique=False)
    op.create_index("ix_duty_owner", "duty", ["owner_ref", "due_at"], unique=False)
    op.create_index(op.f("ix_duty_path"), "duty", ["path"], unique=False)
    op.create_index(op.f("ix_duty_state"), "duty", ["state"], unique=False)
    op.create_index("ix_duty_subject", "duty", ["subject_kind", "subject_ref"], unique=False)
    op.create_index(
        "uq_duty_owed_key",
        "duty",
        ["key"],
        unique=True,
        sqlite_where=sa.text("state = 'owed'"),
        postgresql_where=sa.text("state = 'owed'"),
    )
    op.create_table(
        "duty_list_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column(
            "region_path",
            sa.String(length=240).with_variant(sa.String(length=240, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("account_ref", sa.String(length=24), nullable=False),
        sa.Column("hours", sa.String(length=60), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_list_entry")),
        sa.UniqueConstraint("ref", name=op.f("uq_duty_list_entry_ref")),
        sa.UniqueConstraint("region_path", "account_ref", name=op.f("uq_duty_list_entry_region_path_account_ref")),
    )
    op.create_index(op.f("ix_duty_list_entry_region_path"), "duty_list_entry", ["region_path"], unique=False)
    op.create_table(
        "feed",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("account_ref", sa.String(length=24), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("locale", sa.String(length=12), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fetched_by", sa.String(length=120), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("etag", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("body_on", sa.Date(), nullable=True),
        sa.Column("stale_no", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
        sa.UniqueConstraint("ref", name=op.f("uq_feed_ref")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_feed_token_hash")),
    )
    op.create_index(op.f("ix_feed_account_ref"), "feed", ["account_ref"], unique=False)
    op.create_index(
        "uq_feed_live",
        "feed",
        ["account_ref", "purpose"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("account_ref", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("url", sa.String(length=300), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key", sa.String(length=120), nullable=True),
        sa.Column("facts_sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("account_ref", "key", name=op.f("uq_notice_account_ref_key")),
        sa.UniqueConstraint("ref", name=op.f("uq_notice_ref")),
    )
    op.create_index("ix_notice_mine", "notice", ["account_ref", "id"], unique=False)
    op.create_index(
        "ix_notice_unread",
        "notice",
        ["account_ref", "id"],
        unique=False,
        sqlite_where=sa.text("read_at IS NULL"),
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_table(
        "notice_choice",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_ref", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_choice")),
        sa.UniqueConstraint("account_ref", "kind", "channel", name=op.f("uq_notice_choice_account_ref_kind_channel")),
    )
    op.create_table(
        "outbox_message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("account_ref", sa.String(length=24), nullable=False),
        sa.Column("locale", sa.String(length=12), nullable=False),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("facts_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_message_key")),
        sa.UniqueConstraint("ref", name=op.f("uq_outbox_message_ref")),
    )
    op.create_index(op.f("ix_outbox_message_account_ref"), "outbox_message", ["account_ref"], unique=False)
    op.create_index(
        "ix_outbox_message_due",
        "outbox_message",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(op.f("ix_outbox_message_state"), "outbox_message", ["state"], unique=False)
    op.create_table(
        "region",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "path",
            sa.String(length=240).with_variant(sa.String(length=240, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["region.id"], name=op.f("fk_region_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region")),
        sa.UniqueConstraint("code", name=op.f("uq_region_code")),
        sa.UniqueConstraint("ref", name=op.f("uq_region_ref")),
    )
    op.create_index(op.f("ix_region_parent_id"), "region", ["parent_id"], unique=False)
    op.create_index(op.f("ix_region_path"), "region", ["path"], unique=True)
    op.create_table(
        "saved_view",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("account_ref", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("path", sa.String(length=60), nullable=False),
        sa.Column("query", sa.String(length=1000), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("account_ref", "path", "name", name=op.f("uq_saved_view_account_ref_path_name")),
        sa.UniqueConstraint("ref", name=op.f("uq_saved_view_ref")),
    )
    op.create_table(
        "setting",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("set_by", sa.String(length=24), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting")),
        sa.UniqueConstraint("name", "from_on", name=op.f("uq_setting_name_from_on")),
        sa.UniqueConstraint("ref", name=op.f("uq_setting_ref")),
    )
    op.create_index(op.f("ix_setting_name"), "setting", ["name"], unique=False)
    op.create_table(
        "state_move",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_ref", sa.String(length=24), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("target", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_ref", sa.String(length=24), nullable=False),
        sa.Column("actor_name", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_state_move")),
    )
    op.create_index("ix_state_move_subject", "state_move", ["subject_kind", "subject_ref", "id"], unique=False)
    op.create_table(
        "throttle",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("window_began_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_throttle")),
        sa.UniqueConstraint("key", name=op.f("uq_throttle_key")),
    )
    op.create_table(
        "account_session",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=120), nullable=False),
        sa.Column("network", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("view_as", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_session_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_session")),
        sa.UniqueConstraint("ref", name=op.f("uq_account_session_ref")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_account_session_token_hash")),
    )
    op.create_index(op.f("ix_account_session_account_id"), "account_session", ["account_id"], unique=False)
    op.create_table(
        "booking_audience",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("booking_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_ref", sa.String(length=24), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_booking_audience_booking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_audience")),
        sa.UniqueConstraint("booking_id", "account_ref", name=op.f("uq_booking_audience_booking_id_account_ref")),
    )
    op.create_index("ix_booking_audience_account", "booking_audience", ["account_ref", "booking_id"], unique=False)
    op.create_table(
        "booking_resource",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("booking_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_booking_resource_booking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_resource")),
        sa.UniqueConstraint("booking_id", "key", name=op.f("uq_booking_resource_booking_id_key")),
    )
    op.create_index("ix_booking_resource_key", "booking_resource", ["key", "booking_id"], unique=False)
    op.create_table(
        "child",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("code", sa.String(length=9), nullable=False),
        sa.Column("surname", sa.String(length=20), nullable=False),
        sa.Column("given_name", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("alias", sa.String(length=30), nullable=False),
        sa.Column("initials", sa.String(length=20), nullable=False),
        sa.Column("given_initials", sa.String(length=20), nullable=False),
        sa.Column("sex", sa.String(length=40), nullable=False),
        sa.Column("born_on", sa.Date(), nullable=False),
        sa.Column("id_number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("id_masked", sa.String(length=18), nullable=False),
        sa.Column("id_index", sa.String(length=40), nullable=True),
        sa.Column("region_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "region_path",
            sa.String(length=240).with_variant(sa.String(length=240, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("registered_region_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("registered_address_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("schooling", sa.String(length=40), nullable=False),
        sa.Column("school", sa.String(length=80), nullable=False),
        sa.Column("grade", sa.String(length=30), nullable=False),
        sa.Column("boards", sa.Boolean(), nullable=False),
        sa.Column("health_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("risk", sa.String(length=40), nullable=False),
        sa.Column("risk_since_on", sa.Date(), nullable=False),
        sa.Column("no_guardian", sa.Boolean(), nullable=False),
        sa.Column("in_institution", sa.Boolean(), nullable=False),
        sa.Column("wants_mentor", sa.Boolean(), nullable=False),
        sa.Column("mentor_sex", sa.String(length=40), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("has_live_pairing", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=24), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("closed_on IS NULL OR closed_on >= opened_on", name=op.f("ck_child_closed_after_opened")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_child_region_id")),
        sa.ForeignKeyConstraint(["registered_region_id"], ["region.id"], name=op.f("fk_child_registered_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_child")),
        sa.UniqueConstraint("code", name=op.f("uq_child_code")),
        sa.UniqueConstraint("ref", name=op.f("uq_child_ref")),
    )
    op.create_index("ix_child_by_age", "child", ["born_on", "id"], unique=False)
    op.create_index("ix_child_by_name", "child", ["initials", "id"], unique=False)
    op.create_index("ix_child_by_opening", "child", ["opened_on", "id"], unique=False)
    op.create_index("ix_child_list", "child", ["region_path", "initials", "id"], unique=False)
    op.create_index(op.f("ix_child_name"), "child", ["name"], unique=False)
    op.create_index(op.f("ix_child_region_id"), "child", ["region_id"], unique=False)
    op.create_index(op.f("ix_child_region_path"), "child", ["region_path"], unique=False)
    op.create_index(op.f("ix_child_state"), "child", ["state"], unique=False)
    op.create_index(
        "uq_child_id_index",
        "child",
        ["id_index"],
        unique=True,
        sqlite_where=sa.text("state NOT IN ('entered_in_error','transferred')"),
        postgresql_where=sa.text("state NOT IN ('entered_in_error','transferred')"),
    )
    op.create_table(
        "one_time_link",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=24), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_one_time_link_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_link")),
        sa.UniqueConstraint("ref", name=op.f("uq_one_time_link_ref")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_link_token_hash")),
    )
    op.create_index(op.f("ix_one_time_link_account_id"), "one_time_link", ["account_id"], unique=False)
    op.create_table(
        "remembered_device",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("pin_hash", sa.String(length=200), nullable=False),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_remembered_device_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remembered_device")),
        sa.UniqueConstraint("ref", name=op.f("uq_remembered_device_ref")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_remembered_device_token_hash")),
    )
    op.create_index(op.f("ix_remembered_device_account_id"), "remembered_device", ["account_id"], unique=False)
    op.create_table(
        "role_grant",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_ref", sa.String(length=24), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column(
            "path",
            sa.String(length=240).with_variant(sa.String(length=240, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("org_ref", sa.String(length=24), nullable=False),
        sa.Column("sees_cases", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("asked_by", sa.String(length=24), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted_by", sa.String(length=24), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("ended_by", sa.String(length=24), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.String(length=300), nullable=False),
        sa.CheckConstraint(
            "state <> 'granted' OR sees_cases = false OR granted_by <> asked_by",
            name=op.f("ck_role_grant_second_person"),
        ),
        sa.CheckConstraint("asked_by <> account_ref", name=op.f("ck_role_grant_nobody_asks_for_oneself")),
        sa.CheckConstraint(
            "granted_by IS NULL OR granted_by <> account_ref", name=op.f("ck_role_grant_nobody_grants_to_oneself")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_role_grant_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
        sa.UniqueConstraint("ref", name=op.f("uq_role_grant_ref")),
    )
    op.create_index(op.f("ix_role_grant_account_id"), "role_grant", ["account_id"], unique=False)
    op.create_index(op.f("ix_role_grant_path"), "role_grant", ["path"], unique=False)
    op.create_index(
        "uq_role_grant_open",
        "role_grant",
        ["account_id", "role", "path", "org_ref"],
        unique=True,
        sqlite_where=sa.text("state IN ('asked','granted')"),
        postgresql_where=sa.text("state IN ('asked','granted')"),
    )
    op.create_table(
        "volunteer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("account_ref", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("initials", sa.String(length=20), nullable=False),
        sa.Column("sex", sa.String(length=40), nullable=False),
        sa.Column("born_on", sa.Date(), nullable=False),
        sa.Column("id_number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("id_masked", sa.String(length=18), nullable=False),
        sa.Column("id_index", sa.String(length=40), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.String(length=40), nullable=True),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("region_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "region_path",
            sa.String(length=240).with_variant(sa.String(length=240, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("occupation", sa.String(length=60), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("availability", sa.JSON(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("state_since_on", sa.Date(), nullable=False),
        sa.Column("was_ready", sa.Boolean(), nullable=False),
        sa.Column("live_pairings", sa.Integer(), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("capacity BETWEEN 1 AND 3", name=op.f("ck_volunteer_capacity_1_to_3")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_volunteer_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volunteer")),
        sa.UniqueConstraint("ref", name=op.f("uq_volunteer_ref")),
    )
    op.create_index(op.f("ix_volunteer_account_ref"), "volunteer", ["account_ref"], unique=False)
    op.create_index(op.f("ix_volunteer_initials"), "volunteer", ["initials"], unique=False)
    op.create_index("ix_volunteer_list", "volunteer", ["region_path", "initials", "id"], unique=False)
    op.create_index(op.f("ix_volunteer_name"), "volunteer", ["name"], unique=False)
    op.create_index(op.f("ix_volunteer_phone_index"), "volunteer", ["phone_index"], unique=False)
    op.create_index(op.f("ix_volunteer_region_id"), "volunteer", ["region_id"], unique=False)
    op.create_index(op.f("ix_volunteer_region_path"), "volunteer", ["region_path"], unique=False)
    op.create_index(op.f("ix_volunteer_state"), "volunteer", ["state"], unique=False)
    op.create_index(
        "uq_volunteer_id_index",
        "volunteer",
        ["id_index"],
        unique=True,
        sqlite_where=sa.text("state <> 'entered_in_error'"),
        postgresql_where=sa.text("state <> 'entered_in_error'"),
    )
    op.create_table(
        "carer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("child_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("relation", sa.String(length=40), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.String(length=40), nullable=True),
        sa.Column("is_guardian", sa.Boolean(), nullable=False),
        sa.Column("lives_with", sa.Boolean(), nullable=False),
        sa.Column("capacity", sa.String(length=40), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_carer_child_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carer")),
        sa.UniqueConstraint("ref", name=op.f("uq_carer_ref")),
    )
    op.create_index(op.f("ix_carer_child_id"), "carer", ["child_id"], unique=False)
    op.create_index(op.f("ix_carer_phone_index"), "carer", ["phone_index"], unique=False)
    op.create_index(
        "uq_carer_guardian",
        "carer",
        ["child_id"],
        unique=True,
        sqlite_where=sa.text("is_guardian AND ended_on IS NULL"),
        postgresql_where=sa.text("is_guardian AND ended_on IS NULL"),
    )
    op.create_table(
        "child_support",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("child_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dimension", sa.String(length=30), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_child_support_child_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_child_support")),
    )
    op.create_index(op.f("ix_child_support_child_id"), "child_support", ["child_id"], unique=False)
    op.create_index(
        "uq_child_support_now",
        "child_support",
        ["child_id", "dimension"],
        unique=True,
        sqlite_where=sa.text("ended_on IS NULL"),
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.create_table(
        "concern",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("client_key", sa.String(length=40), nullable=False),
        sa.Column("raised_by", sa.String(length=24), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("child_ref", sa.String(length=24), nullable=False),
        sa.Column("child_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "region_path",
            sa.String(length=240).with_variant(sa.String(length=240, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("urgency", sa.String(length=40), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("freezes", sa.Boolean(), nullable=False),
        sa.Column("asked_ref", sa.String(length=24), nullable=False),
        sa.Column("handler_ref", sa.String(length=24), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_concern_child_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern")),
        sa.UniqueConstraint("raised_by", "client_key", name=op.f("uq_concern_raised_by_client_key")),
        sa.UniqueConstraint("ref", name=op.f("uq_concern_ref")),
    )
    op.create_index(op.f("ix_concern_asked_ref"), "concern", ["asked_ref"], unique=False)
    op.create_index(op.f("ix_concern_child_ref"), "concern", ["child_ref"], unique=False)
    op.create_index(op.f("ix_concern_handler_ref"), "concern", ["handler_ref"], unique=False)
    op.create_index(op.f("ix_concern_region_path"), "concern", ["region_path"], unique=False)
    op.create_index(op.f("ix_concern_state"), "concern", ["state"], unique=False)
    op.create_table(
        "consent",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("child_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("given_by", sa.String(length=60), nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("assent", sa.Boolean(), nullable=True),
        sa.Column("recorded_by", sa.String(length=24), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=300), nullable=False),
        sa.Column("withdrawn_by", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_consent_child_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint("ref", name=op.f("uq_consent_ref")),
    )
    op.create_index(op.f("ix_consent_child_id"), "consent", ["child_id"], unique=False)
    op.create_index(
        "uq_consent_standing",
        "consent",
        ["child_id", "purpose"],
        unique=True,
        sqlite_where=sa.text("withdrawn_on IS NULL"),
        postgresql_where=sa.text("withdrawn_on IS NULL"),
    )
    op.create_table(
        "credential",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("volunteer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("result", sa.String(length=40), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("hours", sa.Integer(), nullable=True),
        sa.Column("noted_by", sa.String(length=24), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_days", sa.Integer(), nullable=True),
        sa.CheckConstraint("until_on IS NULL OR until_on >= done_on", name=op.f("ck_credential_until_after_done")),
        sa.ForeignKeyConstraint(["volunteer_id"], ["volunteer.id"], name=op.f("fk_credential_volunteer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
        sa.UniqueConstraint("ref", name=op.f("uq_credential_ref")),
    )
    op.create_index(
        "ix_credential_until",
        "credential",
        ["until_on"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(op.f("ix_credential_volunteer_id"), "credential", ["volunteer_id"], unique=False)
    op.create_index(
        "uq_credential_now",
        "credential",
        ["volunteer_id", "kind"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "file_note",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("child_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("written_by", sa.String(length=24), nullable=False),
        sa.Column("writer_name", sa.String(length=60), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_file_note_child_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_note")),
        sa.UniqueConstraint("ref", name=op.f("uq_file_note_ref")),
    )
    op.create_index(op.f("ix_file_note_child_id"), "file_note", ["child_id"], unique=False)
    op.create_table(
        "pairing",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("child_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("child_ref", sa.String(length=24), nullable=False),
        sa.Column("volunteer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("volunteer_ref", sa.String(length=24), nullable=False),
        sa.Column("mentor_account", sa.String(length=24), nullable=False),
        sa.Column(
            "region_path",
            sa.String(length=240).with_variant(sa.String(length=240, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("slot", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("frozen_from", sa.String(length=40), nullable=True),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("proposed_by", sa.String(length=24), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.Column("child_asked_on", sa.Date(), nullable=True),
        sa.Column("child_said", sa.String(length=300), nullable=False),
        sa.Column("carer_asked_on", sa.Date(), nullable=True),
        sa.Column("carer_said", sa.String(length=300), nullable=False),
        sa.Column("mentor_asked_on", sa.Date(), nullable=True),
        sa.Column("mentor_said", sa.String(length=300), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("commitment_until_on", sa.Date(), nullable=True),
        sa.Column("first_meeting_on", sa.Date(), nullable=True),
        sa.Column("first_meeting_staff", sa.String(length=60), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("closure_reason", sa.String(length=40), nullable=True),
        sa.Column("exit_child", sa.String(length=40), nullable=True),
        sa.Column("exit_mentor", sa.String(length=40), nullable=True),
        sa.Column("contact_after", sa.String(length=40), nullable=True),
        sa.Column("last_contact_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "NOT (state IN ('agreed','active','paused','frozen','closing')) OR slot BETWEEN 1 AND 3",
            name=op.f("ck_pairing_live_has_slot"),
        ),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name=op.f("ck_pairing_ends_after_start")),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_pairing_child_id")),
        sa.ForeignKeyConstraint(["volunteer_id"], ["volunteer.id"], name=op.f("fk_pairing_volunteer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing")),
        sa.UniqueConstraint("ref", name=op.f("uq_pairing_ref")),
    )
    op.create_index(op.f("ix_pairing_child_id"), "pairing", ["child_id"], unique=False)
    op.create_index("ix_pairing_list", "pairing", ["region_path", "state", "id"], unique=False)
    op.create_index(op.f("ix_pairing_mentor_account"), "pairing", ["mentor_account"], unique=False)
    op.create_index(op.f("ix_pairing_region_path"), "pairing", ["region_path"], unique=False)
    op.create_index(op.f("ix_pairing_state"), "pairing", ["state"], unique=False)
    op.create_index(op.f("ix_pairing_volunteer_id"), "pairing", ["volunteer_id"], unique=False)
    op.create_index(op.f("ix_pairing_volunteer_ref"), "pairing", ["volunteer_ref"], unique=False)
    op.create_index(
        "uq_pairing_live_child",
        "pairing",
        ["child_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('agreed','active','paused','frozen','closing')"),
        postgresql_where=sa.text("state IN ('agreed','active','paused','frozen','closing')"),
    )
    op.create_index(
        "uq_pairing_live_slot",
        "pairing",
        ["volunteer_id", "slot"],
        unique=True,
        sqlite_where=sa.text("state IN ('agreed','active','paused','frozen','closing')"),
        postgresql_where=sa.text("state IN ('agreed','active','paused','frozen','closing')"),
    )
    op.create_table(
        "parent_fact",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("child_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("parent", sa.String(length=8), nullable=False),
        sa.Column("what_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_by", sa.String(length=24), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_parent_fact_child_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parent_fact")),
        sa.UniqueConstraint("ref", name=op.f("uq_parent_fact_ref")),
    )
    op.create_index(op.f("ix_parent_fact_child_id"), "parent_fact", ["child_id"], unique=False)
    op.create_table(
        "plan_goal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("child_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dimension", sa.String(length=30), nullable=False),
        sa.Column("goal", sa.String(length=300), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.String(length=300), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=24), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_plan_goal_child_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_goal")),
        sa.UniqueConstraint("ref", name=op.f("uq_plan_goal_ref")),
    )
    op.create_index(op.f("ix_plan_goal_child_id"), "plan_goal", ["child_id"], unique=False)
    op.create_table(
        "risk_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("child_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("before", sa.String(length=40), nullable=True),
        sa.Column("after", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.String(length=24), nullable=False),
        sa.Column("changer_name", sa.String(length=60), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_risk_change_child_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_change")),
    )
    op.create_index(op.f("ix_risk_change_child_id"), "risk_change", ["child_id"], unique=False)
    op.create_table(
        "sight",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("child_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_ref", sa.String(length=24), nullable=False),
        sa.Column("fields", sa.String(length=40), nullable=False),
        sa.Column("because_kind", sa.String(length=40), nullable=False),
        sa.Column("because_ref", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted_by", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_sight_child_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sight")),
        sa.UniqueConstraint("ref", name=op.f("uq_sight_ref")),
    )
    op.create_index("ix_sight_account", "sight", ["account_ref", "child_id"], unique=False)
    op.create_index("ix_sight_because", "sight", ["because_kind", "because_ref"], unique=False)
    op.create_index("ix_sight_child", "sight", ["child_id"], unique=False)
    op.create_table(
        "concern_ask",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("concern_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_ref", sa.String(length=24), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["concern_id"], ["concern.id"], name=op.f("fk_concern_ask_concern_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern_ask")),
        sa.UniqueConstraint(
            "concern_id", "account_ref", "step", name=op.f("uq_concern_ask_concern_id_account_ref_step")
        ),
    )
    op.create_index(op.f("ix_concern_ask_account_ref"), "concern_ask", ["account_ref"], unique=False)
    op.create_table(
        "concern_named",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("concern_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_ref", sa.String(length=24), nullable=False),
        sa.Column("with_line", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["concern_id"], ["concern.id"], name=op.f("fk_concern_named_concern_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern_named")),
        sa.UniqueConstraint("concern_id", "account_ref", name=op.f("uq_concern_named_concern_id_account_ref")),
    )
    op.create_index(op.f("ix_concern_named_account_ref"), "concern_named", ["account_ref"], unique=False)
    op.create_table(
        "concern_note",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("concern_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("written_by", sa.String(length=24), nullable=False),
        sa.Column("writer_name", sa.String(length=60), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["concern_id"], ["concern.id"], name=op.f("fk_concern_note_concern_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern_note")),
        sa.UniqueConstraint("ref", name=op.f("uq_concern_note_ref")),
    )
    op.create_index(op.f("ix_concern_note_concern_id"), "concern_note", ["concern_id"], unique=False)
    op.create_table(
        "mentor_ask",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("pairing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("child_ref", sa.String(length=24), nullable=False),
        sa.Column(
            "region_path",
            sa.String(length=240).with_variant(sa.String(length=240, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("asked_by", sa.String(length=24), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(length=24), nullable=False),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["pairing_id"], ["pairing.id"], name=op.f("fk_mentor_ask_pairing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentor_ask")),
        sa.UniqueConstraint("ref", name=op.f("uq_mentor_ask_ref")),
    )
    op.create_index(op.f("ix_mentor_ask_pairing_id"), "mentor_ask", ["pairing_id"], unique=False)
    op.create_index(op.f("ix_mentor_ask_region_path"), "mentor_ask", ["region_path"], unique=False)
    op.create_table(
        "planned_session",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("pairing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("child_ref", sa.String(length=24), nullable=False),
        sa.Column(
            "region_path",
            sa.String(length=240).with_variant(sa.String(length=240, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("moved_to_ref", sa.String(length=24), nullable=False),
        sa.Column("first_ref", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=24), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_planned_session_ends_after_start")),
        sa.ForeignKeyConstraint(["pairing_id"], ["pairing.id"], name=op.f("fk_planned_session_pairing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_session")),
        sa.UniqueConstraint("ref", name=op.f("uq_planned_session_ref")),
    )
    op.create_index("ix_planned_session_pairing", "planned_session", ["pairing_id", "starts_at"], unique=False)
    op.create_index(op.f("ix_planned_session_region_path"), "planned_session", ["region_path"], unique=False)
    op.create_index(op.f("ix_planned_session_state"), "planned_session", ["state"], unique=False)
    op.create_table(
        "session_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("client_key", sa.String(length=40), nullable=False),
        sa.Column("author_ref", sa.String(length=24), nullable=False),
        sa.Column("volunteer_ref", sa.String(length=24), nullable=False),
        sa.Column("pairing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("child_ref", sa.String(length=24), nullable=False),
        sa.Column(
            "region_path",
            sa.String(length=240).with_variant(sa.String(length=240, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("way", sa.String(length=40), nullable=True),
        sa.Column("place", sa.String(length=40), nullable=True),
        sa.Column("activities", sa.JSON(), nullable=False),
        sa.Column("attempt", sa.Boolean(), nullable=False),
        sa.Column("did_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("to_staff_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("typed_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("typed_version", sa.Integer(), nullable=False),
        sa.Column("typed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("typed_on", sa.String(length=60), nullable=False),
        sa.Column("planned_ref", sa.String(length=24), nullable=False),
        sa.Column("sent_digest", sa.String(length=40), nullable=False),
        sa.Column("next_planned_ref", sa.String(length=24), nullable=False),
        sa.Column("concern_ref", sa.String(length=24), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by", sa.String(length=24), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "minutes IS NULL OR minutes BETWEEN 1 AND 1440", name=op.f("ck_session_log_minutes_in_a_day")
        ),
        sa.ForeignKeyConstraint(["pairing_id"], ["pairing.id"], name=op.f("fk_session_log_pairing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_log")),
        sa.UniqueConstraint("author_ref", "client_key", name=op.f("uq_session_log_author_ref_client_key")),
        sa.UniqueConstraint("ref", name=op.f("uq_session_log_ref")),
    )
    op.create_index("ix_session_log_author", "session_log", ["author_ref", "state", "id"], unique=False)
    op.create_index("ix_session_log_day", "session_log", ["on_day", "id"], unique=False)
    op.create_index("ix_session_log_list", "session_log", ["region_path", "on_day", "id"], unique=False)
    op.create_index(op.f("ix_session_log_pairing_id"), "session_log", ["pairing_id"], unique=False)
    op.create_index(op.f("ix_session_log_region_path"), "session_log", ["region_path"], unique=False)
    op.create_index(op.f("ix_session_log_state"), "session_log", ["state"], unique=False)
    op.create_index(op.f("ix_session_log_volunteer_ref"), "session_log", ["volunteer_ref"], unique=False)
    op.create_table(
        "session_amendment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("log_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("before_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("after_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("made_by", sa.String(length=24), nullable=False),
        sa.Column("maker_name", sa.String(length=60), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["log_id"], ["session_log.id"], name=op.f("fk_session_amendment_log_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_amendment")),
        sa.UniqueConstraint("ref", name=op.f("uq_session_amendment_ref")),
    )
    op.create_index(op.f("ix_session_amendment_log_id"), "session_amendment", ["log_id"], unique=False)
    op.create_table(
        "session_comment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("log_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("written_by", sa.String(length=24), nullable=False),
        sa.Column("writer_name", sa.String(length=60), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["log_id"], ["session_log.id"], name=op.f("fk_session_comment_log_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_comment")),
        sa.UniqueConstraint("ref", name=op.f("uq_session_comment_ref")),
    )
    op.create_index(op.f("ix_session_comment_log_id"), "session_comment", ["log_id"], unique=False)
    op.create_table(
        "session_part",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("log_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pairing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("child_ref", sa.String(length=24), nullable=False),
        sa.Column(
            "region_path",
            sa.String(length=240).with_variant(sa.String(length=240, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("mood", sa.Integer(), nullable=True),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("mood IS NULL OR mood BETWEEN 1 AND 5", name=op.f("ck_session_part_five_faces")),
        sa.ForeignKeyConstraint(["log_id"], ["session_log.id"], name=op.f("fk_session_part_log_id")),
        sa.ForeignKeyConstraint(["pairing_id"], ["pairing.id"], name=op.f("fk_session_part_pairing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_part")),
        sa.UniqueConstraint("log_id", "pairing_id", name=op.f("uq_session_part_log_id_pairing_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_session_part_ref")),
    )
    op.create_index("ix_session_part_child", "session_part", ["child_ref", "log_id"], unique=False)
    op.create_index("ix_session_part_pairing", "session_part", ["pairing_id", "log_id"], unique=False)
    op.create_index(op.f("ix_session_part_region_path"), "session_part", ["region_path"], unique=False)
    guards = SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else POSTGRES_GUARDS
    for guard in guards:
        op.execute(sa.text(guard.replace(":", "\\:")))


def downgrade() -> None:
    """Go down."""
    op.drop_index(op.f("ix_session_part_region_path"), table_name="session_part")
    op.drop_index("ix_session_part_pairing", table_name="session_part")
    op.drop_index("ix_session_part_child", table_name="session_part")
    op.drop_table("session_part")
    op.drop_index(op.f("ix_session_comment_log_id"), table_name="session_comment")
    op.drop_table("session_comment")
    op.drop_index(op.f("ix_session_amendment_log_id"), table_name="session_amendment")
    op.drop_table("session_amendment")
    op.drop_index(op.f("ix_session_log_volunteer_ref"), table_name="session_log")
    op.drop_index(op.f("ix_session_log_state"), table_name="session_log")
    op.drop_index(op.f("ix_session_log_region_path"), table_name="session_log")
    op.drop_index(op.f("ix_session_log_pairing_id"), table_name="session_log")
    op.drop_index("ix_session_log_list", table_name="session_log")
    op.drop_index("ix_session_log_day", table_name="session_log")
    op.drop_index("ix_session_log_author", table_name="session_log")
    op.drop_table("session_log")
    op.drop_index(op.f("ix_planned_session_state"), table_name="planned_session")
    op.drop_index(op.f("ix_planned_session_region_path"), table_name="planned_session")
    op.drop_index("ix_planned_session_pairing", table_name="planned_session")
    op.drop_table("planned_session")
    op.drop_index(op.f("ix_mentor_ask_region_path"), table_name="mentor_ask")
    op.drop_index(op.f("ix_mentor_ask_pairing_id"), table_name="mentor_ask")
    op.drop_table("mentor_ask")
    op.drop_index(op.f("ix_concern_note_concern_id"), table_name="concern_note")
    op.drop_table("concern_note")
    op.drop_index(op.f("ix_concern_named_account_ref"), table_name="concern_named")
    op.drop_table("concern_named")
    op.drop_index(op.f("ix_concern_ask_account_ref"), table_name="concern_ask")
    op.drop_table("concern_ask")
    op.drop_index("ix_sight_child", table_name="sight")
    op.drop_index("ix_sight_because", table_name="sight")
    op.drop_index("ix_sight_account", table_name="sight")
    op.drop_table("sight")
    op.drop_index(op.f("ix_risk_change_child_id"), table_name="risk_change")
    op.drop_table("risk_change")
    op.drop_index(op.f("ix_plan_goal_child_id"), table_name="plan_goal")
    op.drop_table("plan_goal")
    op.drop_index(op.f("ix_parent_fact_child_id"), table_name="parent_fact")
    op.drop_table("parent_fact")
    op.drop_index(
        "uq_pairing_live_slot",
        table_name="pairing",
        sqlite_where=sa.text("state IN ('agreed','active','paused','frozen','closing')"),
        postgresql_where=sa.text("state IN ('agreed','active','paused','frozen','closing')"),
    )
    op.drop_index(
        "uq_pairing_live_child",
        table_name="pairing",
        sqlite_where=sa.text("state IN ('agreed','active','paused','frozen','closing')"),
        postgresql_where=sa.text("state IN ('agreed','active','paused','frozen','closing')"),
    )
    op.drop_index(op.f("ix_pairing_volunteer_ref"), table_name="pairing")
    op.drop_index(op.f("ix_pairing_volunteer_id"), table_name="pairing")
    op.drop_index(op.f("ix_pairing_state"), table_name="pairing")
    op.drop_index(op.f("ix_pairing_region_path"), table_name="pairing")
    op.drop_index(op.f("ix_pairing_mentor_account"), table_name="pairing")
    op.drop_index("ix_pairing_list", table_name="pairing")
    op.drop_index(op.f("ix_pairing_child_id"), table_name="pairing")
    op.drop_table("pairing")
    op.drop_index(op.f("ix_file_note_child_id"), table_name="file_note")
    op.drop_table("file_note")
    op.drop_index(
        "uq_credential_now",
        table_name="credential",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(op.f("ix_credential_volunteer_id"), table_name="credential")
    op.drop_index(
        "ix_credential_until",
        table_name="credential",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_table("credential")
    op.drop_index(
        "uq_consent_standing",
        table_name="consent",
        sqlite_where=sa.text("withdrawn_on IS NULL"),
        postgresql_where=sa.text("withdrawn_on IS NULL"),
    )
    op.drop_index(op.f("ix_consent_child_id"), table_name="consent")
    op.drop_table("consent")
    op.drop_index(op.f("ix_concern_state"), table_name="concern")
    op.drop_index(op.f("ix_concern_region_path"), table_name="concern")
    op.drop_index(op.f("ix_concern_handler_ref"), table_name="concern")
    op.drop_index(op.f("ix_concern_child_ref"), table_name="concern")
    op.drop_index(op.f("ix_concern_asked_ref"), table_name="concern")
    op.drop_table("concern")
    op.drop_index(
        "uq_child_support_now",
        table_name="child_support",
        sqlite_where=sa.text("ended_on IS NULL"),
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.drop_index(op.f("ix_child_support_child_id"), table_name="child_support")
    op.drop_table("child_support")
    op.drop_index(
        "uq_carer_guardian",
        table_name="carer",
        sqlite_where=sa.text("is_guardian AND ended_on IS NULL"),
        postgresql_where=sa.text("is_guardian AND ended_on IS NULL"),
    )
    op.drop_index(op.f("ix_carer_phone_index"), table_name="carer")
    op.drop_index(op.f("ix_carer_child_id"), table_name="carer")
    op.drop_table("carer")
    op.drop_index(
        "uq_volunteer_id_index",
        table_name="volunteer",
        sqlite_where=sa.text("state <> 'entered_in_error'"),
        postgresql_where=sa.text("state <> 'entered_in_error'"),
    )
    op.drop_index(op.f("ix_volunteer_state"), table_name="volunteer")
    op.drop_index(op.f("ix_volunteer_region_path"), table_name="volunteer")
    op.drop_index(op.f("ix_volunteer_region_id"), table_name="volunteer")
    op.drop_index(op.f("ix_volunteer_phone_index"), table_name="volunteer")
    op.drop_index(op.f("ix_volunteer_name"), table_name="volunteer")
    op.drop_index("ix_volunteer_list", table_name="volunteer")
    op.drop_index(op.f("ix_volunteer_initials"), table_name="volunteer")
    op.drop_index(op.f("ix_volunteer_account_ref"), table_name="volunteer")
    op.drop_table("volunteer")
    op.drop_index(
        "uq_role_grant_open",
        table_name="role_grant",
        sqlite_where=sa.text("state IN ('asked','granted')"),
        postgresql_where=sa.text("state IN ('asked','granted')"),
    )
    op.drop_index(op.f("ix_role_grant_path"), table_name="role_grant")
    op.drop_index(op.f("ix_role_grant_account_id"), table_name="role_grant")
    op.drop_table("role_grant")
    op.drop_index(op.f("ix_remembered_device_account_id"), table_name="remembered_device")
    op.drop_table("remembered_device")
    op.drop_index(op.f("ix_one_time_link_account_id"), table_name="one_time_link")
    op.drop_table("one_time_link")
    op.drop_index(
        "uq_child_id_index",
        table_name="child",
        sqlite_where=sa.text("state NOT IN ('entered_in_error','transferred')"),
        postgresql_where=sa.text("state NOT IN ('entered_in_error','transferred')"),
    )
    op.drop_index(op.f("ix_child_state"), table_name="child")
    op.drop_index(op.f("ix_child_region_path"), table_name="child")
    op.drop_index(op.f("ix_child_region_id"), table_name="child")
    op.drop_index(op.f("ix_child_name"), table_name="child")
    op.drop_index("ix_child_list", table_name="child")
    op.drop_index("ix_child_by_opening", table_name="child")
    op.drop_index("ix_child_by_name", table_name="child")
    op.drop_index("ix_child_by_age", table_name="child")
    op.drop_table("child")
    op.drop_index("ix_booking_resource_key", table_name="booking_resource")
    op.drop_table("booking_resource")
    op.drop_index("ix_booking_audience_account", table_name="booking_audience")
    op.drop_table("booking_audience")
    op.drop_index(op.f("ix_account_session_account_id"), table_name="account_session")
    op.drop_table("account_session")
    op.drop_table("throttle")
    op.drop_index("ix_state_move_subject", table_name="state_move")
    op.drop_table("state_move")
    op.drop_index(op.f("ix_setting_name"), table_name="setting")
    op.drop_table("setting")
    op.drop_table("saved_view")
    op.drop_index(op.f("ix_region_path"), table_name="region")
    op.drop_index(op.f("ix_region_parent_id"), table_name="region")
    op.drop_table("region")
    op.drop_index(op.f("ix_outbox_message_state"), table_name="outbox_message")
    op.drop_index(
        "ix_outbox_message_due",
        table_name="outbox_message",
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.drop_index(op.f("ix_outbox_message_account_ref"), table_name="outbox_message")
    op.drop_table("outbox_message")
    op.drop_table("notice_choice")
    op.drop_index(
        "ix_notice_unread",
        table_name="notice",
        sqlite_where=sa.text("read_at IS NULL"),
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.drop_index("ix_notice_mine", table_name="notice")
    op.drop_table("notice")
    op.drop_index(
        "uq_feed_live",
        table_name="feed",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(op.f("ix_feed_account_ref"), table_name="feed")
    op.drop_table("feed")
    op.drop_index(op.f("ix_duty_list_entry_region_path"), table_name="duty_list_entry")
    op.drop_table("duty_list_entry")
    op.drop_index(
        "uq_duty_owed_key",
        table_name="duty",
        sqlite_where=sa.text("state = 'owed'"),
        postgresql_where=sa.text("state = 'owed'"),
    )
    op.drop_index("ix_duty_subject", table_name="duty")
    op.drop_index(op.f("ix_duty_state"), table_name="duty")
    op.drop_index(op.f("ix_duty_path"), table_name="duty")
    op.drop_index("ix_duty_owner", table_name="duty")
    op.drop_index(op.f("ix_duty_kind"), table_name="duty")
    op.drop_index(
        "ix_duty_due",
        table_name="duty",
        sqlite_where=sa.text("state = 'owed'"),
        postgresql_where=sa.text("state = 'owed'"),
    )
    op.drop_table("duty")
    op.drop_index(op.f("ix_deputy_deputy_ref"), table_name="deputy")
    op.drop_index(op.f("ix_deputy_account_ref"), table_name="deputy")
    op.drop_table("deputy")
    op.drop_index("uq_day_off_on", table_name="day_off")
    op.drop_table("day_off")
    op.drop_index(op.f("ix_complaint_state"), table_name="complaint")
    op.drop_index("ix_complaint_sender", table_name="complaint")
    op.drop_index(op.f("ix_complaint_region_path"), table_name="complaint")
    op.drop_index("ix_complaint_queue", table_name="complaint")
    op.drop_index(op.f("ix_complaint_account_ref"), table_name="complaint")
    op.drop_table("complaint")
    op.drop_index("ix_booking_subject", table_name="booking")
    op.drop_index(op.f("ix_booking_state"), table_name="booking")
    op.drop_index("ix_booking_starts_at", table_name="booking")
    op.drop_index(op.f("ix_booking_region_path"), table_name="booking")
    op.drop_table("booking")
    op.drop_table("audit_key")
    op.drop_index(op.f("ix_audit_entry_what"), table_name="audit_entry")
    op.drop_index("ix_audit_entry_subject", table_name="audit_entry")
    op.drop_index(op.f("ix_audit_entry_region_path"), table_name="audit_entry")
    op.drop_index(op.f("ix_audit_entry_at"), table_name="audit_entry")
    op.drop_index("ix_audit_entry_actor_at", table_name="audit_entry")
    op.drop_index("ix_audit_entry_about", table_name="audit_entry")
    op.drop_table("audit_entry")
    op.drop_table("audit_anchor")
    op.drop_index(op.f("ix_account_region_path"), table_name="account")
    op.drop_table("account")
    if op.get_bind().dialect.name == "postgresql":
        for function in ("audit_is_not_changed", "pairing_guard"):
            op.execute(sa.text(f"DROP FUNCTION {function}()"))
