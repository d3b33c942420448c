"""A store on each engine: empty, and with a small district in it that everything can refer to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from scheduler.storage.database import connect, sessions
from scheduler.storage.unit_of_work import SqlStore
from tests.storage.district import fill


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Yield an engine on the test's own database."""
    engine = connect(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def empty_store(engine: Engine) -> SqlStore:
    """Return a store with tables and nothing in them."""
    return SqlStore(sessions(engine))


@pytest.fixture
def store(empty_store: SqlStore) -> SqlStore:
    """Return a store that holds the district of ``tests.storage.district``."""
    fill(empty_store)
    return empty_store
