"""Find every candidate column: one speaker at one start of one request.

A column exists when the screening leaves it. Its points are those that do not depend on the rest
of the plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from scheduler.domain.assignments import Demand, Option
from scheduler.matching.problem import Problem
from scheduler.matching.screening import Screen, Screening, place_of
from scheduler.matching.shapes import OptionShape
from scheduler.matching.tables import NEVER, Flags, Ints, SessionTable, SpeakerTable


@dataclass(frozen=True)
class Columns:
    """All candidate columns, by request, then option, then speaker.

    ``demand``, ``option`` and ``speaker`` are numbers: positions in the
    problem's tuples, options counted through all requests. ``points`` are the
    second-tier points that do not depend on the rest of the plan. The columns
    of option ``o`` are those from ``first[o]`` up to ``first[o + 1]``.
    """

    demand: Ints
    option: Ints
    speaker: Ints
    in_person: Flags
    points: Ints
    first: Ints
    options: tuple[Option, ...]
    option_demand: Ints
    first_option: Ints
    shapes: tuple[OptionShape, ...] = field(repr=False)

    def __len__(self) -> int:
        """Return the number of columns."""
        return len(self.speaker)

    @cached_property
    def sessions(self) -> SessionTable:
        """Return the sessions of all options."""
        return SessionTable.of(self.options)


def find_columns(problem: Problem, *, screen: Screen | None = None) -> Columns:
    """Return all candidate columns of a problem."""
    screen = screen or Screen(problem)
    shapes = [tuple(map(OptionShape.of, demand.options)) for demand in problem.demands]
    parts = [
        _columns_of(problem, number, screen=screen, shapes=shapes[number])
        for number in range(len(problem.demands))
    ]
    option_counts = [len(demand.options) for demand in problem.demands]
    first_option = np.concatenate(([0], np.cumsum(option_counts, dtype=np.int64)))
    option = _joined([part.option + first_option[n] for n, part in enumerate(parts)])
    option_demand = np.repeat(np.arange(len(parts), dtype=np.int64), option_counts)
    return Columns(
        demand=option_demand[option],
        option=option,
        speaker=_joined([part.speaker for part in parts]),
        in_person=np.concatenate([np.zeros(0, np.bool_), *(part.in_person for part in parts)]),
        points=_joined([part.points for part in parts]),
        first=np.searchsorted(option, np.arange(first_option[-1] + 1)).astype(np.int64),
        options=tuple(option for demand in problem.demands for option in demand.options),
        option_demand=option_demand,
        first_option=first_option,
        shapes=tuple(shape for of_demand in shapes for shape in of_demand),
    )


@dataclass(frozen=True, slots=True)
class _Part:
    option: Ints
    speaker: Ints
    in_person: Flags
    points: Ints


def _columns_of(
    problem: Problem, number: int, *, screen: Screen, shapes: Sequence[OptionShape]
) -> _Part:
    demand = problem.demands[number]
    found = screen.ask(demand, shapes=shapes)
    option, place = np.nonzero(found.alive.T)
    points = _points(problem, demand, found=found, speakers=screen.speakers)
    return _Part(option, found.rows[place], found.in_person[place], points[place, option])


def _points(problem: Problem, demand: Demand, *, found: Screening, speakers: SpeakerTable) -> Ints:
    weights = problem.weights
    levels = speakers.level_by_topic.get(demand.topic)
    by_row = np.zeros(len(found.rows), dtype=np.int64)
    if levels is not None:
        by_row += weights.fit * levels[found.rows]
    rounded = np.floor(found.km[found.in_person] + 0.5).astype(np.int64)
    by_row[found.in_person] -= weights.travel * rounded
    preference = np.array([option.preference for option in demand.options], dtype=np.int64)
    points = by_row[:, None] + weights.preference * preference[None, :]
    for speaker_id, bonus in _bonuses(problem, demand):
        place = place_of(found.rows, speakers.row_by_id.get(speaker_id, NEVER))
        if place is not None:
            points[place] += bonus
    counts = np.array([len(option.sessions) for option in demand.options], dtype=np.int64)
    return np.asarray(points * counts, dtype=np.int64)


def _bonuses(problem: Problem, demand: Demand) -> Iterable[tuple[str, Ints]]:
    weights, starts = problem.weights, np.array([option.start for option in demand.options])
    every_option = np.ones(len(demand.options), dtype=np.int64)
    for speaker_id in demand.preferred:
        yield speaker_id, weights.preferred * every_option
    for speaker_id, score in problem.pair_scores_by_demand_id.get(demand.id, ()):
        yield speaker_id, score * every_option
    for speaker_id, start in problem.previous_by_demand_id.get(demand.id, ()):
        yield (
            speaker_id,
            np.where(starts == start, weights.same_start, weights.same_volunteer).astype(np.int64),
        )


def _joined(parts: Sequence[Ints]) -> Ints:
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])
