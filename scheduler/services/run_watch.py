"""Tell the database once a second how far a run is and that its worker is alive.

The same moment brings back whether the run is to stop, so the search itself never waits for the
database.
"""

from __future__ import annotations

import time
from dataclasses import replace

from scheduler.domain.runs import Headway, Run
from scheduler.matching.proposal import Milestone
from scheduler.services.heartbeat import ALIVE_LASTS, Heartbeat
from scheduler.services.ports import Clock, Store


class Watch(Heartbeat):
    """One run under way; enter it to have its headway reported until it is left.

    ``lease_clock`` gives real time. Everything but the reports happens in the searching thread.
    """

    def __init__(self, store: Store, run: Run, *, lease_clock: Clock) -> None:
        super().__init__(self.report, name=f"The run {run.key}")
        self._store = store
        self._run = run
        self._lease_clock = lease_clock
        self._searching_since: float | None = None
        self.headway = Headway()
        self.is_stopped = False
        self.is_lost = False

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
