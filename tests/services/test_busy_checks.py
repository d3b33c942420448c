"""Lent calendars from day to day: whose they are, when they are looked at, what they count for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from scheduler.domain.busy_calendars import Trust
from scheduler.domain.errors import Unknown
from scheduler.domain.periods import minute_of
from scheduler.domain.volunteers import BusySource
from scheduler.services.access import Actor
from scheduler.services.busy_calendars import (
    add_file,
    check_now,
    my_calendars,
    refresh_due,
    remove,
)
from scheduler.services.picture import load_picture
from scheduler.services.ports.fetching import NOTHING_KNOWN, Fetched, Validators
from scheduler.services.snapshots import problem_of
from tests.actors import AMARA
from tests.builders import VOLUNTEER, a_volunteer, moment
from tests.calendars.files import a_file, an_event, at
from tests.services.lending import (
    ADDRESS,
    BUSY_ELSEWHEN,
    BUSY_THEN,
    CLASH,
    DOWN,
    ELSEWHEN,
    LAST_DAY,
    VERSION,
    lend,
    lend_file,
    now_answers,
    proposed,
    refresh,
    the_calendar,
    trust,
)
from tests.services.world import BRUNO, World, two_more_volunteers


class TestWhoseItIs:
    def test_calendar_is_its_owners_to_check_and_to_remove(self, world: World) -> None:
        world.put_volunteers(*two_more_volunteers())
        calendar = lend(world, CLASH)
        stranger = Actor(BRUNO, "Bruno Silva", is_volunteer=True)
        remove(world.store, calendar.key, actor=stranger, now=world.now)
        with pytest.raises(Unknown):
            check_now(world.store, calendar.key, actor=stranger, now=world.now, fetch=world.web)
        assert my_calendars(world.store, actor=stranger) == ()
        assert my_calendars(world.store, actor=AMARA) == (calendar,)

    def test_removed_calendar_makes_nobody_busy(self, world: World) -> None:
        lend(world, CLASH)
        assert not proposed(world)
        remove(world.store, the_calendar(world).key, actor=AMARA, now=world.now)
        assert proposed(world)


class TestChecking:
    def test_calendar_is_looked_at_again_after_an_hour(self, world: World) -> None:
        lend(world, CLASH)
        now_answers(world, Fetched(a_file(ELSEWHEN)))
        world.wait(minutes=59)
        assert refresh(world) == 0
        world.wait(minutes=1)
        assert refresh(world) == 1
        found = the_calendar(world)
        assert (found.busy, found.etag, found.read_at) == (BUSY_ELSEWHEN, "", world.now)

    def test_unchanged_calendar_is_asked_for_by_its_version(self, world: World) -> None:
        before = lend(world, CLASH)
        now_answers(world, None)
        world.wait(hours=1)
        refresh(world)
        assert world.web.asked == [(ADDRESS, NOTHING_KNOWN), (ADDRESS, VERSION)]
        assert the_calendar(world) == before.confirmed(world.now)

    def test_unchanged_is_not_enough_for_ever(self, world: World) -> None:
        lend(world, CLASH)
        now_answers(world, None)
        world.wait(days=6)
        refresh(world)
        now_answers(world, Fetched(a_file(CLASH), VERSION))
        world.wait(days=2)
        refresh(world)
        assert [known for _, known in world.web.asked[1:]] == [VERSION, NOTHING_KNOWN]
        assert the_calendar(world).known_until == LAST_DAY + timedelta(days=8)

    def test_checking_by_hand_asks_for_everything(self, world: World) -> None:
        calendar = lend(world, CLASH)
        now_answers(world, Fetched(a_file(ELSEWHEN)))
        found = check_now(world.store, calendar.key, actor=AMARA, now=world.now, fetch=world.web)
        assert world.web.asked[-1] == (ADDRESS, NOTHING_KNOWN)
        assert (found.busy, the_calendar(world)) == (BUSY_ELSEWHEN, found)

    def test_file_cannot_be_checked(self, world: World) -> None:
        file = lend_file(world, CLASH)
        with pytest.raises(Unknown):
            check_now(world.store, file.key, actor=AMARA, now=world.now, fetch=world.web)

    @pytest.mark.each_engine
    def test_removed_meanwhile_stays_removed(self, world: World) -> None:
        lend(world, CLASH)
        world.wait(hours=1)

        def fetch(address: str, *, known: Validators = NOTHING_KNOWN) -> Fetched:
            remove(world.store, the_calendar(world).key, actor=AMARA, now=world.now)
            return Fetched(a_file(CLASH))

        refresh_due(world.store, fetch=fetch, clock=lambda: world.now)
        assert my_calendars(world.store, actor=AMARA) == ()

    @pytest.mark.each_engine
    def test_two_rounds_at_once_check_a_calendar_once(self, world: World) -> None:
        lend(world, CLASH)
        world.wait(hours=1)
        others: list[int] = []

        def fetch(address: str, *, known: Validators = NOTHING_KNOWN) -> Fetched:
            others.append(refresh(world))
            return Fetched(a_file(CLASH))

        done = refresh_due(world.store, fetch=fetch, clock=lambda: world.now)
        assert (done, others) == (1, [0])

    def test_round_ends_when_it_is_told_to(self, world: World) -> None:
        lend(world, CLASH)
        world.wait(hours=1)
        done = refresh_due(
            world.store, fetch=world.web, clock=lambda: world.now, may_go_on=lambda: False
        )
        assert done == 0

    def test_timetable_checks_what_is_due(self, world: World) -> None:
        lend(world, CLASH)
        now_answers(world, DOWN)
        world.wait(hours=1)
        assert world.timetable.refresh_calendars() == 1
        assert the_calendar(world).problem == DOWN.sentence
        world.wait(hours=1)
        now_answers(world, Fetched(a_file(ELSEWHEN)))
        world.timetable.run_once()
        assert the_calendar(world).busy == BUSY_ELSEWHEN


class TestBelieving:
    def test_busy_time_of_all_calendars_counts(self, world: World) -> None:
        world.put_volunteers(a_volunteer(busy=BusySource(b"", BUSY_ELSEWHEN)))
        lend(world, CLASH)
        with world.store.read() as work:
            picture = load_picture(work, now=world.now)
        assert picture.busy_of(picture.volunteers[VOLUNTEER]) == (*BUSY_ELSEWHEN, *BUSY_THEN)
        speaker = problem_of(picture, gazetteer=world.gazetteer).speaker_by_id[VOLUNTEER]
        assert speaker.busy == tuple(
            (minute_of(each.start), minute_of(each.end))
            for each in sorted((*BUSY_ELSEWHEN, *BUSY_THEN))
        )

    def test_days_beyond_what_a_calendar_tells_are_not_free(self, world: World) -> None:
        lines = ("DTSTART:20261101T050000Z", "DTEND:20261209T050000Z")
        told = "\n".join(("BEGIN:VFREEBUSY", *lines, "END:VFREEBUSY"))
        assert lend_file(world, told).known_until == date(2026, 12, 8)
        assert proposed(world)
        shorter = told.replace("20261209T050000Z", "20261209T045800Z")
        assert lend_file(world, shorter).known_until == date(2026, 12, 7)
        assert not proposed(world)

    def test_old_file_is_unknown_after_its_last_day(self, world: World) -> None:
        lend_file(world, CLASH)
        world.now = moment("2027-12-26 23:59")
        assert trust(world) is Trust.FRESH
        world.now = moment("2027-12-27 00:00")
        assert trust(world) is Trust.UNKNOWN

    def test_visit_in_ones_own_calendar_is_no_clash_with_itself(self, world: World) -> None:
        (visit,) = world.invite()
        mirrored = an_event(at("20261208T154000Z", "20261208T163000Z"), uid=visit.uid)
        assert lend(world, mirrored, ELSEWHEN).busy == BUSY_ELSEWHEN

    def test_visit_of_somebody_else_in_ones_calendar_blocks(self, world: World) -> None:
        (visit,) = world.invite()
        world.put_volunteers(*two_more_volunteers())
        mirrored = an_event(at("20261208T154000Z", "20261208T163000Z"), uid=visit.uid)
        bruno = Actor(BRUNO, "Bruno Silva", is_volunteer=True)
        assert add_file(world.store, a_file(mirrored), actor=bruno, now=world.now).busy == BUSY_THEN

    def test_times_are_on_the_volunteers_own_clock(self, world: World) -> None:
        world.put_volunteers(a_volunteer(timezone="America/Los_Angeles"))
        floating = an_event(at("20261208T074000", "20261208T083000"))
        assert lend_file(world, floating).busy == BUSY_THEN
