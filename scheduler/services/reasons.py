"""Why the engine left a request without anybody: one deciding key and the sieve, as data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from scheduler.domain.proposals import SieveStep, Unassigned
from scheduler.matching.candidates import Screen
from scheduler.matching.explain import sieve
from scheduler.matching.problem import Problem

NO_START = "no_start"
TOO_FEW = "too_few"
OUTBID = "outbid"


def unassigned_entries(
    problem: Problem, requests: tuple[str, ...], *, now: datetime
) -> tuple[Unassigned, ...]:
    """Return why each of these requests stayed empty, in the order given.

    The reason is ``no_start``, the rule that took the last person, ``too_few`` when a team
    cannot be had, or ``outbid`` when everyone who could come is needed elsewhere. Cost: one
    screening of all people per request.
    """
    screen = Screen(problem)
    return tuple(_entry(problem, key, screen=screen, now=now) for key in requests)


def _entry(problem: Problem, key: str, *, screen: Screen, now: datetime) -> Unassigned:
    demand = problem.demand_by_id[key]
    if not demand.options:
        return Unassigned(key, NO_START, (), {"pool": len(problem.speakers)}, now)
    steps = tuple(
        SieveStep(rule=step.rule, left=step.left, lost=step.removed)
        for step in sieve(problem, key, screen=screen)
    )
    facts: Mapping[str, object] = {
        "pool": len(problem.speakers),
        "left": steps[-1].left,
        "needed": demand.speakers,
        "starts": len(demand.options),
    }
    return Unassigned(key, _reason(steps, needed=demand.speakers), steps, facts, now)


def _reason(steps: tuple[SieveStep, ...], *, needed: int) -> str:
    emptied = next((step.rule for step in steps if step.left == 0), None)
    if emptied:
        return emptied
    return TOO_FEW if steps[-1].left < needed else OUTBID
