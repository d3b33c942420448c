"""Reminders: each once, of a visit that is certain, at a moment when it is still news."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, cast

import pytest

from scheduler.domain.joining import Joining, JoiningState
from scheduler.domain.mail_rules import MailRules
from scheduler.domain.periods import DateRange
from scheduler.domain.schooldays import Closure, SchoolTime
from scheduler.domain.visits import Partstat, Visit, VisitState
from scheduler.services import delivery, reminders
from scheduler.services.ports import Store, Visits, Work
from scheduler.services.records import OutboxState
from scheduler.services.reminders import due_offset, reminder_moment
from tests.builders import (
    TEACHER,
    VOLUNTEER,
    a_bell_schedule,
    a_request,
    a_visit,
    a_volunteer,
    moment,
    period,
    some_bookings,
)
from tests.services.test_visits import THURSDAY, cancel, move
from tests.services.world import BRUNO, World, two_more_volunteers

WEEK_BEFORE = moment("2026-12-01 15:00")
DAY_BEFORE = moment("2026-12-07 15:00")


def a_certain_visit(**changes: object) -> Visit:
    """Return the visit of ``DAY``, to which everyone said yes on the day of the booking."""
    yes = some_bookings(VOLUNTEER, partstat=Partstat.ACCEPTED)
    return replace(a_visit(state=VisitState.CONFIRMED, bookings=yes), **changes)


def confirmed(world: World, *, asks: bool = False) -> Visit:
    """Invite Amara and have her say yes; nobody asks her whether she still comes, unless told."""
    with world.store.write() as work:
        work.mail_doors.put_rules(MailRules(asks_still_coming=asks))
    (visit,) = world.invite()
    return world.answer(visit, VOLUNTEER, True)


def write_at(world: World, when: datetime) -> int:
    """Write what is due at that moment."""
    world.now = when
    return reminders.write_due(world.store, now=when)


def reminded(world: World, visit: Visit) -> list[tuple[str, str]]:
    """Return offset and recipient of every reminder of a visit, sorted."""
    return sorted(
        (str(row.facts["offset"]), row.recipient)
        for row in world.mail_of(visit)
        if row.purpose == "reminder"
    )


class TestMoment:
    def test_it_is_at_three_in_the_afternoon(self) -> None:
        assert reminder_moment(a_visit(), days=7) == WEEK_BEFORE
        assert reminder_moment(a_visit(), days=1) == DAY_BEFORE

    @pytest.mark.parametrize(
        ("visit", "week_before"),
        [
            ("2026-11-03 10:40-11:30", "2026-10-27 15:00"),
            ("2027-03-16 10:40-11:30", "2027-03-09 15:00"),
        ],
        ids=["clock back", "clock forward"],
    )
    def test_it_is_at_three_across_the_clock_changes(self, visit: str, week_before: str) -> None:
        assert reminder_moment(a_visit(period=period(visit)), days=7) == moment(week_before)

    def test_school_is_reminded_on_the_last_school_day_before(self) -> None:
        monday = a_visit(period=period("2026-12-14 10:40-11:30"))
        assert reminder_moment(monday, days=1) == moment("2026-12-13 15:00")
        closed = Closure("maple", DateRange(date(2026, 12, 11), date(2026, 12, 11)), "Snow")
        for closures, day in (((), "2026-12-11"), ((closed,), "2026-12-10")):
            school_time = SchoolTime("America/Toronto", a_bell_schedule(), closures)
            at = reminder_moment(monday, days=1, school_time=school_time)
            assert at == moment(f"{day} 15:00")

    @pytest.mark.parametrize(
        ("now", "offset"),
        [
            ("2026-12-01 14:59", None),
            ("2026-12-01 15:00", 7),
            ("2026-12-07 14:59", 7),
            ("2026-12-07 15:00", 1),
            ("2026-12-08 10:39", 1),
            ("2026-12-08 10:40", None),
        ],
    )
    def test_nearest_moment_that_has_come_is_the_one(self, now: str, offset: int | None) -> None:
        assert due_offset(a_certain_visit(), now=moment(now)) == offset

    @pytest.mark.parametrize(
        ("since", "now", "offset"),
        [
            ("2026-12-01 14:59", "2026-12-01 15:01", 7),
            ("2026-12-01 15:00", "2026-12-01 15:01", None),
            ("2026-12-04 12:00", "2026-12-06 12:00", None),
            ("2026-12-04 12:00", "2026-12-07 15:00", 1),
            ("2026-12-07 16:00", "2026-12-07 17:00", None),
        ],
    )
    def test_moment_before_the_booking_or_the_last_yes_is_never_made(
        self, since: str, now: str, offset: int | None
    ) -> None:
        agreed = a_certain_visit(created_at=moment(since))
        assert due_offset(agreed, now=moment(now)) == offset
        answered = tuple(replace(booking, answered_at=moment(since)) for booking in agreed.bookings)
        assert due_offset(a_certain_visit(bookings=answered), now=moment(now)) == offset

    @pytest.mark.parametrize("state", sorted(set(VisitState) - {VisitState.CONFIRMED}))
    def test_visit_that_is_not_certain_has_none(self, state: VisitState) -> None:
        assert due_offset(a_certain_visit(state=state), now=DAY_BEFORE) is None


class TestWriting:
    @pytest.mark.each_engine
    def test_both_are_written_once_to_guest_and_teacher(self, world: World) -> None:
        visit = confirmed(world)
        assert write_at(world, WEEK_BEFORE - timedelta(minutes=1)) == 0
        assert write_at(world, WEEK_BEFORE) == 2
        assert write_at(world, WEEK_BEFORE + timedelta(hours=1)) == 0
        assert write_at(world, DAY_BEFORE) == 2
        assert write_at(world, visit.period.start) == 0
        assert reminded(world, visit) == [
            ("1d", VOLUNTEER),
            ("1d", TEACHER),
            ("7d", VOLUNTEER),
            ("7d", TEACHER),
        ]

    def test_monday_is_told_on_friday_at_school_and_not_yet_to_guests(self, world: World) -> None:
        world.put_requests(a_request("2026-12-14 P3"))
        visit = confirmed(world)
        write_at(world, moment("2026-12-11 15:00"))
        assert reminded(world, visit) == [("1d", TEACHER), ("7d", VOLUNTEER)]

    def test_everyone_of_a_panel_is_reminded(self, world: World) -> None:
        world.put_volunteers(*two_more_volunteers())
        world.put_requests(a_request(speakers=2))
        visit = confirmed(world)
        world.answer(visit, BRUNO, True)
        write_at(world, WEEK_BEFORE)
        assert reminded(world, visit) == [("7d", VOLUNTEER), ("7d", BRUNO), ("7d", TEACHER)]

    def test_unanswered_visit_is_not_reminded_of(self, world: World) -> None:
        world.invite()
        assert write_at(world, DAY_BEFORE) == 0

    def test_cancelled_visit_is_never_reminded_of(self, world: World) -> None:
        visit = confirmed(world)
        write_at(world, WEEK_BEFORE)
        cancel(world, visit)
        assert write_at(world, DAY_BEFORE) == 0
        states = {r.state for r in world.mail_of(visit) if r.purpose == "reminder"}
        assert states == {OutboxState.SUPERSEDED}

    @pytest.mark.each_engine
    def test_moved_visit_gets_one_change_and_one_new_reminder(self, world: World) -> None:
        visit = confirmed(world)
        write_at(world, WEEK_BEFORE)
        world.put_volunteers(a_volunteer(limits=replace(a_volunteer().limits, notice_days=0)))
        move(world, visit, moment("2026-12-15 10:40"))
        world.release()
        (moved,) = world.visits_of()
        world.answer(moved, VOLUNTEER, True)
        for days in range(8):
            write_at(world, moment("2026-12-08 15:00") + timedelta(days=days))
        purposes = [row.purpose for row in world.mail_of(moved) if row.recipient == VOLUNTEER]
        assert purposes.count("change") == 1
        assert reminded(world, moved) == [
            ("1d", VOLUNTEER),
            ("1d", TEACHER),
            *[("7d", VOLUNTEER)] * 2,
            *[("7d", TEACHER)] * 2,
        ]

    def test_move_to_a_nearer_day_is_news_enough(self, world: World) -> None:
        visit = confirmed(world)
        world.put_volunteers(a_volunteer(limits=replace(a_volunteer().limits, notice_days=0)))
        world.now = moment("2026-12-04 12:00")
        move(world, visit, THURSDAY)
        world.release()
        world.answer(world.visits_of()[0], VOLUNTEER, True)
        assert write_at(world, world.now) == 0
        assert write_at(world, moment("2026-12-09 15:00")) == 2

    def test_moved_visit_that_nobody_has_answered_yet_is_not_reminded_of(
        self, world: World
    ) -> None:
        visit = confirmed(world)
        move(world, visit, THURSDAY)
        world.release()
        assert write_at(world, moment("2026-12-09 16:00")) == 0

    def test_stop_of_six_hours_is_made_up_for_once(self, world: World) -> None:
        visit = confirmed(world)
        assert write_at(world, WEEK_BEFORE + timedelta(hours=6)) == 2
        assert write_at(world, WEEK_BEFORE + timedelta(hours=7)) == 0
        assert reminded(world, visit) == [("7d", VOLUNTEER), ("7d", TEACHER)]

    def test_stop_past_both_moments_leaves_the_nearer_one(self, world: World) -> None:
        visit = confirmed(world)
        assert write_at(world, DAY_BEFORE + timedelta(hours=6)) == 2
        assert reminded(world, visit) == [("1d", VOLUNTEER), ("1d", TEACHER)]

    def test_stop_past_the_visit_sends_none_and_lists_what_came_too_late(
        self, world: World
    ) -> None:
        visit = confirmed(world)
        assert write_at(world, visit.period.start) == 0
        late = [row for row in world.mail_of(visit) if row.state is OutboxState.EXPIRED]
        assert [(row.facts["offset"], row.recipient) for row in late] == [
            ("1d", VOLUNTEER),
            ("1d", TEACHER),
        ]

    def test_stop_of_a_week_lists_all_that_came_too_late(self, world: World) -> None:
        visit = confirmed(world)
        write_at(world, moment("2026-11-30 12:00"))
        assert write_at(world, visit.period.end + timedelta(days=6)) == 0
        late = [row.recipient for row in world.mail_of(visit) if row.state is OutboxState.EXPIRED]
        assert late == [VOLUNTEER, TEACHER]

    def test_reminder_that_went_out_is_not_listed_as_late(self, world: World) -> None:
        visit = confirmed(world)
        write_at(world, DAY_BEFORE)
        write_at(world, visit.period.start + timedelta(hours=2))
        told = (row for row in world.mail_of(visit) if row.purpose == "reminder")
        assert {row.state for row in told} == {OutboxState.DUE}

    def test_reminder_asks_no_calendar_for_anything(self, world: World) -> None:
        visit = confirmed(world)
        delivery.deliver_due(
            world.store, now=world.now, transport=world.transport, head=world.letterhead
        )
        world.transport.sent.clear()
        write_at(world, WEEK_BEFORE)
        delivery.deliver_due(
            world.store, now=world.now, transport=world.transport, head=world.letterhead
        )
        for mail in world.transport.sent:
            kinds = {part.get_content_type() for part in mail.message.walk()}
            assert kinds == {"multipart/alternative", "text/plain", "text/html"}
        assert world.visits_of() == (visit,)


class TestBesideQuestions:
    def test_question_stands_for_the_reminder_of_the_week_before(self, world: World) -> None:
        visit = confirmed(world, asks=True)
        for day in range(1, 8):
            write_at(world, moment(f"2026-12-0{day} 15:00"))
        assert reminded(world, visit) == [("1d", VOLUNTEER), ("1d", TEACHER), ("7d", TEACHER)]

    def test_who_is_not_asked_is_reminded(self, world: World) -> None:
        (visit,) = world.invite()
        world.now = moment("2026-11-27 12:00")
        world.answer(visit, VOLUNTEER, True)
        write_at(world, WEEK_BEFORE)
        assert reminded(world, visit) == [("7d", VOLUNTEER), ("7d", TEACHER)]

    def test_reminder_long_before_the_question_stays(self, world: World) -> None:
        visit = confirmed(world, asks=True)
        with world.store.write() as work:
            work.mail_doors.put_rules(MailRules(earlier_reminder_days=12))
        write_at(world, moment("2026-11-26 15:00"))
        assert reminded(world, visit) == [("12d", VOLUNTEER), ("12d", TEACHER)]

    def test_nobody_gets_a_question_and_a_reminder_of_one_visit_on_one_day(
        self, world: World
    ) -> None:
        visit = confirmed(world, asks=True)
        with world.store.write() as work:
            work.mail_doors.put_rules(MailRules(still_coming_days=2))
        for day in range(1, 8):
            write_at(world, moment(f"2026-12-0{day} 15:00"))
        told = [row.due_at for row in world.mail_of(visit) if row.recipient == VOLUNTEER]
        days = [at.date() for at in told if at > moment("2026-12-01 00:00")]
        assert len(days) == len(set(days)) == 2


class TestQuestion:
    def test_who_told_us_nothing_is_asked_once_a_school_year(self, world: World) -> None:
        world.put_volunteers(a_volunteer(email=BRUNO, weekly=()))
        assert reminders.write_due(world.store, now=world.now) == 1
        world.wait(days=60)
        assert reminders.write_due(world.store, now=world.now) == 0
        with world.store.write() as work:
            district = work.districts.get()
            assert district is not None
            assert district.year is not None
            later = replace(
                district.year,
                first=district.year.first.replace(year=2027),
                last=district.year.last.replace(year=2028),
            )
            work.districts.put(replace(district, year=later))
        assert reminders.write_due(world.store, now=world.now) == 1

    def test_who_was_welcomed_lately_is_asked_only_after_five_days(self, world: World) -> None:
        world.put_volunteers(a_volunteer(email=BRUNO, weekly=()))
        with world.store.write() as work:
            work.joinings.put((_accepted(BRUNO, at=world.now),))
        assert reminders.write_due(world.store, now=world.now) == 0
        world.wait(days=4)
        assert reminders.write_due(world.store, now=world.now) == 0
        world.wait(days=2)
        assert reminders.write_due(world.store, now=world.now) == 1

    def test_who_is_not_active_is_not_asked(self, world: World) -> None:
        world.put_volunteers(a_volunteer(email=BRUNO, weekly=(), is_active=False))
        assert reminders.write_due(world.store, now=world.now) == 0


def test_yes_on_the_last_day_is_followed_by_no_reminder(world: World) -> None:
    (visit,) = world.invite()
    world.now = DAY_BEFORE + timedelta(minutes=1)
    world.answer(visit, VOLUNTEER, True)
    assert write_at(world, world.now) == 0


@dataclass
class CountingVisits:
    """The real visits, and how many of them were read."""

    inner: Visits
    read: int = 0

    def in_states(self, *args: Any, **kwargs: Any) -> tuple[Visit, ...]:
        """Return what the real ones return, counted."""
        found = self.inner.in_states(*args, **kwargs)
        self.read += len(found)
        return found


@dataclass
class CountingStore:
    """The real store; ``read`` is how many visits the last transaction read."""

    inner: Store
    read: int = 0

    @contextmanager
    def write(self) -> Iterator[Work]:
        """Open a transaction whose visits are counted."""
        with self.inner.write() as work:
            counting = CountingVisits(work.visits)
            work.visits = cast(Visits, counting)
            yield work
            self.read = counting.read


@pytest.mark.parametrize(
    ("when", "read"),
    [
        ("2026-11-28 10:00", 0),
        ("2026-11-30 10:00", 1),
        ("2026-12-07 15:01", 1),
        ("2026-12-08 11:29", 1),
        ("2026-12-08 11:31", 0),
    ],
)
def test_clock_reads_the_visits_of_the_coming_days_alone(
    world: World, when: str, read: int
) -> None:
    confirmed(world)
    write_at(world, moment(when) - timedelta(minutes=1))
    store = CountingStore(world.store)
    reminders.write_due(cast(Store, store), now=moment(when))
    assert store.read == read


def _accepted(email: str, *, at: datetime) -> Joining:
    return Joining(
        key="bruno",
        email=email,
        name="Bruno",
        level_by_topic={},
        grades=frozenset(),
        languages=(),
        formats=frozenset(),
        asked_at=at,
        state=JoiningState.ACCEPTED,
        decided_at=at,
    )
