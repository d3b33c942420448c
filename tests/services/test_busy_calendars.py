"""Calendars that volunteers lend: what is taken, and what a failure leaves as it was."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import MetaData, select

from scheduler.domain.busy_calendars import BusyCalendar, Trust
from scheduler.domain.errors import Unknown
from scheduler.services.busy_calendars import (
    MOST_CALENDARS,
    add_address,
    add_file,
    my_calendars,
    my_old_calendars,
    remove,
)
from scheduler.services.busy_reading import CalendarNotTaken
from scheduler.services.ports.fetching import Fetched, FetchFailed
from tests.actors import AMARA
from tests.builders import NOW, VOLUNTEER
from tests.calendars.files import a_file, an_event, at
from tests.databases import engine_on
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
from tests.services.world import World


class TestTaking:
    @pytest.mark.each_engine
    def test_address_is_read_at_once_and_kept_with_when_to_look_again(self, world: World) -> None:
        found = lend(world, CLASH)
        assert found == BusyCalendar(
            key=found.key,
            owner=VOLUNTEER,
            added_at=NOW,
            busy=BUSY_THEN,
            known_until=LAST_DAY,
            read_at=NOW,
            address=ADDRESS,
            next_check=NOW + timedelta(hours=1),
            etag=VERSION.etag,
            last_modified=VERSION.last_modified,
        )
        assert my_calendars(world.store, actor=AMARA) == (found,)

    def test_file_is_kept_and_never_looked_for_again(self, world: World) -> None:
        found = lend_file(world, CLASH)
        assert (found.busy, found.known_until, found.next_check) == (BUSY_THEN, LAST_DAY, None)
        assert my_calendars(world.store, actor=AMARA) == (found,)

    def test_webcal_and_https_are_one_address(self, world: World) -> None:
        lend(world, CLASH)
        again = add_address(
            world.store,
            " webcal://CALENDAR.example/amara.ics",
            actor=AMARA,
            now=world.now,
            fetch=world.web,
        )
        assert my_calendars(world.store, actor=AMARA) == (again,)

    def test_bringing_the_same_again_changes_nothing(self, world: World) -> None:
        for bring in (lend, lend_file):
            once = bring(world, CLASH, ELSEWHEN)
            assert bring(world, CLASH, ELSEWHEN) == once
        assert len(my_calendars(world.store, actor=AMARA)) == 2

    @pytest.mark.each_engine
    def test_new_file_takes_the_place_of_the_last(self, world: World) -> None:
        first = lend_file(world, CLASH)
        second = lend_file(world, ELSEWHEN)
        assert (second.key, second.busy) == (first.key, BUSY_ELSEWHEN)
        assert my_calendars(world.store, actor=AMARA) == (second,)

    def test_empty_file_is_taken_at_its_word(self, world: World) -> None:
        lend_file(world, CLASH)
        assert lend_file(world).busy == ()

    @pytest.mark.parametrize(
        ("octets", "words"),
        [
            (b"<!doctype html><title>Sign in</title>", "This is a web page, not a calendar."),
            (b"", "This file is empty."),
            (b"Some text", "This is not a calendar file"),
            (
                a_file(CLASH).replace(b"END:VCALENDAR\r\n", b""),
                "The end of the calendar is missing",
            ),
        ],
        ids=["web page", "nothing", "text", "cut off"],
    )
    def test_what_is_no_calendar_is_not_taken(
        self, world: World, octets: bytes, words: str
    ) -> None:
        now_answers(world, Fetched(octets))
        with pytest.raises(CalendarNotTaken, match=words):
            add_address(world.store, ADDRESS, actor=AMARA, now=world.now, fetch=world.web)
        with pytest.raises(CalendarNotTaken, match=words):
            add_file(world.store, octets, actor=AMARA, now=world.now)
        assert my_calendars(world.store, actor=AMARA) == ()

    def test_address_that_cannot_be_read_now_is_not_taken(self, world: World) -> None:
        with pytest.raises(CalendarNotTaken, match="The site did not answer"):
            add_address(world.store, ADDRESS, actor=AMARA, now=world.now, fetch=world.web)
        assert my_calendars(world.store, actor=AMARA) == ()

    def test_text_that_is_no_address_is_never_asked_for(self, world: World) -> None:
        with pytest.raises(CalendarNotTaken, match="We keep no passwords"):
            add_address(
                world.store, "https://me:secret@a.example/", actor=AMARA, now=NOW, fetch=world.web
            )
        assert world.web.asked == []

    def test_five_calendars_are_enough(self, world: World) -> None:
        for number in range(MOST_CALENDARS):
            lend(world, address=f"https://calendar.example/{number}.ics")
        with pytest.raises(CalendarNotTaken, match="Remove one first"):
            lend(world)
        with pytest.raises(CalendarNotTaken, match="Remove one first"):
            lend_file(world)

    def test_only_volunteers_lend_calendars(self, world: World) -> None:
        with pytest.raises(Unknown):
            add_file(world.store, a_file(), actor=world.coordinator, now=world.now)

    def test_nothing_but_when_is_kept_of_an_event(self, world: World, database_url: str) -> None:
        private = ("SUMMARY:Dentist", "LOCATION:Elm Street 4", "CLASS:CONFIDENTIAL")
        event = an_event(at("20261208T154000Z", "20261208T163000Z"), *private, uid="clash-7@home")
        lend(world, event)
        lend_file(world, event)
        engine = engine_on(database_url)
        tables = MetaData()
        tables.reflect(engine)
        with engine.connect() as connection:
            rows = [tuple(connection.execute(select(each))) for each in tables.tables.values()]
        kept = repr(rows)
        assert VOLUNTEER in kept
        for told in ("Dentist", "Elm Street", "CONFIDENTIAL", "clash-7", "VEVENT"):
            assert told not in kept
        with world.store.read() as work:
            assert ADDRESS not in repr(work.activities.recent(limit=9))

    def test_lending_and_taking_back_are_written_down(self, world: World) -> None:
        lend(world, CLASH)
        remove(world.store, the_calendar(world).key, actor=AMARA, now=world.now)
        with world.store.read() as work:
            deeds = [entry.deed for entry in work.activities.recent(limit=2)]
        assert deeds == ["took a busy calendar back", "lent a busy calendar"]


FAILURES = {
    "error": FetchFailed("The site is busy or out of order (it answers 500)."),
    "time-out": FetchFailed("The site took too long to answer."),
    "web page": Fetched(b"<html><body>Sign in</body></html>"),
    "cut off": Fetched(a_file(ELSEWHEN).partition(b"END:VEVENT")[0]),
    "nothing": Fetched(b""),
    "empty": Fetched(a_file()),
}


class TestFailing:
    @pytest.mark.parametrize("answer", FAILURES.values(), ids=FAILURES)
    def test_failure_makes_nobody_free_and_nobody_busy(
        self, world: World, answer: Fetched | FetchFailed
    ) -> None:
        before = lend(world, CLASH)
        now_answers(world, answer)
        world.wait(hours=1)
        assert refresh(world) == 1
        after = the_calendar(world)
        assert (after.busy, after.known_until, after.read_at) == (BUSY_THEN, LAST_DAY, NOW)
        assert after == before.failed(after.problem, now=world.now)
        assert trust(world) is Trust.STALE
        assert not proposed(world)

    @pytest.mark.parametrize("answer", FAILURES.values(), ids=FAILURES)
    def test_volunteer_with_a_stale_calendar_is_still_proposed_where_it_said_free(
        self, world: World, answer: Fetched | FetchFailed
    ) -> None:
        lend(world, ELSEWHEN)
        now_answers(world, answer)
        world.wait(hours=1)
        refresh(world)
        assert trust(world) is Trust.STALE
        assert proposed(world)

    def test_calendar_that_was_empty_may_stay_so(self, world: World) -> None:
        lend(world)
        world.wait(hours=1)
        refresh(world)
        assert trust(world) is Trust.FRESH

    def test_calendar_with_past_events_alone_is_not_empty(self, world: World) -> None:
        lend(world, CLASH)
        past = an_event(at("20251208T154000Z", "20251208T163000Z"))
        now_answers(world, Fetched(a_file(past)))
        world.wait(hours=1)
        refresh(world)
        assert (the_calendar(world).busy, trust(world)) == ((), Trust.FRESH)

    @pytest.mark.each_engine
    def test_next_try_waits_longer_each_time_up_to_a_day(self, world: World) -> None:
        lend(world, CLASH)
        now_answers(world, DOWN)
        waits = []
        for _ in range(10):
            due = the_calendar(world).next_check
            assert due is not None
            world.now = due
            refresh(world)
            waits.append((the_calendar(world).next_check or due) - due)
        assert waits == [timedelta(minutes=15 * 2**n) for n in range(7)] + [timedelta(days=1)] * 3

    def test_owner_is_told_from_the_first_failure_until_it_is_back(self, world: World) -> None:
        lend(world, CLASH)
        told = []
        for answer in (Fetched(a_file(CLASH)), DOWN, DOWN, Fetched(a_file(CLASH))):
            now_answers(world, answer)
            world.wait(days=1)
            refresh(world)
            told.append(my_old_calendars(world.store, actor=AMARA, now=world.now))
        assert [len(each) for each in told] == [0, 1, 1, 0]
        assert told[2][0].problem == DOWN.sentence

    def test_calendar_that_nobody_checks_any_more_turns_stale(self, world: World) -> None:
        lend(world, CLASH)
        world.wait(hours=24)
        assert trust(world) is Trust.FRESH
        world.wait(minutes=1)
        assert trust(world) is Trust.STALE

    def test_one_calendar_that_fails_keeps_no_other_from_its_check(self, world: World) -> None:
        other = "https://other.example/b.ics"
        lend(world, CLASH)
        lend(world, ELSEWHEN, address=other)
        now_answers(world, DOWN)
        world.wait(hours=1)
        assert refresh(world) == 2
        failed = my_old_calendars(world.store, actor=AMARA, now=world.now)
        assert [each.address for each in failed] == [ADDRESS]
