"""Say what all plans have in common that reach the best of the first tier.

Prices of the first tier tell what a plan must lose by taking a column or by leaving a request
unfilled. What would lose too much is settled before the second tier begins.

Source: reduced-cost fixing; H. Crowder, E. L. Johnson, M. Padberg, Operations Research 31 (1983).
"""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.matching.bound import Pricing
from scheduler.matching.frame import Frame
from scheduler.matching.tables import Flags

WHOLE = 1e-6


@dataclass(frozen=True, slots=True)
class Face:
    """What plans that reach a floor of the first tier may use, and what they must fill.

    ``usable`` speaks of columns, ``must_fill`` of requests. ``is_exact`` when no plan is worth
    more than the floor. ``frame`` has the rows that tightened the bound.
    """

    frame: Frame
    usable: Flags
    must_fill: Flags
    is_exact: bool

    @classmethod
    def of(cls, frame: Frame, pricing: Pricing, *, floor: int, is_exact: bool) -> Face:
        """Return the face that a pricing of the first tier proves."""
        spare = pricing.bound - floor + WHOLE
        return cls(frame, pricing.loss <= spare, pricing.loss_unfilled > spare, is_exact)
