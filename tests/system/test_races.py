"""Two approvals that cannot both stand, begun at the same instant by two processes."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import pytest

from scheduler.domain.proposals import Proposal, ProposedSpeaker
from scheduler.domain.requests import ClassroomRequest
from scheduler.domain.volunteers import Format
from scheduler.services.approvals import undo
from scheduler.storage.database import connect, problems
from tests.builders import NOW, TEACHER, VOLUNTEER, a_classroom, a_proposal, a_request
from tests.services.world import (
    BRUNO,
    OTHER_TEACHER,
    World,
    elsewhere,
    open_world,
    two_more_volunteers,
)
from tests.system.approval_racers import race, racers

ROUNDS = 4
FULL_ROUNDS = 500


@dataclass(frozen=True)
class Rivals:
    """Two requests that would need the same thing at the same hour, each with its person."""

    first: ClassroomRequest
    second: ClassroomRequest
    people: tuple[str, str]

    def proposals(self) -> tuple[Proposal, ...]:
        """Return the pending proposals of both."""
        return tuple(
            a_proposal(request=request.key, speakers=(ProposedSpeaker(email, Format.IN_PERSON),))
            for request, email in zip((self.first, self.second), self.people, strict=True)
        )


RIVALS = {
    "volunteer": Rivals(a_request(), elsewhere(), (VOLUNTEER, VOLUNTEER)),
    "class": Rivals(a_request(), a_request(key="more"), (VOLUNTEER, BRUNO)),
    "room": Rivals(
        a_request(),
        a_request(key="gym", teacher_email=OTHER_TEACHER, classroom="maple-6b"),
        (VOLUNTEER, BRUNO),
    ),
}


@pytest.fixture
def arena(database_url: str) -> Iterator[tuple[World, ProcessPoolExecutor]]:
    """Yield a world with two classes in one room, and two processes that race in it."""
    engine = connect(database_url)
    world = open_world(engine)
    world.put_volunteers(*two_more_volunteers())
    with world.store.write() as work:
        work.districts.put_classes(
            (a_classroom(key="maple-6b", name="6B", teacher_email=OTHER_TEACHER),)
        )
    with racers(database_url, count=2) as pool:
        yield world, pool
    engine.dispose()
    assert problems(database_url) == ()


def assert_one_wins_each_time(
    arena: tuple[World, ProcessPoolExecutor], rivals: Rivals, *, rounds: int
) -> None:
    """Race again and again; each time exactly one wins, and the other is told why not."""
    world, pool = arena
    for _ in range(rounds):
        keys = (rivals.first.key, rivals.second.key)
        world.put_requests(rivals.first, rivals.second)
        world.put_proposals(*rivals.proposals())
        outcomes = race(pool, *keys, now=NOW)
        winners = [outcome for outcome in outcomes if outcome.won]
        losers = [outcome for outcome in outcomes if not outcome.won]
        assert len(winners) == 1, outcomes
        assert losers[0].sentence.endswith(".")
        booked = world.visits_of(rivals.first.key) + world.visits_of(rivals.second.key)
        assert [visit.request for visit in booked] == [winners[0].request]
        undo(world.store, keys, actor=world.coordinator, now=NOW)


@pytest.mark.parametrize("what", RIVALS)
@pytest.mark.each_engine
def test_exactly_one_of_two_rival_approvals_wins(
    arena: tuple[World, ProcessPoolExecutor], what: str
) -> None:
    assert_one_wins_each_time(arena, RIVALS[what], rounds=ROUNDS)


@pytest.mark.full
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("what", RIVALS)
def test_exactly_one_of_two_rival_approvals_wins_every_time(
    arena: tuple[World, ProcessPoolExecutor], what: str
) -> None:
    assert_one_wins_each_time(arena, RIVALS[what], rounds=FULL_ROUNDS)


@pytest.mark.each_engine
def test_same_approval_twice_at_once_books_once(arena: tuple[World, ProcessPoolExecutor]) -> None:
    world, pool = arena
    world.put_proposals(a_proposal())
    outcomes = race(pool, "robots", "robots", now=NOW)
    assert [outcome.won for outcome in outcomes] == [True, True]
    assert len(world.visits_of()) == 1
    assert len({row.key for row in world.mail_of(world.visits_of()[0])}) == 2
    assert world.visits_of()[0].hosts[0] == f"teacher:{TEACHER}"
