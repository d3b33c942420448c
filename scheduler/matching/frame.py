"""Put the numbers of a problem side by side: columns, rows and both tiers' points.

A frame is what the relaxation, the bound and the search share. It decides
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from scheduler.matching.candidates import Columns, Screen, find_columns
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
    each option, ``filled`` and ``most_filled`` count its requests.
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

    @classmethod
    def of(cls, problem: Problem, *, screen: Screen | None = None) -> Frame:
        """Work out the frame of a problem."""
        columns = find_columns(problem, screen=screen)
        demands = [problem.demands[number] for number in columns.option_demand]
        schools = sorted({demand.school for demand in problem.demands})
        number_of = {school: number for number, school in enumerate(schools)}
        asked = np.bincount(
            [number_of[demand.school] for demand in problem.demands], minlength=len(schools)
        )
        pairs = list(zip(demands, columns.options, strict=True))
        return cls(
            problem=problem,
            columns=columns,
            limits=_limits(problem, columns),
            hosts=host_rows(problem, columns),
            team=_ints([demand.speakers for demand in demands]),
            weight=_ints([filled_weight(*pair) for pair in pairs]),
            sessions=_ints([len(option.sessions) for option in columns.options]),
            history=_ints([speaker.history for speaker in problem.speakers]),
            most_sessions=_most_sessions(problem, columns),
            school=_ints([number_of[demand.school] for demand in demands]),
            filled=_ints([problem.filled_by_school.get(school, 0) for school in schools]),
            most_filled=np.asarray(asked, dtype=np.int64),
        )

    def fairness_steps(self, speaker: int) -> list[int]:
        """Return the points of each further session of a speaker, best first."""
        weight, history = self.problem.weights.fairness, int(self.history[speaker])
        return [-weight * (history + step) for step in range(int(self.most_sessions[speaker]))]

    def equity_steps(self, school: int) -> list[int]:
        """Return the points of each further filled request of a school, best first."""
        first = int(self.filled[school]) + 1
        ranks = range(first, first + int(self.most_filled[school]))
        steps = [self.problem.weights.equity // rank for rank in ranks]
        return [points for points in steps if points]


def _limits(problem: Problem, columns: Columns) -> Rows:
    caps = cap_rows(problem, columns)
    if len(columns) > MANY_COLUMNS:
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
