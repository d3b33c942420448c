"""Write the hard rules between columns as rows: amounts that stay within limits.

Caps and budgets bound what one speaker takes (H3), cliques bound what one
speaker can reach in time (H4) and what one host can receive at a time (H5).
Each row is true of every plan, so any of them may be left out of a relaxation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from scheduler.domain.assignments import Speaker
from scheduler.domain.constraints import engaged_minutes
from scheduler.matching.candidates import Columns
from scheduler.matching.problem import Problem
from scheduler.matching.tables import NO_LIMIT, Floats, Ints

MOST_FLAGS = 50_000_000


@dataclass(frozen=True)
class Rows:
    """Sparse rows: ``sum(amount * column) <= limit``, entry by entry.

    ``member`` is a column number, or an option number for the rows of hosts.
    """

    row: Ints
    member: Ints
    amount: Ints
    limit: Ints

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.limit)

    def charge(self, duals: Floats, *, members: int) -> Floats:
        """Return what each member pays when every row has this price."""
        price = duals[self.row] * self.amount
        paid = np.bincount(self.member, weights=price, minlength=members)
        return np.asarray(paid, dtype=np.float64)

    def cost(self, duals: Floats) -> float:
        """Return what the limits are worth at these prices."""
        # A plain sum: threads of a linear algebra library cost more than they bring here.
        return float((duals * self.limit).sum())

    def usage(self, taken: Floats) -> Floats:
        """Return how much of each row is used when members are taken this often."""
        weights = self.amount * taken[self.member]
        used = np.bincount(self.row, weights=weights, minlength=len(self))
        return np.asarray(used, dtype=np.float64)

    def marks(self, members: int) -> Ints:
        """Return a number for each member: equal where the same rows are used equally.

        The numbers are sums of random marks; that two differing sums meet is as good as
        impossible (one in 10^18 for each pair).
        """
        marks = np.random.default_rng(0).integers(1, 2**62, size=len(self))
        order = np.argsort(self.member, kind="stable")
        # Sums wrap around; equal terms still give equal differences.
        sums = np.concatenate(([0], np.cumsum(marks[self.row[order]] * self.amount[order])))
        first = np.searchsorted(self.member[order], np.arange(members + 1))
        return np.asarray(sums[first[1:]] - sums[first[:-1]], dtype=np.int64)

    @property
    def total(self) -> Ints:
        """Return what all members together would use of each row."""
        return np.bincount(self.row, weights=self.amount, minlength=len(self)).astype(np.int64)

    @cached_property
    def by_member(self) -> tuple[Ints, Ints]:
        """Return the entries in order of member, and where each member's begin."""
        order = np.argsort(self.member, kind="stable")
        members = int(self.member.max(initial=-1)) + 1
        counts = np.bincount(self.member, minlength=members + 1)
        return order, np.concatenate(([0], np.cumsum(counts)))

    def of(self, numbers: Ints) -> Rows:
        """Return the rows of these members, renumbered in that order.

        Costs what it returns, once the entries have been sorted.
        """
        order, first = self.by_member
        known = np.minimum(numbers, len(first) - 2)
        sizes = np.where(numbers == known, first[known + 1] - first[known], 0)
        entry = order[np.repeat(first[known], sizes) + ranks(sizes)]
        member = np.repeat(np.arange(len(numbers), dtype=np.int64), sizes)
        return Rows(self.row[entry], member, self.amount[entry], self.limit)


def without_repeats(rows: Rows) -> Rows:
    """Return the rows with one of those that bind the same members in the same amounts.

    A week with all of somebody's month in it says what the month says; the tighter limit stays.
    """
    members = int(rows.member.max(initial=-1)) + 1
    turned = Rows(rows.member, rows.row, rows.amount, np.zeros(members, dtype=np.int64))
    marks = turned.marks(len(rows))
    order = np.lexsort((rows.limit, marks))
    is_first = np.diff(marks[order], prepend=marks[order][:1] - 1) != 0
    kept = np.zeros(len(rows), dtype=np.bool_)
    kept[order[is_first]] = True
    number = np.cumsum(kept) - 1
    entry = kept[rows.row]
    return Rows(number[rows.row[entry]], rows.member[entry], rows.amount[entry], rows.limit[kept])


