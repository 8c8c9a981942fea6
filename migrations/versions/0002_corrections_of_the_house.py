"""What issue two still lacked.

Revision 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    # A complaint about somebody who would answer it goes to the safeguarding leads.
    op.add_column("complaint", sa.Column("for_lead", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "complaint_named",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_ref", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_complaint_named_complaint_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_named")),
        sa.UniqueConstraint("complaint_id", "account_ref", name=op.f("uq_complaint_named_complaint_id_account_ref")),
    )
    op.create_index(op.f("ix_complaint_named_account_ref"), "complaint_named", ["account_ref"], unique=False)
    # A mentor whose pair is ending does not see the carer's phone any more.
    op.execute(
        "UPDATE sight SET fields = 'leaving' WHERE fields = 'mentor' AND because_kind = 'pairing' AND ended_at IS NULL "
        "AND because_ref IN (SELECT ref FROM pairing WHERE state = 'closing')"
    )
    # A feed is joined by the database when it is asked for whole: nothing of it is kept any more.
    for column in ("etag", "body", "body_on"):
        op.drop_column("feed", column)
    # What a resting pair has planned does not stand in calendars. The texts are made anew when they are read.
    op.execute(
        "UPDATE booking SET state = 'cancelled', cancelled_at = CURRENT_TIMESTAMP, changed_at = CURRENT_TIMESTAMP, "
        "sequence = sequence + 1, ics = '', ics_en = '' "
        "WHERE state = 'standing' AND subject_kind = 'planned_session' AND subject_ref IN ("
        "SELECT CASE WHEN planned_session.first_ref = '' THEN planned_session.ref ELSE planned_session.first_ref END "
        "FROM planned_session JOIN pairing ON pairing.id = planned_session.pairing_id "
        "WHERE planned_session.state = 'planned' AND pairing.state IN ('paused', 'frozen'))"
    )
    op.execute("UPDATE feed SET stale_no = stale_no + 1")


def downgrade() -> None:
    """Go down."""
    op.drop_index(op.f("ix_complaint_named_account_ref"), table_name="complaint_named")
    op.drop_table("complaint_named")
    op.drop_column("complaint", "for_lead")
    op.add_column("feed", sa.Column("etag", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("feed", sa.Column("body", sa.LargeBinary(), nullable=True))
    op.add_column("feed", sa.Column("body_on", sa.Date(), nullable=True))
    op.execute("UPDATE sight SET fields = 'mentor' WHERE fields = 'leaving'")
