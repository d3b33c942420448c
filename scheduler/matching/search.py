"""Climb one tier: relax, price, solve what can still improve, and prove.

Prices of the relaxation tell how much a plan must lose by using a column. Only
columns that a better plan could afford go to the solver; the rest is covered
by the bound.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from scheduler.matching.bound import Prices, Pricing, price, worth_keeping
from scheduler.matching.clashes import clash_rows
from scheduler.matching.frame import Frame
from scheduler.matching.goal import Goal, value_of
from scheduler.matching.greedy import fill_greedily
from scheduler.matching.milp import solve_model
from scheduler.matching.neighbourhoods import Neighbourhoods
from scheduler.matching.proposal import Tier
from scheduler.matching.relaxation import Relaxation
from scheduler.matching.rows import joined
from scheduler.matching.tables import Flags, Ints

NEW_COLUMNS_PER_REQUEST = 4
FIRST_COLUMNS_PER_REQUEST = 8
POOL_PER_REQUEST = 30
RELAXING_SHARE = 0.5
CLOSE_ENOUGH = 2e-4
WHOLE = 1e-6
FIRST_TIER_FIRST = 1e4


@dataclass(frozen=True, slots=True)
class Climbed:
    """The best plan found, as columns, with its tier."""

    chosen: Ints
    tier: Tier


@dataclass(frozen=True, slots=True)
class _Relaxed:
    """A frame whose rows cover the active columns, and its best pricing."""

    frame: Frame
    pricing: Pricing
    active: Ints


def climb(frame: Frame, goal: Goal, *, start: Ints) -> Climbed:
    """Return the best plan the time allows, never worse than ``start``."""
    free = price(frame, Prices.free(frame), tier=goal.tier, floor=goal.floor)
    relaxed = _relax(frame, goal, chosen=start) or _Relaxed(frame, free, _NOTHING)
    bound = math.floor(min(free.bound, relaxed.pricing.bound) + WHOLE)
    chosen = max(
        (start, *_guesses(relaxed, goal)), key=lambda each: value_of(frame, each, tier=goal.tier)
    )
    if frame.is_large:
        chosen = _improved(relaxed, goal, chosen=chosen, target=bound)
    value = value_of(frame, chosen, tier=goal.tier)
    reached = Climbed(chosen, Tier(value, max(value, bound)))
    if reached.tier.is_closed or goal.seconds_left <= 0:
        return reached
    return _proven(relaxed, goal, reached=reached)


def _proven(relaxed: _Relaxed, goal: Goal, *, reached: Climbed) -> Climbed:
    """Solve over the columns a better plan could afford, until nothing is left open."""
    while not reached.tier.is_closed and goal.seconds_left > 0:
        value, bound = reached.tier.value, reached.tier.bound
        among, lost = _affordable(
            relaxed, value=value, chosen=reached.chosen, most=goal.most_columns
        )
        found = _solve(relaxed.frame, goal, among=among, start=reached.chosen)
        outside = value if lost == math.inf else math.floor(relaxed.pricing.bound - lost + WHOLE)
        best = found if found.tier.value > value else reached
        limit = min(bound, max(best.tier.value, found.tier.bound, outside))
        reached = Climbed(best.chosen, Tier(best.tier.value, max(best.tier.value, limit)))
        is_stuck = best.tier.value == value and lost != math.inf
        if not found.tier.is_closed or is_stuck:
            break
    return reached


def _improved(relaxed: _Relaxed, goal: Goal, *, chosen: Ints, target: int) -> Ints:
    """Improve a large plan piece by piece."""
    frame = relaxed.frame
    best = _best_per_request(frame, relaxed.pricing.loss)
    pool = np.union1d(best(POOL_PER_REQUEST, _all(frame)), np.union1d(relaxed.active, chosen))
    working = _with_clashes(frame, pool)
    return Neighbourhoods(working, goal, pool=pool, chosen=chosen).improved(target=target)


def _relax(frame: Frame, goal: Goal, *, chosen: Ints) -> _Relaxed | None:
    """Solve the linear relaxation, pricing in columns round by round."""
    everything = np.arange(len(frame.columns))
    active = _first_columns(frame, chosen) if frame.is_large else everything
    best: _Relaxed | None = None
    left_over = goal.seconds_left * (1 - RELAXING_SHARE) if frame.is_large else 0.0
    while goal.seconds_left > left_over:
        working = _with_clashes(frame, active) if frame.is_large else frame
        relaxation = Relaxation(working, active, tier=goal.tier, floor=goal.floor)
        answer = solve_model(
            relaxation.model(),
            is_whole=False,
            seconds=goal.seconds_left - left_over,
            seed=goal.seed,
        )
        if answer.outcome != "optimal":
            break
        prices = relaxation.prices(answer.duals)
        pricing = price(working, prices, tier=goal.tier, floor=goal.floor)
        if best is None or pricing.bound < best.pricing.bound:
            best = _Relaxed(working, pricing, active)
        if pricing.bound - answer.objective <= max(0.5, CLOSE_ENOUGH * abs(answer.objective)):
            break
        wider = _priced_in(frame, pricing, active=active)
        if len(wider) == len(active):
            break
        active = wider
    return best


def _first_columns(frame: Frame, chosen: Ints) -> Ints:
    ranked = _best_per_request(frame, -frame.columns.points.astype(np.float64))
    return np.union1d(ranked(FIRST_COLUMNS_PER_REQUEST, _all(frame)), chosen)


def _priced_in(frame: Frame, pricing: Pricing, *, active: Ints) -> Ints:
    is_new = _all(frame)
    is_new[active] = False
    best = _best_per_request(frame, pricing.loss)(NEW_COLUMNS_PER_REQUEST, is_new)
    return np.union1d(active, best)


def _best_per_request(
    frame: Frame, loss: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> Callable[[int, Flags], Ints]:
    def best(count: int, allowed: Flags) -> Ints:
        numbers = np.flatnonzero(allowed)
        demand = frame.columns.demand[numbers]
        # Equal losses say nothing; then the column's own points decide.
        own = -frame.columns.points[numbers]
        order = np.lexsort((own, loss[numbers], demand))
        ordered = demand[order]
        rank = np.arange(len(ordered)) - np.searchsorted(ordered, ordered)
        return np.asarray(numbers[order[rank < count]], dtype=np.int64)

    return best


def _all(frame: Frame) -> Flags:
    return np.ones(len(frame.columns), dtype=np.bool_)


def _with_clashes(frame: Frame, among: Ints) -> Frame:
    clashes = clash_rows(frame.problem, frame.columns, among=among)
    return replace(frame, limits=joined((frame.limits, clashes)))


def _guesses(relaxed: _Relaxed, goal: Goal) -> list[Ints]:
    """Return plans filled greedily by the relaxation's prices, where they hold the floor."""
    worth = relaxed.pricing.reduced
    if goal.tier == 1:
        # Prices of the first tier leave most columns equal; the second tier starts from here.
        worth = FIRST_TIER_FIRST * worth + relaxed.frame.columns.points
    guess = fill_greedily(relaxed.frame, worth=worth)
    reaches = value_of(relaxed.frame, guess, tier=1) >= goal.floor
    return [guess] if reaches else []


