"""Keep a difference between two plans until somebody approves it as one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TEXT, JSON, MOMENT = sa.Text(), sa.JSON(), sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the table of batches."""
    op.create_table(
        "batch",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("key", TEXT, nullable=False, unique=True),
        sa.Column("what_if", JSON, nullable=False),
        sa.Column("entries", JSON, nullable=False),
        sa.Column("marks", JSON, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False, index=True),
        sa.Column("made_by", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", TEXT, nullable=False),
        sa.Column("broken", JSON, nullable=False),
    )


def downgrade() -> None:
    """Drop the table of batches."""
    op.drop_table("batch")
