"""Find sessions that one speaker cannot both reach, as cliques of columns.

Two columns of different requests clash when the gap between a session of each
is shorter than the speaker's buffer and the way. Pairs that a cap of one keeps
apart already are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from scheduler.domain.assignments import IN_PERSON, VIRTUAL, Engagement, Session
from scheduler.domain.constraints import way_minutes
from scheduler.matching.candidates import Columns
from scheduler.matching.problem import Problem
from scheduler.matching.rows import Rows, clique_rows
from scheduler.matching.tables import Ints

FAR_APART = 2**40


@dataclass(frozen=True, slots=True)
class _Visit:
    """One session of one column."""

    column: int
    demand: int
    engagement: Engagement

    @property
    def session(self) -> Session:
        return self.engagement.session


def clash_rows(problem: Problem, columns: Columns, *, among: Ints) -> Rows:
    """Return rows that cover every clash among these columns."""
    cliques = [
        clique
        for group in _groups(problem, columns, among=among)
        for clique in _cover(_clashes(problem, columns, group))
    ]
    return clique_rows([list(each) for each in dict.fromkeys(cliques)])


def _groups(problem: Problem, columns: Columns, *, among: Ints) -> Iterator[list[_Visit]]:
    member, start, end, day = _sessions(problem, columns, among=among)
    speaker = columns.speaker[member]
    order = np.lexsort((start, speaker))
    member, start, end, day = member[order], start[order], end[order], day[order]
    speaker = speaker[order]
    reach = np.maximum.accumulate(end + speaker * FAR_APART) - speaker * FAR_APART
    is_new = (day[1:] != day[:-1]) & (start[1:] >= reach[:-1])
    is_new |= speaker[1:] != speaker[:-1]
    bounds = np.concatenate(([0], np.flatnonzero(is_new) + 1, [len(member)]))
    for first, last in pairwise(bounds.tolist()):
        demands = columns.demand[member[first:last]]
        if last - first > 1 and (demands != demands[0]).any():
            yield [
                _visit(problem, columns, int(column), at=int(at))
                for column, at in zip(member[first:last], start[first:last], strict=True)
            ]


def _sessions(problem: Problem, columns: Columns, *, among: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    is_single = np.array([s.max_per_month == 1 or s.max_per_week == 1 for s in problem.speakers])
    able = among[~is_single[columns.speaker[among]]] if len(among) else among
    counts = np.array([len(option.sessions) for option in columns.options], dtype=np.int64)
    flat = np.array(
        [(s.start, s.end, s.day) for option in columns.options for s in option.sessions],
        dtype=np.int64,
    ).reshape(-1, 3)
    first = np.cumsum(counts) - counts
    repeats = counts[columns.option[able]]
    member = np.repeat(able, repeats)
    begins = np.repeat(np.cumsum(repeats) - repeats, repeats)
    entry = first[columns.option[member]] + np.arange(len(member)) - begins
    return member, flat[entry, 0], flat[entry, 1], flat[entry, 2]


def _visit(problem: Problem, columns: Columns, column: int, *, at: int) -> _Visit:
    option = columns.options[columns.option[column]]
    demand_number = int(columns.demand[column])
    demand = problem.demands[demand_number]
    session = next(each for each in option.sessions if each.start == at)
    chosen = IN_PERSON if columns.in_person[column] else VIRTUAL
    engagement = Engagement(demand.id, demand.school, demand.place, session, chosen)
    return _Visit(column, demand_number, engagement)


def _clashes(problem: Problem, columns: Columns, group: list[_Visit]) -> dict[int, set[int]]:
    speaker = problem.speakers[columns.speaker[group[0].column]]
    clashing: dict[int, set[int]] = {}
    for place, first in enumerate(group):
        for second in group[place + 1 :]:
            if first.demand == second.demand:
                continue
            gap = second.session.start - first.session.end
            is_same_day = first.session.day == second.session.day
            if is_same_day and speaker.max_per_day == 1:
                continue
            needed = 0
            if is_same_day and gap >= 0:
                needed = speaker.buffer_minutes + way_minutes(
                    speaker,
                    first.engagement,
                    second=second.engagement,
                    geography=problem.geography,
                )
            if gap < needed:
                clashing.setdefault(first.column, set()).add(second.column)
                clashing.setdefault(second.column, set()).add(first.column)
    return clashing


def _cover(clashing: dict[int, set[int]]) -> Iterator[tuple[int, ...]]:
    """Yield cliques, greedily grown, until every clash lies in one."""
    open_pairs = {(a, b) for a, others in clashing.items() for b in others if a < b}
    while open_pairs:
        a, b = min(open_pairs)
        clique = [a, b]
        shared = clashing[a] & clashing[b]
        while shared:
            joining = max(sorted(shared), key=lambda column: len(shared & clashing[column]))
            clique.append(joining)
            shared = shared & clashing[joining]
        clique.sort()
        open_pairs -= {(x, y) for place, x in enumerate(clique) for y in clique[place + 1 :]}
        yield tuple(clique)
