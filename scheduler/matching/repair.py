"""Repair a plan that something broke: fill what was lost with the fewest other moves.

The first tier comes first, then as few other bookings moved as possible, then the second tier.
What stands counts as the earlier plan, so people who can stay with a class do. No solver is
needed: whoever waits for the answer may ask here.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from scheduler.domain.assignments import Assignment, Demand
from scheduler.domain.errors import InfeasibleProblem, SolverFailed
from scheduler.matching.checker import check
from scheduler.matching.problem import Problem
from scheduler.matching.proposal import Status, Tier
from scheduler.matching.repair_search import ChainSearch, most_weight
from scheduler.matching.repair_standing import Standing
from scheduler.matching.repair_ways import Ways
from scheduler.matching.screening import Screen

MOST_MOVES = 2
TOGETHER = 8


@dataclass(frozen=True, slots=True)
class Repaired:
    """A plan after its repair.

    ``broken`` bookings could not stay; ``moved`` ones had to make room: another start, other
    people, or nobody any more. ``unfilled`` were booked before and are not now; ``filled`` the
    other way round. The status is ``optimal`` when nothing better exists within the moves
    allowed, for the requests that were to be filled; the first tier's bound holds for any
    number of moves.
    """

    status: Status
    assignments: tuple[Assignment, ...]
    broken: tuple[str, ...]
    moved: tuple[str, ...]
    unfilled: tuple[str, ...]
    filled: tuple[str, ...]
    tier1: Tier
    tier2: int
    seconds: float


def repair(
    problem: Problem,
    before: Iterable[Assignment],
    *,
    fixed: Collection[str] = (),
    most_moves: int = MOST_MOVES,
    seconds: float = 5.0,
) -> Repaired:
    """Repair a plan whose problem changed under it.

    ``before`` may name people, requests and starts that are gone. Of bookings that exclude each
    other now, ``fixed`` ones stay before others, then the weightier. Requests that were empty
    before are filled too where that can be done. Cost: linear in the bookings, then as long as
    ``seconds`` allow.

    Raises:
        InfeasibleProblem: pinned bookings cannot be kept.
        SolverFailed: the repaired plan breaks a rule, which is a fault of ours.
    """
    begun = time.monotonic()
    given = _with_pinned(problem, before)
    kept = {*fixed, *(each.demand_id for each in problem.pinned)}
    standing, broken = _still_standing(problem, given, fixed=kept)
    desk = RepairDesk(replace(problem, previous=given), standing, fixed=kept)
    left = seconds - (time.monotonic() - begun)
    known = tuple(key for key in broken if key in problem.demand_by_id)
    found = desk.refill(known, also_empty=True, most_moves=most_moves, seconds=left)
    violations = check(problem, found.assignments).violations
    if violations:
        rules = sorted({ruling.finding.rule for ruling in violations})
        raise SolverFailed(f"The repair broke its own rules: {', '.join(rules)}.")
    unfilled = {*found.unfilled, *(key for key in broken if key not in known)}
    return replace(
        found,
        broken=broken,
        unfilled=tuple(sorted(unfilled)),
        seconds=time.monotonic() - begun,
    )


class RepairDesk:
    """A plan kept ready to be repaired: what is known of everybody is worked out once.

    ``plan`` is trusted, as bookings are that somebody approved. Asking changes nothing.
    """

    def __init__(
        self,
        problem: Problem,
        plan: Iterable[Assignment],
        *,
        fixed: Collection[str] = (),
        screen: Screen | None = None,
    ) -> None:
        before = tuple(plan)
        self.problem = problem if problem.previous else replace(problem, previous=before)
        self.standing = Standing(self.problem, before)
        self.ways = Ways(self.standing, screen=screen or Screen(problem))
        self.fixed = frozenset(fixed)
        self.most_tier1 = sum(map(most_weight, self.problem.demands))

    def without(
        self,
        speaker_id: str,
        *,
        most_moves: int = MOST_MOVES,
        seconds: float = 0.25,
    ) -> Repaired:
        """Return the plan once this person comes no more.

        Raises:
            KeyError: if there is no such person.
        """
        gone = self.problem.speaker_by_id[speaker_id].id
        return self.refill(
            self.standing.bookings_of(gone),
            gone=(gone,),
            most_moves=most_moves,
            seconds=seconds,
        )

    def refill(
        self,
        broken: Iterable[str],
        *,
        gone: Iterable[str] = (),
        also_empty: bool = False,
        most_moves: int = MOST_MOVES,
        seconds: float = 5.0,
    ) -> Repaired:
        """Return the plan once these bookings are given up and filled anew.

        ``gone`` people are not asked again. ``also_empty`` fills requests that had nobody.
        """
        job = _Job(self, tuple(dict.fromkeys(broken)), gone=frozenset(gone))
        return job.run(also_empty=also_empty, most_moves=most_moves, seconds=seconds)


class _Job:
    """One repair on a desk, which is as it was once it ends."""

    def __init__(self, desk: RepairDesk, broken: tuple[str, ...], *, gone: frozenset[str]) -> None:
        self._desk, self._standing = desk, desk.standing
        self._broken, self._gone = broken, gone
        self._before = dict(desk.standing.assignment_by_demand_id)
        self._ways = desk.ways

    def run(self, *, also_empty: bool, most_moves: int, seconds: float) -> Repaired:
        begun = time.monotonic()
        for key in self._broken:
            if key in self._before:
                self._standing.take_out(key)
        empty = self._empty() if also_empty else ()
        is_complete = self._fill(empty, most_moves=most_moves, deadline=begun + seconds)
        found = self._outcome(empty, is_complete=is_complete, seconds=time.monotonic() - begun)
        self._put_back()
        return found

    def _empty(self) -> tuple[Demand, ...]:
        planned = {*self._before, *self._broken}
        return tuple(each for each in self._desk.problem.demands if each.id not in planned)

    def _fill(self, empty: tuple[Demand, ...], *, most_moves: int, deadline: float) -> bool:
        """Fill what was lost, then what had nobody: all in one search where they are few."""
        by_id = self._desk.problem.demand_by_id
        lost = sorted((by_id[key] for key in self._broken), key=_urgency)
        groups = list(_groups(lost, sorted(empty, key=_urgency)))
        movable = frozenset(self._before) - self._desk.fixed - set(self._broken)
        is_complete, moves_left = True, most_moves
        for rank, group in enumerate(groups):
            now = time.monotonic()
            search = ChainSearch(
                self._standing,
                self._ways,
                movable=movable,
                most_moves=moves_left,
                deadline=now + max(0.0, deadline - now) / (len(groups) - rank),
                gone=self._gone,
            )
            found = search.fill(group)
            is_complete = is_complete and found.is_complete
            changed = frozenset(found.assignment_by_demand_id)
            moves_left -= len(changed & movable)
            movable -= changed
            self._apply(found.assignment_by_demand_id)
        return is_complete and len(groups) < 2

    def _apply(self, assignment_by_demand_id: Mapping[str, Assignment | None]) -> None:
        for key in assignment_by_demand_id:
            if key in self._standing.assignment_by_demand_id:
                self._standing.take_out(key)
        for assignment in assignment_by_demand_id.values():
            if assignment:
                self._standing.put(assignment)

    def _outcome(self, empty: tuple[Demand, ...], *, is_complete: bool, seconds: float) -> Repaired:
        after, before = self._standing.assignment_by_demand_id, self._before
        broken = frozenset(self._broken)
        moved = sorted(key for key in before if key not in broken and after.get(key) != before[key])
        hopeless = (each for each in empty if not self._ways.can_fill(each))
        bound = self._desk.most_tier1 - sum(map(most_weight, hopeless))
        is_best = is_complete or (self._standing.tier1 == bound and not moved)
        return Repaired(
            status="optimal" if is_best else "feasible",
            assignments=tuple(after[key] for key in sorted(after)),
            broken=tuple(sorted(broken)),
            moved=tuple(moved),
            unfilled=tuple(sorted((broken | before.keys()) - after.keys())),
            filled=tuple(sorted(after.keys() - before.keys() - broken)),
            tier1=Tier(self._standing.tier1, bound),
            tier2=self._standing.tier2,
            seconds=seconds,
        )

    def _put_back(self) -> None:
        standing = self._standing
        for key in tuple(standing.assignment_by_demand_id):
            if self._before.get(key) != standing.assignment_by_demand_id[key]:
                standing.take_out(key)
        for key, assignment in self._before.items():
            if key not in standing.assignment_by_demand_id:
                standing.put(assignment)


def _with_pinned(problem: Problem, before: Iterable[Assignment]) -> tuple[Assignment, ...]:
    pinned = {each.demand_id: each for each in problem.pinned}
    return (*pinned.values(), *(each for each in before if each.demand_id not in pinned))


def _still_standing(
    problem: Problem, before: tuple[Assignment, ...], *, fixed: Collection[str]
) -> tuple[tuple[Assignment, ...], tuple[str, ...]]:
    """Return the bookings that keep every rule together, and the requests of those that do not."""
    standing = Standing(problem, ())
    broken = []
    for each in sorted(before, key=lambda each: _claim(problem, each, fixed=fixed)):
        if each.demand_id in standing.assignment_by_demand_id:
            raise ValueError(f"{each.demand_id} is booked twice")
        if standing.has_room_for(each):
            standing.put(each)
        else:
            broken.append(each.demand_id)
    if set(broken) & {each.demand_id for each in problem.pinned}:
        raise InfeasibleProblem("Bookings that must stay cannot.")
    return tuple(standing.assignment_by_demand_id.values()), tuple(sorted(broken))


def _claim(problem: Problem, each: Assignment, *, fixed: Collection[str]) -> tuple[bool, int, str]:
    demand = problem.demand_by_id.get(each.demand_id)
    return each.demand_id not in fixed, -most_weight(demand) if demand else 0, each.demand_id


def _urgency(demand: Demand) -> tuple[int, str]:
    return -most_weight(demand), demand.id


def _groups(*lists: list[Demand]) -> Iterator[tuple[Demand, ...]]:
    every = [demand for each in lists for demand in each]
    if len(every) <= TOGETHER:
        yield tuple(every)
        return
    for each in lists:
        for first in range(0, len(each), TOGETHER):
            yield tuple(each[first : first + TOGETHER])
