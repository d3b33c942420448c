"""Turn a problem into a plan with its proof.

First a greedy plan, so that there always is one; then both tiers strictly in
order; last the plain checker, which has the final word.
"""

from __future__ import annotations

import resource
import sys
import time
from dataclasses import replace

import numpy as np

from scheduler.domain.assignments import Assignment
from scheduler.domain.errors import SolverFailed
from scheduler.matching.bound import price
from scheduler.matching.checker import check
from scheduler.matching.frame import Frame
from scheduler.matching.goal import Goal, value_of
from scheduler.matching.greedy import fill_greedily
from scheduler.matching.pinning import Pinned, set_aside
from scheduler.matching.prices import Prices
from scheduler.matching.problem import Problem
from scheduler.matching.proposal import Cancelled, Milestone, Plan, Progress, Tier
from scheduler.matching.search import Climbed, climb
from scheduler.matching.tables import Ints

FIRST_TIER_SHARE = 0.65
CHECKING_SHARE = 0.05


def solve(
    problem: Problem,
    *,
    seconds: float = 30.0,
    seed: int = 0,
    progress: Progress | None = None,
    is_cancelled: Cancelled | None = None,
) -> Plan:
    """Return the best plan the time allows, checked by the plain rules.

    ``progress`` is told each phase as it begins and each better plan or bound,
    with the share of the time that is gone. Once ``is_cancelled`` says so, the
    best plan so far is returned. Short of time, that is the greedy plan: then
    the search took about as long as reading all rules once. The status is
    ``optimal`` when both tiers are closed and ``infeasible`` when pinned
    bookings cannot be kept.

    Raises:
        SolverFailed: the plan breaks a rule, which is a fault of ours.
    """
    watch = _Watch(seconds, progress, is_cancelled=is_cancelled or (lambda: False))
    watch.begin("pinned")
    pinned = set_aside(problem)
    if pinned.violations:
        return Plan("infeasible", seconds_by_phase=watch.end(), violations=pinned.violations)
    watch.begin("columns")
    frame = Frame.of(pinned.rest)
    watch.begin("greedy")
    chosen = fill_greedily(frame)
    watch.found(frame, pinned, chosen)
    first, second = _climbed(frame, pinned, chosen, watch=watch, seed=seed)
    watch.begin("check")
    plan = _plan(problem, pinned, frame=frame, first=first, second=second)
    return replace(
        plan,
        seconds_by_phase=watch.end(),
        peak_memory_mb=_peak_memory_mb(),
        milestones=tuple(watch.milestones),
    )


def _climbed(
    frame: Frame, pinned: Pinned, chosen: Ints, *, watch: _Watch, seed: int
) -> tuple[Climbed, Climbed]:
    """Climb the first tier, then the second with the first held."""
    watch.begin("tier 1")
    goal = Goal(1, watch.deadline(FIRST_TIER_SHARE), seed, is_cancelled=watch.is_cancelled)
    first = climb(
        frame, goal, start=chosen, tell=lambda reached: watch.climbed(1, reached, frame, pinned)
    )
    if first.tier.value == value_of(frame, chosen, tier=1):
        # As good in the first tier, and chosen with an eye to the second.
        first = replace(first, chosen=chosen)
    watch.begin("tier 2")
    ends, floor = watch.deadline(1 - CHECKING_SHARE), first.tier.value
    second = climb(
        frame,
        replace(goal, tier=2, deadline=ends, floor=floor, face=first.face),
        start=first.chosen,
        tell=lambda reached: watch.climbed(2, reached, frame, pinned),
    )
    return first, second


