"""Name the prices of a frame's rows. Prices decide nothing; they bound and they guide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduler.matching.frame import Frame
from scheduler.matching.tables import Floats


@dataclass(frozen=True, slots=True)
class Prices:
    """A price for each row, none of them negative.

    ``limits`` and ``hosts`` are those of the frame's rows. By speaker: ``fairness`` for a
    session, ``bookings`` for a booking, ``series`` (0 to 1) for the row that counts a series by
    itself. By school: ``equity`` for a filled request. ``floor`` is that of the first tier.
    """

    limits: Floats
    hosts: Floats
    fairness: Floats
    bookings: Floats
    series: Floats
    equity: Floats
    floor: float = 0.0

    @classmethod
    def free(cls, frame: Frame) -> Prices:
        """Return prices of nothing."""
        return cls.of(frame, np.zeros(cls.count(frame)))

    @classmethod
    def opening(cls, frame: Frame) -> Prices:
        """Return prices to begin with: what a first session and a last filled request are worth."""
        weights, half = frame.problem.weights, np.where(frame.has_series, 0.5, 0.0)
        fairness = weights.fairness * frame.history * (1.0 - half)
        asked = np.maximum(1, frame.filled + frame.most_filled)
        return cls(
            np.zeros(len(frame.limits)),
            np.zeros(len(frame.hosts)),
            fairness,
            np.zeros(len(frame.history)),
            half,
            weights.equity / asked,
        )

    @classmethod
    def of(cls, frame: Frame, numbers: Floats) -> Prices:
        """Return the prices that ``numbers``, in the order of the fields, are."""
        limits, hosts, fairness, bookings, series, equity, floor = np.split(
            numbers, np.cumsum(_sizes(frame))[:-1]
        )
        return cls(limits, hosts, fairness, bookings, series, equity, float(floor[0]))

    @classmethod
    def count(cls, frame: Frame) -> int:
        """Return how many prices a frame has."""
        return sum(_sizes(frame))

    def not_negative(self, frame: Frame) -> Prices:
        """Return the same prices with nothing in place of negative ones."""
        return Prices.of(frame, np.maximum(0.0, self.numbers()))

    def numbers(self) -> Floats:
        """Return all prices in the order of the fields."""
        parts = (self.limits, self.hosts, self.fairness, self.bookings, self.series, self.equity)
        return np.concatenate((*parts, [self.floor]))


def _sizes(frame: Frame) -> tuple[int, ...]:
    speakers = len(frame.history)
    return len(frame.limits), len(frame.hosts), speakers, speakers, speakers, len(frame.filled), 1
