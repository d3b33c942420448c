"""The timetable: whatever is due happens once, whoever runs it and however the clock behaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from scheduler.domain.mail_rules import MailRules
from scheduler.domain.people import RoleName
from scheduler.domain.visits import VisitState
from scheduler.jobs.timetable import LEASE, LEASE_LASTS, Ticked
from scheduler.mail.messages import Mail
from scheduler.mail.pauses import Meanwhile, rest
from scheduler.mail.transports import SentMail
from scheduler.services.delivery import Delivered
from scheduler.services.records import OutboxState
from scheduler.services.reminders import reminder_moment
from scheduler.services.rounds import Asked
from scheduler.services.sign_in import ask_for_link
from scheduler.storage.database import connect, sessions
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import COORDINATOR, TEACHER, VOLUNTEER, a_person, a_proposal, moment
from tests.jobs.timetables import Nights, another
from tests.services.world import World

SECOND = timedelta(seconds=1)


class Killed(BaseException):
    """Stand for the end of a process: no ``except Exception`` ever sees it."""


@dataclass
class TellsTheTime:
    """A lease clock that the test sets; two machines may disagree."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class DiesAfter:
    """Sends as many mails as it is told and dies before the sending can be noted."""

    deaths_after: int
    sent: list[Mail] = field(default_factory=list)

    def open(self, *, meanwhile: Meanwhile = rest) -> AbstractContextManager[DiesAfter]:
        return nullcontext(self)

    def send(self, mail: Mail, *, sender: str, recipient: str) -> None:
        self.sent.append(mail)
        if len(self.sent) >= self.deaths_after:
            raise Killed


@dataclass
class Stalls:
    """Takes so long over each mail that other things happen meanwhile."""

    meanwhile: Callable[[], None]
    sent: list[SentMail] = field(default_factory=list)

    def open(self, *, meanwhile: Meanwhile = rest) -> AbstractContextManager[Stalls]:
        return nullcontext(self)

    def send(self, mail: Mail, *, sender: str, recipient: str) -> None:
        self.sent.append(SentMail(sender, recipient, mail))
        self.meanwhile()


def receipts(world: World) -> list[tuple[str, str]]:
    """Return whom which mail reached, in order of sending."""
    return [(mail.recipient, mail.message["Message-ID"]) for mail in world.transport.sent]


class TestTick:
    @pytest.mark.each_engine
    def test_releases_reminds_sends_and_closes_what_is_due(self, world: World) -> None:
        world.put_proposals(a_proposal())
        world.approve("robots")
        world.wait(minutes=10)
        done = world.timetable.tick()
        assert done == Ticked(worked=True, released=1, mail=Delivered(sent=1))
        (visit,) = world.visits_of()
        world.answer(visit, VOLUNTEER, True)
        world.now = reminder_moment(visit, days=1)
        told = Delivered(sent=5, superseded=1)
        assert world.timetable.tick() == Ticked(worked=True, reminders=2, mail=told)
        world.now = visit.period.end + timedelta(hours=1)
        assert world.timetable.tick() == Ticked(worked=True, closed=1, asked=Asked(feedback=1))
        assert world.visits_of()[0].state is VisitState.HAPPENED

    def test_tick_before_the_first_import_does_nothing(self, sqlite_url: str) -> None:
        engine = connect(sqlite_url)
        empty = World(SqlStore(sessions(engine)))
        assert empty.timetable.tick() == Ticked(worked=True)
        assert empty.timetable.propose_nightly() is False
        engine.dispose()

    def test_second_tick_does_nothing_more(self, world: World) -> None:
        world.put_proposals(a_proposal())
        world.approve("robots")
        world.wait(minutes=10)
        world.timetable.tick()
        assert world.timetable.tick() == Ticked(worked=True)


