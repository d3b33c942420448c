"""A timetable that stood still and was overtaken changes nothing more, and sends nothing more."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from scheduler.domain.errors import LeaseLost
from scheduler.domain.visits import VisitState
from scheduler.jobs.fenced import FencedStore
from scheduler.jobs.settling import Ticked
from scheduler.jobs.timetable import LEASE_LASTS
from scheduler.mail.messages import Mail
from scheduler.mail.pauses import Meanwhile, rest
from scheduler.services.delivery import Delivered
from scheduler.services.ports import Store, Work
from scheduler.services.records import OutboxState
from scheduler.services.runs import TIMETABLE
from scheduler.services.sign_in import ask_for_link
from tests.builders import TEACHER, a_proposal
from tests.jobs.timetables import another
from tests.services.world import World

PATIENCE_SECONDS = 30


@dataclass
class StandsStill:
    """A store whose process stands still before one of its changes, while others work."""

    store: Store
    meanwhile: Callable[[], object]
    changes_left: int

    def read(self) -> AbstractContextManager[Work]:
        return self.store.read()

    @contextmanager
    def write(self) -> Iterator[Work]:
        if self.changes_left == 0:
            self.meanwhile()
        self.changes_left -= 1
        with self.store.write() as work:
            yield work


@dataclass
class Hangs:
    """A mail server that takes a mail and says nothing until it is let go."""

    asked: threading.Event
    let_go: threading.Event

    @contextmanager
    def open(self, *, meanwhile: Meanwhile = rest) -> Iterator[Hangs]:
        yield self

    def send(self, mail: Mail, *, sender: str, recipient: str) -> None:
        self.asked.set()
        assert self.let_go.wait(PATIENCE_SECONDS)


def overtaken(world: World, *, at: datetime) -> Ticked:
    """Let another process take over and do what is due."""
    return another(world, clock=lambda: at, lease_clock=lambda: at).tick()


@pytest.mark.each_engine
def test_change_under_a_lost_lease_is_undone(world: World) -> None:
    ours = world.timetable
    assert ours.holds_lease()
    fenced = FencedStore(world.store, ours._renew)
    with fenced.write() as work:
        work.districts.put_extras({"change": "ours"})
    overtaken(world, at=world.now + LEASE_LASTS)
    with pytest.raises(LeaseLost), fenced.write() as work:
        work.districts.put_extras({"change": "too late"})
    with fenced.read() as work:
        assert dict(work.districts.extras()) == {"change": "ours"}


@pytest.mark.each_engine
def test_lease_that_only_ran_out_is_still_ours(world: World) -> None:
    ours = world.timetable
    assert ours.holds_lease()
    world.now += 2 * LEASE_LASTS
    with FencedStore(world.store, ours._renew).write() as work:
        work.districts.put_extras({"change": "late"})
    assert another(world).tick() == Ticked()


def test_paused_tick_leaves_the_rest_to_whoever_took_over(world: World) -> None:
    world.put_proposals(a_proposal())
    world.approve("robots")
    begun, later = world.now, world.now + timedelta(minutes=3)
    # The lease is taken and the journal trimmed; the releases come after the pause.
    paused = StandsStill(world.store, lambda: overtaken(world, at=later), changes_left=2)
    world.wait(minutes=10)
    ours = replace(world.timetable, store=paused, lease_clock=lambda: begun)
    assert ours.settle() == Ticked()
    assert world.visits_of()[0].state is VisitState.HELD
    with world.store.read() as work:
        assert work.marks.reached(TIMETABLE) == later


def test_paused_sender_takes_nothing_back_that_another_is_sending(world: World) -> None:
    ask_for_link(world.store, TEACHER, now=world.now)
    ours = world.timetable
    assert ours.holds_lease()
    assert another(world, lease_clock=lambda: world.now + LEASE_LASTS).holds_lease()
    with world.store.write() as work:
        (row,) = work.outbox.claim(now=world.now, until=world.now + LEASE_LASTS, limit=9)
    assert ours.deliver() == Delivered()
    with world.store.read() as work:
        (found,) = work.outbox.of_subjects((row.subject,))
    assert found.state is OutboxState.SENDING
    assert world.transport.sent == []


def test_who_leaves_gives_back_its_own_mail_alone(world: World) -> None:
    ask_for_link(world.store, TEACHER, now=world.now)
    ours, later = world.timetable, world.now + LEASE_LASTS
    for leaves, state in ((another(world), OutboxState.SENDING), (ours, OutboxState.DUE)):
        assert ours.holds_lease()
        with world.store.write() as work:
            claimed = work.outbox.claim(now=world.now, until=later, limit=9)
        leaves.give_lease_back()
        with world.store.read() as work:
            assert work.outbox.counts()[state] == 1, claimed


def test_hanging_mail_server_holds_up_nothing_else(world: World) -> None:
    ask_for_link(world.store, TEACHER, now=world.now)
    world.put_proposals(a_proposal())
    world.approve("robots")
    server = Hangs(threading.Event(), threading.Event())
    ours = replace(world.timetable, transport=server)
    assert ours.settle().worked
    sender = threading.Thread(target=ours.deliver)
    sender.start()
    try:
        assert server.asked.wait(PATIENCE_SECONDS)
        world.wait(minutes=10)
        assert ours.settle().released == 1
    finally:
        server.let_go.set()
        sender.join(PATIENCE_SECONDS)
    assert world.visits_of()[0].state is VisitState.INVITED