def assignments_of(frame: Frame, chosen: Ints) -> tuple[Assignment, ...]:
    """Return the assignments made of the chosen columns, in the order of the requests."""
    columns, problem = frame.columns, frame.problem
    team_by_option: dict[int, list[str]] = {}
    for column in np.sort(chosen).tolist():
        team = team_by_option.setdefault(int(columns.option[column]), [])
        team.append(problem.speakers[int(columns.speaker[column])].id)
    return tuple(
        Assignment(
            problem.demands[int(columns.option_demand[option])].id,
            columns.options[option].start,
            tuple(team),
        )
        for option, team in team_by_option.items()
    )


class _Watch:
    """What is known by when: how long each phase took, and how much time the next may take."""

    def __init__(
        self, seconds: float, progress: Progress | None, *, is_cancelled: Cancelled
    ) -> None:
        self.is_cancelled = is_cancelled
        self._begun = time.monotonic()
        self._seconds = max(0.0, seconds)
        self._progress = progress
        self._marks: list[tuple[str, float]] = []
        self._known = Milestone("", 0.0)
        self.milestones: list[Milestone] = []

    def begin(self, name: str) -> None:
        self._marks.append((name, time.monotonic()))
        self._tell(replace(self._known, phase=name))

    def found(self, frame: Frame, pinned: Pinned, chosen: Ints) -> None:
        """Tell of the first plan; all requests that could be filled bound it until prices do."""
        filled = len(pinned.assignments) + len(np.unique(frame.columns.demand[chosen]))
        bound = int(price(frame, Prices.free(frame), tier=1).bound)
        tier = Tier(value_of(frame, chosen, tier=1) + pinned.tier1, bound + pinned.tier1)
        self._tell(replace(self._known, filled=filled, tier1=tier))

    def climbed(self, tier: int, reached: Climbed, frame: Frame, pinned: Pinned) -> None:
        """Tell of a better plan or bound."""
        filled = len(pinned.assignments) + len(np.unique(frame.columns.demand[reached.chosen]))
        known = replace(self._known, filled=filled)
        if tier == 1:
            self._tell(replace(known, tier1=_with_pinned(reached.tier, pinned.tier1)))
        else:
            self._tell(replace(known, tier2=_with_pinned(reached.tier, pinned.tier2)))

    def deadline(self, share: float) -> float:
        """Return when this share of the time still left will be gone."""
        now = time.monotonic()
        return now + share * max(0.0, self._begun + self._seconds - now)

    def end(self) -> dict[str, float]:
        ends = [begun for _, begun in self._marks[1:]] + [time.monotonic()]
        return {name: end - begun for (name, begun), end in zip(self._marks, ends, strict=True)}

    def _tell(self, known: Milestone) -> None:
        gone = time.monotonic() - self._begun
        share = min(1.0, gone / self._seconds) if self._seconds else 1.0
        self._known = replace(known, share=share, seconds=gone)
        self.milestones.append(self._known)
        if self._progress:
            self._progress(self._known)


def _with_pinned(tier: Tier, points: int) -> Tier:
    return Tier(tier.value + points, tier.bound + points)


def _plan(
    problem: Problem, pinned: Pinned, *, frame: Frame, first: Climbed, second: Climbed
) -> Plan:
    assignments = (*pinned.assignments, *assignments_of(frame, second.chosen))
    report = check(problem, assignments)
    if report.violations or report.tier1 is None or report.tier2 is None:
        rules = sorted({ruling.finding.rule for ruling in report.violations})
        raise SolverFailed(f"The search broke its own rules: {', '.join(rules)}.")
    tier1 = Tier(report.tier1, first.tier.bound + pinned.tier1)
    tier2 = Tier(report.tier2, second.tier.bound + pinned.tier2)
    filled = {each.demand_id for each in assignments}
    return Plan(
        status="optimal" if tier1.is_closed and tier2.is_closed else "feasible",
        assignments=assignments,
        tier1=tier1,
        tier2=tier2,
        points=report.points,
        columns=len(frame.columns),
        unassigned=tuple(d.id for d in problem.demands if d.id not in filled),
    )


def _peak_memory_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20) if sys.platform == "darwin" else peak / 1024
