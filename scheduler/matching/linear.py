"""Hold a linear model while it is written, and as it is solved. It knows nothing of visits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from scheduler.matching.tables import Flags, Floats, Ints

Numbers = Ints | Floats
Entries = tuple[Ints, Ints, Numbers]
UNBOUNDED = float("inf")
ONE = np.ones(1)


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Maximise ``points * x`` with ``low <= A x <= high``, ``0 <= x <= 1``.

    The matrix is by entry: ``row``, ``variable``, ``amount``.
    """

    points: Floats
    is_whole: Flags
    low: Floats
    high: Floats
    row: Ints
    variable: Ints
    amount: Floats


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows or variables side by side: ``first`` up to ``first + count``."""

    first: int
    count: int

    @property
    def numbers(self) -> Ints:
        """Return the numbers of the block."""
        return np.arange(self.first, self.first + self.count, dtype=np.int64)

    def of(self, numbers: Floats) -> Floats:
        """Return this block's part of all numbers."""
        return numbers[self.first : self.first + self.count]


@dataclass
class Sheet:
    """A model while it is written, block by block."""

    points: list[Floats] = field(default_factory=list)
    is_whole: list[Flags] = field(default_factory=list)
    entries: list[tuple[Ints, Ints, Floats]] = field(default_factory=list)
    low: list[Floats] = field(default_factory=list)
    high: list[Floats] = field(default_factory=list)
    variables: int = 0
    rows: int = 0

    def add_variables(self, points: Numbers, *, is_whole: bool = False) -> Block:
        """Add one variable for each number of points."""
        block = Block(self.variables, len(points))
        self.points.append(points.astype(np.float64))
        self.is_whole.append(np.full(len(points), is_whole))
        self.variables += len(points)
        return block

    def add_rows(
        self,
        entries: Iterable[Entries],
        *,
        high: Numbers,
        low: Floats | None = None,
    ) -> Block:
        """Add rows of (row within the block, variable, amount); amounts broadcast."""
        block = Block(self.rows, len(high))
        for row, variable, amount in entries:
            amounts = np.broadcast_to(amount, row.shape).astype(np.float64)
            self.entries.append((row + block.first, variable, amounts))
        self.high.append(high.astype(np.float64))
        self.low.append(np.full(len(high), -UNBOUNDED) if low is None else low.astype(np.float64))
        self.rows += len(high)
        return block

    def model(self) -> LinearModel:
        """Return what has been written."""
        row, variable, amount = zip(*self.entries, strict=True)
        return LinearModel(
            points=np.concatenate(self.points),
            is_whole=np.concatenate(self.is_whole),
            low=np.concatenate(self.low),
            high=np.concatenate(self.high),
            row=np.concatenate(row),
            variable=np.concatenate(variable),
            amount=np.concatenate(amount),
        )
