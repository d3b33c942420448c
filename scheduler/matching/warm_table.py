"""A table of all speakers that is kept true edit by edit, so that one request is asked at once.

It holds the facts the rules look at, one row for each speaker, and decides nothing. Putting or
removing one speaker costs well under a millisecond whatever the number of speakers; only when
the spare rows are used up are the columns copied once, with a quarter more.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Protocol

import numpy as np

from scheduler.domain.assignments import (
    IN_PERSON,
    VIRTUAL,
    ClearanceSpan,
    Demand,
    Engagement,
    Geography,
    Speaker,
)
from scheduler.matching.tables import NEVER, NO_LIMIT, Flags, Ints
from scheduler.matching.warm_columns import Family
from scheduler.matching.warm_loads import Loads
from scheduler.matching.warm_time import OpenTimes, open_spans

LEAST_SPARE_ROWS = 64
MOST_CLEARANCES = 4


class RowWise(Protocol):
    """Anything that keeps something for each row."""

    @property
    def octets(self) -> int:
        """Return the memory taken."""

    def wipe(self, row: int) -> None:
        """Leave nothing in a row."""

    def grow(self, capacity: int) -> None:
        """Make room for this many rows."""


class WarmTable:
    """Speakers of one district or problem over the frames ``[first_frame, + frames)``.

    A frame is 1,440 minutes of the absolute clock; see ``warm_time``. Ids are distinct.
    """

    def __init__(
        self, *, geography: Geography, first_frame: int, frames: int, room_for: int = 0
    ) -> None:
        rows = room_for + max(room_for // 4, LEAST_SPARE_ROWS)
        self.geography = geography
        self.ids: list[str] = [""] * rows
        self.row_by_id: dict[str, int] = {}
        self.open = OpenTimes(first_frame=first_frame, frames=frames, capacity=rows)
        self.loads = Loads(geography=geography, capacity=rows)
        self.levels = Family[str, np.int32](np.int32, blank=NEVER, capacity=rows)
        self.grades = Family[int, np.bool_](np.bool_, blank=0, capacity=rows)
        self.languages = Family[str, np.bool_](np.bool_, blank=0, capacity=rows)
        self.kinds = Family[str, np.bool_](np.bool_, blank=0, capacity=rows)
        self.formats = Family[str, np.bool_](np.bool_, blank=0, capacity=rows)
        self.floats = Family[str, np.float64](np.float64, blank=np.nan, capacity=rows)
        self.ints = Family[str, np.int64](np.int64, blank=0, capacity=rows)
        self.first_days = Family[int, np.int64](np.int64, blank=NO_LIMIT, capacity=rows)
        self.last_days = Family[int, np.int64](np.int64, blank=-NO_LIMIT, capacity=rows)
        self.schools = Family[int, np.int32](np.int32, blank=NEVER, capacity=rows)
        self.school_numbers: dict[str, int] = {}
        self.more_clearances: dict[int, tuple[ClearanceSpan, ...]] = {}
        self._free_rows = list(range(rows - 1, -1, -1))
        self._parts: tuple[RowWise, ...] = (
            *(self.open, self.loads, self.levels, self.grades, self.languages, self.kinds),
            *(self.formats, self.floats, self.ints, self.first_days, self.last_days, self.schools),
        )

    @classmethod
    def of(
        cls,
        speakers: Iterable[Speaker],
        *,
        geography: Geography,
        standing_by_speaker_id: Mapping[str, tuple[Engagement, ...]] | None = None,
        first_frame: int,
        frames: int,
    ) -> WarmTable:
        """Return a table of these speakers. Cost: a tenth of a millisecond for each."""
        people, standing = tuple(speakers), standing_by_speaker_id or {}
        table = cls(
            geography=geography, first_frame=first_frame, frames=frames, room_for=len(people)
        )
        for speaker in people:
            table.put(speaker, standing=standing.get(speaker.id, ()))
        return table

    def __len__(self) -> int:
        """Return the number of speakers."""
        return len(self.row_by_id)

    @property
    def octets(self) -> int:
        """Return the memory that the columns take at most."""
        return sum(part.octets for part in self._parts)

    def put(self, speaker: Speaker, *, standing: Iterable[Engagement] = ()) -> None:
        """Add a speaker, or replace all that is known of one."""
        row = self.row_by_id.get(speaker.id)
        if row is None:
            row = self._new_row(speaker.id)
        else:
            self._wipe(row)
        self._put_pair_facts(row, speaker)
        self._put_clearances(row, speaker.clearances)
        self.loads.put(row, speaker, standing=standing)
        free = np.array(speaker.free or (), dtype=np.int64).reshape(-1, 2)
        self.open.put(row, open_spans(free, speaker.busy, buffer=speaker.buffer_minutes))

    def remove(self, speaker_id: str) -> None:
        """Take a speaker out; somebody who is not in the table is nobody to take out."""
        row = self.row_by_id.pop(speaker_id, None)
        if row is not None:
            self._wipe(row)
            self.ids[row] = ""
            self._free_rows.append(row)

    def pass_days(self, days: int) -> None:
        """Let everybody's first possible day move on: notice counts from a later today."""
        self.ints["earliest_day"][:] += days

    def covers(self, demand: Demand) -> bool:
        """Say whether every session of the request lies within the table's frames."""
        return all(
            self.open.covers(session) for option in demand.options for session in option.sessions
        )

    def standing_of(self, speaker_id: str) -> tuple[Engagement, ...]:
        """Return what stands in a speaker's calendar."""
        return self.loads.standing_of(self.row_by_id[speaker_id])

    def rows_of(self, speaker_ids: Iterable[str]) -> Ints:
        """Return the rows of those of these speakers who are in the table."""
        known = (self.row_by_id[each] for each in speaker_ids if each in self.row_by_id)
        return np.fromiter(known, dtype=np.int64)

    def languages_spoken(self) -> tuple[str, ...]:
        """Return the languages that somebody in the table speaks, in order."""
        spoken = (language for language in self.languages if self.languages[language].any())
        return tuple(sorted(spoken))

    def cleared(self, rows: Ints, *, day: int, school: str) -> Flags:
        """Say who of these rows has a clearance for that day and school."""
        number = self.school_numbers.get(school, NEVER)
        kept = np.zeros(len(rows), dtype=np.bool_)
        for layer in self.first_days:
            within = (self.first_days[layer][rows] <= day) & (day <= self.last_days[layer][rows])
            named = self.schools.get(layer)
            if named is not None:
                here = named[rows]
                within &= (here == NEVER) | (here == number)
            kept |= within
        for row, spans in self.more_clearances.items():
            kept[rows == row] |= any(span.covers(day, school) for span in spans)
        return kept

    def _put_pair_facts(self, row: int, speaker: Speaker) -> None:
        for topic, level in speaker.level_by_topic.items():
            self.levels[topic][row] = level
        for grade in speaker.grades:
            self.grades[grade][row] = True
        for language in speaker.languages:
            self.languages[language][row] = True
        for format in speaker.formats & {IN_PERSON, VIRTUAL}:
            self.formats[format][row] = True
        self.kinds[speaker.kind][row] = True
        online = speaker.min_online_minutes
        self.ints["min_minutes"][row] = speaker.min_minutes
        self.ints["min_online_minutes"][row] = speaker.min_minutes if online is None else online
        self.ints["earliest_day"][row] = speaker.earliest_day
        self.ints["history"][row] = speaker.history
        self.floats["max_km"][row] = np.inf if speaker.max_km is None else speaker.max_km
        self._put_home(row, speaker)

    def _put_home(self, row: int, speaker: Speaker) -> None:
        if speaker.home is None:
            return
        self.floats["x"][row], self.floats["y"][row] = speaker.home.x, speaker.home.y
        self.floats["cos_latitude"][row] = math.cos(math.radians(speaker.home.y))

    def _put_clearances(self, row: int, spans: tuple[ClearanceSpan, ...]) -> None:
        if len(spans) > MOST_CLEARANCES:
            self.more_clearances[row] = spans[MOST_CLEARANCES:]
        for layer, span in enumerate(spans[:MOST_CLEARANCES]):
            self.first_days[layer][row] = span.first_day
            self.last_days[layer][row] = NO_LIMIT if span.last_day is None else span.last_day
            if span.school is not None:
                number = self.school_numbers.setdefault(span.school, len(self.school_numbers))
                self.schools[layer][row] = number

    def _new_row(self, speaker_id: str) -> int:
        if not self._free_rows:
            self._grow(len(self.ids) + max(len(self.ids) // 4, LEAST_SPARE_ROWS))
        row = self._free_rows.pop()
        self.row_by_id[speaker_id], self.ids[row] = row, speaker_id
        return row

    def _wipe(self, row: int) -> None:
        for part in self._parts:
            part.wipe(row)
        self.more_clearances.pop(row, None)

    def _grow(self, capacity: int) -> None:
        present = len(self.ids)
        self._free_rows.extend(range(capacity - 1, present - 1, -1))
        self.ids.extend([""] * (capacity - present))
        for part in self._parts:
            part.grow(capacity)
