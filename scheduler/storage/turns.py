"""Whose turn it is to write to a SQLite file.

SQLite has one writer at a time and lets the others look again after naps that grow to a tenth
of a second. Whoever happens to look at the right moment goes next, so under load some wait for
ever. Here writers queue at a file beside the database, and only the first of the queue looks,
often. The queue is a courtesy: it is SQLite that keeps writers apart.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import SQLITE_BUSY
from time import monotonic, sleep

from sqlalchemy.exc import OperationalError

QUEUE_SUFFIX = "-turn"
PATIENCE_SECONDS = 10
NAP_SECONDS = 0.001


def take_turn(database: str, *, begin: Callable[[], object]) -> None:
    """Queue up and begin once the writer before is done, waiting at most ten seconds for it.

    ``database`` is the file's path, empty for a database in memory. ``begin`` is asked again
    and again as long as it finds the database busy.

    Raises:
        OperationalError: if the writer before takes longer.
    """
    with _first_of_queue(database):
        patience_ends = monotonic() + PATIENCE_SECONDS
        while True:
            try:
                begin()
                return
            except OperationalError as refusal:
                if not _is_busy(refusal) or monotonic() > patience_ends:
                    raise
            sleep(NAP_SECONDS)


@contextmanager
def _first_of_queue(database: str) -> Iterator[None]:
    if not database:
        yield
        return
    # Not the database's own file: closing that would drop the locks SQLite holds on it.
    with Path(database + QUEUE_SUFFIX).open("a") as queue:
        fcntl.flock(queue, fcntl.LOCK_EX)
        yield


def _is_busy(refusal: OperationalError) -> bool:
    return getattr(refusal.orig, "sqlite_errorcode", None) == SQLITE_BUSY
