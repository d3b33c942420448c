"""The yardstick anybody would try first: one integer program over all columns, given to HiGHS.

Both tiers in order, each with half of the time. Nothing is priced, decomposed, warmed up or
tightened: rows stand as the rules are told, clashes two by two.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations

import highspy
import numpy as np

from scheduler.domain.assignments import IN_PERSON, VIRTUAL, Engagement, engagements_of
from scheduler.domain.constraints import travel_time
from scheduler.domain.constraints.loads import engaged_minutes
from scheduler.matching.candidates import Columns, find_columns
from scheduler.matching.objective import filled_weight
from scheduler.matching.problem import Problem

Terms = list[tuple[int, float]]


@dataclass(frozen=True)
class Found:
    """What the solver has after its time: both tiers, their bounds, and whether both are proven.

    Without any plan of the second tier, that tier is None.
    """

    tier1: int
    bound1: float
    tier2: int | None
    bound2: float
    is_proven: bool


@dataclass
class Model:
    """Variables from 0 to their upper limit, and rows of terms up to a limit."""

    points: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    is_whole: list[bool] = field(default_factory=list)
    rows: list[tuple[float, Terms, float]] = field(default_factory=list)

    def variable(self, points: float = 0.0, *, is_whole: bool = True) -> int:
        """Add a variable from 0 to 1 and return its number."""
        self.points.append(points)
        self.upper.append(1.0)
        self.is_whole.append(is_whole)
        return len(self.points) - 1

    def at_most(self, terms: Terms, limit: float) -> None:
        """Keep a sum of variables below a limit."""
        self.rows.append((-highspy.kHighsInf, terms, limit))

    def equal(self, terms: Terms) -> None:
        """Keep a sum of variables at zero."""
        self.rows.append((0.0, terms, 0.0))

    def solve(self, points: Iterable[float], *, seconds: float) -> tuple[float | None, float, bool]:
        """Return the best value found, its bound, and whether it is proven."""
        highs = highspy.Highs()  # type: ignore[no-untyped-call]
        highs.setOptionValue("output_flag", False)
        highs.setOptionValue("time_limit", max(0.1, seconds))
        highs.setOptionValue("mip_rel_gap", 0.0)
        highs.setOptionValue("mip_abs_gap", 0.999)
        highs.passModel(self._as_lp(list(points)))
        # The solver's threads are the process's; somebody else may want another number of them.
        highspy.Highs.resetGlobalScheduler(True)
        if highs.run() == highspy.HighsStatus.kError:
            raise RuntimeError("HiGHS did not run")
        highspy.Highs.resetGlobalScheduler(True)
        info = highs.getInfo()
        is_proven = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
        has_plan = info.primal_solution_status == 2
        value = info.objective_function_value if has_plan else None
        return value, info.mip_dual_bound, is_proven

    def _as_lp(self, points: list[float]) -> highspy.HighsLp:
        lp = highspy.HighsLp()
        lp.sense_ = highspy.ObjSense.kMaximize
        lp.num_col_, lp.num_row_ = len(points), len(self.rows)
        lp.col_cost_ = np.array(points)
        lp.col_lower_, lp.col_upper_ = np.zeros(len(points)), np.array(self.upper)
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[each] for each in self.is_whole]
        lp.row_lower_ = np.array([low for low, _, _ in self.rows])
        lp.row_upper_ = np.array([high for _, _, high in self.rows])
        sizes = [len(terms) for _, terms, _ in self.rows]
        flat = [term for _, terms, _ in self.rows for term in terms]
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.concatenate(([0], np.cumsum(sizes))).astype(np.int32)
        lp.a_matrix_.index_ = np.array([number for number, _ in flat], dtype=np.int32)
        lp.a_matrix_.value_ = np.array([amount for _, amount in flat], dtype=np.float64)
        return lp


def solve_whole(problem: Problem, *, seconds: float) -> Found:
    """Solve a problem without standing or pinned bookings, as one model."""
    begun = time.monotonic()
    columns = find_columns(problem)
    model, weights = _model_of(problem, columns)
    left = seconds - (time.monotonic() - begun)
    first, bound1, is_first_proven = model.solve(weights, seconds=left / 2)
    tier1 = round(first or 0.0)
    model.at_most([(z, -weight) for z, weight in enumerate(weights) if weight], -tier1)
    left = seconds - (time.monotonic() - begun)
    second, bound2, is_second_proven = model.solve(model.points, seconds=left)
    tier2 = None if second is None else round(second)
    return Found(tier1, bound1, tier2, bound2, is_first_proven and is_second_proven)


def _model_of(problem: Problem, columns: Columns) -> tuple[Model, list[float]]:
    model = Model()
    pairs = list(zip(columns.option_demand.tolist(), columns.options, strict=True))
    weights = [float(filled_weight(problem.demands[d], option)) for d, option in pairs]
    options = [model.variable() for _ in columns.options]
    chosen = [model.variable(float(points)) for points in columns.points]
    _fill_whole_teams(model, problem, columns, options=options, chosen=chosen)
    for row in range(len(problem.speakers)):
        mine = np.flatnonzero(columns.speaker == row).tolist()
        if mine:
            _Speaker(problem, columns, row).limit(model, {each: chosen[each] for each in mine})
    _keep_hosts_apart(model, problem, columns, options=options)
    _share_among_schools(model, problem, columns, options=options)
    return model, weights + [0.0] * (len(model.points) - len(weights))


def _fill_whole_teams(
    model: Model, problem: Problem, columns: Columns, *, options: list[int], chosen: list[int]
) -> None:
    by_demand: defaultdict[int, Terms] = defaultdict(list)
    for option, demand in enumerate(columns.option_demand.tolist()):
        by_demand[demand].append((options[option], 1.0))
        team: Terms = [
            (chosen[column], 1.0)
            for column in range(columns.first[option], columns.first[option + 1])
        ]
        model.equal([*team, (options[option], -float(problem.demands[demand].speakers))])
    for terms in by_demand.values():
        model.at_most(terms, 1.0)


class _Speaker:
    """One speaker's rows: caps, budget, the way between two visits, and fairness."""

    def __init__(self, problem: Problem, columns: Columns, row: int) -> None:
        self._problem, self._columns, self._row = problem, columns, row
        self._facts = problem.speakers[row]

    def limit(self, model: Model, chosen: dict[int, int]) -> None:
        """Add the rows of a speaker whose variables are ``chosen``, by column."""
        facts = self._facts
        caps = {"day": facts.max_per_day, "week": facts.max_per_week, "month": facts.max_per_month}
        loads: defaultdict[tuple[str, int], defaultdict[int, float]]
        loads = defaultdict(lambda: defaultdict(float))
        engagements = {column: self._engagements(column) for column in chosen}
        for column, held in engagements.items():
            for each in held:
                for span in caps:
                    loads[span, getattr(each.session, span)][chosen[column]] += 1.0
                cost = engaged_minutes(facts, each, geography=self._problem.geography)
                loads["budget", each.session.month][chosen[column]] += cost
        for (span, _), load in loads.items():
            cap = facts.budget_minutes if span == "budget" else caps[span]
            if cap is not None:
                model.at_most(list(load.items()), float(cap))
        self._keep_apart(model, chosen, engagements)
        self._count_fairly(model, {chosen[c]: len(held) for c, held in engagements.items()})

    def _engagements(self, column: int) -> tuple[Engagement, ...]:
        demand = self._problem.demands[self._columns.demand[column]]
        option = self._columns.options[self._columns.option[column]]
        chosen = IN_PERSON if self._columns.in_person[column] else VIRTUAL
        minutes = self._problem.pair_minutes.get((demand.id, self._facts.id))
        return engagements_of(demand, option, format=chosen, pair_minutes=minutes)

    def _keep_apart(
        self, model: Model, chosen: dict[int, int], engagements: dict[int, tuple[Engagement, ...]]
    ) -> None:
        days = {c: {each.session.day for each in held} for c, held in engagements.items()}
        for one, other in combinations(chosen, 2):
            if self._columns.demand[one] == self._columns.demand[other]:
                continue
            if days[one] & days[other] and not self._can_reach(
                engagements[one], engagements[other]
            ):
                model.at_most([(chosen[one], 1.0), (chosen[other], 1.0)], 1.0)

    def _can_reach(self, one: tuple[Engagement, ...], other: tuple[Engagement, ...]) -> bool:
        geography = self._problem.geography
        return travel_time(self._facts, one, standing=other, geography=geography).kept

    def _count_fairly(self, model: Model, sessions: dict[int, int]) -> None:
        most = sum(sessions.values())
        fairness, history = self._problem.weights.fairness, self._facts.history
        steps = [
            model.variable(-float(fairness * (history + rank)), is_whole=False)
            for rank in range(most)
        ]
        counted: Terms = [(variable, float(count)) for variable, count in sessions.items()]
        model.equal([*counted, *((step, -1.0) for step in steps)])


