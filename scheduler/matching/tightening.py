"""Tighten the first tier's relaxation until cliques bring no more, and price what is left.

The solver finds such cliques as well, but only while it works on one tier, and keeps them to
itself. Found here, they serve both tiers, and the prices that come with them rule out columns
before the second tier begins.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from scheduler.matching.bound import Pricing, price
from scheduler.matching.cliques import broken_cliques
from scheduler.matching.frame import Frame
from scheduler.matching.goal import Goal
from scheduler.matching.relaxation import Relaxation, distinct
from scheduler.matching.rows import joined

LEAST_FALL = 0.5


@dataclass(frozen=True, slots=True)
class Tight:
    """A frame with more rows, and the first tier's pricing over it."""

    frame: Frame
    pricing: Pricing


def tighten(frame: Frame, goal: Goal, *, pricing: Pricing) -> Tight:
    """Return the frame with rows that cut the relaxation of the first tier, and its pricing.

    The pricing is never looser than the one given. Ends when a round of cliques brings little.
    """
    best, has_cut = Tight(frame, pricing), False
    while goal.seconds_left > 0:
        relaxation = Relaxation(frame, distinct(frame, np.arange(len(frame.columns))), tier=1)
        answer = goal.solve(relaxation.model(), is_whole=False)
        if answer.outcome != "optimal" or answer.values is None:
            return best
        found = price(frame, relaxation.prices(answer.row_prices), tier=1)
        fell = best.pricing.bound - found.bound
        if fell > 0:
            best = Tight(frame, found)
        shares = np.zeros(len(frame.columns))
        shares[relaxation.among] = relaxation.shares(answer.values)
        cliques = broken_cliques(frame, shares)
        if not len(cliques) or (has_cut and fell < LEAST_FALL):
            return best
        frame, has_cut = replace(frame, limits=joined((frame.limits, cliques))), True
    return best
