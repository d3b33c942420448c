"""Improve a plan piece by piece.

Some requests that compete for the same people are taken back and planned anew,
as well as can be, while the rest of the plan stays. What comes out is never
worse. This proves nothing; the bound does.

Source: large neighbourhood search; P. Shaw, CP98 (1998).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

import numpy as np

from scheduler.matching.frame import Frame
from scheduler.matching.goal import Goal, value_of
from scheduler.matching.parts import Part, take_back
from scheduler.matching.relaxation import Relaxation
from scheduler.matching.tables import Flags, Floats, Ints

FIRST_SIZE, LEAST_SIZE, MOST_SIZE = 150, 8, 1500
PATIENCE, LEAST_TRIED = 3, 1500
QUICK_SECONDS, SLOW_SECONDS = 0.5, 3.0
SEEDS = 4
SPEAKERS_EACH, WAITING_EACH = 12, 2


class Neighbourhoods:
    """A plan that is being improved, over a pool of columns worth trying.

    ``loss`` tells for each column how much a plan must lose by it, as prices have it; requests
    that lose much are planned anew first.
    """

    def __init__(
        self, frame: Frame, goal: Goal, *, pool: Flags, loss: Floats, chosen: Ints
    ) -> None:
        self._frame, self._goal = frame, goal
        self._pool, self._loss, self._chosen = pool, loss, chosen
        self._random = np.random.default_rng(goal.seed)
        self._size = FIRST_SIZE
        self._value = value_of(frame, chosen, tier=goal.tier)
        columns = frame.columns
        wanted = np.flatnonzero(pool)
        self._wanting = wanted[np.argsort(columns.speaker[wanted], kind="stable")]
        self._first_wanting = np.searchsorted(
            columns.speaker[self._wanting], np.arange(len(frame.history) + 1)
        )
        self._is_possible = np.bincount(columns.demand[wanted], minlength=self._requests) > 0

    @property
    def _requests(self) -> int:
        return len(self._frame.problem.demands)

    def improve(self, *, target: int, tell: Callable[[Ints], None]) -> None:
        """Improve the plan until it reaches the target or time is up; ``tell`` hears each better.

        Gives up, too, when tries enough to visit every request bring nothing; where few are left to
        start from, each is tried from more than once.
        """
        tried_in_vain = 0
        while self._value < target and self._goal.seconds_left > 0.05:
            places = self._places()
            enough = PATIENCE * max(LEAST_TRIED, int(places.sum()))
            if not places.any() or tried_in_vain > enough:
                break
            before = self._value
            tried = self._around(self._seeds(places))
            self._replan(tried)
            tried_in_vain = 0 if self._value > before else tried_in_vain + int(tried.sum())
            if self._value > before:
                tell(self._chosen)

    def _places(self) -> Flags:
        """Say which requests are worth starting from."""
        if self._goal.tier == 2:
            return self._is_possible
        return self._is_possible & ~self._is_filled()

    def _is_filled(self) -> Flags:
        is_filled = np.zeros(self._requests, dtype=np.bool_)
        is_filled[self._frame.columns.demand[self._chosen]] = True
        return is_filled

    def _seeds(self, places: Flags) -> Ints:
        regret = np.full(self._requests, 1e-3)
        if self._goal.tier == 2:
            np.add.at(
                regret,
                self._frame.columns.demand[self._chosen],
                np.clip(self._loss[self._chosen], 0.0, 1e6),
            )
        numbers = np.flatnonzero(places)
        shares = regret[numbers] / regret[numbers].sum()
        count = min(SEEDS, len(numbers))
        return self._random.choice(numbers, size=count, replace=False, p=shares)

    def _around(self, seeds: Ints) -> Flags:
        """Return requests, the seeds first, linked by people who could serve both."""
        columns, is_filled = self._frame.columns, self._is_filled()
        by_speaker = self._chosen[np.argsort(columns.speaker[self._chosen], kind="stable")]
        first_held = np.searchsorted(
            columns.speaker[by_speaker], np.arange(len(self._frame.history) + 1)
        )
        found = np.zeros(self._requests, dtype=np.bool_)
        found[seeds] = True
        is_known = np.zeros(len(self._frame.history), dtype=np.bool_)
        waiting, count = deque(seeds.tolist()), len(seeds)
        while waiting and count < self._size:
            for speaker in self._some_speakers(waiting.popleft(), is_known):
                held = by_speaker[first_held[speaker] : first_held[speaker + 1]]
                wanting = self._wanting[
                    self._first_wanting[speaker] : self._first_wanting[speaker + 1]
                ]
                others = columns.demand[wanting]
                others = self._some(np.unique(others[~is_filled[others]]), WAITING_EACH)
                for demand in (*columns.demand[held].tolist(), *others.tolist()):
                    if not found[demand]:
                        found[demand] = True
                        waiting.append(demand)
                        count += 1
        return found

    def _some_speakers(self, demand: int, is_known: Flags) -> Iterable[int]:
        columns = self._frame.columns
        options = columns.first_option[demand], columns.first_option[demand + 1]
        first, last = columns.first[options[0]], columns.first[options[1]]
        speakers = np.unique(columns.speaker[first:last][self._pool[first:last]])
        new = self._some(speakers[~is_known[speakers]], SPEAKERS_EACH)
        is_known[new] = True
        return map(int, new)

    def _some(self, numbers: Ints, count: int) -> Ints:
        if len(numbers) <= count:
            return numbers
        return self._random.choice(numbers, size=count, replace=False)

    def _replan(self, requests: Flags) -> None:
        part = take_back(self._frame, self._chosen, requests=requests, pool=self._pool)
        before = self._goal.seconds_left
        found = planned_anew(part, self._goal, seconds=min(SLOW_SECONDS, before))
        self._adapt(before - self._goal.seconds_left, is_whole=found is not None)
        if found is not None:
            again = np.union1d(part.kept, found)
            value = value_of(self._frame, again, tier=self._goal.tier)
            if value >= self._value:
                self._chosen, self._value = again, value

    def _adapt(self, seconds: float, *, is_whole: bool) -> None:
        if not is_whole or seconds > SLOW_SECONDS:
            self._size = max(LEAST_SIZE, int(self._size * 0.7))
        elif seconds < QUICK_SECONDS:
            self._size = min(MOST_SIZE, int(self._size * 1.1) + 1)


def planned_anew(part: Part, goal: Goal, *, seconds: float) -> Ints | None:
    """Return the best columns for a part, None if the time did not do to find any."""
    weight = part.frame.weight[np.unique(part.frame.columns.option[part.released])]
    floor = int(weight.sum()) if goal.tier == 2 else 0
    relaxation = Relaxation(part.frame, part.columns, tier=goal.tier, floor=floor)
    start = relaxation.start(part.released)
    answer = goal.solve(relaxation.model(), is_whole=True, seconds=seconds, start=start)
    return None if answer.values is None else relaxation.chosen(answer.values)
