"""Feeds written before anybody comes for them, a little at a time.

Writing an event costs far more than sending it, and an import, an upgrade or a day of approvals
makes thousands of them at once. The calendars of whole schools, organizations and zones are
therefore looked at soon after any change; a person's own has too few events for anybody to
wait. Whoever comes first all the same gets the same answer, only later.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from scheduler.domain.errors import Unknown
from scheduler.services.feed_answers import write_feed
from scheduler.services.feeds import FeedSettings
from scheduler.services.ports import Store
from scheduler.services.records import FeedKind

LONG_KINDS = frozenset(
    {FeedKind.SCHOOL, FeedKind.OFFICE, FeedKind.ORGANIZATION, FeedKind.ZONE, FeedKind.PUBLIC}
)
SECONDS_AT_ONCE = 0.5


def write_what_changed(
    store: Store,
    *,
    settings: FeedSettings,
    now: datetime,
    may_go_on: Callable[[], bool] = lambda: True,
    seconds: float = SECONDS_AT_ONCE,
) -> int:
    """Write long feeds that something changed for, those that wait longest first.

    Feeds never written count, too, whatever their kind. Each is a transaction of its own. What
    half a second does not suffice for waits for the next turn; one feed is written at least.
    Return how many were written.
    """
    begun, written = time.monotonic(), 0
    with store.read() as work:
        behind = work.feeds.behind(LONG_KINDS, day=now.astimezone(UTC).date())
    for feed in behind:
        is_up = written and time.monotonic() - begun > seconds
        if is_up or not may_go_on():
            break
        try:
            write_feed(store, feed, settings=settings, now=now)
        except Unknown:
            continue  # Ended while others were written.
        written += 1
    return written
