"""An idempotency key knows whether what it was taken for is done.

Revision 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    with op.batch_alter_table("answers") as table:
        table.add_column(sa.Column("done", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Take the column away."""
    with op.batch_alter_table("answers") as table:
        table.drop_column("done")
