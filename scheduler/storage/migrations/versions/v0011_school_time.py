"""Say which requests the public may know of, and keep what stands for each event of a feed.

An event that was written before is written once more, and dated anew only where it says
something else. How a visit reaches a person decides what their own feed shows, so changes of it
are counted as well.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

WATCHED = ("calendar_choice", "calendar_mode")
SQLITE_TRIGGER = """
    CREATE TRIGGER feed_tick_{table}_{deed} AFTER {deed} ON {table} BEGIN
        INSERT INTO feed_tick (id, ticks) VALUES (1, 1)
        ON CONFLICT (id) DO UPDATE SET ticks = ticks + 1;
    END
"""
POSTGRESQL_TRIGGER = """
    CREATE TRIGGER feed_tick_{table} AFTER INSERT OR UPDATE OR DELETE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION count_feed_tick()
"""


def upgrade() -> None:
    """Widen requests and feeds' events in place: triggers hang on these tables."""
    op.add_column(
        "request", sa.Column("is_public", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    for column in (
        sa.Column("zone", sa.Text(), nullable=False, server_default=""),
        sa.Column("facts", sa.Text(), nullable=False, server_default=""),
        sa.Column("shown_through", sa.Date(), nullable=False, server_default="2000-01-01"),
    ):
        op.add_column("feed_event", column)
    for table in WATCHED:
        if _is_postgresql():
            op.execute(POSTGRESQL_TRIGGER.format(table=table))
        else:
            for deed in ("insert", "update", "delete"):
                op.execute(SQLITE_TRIGGER.format(table=table, deed=deed))


def downgrade() -> None:
    """Forget what the public may know, and what stands for events."""
    for table in WATCHED:
        if _is_postgresql():
            op.execute(f"DROP TRIGGER feed_tick_{table} ON {table}")
        else:
            for deed in ("insert", "update", "delete"):
                op.execute(f"DROP TRIGGER feed_tick_{table}_{deed}")
    for column in ("shown_through", "facts", "zone"):
        op.drop_column("feed_event", column)
    op.drop_column("request", "is_public")


def _is_postgresql() -> bool:
    return op.get_context().dialect.name == "postgresql"
