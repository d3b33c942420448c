"""Whatever comes into a database past its guards is found and said in a sentence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from scheduler.services.ports import OutboxState
from scheduler.storage.database import problems
from scheduler.storage.unit_of_work import SqlStore
from scheduler.storage.versions import needed
from tests.builders import NOW, VOLUNTEER, a_visit, period, some_bookings
from tests.storage.district import BRUNO, a_lone_visit, another_visit
from tests.storage.test_outbox import a_mail

FIRST = a_lone_visit("first", "2026-12-08 10:00-11:00", email=VOLUNTEER)
SECOND = a_lone_visit("second", "2026-12-08 12:00-13:00", email=BRUNO)


@pytest.fixture
def booked(store: SqlStore) -> SqlStore:
    """Return the filled store with two visits in it."""
    with store.write() as work:
        work.visits.add((FIRST, SECOND))
    return store


def run(engine: Engine, *statements: str) -> None:
    """Run statements with every guard and reference unwatched."""
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if is_sqlite:
            connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")
        else:
            connection.execute(text("SET session_replication_role = replica"))
        for statement in statements:
            connection.execute(text(statement))
        connection.commit()
        connection.invalidate()


def without_guards(engine: Engine) -> tuple[str, ...]:
    if engine.dialect.name == "sqlite":
        return ("DROP TRIGGER occupancy_insert", "DROP TRIGGER occupancy_update")
    return ("ALTER TABLE occupancy DROP CONSTRAINT ex_occupancy_overlap",)


def test_database_in_use_is_sound(booked: SqlStore, engine: Engine, database_url: str) -> None:
    moved = replace(FIRST, period=period("2026-12-09 10:00-11:00"))
    with booked.write() as work:
        work.visits.save((moved,))
        work.outbox.add((a_mail("one", facts={"visits": ["first", "second"]}),))
    assert problems(engine) == ()
    assert problems(database_url) == ()


def test_missing_guard_is_named(booked: SqlStore, engine: Engine) -> None:
    run(engine, *without_guards(engine))
    names = (
        ("occupancy_insert", "occupancy_update")
        if engine.dialect.name == "sqlite"
        else ("ex_occupancy_overlap",)
    )
    assert problems(engine) == tuple(
        f"The guard {name} against double booking is missing." for name in names
    )


def test_double_booking_is_named(booked: SqlStore, engine: Engine) -> None:
    run(
        engine,
        *without_guards(engine),
        "UPDATE occupancy SET resource_id = (SELECT min(resource_id) FROM occupancy)",
        "UPDATE occupancy SET ends_at = (SELECT max(ends_at) FROM occupancy)",
    )
    assert (
        f"Double booked: volunteer:{VOLUNTEER} is in the visits first and second at one time."
        in problems(engine)
    )


def test_visit_that_keeps_too_little_or_too_much_is_named(booked: SqlStore, engine: Engine) -> None:
    run(
        engine,
        "DELETE FROM occupancy WHERE visit_id = (SELECT id FROM visit WHERE uid = 'first')",
        "UPDATE visit SET state = 'cancelled' WHERE uid = 'second'",
    )
    assert problems(engine) == (
        f"The visit first does not keep volunteer:{VOLUNTEER} free for its time.",
        f"volunteer:{BRUNO} is kept for the visit second at a time when nothing calls for it.",
    )


def test_occupancy_at_another_time_is_named_both_ways(booked: SqlStore, engine: Engine) -> None:
    later = "2026-12-08 11:30" if engine.dialect.name == "postgresql" else "2026-12-08 17:30"
    zone = "" if engine.dialect.name == "sqlite" else "-06"
    moment = f"{later}:00.000000{zone}"
    run(
        engine,
        f"UPDATE occupancy SET ends_at = '{moment}'"
        " WHERE visit_id = (SELECT id FROM visit WHERE uid = 'first')",
    )
    assert problems(engine) == (
        f"The visit first does not keep volunteer:{VOLUNTEER} free for its time.",
        f"volunteer:{VOLUNTEER} is kept for the visit first at a time when nothing calls for it.",
    )


def test_bookings_of_a_lost_visit_are_counted(booked: SqlStore, engine: Engine) -> None:
    run(
        engine,
        "DELETE FROM occupancy WHERE visit_id = (SELECT id FROM visit WHERE uid = 'first')",
        "DELETE FROM visit WHERE uid = 'first'",
    )
    assert problems(engine)[-1] == "Bookings that belong to no visit: 1."


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sqlite_rows_that_point_nowhere_are_counted(booked: SqlStore, engine: Engine) -> None:
    run(engine, "UPDATE request SET school_id = 77")
    assert problems(engine) == ("Rows of request that point to no row of school: 2.",)


def test_unsent_mail_about_a_missing_visit_is_named(booked: SqlStore, engine: Engine) -> None:
    with booked.write() as work:
        work.outbox.add(
            (
                a_mail("good", facts={"visits": ["first"]}),
                a_mail("lost", facts={"visits": ["first", "gone"]}),
                a_mail("other", subject="gone", facts={}),
            )
        )
        work.outbox.add((a_mail("sent", facts={"visits": ["gone"]}),))
        work.outbox.set_state(("sent",), state=OutboxState.SENT)
    assert problems(engine) == ("The mail lost is about the visit gone, which does not exist.",)


def test_another_version_of_the_database_is_named(booked: SqlStore, engine: Engine) -> None:
    run(engine, "UPDATE alembic_version SET version_num = '0001'")
    assert problems(engine) == (
        f"The database is at version 0001, but this program needs version {needed()}.",
    )


def test_held_visit_with_a_panel_is_sound(store: SqlStore, engine: Engine) -> None:
    panel = a_visit(bookings=some_bookings(VOLUNTEER, BRUNO), release_at=NOW + timedelta(1))
    with store.write() as work:
        work.visits.add((panel, another_visit("empty", bookings=(), hosts=())))
    assert problems(engine) == ()
