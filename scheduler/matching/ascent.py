"""Find good prices by ascent, where a linear program would take too long.

Rows that are asked for more than they hold get dearer, others cheaper. Every
row steps by its own measure, so that a few rows nobody wants do not slow down
the rest. The prices prove a bound whatever they are; only how tight it is
depends on the ascent. What requests took on average over the last rounds is
nearly a fractional plan, and a good guide to a whole one.

Source: subgradient ascent on the Lagrangian dual (M. L. Fisher, Management
Science 27, 1981) with steps scaled by row (D. P. Kingma and J. Ba, ICLR 2015)
and averaged answers (F. Barahona and R. Anbil, Math. Programming 87, 2000).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scheduler.matching.frame import Frame, TierNumber
from scheduler.matching.oracle import Oracle
from scheduler.matching.prices import Prices
from scheduler.matching.steps import steps_at
from scheduler.matching.tables import Floats, Ints

MOMENTUM, MEMORY = 0.9, 0.99
STILL = 1e-3
SERIES_STEP = 0.05
LAST_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Climb:
    """Where an ascent arrived: the best prices, and each column's share of the last rounds."""

    prices: Prices
    bound: float
    share: Floats


@dataclass(frozen=True, slots=True)
class Pace:
    """How an ascent moves: rounds in all, and the first step of a price, in points.

    Steps shrink to nothing by the last round.
    """

    rounds: int
    step: float


def ascend(
    oracle: Oracle,
    frame: Frame,
    *,
    floor: int,
    start: Prices,
    pace: Pace,
    may_go_on: Callable[[], bool],
    enough: float = -np.inf,
) -> Climb:
    """Return the best prices met, by the bound over the oracle's columns.

    A bound below ``enough`` ends the ascent: it proves what it was to prove.
    """
    point, size = start.numbers(), _step_sizes(frame, pace, tier=oracle.tier)
    most = _highest(frame)
    best, best_bound = point, np.inf
    drift, scale = np.zeros_like(point), np.zeros_like(point)
    taken, counted = np.zeros(oracle.columns), 0
    for done in range(pace.rounds):
        bound, slope, columns = _asked(oracle, frame, Prices.of(frame, point), floor=floor)
        if bound < best_bound:
            best, best_bound = point, bound
        if done >= pace.rounds * (1 - LAST_SHARE):
            taken[columns] += 1
            counted += 1
        if best_bound < enough or not may_go_on():
            break
        slope[(point <= 0) & (slope < 0)] = 0
        drift = MOMENTUM * drift + (1 - MOMENTUM) * slope
        scale = slope**2 if not done else MEMORY * scale + (1 - MEMORY) * slope**2
        shrink = (1 - done / pace.rounds) ** 2
        point = np.clip(point + shrink * size * drift / (np.sqrt(scale) + STILL), 0.0, most)
    return Climb(Prices.of(frame, best), best_bound, taken / max(1, counted))


def _asked(
    oracle: Oracle, frame: Frame, prices: Prices, *, floor: int
) -> tuple[float, Floats, Ints]:
    """Return the bound at these prices, how far each row is over its limit, and who was taken."""
    answer, steps = oracle.answer(prices), steps_at(frame, prices)
    bound = answer.worth + frame.limits.cost(prices.limits) + float(prices.hosts.sum())
    over = (
        answer.limits - frame.limits.limit,
        answer.hosts - 1.0,
        answer.sessions - steps.sessions,
        answer.bookings - steps.bookings,
        answer.cost_alone + steps.cost_of_bookings - steps.cost_of_sessions,
        steps.filled - answer.filled,
        [floor - answer.weight],
    )
    if oracle.tier == 2:
        bound += steps.worth - prices.floor * floor
    return bound, np.concatenate(over), answer.columns


def _step_sizes(frame: Frame, pace: Pace, *, tier: TierNumber) -> Floats:
    """Return each price's first step; prices that have no part in the tier stay."""
    counts = Prices.free(frame)
    by_speaker = pace.step * (tier == 2) * np.ones(len(frame.history))
    return Prices(
        limits=counts.limits + pace.step,
        hosts=counts.hosts + pace.step,
        fairness=by_speaker,
        bookings=counts.bookings + by_speaker * frame.has_series,
        series=counts.series + SERIES_STEP * (tier == 2) * frame.has_series,
        equity=counts.equity + pace.step * (tier == 2),
        floor=pace.step * (tier == 2),
    ).numbers()


def _highest(frame: Frame) -> Floats:
    free = Prices.free(frame)
    most = Prices.of(frame, np.full(len(free.numbers()), np.inf))
    most.series[:] = 1.0
    return most.numbers()
