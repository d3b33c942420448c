"""A store for whoever works under a lease: what another process took over meanwhile is undone.

A process may stand still for minutes, at any line, and go on without knowing. So the lease is
looked at last in each transaction, where nobody can take it any more before the commit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from scheduler.domain.errors import LeaseLost
from scheduler.services.ports import Store, Work


@dataclass(frozen=True, slots=True)
class FencedStore:
    """Implement the port ``Store``; ``holds`` keeps the lease within a transaction, if it can."""

    store: Store
    holds: Callable[[Work], bool]

    def read(self) -> AbstractContextManager[Work]:
        """Open a transaction that changes nothing and blocks nobody."""
        return self.store.read()

    @contextmanager
    def write(self) -> Iterator[Work]:
        """Open a transaction that is committed if the lease is still held at its end.

        Raises:
            LeaseLost: if another process has taken it; everything is undone.
        """
        with self.store.write() as work:
            yield work
            if not self.holds(work):
                raise LeaseLost
