"""Tell two plans apart: what is newly filled, lost or moved, and what that is worth.

A plain comparison of whoever made them. It asks no rule: whether a plan may stand at all is the
checker's matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from scheduler.domain.assignments import Assignment
from scheduler.matching.objective import TERMS, points_by_term, tier1_value
from scheduler.matching.problem import Problem

ChangeKind = Literal["filled", "lost", "moved", "replaced"]


@dataclass(frozen=True, slots=True)
class Change:
    """One request that two plans treat differently; None is not filled at all."""

    demand_id: str
    before: Assignment | None
    after: Assignment | None

    @property
    def kind(self) -> ChangeKind:
        """Return ``moved`` for another start, ``replaced`` for other people at the same start."""
        if self.before is None:
            return "filled"
        if self.after is None:
            return "lost"
        return "replaced" if self.before.start == self.after.start else "moved"

    @property
    def gone(self) -> tuple[str, ...]:
        """Return the speakers who no longer come, in the earlier plan's order."""
        return _without(self.before, self.after)

    @property
    def come(self) -> tuple[str, ...]:
        """Return the speakers who now come, in the later plan's order."""
        return _without(self.after, self.before)


@dataclass(frozen=True, slots=True)
class Difference:
    """What changes from one plan to another.

    ``changes`` go by request id and leave out requests with the same start and the same people,
    in whatever order; those are only counted, in ``kept``. ``tier1`` and ``points``, by term and
    with zeros, are those of the later plan less those of the earlier.
    """

    changes: tuple[Change, ...]
    kept: int
    tier1: int
    points: Mapping[str, int]

    @property
    def tier2(self) -> int:
        """Return the second tier's difference, all terms together."""
        return sum(self.points.values())

    @property
    def filled(self) -> tuple[str, ...]:
        """Return the requests that only the later plan fills."""
        return self._of("filled")

    @property
    def lost(self) -> tuple[str, ...]:
        """Return the requests that only the earlier plan fills."""
        return self._of("lost")

    @property
    def moved(self) -> tuple[str, ...]:
        """Return the requests filled by both plans, at another start or with other people."""
        return self._of("moved", "replaced")

    @property
    def people(self) -> tuple[str, ...]:
        """Return everybody who gains or loses a request or changes its start, sorted."""
        return tuple(sorted({key for change in self.changes for key in _touched(change)}))

    def _of(self, *kinds: ChangeKind) -> tuple[str, ...]:
        return tuple(each.demand_id for each in self.changes if each.kind in kinds)


def difference(
    problem: Problem,
    before: Iterable[Assignment],
    after: Iterable[Assignment],
    *,
    was: Problem | None = None,
) -> Difference:
    """Compare two plans, request by request.

    Both are valued by ``problem``, where ``was`` is given the earlier one by that instead.
    An assignment whose request, start or speakers are unknown there shows among the changes
    but is worth nothing: so it is with people who have cancelled and lessons that fell out.
    """
    earlier = {each.demand_id: each for each in before}
    later = {each.demand_id: each for each in after}
    pairs = [
        Change(key, earlier.get(key), later.get(key)) for key in sorted(earlier.keys() | later)
    ]
    changes = tuple(pair for pair in pairs if not _is_same(pair))
    old_tier1, old_points = _worth(was or problem, earlier.values())
    new_tier1, new_points = _worth(problem, later.values())
    points = {name: new_points[name] - old_points[name] for name in TERMS}
    return Difference(changes, len(pairs) - len(changes), new_tier1 - old_tier1, points)


def is_known(problem: Problem, each: Assignment) -> bool:
    """Say whether the problem knows the request, its start and all of its speakers."""
    demand = problem.demand_by_id.get(each.demand_id)
    return (
        demand is not None
        and demand.option_at(each.start) is not None
        and all(key in problem.speaker_by_id for key in each.speaker_ids)
    )


def _is_same(pair: Change) -> bool:
    one, other = pair.before, pair.after
    if one is None or other is None:
        return False
    return one.start == other.start and set(one.speaker_ids) == set(other.speaker_ids)


def _without(one: Assignment | None, other: Assignment | None) -> tuple[str, ...]:
    stay = set(other.speaker_ids) if other else set()
    return tuple(each for each in (one.speaker_ids if one else ()) if each not in stay)


def _touched(change: Change) -> tuple[str, ...]:
    if change.kind == "moved" and change.before:
        return (*change.before.speaker_ids, *change.come)
    return (*change.gone, *change.come)


def _worth(problem: Problem, plan: Iterable[Assignment]) -> tuple[int, dict[str, int]]:
    known = [each for each in plan if is_known(problem, each)]
    return tier1_value(problem, known), points_by_term(problem, known)
