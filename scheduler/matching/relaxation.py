"""Write some columns of a frame as a linear model, one tier at a time.

The model has a variable per column, one per option of a panel, one per further
session of a speaker and one per further filled request of a school. Fairness
and equity are sums of steps that only get worse, so the steps fill in order by
themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from scheduler.matching.bound import Prices
from scheduler.matching.frame import Frame, TierNumber
from scheduler.matching.rows import Rows
from scheduler.matching.tables import Flags, Floats, Ints

UNBOUNDED = float("inf")


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Maximise ``points * x`` with ``low <= A x <= high``, ``least <= x <= 1``.

    The matrix is by entry: ``row``, ``variable``, ``amount``.
    """

    points: Floats
    is_whole: Flags
    least: Floats
    low: Floats
    high: Floats
    row: Ints
    variable: Ints
    amount: Floats


@dataclass
class _Sheet:
    """Rows while they are written."""

    row: list[Ints] = field(default_factory=list)
    variable: list[Ints] = field(default_factory=list)
    amount: list[Floats] = field(default_factory=list)
    low: list[Floats] = field(default_factory=list)
    high: list[Floats] = field(default_factory=list)
    count: int = 0

    def write(self, entries: list[tuple[Ints, Ints, Floats]], *, low: Floats, high: Floats) -> int:
        """Add rows and return the number of the first."""
        first = self.count
        for row, variable, amount in entries:
            self.row.append(row + first)
            self.variable.append(variable)
            self.amount.append(np.broadcast_to(amount, row.shape).astype(np.float64))
        self.low.append(low)
        self.high.append(high)
        self.count += len(high)
        return first


