"""One revocable code for each child.

Revision 0004, after 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "child_code",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("child_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("token_index", sa.String(length=40), nullable=False),
        sa.Column("short_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("short_index", sa.String(length=40), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.String(length=24), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_because", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_child_code_child_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_child_code")),
        sa.UniqueConstraint("ref", name=op.f("uq_child_code_ref")),
        sa.UniqueConstraint("short_index", name=op.f("uq_child_code_short_index")),
        sa.UniqueConstraint("token_index", name=op.f("uq_child_code_token_index")),
    )
    op.create_index(op.f("ix_child_code_child_id"), "child_code", ["child_id"], unique=False)
    op.create_index(
        "uq_child_code_live",
        "child_code",
        ["child_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:
    """Go down."""
    op.drop_index("uq_child_code_live", table_name="child_code")
    op.drop_index(op.f("ix_child_code_child_id"), table_name="child_code")
    op.drop_table("child_code")
