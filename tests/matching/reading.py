"""Instances and plans as JSON in, as JSON out: through the files, as anybody would do it."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from scheduler.matching.instances import plan_as_json, read_instance
from scheduler.matching.problem import Problem
from scheduler.matching.proposal import Plan
from scheduler.matching.solve import solve
from tests.matching.files import Json
from tests.outside.plan_verifier import verify


def problem_of(instance: Json) -> Problem:
    """Return the problem of an instance, read from a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "instance.json"
        path.write_text(json.dumps(instance))
        return read_instance(path)


def solved(instance: Json, *, seconds: float = 30.0, seed: int = 0) -> tuple[Plan, Json]:
    """Return the plan of an instance, and the same as JSON."""
    problem = problem_of(instance)
    plan = solve(problem, seconds=seconds, seed=seed)
    return plan, plan_as_json(plan, problem)


def verified(instance: Json, *, seconds: float = 30.0) -> tuple[Plan, list[Json]]:
    """Return a plan and its bookings once the outside verifier has agreed with all of it."""
    plan, content = solved(instance, seconds=seconds)
    verdict = verify(instance, content)
    assert verdict.violations == ()
    assert (verdict.tier1, verdict.tier2) == (plan.tier1.value, plan.tier2.value)
    assert verdict.terms == dict(plan.points)
    bookings: list[Json] = content["bookings"]
    return plan, bookings


def optimum(instance: Json) -> tuple[int, int]:
    """Return both tiers of a plan that is proven and verified."""
    plan, _ = verified(instance)
    assert plan.status == "optimal"
    return plan.tier1.value, plan.tier2.value


def as_set(bookings: list[Json]) -> set[tuple[Any, int, frozenset[Any]]]:
    """Return bookings as values that compare whatever their order."""
    return {(each["request"], each["start"], frozenset(each["volunteers"])) for each in bookings}
