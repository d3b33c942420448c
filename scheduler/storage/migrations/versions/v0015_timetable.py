"""Keep when mail about visits goes, as a district decided it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of these rules."""
    op.create_table(
        "mail_rules",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("reminder_days", sa.Integer(), nullable=False),
        sa.Column("earlier_reminder_days", sa.Integer(), nullable=False),
        sa.Column("asks_still_coming", sa.Boolean(), nullable=False),
        sa.Column("still_coming_days", sa.Integer(), nullable=False),
        sa.Column("ask_again_days", sa.Integer(), nullable=False),
        sa.Column("let_go_days", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    """Drop it: what is usual holds then."""
    op.drop_table("mail_rules")
