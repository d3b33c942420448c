"""Solve in a process of its own, so that whoever asks never loads the solver."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from scheduler.matching.problem import Problem
from scheduler.matching.proposal import Plan


def solve_apart(problem: Problem, seconds: float) -> Plan:
    """Return the plan found by a child process, which ends with it.

    Raises:
        SolverFailed: as ``solve``.
    """
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_solve, problem, seconds).result()


def _solve(problem: Problem, seconds: float) -> Plan:
    from scheduler.matching.solve import solve

    return solve(problem, seconds=seconds)