def ranks(counts: Ints) -> Ints:
    """Return 0, 1, ... for each of these counts, one after the other."""
    begins = np.repeat(np.cumsum(counts) - counts, counts)
    return np.arange(int(counts.sum()), dtype=np.int64) - begins


def joined(parts: Iterable[Rows]) -> Rows:
    """Return all rows of several sets, numbered in order."""
    sets = [_NO_ROWS, *parts]
    offsets = np.cumsum([0, *(len(each) for each in sets)])
    return Rows(
        np.concatenate([each.row + offset for each, offset in zip(sets, offsets, strict=False)]),
        np.concatenate([each.member for each in sets]),
        np.concatenate([each.amount for each in sets]),
        np.concatenate([each.limit for each in sets]),
    )


def cap_rows(problem: Problem, columns: Columns) -> Rows:
    """Return the rows of caps and budgets, less what stands already.

    Rows that no choice of columns can break are left out.
    """
    shapes = columns.shapes
    speakers = problem.speakers
    per_day = [shape.days for shape in shapes]
    per_week = [shape.weeks for shape in shapes]
    per_month = [tuple((m, count) for m, count, _ in shape.months) for shape in shapes]
    used = _Used(problem)
    return joined(
        (
            _family(columns, per_day, [s.max_per_day for s in speakers], used=used.days),
            _family(columns, per_week, [s.max_per_week for s in speakers], used=used.weeks),
            _family(columns, per_month, [s.max_per_month for s in speakers], used=used.months),
            _budget_rows(problem, columns, used=used.minutes),
        )
    )


def host_rows(problem: Problem, columns: Columns) -> Rows:
    """Return one row per host and moment at which requests could collide.

    Sessions are intervals, so the cliques at their starts are all there are.
    """
    entries: dict[str, list[tuple[int, int, int, int]]] = {}
    for option, demand_number in enumerate(columns.option_demand):
        if columns.first[option] == columns.first[option + 1]:
            continue
        for host in problem.demands[demand_number].hosts:
            held = entries.setdefault(host, [])
            for session in columns.options[option].sessions:
                held.append((session.start, session.end, option, int(demand_number)))
    cliques = [clique for held in entries.values() for clique in _host_cliques(held)]
    return clique_rows(cliques)


def clique_rows(cliques: Sequence[Sequence[int]]) -> Rows:
    """Return rows that allow one member of each clique."""
    sizes = [len(clique) for clique in cliques]
    members = [member for clique in cliques for member in clique]
    return Rows(
        np.repeat(np.arange(len(cliques), dtype=np.int64), sizes),
        np.array(members, dtype=np.int64),
        np.ones(len(members), dtype=np.int64),
        np.ones(len(cliques), dtype=np.int64),
    )


class _Used:
    """What standing engagements take of each speaker's days, weeks and months."""

    def __init__(self, problem: Problem) -> None:
        self.days: dict[tuple[int, int], int] = {}
        self.weeks: dict[tuple[int, int], int] = {}
        self.months: dict[tuple[int, int], int] = {}
        self.minutes: dict[tuple[int, int], int] = {}
        for row, speaker in enumerate(problem.speakers):
            for each in problem.standing_by_speaker_id.get(speaker.id, ()):
                session = each.session
                minutes = engaged_minutes(speaker, each, geography=problem.geography)
                _add(self.days, (row, session.day), 1)
                _add(self.weeks, (row, session.week), 1)
                _add(self.months, (row, session.month), 1)
                _add(self.minutes, (row, session.month), minutes)


def _add(totals: dict[tuple[int, int], int], key: tuple[int, int], amount: int) -> None:
    totals[key] = totals.get(key, 0) + amount


def _family(
    columns: Columns,
    periods_of: Sequence[Sequence[tuple[int, int]]],
    caps: Sequence[int | None],
    *,
    used: dict[tuple[int, int], int],
) -> Rows:
    limit = np.array([NO_LIMIT if cap is None else cap for cap in caps], dtype=np.int64)
    if (limit == NO_LIMIT).all():
        return _NO_ROWS
    member, period, amount = _spread(columns, periods_of)
    kept = limit[columns.speaker[member]] < NO_LIMIT
    return _rows(
        columns, member[kept], period=period[kept], amount=amount[kept], limit=limit, used=used
    )