def _affordable(relaxed: _Relaxed, *, value: int, chosen: Ints, most: int) -> tuple[Ints, float]:
    """Return columns to solve over, and the least loss of any other that matters.

    Where all that matter are too many, each request keeps its best.
    """
    frame, loss = relaxed.frame, relaxed.pricing.loss
    keep = worth_keeping(relaxed.pricing, value=value)
    if len(keep) <= most:
        return np.union1d(keep, chosen), math.inf
    matters = np.zeros(len(loss), dtype=np.bool_)
    matters[keep] = True
    count = max(1, most // len(np.unique(frame.columns.demand[keep])))
    best = _best_per_request(frame, loss)(count, matters)
    matters[best] = False
    left_out = float(loss[matters].min(initial=math.inf))
    return np.union1d(best, chosen), left_out


def _solve(frame: Frame, goal: Goal, *, among: Ints, start: Ints) -> Climbed:
    if frame.is_large:
        frame = _with_clashes(frame, among)
    relaxation = Relaxation(frame, among, tier=goal.tier, floor=goal.floor)
    answer = solve_model(
        relaxation.model(),
        is_whole=True,
        seconds=goal.seconds_left,
        seed=goal.seed,
        start=relaxation.start(start),
    )
    chosen = start if answer.values is None else relaxation.chosen(answer.values)
    value = value_of(frame, chosen, tier=goal.tier)
    bound = value if answer.outcome == "optimal" else answer.bound
    return Climbed(chosen, Tier(value, max(value, _floored(bound))))


def _floored(bound: float) -> int:
    return math.floor(bound + WHOLE) if math.isfinite(bound) else 2**62


_NOTHING: Ints = np.zeros(0, dtype=np.int64)
