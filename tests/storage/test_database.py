"""Addresses of databases are understood in the forms that people and hosts write them."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from scheduler.storage.database import connect, normal_url, problems, sessions
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import VOLUNTEER, a_visit
from tests.storage.district import fill


@pytest.mark.parametrize(
    ("given", "understood"),
    [
        ("postgres://ann:s%40@db/visits", "postgresql+psycopg://ann:s%40@db/visits"),
        (
            "postgresql://db/visits?sslmode=require",
            "postgresql+psycopg://db/visits?sslmode=require",
        ),
        ("postgresql+psycopg://db/visits", "postgresql+psycopg://db/visits"),
        ("sqlite:////var/lib/visits.sqlite3", "sqlite:////var/lib/visits.sqlite3"),
        ("sqlite://", "sqlite://"),
    ],
)
def test_address_is_understood(given: str, understood: str) -> None:
    assert normal_url(given).render_as_string(hide_password=False) == understood


def test_relative_file_is_counted_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert normal_url("sqlite:///visits.sqlite3").database == str(tmp_path / "visits.sqlite3")


def test_damaged_file_is_found(sqlite_url: str) -> None:
    file = Path(str(normal_url(sqlite_url).database))
    engine = connect(sqlite_url)
    store = SqlStore(sessions(engine))
    fill(store)
    with store.write() as work:
        work.visits.add((a_visit(),))
    engine.dispose()
    octets = bytearray(file.read_bytes())
    last_person = octets.rfind(b"lena@schools.example")
    octets[last_person : last_person + 4] = b"anna"
    file.write_bytes(octets)
    found = problems(sqlite_url)
    assert found[0].startswith("The database file is damaged: ")


def test_statement_that_fails_repeats_nobodys_address(sqlite_url: str) -> None:
    engine = connect(sqlite_url)
    with sessions(engine)() as session, pytest.raises(OperationalError) as failed:
        session.execute(text("SELECT :email FROM nowhere"), {"email": VOLUNTEER})
    engine.dispose()
    assert "no such table: nowhere" in str(failed.value)
    assert VOLUNTEER not in str(failed.value)


def test_nothing_to_store_is_stored_without_a_word(sqlite_url: str) -> None:
    engine = connect(sqlite_url)
    with SqlStore(sessions(engine)).write() as work:
        work.districts.put_schools(())
        work.people.put(())
        work.volunteers.put(())
        work.requests.put(())
        work.proposals.put(())
        work.visits.add(())
        work.visits.save(())
        work.visits.lock(())
        assert work.outbox.add(()) == 0
    engine.dispose()
    assert problems(sqlite_url) == ()
