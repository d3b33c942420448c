"""Keep each run of the proposals: who asked, how far it is, what it found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT, WHOLE, DAY, JSON = sa.Text(), sa.Integer(), sa.Date(), sa.JSON()
REAL: sa.Double[float] = sa.Double()
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the table of runs."""
    op.create_table(
        "run",
        sa.Column("id", WHOLE, primary_key=True),
        sa.Column("key", TEXT, nullable=False, unique=True),
        sa.Column("is_open", sa.Boolean(), nullable=True, unique=True),
        *_columns(TEXT, "asked_by"),
        sa.Column("asked_at", MOMENT, nullable=False, index=True),
        *_columns(REAL, "seconds"),
        *_columns(DAY, "first", "last", nullable=True),
        *_columns(WHOLE, "attempt"),
        *_columns(TEXT, "state", "owner"),
        *_columns(MOMENT, "alive_until", "stop_asked_at", "begun_at", "ended_at", nullable=True),
        *_columns(TEXT, "phase"),
        *_columns(REAL, "share"),
        *_columns(WHOLE, "requests", "filled", nullable=True),
        *_columns(WHOLE, "tier1_value", "tier1_bound", nullable=True),
        *_columns(WHOLE, "tier2_value", "tier2_bound", nullable=True),
        *_columns(JSON, "points", "counts", "changed", "trouble"),
        *_columns(TEXT, "followed_by"),
    )


def downgrade() -> None:
    """Drop the table of runs."""
    op.drop_table("run")


def _columns(
    kind: TypeEngine[Any], *names: str, nullable: bool = False
) -> Iterator[sa.Column[Any]]:
    return (sa.Column(name, kind, nullable=nullable) for name in names)
