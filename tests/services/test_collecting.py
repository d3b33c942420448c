"""The mailbox: each message is taken in once, whatever fails or dies on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from scheduler.domain.errors import OutOfReach
from scheduler.domain.incoming import IncomingState
from scheduler.jobs.timetable import Timetable
from scheduler.mail.mailboxes import MailboxAway
from scheduler.services.collecting import LEASE, LEASE_LASTS, MOST_AT_ONCE, Collector
from scheduler.services.ports import Store, Work
from scheduler.services.receiving import Became
from tests.builders import VOLUNTEER
from tests.mail.imap_servers import PostBox, an_imap_server
from tests.services.world import World


class Killed(BaseException):
    """Stand for the end of a process: no ``except Exception`` ever sees it."""


@dataclass
class Letterbox:
    """A mailbox in memory; ``dies_at`` is the number of a message that it cannot mark."""

    messages: dict[str, bytes]
    taken: list[str] = field(default_factory=list)
    dies_at: str = ""
    is_away: bool = False

    @contextmanager
    def open(self) -> Iterator[Letterbox]:
        if self.is_away:
            raise MailboxAway("The mailbox cannot be read: no answer")
        yield self

    def new(self) -> tuple[str, ...]:
        return tuple(number for number in self.messages if number not in self.taken)

    def read(self, number: str) -> bytes:
        return self.messages[number]

    def mark_taken(self, number: str) -> None:
        if number == self.dies_at:
            raise Killed
        self.taken.append(number)


def words(number: int) -> bytes:
    """Return a mail that a person has to read."""
    head = f"From: Amara <{VOLUNTEER}>\r\nMessage-ID: <{number}@x.example>\r\nSubject: Parking"
    return f"{head} {number}\r\n\r\nWhere can I park?\r\n".encode()


def a_collector(world: World, box: Letterbox, owner: str = "this test") -> Collector:
    return Collector(box, world.letterhead, owner)


def collect(world: World, collector: Collector, store: Store | None = None) -> Counter[Became]:
    return collector.collect(store or world.store, now=world.now, lease_now=world.now)


def subjects(world: World) -> list[str]:
    with world.store.read() as work:
        return sorted(m.subject for m in work.inbox.many(state=IncomingState.OPEN, limit=999))


def test_each_message_is_taken_in_once(world: World) -> None:
    box = Letterbox({"1": words(1), "2": words(2)})
    collector = a_collector(world, box)
    assert collect(world, collector) == {Became.KEPT: 2}
    box.messages["3"] = words(3)
    assert collect(world, collector) == {Became.KEPT: 1}
    assert collect(world, collector) == {}
    assert subjects(world) == ["Parking 1", "Parking 2", "Parking 3"]


def test_message_is_marked_only_after_it_was_taken_in_and_a_death_changes_nothing(
    world: World,
) -> None:
    box = Letterbox({"1": words(1), "2": words(2)}, dies_at="2")
    with pytest.raises(Killed):
        collect(world, a_collector(world, box))
    assert (box.taken, subjects(world)) == (["1"], ["Parking 1", "Parking 2"])
    box.dies_at = ""
    collect(world, a_collector(world, box))
    assert (box.taken, subjects(world)) == (["1", "2"], ["Parking 1", "Parking 2"])


def test_what_is_no_mail_is_marked_and_holds_up_nothing(world: World) -> None:
    box = Letterbox({"1": b"no mail at all", "2": words(2)})
    assert collect(world, a_collector(world, box)) == {Became.IGNORED: 1, Became.KEPT: 1}
    assert box.taken == ["1", "2"]


def test_message_that_we_cannot_take_in_stays_and_is_tried_once_by_each_process(
    world: World,
) -> None:
    box, spoiled = Letterbox({"1": words(1)}), SpoiledInbox(world.store)
    collector = a_collector(world, box)
    collect(world, collector, spoiled)
    collect(world, collector, spoiled)
    assert (box.taken, spoiled.asked) == ([], 1)
    assert collect(world, a_collector(world, box)) == {Became.KEPT: 1}


def test_database_that_is_away_leaves_the_message_for_later(world: World) -> None:
    box = Letterbox({"1": words(1)})
    collector = a_collector(world, box)
    with pytest.raises(OutOfReach):
        collect(world, collector, SpoiledInbox(world.store, OutOfReach()))
    assert collect(world, collector) == {Became.KEPT: 1}


def test_one_of_two_processes_reads_the_mailbox(world: World) -> None:
    box = Letterbox({"1": words(1)})
    with world.store.write() as work:
        assert work.leases.take(
            LEASE, owner="another", now=world.now, until=world.now + LEASE_LASTS
        )
    assert collect(world, a_collector(world, box)) == {}
    world.now += LEASE_LASTS + timedelta(seconds=1)
    assert collect(world, a_collector(world, box)) == {Became.KEPT: 1}
    assert collect(world, a_collector(world, box, "a third")) == {}


def test_so_many_at_once_and_the_rest_next_time(world: World) -> None:
    box = Letterbox({str(n): words(n) for n in range(MOST_AT_ONCE + 1)})
    collector = a_collector(world, box)
    assert collect(world, collector) == {Became.KEPT: MOST_AT_ONCE}
    assert collect(world, collector) == {Became.KEPT: 1}


class TestTimetable:
    def with_box(self, world: World, box: Letterbox) -> Timetable:
        return replace(world.timetable, collector=a_collector(world, box))

    def test_mailbox_that_is_away_is_asked_again(self, world: World) -> None:
        box = Letterbox({"1": words(1)}, is_away=True)
        timetable = self.with_box(world, box)
        assert timetable.collect_mail() == {}
        box.is_away = False
        assert timetable.collect_mail() == {Became.KEPT: 1}

    def test_without_a_mailbox_there_is_nothing_to_collect(self, world: World) -> None:
        assert world.timetable.collect_mail() == {}

    def test_whoever_is_told_to_stop_leaves_the_rest(self, world: World) -> None:
        timetable = self.with_box(world, Letterbox({"1": words(1)}))
        timetable.leaving.set()
        assert timetable.collect_mail() == {}

    def test_whole_way_from_a_server_to_the_inbox(self, world: World) -> None:
        box = PostBox()
        box.put(words(1), words(2))
        with an_imap_server(box) as mailbox:
            collector = Collector(mailbox, world.letterhead, "this test")
            timetable = replace(world.timetable, collector=collector)
            assert timetable.collect_mail() == {Became.KEPT: 2}
            assert timetable.collect_mail() == {}
        assert box.seen == {1, 2}
        assert subjects(world) == ["Parking 1", "Parking 2"]


@dataclass
class SpoiledInbox:
    """The real store, whose inbox takes nothing."""

    inner: Store
    error: Exception = field(default_factory=LookupError)
    asked: int = 0

    @contextmanager
    def read(self) -> Iterator[Work]:
        with self.inner.read() as work:
            yield work

    @contextmanager
    def write(self) -> Iterator[Work]:
        with self.inner.write() as work:
            setattr(work, "inbox", self)  # noqa: B010
            yield work

    def add(self, mails: object) -> int:
        self.asked += 1
        raise self.error
