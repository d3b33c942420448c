"""Write some columns of a frame as a linear model, one tier at a time.

The model has a variable per column, one per option of a panel, one per request that stays
unfilled, one per further session or booking of a speaker and one per further filled request of a
school. Fairness and equity are sums of steps that only get worse, so the steps fill in order by
themselves. The floor and the schools count requests left unfilled: a row over all columns would
make every cut that the solver derives from it as wide.
"""

from __future__ import annotations

import numpy as np

from scheduler.matching.face import Face
from scheduler.matching.frame import Frame, TierNumber
from scheduler.matching.linear import ONE, Entries, LinearModel, Sheet
from scheduler.matching.prices import Prices
from scheduler.matching.rows import Rows, ranks
from scheduler.matching.steps import cost_alone
from scheduler.matching.tables import Floats, Ints


class Relaxation:
    """The linear model of some columns, and how to read its answers."""

    def __init__(
        self,
        frame: Frame,
        among: Ints,
        *,
        tier: TierNumber,
        floor: int = 0,
        face: Face | None = None,
    ) -> None:
        self._frame, self._tier, self._floor, self._face = frame, tier, floor, face
        self.among = among
        self._sheet = Sheet()
        self._option = frame.columns.option[among]
        self._add_columns()
        self._write_requests()
        self._write_teams()
        self._write_limits()
        if tier == 2:
            self._speakers = np.unique(frame.columns.speaker[among])
            self._owner = np.searchsorted(self._speakers, frame.columns.speaker[among])
            self._write_sessions()
            self._write_series()
            self._write_schools()
            self._write_floor()

    def model(self) -> LinearModel:
        """Return the linear model."""
        return self._sheet.model()

    def chosen(self, values: Floats) -> Ints:
        """Return the columns that a whole-numbered answer takes."""
        return self.among[values[: len(self.among)] > 0.5]

    def shares(self, values: Floats) -> Floats:
        """Return how much of each column an answer takes, 0 to 1."""
        return values[: len(self.among)]

    def prices(self, row_prices: Floats) -> Prices:
        """Return what an answer charges for the first tier's rows."""
        prices = Prices.free(self._frame)
        prices.limits[self._limits] = self._limit_rows.of(row_prices)
        prices.hosts[self._hosts] = self._host_rows.of(row_prices)
        return prices.not_negative(self._frame)

    def start(self, chosen: Ints) -> Floats:
        """Return the variables' values for a plan made of these columns."""
        frame = self._frame
        values = np.zeros(self._sheet.variables)
        is_taken = np.isin(self.among, chosen)
        values[: len(self.among)] = is_taken
        options = np.zeros(len(frame.columns.options), dtype=np.bool_)
        options[self._option[is_taken]] = True
        values[self._panel_variables.numbers] = options[self._panels]
        waiting = self._requests[self._open]
        values[self._unfilled.numbers] = ~np.isin(waiting, frame.columns.demand[chosen])
        if self._tier == 2:
            sessions = frame.sessions[self._option[is_taken]]
            self._fill_steps(values, self._owner[is_taken], sessions=sessions)
            filled = np.bincount(frame.school[options], minlength=len(frame.filled))
            values[self._school_steps.numbers] = self._school_rank < filled[self._school_of]
        return values

    def _fill_steps(self, values: Floats, owner: Ints, *, sessions: Ints) -> None:
        count = len(self._speakers)
        taken = np.bincount(owner, weights=sessions, minlength=count)
        values[self._session_steps.numbers] = self._session_rank < taken[self._session_of]
        booked = np.bincount(owner, minlength=count)[self._serial_places]
        values[self._booking_steps.numbers] = self._booking_rank < booked[self._booking_of]

    def _add_columns(self) -> None:
        """Add the variables that say a column, or a panel, is taken."""
        frame, sheet = self._frame, self._sheet
        is_single = frame.team[self._option] == 1
        self._panels = np.unique(self._option[~is_single])
        self._members = np.flatnonzero(~is_single)
        weight = np.where(is_single, frame.weight[self._option], 0)
        points = weight if self._tier == 1 else frame.columns.points[self.among]
        sheet.add_variables(points, is_whole=True)
        worth = frame.weight[self._panels] * (self._tier == 1)
        self._panel_variables = sheet.add_variables(worth, is_whole=True)
        single = np.flatnonzero(is_single)
        self._carrier = np.concatenate((single, self._panel_variables.numbers))
        self._carried = np.concatenate((self._option[single], self._panels))

    def _write_requests(self) -> None:
        frame, sheet = self._frame, self._sheet
        self._requests, example, row = np.unique(
            frame.columns.option_demand[self._carried], return_index=True, return_inverse=True
        )
        # All options of a request weigh the same and lie at one school.
        self._weight = frame.weight[self._carried[example]]
        self._school = frame.school[self._carried[example]]
        may_stay = np.ones(len(self._requests), dtype=np.bool_)
        if self._face is not None:
            may_stay = ~self._face.must_fill[self._requests]
        self._open = np.flatnonzero(may_stay)
        self._unfilled = sheet.add_variables(np.zeros(len(self._open)), is_whole=True)
        once = np.ones(len(self._requests))
        sheet.add_rows(
            [(row, self._carrier, ONE), (self._open, self._unfilled.numbers, ONE)],
            low=once,
            high=once,
        )

    def _write_teams(self) -> None:
        sheet, members = self._sheet, self._members
        place = np.searchsorted(self._panels, self._option[members])
        panels = self._panel_variables.numbers
        sizes = -self._frame.team[self._panels].astype(np.float64)
        nothing = np.zeros(len(panels))
        whole_team: list[Entries] = [(place, members, ONE), (np.arange(len(panels)), panels, sizes)]
        sheet.add_rows(whole_team, low=nothing, high=nothing)
        links = np.arange(len(members))
        only_with_it: list[Entries] = [(links, members, ONE), (links, panels[place], -ONE)]
        sheet.add_rows(only_with_it, high=np.zeros(len(members)))

    def _write_limits(self) -> None:
        frame, sheet = self._frame, self._sheet
        limits = frame.limits.of(self.among)
        self._limits, row = np.unique(limits.row, return_inverse=True)
        self._limit_rows = sheet.add_rows(
            [(row, limits.member, limits.amount)], high=limits.limit[self._limits]
        )
        host_row, variable = _host_entries(frame.hosts, self._carried, self._carrier)
        self._hosts, row = np.unique(host_row, return_inverse=True)
        self._host_rows = sheet.add_rows([(row, variable, ONE)], high=np.ones(len(self._hosts)))

    def _write_sessions(self) -> None:
        """Count what each speaker's sessions cost, one after the other."""
        frame, sheet = self._frame, self._sheet
        counts = frame.most_sessions[self._speakers]
        self._session_of = np.repeat(np.arange(len(counts)), counts)
        self._session_rank = ranks(counts)
        rank = frame.history[self._speakers][self._session_of] + self._session_rank
        self._session_cost = frame.problem.weights.fairness * rank
        self._session_steps = sheet.add_variables(-self._session_cost)
        columns = np.arange(len(self.among))
        sheet.add_rows(
            [
                (self._owner, columns, frame.sessions[self._option]),
                (self._session_of, self._session_steps.numbers, -ONE),
            ],
            high=np.zeros(len(counts)),
        )

    def _write_series(self) -> None:
        """Count bookings, too, with what a series costs by itself; the dearer count holds."""
        frame, sheet = self._frame, self._sheet
        self._serial_places = np.flatnonzero(frame.has_series[self._speakers])
        self._serial = self._speakers[self._serial_places]
        counts = frame.most_bookings[self._serial]
        self._booking_of, self._booking_rank = (
            np.repeat(np.arange(len(counts)), counts),
            ranks(counts),
        )
        self._booking_steps = sheet.add_variables(np.zeros(len(self._booking_of)))
        place = np.full(len(self._speakers), -1, dtype=np.int64)
        place[self._serial_places] = np.arange(len(counts))
        theirs = np.flatnonzero(place[self._owner] >= 0)
        owner = place[self._owner[theirs]]
        steps = self._booking_steps.numbers
        booked: list[Entries] = [(owner, theirs, ONE), (self._booking_of, steps, -ONE)]
        sheet.add_rows(booked, high=np.zeros(len(counts)))
        alone = cost_alone(frame, self.among[theirs])
        total = np.bincount(owner, weights=alone, minlength=len(counts))
        most = total.astype(np.float64) + 1.0
        excess = sheet.add_variables(-most)
        among_sessions = np.flatnonzero(place[self._session_of] >= 0)
        sheet.add_rows(
            [
                (owner, theirs, alone),
                (self._booking_of, steps, frame.problem.weights.fairness * self._booking_rank),
                (
                    place[self._session_of[among_sessions]],
                    self._session_steps.numbers[among_sessions],
                    -self._session_cost[among_sessions],
                ),
                (np.arange(len(counts)), excess.numbers, -most),
            ],
            high=np.zeros(len(counts)),
        )

    def _write_schools(self) -> None:
        frame, sheet = self._frame, self._sheet
        self._schools = np.unique(self._school)
        counts = frame.most_filled[self._schools]
        self._school_of, self._school_rank = np.repeat(self._schools, counts), ranks(counts)
        rank = frame.filled[self._school_of] + 1 + self._school_rank
        self._school_steps = sheet.add_variables(frame.problem.weights.equity // rank)
        stepping = np.searchsorted(self._schools, self._school_of)
        asking = np.searchsorted(self._schools, self._school)
        waiting: Entries = (asking[self._open], self._unfilled.numbers, ONE)
        sheet.add_rows(
            [(stepping, self._school_steps.numbers, ONE), waiting],
            high=np.bincount(asking, minlength=len(self._schools)),
        )

    def _write_floor(self) -> None:
        """Hold the first tier; where nothing is worth more, from both sides."""
        row = np.zeros(len(self._open), dtype=np.int64)
        spare = np.array([self._weight.sum() - self._floor], dtype=np.float64)
        is_exact = self._face is not None and self._face.is_exact
        self._sheet.add_rows(
            [(row, self._unfilled.numbers, self._weight[self._open])],
            high=spare,
            low=spare if is_exact else None,
        )


def distinct(frame: Frame, among: Ints) -> Ints:
    """Return one of all columns that the first tier cannot tell apart.

    They serve the same request alone and use the same rows in the same amounts.
    """
    option = frame.columns.option[among]
    alone = np.where(frame.team[option] == 1, -1, option)
    of_column = frame.limits.of(among).marks(len(among))
    of_option = frame.hosts.of(option).marks(len(among))
    keys = np.column_stack((frame.columns.demand[among], alone, of_column, of_option))
    _, example = np.unique(keys, axis=0, return_index=True)
    return np.sort(among[example])


def _host_entries(hosts: Rows, carried: Ints, carrier: Ints) -> tuple[Ints, Ints]:
    order = np.argsort(carried, kind="stable")
    low = np.searchsorted(carried[order], hosts.member, side="left")
    high = np.searchsorted(carried[order], hosts.member, side="right")
    counts = high - low
    row = np.repeat(hosts.row, counts)
    place = np.repeat(low, counts) + ranks(counts)
    return row, carrier[order[place]]
