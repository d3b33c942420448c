"""Keep feeds with their choices, their last rendering, and when which client fetched them.

Triggers count every change of what a feed can show. On SQLite a later migration that makes one
of the watched tables anew has to make its triggers anew, too.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TEXT, WHOLE, MOMENT = sa.Text(), sa.Integer(), sa.DateTime(timezone=True)
WATCHED = (
    *("visit", "booking", "request", "school", "classroom", "organization"),
    *("person", "volunteer", "topic", "district"),
)
TABLES_LAST_FIRST = "calendar_mode calendar_choice feed_tick feed_fetch feed_event feed_state"

SQLITE_TRIGGER = """
    CREATE TRIGGER feed_tick_{table}_{deed} AFTER {deed} ON {table} BEGIN
        INSERT INTO feed_tick (id, ticks) VALUES (1, 1)
        ON CONFLICT (id) DO UPDATE SET ticks = ticks + 1;
    END
"""
POSTGRESQL_FUNCTION = """
    CREATE FUNCTION count_feed_tick() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO feed_tick (ticks) VALUES (1);
        RETURN NULL;
    END $$
"""
POSTGRESQL_TRIGGER = """
    CREATE TRIGGER feed_tick_{table} AFTER INSERT OR UPDATE OR DELETE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION count_feed_tick()
"""
# Until now a single visit was always sent as an invitation, and stays one for life.
SENT_AS_INVITATION = """
    INSERT INTO calendar_mode (visit_id, person_id, mode, fixed_at)
    SELECT visit.id, person.id, 'invitation', MIN(outbox.sent_at)
    FROM outbox
    JOIN visit ON visit.uid = outbox.subject
    JOIN request ON request.id = visit.request_id AND request.sessions = 1
    JOIN person ON person.email = outbox.recipient
    WHERE outbox.state = 'sent'
    AND outbox.purpose IN ('invitation', 'confirmation', 'confirmation_teacher', 'change')
    AND outbox.sent_at IS NOT NULL
    GROUP BY visit.id, person.id
