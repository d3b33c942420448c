"""Find sessions that one speaker cannot both reach, as cliques of columns.

Two columns of different requests clash when the gap between a session of each
is shorter than the speaker's buffer and the way. Pairs that a cap of one keeps
apart already are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from scheduler.domain.assignments import Place
from scheduler.matching.candidates import Columns
from scheduler.matching.problem import Problem
from scheduler.matching.rows import Rows, clique_rows, ranks
from scheduler.matching.tables import Flags, Floats, Ints, SpeakerTable, distance_km

LONGEST_DAY = 25 * 60


class Clashes:
    """The sessions of a problem's columns, ready to be asked which of them clash.

    The twin of the rule ``travel_time`` for pairs of columns. Asking costs a
    sort of the sessions asked about, and the pairs near each other.
    """

    def __init__(self, problem: Problem, columns: Columns, *, speakers: SpeakerTable) -> None:
        self._columns, self._speakers = columns, speakers
        self._geography = problem.geography
        self._sessions = columns.sessions
        self._school_x, self._school_y = _coordinates([d.place for d in problem.demands])
        single = (speakers.max_per_week == 1) | (speakers.max_per_month == 1)
        self._may_visit_twice = ~single

    def rows(self, among: Ints) -> Rows:
        """Return rows that cover every clash among these columns."""
        return clique_cover(*self.pairs(among))

    def pairs(self, among: Ints) -> tuple[Ints, Ints]:
        """Return every clash among these columns once, as (lower, higher) column numbers."""
        column, session = self._spread(among)
        one, other = self._neighbours(column, session)
        is_clash = self._clash(column[one], session[one], others=(column[other], session[other]))
        a, b = column[one[is_clash]], column[other[is_clash]]
        low, high = np.minimum(a, b), np.maximum(a, b)
        keys = np.unique(low * len(self._columns) + high)
        return keys // max(1, len(self._columns)), keys % max(1, len(self._columns))

    def _spread(self, among: Ints) -> tuple[Ints, Ints]:
        """Return (column, session) of the columns, by speaker and then by start."""
        columns, sessions = self._columns, self._sessions
        able = among[self._may_visit_twice[columns.speaker[among]]]
        option = columns.option[able]
        counts = sessions.first[option + 1] - sessions.first[option]
        column = np.repeat(able, counts)
        session = np.repeat(sessions.first[option], counts) + ranks(counts)
        order = np.lexsort((sessions.start[session], columns.speaker[column]))
        return column[order], session[order]

    def _neighbours(self, column: Ints, session: Ints) -> tuple[Ints, Ints]:
        """Return places of pairs near enough to be worth a closer look, the earlier first."""
        start, end = self._sessions.start[session], self._sessions.end[session]
        speaker, demand = self._columns.speaker[column], self._columns.demand[column]
        if not len(column):
            return column, column
        origin = int(start.min())
        width = int(end.max()) - origin + LONGEST_DAY + 1
        key = speaker * width + (start - origin)
        # Beyond the same day, a gap of no minutes is enough.
        reach = speaker * width + (end - origin) + LONGEST_DAY
        place = np.arange(len(column))
        counts = np.maximum(0, np.searchsorted(key, reach, side="left") - place - 1)
        one = np.repeat(place, counts)
        other = one + 1 + ranks(counts)
        kept = demand[one] != demand[other]
        return one[kept], other[kept]

    def _clash(self, column: Ints, session: Ints, *, others: tuple[Ints, Ints]) -> Flags:
        sessions, table = self._sessions, self._speakers
        speaker = self._columns.speaker[column]
        gap = sessions.start[others[1]] - sessions.end[session]
        is_same_day = sessions.day[session] == sessions.day[others[1]]
        needed = table.buffer_minutes[speaker] + self._way(column, others[0])
        needed = np.where(is_same_day & (gap >= 0), needed, 0)
        is_apart = is_same_day & (table.max_per_day[speaker] == 1)
        return np.asarray((gap < needed) & ~is_apart, dtype=np.bool_)

    def _way(self, first: Ints, second: Ints) -> Ints:
        ends = [self._whereabouts(each) for each in (first, second)]
        km = distance_km(self._geography, *ends)
        is_on_site = self._columns.in_person[first] | self._columns.in_person[second]
        minutes = self._speakers.minutes_for(np.where(np.isnan(km), 0.0, km))
        return np.where(is_on_site, minutes, 0)

    def _whereabouts(self, column: Ints) -> tuple[Floats, Floats]:
        speaker, demand = self._columns.speaker[column], self._columns.demand[column]
        at_school = self._columns.in_person[column]
        return (
            np.where(at_school, self._school_x[demand], self._speakers.home_x[speaker]),
            np.where(at_school, self._school_y[demand], self._speakers.home_y[speaker]),
        )


def clique_cover(first: Ints, second: Ints) -> Rows:
    """Return rows that allow one column of each clashing pair, as few as a greedy cover finds."""
    clashing: dict[int, set[int]] = {}
    for a, b in zip(first.tolist(), second.tolist(), strict=True):
        clashing.setdefault(a, set()).add(b)
        clashing.setdefault(b, set()).add(a)
    return clique_rows(list(dict.fromkeys(_cover(clashing))))


def _coordinates(places: Sequence[Place | None]) -> tuple[Floats, Floats]:
    nowhere = (np.nan, np.nan)
    pairs = [nowhere if place is None else (place.x, place.y) for place in places]
    x, y = np.array(pairs, dtype=np.float64).reshape(-1, 2).T
    return x, y


def _cover(clashing: dict[int, set[int]]) -> Iterator[tuple[int, ...]]:
    """Yield cliques, greedily grown, until every clash lies in one."""
    open_pairs = {(a, b) for a, others in clashing.items() for b in others if a < b}
    for pair in sorted(open_pairs):
        if pair not in open_pairs:
            continue
        a, b = pair
        clique = [a, b]
        shared = clashing[a] & clashing[b]
        while shared:
            joining = max(sorted(shared), key=lambda column: len(shared & clashing[column]))
            clique.append(joining)
            shared = shared & clashing[joining]
        clique.sort()
        open_pairs -= {(x, y) for place, x in enumerate(clique) for y in clique[place + 1 :]}
        yield tuple(clique)
