"""Whoever takes a list along takes all of it, filtered as it was, and little of it is in memory."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from dataclasses import replace
from itertools import combinations
from typing import Any

from scheduler.domain.incoming import Incoming, IncomingState, Why
from scheduler.services.board import BoardRow
from scheduler.services.conflicts import conflicts, every_conflict
from scheduler.services.deeds import every_deed
from scheduler.services.inbox import every_incoming
from scheduler.services.mail_log import MailAsked, every_mail
from scheduler.services.opened import review
from scheduler.services.ports import Activity, OutboxRow, OutboxState
from scheduler.services.queue_rows import Order, Wanted
from scheduler.services.warm import Warm
from scheduler.services.whole_queue import every_row
from tests.builders import COORDINATOR, NOW, VOLUNTEER, a_proposal, a_request, a_visit
from tests.services.world import World, elsewhere, two_more_volunteers

# One more than files once held.
MANY = 5_001


def test_everything_that_was_done_is_told_and_never_all_at_once(world: World) -> None:
    declined = Activity(NOW, VOLUNTEER, "declined", f"visit:{a_visit().uid}")
    with world.store.write() as work:
        approved = Activity(NOW, COORDINATOR, "approved", "request:robots")
        work.activities.add((*(approved for _ in range(MANY)), declined))

    def told(**asked: str) -> int:
        every = every_deed(world.store, actor=world.coordinator, now=NOW, **asked)
        return sum(1 for _ in every)

    assert (told(topic="visits"), told(by=VOLUNTEER)) == (1, 1)
    tracemalloc.start()
    try:
        assert told() == MANY + 1
        _, most_kept = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most_kept < MANY * 500


def test_all_mail_is_told(world: World) -> None:
    row = OutboxRow("0", "x", "invitation", VOLUNTEER, NOW, NOW, OutboxState.SENT)
    with world.store.write() as work:
        work.outbox.add(replace(row, key=str(number)) for number in range(MANY))
        work.outbox.add((replace(row, key="due", state=OutboxState.DUE),))

    def told(asked: MailAsked) -> list[str]:
        found = every_mail(world.store, asked, actor=world.coordinator)
        return [each.mail.row.key for each in found]

    assert told(MailAsked("sent")) == [str(number) for number in reversed(range(MANY))]
    assert told(MailAsked("waiting")) == ["due"]
    assert told(MailAsked(text="nobody")) == []


def test_all_of_the_inbox_is_told(world: World) -> None:
    mail = Incoming("0", NOW, "0" * 64, "Ada", "Re: Robots", "Yes", Why.WORDS)
    with world.store.write() as work:
        work.inbox.add(replace(mail, key=str(number)) for number in range(MANY))

    def told(state: IncomingState) -> int:
        return sum(1 for _ in every_incoming(world.store, actor=world.coordinator, state=state))

    assert (told(IncomingState.OPEN), told(IncomingState.DONE)) == (MANY, 0)


def test_all_conflicts_are_told_and_the_first_as_the_page_tells_them(world: World) -> None:
    keys = [f"r{number}" for number in range(9)]
    world.put_volunteers(two_more_volunteers()[0])
    world.put_requests(*(elsewhere(key=key) for key in keys))
    world.put_proposals(*(a_proposal(request=key) for key in keys))
    around: dict[str, Any] = {
        "warm": Warm(),
        "actor": world.coordinator,
        "now": NOW,
        "gazetteer": world.gazetteer,
    }
    page = conflicts(world.store, **around)
    every = tuple(every_conflict(world.store, **around))
    pairs = [frozenset((each.one.request, each.other.request)) for each in every]
    assert sorted(map(sorted, pairs)) == sorted(map(list, combinations(keys, 2)))
    assert len(every) == page.total > len(page.shown)
    bare = [
        replace(each, one=replace(each.one, others=()), other=replace(each.other, others=()))
        for each in page.shown
    ]
    assert list(every[: len(bare)]) == bare


def test_whole_queue_is_the_board_without_its_end(world: World) -> None:
    """Past what is read at once, in the order and with the words of the board."""
    world.put_requests(*(a_request(key=f"n{number:03}", classroom="") for number in range(520)))
    world.put_requests(*(elsewhere(key=f"p{number}") for number in range(4)))
    world.put_proposals(*(a_proposal(request=f"p{number}") for number in range(4)))
    warm, actor = Warm(), world.coordinator

    def rows(wanted: Wanted, group: str = "") -> list[BoardRow]:
        found = every_row(
            world.store,
            wanted,
            warm=warm,
            actor=actor,
            now=NOW,
            gazetteer=world.gazetteer,
            group=group,
        )
        return list(found)

    wanted = Wanted(order=Order.OLDEST)
    board = review(
        world.store,
        "",
        warm=warm,
        actor=actor,
        now=NOW,
        gazetteer=world.gazetteer,
        wanted=replace(wanted, most=1_000),
    ).board
    in_groups = [row for group in ("ready", "choice", "nobody") for row in board.of(group)]
    assert rows(wanted) == in_groups
    assert len(in_groups) > 520
    assert rows(wanted, "nobody") == list(board.of("nobody"))
    assert Counter(row.key for row in rows(replace(wanted, text="birch"))) == Counter(
        f"p{number}" for number in range(4)
    )
