"""Keep drafts, messages, feedback, offers of classes, promises, and whose yes is awaited."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TEXT, WHOLE, MOMENT, JSON = sa.Text(), sa.Integer(), sa.DateTime(timezone=True), sa.JSON()


def upgrade() -> None:
    """Create the tables; so far every visit stood in a lesson that its teacher agreed to."""
    op.create_table(
        "host_awaited",
        sa.Column("visit_id", WHOLE, sa.ForeignKey("visit.id"), primary_key=True),
    )
    op.create_table(
        "draft",
        sa.Column("person_id", WHOLE, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("answers", JSON, nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
    )
    op.create_table(
        "message",
        sa.Column("id", WHOLE, primary_key=True),
        sa.Column("key", TEXT, nullable=False, unique=True),
        sa.Column("request_id", WHOLE, sa.ForeignKey("request.id"), nullable=False, index=True),
        sa.Column("author_id", WHOLE, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("part", TEXT, nullable=False),
        sa.Column("words", TEXT, nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("readers", JSON, nullable=False),
        sa.Index(None, "author_id", "written_at"),
    )
    op.create_table(
        "feedback",
        sa.Column("visit_id", WHOLE, sa.ForeignKey("visit.id"), primary_key=True),
        sa.Column("happened", sa.Boolean(), nullable=False),
        sa.Column("given_by", TEXT, nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("impression", TEXT, nullable=True),
        sa.Column("students", WHOLE, nullable=True),
        sa.Column("words", TEXT, nullable=False),
    )
    op.create_table(
        "handover",
        sa.Column("id", WHOLE, primary_key=True),
        sa.Column("key", TEXT, nullable=False, unique=True),
        sa.Column("classroom_id", WHOLE, sa.ForeignKey("classroom.id"), nullable=False),
        sa.Column("giver_id", WHOLE, sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("taker_id", WHOLE, sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("offered_at", MOMENT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
    )
    op.create_table(
        "promise",
        sa.Column("request_id", WHOLE, sa.ForeignKey("request.id"), primary_key=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("name_by", sa.Date(), nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("promise", "handover", "feedback", "message", "draft", "host_awaited"):
        op.drop_table(table)
