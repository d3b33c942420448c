"""Imports for tests: files to bring, workers on them, and a process that can be killed."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from scheduler.domain.imports import Import
from scheduler.services import importing, imports
from scheduler.services.access import Actor
from scheduler.services.importing import ImportWorker
from scheduler.services.ports import Store, Work
from scheduler.services.records import Activity
from scheduler.storage.database import connect, sessions
from scheduler.storage.unit_of_work import SqlStore
from tests.actors import CARLA
from tests.builders import NOW
from tests.services.world import World

PATIENCE_SECONDS = 30
HEADER = "school,name,latitude,longitude,bell_schedule,grades"
MAPLE = "maple,Maple School,43.6629,-79.3957,regular,K-8"
OAK = "oak,Oak School,43.66,-79.39,regular,K-8"
ONE_MORE = {"schools.csv": f"{HEADER}\n{OAK}\n"}


def bring(
    store: Store, files: Mapping[str, str | bytes], *, actor: Actor = CARLA, **changes: object
) -> Import:
    """Bring files as the page does."""
    given = [
        (name, io.BytesIO(each.encode() if isinstance(each, str) else each))
        for name, each in files.items()
    ]
    return imports.bring(store, given, **{"actor": actor, "now": NOW, **changes})


def a_worker(world: World, **changes: object) -> ImportWorker:
    """Return a worker on the world's clock."""
    usual: dict[str, object] = {
        "owner": "this test",
        "clock": lambda: world.now,
        "lease_clock": lambda: world.now,
    }
    return ImportWorker(**{**usual, **changes})


def work(world: World, **changes: object) -> Import | None:
    """Work on the import that waits."""
    return importing.work_one(world.store, worker=a_worker(world, **changes))


def looked_over(world: World, files: Mapping[str, str | bytes]) -> Import:
    """Bring files and have them looked over."""
    bring(world.store, files)
    found = work(world)
    assert found is not None
    return found


def said_yes(world: World, found: Import, *, prunes: bool = False) -> Import:
    """Say yes to the list that waits."""
    return imports.say_yes(world.store, found.key, seen=found.seen, prunes=prunes, actor=CARLA)


def kept(world: World, found: Import) -> Import:
    """Return an import as it is kept."""
    with world.store.read() as present:
        again = present.imports.get(found.key)
    assert again is not None
    return again


@dataclass
class HangingActivities:
    """A diary in which nothing is ever written: who tries says so, and waits to be killed."""

    found: Path

    def add(self, entries: tuple[Activity, ...]) -> None:
        self.found.write_text(str(os.getpid()), encoding="ascii")
        time.sleep(PATIENCE_SECONDS)


@dataclass
class HangingStore:
    """A store whose transactions hang once everything is written but its entry in the diary."""

    store: Store
    found: Path

    def read(self) -> AbstractContextManager[Work]:
        return self.store.read()

    @contextmanager
    def write(self) -> Iterator[Work]:
        with self.store.write() as work:
            work.activities = HangingActivities(self.found)  # type: ignore[assignment]
            yield work


def write_and_hang(url: str, found: str) -> None:
    """Carry out the import that waits, all but its end, and hang."""
    store = HangingStore(SqlStore(sessions(connect(url))), Path(found))
    worker = ImportWorker("the one to be killed", lambda: NOW, lambda: NOW)
    importing.work_one(store, worker=worker)
