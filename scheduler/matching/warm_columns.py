"""Columns of one row for each speaker that can be changed row by row and grow.

A column exists from the first row that has something to say in it. Everything else in it is
its family's blank, so that taking a speaker out is writing blanks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

K = TypeVar("K")
N = TypeVar("N", bound=np.generic)


class Family(Generic[K, N]):
    """Columns of one kind by key, all of the same type and with the same blank."""

    def __init__(self, dtype: DTypeLike, *, blank: float, capacity: int) -> None:
        self._dtype, self._blank = np.dtype(dtype), blank
        self._capacity = capacity
        self._column_by_key: dict[K, NDArray[N]] = {}

    def get(self, key: K) -> NDArray[N] | None:
        """Return a column, None where no row ever had anything in it."""
        return self._column_by_key.get(key)

    def __getitem__(self, key: K) -> NDArray[N]:
        """Return a column, a new blank one where there was none."""
        column = self._column_by_key.get(key)
        if column is None:
            column = self._column_by_key[key] = self._blanks(self._capacity)
        return column

    def __iter__(self) -> Iterator[K]:
        """Yield the keys of all columns."""
        return iter(self._column_by_key)

    def __len__(self) -> int:
        """Return the number of columns."""
        return len(self._column_by_key)

    @property
    def octets(self) -> int:
        """Return the memory of all columns."""
        return sum(column.nbytes for column in self._column_by_key.values())

    def any_of(self, keys: Iterable[K]) -> NDArray[np.bool_]:
        """Say of every row whether one of these columns has anything but zero in it."""
        found = np.zeros(self._capacity, dtype=np.bool_)
        for column in map(self.get, keys):
            if column is not None:
                found |= column.astype(np.bool_, copy=False)
        return found

    def wipe(self, row: int) -> None:
        """Make a row blank in every column."""
        for column in self._column_by_key.values():
            column[row] = self._blank

    def grow(self, capacity: int) -> None:
        """Give every column this many rows, the new ones blank."""
        for key, column in self._column_by_key.items():
            more = self._blanks(capacity - len(column))
            self._column_by_key[key] = np.concatenate([column, more])
        self._capacity = capacity

    def _blanks(self, rows: int) -> NDArray[N]:
        # Zeros are not touched before they are written, so they cost no memory until then.
        if self._blank == 0:
            return np.zeros(rows, dtype=self._dtype)
        return np.full(rows, self._blank, dtype=self._dtype)
