"""Proposed times: within the days asked for, when people can, and around what stands already."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest

from scheduler.domain.availability import DaysAway
from scheduler.domain.districts import Coordinates
from scheduler.domain.periods import DateRange
from scheduler.domain.requests import RequestState
from scheduler.domain.visits import Booking, Visit, VisitState, hosts_of
from scheduler.domain.volunteers import Volunteer
from scheduler.services import approvals
from tests.builders import (
    TEACHER,
    VOLUNTEER,
    a_request,
    a_visit,
    a_volunteer,
    a_week,
    moment,
    period,
)
from tests.services.test_proposals import board, nobody, propose, speakers
from tests.services.test_visits import THURSDAY, move
from tests.services.world import (
    BRUNO,
    OTHER_TEACHER,
    World,
    elsewhere,
    two_more_volunteers,
)

MORNING = period("2026-12-08 10:40-11:30")


def generous(**changes: Any) -> Volunteer:
    """Return Amara with room for several visits a day, week and month."""
    limits = replace(a_volunteer().limits, max_per_day=9, max_per_week=9, max_per_month=9)
    return a_volunteer(limits=replace(limits, **changes))


def keep_visits(world: World, *visits: Visit) -> None:
    """Store visits of a second request of the other school, which stand already."""
    world.put_requests(elsewhere(state=RequestState.BOOKED))
    with world.store.write() as work:
        work.visits.add(visits)


def a_standing_visit(text: str, **changes: Any) -> Visit:
    """Return Amara's visit to the other school, which takes place at that time."""
    standing = a_visit(
        request="bridges",
        school="birch",
        room="7",
        hosts=hosts_of(teacher_email=OTHER_TEACHER, school="birch", classroom="birch-7b", room="7"),
        period=period(text),
    )
    return replace(standing, **changes)


class TestDays:
    ANY_DAY = "2026-12-01/2026-12-17"

    def test_visits_begin_on_or_after_the_first_day(self, world: World) -> None:
        world.put_requests(a_request(self.ANY_DAY))
        propose(world, first=date(2026, 12, 10))
        assert world.proposal().sessions[0].start >= moment("2026-12-10 00:00")

    @pytest.mark.parametrize("day", [date(2026, 12, 8), date(2026, 12, 10)])
    def test_both_ends_are_included(self, world: World, day: date) -> None:
        world.put_requests(a_request(self.ANY_DAY))
        propose(world, first=day, last=day)
        assert world.proposal().sessions == (period(f"{day} 10:40-11:30"),)

    def test_series_ends_on_or_before_the_last_day(self, world: World) -> None:
        world.put_volunteers(generous())
        world.put_requests(a_request(self.ANY_DAY, sessions=2))
        assert propose(world, last=date(2026, 12, 7)).proposed == ()
        propose(world, last=date(2026, 12, 8))
        assert world.proposal().sessions == (
            period("2026-12-01 10:40-11:30"),
            period("2026-12-08 10:40-11:30"),
        )

    def test_gap_in_a_visit_of_other_days_is_left_alone(self, world: World) -> None:
        world.put_volunteers(*two_more_volunteers())
        world.put_requests(a_request(speakers=2))
        (visit,) = world.invite()
        world.answer(visit, BRUNO, False)
        assert propose(world, first=date(2026, 12, 9)).proposed == ()
        assert propose(world, last=date(2026, 12, 8)).proposed == ("robots",)

    def test_pending_proposal_of_other_days_is_left_alone(self, world: World) -> None:
        world.propose()
        pending = world.proposal()
        world.wait(hours=1)
        done = propose(world, first=date(2026, 12, 9))
        assert (done.proposed, done.unassigned) == ((), ())
        assert world.proposal() == pending


class TestAvailability:
    def test_unknown_is_never_proposed(self, world: World) -> None:
        world.put_volunteers(a_volunteer(weekly=(), level_by_topic={"robotics": 3}))
        assert world.propose().proposed == ()
        world.put_volunteers(*two_more_volunteers())
        world.propose()
        assert speakers(world) == [BRUNO]

    def test_days_away_are_kept_free(self, world: World) -> None:
        trip = DaysAway(DateRange(date(2026, 12, 7), date(2026, 12, 8)))
        world.put_volunteers(a_volunteer(away=(trip,)))
        assert world.propose().proposed == ()
        assert nobody(world).reason == "within_availability"

    @pytest.mark.parametrize(
        ("opens", "is_found"), [(time(7, 40), True), (time(7, 41), False)], ids=str
    )
    def test_volunteer_elsewhere_is_asked_by_their_own_clock(
        self, world: World, opens: time, is_found: bool
    ) -> None:
        world.put_volunteers(
            a_volunteer(timezone="America/Los_Angeles", weekly=a_week(opens, time(8, 30)))
        )
        assert bool(world.propose().proposed) is is_found

    def test_volunteer_a_day_ahead_is_asked_by_their_own_weekday(self, world: World) -> None:
        tuesday_night = tuple(replace(block, weekday=2) for block in a_week(time(0), time(3))[:1])
        world.put_volunteers(a_volunteer(timezone="Asia/Tokyo", weekly=tuesday_night))
        world.propose()
        assert speakers(world) == [VOLUNTEER]

    def test_series_keeps_its_wall_time_across_the_clock_change(self, world: World) -> None:
        world.put_volunteers(generous())
        world.put_requests(a_request("2027-03-09 P3", sessions=2))
        world.propose()
        before, after = world.proposal().sessions
        assert (before.start, after.start) == (
            moment("2027-03-09 10:40"),
            moment("2027-03-16 10:40"),
        )
        assert after.start - before.start == timedelta(days=7, hours=-1)


