"""A store for one page: whatever it reads, it reads at one moment and in one transaction.

A page asks several use cases, each of which opens the store for itself. Here they share the
first one's reader, so that the page agrees with itself and what one has read the next need not
read again. After a write everybody reads anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from scheduler.services.ports import Store, Work


class OneMoment:
    """Implement the port ``Store`` on another store; one thread's, to be closed in the end."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._opened = ExitStack()
        self._work: Work | None = None
        self._readers = 0

    @contextmanager
    def read(self) -> Iterator[Work]:
        """Lend the reader that is open already, or open it."""
        if self._work is None:
            self._work = self._opened.enter_context(self._store.read())
        self._readers += 1
        try:
            yield self._work
        except Exception as error:
            # The store itself says what the error is called; nobody reads on after one.
            self._work = None
            self._opened.__exit__(type(error), error, error.__traceback__)
            raise
        finally:
            self._readers -= 1

    @contextmanager
    def write(self) -> Iterator[Work]:
        """Write as the store does; whoever reads from then on reads what was written."""
        self._forget()
        try:
            with self._store.write() as work:
                yield work
        finally:
            self._forget()

    def close(self) -> None:
        """End every reader."""
        self._work = None
        self._opened.close()

    def _forget(self) -> None:
        self._work = None
        if not self._readers:
            self._opened.close()
