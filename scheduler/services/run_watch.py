"""Tell the database once a second how far a run is and that its worker is alive.

The same moment brings back whether the run is to stop, so the search itself never waits for the
database. A report that does not get through is left to the next one.
"""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from datetime import timedelta
from threading import Event, Thread
from types import TracebackType
from typing import Self

from scheduler.domain.runs import Headway, Run
from scheduler.matching.proposal import Milestone
from scheduler.services.ports import Clock, Store

ALIVE_LASTS = timedelta(seconds=45)
REPORT_SECONDS = 1.0

log = logging.getLogger(__name__)


class Watch:
    """One run under way; enter it to have its headway reported until it is left.

    ``lease_clock`` gives real time. Everything but the reports happens in the searching thread.
    """

    def __init__(self, store: Store, run: Run, *, lease_clock: Clock) -> None:
        self._store = store
        self._run = run
        self._lease_clock = lease_clock
        self._over = Event()
        self._thread = Thread(target=self._report_on, name="run watch", daemon=True)
        self._searching_since: float | None = None
        self.headway = Headway()
        self.is_stopped = False
        self.is_lost = False

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

    def begin(self, phase: str, *, requests: int | None = None) -> None:
        """Note a phase that is none of the search's own, and how many requests there are."""
        self.headway = replace(
            self.headway, phase=phase, requests=requests or self.headway.requests
        )

    def note(self, milestone: Milestone) -> None:
        """Note how far the search is; what it does not tell this time stays known."""
        self._searching_since = self._searching_since or time.monotonic()
        former, tier1, tier2 = self.headway, milestone.tier1, milestone.tier2
        self.headway = Headway(
            phase=milestone.phase,
            share=milestone.share,
            requests=former.requests,
            filled=former.filled if milestone.filled is None else milestone.filled,
            tier1_value=tier1.value if tier1 else former.tier1_value,
            tier1_bound=tier1.bound if tier1 else former.tier1_bound,
            tier2_value=tier2.value if tier2 else former.tier2_value,
            tier2_bound=tier2.bound if tier2 else former.tier2_bound,
        )

    def report(self) -> None:
        """Tell the database, and learn whether to stop."""
        until = self._lease_clock() + ALIVE_LASTS
        with self._store.write() as work:
            kept = work.runs.report(self._run, headway=self._present(), alive_until=until)
        self.is_lost = kept is None
        self.is_stopped = kept is not None and kept.stop_asked_at is not None

    def _present(self) -> Headway:
        """Return the headway with the time that went by since the search last spoke."""
        headway, since = self.headway, self._searching_since
        if since is None or not self._run.seconds:
            return headway
        gone = (time.monotonic() - since) / self._run.seconds
        return replace(headway, share=min(1.0, max(headway.share, gone)))

    def _report_on(self) -> None:
        while not self._over.wait(REPORT_SECONDS):
            try:
                self.report()
            except Exception:
                # The database may be busy or away for a while. Others will notice silence.
                log.warning("The run %s could not be reported.", self._run.key, exc_info=True)
