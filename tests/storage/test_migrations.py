"""Migrations make the tables that the models describe, step by step, and can be repeated."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import IntegrityError

from scheduler.services.ports import MailDoor
from scheduler.storage.database import (
    bind,
    connect,
    db,
    problems,
    sessions,
    upgrade,
)
from scheduler.storage.models import Base
from scheduler.storage.portable import Tally, tables_of, tally_of
from scheduler.storage.unit_of_work import SqlStore
from scheduler.storage.versions import MIGRATIONS
from tests.builders import NOW, TEACHER, VOLUNTEER, a_district, a_visit
from tests.databases import postgres_database, sqlite_database
from tests.storage.district import fill

NEWEST = "0021"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def blank_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield the address of a database without any table."""
    if request.param == "sqlite":
        yield sqlite_database(tmp_path)
        return
    with postgres_database(request.getfixturevalue("postgres_server_url")) as url:
        yield url


def test_tables_are_what_the_models_say(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_columns_are_in_the_order_of_the_models(engine: Engine) -> None:
    found = inspect(engine)
    for table in Base.metadata.tables.values():
        names = [column["name"] for column in found.get_columns(table.name)]
        assert names == [column.name for column in table.columns]


def test_upgrade_can_be_repeated(blank_url: str) -> None:
    for _ in range(2):
        upgrade(blank_url)
        assert problems(blank_url) == ()


def test_database_can_grow_step_by_step_and_keeps_its_rows(blank_url: str) -> None:
    upgrade(blank_url)
    engine = connect(blank_url)
    store = SqlStore(sessions(engine))
    fill(store)
    with store.write() as work:
        work.visits.add((a_visit(),))
    before = found_by(engine)
    command.downgrade(alembic_config(engine), "0003")
    engine.dispose()
    upgrade(blank_url)
    with store.read() as work:
        assert work.visits.get(a_visit().uid) == a_visit()
    assert found_by(engine) == before
    engine.dispose()
    assert problems(blank_url) == ()


def test_one_step_back_and_up_again_loses_no_row(blank_url: str) -> None:
    upgrade(blank_url)
    engine = connect(blank_url)
    store = SqlStore(sessions(engine))
    fill(store)
    with store.write() as work:
        work.visits.add((a_visit(),))
        work.marks.move("reminders", to=NOW)
    before = tallies_of(engine)
    command.downgrade(alembic_config(engine), "-1")
    upgrade(blank_url)
    assert tallies_of(engine) == before
    engine.dispose()


def test_how_far_work_has_come_moves_out_of_the_leases(blank_url: str) -> None:
    upgrade(blank_url, "0017")
    engine = connect(blank_url)
    store = SqlStore(sessions(engine))
    with store.write() as work:
        for name in ("reminders", "timetable"):
            work.leases.take(name, owner="somebody", now=NOW, until=NOW)
    upgrade(blank_url)
    with store.read() as work:
        assert (work.marks.reached("reminders"), work.leases.seen("reminders")) == (NOW, None)
        assert (work.marks.reached("timetable"), work.leases.seen("timetable")) == (None, NOW)
    engine.dispose()


def test_link_that_was_ended_does_not_open_again_after_a_step_back(blank_url: str) -> None:
    upgrade(blank_url)
    engine = connect(blank_url)
    store = SqlStore(sessions(engine))
    fill(store)
    with store.write() as work:
        work.mail_doors.open("mail", {"ended": VOLUNTEER, "open": TEACHER})
        work.people.end_links(VOLUNTEER)
    command.downgrade(alembic_config(engine), "0020")
    upgrade(blank_url)
    with store.read() as work:
        behind = [work.mail_doors.behind("mail", token) for token in ("ended", "open")]
    assert behind == [None, MailDoor(TEACHER)]
    engine.dispose()


def test_down_and_up_again_gives_the_same_tables(blank_url: str) -> None:
    engine = connect(blank_url)
    config = alembic_config(engine)
    command.upgrade(config, "head")
    command.downgrade(config, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    command.upgrade(config, "head")
    engine.dispose()
    assert problems(blank_url) == ()


def test_there_is_one_newest_version() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [NEWEST]


def test_connection_that_migrated_checks_references_again(blank_url: str) -> None:
    engine = connect(blank_url)
    command.upgrade(alembic_config(engine), "head")
    stray = (
        "INSERT INTO closure (first, last, name, school_id)"
        " VALUES ('2026-12-08', '2026-12-08', 'Nowhere', 77)"
    )
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text(stray))
    engine.dispose()


def found_by(engine: Engine) -> list[tuple[str, str, str]]:
    """Return what all rows that can be looked for are found by; none of it is empty."""
    columns = (
        *((table, "words") for table in ("person", "school", "classroom", "request", "visit")),
        *(("person", "reference"), ("request", "key_words")),
    )
    with engine.connect() as connection:
        found = [
            (table, column, words)
            for table, column in columns
            for words in connection.scalars(text(f"SELECT {column} FROM {table} ORDER BY id"))
        ]
    assert all(words for *_, words in found)
    return found


def tallies_of(engine: Engine) -> dict[str, Tally]:
    """Return what every table holds."""
    with engine.connect() as connection:
        return {table.name: tally_of(connection, table) for table in tables_of(connection)}


def alembic_config(engine: Engine) -> Config:
    config = Config(MIGRATIONS / "alembic.ini")
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine
    return config


@pytest.fixture
def app(blank_url: str) -> Iterator[Flask]:
    """Yield an application on a database without any table."""
    app = Flask(__name__)
    app.extensions["store"] = SqlStore(bind(app, blank_url))
    yield app
    with app.app_context():
        db.engine.dispose()


def test_flask_db_upgrade_makes_the_tables(app: Flask, blank_url: str) -> None:
    done = app.test_cli_runner().invoke(args=["db", "upgrade"])
    assert (done.exit_code, done.exception) == (0, None)
    assert problems(blank_url) == ()


def test_flask_db_check_finds_nothing_to_do(app: Flask) -> None:
    for name in ("upgrade", "check"):
        done = app.test_cli_runner().invoke(args=["db", name])
        assert (done.exit_code, done.exception) == (0, None)


def test_flask_db_upgrade_can_print_its_statements(app: Flask, blank_url: str) -> None:
    printed = app.test_cli_runner().invoke(args=["db", "upgrade", "--sql"]).output
    guard = "CREATE TRIGGER occupancy_insert" if "sqlite" in blank_url else "EXCLUDE USING gist"
    assert guard in printed
    assert problems(blank_url) == ("The database is not set up yet.",)


def test_application_and_store_share_one_engine(app: Flask, blank_url: str) -> None:
    upgrade(blank_url)
    store = app.extensions["store"]
    with store.write() as work:
        work.districts.put(a_district())
    with app.app_context():
        assert db.session.scalar(text("SELECT name FROM district")) == a_district().name
        assert db.session.get_bind() is db.engine
        with store.read() as work:
            assert work.districts.get() == a_district()
            assert work.districts._session.get_bind() is db.engine
