"""Answer prices: each request names its best team as if it were alone.

Columns that use the same rows in the same amounts cost the same, so a price is
worked out once per such bundle of rows. One answer is a few passes over the
columns, whatever the number of rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduler.matching.frame import Frame, TierNumber
from scheduler.matching.prices import Prices
from scheduler.matching.rows import Rows, ranks
from scheduler.matching.steps import cost_alone
from scheduler.matching.tables import Flags, Floats, Ints

NOBODY = -np.inf


@dataclass(frozen=True, slots=True)
class Answer:
    """What all requests together take at some prices, and what that is worth.

    ``limits``, ``hosts``, ``sessions``, ``bookings``, ``filled`` count what is used of each row,
    by each speaker and at each school; ``cost_alone`` is what each speaker's bookings would cost
    one by one, ``weight`` the first tier's. ``columns`` are places among the oracle's.
    """

    worth: float
    limits: Floats
    hosts: Floats
    sessions: Floats
    bookings: Floats
    cost_alone: Floats
    filled: Floats
    weight: float
    columns: Ints


class Oracle:
    """Some columns of a frame, laid out so that prices are answered fast.

    ``among`` are columns in order. Building costs a sort of the columns' rows;
    an answer costs O(columns + row entries of the distinct bundles).
    """

    def __init__(self, frame: Frame, among: Ints, *, tier: TierNumber) -> None:
        self._frame, self.tier, self.columns = frame, tier, len(among)
        columns = frame.columns
        self._cost_alone = cost_alone(frame, among).astype(np.float64)
        self._column_points = columns.points[among].astype(np.float64)
        self._speaker = columns.speaker[among]
        option = columns.option[among]
        self._options, self._first, count = np.unique(option, return_index=True, return_counts=True)
        self._place = np.repeat(np.arange(len(self._options)), count)
        self._team = frame.team[self._options]
        self._is_short = count < self._team
        self._sessions = frame.sessions[self._options].astype(np.float64)
        self._weight = frame.weight[self._options].astype(np.float64)
        self._school = frame.school[self._options]
        self._panels = _Panels(self._first, count, team=self._team)
        demand = columns.option_demand[self._options]
        self._demand_first = np.flatnonzero(np.diff(demand, prepend=-1))
        self._demand_place = np.cumsum(np.diff(demand, prepend=-1) != 0) - 1
        self._bundles = _Bundles(frame.limits.of(among), members=len(among))
        self._hosts = frame.hosts.of(self._options)

    def answer(self, prices: Prices) -> Answer:
        """Return what every request would take at these prices."""
        values = -self._bundles.cost(prices.limits)
        own = self._own_value(prices)
        if self.tier == 2:
            values += self._column_points - prices.bookings[self._speaker]
            values -= prices.fairness[self._speaker] * self._sessions[self._place]
            values -= prices.series[self._speaker] * self._cost_alone
        best, members = self._best_teams(values)
        total = best + own
        peak = np.maximum.reduceat(total, self._demand_first)
        winner = _first_of_each(total == peak[self._demand_place], self._demand_place)
        taken = winner[peak > 0]
        return self._tally(float(peak[peak > 0].sum()), taken=taken, members=members)

    def _own_value(self, prices: Prices) -> Floats:
        charged = self._hosts.charge(prices.hosts, members=len(self._options))
        if self.tier == 1:
            return np.asarray(self._weight - charged, dtype=np.float64)
        gained = prices.equity[self._school] + prices.floor * self._weight
        return np.asarray(gained - charged, dtype=np.float64)

    def _best_teams(self, values: Floats) -> tuple[Floats, list[tuple[Ints, Ints]]]:
        """Return each option's best team value, and its members as (option place, column)."""
        best = np.maximum.reduceat(values, self._first)
        is_single = self._team == 1
        hits = np.flatnonzero((values == best[self._place]) & is_single[self._place])
        hits = hits[np.diff(self._place[hits], prepend=-1) != 0]
        members = [(self._place[hits], hits)]
        members += self._panels.best(values, into=best)
        best[self._is_short] = NOBODY
        return best, members

    def _tally(self, worth: float, *, taken: Ints, members: list[tuple[Ints, Ints]]) -> Answer:
        is_taken = np.zeros(len(self._options), dtype=np.bool_)
        is_taken[taken] = True
        columns = np.concatenate([column[is_taken[place]] for place, column in members])
        frame, speaker = self._frame, self._speaker[columns]

        def by_speaker(amounts: Floats | None) -> Floats:
            total = np.bincount(speaker, weights=amounts, minlength=len(frame.history))
            return total.astype(np.float64)

        return Answer(
            worth=worth,
            limits=self._bundles.usage(columns, rows=len(frame.limits)),
            hosts=self._hosts.usage(is_taken.astype(np.float64)),
            sessions=by_speaker(self._sessions[self._place[columns]]),
            bookings=by_speaker(None),
            cost_alone=by_speaker(self._cost_alone[columns]),
            filled=np.bincount(self._school[taken], minlength=len(frame.filled)).astype(np.float64),
            weight=float(self._weight[taken].sum()),
            columns=columns,
        )


