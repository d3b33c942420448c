"""Bound what any plan can reach, from prices alone.

Charge every row its price, let each request choose its best team as if it were
alone, and add what the limits cost: no plan is worth more. Any prices that are
not negative will do, so the bound needs no trust in a solver.

Source: Lagrangian relaxation; M. L. Fisher, Management Science 27 (1981).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduler.matching.frame import Frame, TierNumber
from scheduler.matching.prices import Prices
from scheduler.matching.steps import cost_alone, steps_at
from scheduler.matching.tables import Floats, Ints

HOPELESS = -1e18


@dataclass(frozen=True, slots=True)
class Pricing:
    """The bound, and by how much it falls when a column is forced in, or a request left unfilled.

    ``reduced`` are the columns' points after all charges.
    """

    bound: float
    loss: Floats
    loss_unfilled: Floats
    reduced: Floats


def price(frame: Frame, prices: Prices, *, tier: TierNumber, floor: int = 0) -> Pricing:
    """Return the bound of a tier at these prices, in one pass over all columns.

    ``floor`` is the first tier that plans must reach for the second tier's
    bound to hold for them.
    """
    columns = frame.columns
    paid = frame.limits.charge(prices.limits, members=len(columns))
    reduced = -paid
    option_value = -frame.hosts.charge(prices.hosts, members=len(columns.options))
    if tier == 1:
        option_value = option_value + frame.weight
    else:
        reduced += columns.points - speakers_pay(frame, prices, np.arange(len(columns)))
        option_value = option_value + prices.equity[frame.school] + prices.floor * frame.weight
    best, forced = _best_teams(frame, reduced)
    chosen = best + option_value
    by_demand = _best_options(frame, chosen)
    bound = float(by_demand.sum()) + frame.limits.cost(prices.limits) + float(prices.hosts.sum())
    if tier == 2:
        bound += steps_at(frame, prices).worth - prices.floor * floor
    loss = by_demand[columns.demand] - (forced + option_value[columns.option])
    return Pricing(bound, loss, by_demand, reduced)


def speakers_pay(frame: Frame, prices: Prices, among: Ints) -> Floats:
    """Return what each of these columns pays for its speaker's sessions and bookings."""
    columns = frame.columns
    speaker, sessions = columns.speaker[among], frame.sessions[columns.option[among]]
    paid = prices.fairness[speaker] * sessions + prices.bookings[speaker]
    if prices.series.any():
        paid += prices.series[speaker] * cost_alone(frame, among)
    return np.asarray(paid, dtype=np.float64)


def _best_teams(frame: Frame, reduced: Floats) -> tuple[Floats, Floats]:
    """Return each option's best team, and each column's best team with itself."""
    columns = frame.columns
    first, last = columns.first[:-1], columns.first[1:]
    best = np.full(len(columns.options), HOPELESS)
    single = (frame.team == 1) & (last > first)
    if single.any():
        peaks = np.maximum.reduceat(reduced, first[last > first])
        best[last > first] = peaks
        best[~single] = HOPELESS
    forced = reduced.copy()
    for option in np.flatnonzero((frame.team > 1) & (last > first)):
        team, begin, end = int(frame.team[option]), int(first[option]), int(last[option])
        if end - begin < team:
            forced[begin:end] = HOPELESS
            continue
        values = reduced[begin:end]
        ranked = np.sort(values)[::-1]
        best[option] = ranked[:team].sum()
        others = ranked[: team - 1].sum()
        forced[begin:end] = np.where(values >= ranked[team - 1], best[option], others + values)
    return best, forced


def _best_options(frame: Frame, chosen: Floats) -> Floats:
    by_demand = np.zeros(len(frame.problem.demands))
    np.maximum.at(by_demand, frame.columns.option_demand, chosen)
    return by_demand


def worth_keeping(pricing: Pricing, *, value: int) -> Ints:
    """Return the columns that a plan better than ``value`` could still use."""
    return np.flatnonzero(pricing.bound - pricing.loss >= value + 1 - 1e-6)
