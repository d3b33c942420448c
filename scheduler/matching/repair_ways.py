"""Find the ways to fill one request, as a plan stands, and which bookings would give way.

Who could come at all is asked once per request and kept; whether they could come beside what
they are booked for is asked each time, of the most promising first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations, islice

import numpy as np

from scheduler.domain.assignments import Assignment, Demand, Option
from scheduler.matching.candidates import find_columns
from scheduler.matching.problem import Problem
from scheduler.matching.repair_standing import Standing
from scheduler.matching.screening import Screen
from scheduler.matching.tables import Ints

ENOUGH = 40
MOST_TEAMS = 400


@dataclass(frozen=True, slots=True)
class Way:
    """A booking that could be put in once ``gives_way`` are taken out.

    ``points`` are those of its people in the second tier, as the plan stands.
    """

    assignment: Assignment
    gives_way: frozenset[str]
    points: int


@dataclass(frozen=True, slots=True)
class Leave:
    """What may change: ``movable`` bookings, ``most`` of them; ``gone`` people come no more.

    ``is_last`` says that nothing else is left to be filled.
    """

    movable: frozenset[str]
    most: int
    gone: frozenset[str] = frozenset()
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class People:
    """Who could come at one start if nothing was planned yet: rows of speakers.

    In order of ``most``, the points that nobody's coming can pass; ``points`` are those that do
    not depend on the rest of the plan.
    """

    option: Option
    rows: Ints
    points: Ints
    most: Ints


@dataclass(frozen=True, slots=True)
class _Free:
    """Somebody who could come once these bookings give way."""

    speaker_id: str
    gives_way: frozenset[str]
    points: int


class Ways:
    """The ways to fill the requests of one problem.

    ``has_seen_all`` turns false once somebody who could matter was not looked at.
    """

    def __init__(self, standing: Standing, *, screen: Screen) -> None:
        self._standing = standing
        self._screen = screen
        self._history = screen.speakers.history
        self._people_by_demand_id: dict[str, tuple[People, ...]] = {}
        self._previous_by_demand_id: defaultdict[str, list[Assignment]] = defaultdict(list)
        for each in standing.problem.previous:
            self._previous_by_demand_id[each.demand_id].append(each)
        self.has_seen_all = True

    def of(self, demand: Demand, leave: Leave) -> list[Way]:
        """Return the ways, fewest bookings giving way first, then most points.

        Where many could come and nobody has to give way, only the most promising are named.
        """
        found = [way for people in self.people(demand) for way in self._at(demand, people, leave)]
        found.sort(key=lambda way: (len(way.gives_way), -way.points, way.assignment.start))
        return found

    def people(self, demand: Demand) -> tuple[People, ...]:
        """Return who could come, start by start.

        The first time it costs about a millisecond for twenty thousand speakers.
        """
        if demand.id not in self._people_by_demand_id:
            columns = find_columns(self._alone(demand), screen=self._screen)
            weights = self._standing.problem.weights
            found = []
            for number, option in enumerate(demand.options):
                begin, end = columns.first[number], columns.first[number + 1]
                rows, points = columns.speaker[begin:end], columns.points[begin:end]
                count = len(option.sessions)
                steps = self._history[rows] * count + count * (count - 1) // 2
                most = points - weights.fairness * steps
                order = np.argsort(-most, kind="stable")
                found.append(People(option, rows[order], points[order], most[order]))
            self._people_by_demand_id[demand.id] = tuple(found)
        return self._people_by_demand_id[demand.id]

    def can_fill(self, demand: Demand) -> bool:
        """Tell whether some start had a whole team if nothing was planned yet."""
        return any(len(people.rows) >= demand.speakers for people in self.people(demand))

    def most_points(self, demand: Demand) -> int:
        """Return second-tier points that no way to fill the request can pass; at least 0."""
        teams = (int(people.most[: demand.speakers].sum()) for people in self.people(demand))
        return max(0, max(teams, default=0) + self._standing.problem.weights.equity)

    def _alone(self, demand: Demand) -> Problem:
        """The problem of this request only, so that nothing is read of any other."""
        problem = self._standing.problem
        scores = problem.pair_scores_by_demand_id.get(demand.id, ())
        return replace(
            problem,
            demands=(demand,),
            previous=tuple(self._previous_by_demand_id.get(demand.id, ())),
            pair_scores={(demand.id, key): score for key, score in scores},
            pinned=(),
        )

    def _at(self, demand: Demand, people: People, leave: Leave) -> Iterator[Way]:
        hosts = self._standing.holding_hosts(demand, people.option)
        if len(hosts) > leave.most or not hosts <= leave.movable:
            return
        free = self._free(demand, people, hosts=hosts, leave=leave)
        free.sort(key=lambda each: (len(each.gives_way), -each.points, each.speaker_id))
        is_settled = leave.is_last and not hosts
        for team in self._teams(free, size=demand.speakers, is_settled=is_settled):
            gives_way = hosts.union(*(each.gives_way for each in team))
            if len(gives_way) <= leave.most:
                names = tuple(sorted(each.speaker_id for each in team))
                points = sum(each.points for each in team)
                yield Way(Assignment(demand.id, people.option.start, names), gives_way, points)

    def _free(
        self, demand: Demand, people: People, *, hosts: frozenset[str], leave: Leave
    ) -> list[_Free]:
        standing, option = self._standing, people.option
        speakers = standing.problem.speakers
        found: list[_Free] = []
        ready: list[int] = []
        for row, points, most in zip(
            people.rows.tolist(), people.points.tolist(), people.most.tolist(), strict=True
        ):
            if len(ready) >= ENOUGH + demand.speakers:
                ready.sort(reverse=True)
                is_settled = leave.is_last and not hosts and ready[demand.speakers - 1] >= most
                self.has_seen_all = self.has_seen_all and is_settled
                break
            speaker = speakers[row]
            if speaker.id in leave.gone:
                continue
            worth = points + standing.fairness_of(speaker, option)
            for gives_way in standing.ways_to_free(
                speaker,
                demand,
                option=option,
                leave_out=hosts,
                among=leave.movable,
                most=leave.most,
            ):
                found.append(_Free(speaker.id, gives_way, worth))
                if not gives_way:
                    ready.append(worth)
        return found

    def _teams(
        self, free: list[_Free], *, size: int, is_settled: bool
    ) -> Iterator[tuple[_Free, ...]]:
        teams = combinations(free, size)
        for team in teams if size == 1 else islice(teams, MOST_TEAMS):
            if len({each.speaker_id for each in team}) == size:
                yield team
        is_cut = size > 1 and next(teams, None) is not None
        # The first team is the best where nobody gives way and nothing else is to be filled.
        is_best_first = is_settled and not any(each.gives_way for each in free[:size])
        self.has_seen_all = self.has_seen_all and (not is_cut or is_best_first)
