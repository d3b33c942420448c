"""Say why: who could take a request, what each rule removed, what holds them.

Everything is facts. Which words a page or a mail makes of them is decided
elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from scheduler.domain.assignments import (
    Assignment,
    Demand,
    Engagement,
    Finding,
    HostCommitment,
    Option,
    Speaker,
    engagements_of,
)
from scheduler.domain.constraints import (
    Ruling,
    chosen_format,
    host_free,
    pair_findings,
)
from scheduler.matching.objective import fairness_points, pair_points
from scheduler.matching.problem import Problem
from scheduler.matching.screening import Screen, Tally
from scheduler.matching.shapes import OptionShape

People = list[tuple[Speaker, list[Option]]]


@dataclass(frozen=True, slots=True)
class SieveStep:
    """How many people one rule removed, and how many were left after it."""

    rule: str
    removed: int
    left: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person who could come, at their best start.

    ``points_by_term`` counts fairness as if this were their next engagement;
    ``findings`` is one per rule, in sieve order.
    """

    speaker_id: str
    start: int
    points: int
    points_by_term: Mapping[str, int]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a request looks as it does.

    ``sieve`` goes rule by rule: the people removed and those left at the end
    make up the ``pool``. ``candidates`` come best first. ``held`` names, for
    each candidate who is taken elsewhere in the plan, the first rule in the way
    at each start; rulings without a speaker are about the request's own hosts.
    ``most_at_once`` of the candidates can come at one start, ``most_free`` of
    them beside the plan.
    """

    demand_id: str
    pool: int
    sieve: tuple[SieveStep, ...]
    candidates: tuple[Candidate, ...]
    held: tuple[Ruling, ...]
    most_at_once: int
    most_free: int


@dataclass(frozen=True, slots=True)
class Sieve:
    """What each rule removed from the pool, and how many of those left can come at one start."""

    steps: tuple[SieveStep, ...]
    most_at_once: int


def explain(
    problem: Problem,
    demand_id: str,
    *,
    assignments: Iterable[Assignment] = (),
    screen: Screen | None = None,
    top: int = 10,
) -> Explanation:
    """Explain one request, beside the other assignments of a plan.

    The sieve and the candidates count what stands in the problem; the plan
    shows only in ``held``. Pass a ``screen`` when asking about many requests.
    """
    demand = problem.demand_by_id[demand_id]
    tally: Tally = []
    living = _living(screen or Screen(problem), demand, tally=tally)
    people = [(problem.speakers[row], options) for row, options in living]
    ranked = sorted(
        (_best_start(problem, demand, speaker, options=options) for speaker, options in people),
        key=lambda best: (-best[1], best[0].id),
    )
    held = tuple(_Around(problem, assignments, demand=demand).rulings(people))
    taken = {(start, ruling.speaker_id) for start, ruling in held}
    return Explanation(
        demand_id=demand_id,
        pool=len(problem.speakers),
        sieve=_steps(len(problem.speakers), tally),
        candidates=tuple(_candidate(problem, demand, *best) for best in ranked[:top]),
        held=tuple(ruling for _, ruling in held),
        most_at_once=_most_at_once(people),
        most_free=_most_at_once(people, taken=taken),
    )


def sieve(problem: Problem, demand_id: str, *, screen: Screen | None = None) -> Sieve:
    """Return what each rule removed from the pool, in order."""
    tally: Tally = []
    demand = problem.demand_by_id[demand_id]
    living = _living(screen or Screen(problem), demand, tally=tally)
    people = [(problem.speakers[row], options) for row, options in living]
    return Sieve(_steps(len(problem.speakers), tally), _most_at_once(people))


class _Around:
    """Everybody's engagements in a plan, one request left out."""

    def __init__(
        self, problem: Problem, assignments: Iterable[Assignment], *, demand: Demand
    ) -> None:
        self._problem, self._demand = problem, demand
        self._standing: dict[str, list[Engagement]] = {
            key: list(standing) for key, standing in problem.standing_by_speaker_id.items()
        }
        self._held = [
            held
            for host in sorted(demand.hosts)
            for held in problem.host_commitments_by_host.get(host, ())
        ]
        self._taken: set[str] = set()
        for each in assignments:
            if each.demand_id != demand.id:
                self._add(each)

    def rulings(self, people: People) -> Iterable[tuple[int, Ruling]]:
        """Yield what is in the way, with the start it is in the way of."""
        for option in self._demand.options:
            finding = host_free(self._demand, option, commitments=self._held)
            if not finding.kept:
                yield option.start, Ruling(self._demand.id, None, finding)
        for speaker, options in people:
            if speaker.id not in self._taken:
                continue
            for option in options:
                broken = self._first_broken(speaker, option)
                if broken is not None:
                    yield option.start, Ruling(self._demand.id, speaker.id, broken)

    def _first_broken(self, speaker: Speaker, option: Option) -> Finding | None:
        findings = _findings(
            self._problem,
            self._demand,
            speaker,
            option=option,
            standing=self._standing.get(speaker.id, ()),
        )
        return next((finding for finding in findings if not finding.kept), None)

    def _add(self, each: Assignment) -> None:
        problem = self._problem
        demand = problem.demand_by_id[each.demand_id]
        option = demand.option_at(each.start)
        if option is None:
            return
        for host in demand.hosts & self._demand.hosts:
            self._held += [HostCommitment(host, session, demand.id) for session in option.sessions]
        for key in each.speaker_ids:
            chosen = chosen_format(problem.speaker_by_id[key], demand, geography=problem.geography)
            minutes = problem.pair_minutes.get((demand.id, key))
            self._taken.add(key)
            self._standing.setdefault(key, []).extend(
                engagements_of(demand, option, format=chosen or demand.format, pair_minutes=minutes)
            )


