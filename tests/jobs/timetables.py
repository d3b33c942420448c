"""Timetables for tests: a second process on the same district, and a solver that counts."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scheduler.jobs.timetable import Timetable
from scheduler.matching.problem import Problem
from scheduler.matching.proposal import Plan
from tests.services.world import World, solve_quickly


@dataclass
class Nights:
    """A solver that counts its runs."""

    runs: int = 0

    def __call__(self, problem: Problem, seconds: float, **watched: object) -> Plan:
        self.runs += 1
        return solve_quickly(problem, seconds)


def another(world: World, **changes: object) -> Timetable:
    """Return the timetable of a second process on the same database."""
    return replace(world.timetable, owner="another process", **changes)
