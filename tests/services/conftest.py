"""A small district on each database, in a world whose clock the test sets."""

from __future__ import annotations

import pytest

from scheduler.services.ports import Store
from tests.databases import engine_on, filled
from tests.services.world import World, open_world
from tests.small_district import fill


@pytest.fixture
def world(database_url: str) -> World:
    """Return the district of ``tests.services.world``, new for each test."""
    return open_world(engine_on(database_url))


@pytest.fixture
def small_district(sqlite_url: str) -> Store:
    """Return a store with the people and the one visit of ``tests.small_district`` in it."""
    return filled(engine_on(sqlite_url), fill)
