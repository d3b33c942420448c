"""Lay speakers and options out as arrays, so that one rule is one comparison.

The tables hold the same facts as the domain values and decide nothing. Row
numbers are positions in the problem's tuples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from scheduler.domain.assignments import (
    EARTH_RADIUS_KM,
    IN_PERSON,
    VIRTUAL,
    Geography,
    Option,
    Place,
    Span,
    Speaker,
)

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
NO_LIMIT = 2**40
NEVER = -1
MINUTES_PER_DAY = 1440
MOST_OWNER_DAYS, FEW_PER_DAY = 50_000_000, 6

K = TypeVar("K")


class SpanTable:
    """Disjoint spans of many owners, each owner's in order.

    A look-up costs a few comparisons where spans are spread over many days, else one binary
    search over all spans; either way whatever their grid. Memory: four bytes for each owner and
    day besides the spans.
    """

    def __init__(self, spans_by_owner: Sequence[Sequence[Span]]) -> None:
        counts = [len(spans) for spans in spans_by_owner]
        flat = np.fromiter(
            chain.from_iterable(chain.from_iterable(spans_by_owner)),
            dtype=np.int64,
            count=2 * sum(counts),
        )
        self._owner: Ints = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
        self._start, self._end = flat[0::2].copy(), flat[1::2].copy()
        self._origin = int(flat.min()) if len(flat) else 0
        self._width = (int(flat.max()) if len(flat) else 0) - self._origin + 2
        self._key: Ints = self._owner * self._width + (self._start - self._origin)
        self._days = -(-self._width // MINUTES_PER_DAY)
        self._most_per_day, self._first = 0, np.zeros(0, dtype=np.int32)
        self._key_or_end = self._key
        if len(flat) and len(counts) * self._days <= MOST_OWNER_DAYS:
            self._index_days(owners=len(counts))

    def covers(self, owner: Ints, start: Ints, *, end: Ints) -> Flags:
        """Say whether one span of the owner holds all of ``[start, end)``."""
        found = self._last_before(owner, start + 1)
        return self._is_of(found, owner) & (end <= self._end_of(found))

    def touches(self, owner: Ints, start: Ints, *, end: Ints) -> Flags:
        """Say whether a span of the owner shares a minute with ``[start, end)``."""
        found = self._last_before(owner, end)
        return self._is_of(found, owner) & (start < self._end_of(found))

    def _index_days(self, *, owners: int) -> None:
        cell = self._owner * self._days + (self._start - self._origin) // MINUTES_PER_DAY
        counts = np.bincount(cell, minlength=owners * self._days)
        if counts.max() <= FEW_PER_DAY:
            self._most_per_day = int(counts.max())
            self._first = np.cumsum(counts, dtype=np.int32) - counts.astype(np.int32)
            end = np.full(self._most_per_day, np.iinfo(np.int64).max)
            self._key_or_end = np.concatenate((self._key, end))

    def _last_before(self, owner: Ints, minute: Ints) -> Ints:
        """Return the last span that starts before a minute; it may be another owner's, or -1."""
        within = np.clip(minute - self._origin, 0, self._width - 1)
        key = owner * self._width + within
        if not self._most_per_day:
            return np.asarray(np.searchsorted(self._key, key, side="left") - 1, dtype=np.int64)
        first = self._first[owner * self._days + within // MINUTES_PER_DAY].astype(np.int64)
        found = first - 1
        for place in range(self._most_per_day):
            found += self._key_or_end[first + place] < key
        return np.asarray(found, dtype=np.int64)

    def _is_of(self, found: Ints, owner: Ints) -> Flags:
        if not len(self._key):
            return np.zeros(np.broadcast(found, owner).shape, dtype=np.bool_)
        return np.asarray((found >= 0) & (self._owner[found] == owner), dtype=np.bool_)

    def _end_of(self, found: Ints) -> Ints:
        return self._end[found] if len(self._key) else np.zeros_like(found)


class SpeakerTable:
    """All speakers, one row each."""

    def __init__(self, speakers: Sequence[Speaker], *, geography: Geography) -> None:
        self._speakers = speakers
        self._geography = geography
        self.row_by_id = {speaker.id: row for row, speaker in enumerate(speakers)}
        self.offers_in_person = self._flags(lambda speaker: IN_PERSON in speaker.formats)
        self.offers_virtual = self._flags(lambda speaker: VIRTUAL in speaker.formats)
        self.home_x = self._floats(lambda speaker: speaker.home.x if speaker.home else np.nan)
        self.home_y = self._floats(lambda speaker: speaker.home.y if speaker.home else np.nan)
        self.max_km = self._floats(lambda s: np.inf if s.max_km is None else s.max_km)
        self.earliest_day = self._ints(lambda speaker: speaker.earliest_day)
        self.buffer_minutes = self._ints(lambda speaker: speaker.buffer_minutes)
        self.min_minutes = self._ints(lambda speaker: speaker.min_minutes)
        self.min_online_minutes = self._ints(_shortest_online)
        self.max_per_day = self._ints(lambda speaker: _limit(speaker.max_per_day))
        self.max_per_week = self._ints(lambda speaker: _limit(speaker.max_per_week))
        self.max_per_month = self._ints(lambda speaker: _limit(speaker.max_per_month))
        self.budget_minutes = self._ints(lambda speaker: _limit(speaker.budget_minutes))
        self.history = self._ints(lambda speaker: speaker.history)
        self.free = SpanTable([speaker.free or () for speaker in speakers])
        self.busy = SpanTable([speaker.busy for speaker in speakers])

    @cached_property
    def level_by_topic(self) -> dict[str, Ints]:
        """Return each topic's levels by speaker, ``NEVER`` where not known."""
        return self._columns(lambda speaker: speaker.level_by_topic.items())

    @cached_property
    def grade_flags(self) -> dict[int, Flags]:
        """Return who visits each grade."""
        return self._memberships(lambda speaker: speaker.grades)

    @cached_property
    def language_flags(self) -> dict[str, Flags]:
        """Return who speaks each language."""
        return self._memberships(lambda speaker: speaker.languages)

    @cached_property
    def kind_flags(self) -> dict[str, Flags]:
        """Return who is of each kind."""
        return self._memberships(lambda speaker: (speaker.kind,))

    @cached_property
    def clearances(self) -> tuple[tuple[Ints, Ints, Ints], ...]:
        """Return layers of (first day, last day, school number), one span each.

        A speaker with fewer spans has empty ones; school ``NEVER`` is any school.
        """
        depth = max((len(speaker.clearances) for speaker in self._speakers), default=0)
        return tuple(self._clearance_layer(rank) for rank in range(depth))

    @cached_property
    def school_numbers(self) -> dict[str, int]:
        """Return a number for each school that a clearance names."""
        named = {span.school for s in self._speakers for span in s.clearances if span.school}
        return {school: number for number, school in enumerate(sorted(named))}

    def km_to(self, place: Place, rows: Ints) -> Floats:
        """Return kilometres from the homes of these rows; NaN without a home."""
        here = np.full(len(rows), place.x), np.full(len(rows), place.y)
        return distance_km(self._geography, (self.home_x[rows], self.home_y[rows]), here)

    def minutes_for(self, km: Floats) -> Ints:
        """Return travel minutes for straight kilometres, rounded up."""
        road = km * self._geography.road_factor / self._geography.speed_km_per_minute
        return np.ceil(road - 1e-9).astype(np.int64)

    def _clearance_layer(self, rank: int) -> tuple[Ints, Ints, Ints]:
        first = np.full(len(self._speakers), NO_LIMIT, dtype=np.int64)
        last = np.full(len(self._speakers), -NO_LIMIT, dtype=np.int64)
        school = np.full(len(self._speakers), NEVER, dtype=np.int64)
        for row, speaker in enumerate(self._speakers):
            if rank < len(speaker.clearances):
                span = speaker.clearances[rank]
                first[row] = span.first_day
                last[row] = _limit(span.last_day)
                school[row] = NEVER if span.school is None else self.school_numbers[span.school]
        return first, last, school

    def _columns(self, pairs_of: Callable[[Speaker], Iterable[tuple[str, int]]]) -> dict[str, Ints]:
        columns: dict[str, Ints] = {}
        for row, speaker in enumerate(self._speakers):
            for key, value in pairs_of(speaker):
                if key not in columns:
                    columns[key] = np.full(len(self._speakers), NEVER, dtype=np.int64)
                columns[key][row] = value
        return columns

    def _memberships(self, keys_of: Callable[[Speaker], Iterable[K]]) -> dict[K, Flags]:
        flags: dict[K, Flags] = {}
        for row, speaker in enumerate(self._speakers):
            for key in keys_of(speaker):
                if key not in flags:
                    flags[key] = np.zeros(len(self._speakers), dtype=np.bool_)
                flags[key][row] = True
        return flags

    def _flags(self, of: Callable[[Speaker], bool]) -> Flags:
        return np.array([of(speaker) for speaker in self._speakers], dtype=np.bool_)

    def _floats(self, of: Callable[[Speaker], float]) -> Floats:
        return np.array([of(speaker) for speaker in self._speakers], dtype=np.float64)

    def _ints(self, of: Callable[[Speaker], int]) -> Ints:
        return np.array([of(speaker) for speaker in self._speakers], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class SessionTable:
    """The sessions of some options, one row each, options in order.

    ``first`` is the row at which each option begins.
    """

    start: Ints
    end: Ints
    day: Ints
    week: Ints
    month: Ints
    first: Ints

    @classmethod
    def of(cls, options: Sequence[Option]) -> SessionTable:
        """Lay out the sessions of these options."""
        rows = [
            (each.start, each.end, each.day, each.week, each.month)
            for option in options
            for each in option.sessions
        ]
        flat = np.array(rows, dtype=np.int64).reshape(-1, 5)
        counts = np.array([len(option.sessions) for option in options], dtype=np.int64)
        first = np.concatenate(([0], np.cumsum(counts)))
        start, end, day, week, month = flat.T
        return cls(start, end, day, week, month, first)


def distance_km(geography: Geography, a: tuple[Floats, Floats], b: tuple[Floats, Floats]) -> Floats:
    """Return straight kilometres between points (x, y), pair by pair; NaN where one is NaN.

    The twin of ``Geography.distance_km``.
    """
    if geography.metric == "plane":
        return np.asarray(np.hypot(a[0] - b[0], a[1] - b[1]), dtype=np.float64)
    half_lat, half_lon = np.radians(b[1] - a[1]) / 2, np.radians(b[0] - a[0]) / 2
    shrink = np.cos(np.radians(a[1])) * np.cos(np.radians(b[1]))
    chord = np.sin(half_lat) ** 2 + shrink * np.sin(half_lon) ** 2
    angle = np.arcsin(np.sqrt(np.minimum(1.0, chord)))
    return np.asarray(2 * EARTH_RADIUS_KM * angle, dtype=np.float64)


def _shortest_online(speaker: Speaker) -> int:
    online = speaker.min_online_minutes
    return speaker.min_minutes if online is None else online


def _limit(cap: int | None) -> int:
    return NO_LIMIT if cap is None else cap