def _budget_rows(problem: Problem, columns: Columns, *, used: dict[tuple[int, int], int]) -> Rows:
    caps = [speaker.budget_minutes for speaker in problem.speakers]
    limit = np.array([NO_LIMIT if cap is None else cap for cap in caps], dtype=np.int64)
    member, period, amount = [], [], []
    for column in np.flatnonzero(limit[columns.speaker] < NO_LIMIT):
        speaker = problem.speakers[columns.speaker[column]]
        extra = _extra_minutes(problem, columns, int(column), speaker)
        for month, sessions, minutes in columns.shapes[columns.option[column]].months:
            member.append(int(column))
            period.append(month)
            amount.append(minutes + sessions * extra)
    return _rows(
        columns,
        np.array(member, dtype=np.int64),
        period=np.array(period, dtype=np.int64),
        amount=np.array(amount, dtype=np.int64),
        limit=limit,
        used=used,
    )


def _extra_minutes(problem: Problem, columns: Columns, column: int, speaker: Speaker) -> int:
    demand = problem.demands[columns.demand[column]]
    extra = problem.pair_minutes.get((demand.id, speaker.id))
    if extra is not None:
        return extra
    if not columns.in_person[column] or speaker.home is None or demand.place is None:
        return 0
    return 2 * problem.geography.travel_minutes(speaker.home, demand.place)


def _spread(
    columns: Columns, periods_of: Sequence[Sequence[tuple[int, int]]]
) -> tuple[Ints, Ints, Ints]:
    counts = np.array([len(periods) for periods in periods_of], dtype=np.int64)
    first = np.concatenate(([0], np.cumsum(counts)))
    flat = np.array([pair for periods in periods_of for pair in periods], dtype=np.int64).reshape(
        -1, 2
    )
    repeats = counts[columns.option]
    member = np.repeat(np.arange(len(columns), dtype=np.int64), repeats)
    begins = np.repeat(np.cumsum(repeats) - repeats, repeats)
    entry = first[columns.option[member]] + np.arange(len(member)) - begins
    return member, flat[entry, 0], flat[entry, 1]


def _rows(
    columns: Columns,
    member: Ints,
    *,
    period: Ints,
    amount: Ints,
    limit: Ints,
    used: dict[tuple[int, int], int],
) -> Rows:
    if not len(member):
        return _NO_ROWS
    low, width = int(period.min()), int(period.max() - period.min()) + 1
    speaker = columns.speaker[member]
    keys, row = _numbered(speaker * width + (period - low))
    left = limit[keys // width]
    for place, key in enumerate(keys.tolist()) if used else ():
        left[place] -= used.get((key // width, key % width + low), 0)
    can_break = np.bincount(row, weights=amount, minlength=len(keys)) > left
    number = np.cumsum(can_break) - 1
    kept = can_break[row]
    return Rows(number[row[kept]], member[kept], amount[kept], left[can_break])


def _numbered(keys: Ints) -> tuple[Ints, Ints]:
    """Return the distinct keys in order, and the place of each; no sort where they lie close."""
    if keys.max() > MOST_FLAGS:
        return np.unique(keys, return_inverse=True)
    is_present = np.zeros(int(keys.max()) + 1, dtype=np.bool_)
    is_present[keys] = True
    place = np.cumsum(is_present) - 1
    return np.flatnonzero(is_present), place[keys]


def _host_cliques(held: list[tuple[int, int, int, int]]) -> list[list[int]]:
    cliques: list[list[int]] = []
    for moment in sorted({start for start, _, _, _ in held}):
        present = [each for each in held if each[0] <= moment < each[1]]
        if len({demand for _, _, _, demand in present}) > 1:
            cliques.append(sorted({option for _, _, option, _ in present}))
    return cliques


_EMPTY = np.zeros(0, dtype=np.int64)
_NO_ROWS = Rows(_EMPTY, _EMPTY, _EMPTY, _EMPTY)