class _Bundles:
    """Columns grouped by the rows they use."""

    def __init__(self, rows: Rows, *, members: int) -> None:
        order, first = rows.by_member
        row, amount = rows.row[order], rows.amount[order]
        counts = np.bincount(rows.member, minlength=members)
        marks = rows.marks(members)
        _, example, self._of = np.unique(marks, return_index=True, return_inverse=True)
        sizes = counts[example]
        entry = np.repeat(first[np.minimum(example, len(first) - 1)], sizes) + ranks(sizes)
        self._row, self._amount = row[entry], amount[entry].astype(np.float64)
        self._bundle = np.repeat(np.arange(len(example)), sizes)
        self._count = len(example)

    def cost(self, prices: Floats) -> Floats:
        """Return what each column pays."""
        each = np.bincount(
            self._bundle, weights=prices[self._row] * self._amount, minlength=self._count
        )
        return np.asarray(each[self._of], dtype=np.float64)

    def usage(self, columns: Ints, *, rows: int) -> Floats:
        """Return how much of each row these columns use."""
        taken = np.bincount(self._of[columns], minlength=self._count)
        weights = self._amount * taken[self._bundle]
        used = np.bincount(self._row, weights=weights, minlength=rows)
        return np.asarray(used, dtype=np.float64)


class _Panels:
    """The options that need several speakers, and the columns they choose from."""

    def __init__(self, first: Ints, count: Ints, *, team: Ints) -> None:
        self._options = np.flatnonzero((team > 1) & (count >= team))
        counts = count[self._options]
        self._columns = np.repeat(first[self._options], counts) + ranks(counts)
        self._begin = np.cumsum(counts) - counts
        self._place = np.repeat(np.arange(len(self._options)), counts)
        self._team = team[self._options]

    def best(self, values: Floats, *, into: Floats) -> list[tuple[Ints, Ints]]:
        """Write each panel's best team value and return its members, round by round."""
        members: list[tuple[Ints, Ints]] = []
        if not len(self._options):
            return members
        left = values[self._columns]
        total = np.zeros(len(self._options))
        for joined_so_far in range(int(self._team.max())):
            still_joins = self._team > joined_so_far
            peak = np.maximum.reduceat(left, self._begin)
            total[still_joins] += peak[still_joins]
            hits = _first_of_each(left == peak[self._place], self._place)
            chosen = hits[still_joins[self._place[hits]]]
            members.append((self._options[self._place[chosen]], self._columns[chosen]))
            left[hits] = NOBODY
        into[self._options] = total
        return members


def _first_of_each(is_hit: Flags, group: Ints) -> Ints:
    """Return the first hit of every group, the groups being in order."""
    hits = np.flatnonzero(is_hit)
    return np.asarray(hits[np.diff(group[hits], prepend=-1) != 0], dtype=np.int64)
