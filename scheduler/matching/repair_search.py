"""Search for the fewest changes that fill what was lost: chains of one booking making room.

Each request to fill takes a free team, or one whose bookings give way and are filled in turn.
Depth first, best ways first, with what can no longer be better cut off; given the time, it has
tried everything.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

from scheduler.domain.assignments import Assignment, Demand
from scheduler.matching.objective import filled_weight
from scheduler.matching.repair_standing import Standing
from scheduler.matching.repair_ways import Leave, Way, Ways

Worth = tuple[int, int, int]
ANY_POINTS = 2**62


@dataclass(frozen=True, slots=True)
class Found:
    """The best plan of one search, by what changed: None is a request left empty.

    ``is_complete`` says that everything within its limits was tried.
    """

    assignment_by_demand_id: dict[str, Assignment | None]
    is_complete: bool


class ChainSearch:
    """Fill requests in a standing plan, which is as it was once the search ends."""

    def __init__(
        self,
        standing: Standing,
        ways: Ways,
        *,
        movable: frozenset[str],
        most_moves: int,
        deadline: float,
        gone: frozenset[str] = frozenset(),
    ) -> None:
        self._standing, self._ways = standing, ways
        self._movable, self._most_moves = movable, most_moves
        self._deadline, self._gone = deadline, gone
        self._changed: dict[str, Assignment | None] = {}
        self._best: dict[str, Assignment | None] = {}
        self._moved: list[str] = []
        self._best_worth: Worth = (-1, 0, 0)
        self._is_complete = True

    def fill(self, demands: Iterable[Demand]) -> Found:
        """Return the best way to fill these empty requests: first tier, moves, second tier.

        No moves are tried first, then one, then two ...; as soon as all are filled, no more.
        """
        self._ways.has_seen_all = True
        given = tuple(demands)
        pending = tuple(demand for demand in given if self._ways.can_fill(demand))
        self._changed = {demand.id: None for demand in given if demand not in pending}
        wanted = self._standing.tier1 + sum(map(most_weight, pending))
        for moves in range(self._most_moves + 1):
            self._is_complete = True
            self._most_moves = moves
            self._descend(pending)
            if self._best_worth[0] == wanted or time.monotonic() > self._deadline:
                break
        return Found(self._best, self._is_complete and self._ways.has_seen_all)

    def _descend(self, pending: tuple[Demand, ...]) -> None:
        if not pending:
            self._keep_if_better()
            return
        if self._hopes_for(pending) <= self._best_worth or self._is_late():
            return
        demand, rest = pending[0], pending[1:]
        leave = Leave(
            self._movable - self._changed.keys(),
            self._most_moves - len(self._moved),
            gone=self._gone,
            is_last=not rest,
        )
        rest_hopes = self._hopes_for(rest)
        for way in self._ways.of(demand, leave):
            if self._is_late():
                break
            if self._hopes_with(way, demand, rest_hopes) > self._best_worth:
                self._take(way, rest)
        self._changed[demand.id] = None
        self._descend(rest)
        del self._changed[demand.id]

    def _is_late(self) -> bool:
        """Once there is a plan, the time counts."""
        is_late = self._best_worth[0] >= 0 and time.monotonic() > self._deadline
        self._is_complete = self._is_complete and not is_late
        return is_late

    def _take(self, way: Way, rest: tuple[Demand, ...]) -> None:
        standing = self._standing
        taken_out = [standing.take_out(key) for key in sorted(way.gives_way)]
        standing.put(way.assignment)
        key = way.assignment.demand_id
        self._changed[key] = way.assignment
        self._moved.extend(each.demand_id for each in taken_out)
        moved = tuple(standing.problem.demand_by_id[each.demand_id] for each in taken_out)
        self._descend((*moved, *rest))
        del self._moved[len(self._moved) - len(taken_out) :]
        del self._changed[key]
        standing.take_out(key)
        for each in taken_out:
            standing.put(each)

    def _hopes_for(self, pending: tuple[Demand, ...]) -> Worth:
        """What no end of this branch passes; more moves could only make it worse."""
        tier1 = self._standing.tier1 + sum(map(most_weight, pending))
        tier2 = self._standing.tier2 + sum(map(self._ways.most_points, pending))
        return (tier1, -len(self._moved), tier2)

    def _hopes_with(self, way: Way, demand: Demand, rest_hopes: Worth) -> Worth:
        """What no end of this branch passes once the way is taken; exact for its own part."""
        tier1, moves, tier2 = rest_hopes
        tier1 += most_weight(demand)
        if way.gives_way:
            return (tier1, moves - len(way.gives_way), ANY_POINTS)
        return (tier1, moves, tier2 + way.points + self._standing.equity_of(demand))

    def _keep_if_better(self) -> None:
        worth = (self._standing.tier1, -len(self._moved), self._standing.tier2)
        if worth > self._best_worth:
            self._best, self._best_worth = dict(self._changed), worth


def most_weight(demand: Demand) -> int:
    """Return the first-tier points of a request at its best option."""
    return max((filled_weight(demand, option) for option in demand.options), default=0)
