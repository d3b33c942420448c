"""Tell the database how far an import is and that its worker is alive, and learn when to let go."""

from __future__ import annotations

from collections.abc import Callable

from scheduler.domain.imports import Import, Stretch
from scheduler.services.heartbeat import ALIVE_LASTS, Heartbeat
from scheduler.services.ports import Clock, Progress, Store


class Interrupted(Exception):
    """Say that the work cannot go on in this process."""


class ImportWatch(Heartbeat):
    """One import under way; enter it to have its stretch reported until it is left.

    The worker is interrupted between two pieces of work when its process is to end, and when the
    import is in other hands or was dropped.
    """

    def __init__(
        self, store: Store, found: Import, *, lease_clock: Clock, is_leaving: Callable[[], bool]
    ) -> None:
        super().__init__(self.report, name=f"The import {found.key}")
        self._store = store
        self._found = found
        self._lease_clock = lease_clock
        self._is_leaving = is_leaving
        self._is_lost = False
        self.stretch = Stretch()

    def progress(self, phase: str) -> Progress:
        """Return what is to be told of the rows done in this phase.

        It raises Interrupted when the work cannot go on.
        """

        def note(done: int, total: int) -> None:
            self.stretch = Stretch(phase, done, total)
            if self._is_lost or self._is_leaving():
                raise Interrupted

        return note

    def report(self) -> None:
        """Tell the database, and learn whether the import is still ours."""
        until = self._lease_clock() + ALIVE_LASTS
        with self._store.write() as work:
            is_ours = work.imports.report(self._found, stretch=self.stretch, alive_until=until)
        self._is_lost = not is_ours
