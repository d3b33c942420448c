"""The journal of changes is kept for those who follow it, and no longer than they need."""

from __future__ import annotations

from datetime import datetime, timedelta

from scheduler.services.ports import Store

KEPT = timedelta(days=7)


def trim_journal(store: Store, *, at: datetime) -> int:
    """Forget changes older than a week by real time; return how many.

    A process that did not look for a week builds its table anew. ``at`` is the machine's own
    time, also in a rehearsal: changes bear it.
    """
    with store.write() as work:
        return work.journal.forget(before=at - KEPT)
