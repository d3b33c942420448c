"""Work out the next of many things early, step by step, whenever there happens to be time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

Made = TypeVar("Made")


class OneAhead(Generic[Made]):
    """The same things in the same order; what fails in the making fails where it is taken.

    The making yields None wherever it can be laid down for a while.
    """

    def __init__(self, making: Iterator[Made | None]) -> None:
        self._making = making
        self._made: Made | None = None
        self._failure: Exception | None = None

    @property
    def is_ready(self) -> bool:
        """Whether taking the next thing takes no more work."""
        return self._made is not None or self._failure is not None

    def go_on(self) -> None:
        """Work on what is taken next as far as the next step, unless it is ready; raise nothing."""
        if self.is_ready:
            return
        try:
            self._made = next(self._making)
        except Exception as failure:
            # The end of all things is one of these: it too is met where it would be taken.
            self._failure = failure

    def __iter__(self) -> Iterator[Made]:
        """Return this same iterator."""
        return self

    def __next__(self) -> Made:
        """Return the next thing, made early or now."""
        while not self.is_ready:
            self.go_on()
        made, self._made = self._made, None
        if made is None:
            assert self._failure is not None
            raise self._failure
        return made
