"""Carry what a search hands back: a plan together with its proof.

Both tiers are always named apart. One percentage over both would hide the
second, whose points are small beside the first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from scheduler.domain.assignments import Assignment
from scheduler.domain.constraints import Ruling

Status = Literal["optimal", "feasible", "infeasible", "unknown", "invalid"]


@dataclass(frozen=True, slots=True)
class Tier:
    """One tier's value and the proven limit no plan can pass."""

    value: int
    bound: int

    @property
    def gap(self) -> float:
        """Return (bound - value) / max(1, |bound|); 0 is proven best."""
        return (self.bound - self.value) / max(1, abs(self.bound))

    @property
    def is_closed(self) -> bool:
        """Say whether the value is proven to be the best possible."""
        return self.value >= self.bound


@dataclass(frozen=True, slots=True)
class Milestone:
    """How far a search is: the phase it is in, and what is known by then.

    ``share`` of the time is gone, 0 to 1, and ``seconds`` of it. ``filled``
    counts requests. A tier is None until a plan, and a bound, is known.
    """

    phase: str
    share: float
    seconds: float = 0.0
    filled: int | None = None
    tier1: Tier | None = None
    tier2: Tier | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Assignments with status, points by term, bounds, and where time went.

    ``points`` sums to the second tier's value. The second tier's bound holds
    among plans whose first tier equals the value reported. ``violations`` is
    empty unless the status is ``infeasible``: then it names what the pinned
    bookings break. ``milestones`` tell how the search went, in order of time.
    """

    status: Status
    assignments: tuple[Assignment, ...] = ()
    tier1: Tier = Tier(0, 0)
    tier2: Tier = Tier(0, 0)
    points: Mapping[str, int] = field(default_factory=dict)
    seconds_by_phase: Mapping[str, float] = field(default_factory=dict)
    peak_memory_mb: float = 0.0
    columns: int = 0
    unassigned: tuple[str, ...] = ()
    violations: tuple[Ruling, ...] = ()
    milestones: tuple[Milestone, ...] = ()


Progress = Callable[[Milestone], None]
Cancelled = Callable[[], bool]
