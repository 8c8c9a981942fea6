"""Needs and their way up.

Revision 0005, after 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "need",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("child_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("child_ref", sa.String(length=24), nullable=False),
        sa.Column(
            "region_path",
            sa.String(length=240).with_variant(sa.String(length=240, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("dimension", sa.String(length=30), nullable=False),
        sa.Column("urgency", sa.String(length=40), nullable=False),
        sa.Column("household", sa.Boolean(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("source_ref", sa.String(length=24), nullable=False),
        sa.Column("client_key", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answerable_ref", sa.String(length=24), nullable=False),
        sa.Column("raised_by", sa.String(length=24), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("confirmed_by", sa.String(length=40), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state NOT IN ('met','partly_met','unmet') OR (outcome IS NOT NULL AND outcome = state AND confirmed_by IS NOT NULL)",
            name=op.f("ck_need_closed_is_confirmed"),
        ),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_need_child_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need")),
        sa.UniqueConstraint("raised_by", "client_key", name=op.f("uq_need_raised_by_client_key")),
        sa.UniqueConstraint("ref", name=op.f("uq_need_ref")),
    )
    op.create_index(op.f("ix_need_answerable_ref"), "need", ["answerable_ref"], unique=False)
    op.create_index("ix_need_child", "need", ["child_ref", "id"], unique=False)
    op.create_index(op.f("ix_need_child_id"), "need", ["child_id"], unique=False)
    op.create_index("ix_need_queue", "need", ["state", "due_at", "id"], unique=False)
    op.create_index(op.f("ix_need_region_path"), "need", ["region_path"], unique=False)
    op.create_index("ix_need_source", "need", ["source_ref"], unique=False)
    op.create_index(op.f("ix_need_state"), "need", ["state"], unique=False)
    op.create_table(
        "need_step",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("need_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("by", sa.String(length=24), nullable=False),
        sa.Column("by_name", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_need_step_need_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_step")),
        sa.UniqueConstraint("ref", name=op.f("uq_need_step_ref")),
    )
    op.create_index(op.f("ix_need_step_need_id"), "need_step", ["need_id"], unique=False)
    op.create_table(
        "need_hold",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("need_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("because_ref", sa.String(length=24), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_need_hold_need_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_hold")),
    )
    op.create_index(op.f("ix_need_hold_need_id"), "need_hold", ["need_id"], unique=False)
    op.create_index(
        "uq_need_hold_live",
        "need_hold",
        ["need_id", "because_ref"],
        unique=True,
        sqlite_where=sa.text("until_at IS NULL"),
        postgresql_where=sa.text("until_at IS NULL"),
    )


def downgrade() -> None:
    """Go down."""
    op.drop_index(op.f("ix_need_hold_need_id"), table_name="need_hold")
    op.drop_index(
        "uq_need_hold_live",
        table_name="need_hold",
        sqlite_where=sa.text("until_at IS NULL"),
        postgresql_where=sa.text("until_at IS NULL"),
    )
    op.drop_table("need_hold")
    op.drop_index(op.f("ix_need_step_need_id"), table_name="need_step")
    op.drop_table("need_step")
    op.drop_index(op.f("ix_need_answerable_ref"), table_name="need")
    op.drop_index("ix_need_child", table_name="need")
    op.drop_index(op.f("ix_need_child_id"), table_name="need")
    op.drop_index("ix_need_queue", table_name="need")
    op.drop_index(op.f("ix_need_region_path"), table_name="need")
    op.drop_index("ix_need_source", table_name="need")
    op.drop_index(op.f("ix_need_state"), table_name="need")
    op.drop_table("need")
