"""Ask stand-ins in waves, and mark addresses that mail came back from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TEXT, MOMENT = sa.Text(), sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables of searches, of whom they asked, of the rules, and of bounces."""
    op.create_table(
        "stand_in_search",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("key", TEXT, nullable=False, unique=True),
        sa.Column(
            "visit_id",
            sa.Integer(),
            sa.ForeignKey("visit.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("dropped_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("plan_b_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by", TEXT, nullable=False),
    )
    op.create_index("ix_stand_in_search_state_next_at", "stand_in_search", ["state", "next_at"])
    op.create_table(
        "stand_in_ask",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "search_id",
            sa.Integer(),
            sa.ForeignKey("stand_in_search.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column(
            "volunteer_id",
            sa.Integer(),
            sa.ForeignKey("volunteer.id"),
            nullable=False,
            index=True,
        ),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("answer", TEXT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.UniqueConstraint("search_id", "volunteer_id"),
    )
    op.create_table(
        "stand_in_rules",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("at_a_time", sa.Integer(), nullable=False),
        sa.Column("plan_b", TEXT, nullable=False),
    )
    op.create_table(
        "bounce",
        sa.Column(
            "person_id",
            sa.Integer(),
            sa.ForeignKey("person.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("problem", TEXT, nullable=False),
    )


def downgrade() -> None:
    """Drop these tables."""
    for table in ("bounce", "stand_in_rules", "stand_in_ask", "stand_in_search"):
        op.drop_table(table)
