"""Find cliques that a fractional plan breaks: columns of one speaker of which a plan takes one.

Two columns of a speaker exclude each other when they serve the same request, or when both are too
much for a row. Rows of two and more let a relaxation take a half of each; a clique does not.

Source: clique inequalities of set packing; M. W. Padberg, Mathematical Programming 5 (1973).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from scheduler.matching.frame import Frame
from scheduler.matching.rows import Rows, clique_rows
from scheduler.matching.tables import Flags, Floats, Ints

NOTHING, TOO_MUCH = 1e-6, 1 + 1e-4


def broken_cliques(frame: Frame, shares: Floats) -> Rows:
    """Return a row for each clique found of which a plan takes more than one in all.

    ``shares`` is how much of each column the plan takes, 0 to 1. Each column it takes of starts
    a clique, grown greedily by share; none can grow further. Costs the square of the columns of
    each speaker of whom it takes two.
    """
    columns = frame.columns
    is_used = shares > NOTHING
    several = np.bincount(columns.speaker[is_used], minlength=len(frame.history)) > 1
    theirs = np.flatnonzero(several[columns.speaker])
    theirs = theirs[np.argsort(columns.speaker[theirs], kind="stable")]
    begins = np.flatnonzero(np.diff(columns.speaker[theirs], prepend=-1))
    found: dict[tuple[int, ...], None] = {}
    for own in np.split(theirs, begins[1:]):
        for clique in _broken(shares[own], excluded=_excluded(frame, own)):
            found[tuple(own[clique].tolist())] = None
    return clique_rows(list(found))


def _excluded(frame: Frame, own: Ints) -> Flags:
    """Say which of a speaker's columns exclude each other, each with each."""
    demand = frame.columns.demand[own]
    excluded: Flags = np.equal.outer(demand, demand)
    limits = frame.limits.of(own)
    rows, row = np.unique(limits.row, return_inverse=True)
    for number, limit in enumerate(frame.limits.limit[rows].tolist()):
        entries = row == number
        member, amount = limits.member[entries], limits.amount[entries]
        excluded[np.ix_(member, member)] |= amount[:, None] + amount[None, :] > limit
    np.fill_diagonal(excluded, val=False)
    return excluded


def _broken(shares: Floats, *, excluded: Flags) -> Iterator[Ints]:
    used = np.flatnonzero(shares > NOTHING)
    for first in used[np.argsort(-shares[used], kind="stable")]:
        clique, joining = [int(first)], excluded[first].copy()
        while joining.any():
            able = np.flatnonzero(joining)
            degree = excluded[np.ix_(able, able)].sum(axis=1)
            best = int(able[np.lexsort((-degree, -shares[able]))[0]])
            clique.append(best)
            joining &= excluded[best]
        members = np.sort(np.array(clique, dtype=np.int64))
        if shares[members].sum() > TOO_MUCH:
            yield members
