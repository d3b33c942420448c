"""Keep each import of the district, and for a while the files it came with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TEXT, WHOLE, JSON, MOMENT = sa.Text(), sa.Integer(), sa.JSON(), sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables of imports and of their files."""
    op.create_table(
        "district_import",
        sa.Column("id", WHOLE, primary_key=True),
        sa.Column("key", TEXT, nullable=False, unique=True),
        sa.Column("is_open", sa.Boolean(), nullable=True, unique=True),
        sa.Column("asked_by", TEXT, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False, index=True),
        *(sa.Column(name, TEXT, nullable=False) for name in ("title", "state", "confirmed_by")),
        sa.Column("prunes", sa.Boolean(), nullable=False),
        sa.Column("attempt", WHOLE, nullable=False),
        sa.Column("owner", TEXT, nullable=False),
        *(sa.Column(name, MOMENT, nullable=True) for name in ("alive_until", "ended_at")),
        sa.Column("phase", TEXT, nullable=False),
        *(sa.Column(name, WHOLE, nullable=False) for name in ("done", "total")),
        sa.Column("counts", JSON, nullable=False),
        *(sa.Column(name, WHOLE, nullable=False) for name in ("withdrawn", "rested")),
        *(sa.Column(name, TEXT, nullable=False) for name in ("seen", "seen_lacking")),
        sa.Column("has_moved", sa.Boolean(), nullable=False),
        sa.Column("trouble", JSON, nullable=False),
    )
    op.create_table(
        "import_parcel",
        sa.Column(
            "import_id",
            WHOLE,
            sa.ForeignKey("district_import.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("octets", sa.LargeBinary(), nullable=False),
        sa.Column("listed", JSON, nullable=False),
    )


def downgrade() -> None:
    """Drop both: what was imported stays."""
    op.drop_table("import_parcel")
    op.drop_table("district_import")
