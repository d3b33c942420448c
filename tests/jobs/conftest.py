"""The district of the service tests on each database, with timetables on its clock."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scheduler.storage.database import connect
from tests.services.world import World, open_world


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    """Yield the district of ``tests.services.world``, new for each test."""
    engine = connect(database_url)
    yield open_world(engine)
    engine.dispose()
