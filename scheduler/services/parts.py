"""Long lists, a part at a time: whoever takes one along never holds it whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

AT_ONCE = 500

T = TypeVar("T")


def parts(things: Iterable[T], *, of: int = AT_ONCE) -> Iterator[tuple[T, ...]]:
    """Yield the things in their order, so many at a time; the last part may be shorter."""
    left = iter(things)
    while part := tuple(islice(left, of)):
        yield part
