"""The first tables.

Nothing here imports the models: they change, this never does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT, WHOLE, TRUTH = sa.Text(), sa.Integer(), sa.Boolean()
REAL: sa.Double[float] = sa.Double()
DAY, CLOCK, MOMENT = sa.Date(), sa.Time(), sa.DateTime(timezone=True)
JSON, OCTETS = sa.JSON(), sa.LargeBinary()

TABLES_LAST_FIRST = """
    lease activity web_session sign_in_link feed_address feed outbox occupancy resource booking
    pending_move visit unassigned proposed_speaker proposal request_number request busy_source
    clearance days_away weekly_availability volunteer classroom person_school staff_role person
    extra organization closure school day_type bell_period bell_schedule topic district
"""


def upgrade() -> None:
    """Create every table."""
    _create_district()
    _create_people()
    _create_volunteers()
    _create_requests()
    _create_visits()
    _create_records()


def downgrade() -> None:
    """Drop every table."""
    for table in TABLES_LAST_FIRST.split():
        op.drop_table(table)


def _create_district() -> None:
    _numbered(
        "district",
        *_columns(TEXT, "name", "timezone", "country", "locale", "language"),
        *_columns(DAY, "year_first", "year_last", nullable=True),
        *_columns(TEXT, "site_name"),
        *_columns(JSON, "terms"),
        *_columns(REAL, "road_factor", "speed_kmh"),
        *_columns(JSON, "weights", "policy"),
    )
    _numbered(
        "topic",
        sa.Column("key", TEXT, nullable=False, unique=True),
        *_columns(WHOLE, "position"),
        *_columns(TEXT, "parent", "label", "label_fr", "label_es"),
        *_columns(TRUTH, "is_sensitive"),
    )
    _numbered(
        "bell_schedule",
        sa.Column("key", TEXT, nullable=False, unique=True),
    )
    _numbered(
        "bell_period",
        sa.Column("bell_schedule_id", WHOLE, sa.ForeignKey("bell_schedule.id"), nullable=False),
        *_columns(WHOLE, "position"),
        *_columns(TEXT, "day_type", "name"),
        *_columns(CLOCK, "start", "end"),
        sa.UniqueConstraint("bell_schedule_id", "position"),
    )
    _numbered(
        "day_type",
        sa.Column("bell_schedule_id", WHOLE, sa.ForeignKey("bell_schedule.id"), nullable=False),
        *_columns(DAY, "day"),
        *_columns(TEXT, "day_type"),
        sa.UniqueConstraint("bell_schedule_id", "day"),
    )
    _numbered(
        "school",
        sa.Column("key", TEXT, nullable=False, unique=True),
        *_columns(TEXT, "name"),
        *_columns(REAL, "latitude", "longitude"),
        *_columns(TEXT, "address", "postal_code", "timezone"),
        sa.Column("bell_schedule_id", WHOLE, sa.ForeignKey("bell_schedule.id"), nullable=True),
        *_columns(JSON, "grades"),
        *_columns(WHOLE, "enrolment", nullable=True),
        *_columns(WHOLE, "need_weight"),
        *_columns(TEXT, "zone", "arrival_note", "phone"),
    )
    _numbered(
        "closure",
        sa.Column("school_id", WHOLE, sa.ForeignKey("school.id"), nullable=True),
        *_columns(DAY, "first", "last"),
        *_columns(TEXT, "name"),
    )
    _numbered(
        "organization",
        sa.Column("key", TEXT, nullable=False, unique=True),
        *_columns(TEXT, "name", "kind", "contact_email"),
        *_columns(WHOLE, "visits_per_term", nullable=True),
        *_columns(TEXT, "address"),
        *_columns(REAL, "latitude", "longitude", nullable=True),
    )
    _numbered(
        "extra",
        sa.Column("name", TEXT, nullable=False, unique=True),
        *_columns(TEXT, "text"),
    )


def _create_people() -> None:
    _numbered(
        "person",
        sa.Column("email", TEXT, nullable=False, unique=True),
        *_columns(TEXT, "name", "locale"),
        *_columns(TRUTH, "is_active"),
    )
    _numbered(
        "staff_role",
        sa.Column("person_id", WHOLE, sa.ForeignKey("person.id"), nullable=False),
        *_columns(WHOLE, "position"),
        *_columns(TEXT, "name", "title"),
        sa.UniqueConstraint("person_id", "position"),
    )
    _numbered(
        "person_school",
        sa.Column("person_id", WHOLE, sa.ForeignKey("person.id"), nullable=False),
        *_columns(WHOLE, "position"),
        sa.Column("school_id", WHOLE, sa.ForeignKey("school.id"), nullable=False, index=True),
        sa.UniqueConstraint("person_id", "position"),
    )
    _numbered(
        "classroom",
        sa.Column("key", TEXT, nullable=False, unique=True),
        sa.Column("school_id", WHOLE, sa.ForeignKey("school.id"), nullable=False),
        sa.Column("teacher_id", WHOLE, sa.ForeignKey("person.id"), nullable=False),
        *_columns(TEXT, "name"),
        *_columns(WHOLE, "grade"),
        *_columns(WHOLE, "students", nullable=True),
        *_columns(TEXT, "subject", "room"),
        *_columns(JSON, "lessons"),
    )


def _create_volunteers() -> None:
    op.create_table(
        "volunteer",
        sa.Column("id", WHOLE, sa.ForeignKey("person.id"), primary_key=True),
        *_columns(JSON, "level_by_topic", "grades", "languages", "formats"),
        sa.Column("organization_id", WHOLE, sa.ForeignKey("organization.id"), nullable=True),
        *_columns(TEXT, "kind", "postal_code"),
        *_columns(REAL, "latitude", "longitude", "max_km", nullable=True),
        *_columns(WHOLE, "max_per_day", "max_per_week", "max_per_month"),
        *_columns(WHOLE, "buffer_minutes", "notice_days", "min_minutes"),
        *_columns(TEXT, "needs", "protocol", "timezone", "adult"),
        *_columns(DAY, "adult_checked_on", nullable=True),
        *_columns(TRUTH, "is_active"),
    )
    _numbered(
        "weekly_availability",
        sa.Column("volunteer_id", WHOLE, sa.ForeignKey("volunteer.id"), nullable=False),
        *_columns(WHOLE, "position", "weekday"),
        *_columns(CLOCK, "start", "end"),
        *_columns(DAY, "first", "last", nullable=True),
        sa.UniqueConstraint("volunteer_id", "position"),
    )
    _numbered(
        "days_away",
        sa.Column("volunteer_id", WHOLE, sa.ForeignKey("volunteer.id"), nullable=False),
        *_columns(WHOLE, "position"),
        *_columns(DAY, "first", "last"),
        sa.UniqueConstraint("volunteer_id", "position"),
    )
    _numbered(
        "clearance",
        sa.Column("volunteer_id", WHOLE, sa.ForeignKey("volunteer.id"), nullable=False),
        *_columns(WHOLE, "position"),
        *_columns(TEXT, "kind"),
        *_columns(DAY, "issued", "approved", "expires", nullable=True),
        *_columns(TEXT, "holder"),
        sa.Column("school_id", WHOLE, sa.ForeignKey("school.id"), nullable=True),
        *_columns(TEXT, "state"),
        sa.UniqueConstraint("volunteer_id", "position"),
    )
    op.create_table(
        "busy_source",
        sa.Column("volunteer_id", WHOLE, sa.ForeignKey("volunteer.id"), primary_key=True),
        *_columns(OCTETS, "content"),
        *_columns(JSON, "busy"),
        *_columns(DAY, "known_until", nullable=True),
    )


def _create_requests() -> None:
    _numbered(
        "request",
        sa.Column("key", TEXT, nullable=False, unique=True),
        sa.Column("teacher_id", WHOLE, sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("school_id", WHOLE, sa.ForeignKey("school.id"), nullable=False, index=True),
        sa.Column("classroom_id", WHOLE, sa.ForeignKey("classroom.id"), nullable=True),
        *_columns(TEXT, "title", "topic", "kind"),
        *_columns(JSON, "windows"),
        *_columns(TEXT, "format", "language"),
        *_columns(WHOLE, "duration_minutes", nullable=True),
        *_columns(WHOLE, "speakers", "sessions", "every_days", "priority"),
        *_columns(JSON, "preferred", "excluded"),
        *_columns(TEXT, "goal", "note", "meeting_url"),
        sa.Column("state", TEXT, nullable=False, index=True),
    )
    _numbered(
        "request_number",
        *_columns(WHOLE, "last"),
    )
    _numbered(
        "proposal",
        sa.Column("request_id", WHOLE, sa.ForeignKey("request.id"), nullable=False, unique=True),
        *_columns(JSON, "sessions"),
        *_columns(WHOLE, "preference"),
        *_columns(MOMENT, "made_at"),
        *_columns(TEXT, "state"),
        *_columns(JSON, "terms", nullable=True),
        *_columns(MOMENT, "decided_at", nullable=True),
        *_columns(TEXT, "decided_by", "reason"),
        *_columns(JSON, "passed_over"),
    )
    _numbered(
        "proposed_speaker",
        sa.Column("proposal_id", WHOLE, sa.ForeignKey("proposal.id"), nullable=False),
        *_columns(WHOLE, "position"),
        sa.Column("volunteer_id", WHOLE, sa.ForeignKey("volunteer.id"), nullable=False),
        *_columns(TEXT, "format"),
        sa.UniqueConstraint("proposal_id", "position"),
    )
    _numbered(
        "unassigned",
        sa.Column("request_id", WHOLE, sa.ForeignKey("request.id"), nullable=False, unique=True),
        *_columns(TEXT, "reason"),
        *_columns(JSON, "sieve", "facts"),
        *_columns(MOMENT, "made_at"),
    )


def _create_visits() -> None:
    _numbered(
        "visit",
        sa.Column("uid", TEXT, nullable=False, unique=True),
        sa.Column("request_id", WHOLE, sa.ForeignKey("request.id"), nullable=False, index=True),
        sa.Column("school_id", WHOLE, sa.ForeignKey("school.id"), nullable=True, index=True),
        *_columns(WHOLE, "session"),
        *_columns(MOMENT, "starts_at"),
        sa.Column("ends_at", MOMENT, nullable=False, index=True),
        *_columns(TEXT, "timezone", "format"),
        sa.Column("state", TEXT, nullable=False, index=True),
        *_columns(MOMENT, "created_at", "revised_at"),
        *_columns(JSON, "hosts"),
        *_columns(TEXT, "room"),
        *_columns(WHOLE, "sequence"),
        sa.Column("release_at", MOMENT, nullable=True, index=True),
        *_columns(TRUTH, "was_released"),
        *_columns(MOMENT, "cancelled_at", nullable=True),
        *_columns(TEXT, "cancel_reason"),
    )
    op.create_table(
        "pending_move",
        sa.Column("visit_id", WHOLE, sa.ForeignKey("visit.id"), primary_key=True),
        *_columns(MOMENT, "starts_at", "ends_at"),
        *_columns(TEXT, "room"),
        *_columns(JSON, "hosts"),
        *_columns(MOMENT, "since"),
        sa.Column("release_at", MOMENT, nullable=False, index=True),
    )
    _numbered(
        "booking",
        sa.Column("visit_id", WHOLE, sa.ForeignKey("visit.id"), nullable=False),
        sa.Column("volunteer_id", WHOLE, sa.ForeignKey("volunteer.id"), nullable=False, index=True),
        *_columns(WHOLE, "position"),
        *_columns(TEXT, "partstat"),
        *_columns(TEXT, "format", nullable=True),
        *_columns(TEXT, "reason"),
        *_columns(MOMENT, "answered_at", nullable=True),
        *_columns(TRUTH, "removed"),
        sa.UniqueConstraint("visit_id", "volunteer_id"),
    )
    _numbered(
        "resource",
        sa.Column("key", TEXT, nullable=False, unique=True),
    )
    _numbered(
        "occupancy",
        sa.Column("visit_id", WHOLE, sa.ForeignKey("visit.id"), nullable=False),
        sa.Column("resource_id", WHOLE, sa.ForeignKey("resource.id"), nullable=False),
        *_columns(MOMENT, "starts_at", "ends_at"),
        sa.UniqueConstraint("visit_id", "resource_id", "starts_at"),
        sa.Index(None, "resource_id", "starts_at"),
        sa.CheckConstraint("starts_at < ends_at", name="lasts"),
    )


def _create_records() -> None:
    _numbered(
        "outbox",
        sa.Column("key", TEXT, nullable=False, unique=True),
        sa.Column("subject", TEXT, nullable=False, index=True),
        *_columns(TEXT, "purpose", "recipient"),
        *_columns(MOMENT, "created_at", "due_at"),
        *_columns(TEXT, "state"),
        *_columns(WHOLE, "revision"),
        *_columns(JSON, "facts"),
        *_columns(WHOLE, "attempts"),
        *_columns(MOMENT, "sent_at", nullable=True),
        *_columns(TEXT, "problem"),
        *_columns(MOMENT, "claimed_until", nullable=True),
        sa.Index(None, "state", "due_at"),
    )
    _numbered(
        "feed",
        sa.Column("key", TEXT, nullable=False, unique=True),
        *_columns(TEXT, "kind"),
        sa.Column("person_id", WHOLE, sa.ForeignKey("person.id"), nullable=True),
        sa.Column("school_id", WHOLE, sa.ForeignKey("school.id"), nullable=True),
        *_columns(WHOLE, "generation"),
        sa.UniqueConstraint("kind", "person_id"),
        sa.UniqueConstraint("kind", "school_id"),
        sa.CheckConstraint("(person_id IS NULL) <> (school_id IS NULL)", name="one_owner"),
    )
    _numbered(
        "feed_address",
        sa.Column("token_sha256", TEXT, nullable=False, unique=True),
        sa.Column("feed_id", WHOLE, sa.ForeignKey("feed.id"), nullable=False),
        *_columns(WHOLE, "generation"),
        *_columns(MOMENT, "retired_at", nullable=True),
        sa.UniqueConstraint("feed_id", "generation"),
    )
    _numbered(
        "sign_in_link",
        sa.Column("token_sha256", TEXT, nullable=False, unique=True),
        *_columns(TEXT, "email"),
        *_columns(MOMENT, "created_at", "expires_at"),
        *_columns(MOMENT, "used_at", nullable=True),
        sa.Index(None, "email", "created_at"),
    )
    _numbered(
        "web_session",
        sa.Column("token_sha256", TEXT, nullable=False, unique=True),
        sa.Column("person_id", WHOLE, sa.ForeignKey("person.id"), nullable=False, index=True),
        *_columns(MOMENT, "created_at", "seen_at", "expires_at"),
    )
    _numbered(
        "activity",
        sa.Column("at", MOMENT, nullable=False, index=True),
        *_columns(TEXT, "actor", "deed", "subject"),
        *_columns(JSON, "facts"),
    )
    _numbered(
        "lease",
        sa.Column("name", TEXT, nullable=False, unique=True),
        *_columns(TEXT, "owner"),
        *_columns(MOMENT, "until"),
    )


def _numbered(name: str, *parts: sa.schema.SchemaItem) -> None:
    op.create_table(name, sa.Column("id", WHOLE, primary_key=True), *parts)


def _columns(
    kind: TypeEngine[Any], *names: str, nullable: bool = False
) -> Iterator[sa.Column[Any]]:
    return (sa.Column(name, kind, nullable=nullable) for name in names)
