"""One log for a key, whoever sent it.

Revision 0010, after 0009.
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    op.create_index("uq_session_log_client_key", "session_log", ["client_key"], unique=True)


def downgrade() -> None:
    """Go down."""
    op.drop_index("uq_session_log_client_key", table_name="session_log")
