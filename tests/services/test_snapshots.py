"""From the district to the matching problem: wall clocks become minutes and nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from scheduler.domain.assignments import (
    Assignment,
    Commitment,
    Demand,
    Engagement,
    Geography,
    HostCommitment,
    Option,
    Place,
    Session,
)
from scheduler.domain.periods import DateRange, Period, minute_of
from scheduler.domain.visits import Booking, Partstat, PendingMove, Visit, VisitState, hosts_of
from scheduler.domain.volunteers import Format
from scheduler.matching.problem import Weights
from scheduler.services.snapshots import (
    assignment_of,
    missing_sessions,
    problem_of,
    session_of,
    speakers_of,
)
from tests.builders import (
    DAY,
    NOW,
    TEACHER,
    VOLUNTEER,
    a_district,
    a_proposal,
    a_request,
    a_visit,
    period,
)
from tests.services.pictures import demand, minutes, picture_of, problem
from tests.services.world import BRUNO, CHLOE, NoGazetteer, World, two_more_volunteers

MAPLE = Place(-79.3957, 43.6629)


def a_series_visit(number: int, **changes: object) -> Visit:
    """Return a session of a weekly series that began on ``DAY``."""
    start = period("2026-12-08 10:40-11:30")
    week = timedelta(days=7 * (number - 1))
    return a_visit(
        uid=f"session {number}",
        session=number,
        period=Period(start.start + week, start.end + week),
        **changes,
    )


class TestSession:
    def test_minutes_are_of_utc_and_days_of_the_school(self) -> None:
        assert session_of(period("2026-12-08 10:40-11:30"), timezone="America/Toronto") == Session(
            start=int(datetime(2026, 12, 8, 15, 40, tzinfo=UTC).timestamp()) // 60,
            end=int(datetime(2026, 12, 8, 16, 30, tzinfo=UTC).timestamp()) // 60,
            day=date(2026, 12, 8).toordinal(),
            week=(date(2026, 12, 7).toordinal() - 1) // 7,
            month=2026 * 12 + 11,
        )

    def test_evening_is_of_its_own_day_though_utc_is_a_day_ahead(self) -> None:
        late = session_of(period("2026-11-30 20:00-21:00"), timezone="America/Toronto")
        assert (late.day, late.month) == (date(2026, 11, 30).toordinal(), 2026 * 12 + 10)

    def test_weeks_begin_on_monday_also_over_new_year(self) -> None:
        days = [date(2026, 12, 27) + timedelta(days=n) for n in range(9)]
        weeks = [
            session_of(period(f"{day} 10:00-11:00"), timezone="America/Toronto").week
            for day in days
        ]
        assert [week - weeks[0] for week in weeks] == [0, 1, 1, 1, 1, 1, 1, 1, 2]


class TestDemand:
    @pytest.mark.each_engine
    def test_open_request_becomes_a_demand(self, world: World) -> None:
        request = a_request(
            "2026-12-08 P3", "2026-12-10 P3", preferred=(BRUNO,), excluded=(CHLOE,), priority=2
        )
        world.put_volunteers(*two_more_volunteers())
        first, second = minutes("2026-12-08 10:40-11:30"), minutes("2026-12-10 10:40-11:30")
        week = (DAY.toordinal() - 1) // 7
        assert demand(world, request=request) == Demand(
            id="robots",
            title="Robots around us",
            school="maple",
            topic="robotics",
            language="en",
            options=(
                Option(3, (Session(*first, DAY.toordinal(), week, 2026 * 12 + 11),)),
                Option(2, (Session(*second, DAY.toordinal() + 2, week, 2026 * 12 + 11),)),
            ),
            place=MAPLE,
            need=1,
            hosts=frozenset({f"teacher:{TEACHER}", "class:maple-5a", "room:maple/12"}),
            grade=5,
            format="either",
            kind="talk",
            speakers=1,
            priority=2,
            preferred=frozenset({BRUNO}),
            excluded=frozenset({CHLOE}),
        )

    def test_request_without_a_class_has_neither_grade_nor_room(self, world: World) -> None:
        found = demand(world, request=a_request(classroom=""))
        assert (found.grade, found.hosts) == (None, frozenset({f"teacher:{TEACHER}"}))

    def test_who_said_no_is_excluded(self, world: World) -> None:
        off = a_visit(
            state=VisitState.CANCELLED,
            cancelled_at=NOW,
            bookings=(Booking(VOLUNTEER, Partstat.DECLINED, removed=True),),
        )
        assert demand(world, request=a_request(), visits=(off,)).excluded == {VOLUNTEER}

    def test_gap_in_a_team_is_filled_at_the_time_that_stands(self, world: World) -> None:
        world.put_volunteers(*two_more_volunteers())
        left = Booking(BRUNO, Partstat.DECLINED, removed=True)
        visit = a_visit(bookings=(Booking(VOLUNTEER, Partstat.ACCEPTED), left))
        gap = demand(world, request=a_request("2026-12-10 P3", speakers=2), visits=(visit,))
        assert (gap.speakers, gap.excluded) == (1, {VOLUNTEER, BRUNO})
        assert [option.start for option in gap.options] == [minute_of(visit.period.start)]

    def test_lost_session_of_a_series_needs_a_whole_team_at_its_own_week(
        self, world: World
    ) -> None:
        world.put_volunteers(*two_more_volunteers())
        kept = (a_series_visit(1), a_series_visit(3))
        gap = demand(world, request=a_request(sessions=3), visits=kept)
        (option,) = gap.options
        assert gap.speakers == 1
        assert [(s.start, s.end) for s in option.sessions] == [minutes("2026-12-15 10:40-11:30")]

    def test_lost_session_that_is_over_is_not_sought_any_more(self, world: World) -> None:
        world.now = period("2026-12-16 10:00-11:00").start
        kept = (a_series_visit(1, state=VisitState.HAPPENED), a_series_visit(3))
        assert demand(world, request=a_request(sessions=3), visits=kept).options == ()

    def test_lost_session_keeps_its_wall_time_across_the_clock_change(self, world: World) -> None:
        kept = a_visit(period=period("2027-03-09 10:40-11:30"))
        (option,) = demand(world, request=a_request(sessions=2), visits=(kept,)).options
        assert [(s.start, s.end) for s in option.sessions] == [minutes("2027-03-16 10:40-11:30")]

    @pytest.mark.parametrize(
        ("there", "missing"), [((), (1, 2, 3)), ((2,), (1, 3)), ((1, 2, 3), ())]
    )
    def test_missing_sessions_are_told_by_number(
        self, there: tuple[int, ...], missing: tuple[int, ...]
    ) -> None:
        visits = [a_series_visit(number) for number in there]
        assert missing_sessions(a_request(sessions=3), visits) == missing


class TestStanding:
    def test_booking_commits_its_volunteer_in_its_own_format(self, world: World) -> None:
        visit = a_visit(bookings=(Booking(VOLUNTEER, format=Format.VIRTUAL),))
        with world.store.write() as work:
            work.visits.add((visit,))
        session = session_of(visit.period, timezone=visit.timezone)
        assert problem(world).commitments == (
            Commitment(VOLUNTEER, Engagement("robots", "maple", MAPLE, session, "virtual")),
        )

    def test_who_left_is_committed_to_nothing(self, world: World) -> None:
        world.put_volunteers(*two_more_volunteers())
        left = Booking(BRUNO, Partstat.DECLINED, removed=True)
        with world.store.write() as work:
            work.visits.add((a_visit(bookings=(Booking(VOLUNTEER), left)),))
        assert {each.speaker_id for each in problem(world).commitments} == {VOLUNTEER}

    def test_hosts_are_taken_for_the_hour(self, world: World) -> None:
        visit = a_visit()
        with world.store.write() as work:
            work.visits.add((visit,))
        session = session_of(visit.period, timezone=visit.timezone)
        taken = {each for each in problem(world).host_commitments if each.host[:4] != "volu"}
        assert taken == {HostCommitment(host, session, "robots") for host in visit.hosts}

    @pytest.mark.each_engine
    def test_pending_move_takes_the_new_hour_and_keeps_the_old_one_busy(self, world: World) -> None:
        target = period("2026-12-10 10:40-11:30")
        visit = a_visit()
        moving = replace(visit, pending_move=PendingMove(target, "12", visit.hosts, NOW, NOW))
        with world.store.write() as work:
            work.visits.add((moving,))
        found = problem(world)
        (commitment,) = found.commitments
        assert commitment.engagement.session == session_of(target, timezone=visit.timezone)
        assert minutes("2026-12-08 10:40-11:30") in found.speaker_by_id[VOLUNTEER].busy
        hours = {each.session.start for each in found.host_commitments}
        assert hours == {minute_of(visit.period.start), minute_of(target.start)}


class TestWhole:
    def test_district_gives_geography_and_weights(self, world: World) -> None:
        with world.store.write() as work:
            work.districts.put(a_district(road_factor=1.5, speed_kmh=30, weights={"fit": 7}))
        found = problem(world)
        assert found.geography == Geography("sphere", 1.5, 0.5)
        assert found.weights == Weights(fit=7)

    def test_proposals_become_the_earlier_plan(self, world: World) -> None:
        earlier = assignment_of(a_proposal())
        start, _ = minutes("2026-12-08 10:40-11:30")
        assert earlier == Assignment("robots", start, (VOLUNTEER,))
        found = problem_of(picture_of(world), gazetteer=NoGazetteer(), previous=(a_proposal(),))
        assert found.previous == (earlier,)

    def test_school_is_counted_once_for_a_request_of_several_visits(self, world: World) -> None:
        hosts = hosts_of(teacher_email=TEACHER, school="maple", classroom="", room="")
        series = tuple(a_series_visit(number, hosts=hosts) for number in (1, 2, 3))
        with world.store.write() as work:
            work.visits.add(series)
        assert problem(world).filled_by_school == {"maple": 1}

    def test_requests_and_people_come_in_order_of_key(self, world: World) -> None:
        world.put_requests(a_request(key="a"), a_request(key="z"))
        world.put_volunteers(*two_more_volunteers())
        found = problem(world)
        assert [each.id for each in found.demands] == ["a", "robots", "z"]
        assert [each.id for each in found.speakers] == [VOLUNTEER, BRUNO, CHLOE]

    def test_without_any_request_people_are_still_known(self, world: World) -> None:
        picture = replace(picture_of(world), requests={})
        found = problem_of(picture, gazetteer=NoGazetteer())
        assert (found.demands, [each.id for each in found.speakers]) == ((), [VOLUNTEER])
        assert speakers_of(picture, (), gazetteer=NoGazetteer()) == found.speakers


def test_days_bound_every_session_of_an_option(world: World) -> None:
    world.put_requests(a_request("2026-12-01 P3", "2026-12-08 P3", sessions=2))
    found = problem_of(
        picture_of(world),
        gazetteer=NoGazetteer(),
        days=DateRange(date(2026, 12, 2), date(2026, 12, 15)),
    )
    assert [option.start for option in found.demands[0].options] == [
        minutes("2026-12-08 10:40-11:30")[0]
    ]
