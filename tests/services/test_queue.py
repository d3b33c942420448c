"""The queue as the database sorts, filters and counts it, judged as the plain rules judge."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.domain.proposals import ProposalState
from scheduler.domain.requests import ClassroomRequest, PeriodWindow
from scheduler.domain.volunteers import Format, Limits
from scheduler.services.board import Board, Group
from scheduler.services.judging import broken_findings, judge
from scheduler.services.opened import review
from scheduler.services.queue_rows import Pile, QueueLines, Wanted
from scheduler.services.warm import Warm
from tests.builders import DAY, NOW, VOLUNTEER, a_clearance, a_proposal, a_request, a_volunteer
from tests.services.world import World, elsewhere

pytestmark = pytest.mark.each_engine


def lines(world: World, wanted: Wanted) -> QueueLines:
    """Return the lines of the queue."""
    with world.store.read() as work:
        return work.queue.lines(wanted, since=NOW - timedelta(days=90))


def many(world: World, number: int) -> tuple[ClassroomRequest, ...]:
    """Put so many more requests in, each with another key, and return them."""
    requests = tuple(a_request(key=f"R{n}", title=f"Visit {n}") for n in range(1, number + 1))
    world.put_requests(*requests)
    return requests


def board(world: World, wanted: Wanted) -> Board:
    """Return the board as the coordinator sees it."""
    return review(
        world.store,
        "",
        warm=Warm(),
        actor=world.coordinator,
        now=world.now,
        gazetteer=world.gazetteer,
        wanted=wanted,
    ).board


def test_only_so_many_of_each_pile_are_read_and_the_rest_is_counted(world: World) -> None:
    requests = many(world, 7)
    world.put_proposals(*(a_proposal(request=each.key) for each in requests[:4]))
    found = lines(world, Wanted(most=2))
    assert [each.pile for each in found.lines].count(Pile.PROPOSED) == 2
    assert found.total_by_pile == {Pile.PROPOSED: 4, Pile.NOBODY: 4}


def test_following_page_goes_on_where_the_first_ended(world: World) -> None:
    many(world, 4)
    keys = [
        each.request.key
        for skipped in (0, 2, 4)
        for each in lines(world, Wanted(most=2, skipped=skipped)).lines
    ]
    assert sorted(keys) == ["R1", "R2", "R3", "R4", "robots"]


def test_line_asked_for_by_name_is_there_whatever_the_filter(world: World) -> None:
    world.put_requests(elsewhere())
    found = lines(world, Wanted(text="no such thing", also=("bridges",)))
    assert [(each.request.key, each.is_extra) for each in found.lines] == [("bridges", True)]


@pytest.mark.parametrize(
    ("wanted", "keys"),
    [
        (Wanted(school="birch"), ["bridges"]),
        (Wanted(topic="robotics"), ["bridges", "robots"]),
        (Wanted(topic="engineering"), []),
        (Wanted(text="100%"), []),
        (Wanted(text="_"), []),
        (Wanted(text="nobody", text_topics=("robotics",)), ["bridges", "robots"]),
    ],
)
def test_filters_keep_what_they_name(world: World, wanted: Wanted, keys: list[str]) -> None:
    world.put_requests(elsewhere())
    assert sorted(each.request.key for each in lines(world, wanted).lines) == keys


def test_proposals_of_these_people_or_of_that_class_are_found(world: World) -> None:
    world.put_requests(elsewhere())
    world.put_proposals(a_proposal(), a_proposal(request="bridges"))
    with world.store.read() as work:
        robots = work.requests.get("robots")
        assert robots is not None
        of_person = work.queue.waiting_for((VOLUNTEER,))
        of_class = work.queue.waiting_for((), classroom=robots.classroom)
        of_nobody = work.queue.waiting_for(())
    assert [request.key for request, _ in of_person] == ["bridges", "robots"]
    assert of_class == ((robots, a_proposal()),)
    assert of_nobody == ()


@pytest.mark.parametrize(
    "person",
    [
        a_volunteer(),
        a_volunteer(clearances=()),
        a_volunteer(clearances=(a_clearance(expires=DAY - timedelta(days=1)),)),
        a_volunteer(weekly=()),
        a_volunteer(is_active=False),
        a_volunteer(formats=frozenset({Format.VIRTUAL})),
        a_volunteer(limits=Limits(notice_days=60)),
        a_volunteer(level_by_topic={}),
    ],
)
def test_verdict_on_a_line_is_that_of_the_plain_rules(world: World, person: object) -> None:
    world.put_proposals(a_proposal())
    world.put_volunteers(person)  # type: ignore[arg-type]
    with world.store.read() as work:
        (pending,) = work.proposals.all().values()
        judged = judge(work, {pending.request: pending}, now=world.now, gazetteer=world.gazetteer)
        broken = broken_findings(judged.problem, pending)
    (row,) = board(world, Wanted()).rows
    assert [reason.rule for reason in row.broken] == [finding.rule for finding in broken]
    assert row.group is (Group.CHOICE if broken else Group.READY)


def test_lesson_no_longer_offered_is_seen_on_the_line(world: World) -> None:
    world.put_proposals(a_proposal())
    request = replace(world.request(), windows=(PeriodWindow(DAY + timedelta(days=1), "P3"),))
    world.put_requests(request)
    (row,) = board(world, Wanted()).rows
    assert [reason.rule for reason in row.broken] == ["still_offered"]
    assert row.state is ProposalState.PENDING
