"""Keep the calendars that volunteers lend: what they tell, and when it was last true."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT, WHOLE, JSON = sa.Text(), sa.Integer(), sa.JSON()
DAY, MOMENT = sa.Date(), sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "busy_calendar",
        sa.Column("id", WHOLE, primary_key=True),
        sa.Column("key", TEXT, nullable=False, unique=True),
        sa.Column("volunteer_id", WHOLE, sa.ForeignKey("volunteer.id"), nullable=False, index=True),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("busy", JSON, nullable=False),
        sa.Column("known_until", DAY, nullable=False),
        sa.Column("read_at", MOMENT, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("problem", TEXT, nullable=False),
        sa.Column("failures", WHOLE, nullable=False),
        sa.Column("next_check", MOMENT, nullable=True),
        sa.Column("etag", TEXT, nullable=False),
        sa.Column("last_modified", TEXT, nullable=False),
    )


def downgrade() -> None:
    """Drop it; the addresses that volunteers gave are lost."""
    op.drop_table("busy_calendar")
