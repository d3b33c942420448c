"""What the services need of whoever keeps batches."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from scheduler.domain.batches import Batch, BatchState


class Batches(Protocol):
    """Differences that wait for a decision, or were decided on."""

    def get(self, key: str) -> Batch | None:
        """Return one batch."""

    def recent(self, *, states: Iterable[BatchState], limit: int) -> tuple[Batch, ...]:
        """Return the latest batches in these states, newest first."""

    def add(self, batch: Batch) -> None:
        """Store a new batch."""

    def save(self, batch: Batch) -> None:
        """Store what was decided on a batch.

        Raises:
            Unknown: if there is no such batch.
        """
