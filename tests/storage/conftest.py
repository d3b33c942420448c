"""A store on each engine: empty, and with a small district in it that everything can refer to."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from scheduler.storage.database import sessions
from scheduler.storage.unit_of_work import SqlStore
from tests.databases import engine_on, filled
from tests.storage.district import fill


@pytest.fixture
def engine(database_url: str) -> Engine:
    """Return an engine on the test's own database."""
    return engine_on(database_url)


@pytest.fixture
def empty_store(engine: Engine) -> SqlStore:
    """Return a store with tables and nothing in them."""
    return SqlStore(sessions(engine))


@pytest.fixture
def store(engine: Engine) -> SqlStore:
    """Return a store that holds the district of ``tests.storage.district``."""
    return filled(engine, fill)