class TestWhatStandsAlready:
    """The hard rules hold across bookings that were made before the run."""

    @pytest.mark.parametrize("state", [VisitState.HELD, VisitState.INVITED, VisitState.CONFIRMED])
    @pytest.mark.each_engine
    def test_visit_of_any_living_state_keeps_its_speaker(
        self, world: World, state: VisitState
    ) -> None:
        world.put_volunteers(generous())
        keep_visits(world, a_standing_visit("2026-12-08 10:40-11:30", state=state))
        assert world.propose().proposed == ()
        assert nobody(world).reason == "travel_time"

    def test_cancelled_visit_keeps_nobody(self, world: World) -> None:
        off = a_standing_visit("2026-12-08 10:40-11:30", state=VisitState.CANCELLED)
        keep_visits(world, replace(off, cancelled_at=world.now))
        world.propose()
        assert speakers(world) == [VOLUNTEER]

    def test_request_that_is_booked_is_not_proposed_twice(self, world: World) -> None:
        world.propose()
        world.approve("robots")
        assert world.propose().requests == 0

    def test_team_is_whole_and_of_different_people(self, world: World) -> None:
        world.put_requests(a_request(speakers=2))
        assert world.propose().proposed == ()
        world.put_volunteers(*two_more_volunteers())
        world.propose()
        assert sorted(speakers(world)) == [VOLUNTEER, BRUNO]

    @pytest.mark.parametrize(
        ("rule", "limit", "standing"),
        [
            ("max_per_day", "max_per_day", "2026-12-08 13:30-14:20"),
            ("max_per_week", "max_per_week", "2026-12-11 10:40-11:30"),
            ("max_per_month", "max_per_month", "2026-12-01 10:40-11:30"),
        ],
    )
    def test_visits_booked_before_count_towards_the_limits(
        self, world: World, rule: str, limit: str, standing: str
    ) -> None:
        world.put_volunteers(generous(**{limit: 1}))
        keep_visits(world, a_standing_visit(standing))
        assert world.propose().proposed == ()
        assert nobody(world).reason == rule
        world.put_volunteers(generous(**{limit: 2}))
        assert world.propose().proposed == ("robots",)

    @pytest.mark.parametrize(
        ("ends", "is_found"), [("10:25", True), ("10:26", False)], ids=["enough", "too short"]
    )
    def test_buffer_lies_between_two_visits(self, world: World, ends: str, is_found: bool) -> None:
        world.put_volunteers(generous(buffer_minutes=15))
        keep_visits(world, a_standing_visit(f"2026-12-08 09:30-{ends}"))
        assert bool(world.propose().proposed) is is_found

    def test_way_between_two_schools_lies_between_two_visits(self, world: World) -> None:
        world.put_volunteers(generous(buffer_minutes=0))
        with world.store.write() as work:
            birch = work.districts.schools()["birch"]
            far = replace(birch, coordinates=Coordinates(43.6629, -79.2))
            work.districts.put_schools((far,))
        keep_visits(world, a_standing_visit("2026-12-08 09:30-10:20"))
        assert world.propose().proposed == ()
        assert nobody(world).reason == "travel_time"

    @pytest.mark.parametrize("host", [f"teacher:{TEACHER}", "class:maple-5a", "room:maple/12"])
    def test_teacher_class_and_room_are_in_one_visit_at_a_time(
        self, world: World, host: str
    ) -> None:
        taken = a_standing_visit(
            "2026-12-08 11:00-12:00", hosts=(host,), bookings=(Booking(BRUNO),)
        )
        world.put_volunteers(generous(), *two_more_volunteers())
        keep_visits(world, taken)
        assert world.propose().proposed == ()
        (entry,) = board(world).unassigned.values()
        assert sum(step.lost for step in entry.sieve) + entry.sieve[-1].left == 3

    def test_visit_that_ends_as_the_lesson_begins_is_in_nobodys_way(self, world: World) -> None:
        touching = a_standing_visit(
            "2026-12-08 09:30-10:40",
            hosts=(f"teacher:{TEACHER}", "room:maple/12"),
            bookings=(Booking(BRUNO),),
        )
        world.put_volunteers(*two_more_volunteers())
        keep_visits(world, touching)
        world.propose()
        assert speakers(world) == [VOLUNTEER]

    def test_two_requests_of_one_teacher_get_different_hours(self, world: World) -> None:
        world.put_volunteers(generous(), *two_more_volunteers())
        windows = ("2026-12-08 P3", "2026-12-08 P4")
        world.put_requests(a_request(*windows), a_request(*windows, key="more", classroom=""))
        world.propose()
        first, second = (world.proposal(key).sessions[0] for key in ("robots", "more"))
        assert not first.overlaps(second)

    def test_old_and_new_hour_of_a_visit_that_is_moved_are_both_kept(self, world: World) -> None:
        (visit,) = world.invite()
        world.put_volunteers(generous())
        move(world, visit, THURSDAY)
        later = elsewhere(key="later", windows=a_request("2026-12-10 P3").windows)
        world.put_requests(elsewhere(), later)
        assert world.propose().proposed == ()


def test_approving_what_was_proposed_leaves_no_rule_broken(world: World) -> None:
    world.put_volunteers(*two_more_volunteers())
    world.put_requests(elsewhere(), a_request("2026-12-10 P3", key="more"))
    world.propose()
    done = approvals.approve_ready(
        world.store, actor=world.coordinator, now=world.now, gazetteer=world.gazetteer
    )
    assert (set(done.approved), done.stale) == ({"bridges", "more", "robots"}, {})
    assert MORNING in {visit.period for visit in world.visits_of("robots")}
