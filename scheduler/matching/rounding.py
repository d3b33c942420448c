"""Make whole plans of fractional ones.

What a fractional plan takes whole stays; the requests it splits are planned by the solver. Where
the relaxation itself would take too long, a greedy pass follows the shares instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from scheduler.matching.frame import Frame
from scheduler.matching.goal import Goal, value_of
from scheduler.matching.greedy import fill_greedily, urgency
from scheduler.matching.parts import Part, take_back
from scheduler.matching.relaxation import Relaxation
from scheduler.matching.rows import joined
from scheduler.matching.tables import Flags, Floats, Ints
from scheduler.matching.valuation import Valuation

CERTAIN = 1e6
FIRST_TIER_FIRST = 1e4
WHOLE = 1e-4


def guesses(frame: Frame, goal: Goal, *, known: Valuation) -> Iterator[Ints]:
    """Yield plans filled greedily by what a valuation suggests; they may fall short of the floor.

    Two orders: the requests the fractional plan is surest of first, and among the most urgent
    those.
    """
    worth = known.pricing.reduced
    if goal.tier == 1:
        # Prices of the first tier leave most columns equal; the second tier starts from here.
        worth = FIRST_TIER_FIRST * worth + frame.columns.points
    worth = worth + CERTAIN * known.share
    surest = np.zeros(len(frame.problem.demands))
    np.maximum.at(surest, frame.columns.demand, known.share)
    for first in (surest, 10.0 * urgency(frame) + surest):
        yield fill_greedily(frame, worth=worth, order=np.argsort(-first, kind="stable"))


def rounded(frame: Frame, goal: Goal, *, pool: Ints, seconds: float) -> Ints | None:
    """Solve the relaxation over a pool of columns and plan anew what it splits.

    The plan may fall short of the floor. None if the time did not do.
    """
    ends = goal.seconds_left - seconds
    covering = frame
    if frame.is_large:
        covering = replace(frame, limits=joined((frame.limits, frame.clashes.rows(pool))))
    relaxation = Relaxation(covering, pool, tier=goal.tier, floor=goal.floor)
    answer = goal.solve(relaxation.model(), is_whole=False, seconds=seconds)
    if answer.values is None or answer.outcome != "optimal":
        return None
    whole, split = _whole(frame, pool, relaxation.shares(answer.values))
    allowed = np.zeros(len(frame.columns), dtype=np.bool_)
    allowed[pool] = True
    part = take_back(frame, whole, requests=split, pool=allowed)
    if not len(part.columns):
        return whole
    missing = goal.floor - value_of(frame, whole, tier=1)
    return _completed(part, goal, whole=whole, missing=missing, ends=ends)


def _completed(part: Part, goal: Goal, *, whole: Ints, missing: int, ends: float) -> Ints | None:
    """Add the best of a part to a plan; where that misses the floor, what comes nearest to it."""
    for rest in (
        Relaxation(part.frame, part.columns, tier=goal.tier, floor=missing),
        Relaxation(part.frame, part.columns, tier=1),
    ):
        left = max(0.1, goal.seconds_left - ends)
        found = goal.solve(rest.model(), is_whole=True, seconds=left)
        if found.values is not None:
            return np.union1d(whole, rest.chosen(found.values))
    return None


def _whole(frame: Frame, pool: Ints, shares: Floats) -> tuple[Ints, Flags]:
    """Return the columns of requests that are taken whole, and which requests are not."""
    demand = frame.columns.demand[pool]
    split = np.zeros(len(frame.problem.demands), dtype=np.bool_)
    split[demand[(shares > WHOLE) & (shares < 1 - WHOLE)]] = True
    whole = pool[(shares > 0.5) & ~split[demand]]
    is_open = np.ones(len(split), dtype=np.bool_)
    is_open[frame.columns.demand[whole]] = False
    return whole, is_open
