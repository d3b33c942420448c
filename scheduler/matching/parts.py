"""Take some requests of a plan back and lay out what is left for them.

The rest of the plan stays. Columns that no longer fit beside it are left out,
so a part is a small problem of its own, whatever the size of the whole.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from scheduler.matching.clashes import clique_cover
from scheduler.matching.frame import Frame, has_series, most_of_each
from scheduler.matching.rows import Rows, joined
from scheduler.matching.tables import Flags, Ints


@dataclass(frozen=True, slots=True)
class Part:
    """What is left of a frame beside the columns kept, for some columns.

    ``frame`` counts kept sessions as history and kept requests as filled.
    """

    frame: Frame
    columns: Ints
    kept: Ints
    released: Ints


def take_back(frame: Frame, chosen: Ints, *, requests: Flags, pool: Flags) -> Part:
    """Return the part of a plan that these requests are.

    ``pool`` says which columns may be used besides those of the plan itself.
    Cost: linear in columns for a few passes over flags, else in the part.
    """
    is_back = requests[frame.columns.demand[chosen]]
    kept, released = chosen[~is_back], chosen[is_back]
    allowed = np.union1d(_columns_of(frame, requests, pool=pool), released)
    left = frame.limits.limit - frame.limits.of(kept).total
    fitting = allowed[~_is_short(frame.limits.of(allowed), left=left, members=len(allowed))]
    hosts_left = _hosts_left(frame, kept)
    fitting = fitting[~_is_taken(frame, fitting, hosts_left=hosts_left)]
    fitting, clashes = _without_clashes(frame, fitting, kept=kept)
    fitting = _with_whole_teams(frame, fitting)
    sessions, bookings = most_of_each(frame.columns, fitting, speakers=len(frame.history))
    small = replace(
        frame,
        limits=joined((_rows(frame.limits.of(fitting), fitting, left=left), clashes)),
        history=frame.history + _sessions_by_speaker(frame, kept),
        filled=frame.filled + _filled_by_school(frame, kept),
        most_sessions=sessions,
        most_bookings=bookings,
        has_series=has_series(frame.columns, fitting, speakers=len(frame.history)),
        most_filled=_asked_by_school(frame, fitting),
    )
    return Part(small, fitting, kept, released)


def _columns_of(frame: Frame, requests: Flags, *, pool: Flags) -> Ints:
    columns = frame.columns
    numbers = np.flatnonzero(requests)
    first = columns.first[columns.first_option[numbers]]
    last = columns.first[columns.first_option[numbers + 1]]
    parts = [np.arange(a, b) for a, b in zip(first.tolist(), last.tolist(), strict=True)]
    found = np.concatenate((np.zeros(0, dtype=np.int64), *parts))
    return np.asarray(found[pool[found]], dtype=np.int64)


def _is_short(rows: Rows, *, left: Ints, members: int) -> Flags:
    is_short = np.zeros(members, dtype=np.bool_)
    is_short[rows.member[rows.amount > left[rows.row]]] = True
    return is_short


def _hosts_left(frame: Frame, kept: Ints) -> Flags:
    taken = np.zeros(len(frame.columns.options))
    taken[frame.columns.option[kept]] = 1.0
    return np.asarray(frame.hosts.usage(taken) < 1, dtype=np.bool_)


def _is_taken(frame: Frame, columns: Ints, *, hosts_left: Flags) -> Flags:
    blocked = np.zeros(len(frame.columns.options), dtype=np.bool_)
    blocked[frame.hosts.member[~hosts_left[frame.hosts.row]]] = True
    return np.asarray(blocked[frame.columns.option[columns]], dtype=np.bool_)


def _without_clashes(frame: Frame, fitting: Ints, *, kept: Ints) -> tuple[Ints, Rows]:
    speaker = frame.columns.speaker
    is_present = np.zeros(len(frame.history), dtype=np.bool_)
    is_present[speaker[fitting]] = True
    beside = kept[is_present[speaker[kept]]]
    low, high = frame.clashes.pairs(np.union1d(fitting, beside))
    low_stays, high_stays = np.isin(low, beside), np.isin(high, beside)
    lost = np.concatenate((low[high_stays & ~low_stays], high[low_stays & ~high_stays]))
    is_open = ~(low_stays | high_stays) & ~np.isin(low, lost) & ~np.isin(high, lost)
    rows = clique_cover(low[is_open], high[is_open])
    return fitting[~np.isin(fitting, lost)], rows


def _with_whole_teams(frame: Frame, fitting: Ints) -> Ints:
    option = frame.columns.option[fitting]
    _, place, count = np.unique(option, return_inverse=True, return_counts=True)
    return fitting[count[place] >= frame.team[option]]


def _rows(rows: Rows, numbers: Ints, *, left: Ints) -> Rows:
    """Return the rows in the frame's own numbering, those that cannot break left out."""
    can_break = rows.total > left
    place = np.cumsum(can_break) - 1
    kept = can_break[rows.row]
    return Rows(
        place[rows.row[kept]], numbers[rows.member[kept]], rows.amount[kept], left[can_break]
    )


def _sessions_by_speaker(frame: Frame, columns: Ints) -> Ints:
    sessions = frame.sessions[frame.columns.option[columns]]
    total = np.bincount(
        frame.columns.speaker[columns], weights=sessions, minlength=len(frame.history)
    )
    return total.astype(np.int64)


def _filled_by_school(frame: Frame, columns: Ints) -> Ints:
    options = np.unique(frame.columns.option[columns])
    return np.bincount(frame.school[options], minlength=len(frame.filled)).astype(np.int64)


def _asked_by_school(frame: Frame, columns: Ints) -> Ints:
    _, example = np.unique(frame.columns.demand[columns], return_index=True)
    schools = frame.school[frame.columns.option[columns[example]]]
    return np.bincount(schools, minlength=len(frame.filled)).astype(np.int64)
