"""Say what would have to give: which of a plan's assignments hold the people a request needs.

The cheapest exchange is one other request given up, or moved to another start or other people.
It is looked for among all that touch the request's candidates, teacher, class and room; what it
costs is counted in both tiers, by term.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from scheduler.domain.assignments import Assignment, Demand, Option, Speaker
from scheduler.domain.constraints import host_free, pair_findings
from scheduler.matching.cures import Cure, fills
from scheduler.matching.differences import Difference, difference
from scheduler.matching.leeway import Leeway
from scheduler.matching.objective import fairness_points, pair_points
from scheduler.matching.problem import Problem
from scheduler.matching.standing import with_standing

MOST_TEAMS = 3


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request filled at another's cost: ``given`` becomes ``instead``, or nothing.

    ``difference`` counts what the whole plan gains and loses.
    """

    filled: Assignment
    given: Assignment
    instead: Assignment | None
    difference: Difference


@dataclass(frozen=True, slots=True)
class Exchanges:
    """The cheapest exchange that gives one request up, and the cheapest that only moves one."""

    dropped: Exchange | None = None
    moved: Exchange | None = None


def exchanges(problem: Problem, assignments: Iterable[Assignment], *, demand_id: str) -> Exchanges:
    """Return what would have to give for a request that the plan leaves empty.

    None where nobody would fit even then. Cost: one screening for the request and for each
    request that holds one of its candidates.
    """
    plan = tuple(each for each in assignments if each.demand_id != demand_id)
    trade = _Trade(problem, plan, demand=problem.demand_by_id[demand_id])
    found = tuple(trade.offers())
    return Exchanges(
        _cheapest(each for each in found if each.instead is None),
        _cheapest(each for each in found if each.instead is not None),
    )


def in_the_way(
    problem: Problem, assignments: Iterable[Assignment], *, cure: Cure
) -> tuple[str, ...]:
    """Return the fewest requests that have to give way before the cure fills its own.

    Empty if none has to, or if not even all of them together would do.
    """
    plan = tuple(each for each in assignments if each.demand_id != cure.demand.id)
    near = tuple(each for each in plan if _touches(problem, each, cure=cure))
    for count in range(len(near) + 1 if len(near) <= 3 else 2):
        for given in combinations(near, count):
            stay = [each for each in near if each not in given]
            if fills(with_standing(problem, stay), cure):
                return tuple(each.demand_id for each in given)
    return tuple(each.demand_id for each in near) if fills(problem, cure) else ()


class _Trade:
    """One request, its candidates as if the plan were empty, and who holds them."""

    def __init__(self, problem: Problem, plan: tuple[Assignment, ...], *, demand: Demand) -> None:
        self._problem, self._plan, self._demand = problem, plan, demand
        wanted = Leeway(problem, (demand,)).fitting(demand)
        names = {key for ids in wanted for key in ids}
        self._holders = tuple(
            each
            for each in plan
            if names & set(each.speaker_ids)
            or problem.demand_by_id[each.demand_id].hosts & demand.hosts
        )
        held = tuple(problem.demand_by_id[each.demand_id] for each in self._holders)
        leeway = Leeway(problem, (demand, *held))
        self._fitting = {each.id: leeway.fitting(each) for each in (demand, *held)}

    def offers(self) -> Iterator[Exchange]:
        """Yield, for each request that holds a candidate, it given up and it moved."""
        for given in self._holders:
            rest = tuple(each for each in self._plan if each is not given)
            for filled in self._fillings(self._demand, rest):
                yield self._exchange(filled, given, None)
                other = self._problem.demand_by_id[given.demand_id]
                for instead in self._fillings(other, (*rest, filled)):
                    yield self._exchange(filled, given, instead)

    def _fillings(self, demand: Demand, plan: tuple[Assignment, ...]) -> tuple[Assignment, ...]:
        """The best ways to fill a request beside a plan."""
        fitting = self._fitting[demand.id]
        names = {key for ids in fitting for key in ids}
        near = [
            each
            for each in plan
            if names & set(each.speaker_ids)
            or self._problem.demand_by_id[each.demand_id].hosts & demand.hosts
        ]
        world = with_standing(self._problem, near)
        found = [
            (self._points(demand, option, team), Assignment(demand.id, option.start, team))
            for option, ids in zip(demand.options, fitting, strict=True)
            if host_free(demand, option, commitments=world.host_commitments).kept
            for team in self._teams(world, demand, option=option, ids=ids)
        ]
        found.sort(key=lambda each: (-each[0], each[1].start, each[1].speaker_ids))
        return tuple(assignment for _, assignment in found[:MOST_TEAMS])

    def _teams(
        self, world: Problem, demand: Demand, *, option: Option, ids: Sequence[str]
    ) -> Iterator[tuple[str, ...]]:
        free = [key for key in ids if _is_free(world, demand, option=option, speaker_id=key)]
        free.sort(key=lambda key: (-self._points(demand, option, (key,)), key))
        if demand.speakers == 1:
            yield from ((key,) for key in free[:MOST_TEAMS])
        elif len(free) >= demand.speakers:
            yield tuple(sorted(free[: demand.speakers]))

    def _points(self, demand: Demand, option: Option, team: Iterable[str]) -> int:
        people = (self._problem.speaker_by_id[key] for key in team)
        return sum(_points_of(self._problem, demand, option=option, speaker=s) for s in people)

    def _exchange(
        self, filled: Assignment, given: Assignment, instead: Assignment | None
    ) -> Exchange:
        changed = tuple(each for each in (filled, given, instead) if each)
        near = [each for each in self._plan if self._shares(each, changed)]
        after = [each for each in near if each is not given]
        after += [each for each in (filled, instead) if each]
        return Exchange(filled, given, instead, difference(self._problem, near, after))

    def _shares(self, each: Assignment, changed: Iterable[Assignment]) -> bool:
        """Whether an assignment counts with one of these: a person of theirs, or a school."""
        school = self._problem.demand_by_id[each.demand_id].school
        return any(
            set(each.speaker_ids) & set(other.speaker_ids)
            or school == self._problem.demand_by_id[other.demand_id].school
            for other in changed
        )


def _cheapest(found: Iterable[Exchange]) -> Exchange | None:
    return max(
        found,
        key=lambda each: (
            each.difference.tier1,
            each.difference.tier2,
            each.given.demand_id,
            each.filled.start,
        ),
        default=None,
    )


def _is_free(world: Problem, demand: Demand, *, option: Option, speaker_id: str) -> bool:
    findings = pair_findings(
        world.speaker_by_id[speaker_id],
        demand,
        option=option,
        geography=world.geography,
        standing=world.standing_by_speaker_id.get(speaker_id, ()),
        pair_minutes=world.pair_minutes.get((demand.id, speaker_id)),
    )
    return all(finding.kept for finding in findings)


def _points_of(problem: Problem, demand: Demand, *, option: Option, speaker: Speaker) -> int:
    points = pair_points(problem, demand, option=option, speaker=speaker)
    sessions = len(option.sessions)
    return sum(points.values()) + fairness_points(
        problem.weights, speaker.history, sessions=sessions
    )


def _touches(problem: Problem, each: Assignment, *, cure: Cure) -> bool:
    hosts = problem.demand_by_id[each.demand_id].hosts
    return bool(set(each.speaker_ids) & set(cure.team) or hosts & cure.demand.hosts)
