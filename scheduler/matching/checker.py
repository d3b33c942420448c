"""Check a whole plan by the plain rules, whoever made it.

The checker shares no table with the search. A violation in one of our own
plans is our bug.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scheduler.domain.assignments import (
    Assignment,
    Demand,
    Engagement,
    HostCommitment,
    Option,
    Speaker,
    engagements_of,
)
from scheduler.domain.constraints import (
    ALL_RULES,
    Ruling,
    assignment_findings,
    broken,
    chosen_format,
    full_team,
    one_start,
    pinned_kept,
)
from scheduler.matching.objective import points_by_term, tier1_value
from scheduler.matching.problem import Problem


@dataclass(frozen=True, slots=True)
class Report:
    """What the plain rules say of a plan, and what the plan is worth.

    ``violations`` go by request in the order of the plan; ``kept_by_rule`` and
    ``broken_by_rule`` name every rule, in the order of the sieve. The values
    of both tiers are None when a start is not offered, or a request is filled
    twice: such a plan has no worth.
    """

    violations: tuple[Ruling, ...]
    kept_by_rule: Mapping[str, int]
    broken_by_rule: Mapping[str, int]
    tier1: int | None
    tier2: int | None
    points: Mapping[str, int]


def check(problem: Problem, assignments: Iterable[Assignment]) -> Report:
    """Ask every rule about every assignment, the pinned ones included."""
    plan = tuple(assignments)
    rulings = (*_rulings(problem, plan), *_pinned_rulings(problem, plan))
    violations = broken(rulings)
    counts = Counter((ruling.finding.rule, ruling.finding.kept) for ruling in rulings)
    has_worth = not any(ruling.finding.rule == "one_start" for ruling in violations)
    points = points_by_term(problem, plan) if has_worth else {}
    return Report(
        violations=violations,
        kept_by_rule={rule: counts[rule, True] for rule in ALL_RULES},
        broken_by_rule={rule: counts[rule, False] for rule in ALL_RULES},
        tier1=tier1_value(problem, plan) if has_worth else None,
        tier2=sum(points.values()) if has_worth else None,
        points=points,
    )


def _rulings(problem: Problem, plan: tuple[Assignment, ...]) -> list[Ruling]:
    starts_of: defaultdict[str, list[int]] = defaultdict(list)
    for each in plan:
        starts_of[each.demand_id].append(each.start)
    context = _Context(problem, plan)
    found: list[Ruling] = []
    for each in plan:
        demand = problem.demand_by_id[each.demand_id]
        option = demand.option_at(each.start)
        if option is None:
            found += _without_option(demand, each)
        else:
            found += context.rulings(demand, option, speaker_ids=each.speaker_ids)
    twice = [key for key, starts in starts_of.items() if len(starts) > 1]
    return found + [_filled_twice(problem.demand_by_id[key], starts_of[key]) for key in twice]


class _Context:
    """Everybody's engagements under the plan, looked up by speaker and host."""

    def __init__(self, problem: Problem, plan: tuple[Assignment, ...]) -> None:
        self._problem = problem
        self._engagements: defaultdict[str, list[Engagement]] = defaultdict(list)
        self._held: defaultdict[str, list[HostCommitment]] = defaultdict(list)
        for commitment in problem.commitments:
            self._engagements[commitment.speaker_id].append(commitment.engagement)
        for held in problem.host_commitments:
            self._held[held.host].append(held)
        for each in plan:
            self._add(each)

    def rulings(
        self, demand: Demand, option: Option, *, speaker_ids: tuple[str, ...]
    ) -> tuple[Ruling, ...]:
        problem = self._problem
        standing = {
            key: [each for each in self._engagements[key] if each.demand_id != demand.id]
            for key in speaker_ids
        }
        minutes = {
            key: problem.pair_minutes[demand.id, key]
            for key in speaker_ids
            if (demand.id, key) in problem.pair_minutes
        }
        return assignment_findings(
            demand,
            option,
            speakers=[problem.speaker_by_id[key] for key in speaker_ids],
            geography=problem.geography,
            standing_by_speaker_id=standing,
            host_commitments=[held for host in sorted(demand.hosts) for held in self._held[host]],
            pair_minutes_by_speaker_id=minutes,
        )

    def _add(self, each: Assignment) -> None:
        demand = self._problem.demand_by_id[each.demand_id]
        option = demand.option_at(each.start)
        if option is None:
            return
        for host in demand.hosts:
            self._held[host] += [HostCommitment(host, s, demand.id) for s in option.sessions]
        for key in each.speaker_ids:
            speaker = self._problem.speaker_by_id[key]
            self._engagements[key] += self._of(demand, option, speaker=speaker)

    def _of(self, demand: Demand, option: Option, *, speaker: Speaker) -> tuple[Engagement, ...]:
        chosen = chosen_format(speaker, demand, geography=self._problem.geography)
        minutes = self._problem.pair_minutes.get((demand.id, speaker.id))
        return engagements_of(demand, option, format=chosen or demand.format, pair_minutes=minutes)


def _without_option(demand: Demand, assignment: Assignment) -> list[Ruling]:
    findings = (
        one_start(demand, (assignment.start,)),
        full_team(demand, assignment.speaker_ids),
    )
    return [Ruling(demand.id, None, finding) for finding in findings]


def _filled_twice(demand: Demand, starts: list[int]) -> Ruling:
    finding = one_start(demand, starts)
    facts = {**finding.facts, "times": len(starts)}
    return Ruling(demand.id, None, type(finding)("one_start", False, facts))


def _pinned_rulings(problem: Problem, plan: tuple[Assignment, ...]) -> list[Ruling]:
    chosen_by_id = {each.demand_id: each for each in plan}
    found = []
    for pinned in problem.pinned:
        demand = problem.demand_by_id[pinned.demand_id]
        chosen = chosen_by_id.get(demand.id)
        found.append(Ruling(demand.id, None, pinned_kept(demand, chosen, pinned=pinned)))
    return found
