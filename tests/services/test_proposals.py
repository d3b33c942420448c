"""Proposing: no rule is broken, decisions are remembered, and a late run overwrites nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest

from scheduler.domain.availability import DaysAway
from scheduler.domain.districts import Coordinates
from scheduler.domain.errors import IllegalTransition, NotAllowed, Unknown
from scheduler.domain.periods import DateRange
from scheduler.domain.proposals import Proposal, ProposalState, ProposedSpeaker, Unassigned
from scheduler.domain.requests import RequestState
from scheduler.domain.visits import Booking, Visit, VisitState, hosts_of
from scheduler.domain.volunteers import BusySource, Format, Volunteer
from scheduler.matching.problem import Problem
from scheduler.matching.proposal import Plan
from scheduler.services import approvals, proposals
from scheduler.services.access import Actor
from scheduler.services.proposals import Board, Proposed
from tests.builders import (
    TEACHER,
    VOLUNTEER,
    a_clearance,
    a_proposal,
    a_request,
    a_visit,
    a_volunteer,
    a_week,
    moment,
    period,
)
from tests.services.test_visits import THURSDAY, move
from tests.services.world import (
    BRUNO,
    CHLOE,
    OTHER_TEACHER,
    World,
    elsewhere,
    solve_quickly,
    two_more_volunteers,
)

MORNING = period("2026-12-08 10:40-11:30")


def propose(world: World, **changes: Any) -> Proposed:
    """Ask the engine as the coordinator, with what the test says differently."""
    asked = {
        "actor": world.coordinator,
        "now": world.now,
        "gazetteer": world.gazetteer,
        "solve": solve_quickly,
        "seconds": 1,
    }
    return proposals.propose(world.store, **{**asked, **changes})


def reject(world: World, key: str = "robots", reason: str = "Not now") -> Proposal:
    """Turn a proposal down as the coordinator."""
    return proposals.reject(world.store, key, reason=reason, actor=world.coordinator, now=world.now)


def board(world: World) -> Board:
    """Return what waits for the coordinator."""
    return proposals.board(world.store, actor=world.coordinator)


def speakers(world: World, key: str = "robots") -> list[str]:
    """Return who is proposed for a request, nobody if it has no proposal."""
    proposal = world.proposal(key)
    return [speaker.email for speaker in proposal.speakers] if proposal else []


def nobody(world: World, key: str = "robots") -> Unassigned:
    """Return why the last run found nobody."""
    return board(world).unassigned[key]


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


class TestRun:
    def test_request_gets_speaker_time_and_points(self, world: World) -> None:
        done = world.propose()
        assert (done.proposed, done.unassigned, done.requests) == (("robots",), (), 1)
        assert done.plan.status == "optimal"
        proposal = world.proposal()
        assert proposal == a_proposal(made_at=world.now, terms=proposal.terms)
        assert {k: points for k, points in proposal.terms.items() if points} == {
            "fit": 120,
            "preference": 60,
            "travel": -1,
        }

    def test_second_run_proposes_the_same(self, world: World) -> None:
        world.put_volunteers(*two_more_volunteers())
        world.put_requests(elsewhere())
        world.propose()
        first = board(world).proposals
        world.wait(hours=1)
        world.propose()
        second = board(world).proposals
        assert second == {
            key: replace(proposal, made_at=world.now, terms=second[key].terms)
            for key, proposal in first.items()
        }

    @pytest.mark.parametrize("email", [VOLUNTEER, BRUNO])
    def test_pending_choice_among_equals_is_kept(self, world: World, email: str) -> None:
        world.put_volunteers(a_volunteer(email=BRUNO, name="Bruno Silva"))
        world.put_proposals(a_proposal(speakers=(ProposedSpeaker(email, Format.IN_PERSON),)))
        world.propose()
        assert speakers(world) == [email]

    def test_only_open_requests_take_part(self, world: World) -> None:
        world.put_requests(
            a_request(state=RequestState.WITHDRAWN), elsewhere(state=RequestState.BOOKED)
        )
        assert world.propose().requests == 0

    def test_only_coordinators_propose_and_reject(self, world: World) -> None:
        world.put_proposals(a_proposal())
        for stranger in (
            Actor(TEACHER, "Lena", is_teacher=True),
            Actor("v@schools.example", "Vera", is_viewer=True),
        ):
            with pytest.raises(NotAllowed):
                propose(world, actor=stranger)
            with pytest.raises(NotAllowed):
                proposals.reject(world.store, "robots", reason="", actor=stranger, now=world.now)
        assert world.proposal() == a_proposal()

    def test_board_is_for_those_who_oversee(self, world: World) -> None:
        viewer = Actor("v@schools.example", "Vera", is_viewer=True)
        assert proposals.board(world.store, actor=viewer) == Board({}, {})
        with pytest.raises(NotAllowed):
            proposals.board(world.store, actor=Actor(TEACHER, "Lena", is_teacher=True))


class TestRejection:
    def test_rejection_keeps_who_when_and_why(self, world: World) -> None:
        world.put_proposals(a_proposal())
        assert reject(world, reason="She came last year") == a_proposal(
            state=ProposalState.REJECTED,
            reason="She came last year",
            decided_at=world.now,
            decided_by=world.coordinator.email,
        )
        assert board(world).proposals == {}
        assert world.request().state is RequestState.OPEN

    def test_people_turned_down_are_not_proposed_again(self, world: World) -> None:
        world.put_volunteers(*two_more_volunteers())
        for email in (VOLUNTEER, BRUNO, CHLOE):
            world.propose()
            assert speakers(world) == [email]
            reject(world)

    def test_people_turned_down_stay_so_after_a_run_that_found_nobody(self, world: World) -> None:
        world.propose()
        reject(world)
        for _ in range(2):
            assert world.propose().proposed == ()
            assert nobody(world).reason == "not_excluded"
        world.put_volunteers(*two_more_volunteers())
        world.propose()
        assert speakers(world) == [BRUNO]
        assert world.proposal().passed_over == (VOLUNTEER,)

    def test_rejection_for_one_request_says_nothing_of_another(self, world: World) -> None:
        world.put_requests(elsewhere())
        world.put_proposals(a_proposal())
        reject(world)
        world.propose()
        assert (speakers(world, "robots"), speakers(world, "bridges")) == ([], [VOLUNTEER])

    def test_only_what_is_pending_is_rejected(self, world: World) -> None:
        world.put_proposals(a_proposal(state=ProposalState.APPROVED))
        with pytest.raises(IllegalTransition):
            reject(world)
        with pytest.raises(Unknown):
            reject(world, "nothing")


class TestLateRun:
    """A run reads, solves for a while, and writes: what people did meanwhile stands."""

    def propose_while(self, world: World, deed: Callable[[], object]) -> Proposed:
        def solve(problem: Problem, seconds: float) -> Plan:
            plan = solve_quickly(problem, seconds)
            deed()
            return plan

        return propose(world, solve=solve)

    def test_approval_meanwhile_stands(self, world: World) -> None:
        world.propose()
        self.propose_while(world, lambda: world.approve("robots"))
        assert world.proposal().state is ProposalState.APPROVED
        assert [visit.state for visit in world.visits_of()] == [VisitState.HELD]

    def test_rejection_meanwhile_stands_and_is_remembered(self, world: World) -> None:
        world.put_volunteers(*two_more_volunteers())
        world.propose()
        self.propose_while(world, lambda: reject(world))
        assert world.proposal().state is ProposalState.REJECTED
        world.propose()
        assert speakers(world) == [BRUNO]

    def test_proposal_found_stale_meanwhile_stays_stale(self, world: World) -> None:
        world.propose()

        def lose_clearance_and_approve() -> None:
            world.put_volunteers(a_volunteer(clearances=()))
            world.approve("robots")

        self.propose_while(world, lose_clearance_and_approve)
        assert world.proposal().state is ProposalState.STALE

    @pytest.mark.parametrize(
        "changed",
        [
            a_request(state=RequestState.WITHDRAWN),
            a_request("2026-12-10 P3"),
            a_request(speakers=2),
        ],
        ids=["withdrawn", "another day", "another size"],
    )
    def test_request_changed_meanwhile_keeps_what_it_had(self, world: World, changed: Any) -> None:
        self.propose_while(world, lambda: world.put_requests(changed))
        assert world.proposal() is None
        assert board(world).unassigned == {}

    def test_other_requests_of_that_run_are_written(self, world: World) -> None:
        world.put_requests(elsewhere())
        world.put_volunteers(*two_more_volunteers())
        self.propose_while(
            world, lambda: world.put_requests(a_request(state=RequestState.WITHDRAWN))
        )
        assert list(board(world).proposals) == ["bridges"]

    def test_what_changed_about_people_is_seen_when_it_is_approved(self, world: World) -> None:
        self.propose_while(world, lambda: world.put_volunteers(a_volunteer(clearances=())))
        stale = world.approve("robots").stale["robots"]
        assert [finding.rule for finding in stale] == ["clearance_valid"]


class TestNobody:
    @pytest.mark.parametrize(
        ("reason", "changes"),
        [
            ("topic_match", {"level_by_topic": {}}),
            ("grade_match", {"grades": frozenset({9})}),
            ("language_match", {"languages": ("fr",)}),
            ("format_possible", {"formats": frozenset()}),
            ("notice_given", {"limits": replace(a_volunteer().limits, notice_days=30)}),
            ("clearance_valid", {"clearances": (a_clearance(expires=date(2026, 12, 7)),)}),
            ("long_enough", {"limits": replace(a_volunteer().limits, min_minutes=60)}),
            ("within_availability", {"weekly": a_week(time(8), time(11, 29))}),
            ("no_busy_clash", {"busy": BusySource(b"", (period("2026-12-08 11:30-12:00"),))}),
        ],
    )
    def test_rule_that_took_the_last_person_is_the_reason(
        self, world: World, reason: str, changes: dict[str, Any]
    ) -> None:
        unfit = a_volunteer(email=BRUNO, level_by_topic={"engineering2": 3})
        world.put_volunteers(a_volunteer(**changes), unfit)
        (entry,) = world.propose().unassigned
        assert (entry.request, entry.reason) == ("robots", reason)

    def test_sieve_adds_up_to_everybody(self, world: World) -> None:
        world.put_requests(elsewhere(speakers=3), a_request(key="never", topic="engineering2"))
        world.put_volunteers(
            a_volunteer(grades=frozenset({9})),
            *two_more_volunteers(),
            a_volunteer(email="dan@robots.example", weekly=()),
            a_volunteer(email="eve@robots.example", clearances=()),
            a_volunteer(email="gone@robots.example", is_active=False),
        )
        entries = {entry.request: entry for entry in world.propose().unassigned}
        assert {key: entry.reason for key, entry in entries.items()} == {
            "bridges": "too_few",
            "never": "topic_match",
        }
        for entry in entries.values():
            assert entry.facts["pool"] == 5
            assert sum(step.lost for step in entry.sieve) + entry.sieve[-1].left == 5
            before = [5, *(step.left for step in entry.sieve)]
            assert [before[n] - step.lost for n, step in enumerate(entry.sieve)] == before[1:]

    def test_every_request_is_either_proposed_or_explained(self, world: World) -> None:
        world.put_requests(elsewhere(), a_request("2026-12-12 P3", key="saturday"))
        done = world.propose()
        assert done.requests == 3
        found, explained = set(done.proposed), {entry.request for entry in done.unassigned}
        assert found | explained == {"bridges", "robots", "saturday"}
        assert len(found) + len(explained) == 3

    def test_one_person_wanted_twice_goes_to_one_and_the_other_hears_it(self, world: World) -> None:
        world.put_requests(elsewhere(priority=3))
        done = world.propose()
        assert done.proposed == ("bridges",)
        assert [(entry.request, entry.reason) for entry in done.unassigned] == [
            ("robots", "outbid")
        ]

    def test_request_without_a_start_says_so(self, world: World) -> None:
        world.put_requests(a_request("2026-12-12 P3"))
        (entry,) = world.propose().unassigned
        assert (entry.reason, entry.sieve) == ("no_start", ())

    def test_reason_goes_when_somebody_is_found(self, world: World) -> None:
        world.put_volunteers(a_volunteer(clearances=()))
        world.propose()
        world.put_volunteers(a_volunteer())
        world.propose()
        assert board(world).unassigned == {}
        assert speakers(world) == [VOLUNTEER]

    def test_proposal_goes_when_nobody_is_left(self, world: World) -> None:
        world.propose()
        world.put_volunteers(a_volunteer(clearances=()))
        world.propose()
        assert world.proposal() is None
        assert nobody(world).reason == "clearance_valid"


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