def _most_at_once(people: People, *, taken: Container[tuple[int, str | None]] = ()) -> int:
    """How many can come at the fullest start, without those who, or starts that, are taken."""
    count_by_start = Counter(
        option.start
        for speaker, options in people
        for option in options
        if (option.start, speaker.id) not in taken and (option.start, None) not in taken
    )
    return max(count_by_start.values(), default=0)


def _living(screen: Screen, demand: Demand, *, tally: Tally) -> Iterable[tuple[int, list[Option]]]:
    shapes = [OptionShape.of(option) for option in demand.options]
    left = screen.ask(demand, shapes=shapes, tally=tally)
    return [
        (int(row), [demand.options[place] for place in np.flatnonzero(alive)])
        for row, alive in zip(left.rows, left.alive, strict=True)
    ]


def _steps(pool: int, tally: Tally) -> tuple[SieveStep, ...]:
    before = [pool, *(left for _, left in tally)]
    return tuple(
        SieveStep(rule, removed=was - left, left=left)
        for was, (rule, left) in zip(before, tally, strict=False)
    )


def _best_start(
    problem: Problem, demand: Demand, speaker: Speaker, *, options: list[Option]
) -> tuple[Speaker, int, Option]:
    totals = [(_total(problem, demand, speaker, option=each), each) for each in options]
    total, option = max(totals, key=lambda each: (each[0], -each[1].start))
    return speaker, total, option


def _total(problem: Problem, demand: Demand, speaker: Speaker, *, option: Option) -> int:
    return sum(_terms(problem, demand, speaker, option=option).values())


def _terms(problem: Problem, demand: Demand, speaker: Speaker, *, option: Option) -> dict[str, int]:
    fairness = fairness_points(problem.weights, speaker.history, sessions=len(option.sessions))
    points = pair_points(problem, demand, option=option, speaker=speaker)
    return {**points, "fairness": fairness}


def _candidate(
    problem: Problem, demand: Demand, speaker: Speaker, total: int, option: Option
) -> Candidate:
    standing = problem.standing_by_speaker_id.get(speaker.id, ())
    return Candidate(
        speaker.id,
        option.start,
        total,
        _terms(problem, demand, speaker, option=option),
        _findings(problem, demand, speaker, option=option, standing=standing),
    )


def _findings(
    problem: Problem,
    demand: Demand,
    speaker: Speaker,
    *,
    option: Option,
    standing: Iterable[Engagement],
) -> tuple[Finding, ...]:
    return pair_findings(
        speaker,
        demand,
        option=option,
        geography=problem.geography,
        standing=standing,
        pair_minutes=problem.pair_minutes.get((demand.id, speaker.id)),
    )
