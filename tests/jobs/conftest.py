"""The district of the service tests on each database, with timetables on its clock."""

from __future__ import annotations

import pytest

from tests.databases import engine_on
from tests.services.world import World, open_world


@pytest.fixture
def world(database_url: str) -> World:
    """Return the district of ``tests.services.world``, new for each test."""
    return open_world(engine_on(database_url))
