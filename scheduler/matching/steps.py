"""Count what a further session costs a speaker, and what a further request brings a school.

A speaker's n-th session costs more than the one before, a school's n-th filled request brings
less. A series is counted twice over: as sessions among sessions, and as a booking with the cost
it has by itself. Of any plan both counts are true or too low; of fractions of plans each is
true where the other is not, and the dearer one holds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduler.matching.frame import Frame
from scheduler.matching.prices import Prices
from scheduler.matching.tables import Floats, Ints


@dataclass(frozen=True, slots=True)
class Steps:
    """Steps taken at some prices: their worth, and by speaker or school how many.

    ``cost_of_sessions`` and ``cost_of_bookings`` are what the steps of each speaker cost.
    """

    worth: float
    sessions: Floats
    bookings: Floats
    filled: Floats
    cost_of_sessions: Floats
    cost_of_bookings: Floats


def cost_alone(frame: Frame, among: Ints) -> Ints:
    """Return what each column costs in fairness if its speaker takes nothing else."""
    columns = frame.columns
    sessions = frame.sessions[columns.option[among]]
    history = frame.history[columns.speaker[among]]
    steps = history * sessions + sessions * (sessions - 1) // 2
    return np.asarray(frame.problem.weights.fairness * steps, dtype=np.int64)


def steps_at(frame: Frame, prices: Prices) -> Steps:
    """Return the steps worth taking at these prices."""
    step, rest = float(frame.problem.weights.fairness), 1.0 - prices.series
    first = step * frame.history
    sessions, gain = _taken(prices.fairness - rest * first, rest * step, most=frame.most_sessions)
    bookings, more = _taken(prices.bookings, prices.series * step, most=frame.most_bookings)
    filled, equity = _filled(frame, prices)
    return Steps(
        worth=float(gain.sum() + more.sum() + equity.sum()),
        sessions=sessions,
        bookings=bookings,
        filled=filled,
        cost_of_sessions=first * sessions + step * sessions * (sessions - 1) / 2,
        cost_of_bookings=step * bookings * (bookings - 1) / 2,
    )


def _taken(left: Floats, step: Floats, *, most: Ints) -> tuple[Floats, Floats]:
    """Return how many steps pay, each dearer by ``step`` than the one before, and the gain."""
    with np.errstate(divide="ignore", invalid="ignore"):
        paying = np.ceil(left / step)
    paying = np.where(step > 0, paying, np.inf)
    count = np.where(left > 0, np.minimum(paying, most), 0.0)
    return count, count * left - step * count * (count - 1) / 2


def _filled(frame: Frame, prices: Prices) -> tuple[Floats, Floats]:
    ranks = np.arange(int(frame.most_filled.max(initial=0)))
    points = frame.problem.weights.equity // (frame.filled[:, None] + 1 + ranks)
    gain = np.maximum(0.0, points - prices.equity[:, None]) * (ranks < frame.most_filled[:, None])
    return (gain > 0).sum(axis=1).astype(np.float64), np.asarray(gain.sum(axis=1))
