"""Keep mail that needs a person, and find what was done with a visit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TEXT, MOMENT = sa.Text(), sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the table of mail that came in; let activity be found by what it is about."""
    op.create_table(
        "incoming",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("key", TEXT, nullable=False, unique=True),
        sa.Column("received_at", MOMENT, nullable=False),
        *(
            sa.Column(name, TEXT, nullable=False)
            for name in ("sender_sha256", "sender_name", "subject", "excerpt", "why")
        ),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), index=True),
        sa.Column(
            "visit_id", sa.Integer(), sa.ForeignKey("visit.id", ondelete="SET NULL"), index=True
        ),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("done_by", TEXT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
    )
    op.create_index("ix_incoming_state_received_at", "incoming", ["state", "received_at"])
    op.create_index("ix_activity_subject", "activity", ["subject"])


def downgrade() -> None:
    """Drop the table of mail that came in, and the way to activity by what it is about."""
    op.drop_index("ix_activity_subject", table_name="activity")
    op.drop_table("incoming")
