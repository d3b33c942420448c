"""Volunteers as the matching problem sees them: when they can come, and what they may do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from scheduler.domain.assignments import ClearanceSpan, Place, Speaker
from scheduler.domain.availability import DaysAway
from scheduler.domain.districts import Coordinates
from scheduler.domain.periods import DateRange
from scheduler.domain.visits import VisitState
from scheduler.domain.volunteers import BusySource, ClearanceState, Volunteer
from scheduler.services.snapshots import home_of
from tests.builders import VOLUNTEER, a_clearance, a_visit, a_volunteer, period
from tests.services.pictures import minutes, picture_of, problem
from tests.services.world import BRUNO, CHLOE, World, two_more_volunteers

EVERYWHERE = Coordinates(45.0, -75.0)


class OneCode:
    """A gazetteer that knows one postal code of one country."""

    def locate(self, postal_code: str, *, country: str) -> Coordinates | None:
        """Return where the code lies, None for any other."""
        return EVERYWHERE if (postal_code, country) == ("K1A 0B1", "CA") else None


def speaker(world: World, person: Volunteer) -> Speaker:
    """Return a volunteer as the rules see them."""
    world.put_volunteers(person)
    return problem(world).speaker_by_id[person.email]


class TestSpeaker:
    @pytest.mark.each_engine
    def test_volunteer_becomes_a_speaker(self, world: World) -> None:
        limits = replace(a_volunteer().limits, max_km=12.5, min_minutes=30, max_per_month=4)
        busy = BusySource(b"", (period("2026-12-08 12:00-13:00"),))
        found = speaker(world, a_volunteer(limits=limits, busy=busy))
        days = [date(2026, 12, 7), date(2026, 12, 8), date(2026, 12, 9)]
        assert found == Speaker(
            id=VOLUNTEER,
            name="Amara Okafor",
            kind="speaker",
            level_by_topic={"engineering": 3, "robotics": 3},
            grades=frozenset(range(3, 9)),
            languages=frozenset({"en"}),
            formats=frozenset({"in_person", "virtual"}),
            home=Place(-79.3832, 43.6532),
            max_km=12.5,
            free=tuple(minutes(f"{day} 08:00-16:00") for day in days),
            busy=(minutes("2026-12-08 12:00-13:00"),),
            earliest_day=date(2026, 11, 28).toordinal(),
            clearances=(
                ClearanceSpan(date(2026, 1, 12).toordinal(), date(2027, 12, 31).toordinal()),
            ),
            buffer_minutes=15,
            min_minutes=30,
            max_per_day=1,
            max_per_week=1,
            max_per_month=4,
            history=0,
        )

    def test_unknown_availability_is_not_an_empty_one(self, world: World) -> None:
        assert speaker(world, a_volunteer(weekly=())).free is None
        away = DaysAway(DateRange(date(2026, 12, 1), date(2026, 12, 31)))
        assert speaker(world, a_volunteer(away=(away,))).free == ()

    def test_only_clearances_that_count_do(self, world: World) -> None:
        clearances = (
            a_clearance(state=ClearanceState.PENDING),
            a_clearance(approved=None),
            a_clearance(expires=None, school="birch"),
        )
        assert speaker(world, a_volunteer(clearances=clearances)).clearances == (
            ClearanceSpan(date(2026, 1, 12).toordinal(), None, "birch"),
        )

    def test_parent_topic_is_a_near_match_for_its_child(self, world: World) -> None:
        found = speaker(world, a_volunteer(level_by_topic={"engineering": 3}))
        assert dict(found.level_by_topic) == {"engineering": 3, "robotics": 1}

    def test_notice_is_counted_from_today_on_the_districts_calendar(self, world: World) -> None:
        world.now = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)
        assert speaker(world, a_volunteer()).earliest_day == date(2026, 11, 28).toordinal()

    def test_who_is_not_active_is_left_out(self, world: World) -> None:
        world.put_volunteers(a_volunteer(is_active=False), *two_more_volunteers())
        assert [each.id for each in problem(world).speakers] == [BRUNO, CHLOE]

    def test_visits_of_the_school_year_are_remembered(self, world: World) -> None:
        past = a_visit(
            uid="past", state=VisitState.HAPPENED, period=period("2026-10-06 10:40-11:30")
        )
        last_year = replace(past, uid="last year", period=period("2026-05-05 10:40-11:30"))
        with world.store.write() as work:
            work.visits.add((past, last_year))
        assert problem(world).speaker_by_id[VOLUNTEER].history == 1

    @pytest.mark.parametrize(
        ("changes", "home"),
        [
            ({"postal_code": "K1A 0B1"}, Place(-79.3832, 43.6532)),
            ({"coordinates": None, "postal_code": "K1A 0B1"}, Place(-75.0, 45.0)),
            ({"coordinates": None, "postal_code": "X0X 0X0"}, None),
            ({"coordinates": None}, None),
        ],
        ids=["point", "code", "unknown code", "nothing"],
    )
    def test_way_begins_at_the_point_given_else_at_the_postal_code(
        self, world: World, changes: dict[str, object], home: Place | None
    ) -> None:
        picture = picture_of(world)
        assert home_of(picture, a_volunteer(**changes), gazetteer=OneCode()) == home

    def test_volunteer_a_day_ahead_is_known_on_every_day_that_counts(self, world: World) -> None:
        person = a_volunteer(timezone="Pacific/Auckland", weekly=a_volunteer().weekly)
        morning_there = minutes("2026-12-08 14:00-22:00")
        assert morning_there in (speaker(world, person).free or ())