"""


def upgrade() -> None:
    """Widen feeds, make what hangs on them, and begin to count."""
    _widen_feeds()
    _create_tables()
    if op.get_context().dialect.name == "postgresql":
        op.execute(POSTGRESQL_FUNCTION)
        for table in WATCHED:
            op.execute(POSTGRESQL_TRIGGER.format(table=table))
    else:
        for table in WATCHED:
            for deed in ("insert", "update", "delete"):
                op.execute(SQLITE_TRIGGER.format(table=table, deed=deed))
    op.execute(SENT_AS_INVITATION)


def downgrade() -> None:
    """Keep only the feeds that there could be before, and stop counting."""
    if op.get_context().dialect.name == "postgresql":
        for table in WATCHED:
            op.execute(f"DROP TRIGGER feed_tick_{table} ON {table}")
        op.execute("DROP FUNCTION count_feed_tick()")
    else:
        for table in WATCHED:
            for deed in ("insert", "update", "delete"):
                op.execute(f"DROP TRIGGER feed_tick_{table}_{deed}")
    for table in TABLES_LAST_FIRST.split():
        op.drop_table(table)
    _narrow_feeds()


def _widen_feeds() -> None:
    with op.batch_alter_table("feed", copy_from=_old_feed(), recreate="auto") as feed:
        feed.drop_constraint(op.f("ck_feed_one_owner"), type_="check")
        feed.drop_constraint("uq_feed_kind_person_id", type_="unique")
        feed.drop_constraint("uq_feed_kind_school_id", type_="unique")
        for name, table in (("classroom_id", "classroom"), ("organization_id", "organization")):
            feed.add_column(sa.Column(name, WHOLE, nullable=True))
            feed.create_foreign_key(f"fk_feed_{name}_{table}", table, [name], ["id"])
        feed.add_column(sa.Column("zone", TEXT, nullable=False, server_default=""))
        feed.add_column(sa.Column("holder_id", WHOLE, nullable=True))
        feed.create_foreign_key("fk_feed_holder_id_person", "person", ["holder_id"], ["id"])
        feed.add_column(sa.Column("made_for", TEXT, nullable=False, server_default=""))
        feed.add_column(sa.Column("language", TEXT, nullable=False, server_default=""))
        feed.add_column(sa.Column("alarm_minutes", WHOLE, nullable=True))
        feed.add_column(
            sa.Column("certain_only", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    op.execute(
        "UPDATE feed SET holder_id = person_id, made_for = kind || ':'"
        " || CAST(COALESCE(person_id, school_id) AS TEXT) || ':'"
        " || CAST(COALESCE(person_id, 0) AS TEXT)"
    )
    with op.batch_alter_table("feed", copy_from=_new_feed(), recreate="auto") as feed:
        feed.create_unique_constraint("uq_feed_made_for", ["made_for"])
    op.create_index("ix_feed_holder_id", "feed", ["holder_id"])


def _narrow_feeds() -> None:
    kept = (
        "SELECT id FROM feed WHERE (kind IN ('volunteer', 'teacher') AND person_id IS NOT NULL)"
        " OR (kind = 'school' AND holder_id IS NULL)"
    )
    op.execute(f"DELETE FROM feed_address WHERE feed_id NOT IN ({kept})")
    op.execute(f"DELETE FROM feed WHERE id NOT IN ({kept})")
    op.drop_index("ix_feed_holder_id", "feed")
    made_for = sa.UniqueConstraint("made_for", name="uq_feed_made_for")
    with op.batch_alter_table("feed", copy_from=_new_feed(made_for), recreate="auto") as feed:
        feed.drop_constraint("uq_feed_made_for", type_="unique")
        feed.drop_constraint("fk_feed_classroom_id_classroom", type_="foreignkey")
        feed.drop_constraint("fk_feed_organization_id_organization", type_="foreignkey")
        feed.drop_constraint("fk_feed_holder_id_person", type_="foreignkey")
        for name in (
            *("classroom_id", "organization_id", "zone", "holder_id", "made_for"),
            *("language", "alarm_minutes", "certain_only"),
        ):
            feed.drop_column(name)
        feed.create_check_constraint(
            op.f("ck_feed_one_owner"), "(person_id IS NULL) <> (school_id IS NULL)"
        )
        feed.create_unique_constraint("uq_feed_kind_person_id", ["kind", "person_id"])
        feed.create_unique_constraint("uq_feed_kind_school_id", ["kind", "school_id"])


def _feed_columns() -> tuple[sa.Column[object] | sa.Constraint, ...]:
    return (
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("person_id", WHOLE, nullable=True),
        sa.Column("school_id", WHOLE, nullable=True),
        sa.Column("generation", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feed"),
        sa.UniqueConstraint("key", name="uq_feed_key"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_feed_person_id_person"),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name="fk_feed_school_id_school"),
    )


def _old_feed() -> sa.Table:
    """The table as it was: SQLite makes it anew, which has to work without looking at it."""
    return sa.Table(
        "feed",
        sa.MetaData(),
        *_feed_columns(),
        sa.UniqueConstraint("kind", "person_id", name="uq_feed_kind_person_id"),
        sa.UniqueConstraint("kind", "school_id", name="uq_feed_kind_school_id"),
        sa.CheckConstraint("(person_id IS NULL) <> (school_id IS NULL)", name="ck_feed_one_owner"),
    )


def _new_feed(*more: sa.Constraint) -> sa.Table:
    return sa.Table(
        "feed",
        sa.MetaData(),
        *_feed_columns(),
        sa.Column("classroom_id", WHOLE, nullable=True),
        sa.Column("organization_id", WHOLE, nullable=True),
        sa.Column("zone", TEXT, nullable=False),
        sa.Column("holder_id", WHOLE, nullable=True),
        sa.Column("made_for", TEXT, nullable=False),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("alarm_minutes", WHOLE, nullable=True),
        sa.Column("certain_only", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["classroom_id"], ["classroom.id"], name="fk_feed_classroom_id_classroom"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_feed_organization_id_organization"
        ),
        sa.ForeignKeyConstraint(["holder_id"], ["person.id"], name="fk_feed_holder_id_person"),
        *more,
    )


def _create_tables() -> None:
    op.create_table(
        "feed_state",
        sa.Column("feed_id", WHOLE, sa.ForeignKey("feed.id"), primary_key=True),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("etag", TEXT, nullable=False),
        sa.Column("last_modified", MOMENT, nullable=False),
        sa.Column("head", TEXT, nullable=False),
    )
    op.create_table(
        "feed_event",
        sa.Column("id", WHOLE, primary_key=True),
        sa.Column("feed_id", WHOLE, sa.ForeignKey("feed.id"), nullable=False),
        sa.Column("uid", TEXT, nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("revised_at", MOMENT, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.UniqueConstraint("feed_id", "uid"),
        sa.Index(None, "feed_id", "starts_at", "uid"),
    )
    op.create_table(
        "feed_fetch",
        sa.Column("feed_id", WHOLE, sa.ForeignKey("feed.id"), primary_key=True),
        sa.Column("client", TEXT, primary_key=True),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("times", WHOLE, nullable=False),
    )
    op.create_table(
        "feed_tick",
        sa.Column("id", WHOLE, primary_key=True),
        sa.Column("ticks", WHOLE, nullable=False),
    )
    op.create_table(
        "calendar_choice",
        sa.Column("person_id", WHOLE, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("mode", TEXT, nullable=False),
    )
    op.create_table(
        "calendar_mode",
        sa.Column("visit_id", WHOLE, sa.ForeignKey("visit.id"), primary_key=True),
        sa.Column("person_id", WHOLE, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("mode", TEXT, nullable=False),
        sa.Column("fixed_at", MOMENT, nullable=False),
    )
