"""The calendars that volunteers lend us: when they are busy, and how far we can believe it.

What is kept are spans of time, never a title, a place or a person. An answer that cannot be
read changes none of them: it makes nobody free and nobody busy, it only ages what is known.
Beyond the last day known nothing is known, which is not the same as free.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from scheduler.domain.periods import Period
from scheduler.domain.volunteers import BusySource
from scheduler.domain.zones import local

CHECK_EVERY = timedelta(hours=1)
LATE_AFTER = timedelta(hours=24)
FIRST_BACK_OFF = timedelta(minutes=15)
LONGEST_BACK_OFF = timedelta(hours=24)


class Trust(StrEnum):
    """How far a calendar can be believed today."""

    FRESH = "fresh"
    STALE = "stale"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class BusyCalendar:
    """One calendar of a volunteer, as we last understood it.

    ``address`` is empty where a file was given. ``busy`` is merged and in order; after
    ``known_until``, a day on the owner's clock, nothing is known. ``read_at`` is the last moment
    at which this was found to be so, ``problem`` why the last check found nothing.
    """

    key: str
    owner: str
    added_at: datetime
    busy: tuple[Period, ...]
    known_until: date
    read_at: datetime
    address: str = ""
    problem: str = ""
    failures: int = 0
    next_check: datetime | None = None
    etag: str = ""
    last_modified: str = ""

    def trust(self, now: datetime, timezone: str) -> Trust:
        """Return how far it can be believed at this moment, on its owner's clock."""
        if self.known_until < local(now, timezone).date():
            return Trust.UNKNOWN
        if self.address and (self.problem or now - self.read_at > LATE_AFTER):
            return Trust.STALE
        return Trust.FRESH

    def confirmed(self, now: datetime) -> BusyCalendar:
        """Return it as found to be so at this moment."""
        following = now + CHECK_EVERY if self.address else None
        return replace(self, read_at=now, problem="", failures=0, next_check=following)

    def failed(self, problem: str, *, now: datetime) -> BusyCalendar:
        """Return it after a check that found nothing: all that was known stays.

        The wait until the next check doubles from failure to failure, up to a day.
        """
        wait = min(FIRST_BACK_OFF * 2 ** min(self.failures, 10), LONGEST_BACK_OFF)
        return replace(self, problem=problem, failures=self.failures + 1, next_check=now + wait)


def last_known_day(source: BusySource | None, calendars: Iterable[BusyCalendar]) -> date | None:
    """Return the last day of which all of a volunteer's calendars tell, None without an end."""
    ends = [calendar.known_until for calendar in calendars]
    if source and source.known_until:
        ends.append(source.known_until)
    return min(ends, default=None)
