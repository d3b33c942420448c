"""When speakers are open: free, and at least their buffer away from anything busy.

Both rules become one question about one array. A frame is 1,440 minutes of the absolute clock,
counted from the first; each speaker has few open stretches in one, so a frame holds them in
layers, the longest first, as two small integers each. Exact to the minute, on a grid or off it.
Memory: 4 octets for each speaker, frame and layer in use, at most six layers; what is shorter
than a speaker's six longest stretches of a frame is kept aside and asked one by one. A year of
300 frames takes 24 MB a layer for 20,000 speakers and 120 MB for 100,000, where one octet for
every five minutes would take 1.7 GB and 8.6 GB.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from scheduler.domain.assignments import Session, Span, merged
from scheduler.matching.tables import Flags, Ints

FRAME_MINUTES = 1440
MOST_LAYERS = 6
# Ends may lie in a later frame; what is longer than this from its frame's start is cut.
LATEST_END = 2**15 - 1
Minutes = NDArray[np.int16]


class OpenTimes:
    """The open stretches of all speakers within a horizon of whole frames."""

    def __init__(self, *, first_frame: int, frames: int, capacity: int) -> None:
        self._first_frame, self._frames, self._capacity = first_frame, frames, capacity
        self._layers: list[tuple[Minutes, Minutes]] = []
        self._depth = [0] * frames
        self._layers_of_row = np.zeros(capacity, dtype=np.int8)
        self._more: dict[int, dict[int, list[Span]]] = {}

    def covers(self, session: Session) -> bool:
        """Say whether the table can tell about that session at all."""
        frame, start = self._place(session.start)
        return 0 <= frame < self._frames and start + session.minutes <= LATEST_END

    def holding(self, session: Session, rows: Ints) -> Flags:
        """Say of these rows whether one open stretch holds the whole session.

        The session has to be covered. Cost: linear in the rows asked of.
        """
        frame, start = self._place(session.start)
        end = start + session.minutes
        kept = np.zeros(len(rows), dtype=np.bool_)
        for starts, ends in self._layers[: self._depth[frame]]:
            kept |= (starts[frame][rows] <= start) & (ends[frame][rows] >= end)
        for row, stretches in self._more.get(frame, {}).items():
            if any(first <= start and end <= last for first, last in stretches):
                kept |= rows == row
        return kept

    def put(self, row: int, spans: Ints) -> None:
        """Make these the row's open stretches: disjoint pairs of minutes, shape (n, 2)."""
        self.wipe(row)
        frame, start, end, rank = self._pieces(spans)
        for layer in range(min(int(rank.max(initial=-1)) + 1, MOST_LAYERS)):
            here = rank == layer
            starts, ends = self._layer(layer)
            starts[frame[here], row], ends[frame[here], row] = start[here], end[here]
            self._layers_of_row[row] = layer + 1
            for each in frame[here].tolist():
                self._depth[each] = max(self._depth[each], layer + 1)
        for place in np.flatnonzero(rank >= MOST_LAYERS).tolist():
            rest = self._more.setdefault(int(frame[place]), {}).setdefault(row, [])
            rest.append((int(start[place]), int(end[place])))

    def wipe(self, row: int) -> None:
        """Leave the row no open time."""
        for _, ends in self._layers[: self._layers_of_row[row]]:
            ends[:, row] = 0
        self._layers_of_row[row] = 0
        for rows in self._more.values():
            rows.pop(row, None)

    def grow(self, capacity: int) -> None:
        """Make room for this many rows."""
        added = capacity - self._capacity
        more = np.zeros((self._frames, added), dtype=np.int16)
        self._layers = [
            (np.concatenate([starts, more], axis=1), np.concatenate([ends, more], axis=1))
            for starts, ends in self._layers
        ]
        self._layers_of_row = np.concatenate([self._layers_of_row, np.zeros(added, np.int8)])
        self._capacity = capacity

    @property
    def octets(self) -> int:
        """Return the memory that all layers may come to use."""
        return sum(starts.nbytes + ends.nbytes for starts, ends in self._layers)

    def _place(self, minute: int) -> tuple[int, int]:
        frame, start = divmod(minute, FRAME_MINUTES)
        return frame - self._first_frame, start

    def _layer(self, number: int) -> tuple[Minutes, Minutes]:
        while len(self._layers) <= number:
            shape = (self._frames, self._capacity)
            self._layers.append((np.zeros(shape, np.int16), np.zeros(shape, np.int16)))
        return self._layers[number]

    def _pieces(self, spans: Ints) -> tuple[Ints, Ints, Ints, Ints]:
        """Cut spans at frames; return frame, start, end and rank by length, piece by piece."""
        low = self._first_frame * FRAME_MINUTES
        spans = np.clip(spans.reshape(-1, 2) - low, 0, self._frames * FRAME_MINUTES + LATEST_END)
        spans = spans[spans[:, 0] < spans[:, 1]]
        first, last = spans[:, 0] // FRAME_MINUTES, (spans[:, 1] - 1) // FRAME_MINUTES
        counts = last - first + 1
        frame = np.repeat(first - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
        start = np.maximum(np.repeat(spans[:, 0], counts) - frame * FRAME_MINUTES, 0)
        end = np.minimum(np.repeat(spans[:, 1], counts) - frame * FRAME_MINUTES, LATEST_END)
        within = frame < self._frames
        frame, start, end = frame[within], start[within], end[within]
        order = np.lexsort((start - end, frame))
        frame, start, end = frame[order], start[order], end[order]
        return frame, start, end, np.arange(len(frame)) - np.searchsorted(frame, frame)


def open_spans(free: Ints, busy: Iterable[Span], *, buffer: int) -> Ints:
    """Return free time less all busy time and the buffer around it, shape (n, 2), in order.

    ``free`` is disjoint and in order. A busy span of no length still asks for its buffer.
    """
    taken = merged((start - buffer, end + buffer) for start, end in busy)
    if not taken or not len(free):
        return free
    gone = np.array(taken, dtype=np.int64)
    first = np.searchsorted(gone[:, 1], free[:, 0], side="right")
    last = np.searchsorted(gone[:, 0], free[:, 1], side="left")
    whole = free[first >= last]
    rest = [
        piece
        for place in np.flatnonzero(first < last).tolist()
        for piece in _less(free[place].tolist(), taken[first[place] : last[place]])
    ]
    if not rest:
        return whole
    found = np.concatenate([whole, np.array(rest, dtype=np.int64)])
    return np.asarray(found[np.argsort(found[:, 0])], dtype=np.int64)


def _less(span: list[int], taken: Iterable[Span]) -> Iterable[Span]:
    start, end = span
    for gone_from, gone_until in taken:
        if start < gone_from:
            yield start, gone_from
        start = max(start, gone_until)
    if start < end:
        yield start, end
