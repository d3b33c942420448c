"""A statement that the driver runs as it stands keeps the promises of every other one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, create_engine, insert, text
from sqlalchemy.engine import Engine

from scheduler.domain.errors import OutOfReach, Outrun
from scheduler.services.ports import OutboxState, Outcome
from scheduler.storage import database, prepared
from scheduler.storage.models.records import MarkRow
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import NOW

SENT = Outcome("one", 1, OutboxState.SENT, NOW)
MARKED = insert(MarkRow).values(name=bindparam("its_name"), reached=bindparam("its_moment"))


def test_rows_given_together_are_written_together(engine: Engine) -> None:
    prepared.run(engine, MARKED, (a_row("one"), a_row("two")))
    assert names(engine) == ["one", "two"]


def test_rows_that_break_off_leave_nothing(engine: Engine) -> None:
    def broken() -> Iterator[Mapping[str, Any]]:
        yield a_row("one")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        prepared.run(engine, MARKED, broken())
    assert names(engine) == []
    prepared.run(engine, MARKED, (a_row("two"),))
    assert names(engine) == ["two"]


def test_who_read_before_on_the_same_connection_can_write(empty_store: SqlStore) -> None:
    with empty_store.read() as work:
        assert work.outbox.of_subjects(("visit-1",)) == ()
    empty_store.settle((SENT,))


def test_whoever_stands_in_the_way_too_long_went_first(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.sqlite3'}"
    database.upgrade(url)
    engine = database.connect(url, connections=1)
    with engine.connect() as connection:
        connection.execute(text("PRAGMA busy_timeout = 1"))
    other = create_engine(url, isolation_level="AUTOCOMMIT")
    with other.connect() as connection:
        connection.execute(text("BEGIN IMMEDIATE"))
        with pytest.raises(Outrun):
            SqlStore(database.sessions(engine)).settle((SENT,))
    engine.dispose()
    other.dispose()


def test_database_that_is_away_is_out_of_reach(tmp_path: Path) -> None:
    engine = database.connect(f"sqlite:///{tmp_path / 'nowhere' / 'a.sqlite3'}")
    with pytest.raises(OutOfReach):
        SqlStore(database.sessions(engine)).settle((SENT,))
    engine.dispose()


def a_row(name: str) -> dict[str, object]:
    return {"its_name": name, "its_moment": NOW}


def names(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.execute(text("SELECT name FROM mark ORDER BY name")).scalars())
