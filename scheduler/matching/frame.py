"""Put the numbers of a problem side by side: columns, rows and both tiers' points.

A frame is what the relaxation, the bound and the search share. It decides
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from scheduler.matching.candidates import Columns, find_columns
from scheduler.matching.clashes import Clashes
from scheduler.matching.objective import filled_weight
from scheduler.matching.problem import Problem
from scheduler.matching.rows import Rows, cap_rows, host_rows, joined, without_repeats
from scheduler.matching.screening import Screen
from scheduler.matching.tables import Flags, Ints, SpeakerTable

TierNumber = Literal[1, 2]
MANY_COLUMNS = 200_000


@dataclass(frozen=True)
class Frame:
    """Columns with everything counted about them.

    ``team`` is the number of speakers at each option, ``weight`` its
    first-tier points, ``sessions`` its sessions. ``limits`` are rows over
    columns (caps and clashes), ``hosts`` rows over options. ``most_sessions``
    and ``most_bookings`` bound what each speaker can take in all, ``has_series``
    says whether a column of theirs has several sessions; ``school`` numbers the school of
    each option, ``filled`` counts its requests filled earlier, ``most_filled``
    those that have a column.
    """

    problem: Problem
    columns: Columns
    clashes: Clashes
    limits: Rows
    hosts: Rows
    team: Ints
    weight: Ints
    sessions: Ints
    history: Ints
    most_sessions: Ints
    most_bookings: Ints
    has_series: Flags
    school: Ints
    filled: Ints
    most_filled: Ints
    is_large: bool

    @classmethod
    def of(cls, problem: Problem, *, many_columns: int = MANY_COLUMNS) -> Frame:
        """Work out the frame of a problem.

        With more than ``many_columns`` columns the frame is large: its clashes
        are left to whoever knows which columns matter.
        """
        screen = Screen(problem)
        columns = find_columns(problem, screen=screen)
        clashes = Clashes(problem, columns, speakers=screen.speakers)
        is_large = len(columns) > many_columns
        demands = [problem.demands[number] for number in columns.option_demand]
        schools = sorted({demand.school for demand in problem.demands})
        number_of = {school: number for number, school in enumerate(schools)}
        served = [problem.demands[number].school for number in np.unique(columns.demand)]
        asked = np.bincount(_ints([number_of[s] for s in served]), minlength=len(schools))
        sessions, bookings = _most_within_caps(columns, screen.speakers)
        pairs = list(zip(demands, columns.options, strict=True))
        return cls(
            problem=problem,
            columns=columns,
            clashes=clashes,
            limits=_limits(problem, columns, clashes=None if is_large else clashes),
            hosts=host_rows(problem, columns),
            team=_ints([demand.speakers for demand in demands]),
            weight=_ints([filled_weight(*pair) for pair in pairs]),
            sessions=_ints([len(option.sessions) for option in columns.options]),
            history=screen.speakers.history,
            most_sessions=sessions,
            most_bookings=bookings,
            has_series=has_series(columns, np.arange(len(columns)), speakers=len(sessions)),
            school=_ints([number_of[demand.school] for demand in demands]),
            filled=_ints([problem.filled_by_school.get(school, 0) for school in schools]),
            most_filled=np.asarray(asked, dtype=np.int64),
            is_large=is_large,
        )


def _limits(problem: Problem, columns: Columns, *, clashes: Clashes | None) -> Rows:
    caps = cap_rows(problem, columns)
    if clashes is None:
        return caps
    return joined((without_repeats(caps), clashes.rows(np.arange(len(columns)))))


def most_of_each(columns: Columns, among: Ints, *, speakers: int) -> tuple[Ints, Ints]:
    """Return the most sessions, and bookings, of each speaker, one option a request counted."""
    sessions = np.diff(columns.sessions.first)[columns.option[among]]
    most, requests = int(sessions.max(initial=0)) + 1, len(columns.first_option)
    pair = columns.speaker[among] * requests + columns.demand[among]
    # In order, the last key of each pair is the one with most sessions.
    key = np.sort(pair * most + sessions)
    last = key[np.diff(key // most, append=-1) != 0]
    speaker = last // most // requests
    total = np.bincount(speaker, weights=last % most, minlength=speakers)
    return total.astype(np.int64), np.bincount(speaker, minlength=speakers)


def has_series(columns: Columns, among: Ints, *, speakers: int) -> Flags:
    """Say which speakers could take several sessions at once."""
    sessions = np.diff(columns.sessions.first)[columns.option[among]]
    found = np.zeros(speakers, dtype=np.bool_)
    found[columns.speaker[among[sessions > 1]]] = True
    return found


def _most_within_caps(columns: Columns, speakers: SpeakerTable) -> tuple[Ints, Ints]:
    everything = np.arange(len(columns))
    sessions, bookings = most_of_each(columns, everything, speakers=len(speakers.history))
    months, weeks = len(np.unique(columns.sessions.month)), len(np.unique(columns.sessions.week))
    within = np.minimum(speakers.max_per_month * months, speakers.max_per_week * weeks)
    return np.minimum(sessions, within), np.minimum(bookings, within)


def _ints(numbers: list[int]) -> Ints:
    return np.array(numbers, dtype=np.int64)
