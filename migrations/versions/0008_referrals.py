"""Referrals to partners.

Revision 0008, after 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "referral",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("need_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("need_ref", sa.String(length=24), nullable=False),
        sa.Column("child_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("child_ref", sa.String(length=24), nullable=False),
        sa.Column(
            "region_path",
            sa.String(length=240).with_variant(sa.String(length=240, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("org_ref", sa.String(length=24), nullable=False),
        sa.Column("org_name", sa.String(length=120), nullable=False),
        sa.Column("service_ref", sa.String(length=24), nullable=False),
        sa.Column("service_name", sa.String(length=160), nullable=False),
        sa.Column("before_ref", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("shared_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("covering_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("consent_ref", sa.String(length=24), nullable=False),
        sa.Column("drafted_by", sa.String(length=24), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.String(length=24), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(length=24), nullable=False),
        sa.Column("decline_reason", sa.String(length=40), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("outcome_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delete_by", sa.Date(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_referral_child_id")),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_referral_need_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sa.UniqueConstraint("ref", name=op.f("uq_referral_ref")),
    )
    op.create_index("ix_referral_child", "referral", ["child_id"], unique=False)
    op.create_index("ix_referral_list", "referral", ["region_path", "state", "id"], unique=False)
    op.create_index("ix_referral_org", "referral", ["org_ref", "state", "id"], unique=False)
    op.create_index(op.f("ix_referral_region_path"), "referral", ["region_path"], unique=False)
    op.create_index(op.f("ix_referral_state"), "referral", ["state"], unique=False)
    op.create_index(
        "uq_referral_running",
        "referral",
        ["need_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('drafted','sent','asked','accepted','in_progress','on_hold','completed')"),
        postgresql_where=sa.text("state IN ('drafted','sent','asked','accepted','in_progress','on_hold','completed')"),
    )
    op.create_table(
        "referral_step",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("referral_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("signed_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("written_by", sa.String(length=24), nullable=False),
        sa.Column("writer_name", sa.String(length=60), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_referral_step_referral_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_step")),
        sa.UniqueConstraint("ref", name=op.f("uq_referral_step_ref")),
    )
    op.create_index(op.f("ix_referral_step_referral_id"), "referral_step", ["referral_id"], unique=False)
    op.create_table(
        "referral_message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("referral_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_partner", sa.Boolean(), nullable=False),
        sa.Column("client_key", sa.String(length=40), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("written_by", sa.String(length=24), nullable=False),
        sa.Column("writer_name", sa.String(length=60), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_referral_message_referral_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_message")),
        sa.UniqueConstraint("ref", name=op.f("uq_referral_message_ref")),
    )
    op.create_index(op.f("ix_referral_message_referral_id"), "referral_message", ["referral_id"], unique=False)
    op.create_index(
        "uq_referral_message_key",
        "referral_message",
        ["referral_id", "written_by", "client_key"],
        unique=True,
        sqlite_where=sa.text("client_key <> ''"),
        postgresql_where=sa.text("client_key <> ''"),
    )


def downgrade() -> None:
    """Go down."""
    op.drop_table("referral_message")
    op.drop_table("referral_step")
    op.drop_table("referral")
