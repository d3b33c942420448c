"""A sample bundle in a folder, and pairs of empty districts to bring it into."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from scheduler.services import bundles, proposals
from scheduler.services.access import Actor
from scheduler.services.bundles import Imported
from scheduler.services.ports import Store
from scheduler.storage.database import connect, sessions
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import NOW
from tests.bundle.sample import WHOLE
from tests.bundle.test_writing import files_of
from tests.databases import postgres_database, sqlite_database
from tests.services.world import NoGazetteer, solve_quickly

OPERATOR = Actor.operator()
BUSY = """\
BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Test//EN\r
BEGIN:VEVENT\r
UID:1\r
DTSTAMP:20261101T000000Z\r
SUMMARY:Dentist\r
DTSTART:20261215T150000Z\r
DTEND:20261215T160000Z\r
END:VEVENT\r
END:VCALENDAR\r
"""
FILES = {**WHOLE, "busy/amara@robots.example.ics": BUSY}


@contextmanager
def two_districts(request: pytest.FixtureRequest, folder: Path) -> Iterator[tuple[Store, Store]]:
    """Yield two empty districts, each in a database of the kind that the test runs on."""
    url: str = request.getfixturevalue("database_url")
    with ExitStack() as ending:
        if url.startswith("sqlite"):
            folder.mkdir()
            template = request.getfixturevalue("sqlite_template")
            second_url = sqlite_database(folder, template=template)
        else:
            server, template = map(
                request.getfixturevalue, ("postgres_server_url", "postgres_template")
            )
            second_url = ending.enter_context(postgres_database(server, template=template))
        engines = [connect(each) for each in (url, second_url)]
        first, second = (SqlStore(sessions(engine)) for engine in engines)
        yield first, second
        for engine in engines:
            engine.dispose()


def bring_in(store: Store, folder: Path, **wishes: bool) -> Imported:
    """Import a folder as the operator."""
    return bundles.import_bundle(store, folder, actor=OPERATOR, now=NOW, **wishes)


def written(store: Store, folder: Path) -> dict[str, bytes]:
    """Export a district and return its files."""
    bundles.export_bundle(store, folder, actor=OPERATOR)
    return files_of(folder)


def propose(store: Store) -> None:
    """Ask the engine."""
    proposals.propose(
        store,
        actor=OPERATOR,
        now=NOW,
        gazetteer=NoGazetteer(),
        solve=solve_quickly,
        seconds=1,
    )
