"""What a transaction promises: all or nothing, one moment, and a writer's turn from its start."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, make_url, select, text
from sqlalchemy.exc import DBAPIError

from scheduler.domain.errors import InvalidPeriod
from scheduler.storage.database import connect
from scheduler.storage.models.districts import SchoolRow
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import NOW, a_district, a_school
from tests.storage.test_outbox import a_mail

only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
only_postgresql = pytest.mark.parametrize(
    "database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)


def test_write_is_kept_at_the_end_of_its_block(empty_store: SqlStore) -> None:
    with empty_store.write() as work:
        work.districts.put(a_district())
    with empty_store.read() as work:
        assert work.districts.get() == a_district()


def test_error_undoes_everything_that_was_written(empty_store: SqlStore) -> None:
    with suppress(LookupError), empty_store.write() as work:
        work.districts.put(a_district())
        work.outbox.add((a_mail("one"),))
        raise LookupError
    with empty_store.read() as work:
        assert work.districts.get() is None
        assert work.outbox.of_subjects(("visit-1",)) == ()


def test_transaction_sees_its_own_changes(store: SqlStore) -> None:
    with store.write() as work:
        assert work.districts.schools()["maple"] == a_school()
        work.districts.put_schools((a_school(name="Maple Academy"),))
        assert work.districts.schools()["maple"] == a_school(name="Maple Academy")


def test_row_that_is_still_held_is_read_anew(store: SqlStore) -> None:
    with store.write() as work:
        held = work.districts._session.scalars(select(SchoolRow)).all()
        work.districts.put_schools((a_school(name="Maple Academy"),))
        assert work.districts.schools()["maple"] == a_school(name="Maple Academy")
    assert len(held) == 2


def test_reader_sees_one_moment_throughout(store: SqlStore) -> None:
    with store.read() as reading:
        before = reading.districts.schools()
        with store.write() as work:
            work.districts.put_schools((a_school(name="Maple Academy"),))
        assert reading.districts.schools() == before
    with store.read() as work:
        assert work.districts.schools()["maple"].name == "Maple Academy"


def test_reader_may_change_nothing(empty_store: SqlStore) -> None:
    with (
        pytest.raises(DBAPIError, match=r"readonly|read-only"),
        empty_store.read() as work,
    ):
        work.districts.put(a_district())


def test_writer_may_write_after_a_reader_used_the_connection(empty_store: SqlStore) -> None:
    for _ in range(2):
        with empty_store.read() as work:
            work.districts.get()
        with empty_store.write() as work:
            work.districts.put(a_district())
    with empty_store.read() as work:
        assert work.districts.get() == a_district()


def test_moment_without_a_zone_is_refused(empty_store: SqlStore) -> None:
    naive = datetime(2026, 12, 8, 10, 40)
    with pytest.raises(InvalidPeriod, match="needs a zone"), empty_store.write() as work:
        work.outbox.add((a_mail("one", due_at=naive),))
    with pytest.raises(InvalidPeriod, match="needs a zone"), empty_store.write() as work:
        work.leases.take("jobs", owner="one", now=naive, until=NOW)


@only_sqlite
def test_writer_has_its_turn_from_the_start(empty_store: SqlStore, database_url: str) -> None:
    with empty_store.write(), closing(impatient(database_url)) as other:
        with pytest.raises(sqlite3.OperationalError, match="database is locked"):
            other.execute("BEGIN IMMEDIATE")
        assert other.execute("SELECT count(*) FROM visit").fetchone() == (0,)


@only_sqlite
def test_reader_is_in_nobodys_way(empty_store: SqlStore, database_url: str) -> None:
    with empty_store.read() as work, closing(impatient(database_url)) as other:
        work.districts.get()
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO extra (name, text) VALUES ('a', '')")
        other.execute("COMMIT")
        assert work.districts.extras() == {}


@only_sqlite
def test_sqlite_is_set_up_for_several_processes(database_url: str) -> None:
    # The tests' own engine is in more of a hurry than the product's.
    engine = connect(database_url)
    with engine.connect() as connection:
        found = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
        }
    engine.dispose()
    assert found == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "busy_timeout": 30_000,
        "synchronous": 1,
    }


@only_postgresql
def test_postgresql_reads_at_one_moment_and_writes_at_the_latest(
    empty_store: SqlStore, engine: Engine
) -> None:
    assert settings_within(empty_store, "read") == ("repeatable read", "on")
    assert settings_within(empty_store, "write") == ("read committed", "off")


def settings_within(store: SqlStore, kind: str) -> tuple[str, str]:
    with getattr(store, kind)() as work:
        session = work.districts._session
        return (
            session.scalar(text("SHOW transaction_isolation")),
            session.scalar(text("SHOW transaction_read_only")),
        )


def impatient(url: str) -> sqlite3.Connection:
    """Return a connection past ours that waits for nobody."""
    return sqlite3.connect(str(make_url(url).database), timeout=0, isolation_level=None)


def test_claim_holds_until_it_is_given_up(empty_store: SqlStore) -> None:
    with empty_store.write() as work:
        work.outbox.add((a_mail("one"),))
    with suppress(LookupError), empty_store.write() as work:
        work.outbox.claim(now=NOW, until=NOW + timedelta(minutes=5), limit=1)
        raise LookupError
    with empty_store.write() as work:
        (mail,) = work.outbox.claim(now=NOW, until=NOW + timedelta(minutes=5), limit=1)
    assert (mail.key, mail.attempts) == ("one", 1)