def _keep_hosts_apart(
    model: Model, problem: Problem, columns: Columns, *, options: list[int]
) -> None:
    by_host: defaultdict[str, list[int]] = defaultdict(list)
    for option, demand in enumerate(columns.option_demand.tolist()):
        for host in problem.demands[demand].hosts:
            by_host[host].append(option)
    for held in by_host.values():
        for one, other in combinations(held, 2):
            if columns.option_demand[one] != columns.option_demand[other] and any(
                first.start < second.end and second.start < first.end
                for first in columns.options[one].sessions
                for second in columns.options[other].sessions
            ):
                model.at_most([(options[one], 1.0), (options[other], 1.0)], 1.0)


def _share_among_schools(
    model: Model, problem: Problem, columns: Columns, *, options: list[int]
) -> None:
    by_school: defaultdict[str, Terms] = defaultdict(list)
    for option, demand in enumerate(columns.option_demand.tolist()):
        by_school[problem.demands[demand].school].append((options[option], 1.0))
    asked = Counter(demand.school for demand in problem.demands)
    for school, terms in by_school.items():
        steps = [
            model.variable(float(problem.weights.equity // rank), is_whole=False)
            for rank in range(1, asked[school] + 1)
        ]
        model.equal([*terms, *((step, -1.0) for step in steps)])
