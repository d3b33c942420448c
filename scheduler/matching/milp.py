"""Solve linear models with HiGHS, the one place that knows it.

The solver is imported when the first model is solved: a process that only
reads plans never loads it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from scheduler.domain.errors import SolverFailed
from scheduler.matching.linear import LinearModel
from scheduler.matching.proposal import Cancelled
from scheduler.matching.tables import Floats

if TYPE_CHECKING:
    import highspy

Outcome = Literal["optimal", "stopped", "infeasible"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one model.

    ``values`` is None when no answer was found in time. ``bound`` limits the
    objective from above (infinite when nothing is known). ``row_prices`` are those of a model
    whose variables may be fractional.
    """

    outcome: Outcome
    values: Floats | None
    objective: float
    bound: float
    row_prices: Floats = field(default_factory=lambda: np.zeros(0))


def solve_model(
    model: LinearModel,
    *,
    is_whole: bool,
    seconds: float,
    seed: int = 0,
    start: Floats | None = None,
    is_cancelled: Cancelled = lambda: False,
) -> Answer:
    """Maximise a model within the time given, or until it is cancelled.

    Without ``is_whole`` all variables may be fractional. ``start`` is a plan
    to improve on.

    Raises:
        SolverFailed: HiGHS refused the model, or gave up on it.
    """
    import highspy

    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in _options(seconds, seed).items():
        highs.setOptionValue(name, value)
    _interrupt(highs, time.monotonic() + seconds, is_cancelled=is_cancelled)
    if highs.passModel(_laid_out(model, is_whole=is_whole)) == highspy.HighsStatus.kError:
        raise SolverFailed("The solver refused the model.")
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = start.tolist()
        highs.setSolution(solution)
    if highs.run() == highspy.HighsStatus.kError:
        raise SolverFailed("The solver could not work on the model.")
    return _answer(highs, is_whole=is_whole)


def _answer(highs: highspy.Highs, *, is_whole: bool) -> Answer:
    import highspy

    status, info = highs.getModelStatus(), highs.getInfo()
    if status == highspy.HighsModelStatus.kInfeasible:
        return Answer("infeasible", None, 0.0, float("-inf"))
    has_values = info.primal_solution_status == 2
    solution = highs.getSolution()
    is_optimal = status == highspy.HighsModelStatus.kOptimal
    bound = info.mip_dual_bound if is_whole else info.objective_function_value
    return Answer(
        "optimal" if is_optimal else "stopped",
        np.array(solution.col_value) if has_values else None,
        float(info.objective_function_value),
        float(bound) if is_optimal or is_whole else float("inf"),
        np.zeros(0) if is_whole else np.array(solution.row_dual),
    )


def _interrupt(highs: highspy.Highs, deadline: float, *, is_cancelled: Cancelled) -> None:
    """Stop the solver on time: it looks at its own limit too seldom."""

    def stop_in_time(event: highspy.highs.HighsCallbackEvent) -> None:
        if time.monotonic() > deadline or is_cancelled():
            event.interrupt()

    highs.cbSimplexInterrupt += stop_in_time
    highs.cbIpmInterrupt += stop_in_time
    highs.cbMipInterrupt += stop_in_time


def _options(seconds: float, seed: int) -> dict[str, bool | int | float]:
    return {
        "output_flag": False,
        "time_limit": max(0.01, seconds),
        "random_seed": seed,
        "mip_rel_gap": 0.0,
        "mip_abs_gap": 0.999,
        # They cost more than the plans they find are worth.
        "mip_heuristic_run_feasibility_jump": False,
        "mip_heuristic_run_root_reduced_cost": False,
    }


def _laid_out(model: LinearModel, *, is_whole: bool) -> highspy.HighsLp:
    import highspy

    lp = highspy.HighsLp()
    order = np.argsort(model.variable, kind="stable")
    counts = np.bincount(model.variable, minlength=len(model.points))
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.num_col_, lp.num_row_ = len(model.points), len(model.high)
    lp.col_cost_ = model.points
    lp.col_lower_ = np.zeros(len(model.points))
    lp.col_upper_ = np.ones(len(model.points))
    lp.row_lower_, lp.row_upper_ = model.low, model.high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
    lp.a_matrix_.index_ = model.row[order].astype(np.int32)
    lp.a_matrix_.value_ = model.amount[order]
    if is_whole:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(each)] for each in model.is_whole]
    return lp
