"""Value a frame's columns: prices, the bound they prove, and which columns they favour.

Of many columns, only those near the best of their request take part in the ascent; which they
are is looked up anew from stage to stage. The bound always counts all columns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scheduler.matching.ascent import Pace, ascend
from scheduler.matching.bound import Pricing, price
from scheduler.matching.frame import Frame
from scheduler.matching.goal import Goal
from scheduler.matching.oracle import Oracle
from scheduler.matching.prices import Prices
from scheduler.matching.tables import Flags, Floats, Ints

NEAR_PER_REQUEST = 40
ROUNDS = 300
STAGES = ((1 / 3, 1.0), (1 / 3, 0.5), (1 / 3, 0.2))
STEP_SHARE = 0.15
HOPELESS_LOSS, NEXT_TO_NOTHING = 1e5, 1e-3


@dataclass(frozen=True, slots=True)
class Valuation:
    """The best prices found, their pricing, and each column's share of a fractional plan."""

    prices: Prices
    pricing: Pricing
    share: Floats


def value(
    frame: Frame, goal: Goal, *, may_go_on: Callable[[], bool], enough: float = -np.inf
) -> Valuation:
    """Return the valuation of a tier; it takes longer with more columns, but bounded rounds.

    It stops early at a bound below ``enough``.
    """
    best = prices = Prices.opening(frame) if goal.tier == 2 else Prices.free(frame)
    pricing = nearest = price(frame, prices, tier=goal.tier, floor=goal.floor)
    share = np.zeros(len(frame.columns))
    for part, slower in STAGES:
        if not len(frame.columns) or pricing.bound < enough or not may_go_on():
            break
        among = _near(frame, nearest.loss, share=share)
        oracle = Oracle(frame, among, tier=goal.tier)
        pace = Pace(int(ROUNDS * part), slower * STEP_SHARE * _typical(frame, goal))
        climb = ascend(
            oracle,
            frame,
            floor=goal.floor,
            start=prices,
            pace=pace,
            may_go_on=may_go_on,
            # The bound over some of the columns proves nothing.
            enough=-np.inf if frame.is_large else enough,
        )
        prices, share = climb.prices, np.zeros(len(frame.columns))
        share[among] = climb.share
        nearest = price(frame, prices, tier=goal.tier, floor=goal.floor)
        if nearest.bound < pricing.bound:
            best, pricing = prices, nearest
    return Valuation(best, pricing, share)


def best_per_request(frame: Frame, loss: Floats, *, count: int, allowed: Flags) -> Ints:
    """Return the columns of least loss of each request, at most this many of each, in order.

    Equal losses say nothing; then the column's own points decide.
    """
    numbers = np.flatnonzero(allowed)
    demand = frame.columns.demand[numbers]
    # One sort by one number: requests apart, then loss, then points.
    within = np.clip(loss[numbers], 0.0, HOPELESS_LOSS)
    points = frame.columns.points[numbers]
    own = (points.max(initial=0) - points) / (1.0 + np.ptp(points) if len(points) else 1.0)
    order = np.argsort(demand * (2 * HOPELESS_LOSS) + within + own * NEXT_TO_NOTHING)
    ordered = demand[order]
    rank = np.arange(len(ordered)) - np.searchsorted(ordered, ordered)
    return np.sort(numbers[order[rank < count]])


def _near(frame: Frame, loss: Floats, *, share: Floats) -> Ints:
    everything = np.ones(len(frame.columns), dtype=np.bool_)
    if not frame.is_large:
        return np.flatnonzero(everything)
    near = best_per_request(frame, loss, count=NEAR_PER_REQUEST, allowed=everything)
    return np.union1d(near, np.flatnonzero(share))


def _typical(frame: Frame, goal: Goal) -> float:
    """Return the points that one session is typically worth."""
    columns = frame.columns
    if goal.tier == 1:
        per_session = frame.weight / (frame.team * frame.sessions)
    else:
        per_session = np.abs(columns.points) / frame.sessions[columns.option]
    return max(1e-3, float(np.median(per_session)))
