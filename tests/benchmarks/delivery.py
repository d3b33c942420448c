"""How fast mail goes out, against the bare library with the same message on one connection.

``python -m tests.benchmarks.delivery 1000`` prints both rates and their ratio for two servers
and where our time goes. ``--memory 100000`` sends that many, and prints what memory grew.

The servers are processes of their own: a thread of ours would share our interpreter, and slow
down whichever side does more. A first mail is sent before the clock starts, as the process that
sends runs for months.
"""

from __future__ import annotations

import smtplib
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from scheduler.mail.messages import Mail
from scheduler.mail.pauses import Meanwhile, rest
from scheduler.mail.smtp import SmtpConnection, SmtpTransport
from scheduler.services.delivery import deliver_due
from scheduler.services.ports import Outcome, Work
from scheduler.storage import database
from scheduler.storage.unit_of_work import SqlStore
from tests.benchmarks.post_offices import BareOffice, an_office, recording
from tests.mail.servers import HOST, a_transport
from tests.services.world import World, _fill

PAGE_KB = 4
AT_ONCE = 2_000
# More than is claimed at once: what comes next is claimed while mail goes out.
A_TURN = 250
ON_THE_LINE = "while the line is open"
WHOLE = "whole"
TALKS = {"aiosmtpd, as in the tests": recording, "the fastest one": BareOffice}


