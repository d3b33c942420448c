"""Several use cases in one transaction: a store whose every transaction is the open one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from scheduler.services.ports import Work


@dataclass(frozen=True, slots=True)
class Within:
    """A store for whoever is in the middle of a transaction; it commits nothing by itself."""

    work: Work

    @contextmanager
    def read(self) -> Iterator[Work]:
        """Lend the open transaction."""
        yield self.work

    @contextmanager
    def write(self) -> Iterator[Work]:
        """Lend the open transaction; whoever opened it commits."""
        yield self.work
