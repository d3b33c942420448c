"""What stands in speakers' calendars already, counted by week and month as columns.

Caps and budgets are then one comparison for everybody. Only who is engaged on the very day, or
while the clock of another zone shows the neighbouring one, is asked about that day and the way
by the plain rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from scheduler.domain.assignments import Demand, Engagement, Geography, Option, Speaker
from scheduler.domain.assignments import engagements_of as engagements_at
from scheduler.domain.constraints import engaged_minutes, max_per_day, travel_time
from scheduler.matching.shapes import OptionShape
from scheduler.matching.tables import NO_LIMIT, Flags, Ints
from scheduler.matching.warm_columns import Family
from scheduler.matching.warm_time import FRAME_MINUTES

CAPS = ("max_per_day", "max_per_week", "max_per_month", "budget_minutes", "buffer_minutes")


@dataclass(frozen=True, slots=True)
class Engaged:
    """A speaker without free and busy time, and the engagements that stand."""

    speaker: Speaker
    standing: tuple[Engagement, ...]


class Loads:
    """The caps of all speakers and what is used of them."""

    def __init__(self, *, geography: Geography, capacity: int) -> None:
        self._geography = geography
        self._caps = Family[str, np.int64](np.int64, blank=0, capacity=capacity)
        self._weeks = Family[int, np.int32](np.int32, blank=0, capacity=capacity)
        self._months = Family[int, np.int32](np.int32, blank=0, capacity=capacity)
        self._minutes = Family[int, np.int64](np.int64, blank=0, capacity=capacity)
        self._engaged: dict[int, Engaged] = {}
        self._rows_by_day: dict[tuple[str, int], set[int]] = {}

    def put(self, row: int, speaker: Speaker, *, standing: Iterable[Engagement]) -> None:
        """Enter a speaker's caps and everything that stands."""
        self.wipe(row)
        for name in CAPS:
            cap = getattr(speaker, name)
            self._caps[name][row] = NO_LIMIT if cap is None else cap
        held = tuple(standing)
        if held:
            self._engaged[row] = Engaged(replace(speaker, free=None, busy=()), held)
        for each in held:
            session = each.session
            self._weeks[session.week][row] += 1
            self._months[session.month][row] += 1
            self._minutes[session.month][row] += engaged_minutes(
                speaker, each, geography=self._geography
            )
            for day in _days_of(each):
                self._rows_by_day.setdefault(day, set()).add(row)

    def wipe(self, row: int) -> None:
        """Forget everything about the row."""
        engaged = self._engaged.pop(row, None)
        for each in engaged.standing if engaged else ():
            self._weeks[each.session.week][row] = 0
            self._months[each.session.month][row] = 0
            self._minutes[each.session.month][row] = 0
            for day in _days_of(each):
                self._rows_by_day[day].discard(row)

    def grow(self, capacity: int) -> None:
        """Make room for this many rows."""
        for family in (self._caps, self._weeks, self._months, self._minutes):
            family.grow(capacity)

    def standing_of(self, row: int) -> tuple[Engagement, ...]:
        """Return the engagements that stand in the row."""
        engaged = self._engaged.get(row)
        return engaged.standing if engaged else ()

    @property
    def octets(self) -> int:
        """Return the memory of all columns."""
        families = (self._caps, self._weeks, self._months, self._minutes)
        return sum(family.octets for family in families)

    def within_caps(self, rows: Ints, option: Option, *, extra_minutes: Ints) -> Flags:
        """Say whether caps and budgets leave room for all sessions of an option.

        ``extra_minutes`` is what each session costs a budget beyond its own length. Who is
        engaged on a day of the option has yet to be asked by :meth:`clashing`.
        """
        shape = OptionShape.of(option)
        most_per_day, _, _, least_gap = shape.peaks
        kept = self._cap("max_per_day", rows) >= most_per_day
        kept &= self._cap("buffer_minutes", rows) <= least_gap
        for week, count in shape.weeks:
            kept &= _used(self._weeks, week, rows) + count <= self._cap("max_per_week", rows)
        for month, count, minutes in shape.months:
            kept &= _used(self._months, month, rows) + count <= self._cap("max_per_month", rows)
            taken = _used(self._minutes, month, rows) + minutes + count * extra_minutes
            kept &= taken <= self._cap("budget_minutes", rows)
        return np.asarray(kept, dtype=np.bool_)

    def has_budget(self, rows: Ints) -> Flags:
        """Say who gives no more than so many minutes a month."""
        return np.asarray(self._cap("budget_minutes", rows) < NO_LIMIT, dtype=np.bool_)

    def clashing(
        self, rows: Ints, demand: Demand, *, option: Option, in_person: Flags
    ) -> Iterator[int]:
        """Yield the places in ``rows``, in order, of whom the day or the way does not allow it."""
        near = self._near(option)
        if not near:
            return
        for place in np.flatnonzero(np.isin(rows, np.fromiter(near, np.int64, len(near)))).tolist():
            engaged = self._engaged[int(rows[place])]
            chosen = "in_person" if in_person[place] else "virtual"
            added = engagements_at(demand, option, format=chosen)
            day = max_per_day(engaged.speaker, added, standing=engaged.standing)
            way = travel_time(
                engaged.speaker, added, standing=engaged.standing, geography=self._geography
            )
            if not (day.kept and way.kept):
                yield place

    def _near(self, option: Option) -> set[int]:
        near: set[int] = set()
        for added in option.sessions:
            for day in _days_of_span(added.day, added.start, added.end):
                near |= self._rows_by_day.get(day, set())
        return near

    def _cap(self, name: str, rows: Ints) -> Ints:
        return self._caps[name][rows]


def _days_of(engagement: Engagement) -> Iterator[tuple[str, int]]:
    session = engagement.session
    return _days_of_span(session.day, session.start, session.end)


def _days_of_span(day: int, start: int, end: int) -> Iterator[tuple[str, int]]:
    """The local day and every frame of the absolute clock: what overlaps shares one of them."""
    yield "day", day
    for frame in range(start // FRAME_MINUTES, max(start, end - 1) // FRAME_MINUTES + 1):
        yield "frame", frame


def _used(family: Family[int, np.int32] | Family[int, np.int64], key: int, rows: Ints) -> Ints:
    column = family.get(key)
    if column is None:
        return np.zeros(1, dtype=np.int64)
    return np.asarray(column[rows], dtype=np.int64)
