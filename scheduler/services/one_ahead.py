"""Work out the next of many things early, when there happens to be time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

Made = TypeVar("Made")


class OneAhead(Generic[Made]):
    """The same things in the same order; what fails in the making fails where it is taken."""

    def __init__(self, making: Iterator[Made]) -> None:
        self._making = making
        self._made: list[Made] = []
        self._failure: Exception | None = None

    def make_next(self) -> None:
        """Work out what is taken next, unless that was done; raise nothing."""
        if self._made or self._failure:
            return
        try:
            self._made.append(next(self._making))
        except Exception as failure:
            # The end of all things is one of these: it too is met where it would be taken.
            self._failure = failure

    def __iter__(self) -> Iterator[Made]:
        """Return this same iterator."""
        return self

    def __next__(self) -> Made:
        """Return the next thing, made early or now."""
        self.make_next()
        if self._failure:
            raise self._failure
        return self._made.pop()
