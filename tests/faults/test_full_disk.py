"""A disk without room: pages refuse plainly, and go on by themselves once there is some.

The database is told to grow no further, which it takes for a full disk.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.event import listen, remove

from scheduler.config import Settings
from scheduler.domain.errors import OutOfReach
from scheduler.factory import create_app
from scheduler.services.records import Activity
from scheduler.services.sign_in import link_for, redeem
from scheduler.storage.database import connect, db, problems, sessions
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import COORDINATOR, NOW, a_proposal
from tests.databases import engine_on
from tests.services.world import KEY, World, open_world

# Lines of these lengths are written until not even the last fits.
LENGTHS = (50_000, 1_000, 10)


@contextmanager
def no_room(engine: Engine) -> Iterator[None]:
    """Let no connection of this engine make the file larger until the block ends."""

    def limit(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")

    engine.dispose()
    listen(engine, "connect", limit)
    try:
        for length in LENGTHS:
            fill(SqlStore(sessions(engine)), line="x" * length)
        yield
    finally:
        remove(engine, "connect", limit)
        engine.dispose()


def fill(store: SqlStore, *, line: str) -> None:
    """Write such lines until there is no room for another."""

    def write_on() -> None:
        for _ in count():
            with store.write() as work:
                work.activities.add((Activity(NOW, "somebody", line, line),))

    with pytest.raises(OutOfReach) as refusal:
        write_on()
    assert refusal.value.is_full


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    """Yield a way to the small district that others do not share."""
    open_world(engine_on(sqlite_url))
    engine = connect(sqlite_url)
    yield engine
    engine.dispose()


def test_page_says_that_it_will_be_back_and_stores_nothing(
    engine: Engine, sqlite_url: str, tmp_path: Path
) -> None:
    world = World(SqlStore(sessions(engine)))
    world.put_proposals(a_proposal())
    settings = Settings(
        tmp_path, sqlite_url, secret_key=KEY, feed_key=KEY, is_rehearsal=True, now=NOW
    )
    app = create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    token = redeem(world.store, link_for(world.store, COORDINATOR, now=NOW), now=NOW)
    assert token is not None
    client.set_cookie("visitbell", token)
    with app.app_context():
        own_engine = db.engine
    with no_room(own_engine):
        answer = client.post("/proposals/robots/approve")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
        assert "<h1>Back in a few minutes</h1>" in answer.text
    assert (world.visits_of("robots"), problems(sqlite_url)) == ((), ())
    assert client.post("/proposals/robots/approve").status_code == 303
    assert len(world.visits_of("robots")) == 1
    own_engine.dispose()
