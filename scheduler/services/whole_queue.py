"""The whole queue, line by line, for whoever takes it along as a table.

Every line is judged as the board judges it, a part of the queue at a time. What needs a choice
and what nobody fits comes after what is ready, so of these only keys are kept until their turn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from scheduler.services.access import Actor, require_overseer
from scheduler.services.board import OPEN_GROUPS, Board, BoardRow, Group, Queued, board_of
from scheduler.services.opened import topics_like
from scheduler.services.parts import AT_ONCE, parts
from scheduler.services.ports import Gazetteer, Store, Work
from scheduler.services.queue_rows import Wanted
from scheduler.services.warm import Warm


def every_row(
    store: Store,
    wanted: Wanted,
    *,
    warm: Warm,
    actor: Actor,
    now: datetime,
    gazetteer: Gazetteer,
    group: str = "",
) -> Iterator[BoardRow]:
    """Return every open request that passes the filter, group by group, or one group's alone.

    The store stays open until the last is taken.

    Raises:
        NotAllowed: unless the actor oversees.
    """
    require_overseer(actor, deed="see proposals")
    groups = tuple(each for each in OPEN_GROUPS if group in ("", each))
    return _every(store, _Judged(warm, now=now, gazetteer=gazetteer), wanted, groups=groups)


class _Judged:
    """Parts of the queue, judged one after the other."""

    def __init__(self, warm: Warm, *, now: datetime, gazetteer: Gazetteer) -> None:
        self._warm, self._now, self._gazetteer = warm, now, gazetteer

    def board(self, work: Work, wanted: Wanted) -> Board:
        """Return one part; the table is lent anew for each, so that nobody waits for long."""
        with self._warm.at(work, now=self._now, gazetteer=self._gazetteer) as district:
            topics = topics_like(district.ground.topics, wanted.text)
            wanted = replace(wanted, text_topics=topics)
            queued = Queued(work, district, wanted, now=self._now, gazetteer=self._gazetteer)
            return board_of(queued, wanted)

    def boards(self, work: Work, wanted: Wanted) -> Iterator[Board]:
        """Yield the queue from its beginning to its end."""
        is_whole, skipped = False, 0
        while not is_whole:
            board = self.board(work, replace(wanted, most=AT_ONCE, skipped=skipped, also=()))
            skipped += AT_ONCE
            is_whole = max(board.proposed, board.lapsed, board.nobody) <= skipped
            yield board


def _every(
    store: Store, judged: _Judged, wanted: Wanted, *, groups: tuple[Group, ...]
) -> Iterator[BoardRow]:
    later: dict[Group, list[str]] = {each: [] for each in groups[1:]}
    with store.read() as work:
        for board in judged.boards(work, wanted):
            yield from board.of(groups[0])
            for group, keys in later.items():
                keys += (row.key for row in board.of(group))
        for keys in later.values():
            for part in parts(keys):
                rows = judged.board(work, replace(wanted, most=0, also=part)).rows
                row_by_key = {row.key: row for row in rows}
                yield from (row_by_key[key] for key in part)
