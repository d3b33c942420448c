"""Visits as files to keep: whose they are, what they say, and which year they belong to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from scheduler.domain.errors import Unknown
from scheduler.domain.periods import DateRange
from scheduler.domain.visits import Visit, VisitState
from scheduler.services.access import Actor
from scheduler.services.exports import (
    CalendarFile,
    invited_file,
    school_year,
    visit_file,
    year_file,
    year_of,
)
from scheduler.services.tokens import answer_token
from tests.actors import AMARA, LENA
from tests.builders import NOW, TEACHER, VOLUNTEER, a_district, a_request, a_visit, period
from tests.outside.ics_checker import feed_faults
from tests.outside.ics_reading import Component, read
from tests.services.world import BRUNO, KEY, OTHER_TEACHER, World, two_more_volunteers

SITE = "https://visits.example"


def file_of(world: World, visit: Visit, actor: Actor) -> CalendarFile:
    return visit_file(world.store, visit.uid, actor=actor, base_url=SITE)


def events(file: CalendarFile) -> list[Component]:
    assert feed_faults(file.octets) == ()
    return read(file.octets).named("VEVENT")


@pytest.mark.each_engine
def test_each_gets_the_visit_as_their_own_calendar_tells_it(world: World) -> None:
    (visit,) = world.invite()
    titles = {}
    for actor in (AMARA, LENA, world.coordinator):
        (event,) = events(file_of(world, visit, actor))
        assert event.value("UID") == visit.uid
        titles[actor.name] = event.value("SUMMARY")
    assert titles == {
        "Amara Okafor": "Visit: Robots around us – 5A\\, Maple School",
        "Lena Fischer": "Visit: Robots around us – Amara Okafor",
        "Carla Meyer": "Visit: Robots around us – Amara Okafor",
    }


def test_file_is_named_after_the_day(world: World) -> None:
    (visit,) = world.invite()
    assert file_of(world, visit, AMARA).name == "visit-2026-12-08"


@pytest.mark.parametrize("email", [BRUNO, OTHER_TEACHER, "nobody@schools.example"])
def test_visit_of_others_is_unknown(world: World, email: str) -> None:
    (visit,) = world.invite()
    stranger = Actor(email, "", is_teacher=True, is_volunteer=True)
    with pytest.raises(Unknown):
        file_of(world, visit, stranger)


def test_held_visit_is_in_no_file(world: World) -> None:
    world.propose()
    world.approve("robots")
    (visit,) = world.visits_of()
    for actor in (AMARA, LENA, world.coordinator):
        with pytest.raises(Unknown):
            file_of(world, visit, actor)
    assert year_of(world.store, actor=AMARA, now=world.now).as_guest == ()


class TestInvitedFile:
    def test_answer_link_gives_every_date_of_the_request(self, world: World) -> None:
        world.put_requests(a_request(sessions=2))
        first, second = world.invite()
        token = answer_token(first.uid, VOLUNTEER, key=KEY)
        file = invited_file(world.store, token, key=KEY, base_url=SITE)
        assert [event.value("UID") for event in events(file)] == [first.uid, second.uid]

    def test_it_says_what_the_persons_own_file_says(self, world: World) -> None:
        (visit,) = world.invite()
        token = answer_token(visit.uid, VOLUNTEER, key=KEY)
        file = invited_file(world.store, token, key=KEY, base_url=SITE)
        assert file == file_of(world, visit, AMARA)

    @pytest.mark.parametrize("email", [BRUNO, TEACHER, ""])
    def test_link_of_nobody_in_the_visit_is_unknown(self, world: World, email: str) -> None:
        world.put_volunteers(*two_more_volunteers())
        (visit,) = world.invite()
        tokens = (answer_token(visit.uid, email, key=KEY), "", "x", visit.uid)
        for token in tokens:
            with pytest.raises(Unknown):
                invited_file(world.store, token, key=KEY, base_url=SITE)


class TestYear:
    def keep(self, world: World) -> tuple[Visit, ...]:
        """Store a visit of last year, one of this, one of the next."""
        last = a_visit(uid="a", period=period("2026-05-12 10:40-11:30"), state=VisitState.HAPPENED)
        this = a_visit(uid="b", session=2)
        following = a_visit(uid="c", session=3, period=period("2027-10-12 10:40-11:30"))
        with world.store.write() as work:
            work.visits.add((last, this, following))
        return last, this, following

    @pytest.mark.parametrize(
        ("on", "uid"),
        [
            (None, "b"),
            (date(2026, 9, 8), "b"),
            (date(2027, 9, 7), "b"),
            (date(2026, 9, 7), "a"),
            (date(2027, 9, 8), "c"),
        ],
    )
    def test_year_is_that_of_the_school(self, world: World, on: date | None, uid: str) -> None:
        self.keep(world)
        year = year_of(world.store, actor=AMARA, now=NOW, first=on)
        assert [sheet.visit.uid for sheet in year.as_guest] == [uid]
        file = year_file(world.store, year, actor=AMARA, base_url=SITE)
        assert [event.value("UID") for event in events(file)] == [uid]

    def test_teacher_finds_the_visits_to_their_classes(self, world: World) -> None:
        self.keep(world)
        year = year_of(world.store, actor=LENA, now=NOW)
        assert (
            list(year.as_guest),
            [sheet.visit.uid for sheet in year.as_teacher],
        ) == ([], ["b"])
        file = year_file(world.store, year, actor=LENA, base_url=SITE)
        assert file.name == "visits-2026-2027"
        assert len(events(file)) == 1

    def test_who_taught_and_came_has_each_visit_once(self, world: World) -> None:
        self.keep(world)
        year = year_of(world.store, actor=AMARA, now=NOW)
        both = replace(year, as_teacher=year.as_guest)
        assert len(events(year_file(world.store, both, actor=AMARA, base_url=SITE))) == 1

    def test_empty_year_is_a_whole_file(self, world: World) -> None:
        year = year_of(world.store, actor=AMARA, now=NOW)
        assert events(year_file(world.store, year, actor=AMARA, base_url=SITE)) == []

    def test_without_a_year_it_begins_in_august(self) -> None:
        district = a_district(year=None)
        assert school_year(district, date(2026, 7, 31)) == DateRange(
            date(2025, 8, 1), date(2026, 7, 31)
        )

    def test_year_that_begins_on_a_leap_day_is_whole(self) -> None:
        district = a_district(year=DateRange(date(2028, 2, 29), date(2028, 12, 1)))
        assert school_year(district, date(2029, 2, 28)) == DateRange(
            date(2028, 3, 1), date(2029, 2, 28)
        )
