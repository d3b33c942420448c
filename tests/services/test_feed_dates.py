"""What dates an event of a feed bears, and which changes move them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.services.records import FeedKind
from tests.builders import VOLUNTEER, a_volunteer
from tests.outside.ics_checker import faults_between
from tests.services.test_feed_answers import events, made, octets
from tests.services.test_feeds import change_school
from tests.services.world import World


class TestDates:
    def dates(self, world: World) -> tuple[str, str, str]:
        """Return LAST-MODIFIED, DTSTAMP and SEQUENCE of the volunteer's one event."""
        (seen,) = events(world, FeedKind.VOLUNTEER, VOLUNTEER)
        return tuple(seen.value(name) for name in ("LAST-MODIFIED", "DTSTAMP", "SEQUENCE"))

    @pytest.mark.each_engine
    def test_change_around_a_visit_is_dated_and_raises_no_sequence(self, world: World) -> None:
        world.invite()
        known = [self.dates(world)]
        feed = made(world, FeedKind.VOLUNTEER, VOLUNTEER)
        for change in (
            lambda: change_school(world, name="Maple Leaf School"),
            lambda: change_school(world, address="14 Maple Street"),
            lambda: world.put_requests(replace(world.request(), title="Robots among us")),
        ):
            before = octets(world, feed)
            world.wait(hours=1)
            change()
            world.wait(minutes=5)
            known.append(self.dates(world))
            assert known[-1][0] == known[-1][1] == f"{world.now:%Y%m%dT%H%M%SZ}"
            assert known[-1][2] == known[0][2]
            faults = faults_between(before, octets(world, feed))
            assert all("LOCATION changed" in fault for fault in faults)

    def test_change_of_the_visit_is_dated_when_it_was_made(self, world: World) -> None:
        (visit,) = world.invite()
        self.dates(world)
        world.wait(hours=1)
        world.answer(visit, VOLUNTEER, True)
        answered_at = world.now
        world.wait(hours=5)
        assert self.dates(world)[0] == f"{answered_at:%Y%m%dT%H%M%SZ}"

    @pytest.mark.each_engine
    def test_date_rises_even_within_one_second(self, world: World) -> None:
        world.invite()
        known = [self.dates(world)[0]]
        for name in ("One School", "Two School", "Three School"):
            change_school(world, name=name)
            known.append(self.dates(world)[0])
        assert known == sorted(set(known))

    def test_what_is_dated_stays_dated_whoever_fetches_next(self, world: World) -> None:
        world.invite()
        feed = made(world, FeedKind.VOLUNTEER, VOLUNTEER)
        octets(world, feed)
        world.wait(hours=1)
        change_school(world, name="Maple Leaf School")
        first = octets(world, feed)
        for days in (1, 2, 3):
            world.wait(days=days)
            world.put_volunteers(a_volunteer(needs="A ramp"))
            assert octets(world, feed) == first
