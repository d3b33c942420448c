"""Say what a search is after: a tier, a deadline, and how to count.

Deadlines are on the monotonic clock, so that no change of the wall clock ends
a search early.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np

from scheduler.matching.face import Face
from scheduler.matching.frame import Frame, TierNumber
from scheduler.matching.linear import LinearModel
from scheduler.matching.milp import Answer, solve_model
from scheduler.matching.proposal import Cancelled
from scheduler.matching.rows import ranks
from scheduler.matching.tables import Floats, Ints


@dataclass(frozen=True, slots=True)
class Goal:
    """Which tier to climb, by when, and the first tier's value to hold.

    ``face`` is what the first tier's prices say of the plans that hold it.
    """

    tier: TierNumber
    deadline: float
    seed: int = 0
    floor: int = 0
    face: Face | None = None
    most_columns: int = 60_000
    is_cancelled: Cancelled = lambda: False

    @property
    def seconds_left(self) -> float:
        """Return the seconds until the deadline, by the monotonic clock; none once cancelled."""
        return -math.inf if self.is_cancelled() else self.deadline - time.monotonic()

    def solve(
        self,
        model: LinearModel,
        *,
        is_whole: bool,
        seconds: float | None = None,
        start: Floats | None = None,
    ) -> Answer:
        """Return the solver's answer to a model, by default within all seconds that are left."""
        return solve_model(
            model,
            is_whole=is_whole,
            seconds=self.seconds_left if seconds is None else seconds,
            seed=self.seed,
            start=start,
            is_cancelled=self.is_cancelled,
        )


def value_of(frame: Frame, chosen: Ints, *, tier: TierNumber) -> int:
    """Return what the chosen columns are worth in a tier."""
    columns = frame.columns
    options = np.unique(columns.option[chosen])
    if tier == 1:
        return int(frame.weight[options].sum())
    weights = frame.problem.weights
    sessions = np.bincount(
        columns.speaker[chosen],
        weights=frame.sessions[columns.option[chosen]],
        minlength=len(frame.history),
    ).astype(np.int64)
    steps = frame.history * sessions + sessions * (sessions - 1) // 2
    school = np.sort(frame.school[options])
    rank = frame.filled[school] + ranks(np.unique(school, return_counts=True)[1]) + 1
    points = int(columns.points[chosen].sum()) + int((weights.equity // rank).sum())
    return points - weights.fairness * int(steps.sum())
