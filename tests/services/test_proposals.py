"""Proposing: no rule is broken, decisions are remembered, and a late run overwrites nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from scheduler.domain.errors import IllegalTransition, Unknown
from scheduler.domain.proposals import Proposal, ProposalState, ProposedSpeaker, Unassigned
from scheduler.domain.requests import RequestState
from scheduler.domain.visits import VisitState
from scheduler.domain.volunteers import BusySource, Format
from scheduler.matching.problem import Problem
from scheduler.matching.proposal import Plan
from scheduler.services import proposals
from scheduler.services.proposals import Board, Proposed
from tests.builders import (
    VOLUNTEER,
    a_clearance,
    a_proposal,
    a_request,
    a_volunteer,
    a_week,
    period,
)
from tests.services.world import (
    BRUNO,
    CHLOE,
    World,
    elsewhere,
    solve_quickly,
    two_more_volunteers,
)


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


class TestRun:
    @pytest.mark.each_engine
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

    @pytest.mark.each_engine
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

    @pytest.mark.each_engine
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
