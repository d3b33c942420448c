"""Keep how far regular work has come apart from who may do it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# What stood among the leases until now, by the names that the services gave it.
MOVED = "'reminders', 'questions for feedback'"


def upgrade() -> None:
    """Create the table, and move the marks over."""
    op.create_table(
        "mark",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("reached", sa.DateTime(timezone=True), nullable=False),
    )
    op.execute(
        f'INSERT INTO mark (name, reached) SELECT name, "until" FROM lease WHERE name IN ({MOVED})'
    )
    op.execute(f"DELETE FROM lease WHERE name IN ({MOVED})")


def downgrade() -> None:
    """Move them back, and drop the table: what has no place among the leases is forgotten."""
    op.execute(
        'INSERT INTO lease (name, owner, "until")'
        f" SELECT name, name, reached FROM mark WHERE name IN ({MOVED})"
    )
    op.drop_table("mark")
