"""Improve a large plan piece by piece.

A few requests that compete for the same people are taken back and planned
anew, as well as can be, while the rest of the plan stays. What comes out is
never worse. This proves nothing; the bound does.

Source: large neighbourhood search; P. Shaw, CP98 (1998).
"""

from __future__ import annotations

from collections import deque

import numpy as np

from scheduler.matching.frame import Frame
from scheduler.matching.goal import Goal, value_of
from scheduler.matching.milp import solve_model
from scheduler.matching.relaxation import Relaxation
from scheduler.matching.tables import Ints

FIRST_SIZE = 60
PATIENCE = 3
QUICK_SECONDS, SLOW_SECONDS = 0.6, 4.0


class Neighbourhoods:
    """A plan that is being improved, over a pool of columns worth trying.

    ``pool`` holds columns in order, those of the plan among them; the rows of
    the frame must cover their clashes.
    """

    def __init__(self, frame: Frame, goal: Goal, *, pool: Ints, chosen: Ints) -> None:
        self._frame, self._goal = frame, goal
        self._pool, self._chosen = pool, chosen
        self._random = np.random.default_rng(goal.seed)
        self._pool_demand = frame.columns.demand[pool]
        self._size = FIRST_SIZE

    def improved(self, *, target: int) -> Ints:
        """Return the plan's columns once it reaches the target or time is up.

        Gives up, too, when tries enough to visit every request bring nothing.
        """
        value, fruitless = self._value(), 0
        while value < target and self._goal.seconds_left > 0.05:
            seeds = self._seeds()
            if not len(seeds) or fruitless * self._size > PATIENCE * len(seeds):
                break
            self._replan(self._around(int(self._random.choice(seeds))))
            fruitless = 0 if self._value() > value else fruitless + 1
            value = self._value()
        return self._chosen

    def _value(self) -> int:
        return value_of(self._frame, self._chosen, tier=self._goal.tier)

    def _seeds(self) -> Ints:
        requests = np.unique(self._pool_demand)
        if self._goal.tier == 1:
            return np.setdiff1d(requests, self._frame.columns.demand[self._chosen])
        return requests

    def _around(self, seed: int) -> Ints:
        """Return requests, the seed first, linked by people who could serve both."""
        holders: dict[int, list[int]] = {}
        columns = self._frame.columns
        for column in self._chosen.tolist():
            speaker = int(columns.speaker[column])
            holders.setdefault(speaker, []).append(int(columns.demand[column]))
        found, waiting = {seed}, deque([seed])
        while waiting and len(found) < self._size:
            members = self._members(waiting.popleft())
            speakers = np.unique(columns.speaker[members])
            for speaker in self._random.permutation(speakers).tolist():
                for demand in holders.get(speaker, ()):
                    if demand not in found and len(found) < self._size:
                        found.add(demand)
                        waiting.append(demand)
        return np.array(sorted(found), dtype=np.int64)

    def _members(self, demand: int) -> Ints:
        low, high = np.searchsorted(self._pool_demand, [demand, demand + 1])
        return self._pool[low:high]

    def _replan(self, requests: Ints) -> None:
        frame, goal = self._frame, self._goal
        kept = self._chosen[~np.isin(frame.columns.demand[self._chosen], requests)]
        among = np.union1d(self._pool[np.isin(self._pool_demand, requests)], kept)
        relaxation = Relaxation(frame, among, tier=goal.tier, floor=goal.floor, fixed=kept)
        seconds_before = goal.seconds_left
        answer = solve_model(
            relaxation.model(),
            is_whole=True,
            seconds=min(SLOW_SECONDS, goal.seconds_left),
            seed=goal.seed,
            start=relaxation.start(self._chosen),
        )
        self._adapt(seconds_before - goal.seconds_left, is_whole=answer.outcome == "optimal")
        if answer.values is not None:
            again = relaxation.chosen(answer.values)
            if value_of(frame, again, tier=goal.tier) >= self._value():
                self._chosen = again

    def _adapt(self, seconds: float, *, is_whole: bool) -> None:
        if is_whole and seconds < QUICK_SECONDS:
            self._size = int(self._size * 1.25) + 1
        elif not is_whole:
            self._size = max(8, int(self._size * 0.7))
