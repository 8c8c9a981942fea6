"""The public board and claims.

Revision 0009, after 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "offer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("need_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("need_ref", sa.String(length=24), nullable=False),
        sa.Column("child_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("child_ref", sa.String(length=24), nullable=False),
        sa.Column(
            "region_path",
            sa.String(length=240).with_variant(sa.String(length=240, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("consent_ref", sa.String(length=24), nullable=False),
        sa.Column("prepared_by", sa.String(length=24), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("back_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_offer_child_id")),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_offer_need_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint("ref", name=op.f("uq_offer_ref")),
    )
    op.create_index("ix_offer_child", "offer", ["child_id"], unique=False)
    op.create_index("ix_offer_list", "offer", ["region_path", "state", "id"], unique=False)
    op.create_index(op.f("ix_offer_region_path"), "offer", ["region_path"], unique=False)
    op.create_index(op.f("ix_offer_state"), "offer", ["state"], unique=False)
    op.create_index(
        "uq_offer_need",
        "offer",
        ["need_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('previewed','offered','taken')"),
        postgresql_where=sa.text("state IN ('previewed','offered','taken')"),
    )
    op.create_table(
        "claim",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("client_key", sa.String(length=40), nullable=False),
        sa.Column("offer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("child_ref", sa.String(length=24), nullable=False),
        sa.Column(
            "region_path",
            sa.String(length=240).with_variant(sa.String(length=240, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("claimant", sa.String(length=40), nullable=False),
        sa.Column("org_ref", sa.String(length=24), nullable=False),
        sa.Column("made_by", sa.String(length=24), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.String(length=40), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("vetted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("vetted_by", sa.String(length=24), nullable=False),
        sa.Column("vetting_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.String(length=24), nullable=False),
        sa.Column("fulfilled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("thanks", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_claim_offer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
        sa.UniqueConstraint("client_key", name=op.f("uq_claim_client_key")),
        sa.UniqueConstraint("ref", name=op.f("uq_claim_ref")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_claim_token_hash")),
    )
    op.create_index("ix_claim_list", "claim", ["region_path", "state", "id"], unique=False)
    op.create_index(op.f("ix_claim_offer_id"), "claim", ["offer_id"], unique=False)
    op.create_index("ix_claim_phone", "claim", ["phone_index"], unique=False)
    op.create_index(op.f("ix_claim_region_path"), "claim", ["region_path"], unique=False)
    op.create_index(op.f("ix_claim_state"), "claim", ["state"], unique=False)
    op.create_index(
        "uq_claim_running",
        "claim",
        ["offer_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('approved','in_progress','fulfilled')"),
        postgresql_where=sa.text("state IN ('approved','in_progress','fulfilled')"),
    )
    op.create_table(
        "claim_note",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("claim_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("to_claimant", sa.Boolean(), nullable=False),
        sa.Column("by_claimant", sa.Boolean(), nullable=False),
        sa.Column("written_by", sa.String(length=24), nullable=False),
        sa.Column("writer_name", sa.String(length=60), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_claim_note_claim_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_note")),
        sa.UniqueConstraint("ref", name=op.f("uq_claim_note_ref")),
    )
    op.create_index(op.f("ix_claim_note_claim_id"), "claim_note", ["claim_id"], unique=False)
    op.create_table(
        "board_batch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entries", sa.JSON(), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_batch")),
        sa.UniqueConstraint("on_day", name=op.f("uq_board_batch_on_day")),
        sa.UniqueConstraint("ref", name=op.f("uq_board_batch_ref")),
    )
    op.create_table(
        "phone_code",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("phone_index", sa.String(length=40), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_code")),
        sa.UniqueConstraint("ref", name=op.f("uq_phone_code_ref")),
    )
    op.create_index(op.f("ix_phone_code_phone_index"), "phone_code", ["phone_index"], unique=False)


def downgrade() -> None:
    """Go down."""
    op.drop_table("phone_code")
    op.drop_table("board_batch")
    op.drop_table("claim_note")
    op.drop_table("claim")
    op.drop_table("offer")
