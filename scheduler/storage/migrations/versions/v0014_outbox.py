"""Let mails travel together, and tell our own faults from a server's refusal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Widen the outbox, and find the mail of one person quickly."""
    op.add_column("outbox", sa.Column("bundle", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "outbox",
        sa.Column("is_our_fault", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_index("ix_outbox_recipient", "outbox", ["recipient"])


def downgrade() -> None:
    """Forget which mails travelled together."""
    op.drop_index("ix_outbox_recipient", table_name="outbox")
    op.drop_column("outbox", "is_our_fault")
    op.drop_column("outbox", "bundle")
