"""Proposals on the timetable: once a night, beside the ticks, by whichever process is first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

from scheduler.domain.errors import SolverFailed
from scheduler.domain.runs import RunState
from scheduler.services import runs
from scheduler.services.running import Worked
from scheduler.services.runs import NIGHTLY
from tests.builders import DAY, VOLUNTEER, a_district, moment
from tests.jobs.timetables import Nights, another
from tests.services.searchers import Fails
from tests.services.world import World

SECOND = timedelta(seconds=1)


def nights_between(world: World, first: datetime, last: datetime, *, hours: float = 1) -> int:
    """Let two processes ask for nightly proposals all that time; return how many ran."""
    nights = Nights()
    ours = replace(world.timetable, solve=nights)
    other = another(world, solve=nights)
    world.now = first
    ours.propose_nightly()
    nights.runs = 0
    while world.now < last:
        world.wait(hours=hours)
        for timetable in (ours, other, ours):
            timetable.propose_nightly()
    return nights.runs


class TestNights:
    @pytest.mark.each_engine
    def test_first_run_proposes_at_once(self, world: World) -> None:
        assert world.timetable.propose_nightly() is True
        proposal = world.proposal()
        assert proposal is not None
        assert [speaker.email for speaker in proposal.speakers] == [VOLUNTEER]

    def test_same_night_is_never_worked_twice(self, world: World) -> None:
        world.timetable.propose_nightly()
        for _ in range(3):
            world.wait(seconds=15)
            assert world.timetable.propose_nightly() is False
            assert another(world).propose_nightly() is False

    def test_next_night_begins_at_three_on_the_districts_clock(self, world: World) -> None:
        world.timetable.propose_nightly()
        world.now = moment("2026-11-22 03:00") - SECOND
        assert world.timetable.propose_nightly() is False
        world.now += SECOND
        assert another(world).propose_nightly() is True
        assert world.timetable.propose_nightly() is False

    @pytest.mark.parametrize(
        ("first", "last"),
        [("2026-10-30 12:00", "2026-11-03 12:00"), ("2027-03-12 12:00", "2027-03-16 12:00")],
        ids=["clock back", "clock forward"],
    )
    def test_once_a_night_across_the_clock_changes(
        self, world: World, first: str, last: str
    ) -> None:
        assert nights_between(world, moment(first), moment(last), hours=0.5) == 4

    def test_once_a_night_where_three_does_not_exist(self, world: World) -> None:
        with world.store.write() as work:
            work.districts.put(a_district(timezone="Antarctica/Troll"))
        first, last = datetime(2027, 3, 26, 12, tzinfo=UTC), datetime(2027, 3, 30, 12, tzinfo=UTC)
        assert nights_between(world, first, last) == 4

    def test_night_that_was_slept_through_is_made_up_for_once(self, world: World) -> None:
        world.timetable.propose_nightly()
        world.wait(days=3, hours=6)
        assert world.timetable.propose_nightly() is True
        assert world.timetable.propose_nightly() is False

    def test_night_that_somebody_proposed_in_is_not_made_up_for(self, world: World) -> None:
        world.now = moment("2026-11-22 04:00")
        runs.ask(world.store, actor=world.coordinator, now=world.now, lease_now=world.now)
        assert world.timetable.work_one() is not None
        world.wait(hours=1)
        assert world.timetable.propose_nightly() is False
        world.now = moment("2026-11-23 03:00")
        assert world.timetable.propose_nightly() is True

    def test_proposals_for_a_few_days_are_no_nights_work(self, world: World) -> None:
        world.now = moment("2026-11-22 04:00")
        runs.ask(
            world.store,
            actor=world.coordinator,
            now=world.now,
            lease_now=world.now,
            last=DAY,
        )
        world.timetable.work_one()
        assert world.timetable.propose_nightly() is True

    def test_night_waits_for_the_run_that_is_open(self, world: World) -> None:
        asked = runs.ask(
            world.store, actor=world.coordinator, now=world.now, lease_now=world.now, last=DAY
        )
        assert world.timetable.ask_nightly() is False
        now = world.now
        runs.stop(world.store, asked.key, actor=world.coordinator, now=now, lease_now=now)
        assert world.timetable.ask_nightly() is True

    def test_failed_night_is_not_repeated_before_the_next(self, world: World) -> None:
        failing = replace(world.timetable, solve=Fails(SolverFailed("No.")))
        with pytest.raises(SolverFailed):
            failing.propose_nightly()
        world.wait(minutes=1)
        assert world.timetable.propose_nightly() is False

    def test_night_is_a_run_like_any_other(self, world: World) -> None:
        world.timetable.propose_nightly()
        (run,) = runs.history(world.store, actor=world.coordinator).runs
        assert (run.asked_by, run.state, run.seconds) == (NIGHTLY, RunState.DONE, 60.0)


class TestRuns:
    def test_timetable_that_leaves_gives_the_run_back(self, world: World) -> None:
        run = runs.ask(world.store, actor=world.coordinator, now=world.now, lease_now=world.now)
        leaving = replace(world.timetable, leaving=Event())
        leaving.leaving.set()
        assert leaving.work_one() == Worked(run)
        assert world.timetable.work_one() is not None

    @pytest.mark.each_engine
    def test_two_timetables_work_on_one_run_once(self, world: World) -> None:
        nights = Nights()
        runs.ask(world.store, actor=world.coordinator, now=world.now, lease_now=world.now)
        both = (replace(world.timetable, solve=nights), another(world, solve=nights))
        assert [each.work_one() is not None for each in both] == [True, False]
        assert nights.runs == 1