@dataclass
class Watched:
    """Seconds by what they were spent on; the last mail sent, and the memory at some counts."""

    seconds_by_work: dict[str, float] = field(default_factory=dict)
    sent: int = 0
    last: Mail | None = None
    looks_at: tuple[int, ...] = ()
    mb_by_count: dict[int, float] = field(default_factory=dict)

    @contextmanager
    def timing(self, work: str) -> Iterator[None]:
        """Count the block's time as that work's."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - begun
            self.seconds_by_work[work] = self.seconds_by_work.get(work, 0.0) + spent


@dataclass(frozen=True)
class WatchedTransport:
    """The real way to a server, with a watch on it."""

    inner: SmtpTransport
    watch: Watched

    @contextmanager
    def open(self, *, meanwhile: Meanwhile = rest) -> Iterator[WatchedConnection]:
        """Keep one connection, and time what is sent over it."""
        with self.inner.open(meanwhile=meanwhile) as connection, self.watch.timing(ON_THE_LINE):
            yield WatchedConnection(connection, self.watch)

    def send(self, mail: Mail, *, sender: str, recipient: str) -> None:
        """Send one mail over a connection of its own."""
        self.inner.send(mail, sender=sender, recipient=recipient)


@dataclass(frozen=True)
class WatchedConnection:
    """One connection, timed."""

    inner: SmtpConnection
    watch: Watched

    @contextmanager
    def open(self, *, meanwhile: Meanwhile = rest) -> Iterator[WatchedConnection]:
        """Return this same connection."""
        yield self

    def send(self, mail: Mail, *, sender: str, recipient: str) -> None:
        """Send one mail, count it, and look at the memory now and then."""
        with self.watch.timing("talk with the server"):
            self.inner.send(mail, sender=sender, recipient=recipient)
        self.watch.last = mail
        self.watch.sent += 1
        if self.watch.sent in self.watch.looks_at:
            self.watch.mb_by_count[self.watch.sent] = _memory_mb()


@dataclass(frozen=True)
class WatchedStore:
    """The real store, with a watch on it."""

    inner: SqlStore
    watch: Watched

    @contextmanager
    def read(self) -> Iterator[Work]:
        """Time what is read."""
        with self.watch.timing("reading"), self.inner.read() as work:
            yield work

    @contextmanager
    def write(self) -> Iterator[Work]:
        """Time what is written."""
        with self.watch.timing("claims and marks"), self.inner.write() as work:
            yield work

    def settle(self, outcomes: Iterable[Outcome]) -> None:
        """Time what is noted of mails that were sent."""
        with self.watch.timing("claims and marks"):
            self.inner.settle(outcomes)


def deliver_all(url: str, port: int, *, looks_at: tuple[int, ...] = ()) -> Watched:
    """Send what is due in that database, and return what was seen."""
    engine = database.connect(url)
    try:
        return deliver(World(SqlStore(database.sessions(engine))), port, looks_at=looks_at)
    finally:
        engine.dispose()


def deliver(
    world: World, port: int, *, looks_at: tuple[int, ...] = (), in_detail: bool = True
) -> Watched:
    """Send what is due, and return what was seen; looking into details costs some time itself."""
    watch = Watched(looks_at=looks_at)
    renders = world.letterhead.render

    def render(name: str, context: Mapping[str, object]) -> str:
        with watch.timing("words"):
            return renders(name, context)

    head = replace(world.letterhead, render=render) if in_detail else world.letterhead
    store = WatchedStore(world.store, watch) if in_detail else world.store
    begun = time.perf_counter()
    deliver_due(
        store,
        now=world.now,
        transport=WatchedTransport(a_transport(port), watch),
        head=head,
        most_per_domain=sys.maxsize,
        at_any_hour=True,
    )
    whole = time.perf_counter() - begun
    known = sum(spent for work, spent in watch.seconds_by_work.items() if work != ON_THE_LINE)
    watch.seconds_by_work |= {"all else": whole - known, WHOLE: whole}
    return watch


def bare_seconds(mail: Mail, port: int, *, mails: int) -> float:
    """Return how long the library takes for as many copies of a mail on one connection."""
    begun = time.perf_counter()
    with smtplib.SMTP(HOST, port) as server:
        for _ in range(mails):
            server.sendmail("visits@schools.example", ["v@robots.example"], mail.octets)
    return time.perf_counter() - begun


def fill(url: str, mails: int, *, begin: int = 0) -> None:
    """Put that many invitations into the outbox of a database, new or not."""
    from tests.faults.test_delivery import invite_many

    engine = database.connect(url)
    world = World(SqlStore(database.sessions(engine)))
    if not begin:
        database.upgrade(url)
        _fill(world.store)
    for first in range(begin, begin + mails, AT_ONCE):
        invite_many(world, min(AT_ONCE, begin + mails - first), first=first)
    engine.dispose()


def print_rates(mails: int) -> None:
    """Send that many mails to each kind of server and print the rates and where time went.

    Both ways take turns, so that whatever else the machine does slows down both.
    """
    for name, talk in TALKS.items():
        rounds: list[tuple[float, float, float]] = []
        with tempfile.TemporaryDirectory() as folder, an_office(talk) as port:
            url = f"sqlite:///{Path(folder) / 'mail.sqlite3'}"
            fill(url, 1)
            engine = database.connect(url)
            world = World(SqlStore(database.sessions(engine)))
            deliver(world, port)
            for begin in range(1, mails + 1, A_TURN):
                fill(url, A_TURN, begin=begin)
                watch = deliver(world, port, in_detail=False)
                assert watch.sent == A_TURN
                assert watch.last is not None
                took = watch.seconds_by_work
                bare = bare_seconds(watch.last, port, mails=A_TURN)
                rounds.append((took[WHOLE], took[ON_THE_LINE], bare))
            fill(url, A_TURN, begin=mails + A_TURN)
            spent = deliver(world, port).seconds_by_work
            engine.dispose()
        whole, line, bare = (A_TURN / statistics.median(each) for each in zip(*rounds, strict=True))
        to_whole, to_line = (statistics.median(r[2] / r[n] for r in rounds) for n in (0, 1))
        print(f"{name}: the bare library {bare:.0f}/s")
        print(f"  {line:.0f}/s while the line is open, ratio {to_line:.2f}")
        print(f"  {whole:.0f}/s with claiming, reading and writing them, ratio {to_whole:.2f}")
        for work, seconds in sorted(spent.items(), key=lambda each: -each[1]):
            print(f"  {seconds * 1000 / A_TURN:6.2f} ms a mail  {work}")


def print_memory(mails: int) -> None:
    """Send that many mails in a process of its own and print its memory on the way."""
    with tempfile.TemporaryDirectory() as folder, an_office(BareOffice) as port:
        url = f"sqlite:///{Path(folder) / 'mail.sqlite3'}"
        begun = time.perf_counter()
        fill(url, mails)
        print(f"{mails} invitations written in {time.perf_counter() - begun:.0f} s", flush=True)
        looks_at = tuple(mails * share // 100 for share in (1, 10, 25, 50, 75, 100))
        with get_context("spawn").Pool(1) as pool:
            watch = pool.apply(partial(deliver_all, url, port, looks_at=looks_at))
    whole = watch.seconds_by_work[WHOLE]
    print(f"{watch.sent} mails in {whole:.0f} s, {watch.sent / whole:.0f}/s")
    for count, mb in watch.mb_by_count.items():
        print(f"  after {count:7} mails: {mb:.0f} MB")


def _memory_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * PAGE_KB / 1024


if __name__ == "__main__":
    if sys.argv[1:2] == ["--memory"]:
        print_memory(int(sys.argv[2]))
    else:
        print_rates(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
