"""Visits and their plan.

Revision 0007, after 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "visit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("client_key", sa.String(length=40), nullable=False),
        sa.Column("author_ref", sa.String(length=24), nullable=False),
        sa.Column("author_name", sa.String(length=60), nullable=False),
        sa.Column("joint_with", sa.String(length=60), nullable=False),
        sa.Column("child_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("child_ref", sa.String(length=24), nullable=False),
        sa.Column(
            "region_path",
            sa.String(length=240).with_variant(sa.String(length=240, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("attempt", sa.Boolean(), nullable=False),
        sa.Column("worrying", sa.Boolean(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("device_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clock_off", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offline", sa.Boolean(), nullable=False),
        sa.Column("seen_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("text_print", sa.String(length=40), nullable=False),
        sa.Column("household_print", sa.String(length=40), nullable=False),
        sa.Column("sent_digest", sa.String(length=40), nullable=False),
        sa.Column("need_refs", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looked_by", sa.String(length=24), nullable=False),
        sa.Column("look_note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_visit_child_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("author_ref", "client_key", name=op.f("uq_visit_author_ref_client_key")),
        sa.UniqueConstraint("ref", name=op.f("uq_visit_ref")),
    )
    op.create_index("ix_visit_author", "visit", ["author_ref", "at"], unique=False)
    op.create_index("ix_visit_child", "visit", ["child_id", "on_day"], unique=False)
    op.create_index("ix_visit_day", "visit", ["on_day", "id"], unique=False)
    op.create_index("ix_visit_list", "visit", ["region_path", "on_day", "id"], unique=False)
    op.create_index(op.f("ix_visit_region_path"), "visit", ["region_path"], unique=False)
    op.create_index(op.f("ix_visit_state"), "visit", ["state"], unique=False)
    op.create_index(op.f("ix_visit_text_print"), "visit", ["text_print"], unique=False)


def downgrade() -> None:
    """Go down."""
    op.drop_table("visit")
