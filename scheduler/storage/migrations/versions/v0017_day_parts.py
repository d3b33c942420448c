"""Keep into which parts a district cuts its days."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; without a row the usual parts hold."""
    op.create_table(
        "day_part",
        sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("start", sa.Time(), nullable=False),
        sa.Column("end", sa.Time(), nullable=False),
    )


def downgrade() -> None:
    """Drop it: volunteers' own weeks are kept as times and lose nothing."""
    op.drop_table("day_part")
