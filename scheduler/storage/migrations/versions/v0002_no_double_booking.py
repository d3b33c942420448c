"""The guards against double booking: no resource is kept twice at one time, whoever writes.

PostgreSQL has exclusion constraints; the ranges of one number spare the extension that equality
would need there. SQLite has none, so triggers look for overlaps. A later migration that makes
the table ``occupancy`` anew has to make these anew, too.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

EXCLUSION = """
    ALTER TABLE occupancy ADD CONSTRAINT ex_occupancy_overlap EXCLUDE USING gist (
        int8range(resource_id, resource_id, '[]') WITH &&,
        tstzrange(starts_at, ends_at) WITH &&
    )
"""
# Moments compare as text there, which only holds while all are written alike.
MISWRITTEN = " OR ".join(
    f"NEW.{name} NOT GLOB '????-??-?? ??:??:??.??????'" for name in ("starts_at", "ends_at")
)
OVERLAPPING = """
    FROM occupancy AS other WHERE other.resource_id = NEW.resource_id
    AND other.starts_at < NEW.ends_at AND NEW.starts_at < other.ends_at
"""
NOT_ITSELF_BY_DEED = {"insert": "", "update": "AND other.id <> OLD.id"}
TRIGGER = """
    CREATE TRIGGER occupancy_{deed} BEFORE {deed} ON occupancy BEGIN
        SELECT RAISE(ABORT, 'occupancy is miswritten') WHERE {miswritten};
        SELECT RAISE(ABORT, 'occupancy overlaps') {overlapping} {not_itself};
    END
"""


def upgrade() -> None:
    """Set up the guards."""
    if op.get_context().dialect.name == "postgresql":
        op.execute(EXCLUSION)
        return
    for deed, not_itself in NOT_ITSELF_BY_DEED.items():
        op.execute(
            TRIGGER.format(
                deed=deed,
                miswritten=MISWRITTEN,
                overlapping=OVERLAPPING,
                not_itself=not_itself,
            )
        )


def downgrade() -> None:
    """Take the guards down."""
    if op.get_context().dialect.name == "postgresql":
        op.drop_constraint("ex_occupancy_overlap", "occupancy")
        return
    for deed in NOT_ITSELF_BY_DEED:
        op.execute(f"DROP TRIGGER occupancy_{deed}")
