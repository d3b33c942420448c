"""Spans of time: half-open periods of aware moments, and ranges of whole days.

Touching periods do not overlap; a period contains another that ends when it ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from scheduler.domain.errors import InvalidPeriod


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A half-open span ``[start, end)`` between two aware moments, kept in UTC.

    Moments of one local zone would compare by their clock, which shows an hour twice in autumn.

    Raises:
        InvalidPeriod: if a moment has no zone or the end is not after the start.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise InvalidPeriod("A period needs moments with a zone.")
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))
        if self.end <= self.start:
            raise InvalidPeriod("A period must end after it starts.")

    @property
    def minutes(self) -> int:
        """Return the real length in whole minutes, clock changes included."""
        return int((self.end - self.start).total_seconds() // 60)

    def overlaps(self, other: Period) -> bool:
        """Tell whether the two share a moment; touching is not overlapping."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: Period) -> bool:
        """Tell whether the other lies wholly inside, equal ends included."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True, order=True)
class DateRange:
    """Whole days from first to last, both included.

    Raises:
        InvalidPeriod: if the last day is before the first.
    """

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise InvalidPeriod("The last day is before the first.")

    def __contains__(self, day: date) -> bool:
        """Tell whether a day is one of these."""
        return self.first <= day <= self.last

    def days(self) -> Iterator[date]:
        """Yield each day in order."""
        for offset in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=offset)


def merge(periods: Iterable[Period]) -> tuple[Period, ...]:
    """Return the union as disjoint periods in order; touching ones become one.

    Cost: n log n.
    """
    merged: list[Period] = []
    for period in sorted(periods):
        if merged and period.start <= merged[-1].end:
            merged[-1] = Period(merged[-1].start, max(merged[-1].end, period.end))
        else:
            merged.append(period)
    return tuple(merged)


def minute_of(moment: datetime) -> int:
    """Return whole minutes since 1970-01-01 00:00 UTC, rounded down."""
    if moment.tzinfo is None:
        raise InvalidPeriod("A moment needs a zone.")
    return int(moment.timestamp() // 60)


def moment_of(minute: int) -> datetime:
    """Return the UTC moment that many minutes after 1970-01-01 00:00 UTC."""
    return datetime.fromtimestamp(minute * 60, tz=UTC)
