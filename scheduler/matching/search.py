"""Climb one tier: value the columns, find good plans, solve what can still improve, and prove.

Prices tell how much a plan must lose by using a column. Only columns that a
better plan could afford go to the solver; the rest is covered by the bound.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from scheduler.matching.bound import worth_keeping
from scheduler.matching.face import Face
from scheduler.matching.frame import Frame
from scheduler.matching.goal import Goal, value_of
from scheduler.matching.neighbourhoods import Neighbourhoods
from scheduler.matching.proposal import Tier
from scheduler.matching.relaxation import Relaxation, distinct
from scheduler.matching.rounding import guesses, rounded
from scheduler.matching.rows import joined
from scheduler.matching.tables import Flags, Floats, Ints
from scheduler.matching.tightening import Tight, tighten
from scheduler.matching.valuation import Valuation, best_per_request, value

POOL_PER_REQUEST = 20
ROUNDED_PER_REQUEST = 10
ROUNDING_SHARE, LIFTING_SHARE, LIFTED_AT_MOST = 0.4, 0.5, 0.005
MANY_TO_SOLVE = 20_000
FEW_PER_REQUEST, FEW_SHARE = 3, 0.2
NEARLY_PROVEN, LOOSE = 0.02, 0.005
WHOLE = 1e-6


@dataclass(frozen=True, slots=True)
class Climbed:
    """The best plan found, as columns, with its tier; of the first tier, its face as well."""

    chosen: Ints
    tier: Tier
    face: Face | None = None


Tell = Callable[[Climbed], None]


def nobody(reached: Climbed) -> None:
    """Tell nobody."""


def climb(frame: Frame, goal: Goal, *, start: Ints, tell: Tell = nobody) -> Climbed:
    """Return the best plan the time allows, never worse than ``start``.

    ``tell`` hears of each better plan.
    """
    frame = frame if goal.face is None else goal.face.frame
    ascent = _Ascent(frame, goal, start=start, tell=tell)
    proven = ascent.reached.tier.value + 1 - WHOLE
    known = value(frame, goal, may_go_on=lambda: goal.seconds_left > 0, enough=proven)
    ascent.bound_by(known.pricing.bound)
    pool = _pool(ascent, known, count=POOL_PER_REQUEST)
    for plan in _plans(ascent, known):
        ascent.offer(_lifted(ascent, plan, pool=pool, loss=known.pricing.loss))
    _improve(ascent, known, pool=pool)
    tight = _tightened(ascent, known)
    _prove(ascent, tight)
    return ascent.reached if goal.tier == 2 else _with_face(ascent.reached, tight)


class _Ascent:
    """The best plan and bound so far."""

    def __init__(self, frame: Frame, goal: Goal, *, start: Ints, tell: Tell) -> None:
        self.frame, self.goal, self._tell = frame, goal, tell
        self.reached = Climbed(start, Tier(value_of(frame, start, tier=goal.tier), UNKNOWN))

    @property
    def is_over(self) -> bool:
        """Say whether there is nothing left to do, or no time."""
        return self.reached.tier.is_closed or self.goal.seconds_left <= 0

    def bound_by(self, bound: float) -> None:
        """Note that no plan is worth more."""
        tier = self.reached.tier
        limit = max(tier.value, min(tier.bound, _floored(bound)))
        self.reached = replace(self.reached, tier=Tier(tier.value, limit))
        self._tell(self.reached)

    def offer(self, plan: Ints | None) -> None:
        """Take a plan if it is better."""
        if plan is None:
            return
        worth = value_of(self.frame, plan, tier=self.goal.tier)
        if worth > self.reached.tier.value:
            self.reached = Climbed(plan, Tier(worth, max(worth, self.reached.tier.bound)))
            self._tell(self.reached)


def _improve(ascent: _Ascent, known: Valuation, *, pool: Ints) -> None:
    """Improve the plan piece by piece, or where columns are few by the best that its few make.

    The nearer the plan is to the bound, the fewer columns are left for the proof.
    """
    goal, frame = ascent.goal, ascent.frame
    is_near = goal.tier == 2 and ascent.reached.tier.gap < NEARLY_PROVEN
    if ascent.is_over or not (frame.is_large or is_near):
        return
    if frame.is_large:
        Neighbourhoods(
            frame,
            goal,
            pool=_flags(frame, pool),
            loss=known.pricing.loss,
            chosen=ascent.reached.chosen,
        ).improve(target=ascent.reached.tier.bound, tell=ascent.offer)
        return
    few = _pool(ascent, known, count=FEW_PER_REQUEST)
    soon = replace(goal, deadline=goal.deadline - (1 - FEW_SHARE) * goal.seconds_left)
    ascent.offer(_solved(frame, soon, among=few, reached=ascent.reached).chosen)


def _plans(ascent: _Ascent, known: Valuation) -> Iterator[Ints]:
    """Yield plans that a valuation suggests; they may fall short of the floor."""
    frame, goal = ascent.frame, ascent.goal
    if ascent.is_over:
        return
    yield from guesses(frame, goal, known=known)
    if len(frame.columns) > MANY_TO_SOLVE and goal.tier == 2 and not ascent.is_over:
        few = _pool(ascent, known, count=ROUNDED_PER_REQUEST)
        seconds = ROUNDING_SHARE * goal.seconds_left
        whole = rounded(frame, goal, pool=few, seconds=seconds)
        if whole is not None:
            yield whole


def _lifted(ascent: _Ascent, plan: Ints, *, pool: Ints, loss: Floats) -> Ints | None:
    """Return the plan if it holds the floor, of many columns also once it does; else None.

    It is improved in the first tier, if it is near the floor and better in the second tier than the
    best so far.
    """
    frame, goal = ascent.frame, ascent.goal
    missing = goal.floor - value_of(frame, plan, tier=1)
    if missing <= 0:
        return plan
    is_better = value_of(frame, plan, tier=goal.tier) > ascent.reached.tier.value
    is_near = missing <= LIFTED_AT_MOST * goal.floor
    if len(frame.columns) <= MANY_TO_SOLVE or not (is_better and is_near):
        return None
    allowed = _flags(frame, pool)
    first = replace(goal, tier=1, deadline=goal.deadline - (1 - LIFTING_SHARE) * goal.seconds_left)
    better = [plan]
    Neighbourhoods(frame, first, pool=allowed, loss=loss, chosen=plan).improve(
        target=goal.floor, tell=better.append
    )
    return better[-1] if value_of(frame, better[-1], tier=1) >= goal.floor else None


def _tightened(ascent: _Ascent, known: Valuation) -> Tight:
    """Tighten a loose bound of the first tier, where columns are few enough for that."""
    frame, goal = ascent.frame, ascent.goal
    is_loose = goal.tier == 1 and ascent.reached.tier.gap > LOOSE
    if not is_loose or ascent.is_over or frame.is_large:
        return Tight(frame, known.pricing)
    tight = tighten(frame, goal, pricing=known.pricing)
    ascent.bound_by(tight.pricing.bound)
    return tight


def _prove(ascent: _Ascent, tight: Tight) -> None:
    """Solve over the columns a better plan could afford, until nothing is left open."""
    while not ascent.is_over:
        value = ascent.reached.tier.value
        among, lost = _affordable(tight, ascent.goal, reached=ascent.reached)
        if tight.frame.is_large and lost != math.inf:
            return
        found = _solved(tight.frame, ascent.goal, among=among, reached=ascent.reached)
        outside = value if lost == math.inf else _floored(tight.pricing.bound - lost)
        ascent.offer(found.chosen)
        ascent.bound_by(max(found.tier.bound, outside))
        is_stuck = found.tier.value <= value and lost != math.inf
        if not found.tier.is_closed or is_stuck:
            return


def _with_face(reached: Climbed, tight: Tight) -> Climbed:
    tier = reached.tier
    face = Face.of(tight.frame, tight.pricing, floor=tier.value, is_exact=tier.is_closed)
    return replace(reached, face=face)


def _usable(frame: Frame, goal: Goal) -> Flags:
    if goal.face is None:
        return np.ones(len(frame.columns), dtype=np.bool_)
    return goal.face.usable


def _pool(ascent: _Ascent, known: Valuation, *, count: int) -> Ints:
    usable = _usable(ascent.frame, ascent.goal)
    best = best_per_request(ascent.frame, known.pricing.loss, count=count, allowed=usable)
    return np.union1d(np.union1d(best, np.flatnonzero(known.share)), ascent.reached.chosen)


def _affordable(tight: Tight, goal: Goal, *, reached: Climbed) -> tuple[Ints, float]:
    """Return columns to solve over, and the least loss of any other that matters.

    Where all that matter are too many, each request keeps its best.
    """
    frame, loss = tight.frame, tight.pricing.loss
    keep = worth_keeping(tight.pricing, value=reached.tier.value)
    keep = keep[_usable(frame, goal)[keep]]
    if len(keep) <= goal.most_columns:
        return np.union1d(keep, reached.chosen), math.inf
    matters = _flags(frame, keep)
    count = max(1, goal.most_columns // len(np.unique(frame.columns.demand[keep])))
    best = best_per_request(frame, loss, count=count, allowed=matters)
    matters[best] = False
    return np.union1d(best, reached.chosen), float(loss[matters].min(initial=math.inf))


def _solved(frame: Frame, goal: Goal, *, among: Ints, reached: Climbed) -> Climbed:
    start = reached.chosen
    if frame.is_large:
        frame = replace(frame, limits=joined((frame.limits, frame.clashes.rows(among))))
    if goal.tier == 1:
        among = np.union1d(distinct(frame, among), start)
    relaxation = Relaxation(frame, among, tier=goal.tier, floor=goal.floor, face=goal.face)
    # A plan far from the best only misleads the solver.
    near = relaxation.start(start) if reached.tier.gap < NEARLY_PROVEN else None
    answer = goal.solve(relaxation.model(), is_whole=True, start=near)
    chosen = start if answer.values is None else relaxation.chosen(answer.values)
    value = value_of(frame, chosen, tier=goal.tier)
    bound = value if answer.outcome == "optimal" else _floored(answer.bound)
    return Climbed(chosen, Tier(value, max(value, bound)))


def _flags(frame: Frame, numbers: Ints) -> Flags:
    flags = np.zeros(len(frame.columns), dtype=np.bool_)
    flags[numbers] = True
    return flags


def _floored(bound: float) -> int:
    return math.floor(bound + WHOLE) if math.isfinite(bound) else UNKNOWN


UNKNOWN = 2**62
