"""The usual weeks of very many volunteers as minutes, worked out together.

What ``domain.availability.expand`` says of one person, without finding out anew for each what
a clock shows on every day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import time
from itertools import chain, zip_longest
from operator import itemgetter, lt

from scheduler.domain.assignments import Span, merged
from scheduler.domain.availability import WEEKDAYS, DaysAway, WeeklyAvailability
from scheduler.domain.periods import DateRange, minute_of
from scheduler.domain.zones import at_wall_time

_START, _END = itemgetter(0), itemgetter(1)


class FreeMinutes:
    """The free time of any volunteer on these days.

    Remembers for every zone, weekday and time that was asked for which minutes it is.
    """

    def __init__(self, days: DateRange) -> None:
        self.days = days
        self._dates_by_weekday = [
            [day for day in days.days() if day.weekday() == number]
            for number in range(len(WEEKDAYS))
        ]
        self._minutes: dict[tuple[int, time, str], tuple[int, ...]] = {}
        self._columns: dict[tuple[int, time, time, str], tuple[Span | None, ...]] = {}

    def expand(
        self, weekly: Iterable[WeeklyAvailability], away: Iterable[DaysAway], *, timezone: str
    ) -> tuple[Span, ...]:
        """Return the free spans, merged and in order.

        Cost: some microseconds for each block of the week and 300 days.
        """
        blocks, absences = tuple(weekly), tuple(absence.days for absence in away)
        if not absences and all(each.first is None and each.last is None for each in blocks):
            return self._week_by_week(blocks, timezone=timezone)
        return merged(
            span
            for block in blocks
            for span in self._spans(block, absences=absences, timezone=timezone)
        )

    def _week_by_week(
        self, blocks: tuple[WeeklyAvailability, ...], *, timezone: str
    ) -> tuple[Span, ...]:
        """Lay the same blocks into every week; sorted so, they hardly ever need merging."""
        ordered = sorted(blocks, key=lambda each: (self._place(each.weekday), each.start))
        columns = [self._every(each, timezone=timezone) for each in ordered]
        spans = tuple(filter(None, chain.from_iterable(zip_longest(*columns))))
        is_apart = all(map(lt, map(_END, spans), map(_START, spans[1:])))
        return spans if is_apart else merged(spans)

    def _place(self, weekday: int) -> int:
        return (weekday - self.days.first.weekday()) % len(WEEKDAYS)

    def _every(self, block: WeeklyAvailability, *, timezone: str) -> tuple[Span | None, ...]:
        """Return the block's span on each of its days; None where the clocks leave none of it."""
        key = (block.weekday, block.start, block.end, timezone)
        if key not in self._columns:
            starts = self._at(block.weekday, block.start, timezone)
            ends = self._at(block.weekday, block.end, timezone)
            both = zip(starts, ends, strict=True)
            self._columns[key] = tuple(span if span[0] < span[1] else None for span in both)
        return self._columns[key]

    def _spans(
        self, block: WeeklyAvailability, *, absences: tuple[DateRange, ...], timezone: str
    ) -> Iterator[Span]:
        starts = self._at(block.weekday, block.start, timezone)
        ends = self._at(block.weekday, block.end, timezone)
        dates = self._dates_by_weekday[block.weekday]
        return (
            (start, end)
            for day, start, end in zip(dates, starts, ends, strict=True)
            if start < end and block.holds_on(day) and not any(day in gone for gone in absences)
        )

    def _at(self, weekday: int, wall: time, timezone: str) -> tuple[int, ...]:
        key = (weekday, wall, timezone)
        if key not in self._minutes:
            dates = self._dates_by_weekday[weekday]
            self._minutes[key] = tuple(
                minute_of(at_wall_time(day, wall, timezone)) for day in dates
            )
        return self._minutes[key]
