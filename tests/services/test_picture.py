"""The picture of the district: what it holds, how far it remembers, and what it leaves out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from scheduler.domain.errors import Unknown
from scheduler.domain.periods import DateRange
from scheduler.domain.requests import RequestState
from scheduler.domain.schooldays import BellSchedule, Closure, SchoolTime
from scheduler.domain.visits import Booking, Partstat, Visit, VisitState
from scheduler.services.picture import (
    Picture,
    find_district,
    load_district,
    load_picture,
    memory_start,
    school_times,
)
from scheduler.storage.database import connect, sessions
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import (
    NOW,
    VOLUNTEER,
    YEAR,
    a_bell_schedule,
    a_classroom,
    a_district,
    a_request,
    a_school,
    a_topic_tree,
    a_visit,
    a_volunteer,
    moment,
    period,
)
from tests.services.world import BRUNO, World, elsewhere, two_more_volunteers


def picture(world: World, **limits: tuple[str, ...]) -> Picture:
    """Return the district as it is now."""
    with world.store.read() as work:
        return load_picture(work, now=world.now, **limits)


def keep(world: World, *visits: Visit) -> None:
    """Store visits."""
    with world.store.write() as work:
        work.visits.add(visits)


@pytest.mark.each_engine
def test_it_holds_the_whole_district(world: World) -> None:
    found = picture(world)
    assert (found.now, found.district, found.topics) == (NOW, a_district(), a_topic_tree())
    assert list(found.schools) == ["birch", "maple"]
    assert found.classes["maple-5a"] == a_classroom()
    assert found.volunteers == {VOLUNTEER: a_volunteer()}
    assert found.requests == {"robots": a_request()}
    assert (found.visits, found.declined) == ((), {})
    assert found.school_time_by_school["maple"] == SchoolTime(
        "America/Toronto", a_bell_schedule(), (), YEAR
    )


def test_only_open_requests_are_in_it_unless_some_are_named(world: World) -> None:
    booked = elsewhere(state=RequestState.BOOKED)
    world.put_requests(booked)
    assert list(picture(world).requests) == ["robots"]
    assert picture(world, requests=("bridges",)).requests == {"bridges": booked}


def test_it_can_be_limited_to_some_people(world: World) -> None:
    world.put_volunteers(*two_more_volunteers())
    assert list(picture(world, volunteers=(BRUNO, "nobody@x.example")).volunteers) == [BRUNO]


def test_class_of_a_request_is_found_if_it_names_one(world: World) -> None:
    found = picture(world)
    assert found.classroom_of(a_request()) == a_classroom()
    assert found.classroom_of(a_request(classroom="")) is None


def test_today_is_the_districts(world: World) -> None:
    world.now = datetime(2026, 11, 22, 4, 59, tzinfo=UTC)
    assert picture(world).today == date(2026, 11, 21)
    world.wait(minutes=1)
    assert picture(world).today == date(2026, 11, 22)


def test_school_year_begins_and_ends_by_the_districts_clock() -> None:
    district = a_district()
    first = moment("2026-09-08 00:00")
    assert memory_start(district, moment("2027-06-25 23:59")) == first
    assert memory_start(district, first) == first
    assert memory_start(district, moment("2026-09-07 23:59")) == moment("2025-09-06 23:59")


class TestVisits:
    def test_every_state_but_cancelled_is_kept(self, world: World) -> None:
        states = (
            VisitState.HELD,
            VisitState.INVITED,
            VisitState.CONFIRMED,
            VisitState.HAPPENED,
            VisitState.MISSED,
        )
        start = a_visit().period
        week = timedelta(days=7)
        keep(
            world,
            *(
                a_visit(
                    uid=str(state),
                    state=state,
                    period=replace(start, start=start.start + n * week, end=start.end + n * week),
                )
                for n, state in enumerate(states)
            ),
            a_visit(uid="off", state=VisitState.CANCELLED, cancelled_at=NOW),
        )
        found = picture(world)
        assert [visit.uid for visit in found.visits] == [str(state) for state in states]
        assert [visit.uid for visit in found.visits_of("robots")] == [
            "held",
            "invited",
            "confirmed",
        ]
        assert found.visits_of("bridges") == ()

    @pytest.mark.parametrize(
        ("day", "is_remembered"), [("2026-09-07", False), ("2026-09-08", True)]
    )
    @pytest.mark.each_engine
    def test_they_are_remembered_from_the_first_day_of_the_school_year(
        self, world: World, day: str, is_remembered: bool
    ) -> None:
        keep(world, a_visit(state=VisitState.HAPPENED, period=period(f"{day} 10:40-11:30")))
        assert bool(picture(world).visits) is is_remembered

    def test_without_a_school_year_they_are_remembered_for_a_year(self, world: World) -> None:
        with world.store.write() as work:
            work.districts.put(a_district(year=None))
        keep(
            world,
            a_visit(uid="a", state=VisitState.HAPPENED, period=period("2025-11-19 10:40-11:30")),
            a_visit(uid="b", state=VisitState.HAPPENED, period=period("2025-11-21 10:40-11:30")),
        )
        assert [visit.uid for visit in picture(world).visits] == ["b"]

    @pytest.mark.each_engine
    def test_who_said_no_is_known_by_request_also_of_cancelled_visits(self, world: World) -> None:
        world.put_volunteers(*two_more_volunteers())
        keep(
            world,
            a_visit(
                state=VisitState.CANCELLED,
                cancelled_at=NOW,
                bookings=(
                    Booking(VOLUNTEER, Partstat.DECLINED, removed=True),
                    Booking(BRUNO, Partstat.ACCEPTED),
                ),
            ),
        )
        assert picture(world).declined == {"robots": frozenset({VOLUNTEER})}


class TestSchoolTimes:
    DAY_OFF = DateRange(date(2026, 12, 8), date(2026, 12, 8))

    def test_each_school_has_its_own_zone_bells_and_closures(self) -> None:
        everywhere = Closure("", self.DAY_OFF, "Holiday")
        here, there = (Closure(key, self.DAY_OFF, "Fire drill") for key in ("maple", "birch"))
        times = school_times(
            {
                "maple": a_school(),
                "birch": a_school(key="birch", timezone="America/Edmonton", bell_schedule="late"),
            },
            district=a_district(),
            bells={"regular": a_bell_schedule()},
            closures=(everywhere, here, there),
        )
        assert times == {
            "maple": SchoolTime("America/Toronto", a_bell_schedule(), (everywhere, here), YEAR),
            "birch": SchoolTime(
                "America/Edmonton", BellSchedule("late"), (everywhere, there), YEAR
            ),
        }

    def test_zone_of_a_school_is_told(self, world: World) -> None:
        with world.store.write() as work:
            work.districts.put_schools((a_school(timezone="America/Edmonton"),))
        found = picture(world)
        assert (found.zone_of("maple"), found.zone_of("birch")) == (
            "America/Edmonton",
            "America/Toronto",
        )


def test_before_the_first_import_there_is_no_district(sqlite_url: str) -> None:
    engine = connect(sqlite_url)
    with SqlStore(sessions(engine)).read() as work:
        assert find_district(work) is None
        with pytest.raises(Unknown, match="import one first"):
            load_district(work)
        with pytest.raises(Unknown):
            load_picture(work, now=NOW)
    engine.dispose()