class Relaxation:
    """The linear model of some columns, and how to read its answers."""

    def __init__(
        self,
        frame: Frame,
        among: Ints,
        *,
        tier: TierNumber,
        floor: int = 0,
        fixed: Ints | None = None,
    ) -> None:
        self._frame, self._tier, self._floor = frame, tier, floor
        self._fixed = among[:0] if fixed is None else fixed
        self.among = among
        self._sheet = _Sheet()
        self._option = frame.columns.option[among]
        self._carry()
        self._steps()
        self._write_requests()
        self._write_teams()
        self._write_limits()
        if tier == 2:
            self._write_steps()

    def model(self) -> LinearModel:
        """Return the linear model."""
        sheet, sizes = self._sheet, self._sizes
        is_whole = np.zeros(sum(sizes), dtype=np.bool_)
        is_whole[: sizes[0] + sizes[1]] = True
        return LinearModel(
            points=self._points(),
            is_whole=is_whole,
            least=self._least(),
            low=np.concatenate(sheet.low),
            high=np.concatenate(sheet.high),
            row=np.concatenate(sheet.row),
            variable=np.concatenate(sheet.variable),
            amount=np.concatenate(sheet.amount),
        )

    def prices(self, duals: Floats) -> Prices:
        """Return the prices of the frame's rows from the duals of the model's."""
        frame = self._frame
        free = Prices.free(frame)
        begin = self._first_limit
        free.limits[self._limit_rows] = duals[begin : begin + len(self._limit_rows)]
        begin += len(self._limit_rows)
        free.hosts[self._host_rows] = duals[begin : begin + len(self._host_rows)]
        limits, hosts = np.maximum(0.0, free.limits), np.maximum(0.0, free.hosts)
        if self._tier == 1:
            return Prices(limits, hosts, free.fairness, free.equity)
        begin = self._first_step
        fairness = np.maximum(0.0, duals[begin : begin + len(free.fairness)])
        begin += len(free.fairness)
        equity = np.maximum(0.0, duals[begin : begin + len(free.equity)])
        floor = max(0.0, -float(duals[begin + len(free.equity)]))
        return Prices(limits, hosts, fairness, equity, floor)

    def chosen(self, values: Floats) -> Ints:
        """Return the columns that a whole-numbered answer takes."""
        return self.among[values[: len(self.among)] > 0.5]

    def start(self, chosen: Ints) -> Floats:
        """Return the variables' values for a plan made of these columns."""
        frame = self._frame
        values = np.zeros(sum(self._sizes))
        is_taken = np.isin(self.among, chosen)
        values[: len(self.among)] = is_taken
        taken_options = np.zeros(len(frame.columns.options), dtype=np.bool_)
        taken_options[self._option[is_taken]] = True
        begin = len(self.among)
        values[begin : begin + len(self._panels)] = taken_options[self._panels]
        if self._tier == 2:
            begin += len(self._panels)
            sessions = np.bincount(
                frame.columns.speaker[self.among[is_taken]],
                weights=frame.sessions[self._option[is_taken]],
                minlength=len(frame.problem.speakers),
            )
            values[begin : begin + len(self._speaker_of)] = (
                self._speaker_step < sessions[self._speaker_of]
            )
            begin += len(self._speaker_of)
            filled = np.bincount(
                frame.school, weights=taken_options.astype(float), minlength=len(frame.filled)
            )
            values[begin:] = self._school_step < filled[self._school_of]
        return values

    def _carry(self) -> None:
        """Name the variable that says an option is taken: column or panel."""
        frame = self._frame
        single = frame.team[self._option] == 1
        self._panels = np.unique(self._option[~single])
        panel_variable = np.full(len(frame.team), -1, dtype=np.int64)
        panel_variable[self._panels] = len(self.among) + np.arange(len(self._panels))
        self._panel_variable = panel_variable
        self._is_single = single
        self._carrier = np.concatenate(
            (np.flatnonzero(single), panel_variable[self._panels])
        ).astype(np.int64)
        self._carried = np.concatenate((self._option[single], self._panels)).astype(np.int64)

    def _steps(self) -> None:
        frame, empty = self._frame, np.zeros(0, dtype=np.int64)
        self._speaker_of = self._speaker_step = self._school_of = self._school_step = empty
        if self._tier == 2:
            present = np.zeros(len(frame.history), dtype=np.bool_)
            present[frame.columns.speaker[self.among]] = True
            counts = np.where(present, frame.most_sessions, 0)
            self._speaker_of = np.repeat(np.arange(len(counts)), counts)
            self._speaker_step = _ranks(counts)
            asked = frame.most_filled
            self._school_of = np.repeat(np.arange(len(asked)), asked)
            self._school_step = _ranks(asked)
        self._sizes = (
            len(self.among),
            len(self._panels),
            len(self._speaker_of),
            len(self._school_of),
        )

    def _least(self) -> Floats:
        least = np.zeros(sum(self._sizes))
        is_fixed = np.isin(self.among, self._fixed)
        least[: len(self.among)] = is_fixed
        panels = np.unique(self._option[is_fixed & ~self._is_single])
        least[self._panel_variable[panels]] = 1.0
        return least

    def _points(self) -> Floats:
        frame = self._frame
        points = np.zeros(sum(self._sizes))
        if self._tier == 1:
            points[self._carrier] = frame.weight[self._carried]
            return points
        weights = frame.problem.weights
        points[: len(self.among)] = frame.columns.points[self.among]
        begin = self._sizes[0] + self._sizes[1]
        history = frame.history[self._speaker_of] + self._speaker_step
        points[begin : begin + len(history)] = -weights.fairness * history
        rank = frame.filled[self._school_of] + 1 + self._school_step
        points[begin + len(history) :] = weights.equity // rank
        return points

    def _write_requests(self) -> None:
        demand = self._frame.columns.option_demand[self._carried]
        keys, row = np.unique(demand, return_inverse=True)
        high = np.ones(len(keys))
        self._sheet.write(
            [(row, self._carrier, np.ones(1))], low=np.full(len(keys), -UNBOUNDED), high=high
        )

    def _write_teams(self) -> None:
        frame, sheet = self._frame, self._sheet
        member = np.flatnonzero(~self._is_single)
        panel = np.searchsorted(self._panels, self._option[member])
        rows = np.arange(len(self._panels))
        sizes = -frame.team[self._panels].astype(np.float64)
        nothing = np.zeros(len(self._panels))
        sheet.write(
            [(panel, member, np.ones(1)), (rows, self._panel_variable[self._panels], sizes)],
            low=nothing,
            high=nothing,
        )
        links = np.arange(len(member))
        owners = self._panel_variable[self._option[member]]
        sheet.write(
            [(links, member, np.ones(1)), (links, owners, -np.ones(1))],
            low=np.full(len(member), -UNBOUNDED),
            high=np.zeros(len(member)),
        )

    def _write_limits(self) -> None:
        frame, sheet = self._frame, self._sheet
        limits = frame.limits.among(self.among, members=len(frame.columns))
        self._limit_rows, row = np.unique(limits.row, return_inverse=True)
        self._first_limit = sheet.write(
            [(row, limits.member, limits.amount.astype(np.float64))],
            low=np.full(len(self._limit_rows), -UNBOUNDED),
            high=limits.limit[self._limit_rows].astype(np.float64),
        )
        host_row, variable = _host_entries(frame.hosts, self._carried, self._carrier)
        self._host_rows, row = np.unique(host_row, return_inverse=True)
        sheet.write(
            [(row, variable, np.ones(1))],
            low=np.full(len(self._host_rows), -UNBOUNDED),
            high=np.ones(len(self._host_rows)),
        )

    def _write_steps(self) -> None:
        frame, sheet, columns = self._frame, self._sheet, self._frame.columns
        begin = self._sizes[0] + self._sizes[1]
        sessions = frame.sessions[self._option].astype(np.float64)
        step_variables = begin + np.arange(len(self._speaker_of))
        speakers = len(frame.history)
        self._first_step = sheet.write(
            [
                (columns.speaker[self.among], np.arange(len(self.among)), sessions),
                (self._speaker_of, step_variables, -np.ones(1)),
            ],
            low=np.full(speakers, -UNBOUNDED),
            high=np.zeros(speakers),
        )
        begin += len(self._speaker_of)
        sheet.write(
            [
                (self._school_of, begin + np.arange(len(self._school_of)), np.ones(1)),
                (frame.school[self._carried], self._carrier, -np.ones(1)),
            ],
            low=np.full(len(frame.filled), -UNBOUNDED),
            high=np.zeros(len(frame.filled)),
        )
        weight = frame.weight[self._carried].astype(np.float64)
        sheet.write(
            [(np.zeros(len(self._carrier), dtype=np.int64), self._carrier, weight)],
            low=np.array([float(self._floor)]),
            high=np.array([UNBOUNDED]),
        )


def _ranks(counts: Ints) -> Ints:
    begins = np.repeat(np.cumsum(counts) - counts, counts)
    return np.arange(int(counts.sum()), dtype=np.int64) - begins


def _host_entries(hosts: Rows, carried: Ints, carrier: Ints) -> tuple[Ints, Ints]:
    order = np.argsort(carried, kind="stable")
    low = np.searchsorted(carried[order], hosts.member, side="left")
    high = np.searchsorted(carried[order], hosts.member, side="right")
    counts = high - low
    row = np.repeat(hosts.row, counts)
    place = np.repeat(low, counts) + _ranks(counts)
    return row, carrier[order[place]]
