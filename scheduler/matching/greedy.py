"""Fill requests one after the other: the first plan, and the yardstick.

Requests that count most go first, those with few candidates before others;
each takes its best team at its best start. Nothing is ever taken back. The
plan keeps all rules, and is there in a moment.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from scheduler.domain.assignments import IN_PERSON, VIRTUAL, Engagement, engagements_of
from scheduler.domain.constraints import travel_time
from scheduler.matching.frame import Frame
from scheduler.matching.rows import Rows
from scheduler.matching.tables import Flags, Floats, Ints


def fill_greedily(frame: Frame, *, worth: Floats | None = None, order: Ints | None = None) -> Ints:
    """Return the columns of a plan that keeps all rules.

    ``worth`` are the columns' points to go by, the frame's own by default:
    prices of a relaxation make the choice more far-sighted. ``order`` are the
    requests, the first to be filled first.
    """
    filling = _Filling(frame, frame.columns.points if worth is None else worth)
    return filling.columns(_order(frame) if order is None else order)


def urgency(frame: Frame) -> Ints:
    """Return what one session with one speaker counts in the first tier, by request."""
    return np.array([d.priority * d.need for d in frame.problem.demands], dtype=np.int64)


class _Filling:
    """A plan while it grows: what is left of every limit."""

    def __init__(self, frame: Frame, worth: Floats | Ints) -> None:
        self._frame = frame
        self._worth = worth
        self._limits = _ByMember(frame.limits, members=len(frame.columns))
        self._hosts = _ByMember(frame.hosts, members=len(frame.columns.options))
        self._sessions_of = np.zeros(len(frame.history), dtype=np.int64)
        self._filled = frame.filled.copy()
        self._engagements: defaultdict[int, list[Engagement]] = defaultdict(list)
        for row, speaker in enumerate(frame.problem.speakers):
            standing = frame.problem.standing_by_speaker_id.get(speaker.id)
            if standing:
                self._engagements[row].extend(standing)

    def columns(self, order: Ints) -> Ints:
        chosen: list[int] = []
        for demand in order:
            team = self._best_team(int(demand))
            if team:
                self._take(team)
                chosen.extend(team)
        return np.array(chosen, dtype=np.int64)

    def _best_team(self, demand: int) -> list[int]:
        columns = self._frame.columns
        best: list[int] = []
        best_value = 0.0 if self._frame.problem.demands[demand].priority == 0 else float("-inf")
        for option in range(columns.first_option[demand], columns.first_option[demand + 1]):
            team, value = self._team_at(int(option))
            if team and value > best_value:
                best, best_value = team, value
        return best

    def _team_at(self, option: int) -> tuple[list[int], float]:
        frame, columns = self._frame, self._frame.columns
        first, last = int(columns.first[option]), int(columns.first[option + 1])
        needed = int(frame.team[option])
        if last - first < needed or not self._hosts.has_room(option, option + 1)[0]:
            return [], 0.0
        values = self._worth[first:last] + self._fairness(first, last, option=option)
        values = np.where(self._limits.has_room(first, last), values, -np.inf)
        team: list[int] = []
        for place in np.argsort(-values, kind="stable"):
            if len(team) == needed or values[place] == -np.inf:
                break
            if self._can_reach(first + int(place)):
                team.append(first + int(place))
        if len(team) < needed:
            return [], 0.0
        school = frame.school[option]
        equity = frame.problem.weights.equity // int(self._filled[school] + 1)
        return team, float(values[np.array(team) - first].sum()) + equity

    def _fairness(self, first: int, last: int, *, option: int) -> Ints:
        frame = self._frame
        speaker = frame.columns.speaker[first:last]
        sessions = int(frame.sessions[option])
        begun = frame.history[speaker] + self._sessions_of[speaker]
        steps = sessions * begun + sessions * (sessions - 1) // 2
        return np.asarray(-frame.problem.weights.fairness * steps, dtype=np.int64)

    def _can_reach(self, column: int) -> bool:
        row = int(self._frame.columns.speaker[column])
        if not self._engagements[row]:
            return True
        problem = self._frame.problem
        return travel_time(
            problem.speakers[row],
            self._added(column),
            standing=self._engagements[row],
            geography=problem.geography,
        ).kept

    def _added(self, column: int) -> tuple[Engagement, ...]:
        columns = self._frame.columns
        demand = self._frame.problem.demands[columns.demand[column]]
        chosen = IN_PERSON if columns.in_person[column] else VIRTUAL
        return engagements_of(demand, columns.options[columns.option[column]], format=chosen)

    def _take(self, team: list[int]) -> None:
        frame, columns = self._frame, self._frame.columns
        option = int(columns.option[team[0]])
        self._hosts.take(option)
        self._filled[frame.school[option]] += 1
        for column in team:
            row = int(columns.speaker[column])
            self._limits.take(column)
            self._sessions_of[row] += frame.sessions[option]
            self._engagements[row].extend(self._added(column))


def _order(frame: Frame) -> Ints:
    first = frame.columns.first[frame.columns.first_option]
    return np.lexsort((np.diff(first), -urgency(frame)))


class _ByMember:
    """Rows looked up by member, with what is left of each."""

    def __init__(self, rows: Rows, *, members: int) -> None:
        order, first = rows.by_member
        self._row = rows.row[order]
        self._amount = rows.amount[order]
        self._first = first[np.minimum(np.arange(members + 1), len(first) - 1)]
        self._left = rows.limit.copy()

    def has_room(self, first: int, last: int) -> Flags:
        """Say of members ``first`` up to ``last`` whether each still fits."""
        begin, end = self._first[first], self._first[last]
        short = self._amount[begin:end] > self._left[self._row[begin:end]]
        member = np.repeat(np.arange(last - first), np.diff(self._first[first : last + 1]))
        misses = np.bincount(member, weights=short, minlength=last - first)
        return np.asarray(misses == 0, dtype=np.bool_)

    def take(self, member: int) -> None:
        """Use up what this member needs."""
        entries = slice(self._first[member], self._first[member + 1])
        np.subtract.at(self._left, self._row[entries], self._amount[entries])
