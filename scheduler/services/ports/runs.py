"""What the services need of whoever keeps the searches for proposals."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from scheduler.domain.runs import Headway, Run


class Runs(Protocol):
    """Searches for proposals, one open at a time."""

    def get(self, key: str) -> Run | None:
        """Return one run."""

    def open(self) -> Run | None:
        """Return the run that waits or is worked on."""

    def recent(self, *, limit: int) -> tuple[Run, ...]:
        """Return the latest runs, newest first."""

    def add(self, run: Run) -> bool:
        """Store a new run; False, and nothing is stored, while another one is open."""

    def save(self, run: Run, *, was: Run) -> bool:
        """Store a run's next state; False if meanwhile it left the hands it was in.

        A wish to stop that was written meanwhile is kept.
        """

    def report(self, run: Run, *, headway: Headway, alive_until: datetime) -> Run | None:
        """Note how far a run is and until when its worker is believed alive.

        Returns the run as it is kept, None if it left the hands it was in.
        """

    def ask_to_stop(self, key: str, *, at: datetime) -> None:
        """Note that a run that is worked on is to stop."""
