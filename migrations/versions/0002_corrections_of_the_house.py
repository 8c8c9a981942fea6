"""What issue two still lacked.

Revision 0002, after 0001.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    # A mentor whose pair is ending does not see the carer's phone any more.
    op.execute(
        "UPDATE sight SET fields = 'leaving' WHERE fields = 'mentor' AND because_kind = 'pairing' AND ended_at IS NULL "
        "AND because_ref IN (SELECT ref FROM pairing WHERE state = 'closing')"
    )


def downgrade() -> None:
    """Go down."""
    op.execute("UPDATE sight SET fields = 'mentor' WHERE fields = 'leaving'")
