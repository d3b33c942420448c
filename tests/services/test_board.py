"""The queue: what is ready, what needs a choice, who has nobody yet; and a request open in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from scheduler.domain.errors import IllegalTransition, Unknown
from scheduler.domain.proposals import (
    Proposal,
    ProposalState,
    ProposedSpeaker,
    SieveStep,
    Unassigned,
)
from scheduler.domain.requests import PeriodWindow
from scheduler.domain.visits import VisitState
from scheduler.domain.volunteers import Format
from scheduler.services.asking import reference_of
from scheduler.services.board import Board, BoardRow, Group, undo_at
from scheduler.services.comparing import Alternative, Difference
from scheduler.services.deciding_otherwise import choose
from scheduler.services.opened import Opened, review
from scheduler.services.proposals import reject
from scheduler.services.queue_rows import Order, Wanted
from scheduler.services.warm import Warm
from tests.builders import (
    DAY,
    NOW,
    VOLUNTEER,
    a_proposal,
    a_request,
    a_visit,
    a_volunteer,
    period,
)
from tests.services.world import BRUNO, CHLOE, World, elsewhere, two_more_volunteers

LATER = date(2026, 12, 10)


def queue(world: World, order: Order = Order.FAIREST, text: str = "") -> Board:
    """Return the queue as the coordinator sees it."""
    return review(
        world.store,
        "",
        warm=Warm(),
        actor=world.coordinator,
        now=world.now,
        gazetteer=world.gazetteer,
        wanted=Wanted(order=order, text=text),
    ).board


def opened(world: World, key: str = "robots") -> Opened:
    """Return a request of the queue, open."""
    found = review(
        world.store,
        key,
        warm=Warm(),
        actor=world.coordinator,
        now=world.now,
        gazetteer=world.gazetteer,
    )
    assert found.opened is not None
    return found.opened


def test_proposal_that_holds_is_ready(world: World) -> None:
    world.put_proposals(a_proposal())
    assert queue(world).rows == (
        BoardRow(
            key="robots",
            group=Group.READY,
            title="Robots around us",
            school_name="Maple School",
            class_name="5A",
            day=DAY,
            names=("Amara Okafor",),
            level=3,
            state=ProposalState.PENDING,
        ),
    )


def test_proposal_that_no_longer_holds_needs_a_choice_and_says_why(world: World) -> None:
    world.put_proposals(a_proposal())
    world.put_volunteers(a_volunteer(clearances=()))
    (row,) = queue(world).of(Group.CHOICE)
    assert [reason.rule for reason in row.broken] == ["clearance_valid"]


def test_people_who_would_do_just_as_well_tie(world: World) -> None:
    world.put_volunteers(a_volunteer(email=BRUNO, name="Bruno Silva"))
    world.put_proposals(a_proposal())
    (row,) = queue(world).of(Group.CHOICE)
    assert (row.ties, row.broken) == (1, ())


def test_request_nobody_was_found_for_carries_its_reason(world: World) -> None:
    entry = Unassigned("robots", "topic_match", (SieveStep("topic_match", 0, 1),), {}, NOW)
    with world.store.write() as work:
        work.proposals.put_unassigned((entry,))
    (row,) = queue(world).of(Group.NOBODY)
    assert (row.decided_by, row.day) == ("topic_match", DAY)


def test_request_that_was_never_looked_at_says_so(world: World) -> None:
    assert [row.decided_by for row in queue(world).rows] == ["not_checked"]


def test_schools_with_fewest_visits_come_first_unless_sorted_otherwise(world: World) -> None:
    world.put_requests(elsewhere(windows=(PeriodWindow(LATER, "P3"),)), a_request(key="old"))
    with world.store.write() as work:
        work.visits.add(
            (
                a_visit(
                    request="old",
                    period=period("2026-10-06 10:40-11:30"),
                    state=VisitState.HAPPENED,
                ),
            )
        )
    keys = {order: [row.key for row in queue(world, order).rows] for order in Order}
    assert keys[Order.FAIREST][0] == "bridges"
    assert keys[Order.SOONEST][-1] == "bridges"
    assert keys[Order.OLDEST] == ["old", "robots", "bridges"]


@pytest.mark.parametrize(
    ("text", "keys"),
    [("BIRCH", ["bridges"]), ("amara", ["robots"]), (" ", ["bridges", "robots"]), ("zebra", [])],
)
def test_filter_finds_schools_and_people(world: World, text: str, keys: list[str]) -> None:
    world.put_requests(elsewhere())
    world.put_proposals(a_proposal())
    assert sorted(row.key for row in queue(world, text=text).rows) == keys


def test_open_request_shows_every_rule_and_wish_of_the_person(world: World) -> None:
    world.put_volunteers(*two_more_volunteers())
    world.put_proposals(a_proposal())
    found = opened(world)
    (person,) = found.team
    assert found.can_approve
    assert person.name == "Amara Okafor"
    assert all(reason.kept for reason in person.reasons)
    assert {wish.term: wish.is_met for wish in person.wishes} == {
        "fit": True,
        "preference": True,
        "travel": True,
        "fairness": True,
    }
    assert found.why is None


def test_wish_somebody_else_would_meet_better_is_missed(world: World) -> None:
    world.put_volunteers(*two_more_volunteers())
    world.put_proposals(a_proposal(speakers=(ProposedSpeaker(BRUNO, Format.IN_PERSON),)))
    (person,) = opened(world).team
    (fit,) = (wish for wish in person.wishes if wish.term == "fit")
    assert (fit.is_met, fit.facts) == (False, {"level": 2, "best": 3})


def test_alternatives_say_only_what_is_different(world: World) -> None:
    world.put_volunteers(*two_more_volunteers())
    world.put_proposals(a_proposal())
    assert [each.differences for each in opened(world).alternatives] == [
        (Difference("topic", 2, False),),
        (Difference("topic", 1, False),),
    ]


def test_alternative_is_never_named_by_address(world: World) -> None:
    world.put_volunteers(two_more_volunteers()[0])
    world.put_proposals(a_proposal())
    (other,) = opened(world).alternatives
    assert other == Alternative(
        reference_of(BRUNO), "Bruno Silva", other.differences, instead_of=reference_of(VOLUNTEER)
    )
    assert "@" not in other.reference


def a_panel() -> Proposal:
    """Return the proposal of a team of two."""
    team = (ProposedSpeaker(VOLUNTEER, Format.IN_PERSON), ProposedSpeaker(BRUNO, Format.IN_PERSON))
    return a_proposal(speakers=team)


def test_team_is_swapped_one_by_one(world: World) -> None:
    world.put_volunteers(*two_more_volunteers())
    world.put_requests(a_request(speakers=2))
    world.put_proposals(a_panel())
    found = opened(world)
    assert [each.name for each in found.team] == ["Amara Okafor", "Bruno Silva"]
    assert [(each.name, each.instead_of) for each in found.alternatives] == [
        ("Chloé Roy", reference_of(VOLUNTEER)),
        ("Chloé Roy", reference_of(BRUNO)),
    ]


def test_rest_of_a_team_stays_when_one_is_swapped(world: World) -> None:
    world.put_volunteers(*two_more_volunteers())
    world.put_requests(a_request(speakers=2))
    world.put_proposals(a_panel())
    choose(
        world.store,
        "robots",
        reference=reference_of(CHLOE),
        instead_of=reference_of(BRUNO),
        warm=Warm(),
        actor=world.coordinator,
        now=world.now,
        gazetteer=world.gazetteer,
    )
    (visit,) = world.visits_of()
    assert set(visit.volunteers) == {VOLUNTEER, CHLOE}


def test_day_shows_free_time_the_way_and_the_visit(world: World) -> None:
    world.put_proposals(a_proposal())
    day = opened(world).day
    assert day is not None
    person, visit, lessons = day.lanes
    assert [(s.start_minutes, s.end_minutes, s.kind) for s in person.spans] == [(480, 960, "free")]
    before, during, after = visit.spans
    assert (during.start_minutes, during.end_minutes) == (640, 690)
    assert (before.kind, after.kind) == ("travel", "travel")
    assert (before.end_minutes, after.start_minutes) == (640, 690)
    assert [(s.start_minutes, s.kind) for s in lessons.spans] == [(640, "visit")]


def test_broken_proposal_explains_what_would_help(world: World) -> None:
    world.put_proposals(a_proposal())
    world.put_volunteers(a_volunteer(clearances=()))
    found = opened(world)
    assert not found.can_approve
    assert found.why is not None
    assert found.why.decided_by == "clearance_valid"


def test_booked_request_is_not_in_the_queue(world: World) -> None:
    world.put_proposals(a_proposal())
    world.approve("robots")
    found = review(
        world.store,
        "robots",
        warm=Warm(),
        actor=world.coordinator,
        now=NOW,
        gazetteer=world.gazetteer,
    )
    assert (found.board.total, found.opened) == (0, None)
    assert [row.group for row in found.board.rows] == [Group.DONE]


def test_chosen_person_is_booked_for_the_same_lesson(world: World) -> None:
    world.put_volunteers(two_more_volunteers()[0])
    world.put_proposals(a_proposal())
    choose(
        world.store,
        "robots",
        reference=reference_of(BRUNO),
        warm=Warm(),
        actor=world.coordinator,
        now=world.now,
        gazetteer=world.gazetteer,
    )
    (visit,) = world.visits_of()
    assert (visit.volunteers, visit.period) == ((BRUNO,), period(f"{DAY} 10:40-11:30"))


def test_nobody_is_chosen_by_a_reference_that_stands_for_nobody(world: World) -> None:
    world.put_proposals(a_proposal())
    with pytest.raises(Unknown):
        choose(
            world.store,
            "robots",
            reference="0" * 16,
            warm=Warm(),
            actor=world.coordinator,
            now=world.now,
            gazetteer=world.gazetteer,
        )


@pytest.mark.each_engine
def test_everything_approved_at_one_moment_is_taken_back_together(world: World) -> None:
    other = elsewhere(windows=(PeriodWindow(LATER, "P3"),))
    bruno = replace(two_more_volunteers()[0])
    world.put_volunteers(bruno)
    world.put_requests(other)
    world.put_proposals(
        a_proposal(),
        a_proposal(
            request="bridges",
            speakers=(ProposedSpeaker(BRUNO, Format.IN_PERSON),),
            sessions=(period(f"{LATER} 10:40-11:30"),),
        ),
    )
    world.approve("robots", "bridges")
    taken_back = undo_at(world.store, NOW, actor=world.coordinator, now=NOW + timedelta(minutes=5))
    assert sorted(taken_back) == ["bridges", "robots"]
    assert world.visits_of() == world.visits_of("bridges") == ()


def test_released_approval_is_not_taken_back(world: World) -> None:
    world.put_proposals(a_proposal())
    world.approve("robots")
    world.release()
    with pytest.raises(IllegalTransition):
        undo_at(world.store, NOW, actor=world.coordinator, now=world.now)


def test_rejected_proposal_needs_a_choice(world: World) -> None:
    world.put_proposals(a_proposal())
    reject(world.store, "robots", reason="Not again", actor=world.coordinator, now=world.now)
    (row,) = queue(world).of(Group.CHOICE)
    assert row.state is ProposalState.REJECTED
    assert opened(world).said_no == "Not again"
