"""Put the numbers of a problem side by side: columns, rows and both tiers' points.

A frame is what the relaxation, the bound and the search share. It decides
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from scheduler.matching.candidates import Columns, find_columns
from scheduler.matching.clashes import clash_rows
from scheduler.matching.objective import filled_weight
from scheduler.matching.problem import Problem
from scheduler.matching.rows import Rows, cap_rows, host_rows, joined
from scheduler.matching.tables import NO_LIMIT, Ints

TierNumber = Literal[1, 2]
MANY_COLUMNS = 200_000


@dataclass(frozen=True)
class Frame:
    """Columns with everything counted about them.

    ``team`` is the number of speakers at each option, ``weight`` its
    first-tier points, ``sessions`` its sessions. ``limits`` are rows over
    columns (caps and clashes), ``hosts`` rows over options. ``most_sessions``
    bounds what each speaker can take in all; ``school`` numbers the school of
    each option, ``filled`` counts its requests filled earlier, ``most_filled``
    those that have a column.
    """

    problem: Problem
    columns: Columns
    limits: Rows
    hosts: Rows
    team: Ints
    weight: Ints
    sessions: Ints
    history: Ints
    most_sessions: Ints
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
        columns = find_columns(problem)
        is_large = len(columns) > many_columns
        demands = [problem.demands[number] for number in columns.option_demand]
        schools = sorted({demand.school for demand in problem.demands})
        number_of = {school: number for number, school in enumerate(schools)}
        served = [problem.demands[number].school for number in np.unique(columns.demand)]
        asked = np.bincount(_ints([number_of[s] for s in served]), minlength=len(schools))
        pairs = list(zip(demands, columns.options, strict=True))
        return cls(
            problem=problem,
            columns=columns,
            limits=_limits(problem, columns, is_large=is_large),
            hosts=host_rows(problem, columns),
            team=_ints([demand.speakers for demand in demands]),
            weight=_ints([filled_weight(*pair) for pair in pairs]),
            sessions=_ints([len(option.sessions) for option in columns.options]),
            history=_ints([speaker.history for speaker in problem.speakers]),
            most_sessions=_most_sessions(problem, columns),
            school=_ints([number_of[demand.school] for demand in demands]),
            filled=_ints([problem.filled_by_school.get(school, 0) for school in schools]),
            most_filled=np.asarray(asked, dtype=np.int64),
            is_large=is_large,
        )


def _limits(problem: Problem, columns: Columns, *, is_large: bool) -> Rows:
    caps = cap_rows(problem, columns)
    if is_large:
        return caps
    return joined((caps, clash_rows(problem, columns, among=np.arange(len(columns)))))


def _most_sessions(problem: Problem, columns: Columns) -> Ints:
    counts = _ints([len(option.sessions) for option in columns.options])
    pair = columns.speaker * len(problem.demands) + columns.demand
    keys, place = np.unique(pair, return_inverse=True)
    most = np.zeros(len(keys), dtype=np.int64)
    np.maximum.at(most, place, counts[columns.option])
    total = np.zeros(len(problem.speakers), dtype=np.int64)
    np.add.at(total, keys // max(1, len(problem.demands)), most)
    months = {session.month for option in columns.options for session in option.sessions}
    weeks = {session.week for option in columns.options for session in option.sessions}
    for row, speaker in enumerate(problem.speakers):
        monthly = NO_LIMIT if speaker.max_per_month is None else speaker.max_per_month
        weekly = NO_LIMIT if speaker.max_per_week is None else speaker.max_per_week
        total[row] = min(int(total[row]), monthly * len(months), weekly * len(weeks))
    return total


def _ints(numbers: list[int]) -> Ints:
    return np.array(numbers, dtype=np.int64)
