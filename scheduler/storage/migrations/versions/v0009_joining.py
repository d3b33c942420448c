"""Let people join, and remember what they chose."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TEXT, JSON, WHOLE = sa.Text(), sa.JSON(), sa.Integer()
MOMENT = sa.DateTime(timezone=True)
TABLES = ("mail_door", "mail_choice", "time_offer", "former_week", "week_check", "joining")


def upgrade() -> None:
    """Create the tables of people who join, of weeks, of offers, of choices."""
    op.create_table(
        "joining",
        sa.Column("id", WHOLE, primary_key=True),
        _text("key", unique=True),
        _text("email", index=True),
        _text("name"),
        *(sa.Column(name, JSON, nullable=False) for name in ("level_by_topic", "grades")),
        *(sa.Column(name, JSON, nullable=False) for name in ("languages", "formats")),
        sa.Column("asked_at", MOMENT, nullable=False, index=True),
        *(_text(name) for name in ("postal_code", "organization", "words", "locale")),
        _text("asked_from"),
        _text("state", index=True),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        _text("decided_by"),
        _text("reason"),
    )
    _create_weeks()
    op.create_table(
        "time_offer",
        sa.Column("id", WHOLE, primary_key=True),
        _text("key", unique=True),
        sa.Column("visit_id", WHOLE, sa.ForeignKey("visit.id"), nullable=False, index=True),
        sa.Column("person_id", WHOLE, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("starts", JSON, nullable=False),
        _text("words"),
        sa.Column("offered_at", MOMENT, nullable=False),
        _text("state", index=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        _text("decided_by"),
    )
    op.create_table(
        "mail_choice",
        sa.Column("person_id", WHOLE, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("pace_by_kind", JSON, nullable=False),
    )
    op.create_table(
        "mail_door",
        sa.Column("person_id", WHOLE, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("purpose", TEXT, primary_key=True),
        _text("token_sha256", unique=True),
    )


def downgrade() -> None:
    """Drop these tables."""
    for table in TABLES:
        op.drop_table(table)


def _create_weeks() -> None:
    op.create_table(
        "week_check",
        sa.Column("volunteer_id", WHOLE, sa.ForeignKey("volunteer.id"), primary_key=True),
        sa.Column("right_since", MOMENT, nullable=False, index=True),
        sa.Column("asked_at", MOMENT, nullable=True),
    )
    op.create_table(
        "former_week",
        sa.Column("id", WHOLE, primary_key=True),
        sa.Column("volunteer_id", WHOLE, sa.ForeignKey("volunteer.id"), nullable=False, index=True),
        sa.Column("ended_at", MOMENT, nullable=False),
        sa.Column("weekly", JSON, nullable=False),
    )


def _text(name: str, *, unique: bool | None = None, index: bool = False) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False, unique=unique, index=index)
