"""The parts of a school day, in which volunteers are asked for their usual week.

They only offer boxes to tick: what somebody said is kept as times and never changes with them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time
from itertools import pairwise

FEWEST, MOST = 2, 6
STEP_MINUTES = 5
NOON = time(12)


@dataclass(frozen=True, slots=True)
class DayPart:
    """A named part of the day, half-open; ``key`` tells its times, as ``0800-1000``."""

    name: str
    start: time
    end: time

    @property
    def key(self) -> str:
        """Return what stands for these times in a form."""
        return f"{self.start:%H%M}-{self.end:%H%M}"

    @property
    def is_before_noon(self) -> bool:
        """Tell whether it is over by noon."""
        return self.end <= NOON


USUAL_PARTS: tuple[DayPart, ...] = (
    DayPart("Early", time(8), time(10)),
    DayPart("Morning", time(10), time(12)),
    DayPart("Midday", time(12), time(14)),
    DayPart("Afternoon", time(14), time(16)),
)


def make_a_day(parts: Iterable[DayPart]) -> bool:
    """Tell whether the parts can be a grid: two to six with names, in order, none overlapping."""
    parts = tuple(parts)
    names = {part.name for part in parts}
    return (
        FEWEST <= len(parts) <= MOST
        and len(names) == len(parts)
        and "" not in names
        and all(part.start < part.end and is_on_step(part.start, part.end) for part in parts)
        and all(one.end <= other.start for one, other in pairwise(parts))
    )


def is_on_step(*clocks: time) -> bool:
    """Tell whether these are whole multiples of five minutes."""
    return all(not (c.minute % STEP_MINUTES or c.second or c.microsecond) for c in clocks)
