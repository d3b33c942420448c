"""Keep the sites and contacts of organizations with them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

COLUMNS = ("sites", "contacts")


def upgrade() -> None:
    """Add both, empty."""
    for name in COLUMNS:
        op.add_column(
            "organization", sa.Column(name, sa.JSON(), nullable=False, server_default="[]")
        )


def downgrade() -> None:
    """Drop them."""
    for name in reversed(COLUMNS):
        op.drop_column("organization", name)
