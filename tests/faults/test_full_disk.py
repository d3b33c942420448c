"""A disk without room: all is refused plainly, and goes on by itself once there is some.

The database is told to grow no further, which it takes for a full disk.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.event import listen, remove

from scheduler.config import Settings
from scheduler.domain.errors import OutOfReach
from scheduler.factory import create_app
from scheduler.jobs import timetable
from scheduler.jobs.absence import PlainAbsence
from scheduler.services.records import Activity
from scheduler.services.sign_in import link_for, redeem
from scheduler.storage.database import connect, db, problems, sessions
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import COORDINATOR, NOW, a_proposal, a_volunteer
from tests.databases import engine_on
from tests.faults.test_many_jobs import MORNING
from tests.services.world import KEY, World, open_world

# Lines of these lengths are written until not even the last fits.
LENGTHS = (50_000, 1_000, 10)
QUICK_SECONDS, PATIENCE_SECONDS = 0.05, 30
PEOPLE = 60


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


def run(
    ours: timetable.Timetable, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> threading.Thread:
    """Start a quick timetable, which tells of itself as the command does."""
    for name in ("TICK_SECONDS", "LOOK_SECONDS", "RENEW_SECONDS", "BREATH_SECONDS"):
        monkeypatch.setattr(timetable, name, QUICK_SECONDS)
    caplog.set_level(logging.ERROR)
    monkeypatch.setattr(
        logging.getLogger("apscheduler.executors.default"), "filters", [PlainAbsence()]
    )
    at_work = threading.Thread(target=ours.run)
    at_work.start()
    return at_work


def wait_until(is_so: Callable[[], object]) -> None:
    """Wait until something is so."""
    give_up = monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert monotonic() < give_up
        sleep(0.02)


def test_timetable_says_so_once_and_does_all_of_it_when_there_is_room(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world = World(SqlStore(sessions(engine)), now=MORNING)
    emails = [f"v{n}@robots.example" for n in range(PEOPLE)]
    world.put_volunteers(*(a_volunteer(email=e, name=e, weekly=()) for e in emails))
    ours = replace(world.timetable, mail_at_any_hour=True)
    with no_room(engine):
        at_work = run(ours, monkeypatch, caplog)
        wait_until(lambda: caplog.messages)
        sleep(4 * QUICK_SECONDS)
        assert (world.transport.sent, problems(engine)) == ([], ())
    wait_until(lambda: set(emails) <= {mail.recipient for mail in world.transport.sent})
    ours.leaving.set()
    at_work.join(PATIENCE_SECONDS)
    assert not at_work.is_alive()
    told = Counter(mail.recipient for mail in world.transport.sent)
    assert {told[email] for email in emails} == {1}
    assert caplog.messages == [
        "There is no room left on the disk. Trying again until that is mended."
    ]
    assert "Traceback" not in caplog.text
