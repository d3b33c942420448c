"""Which two claims on one person, class or teacher overlap: found in one sweep, counted by kind.

Claims alone are looked at: nothing is read of the requests that they stand for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from heapq import nsmallest
from itertools import chain, starmap

from scheduler.services.queue_rows import Claim

# What both want, the claim that waits and begins first, and the other.
Pair = tuple[str, Claim, Claim]


@dataclass(frozen=True, slots=True)
class Meant:
    """What is asked for among all pairs: what both want, or the request on either side."""

    resources: frozenset[str]
    requests: frozenset[str]

    def holds(self, pair: Pair) -> bool:
        """Tell whether the pair is about any of it."""
        resource, one, other = pair
        requests = self.requests
        return resource in self.resources or one.request in requests or other.request in requests


@dataclass(frozen=True, slots=True)
class Pairs:
    """The first pairs by time, and how many there are in all of each kind, shown or not."""

    first: tuple[Pair, ...]
    total_by_kind: Mapping[str, int]


def kind_of(resource: str) -> str:
    """Return what a resource is: ``volunteer``, ``class`` or ``teacher``."""
    return resource.partition(":")[0]


def first_pairs(
    waiting: Mapping[str, Collection[Claim]],
    *,
    held: Mapping[str, Collection[Claim]],
    most: int | None,
    meant: Meant | None = None,
    kind: str = "",
) -> Pairs:
    """Return the first pairs by time, all of them for None: those meant, of that kind.

    Each two requests are one pair, with the first thing that both want at one time. Both wait,
    or the second is held; what a request holds itself is never in its way.
    """
    seen: set[tuple[str, str]] = set()
    total_by_kind: Counter[str] = Counter()

    def new_ones(resource: str, claims: Collection[Claim]) -> Iterator[Pair]:
        this_kind, before = kind_of(resource), len(seen)
        is_wanted = kind in ("", this_kind)
        for one, other in _overlaps(sorted(claims), held=held.get(resource, ())):
            first, last = one[2], other[2]
            names = (first, last) if first < last else (last, first)
            if names not in seen and (meant is None or meant.holds((resource, one, other))):
                seen.add(names)
                if is_wanted:
                    yield resource, one, other
        total_by_kind[this_kind] += len(seen) - before

    # Most pairs are only counted: kept, they would cost more than they took to find.
    first = sorted if most is None else partial(nsmallest, most)
    every = chain.from_iterable(starmap(new_ones, waiting.items()))
    found = tuple(first(every, key=lambda pair: (pair[1].start, *pair)))
    return Pairs(found, {kind: total for kind, total in total_by_kind.items() if total})


def _overlaps(waiting: list[Claim], *, held: Collection[Claim]) -> Iterator[tuple[Claim, Claim]]:
    # By place and not by name: a large district compares tens of thousands.
    for place, one in enumerate(waiting, 1):
        start, end, key = one
        while place < len(waiting) and waiting[place][0] < end:
            if waiting[place][2] != key:
                yield one, waiting[place]
            place += 1
        for other in held:
            if start < other[1] and other[0] < end and other[2] != key:
                yield one, other