class TestLease:
    def test_one_of_two_works(self, world: World) -> None:
        assert world.timetable.tick().worked is True
        assert another(world).tick() == Ticked(worked=False)

    def test_one_who_does_not_work_changes_nothing(self, world: World) -> None:
        world.put_proposals(a_proposal())
        world.approve("robots")
        world.timetable.holds_lease()
        world.wait(minutes=10)
        assert another(world, lease_clock=lambda: world.now - timedelta(minutes=10)).tick() == (
            Ticked()
        )
        assert world.visits_of()[0].state is VisitState.HELD

    def test_every_tick_renews_the_lease(self, world: World) -> None:
        for _ in range(5):
            assert world.timetable.tick().worked is True
            world.wait(seconds=30)
            assert another(world).tick().worked is False

    @pytest.mark.each_engine
    def test_another_takes_over_once_the_lease_has_ended(self, world: World) -> None:
        world.timetable.tick()
        world.now += LEASE_LASTS - SECOND
        assert another(world).tick().worked is False
        world.now += SECOND
        assert another(world).tick().worked is True
        assert world.timetable.tick().worked is False

    def test_run_once_gives_the_lease_back(self, world: World) -> None:
        assert world.timetable.run_once().worked is True
        assert another(world).tick().worked is True

    def test_run_once_gives_the_lease_back_when_it_dies(self, world: World) -> None:
        ask_for_link(world.store, TEACHER, now=world.now)
        with pytest.raises(Killed):
            replace(world.timetable, transport=DiesAfter(1)).run_once()
        assert another(world).tick().worked is True

    def test_run_once_leaves_a_lease_that_is_not_its_own(self, world: World) -> None:
        another(world).tick()
        assert world.timetable.run_once(patience=timedelta(0)).worked is False
        with world.store.read() as work:
            assert work.leases.seen(LEASE) == world.now + LEASE_LASTS

    def test_run_once_waits_for_a_lease_that_a_dead_process_left(self, world: World) -> None:
        another(world).tick()
        seconds = iter(range(0, 1000, 25))
        patient = replace(
            world.timetable, lease_clock=lambda: world.now + timedelta(seconds=next(seconds))
        )
        assert patient.run_once().worked is True

    @pytest.mark.each_engine
    def test_sending_stops_when_the_lease_was_lost(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # The test's clock stalls, not the machine's, by which the renewals are spaced.
        monkeypatch.setattr("scheduler.jobs.timetable.RENEW_SECONDS", 0)
        for email in (TEACHER, VOLUNTEER):
            ask_for_link(world.store, email, now=world.now)
        ours = TellsTheTime(world.now)

        def be_overtaken() -> None:
            ours.now += LEASE_LASTS
            assert another(world, lease_clock=ours).holds_lease() is True

        stalls = Stalls(be_overtaken)
        done = replace(world.timetable, transport=stalls, lease_clock=ours).tick()
        assert (len(stalls.sent), done.mail) == (1, Delivered(sent=1))
        ours.now += LEASE_LASTS
        assert another(world, lease_clock=ours).tick().mail == Delivered(sent=1)
        assert [mail.recipient for mail in (*stalls.sent, *world.transport.sent)] == [
            TEACHER,
            VOLUNTEER,
        ]

    @pytest.mark.each_engine
    def test_sending_stops_though_whoever_overtook_is_done_again(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("scheduler.jobs.timetable.RENEW_SECONDS", 0)
        for email in (TEACHER, VOLUNTEER):
            ask_for_link(world.store, email, now=world.now)
        ours = TellsTheTime(world.now)

        def be_overtaken() -> None:
            ours.now += LEASE_LASTS
            other = another(world, lease_clock=ours)
            assert other.tick().worked is True
            other.give_lease_back()

        stalls = Stalls(be_overtaken)
        done = replace(world.timetable, transport=stalls, lease_clock=ours).tick()
        assert (len(stalls.sent), done.mail) == (1, Delivered(sent=1))


class TestDeath:
    @pytest.mark.each_engine
    def test_what_a_dead_process_took_is_sent_by_the_next(self, world: World) -> None:
        others = [a_person(email=f"t{n}@schools.example", name=f"T {n}") for n in range(5)]
        with world.store.write() as work:
            work.people.put(others)
        for person in others:
            ask_for_link(world.store, person.email, now=world.now)
        dying = DiesAfter(3)
        with pytest.raises(Killed):
            replace(world.timetable, transport=dying).tick()
        world.now += LEASE_LASTS
        assert another(world).tick().mail == Delivered(sent=3)
        ids = [mail.message["Message-ID"] for mail in dying.sent]
        again = [message_id for _, message_id in receipts(world)]
        assert (len({*ids, *again}), len(ids) + len(again)) == (5, 6)
        with world.store.read() as work:
            assert work.outbox.counts()[OutboxState.SENT] == 5

    def test_mail_outlives_any_number_of_deaths(self, world: World) -> None:
        ask_for_link(world.store, TEACHER, now=world.now)
        for _ in range(9):
            with pytest.raises(Killed):
                replace(world.timetable, transport=DiesAfter(1)).tick()
        assert world.timetable.tick().mail == Delivered(sent=1)


class TestClockThatJumps:
    def jumps(self, world: World) -> Iterator[None]:
        """Put the clock an hour forward and back, again and again, as it goes on."""
        for hours in (1, -1, 1, 1, -1, -1, 0):
            world.wait(hours=hours, minutes=1)
            yield

    def test_nothing_is_sent_twice_and_nothing_is_missed(self, world: World) -> None:
        world.put_proposals(a_proposal())
        world.approve("robots")
        for _ in self.jumps(world):
            world.timetable.tick()
            another(world).tick()
        world.now = moment("2026-11-21 15:00")
        world.timetable.tick()
        told = sorted(recipient for recipient, _ in receipts(world))
        assert told == [VOLUNTEER, COORDINATOR, TEACHER]

    def test_reminder_is_sent_once(self, world: World) -> None:
        with world.store.write() as work:
            work.mail_doors.put_rules(MailRules(asks_still_coming=False))
        (visit,) = world.invite()
        world.answer(visit, VOLUNTEER, True)
        world.post()
        world.transport.sent.clear()
        world.now = reminder_moment(visit, days=7) - timedelta(minutes=30)
        for _ in self.jumps(world):
            world.timetable.tick()
            another(world).tick()
        assert sorted(recipient for recipient, _ in receipts(world)) == [VOLUNTEER, TEACHER]

    def test_night_is_worked_once(self, world: World) -> None:
        nights = Nights()
        timetable = replace(world.timetable, solve=nights)
        world.now = moment("2026-11-22 02:30")
        timetable.propose_nightly()
        for _ in self.jumps(world):
            timetable.propose_nightly()
        assert nights.runs == 2

    def test_lease_outlives_its_owner_by_no_more_than_the_jump(self, world: World) -> None:
        ours = TellsTheTime(world.now + timedelta(hours=1))
        replace(world.timetable, lease_clock=ours).tick()
        ours.now -= timedelta(hours=1)
        assert replace(world.timetable, lease_clock=ours).tick().worked is True
        ours.now += LEASE_LASTS
        assert another(world, lease_clock=ours).tick().worked is True


@pytest.mark.each_engine
def test_two_timetables_share_a_full_day_without_a_double_mail(world: World) -> None:
    with world.store.write() as work:
        work.people.put((a_person(RoleName.VIEWER, email="v@schools.example", name="V"),))
    world.put_proposals(a_proposal())
    world.approve("robots")
    both = (world.timetable, another(world))
    for turn in range(24):
        if turn == 2:
            (visit,) = world.visits_of()
            world.answer(visit, VOLUNTEER, True)
        for timetable in both if turn % 2 else reversed(both):
            timetable.tick()
        world.wait(hours=1)
    ids = [message_id for _, message_id in receipts(world)]
    assert len(ids) == len(set(ids)) == 4
