"""Remember the days that were closed at short notice, so that it can be taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TEXT, JSON, MOMENT = sa.Text(), sa.JSON(), sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the table of closings."""
    op.create_table(
        "closing",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("key", TEXT, nullable=False, unique=True),
        sa.Column("day", sa.Date(), nullable=False, index=True),
        sa.Column("schools", JSON, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("afterwards", TEXT, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", TEXT, nullable=False),
        sa.Column("marks", JSON, nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.Column("undone_by", TEXT, nullable=False),
    )


def downgrade() -> None:
    """Drop the table of closings."""
    op.drop_table("closing")
