"""Say again and again that long work goes on, from a thread beside it.

The work itself never waits for the database. A report that does not get through is left to the
next one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread
from types import TracebackType
from typing import Self

ALIVE_LASTS = timedelta(seconds=45)
REPORT_SECONDS = 1.0

log = logging.getLogger(__name__)


class Heartbeat:
    """Reports once a second while it is entered; ``name`` is what the log calls the work."""

    def __init__(self, report: Callable[[], None], *, name: str) -> None:
        self._report = report
        self._name = name
        self._over = Event()
        self._thread = Thread(target=self._report_on, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        """Begin to report."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the reports; the last one may still be on its way and is waited for."""
        self._over.set()
        self._thread.join()

    def _report_on(self) -> None:
        while not self._over.wait(REPORT_SECONDS):
            try:
                self._report()
            except Exception:
                # The database may be busy or away for a while. Others will notice silence.
                log.warning("%s could not be reported.", self._name, exc_info=True)
