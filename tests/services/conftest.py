"""A small district on each database, in a world whose clock the test sets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scheduler.services.ports import Store
from scheduler.storage.database import connect, sessions
from scheduler.storage.unit_of_work import SqlStore
from tests.services.world import World, open_world
from tests.small_district import fill


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    """Yield the district of ``tests.services.world``, new for each test."""
    engine = connect(database_url)
    yield open_world(engine)
    engine.dispose()


@pytest.fixture
def small_district(sqlite_url: str) -> Iterator[Store]:
    """Yield a store with the people and the one visit of ``tests.small_district`` in it."""
    engine = connect(sqlite_url)
    store = SqlStore(sessions(engine))
    fill(store)
    yield store
    engine.dispose()
