"""Approvals that cannot both stand, again and again: one wins, and each guard alone is missed.

Two guards stand behind the rules: an approval keeps rivals waiting and then looks again, and
the database refuses an overlap whoever writes it. A race that would also be won with one of
them gone would show nothing, so here each of them is taken down.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta

import pytest

from scheduler.services.approvals import undo
from scheduler.storage.database import connect, problems
from tests.builders import NOW, a_classroom, moment
from tests.databases import engine_on
from tests.faults.guards import raced, take_constraint_down, unlocked_racers
from tests.services.world import OTHER_TEACHER, World, open_world, two_more_volunteers
from tests.storage.racers import RACERS, book, race_on
from tests.storage.racers import racers as bookers
from tests.system.approval_racers import Outcome, racers
from tests.system.test_races import RIVALS, Rivals

# Three kinds of rivals on two databases: 204 races, and 10,002 in the long form.
ROUNDS = 34
FULL_ROUNDS = 1_667
# A guard that is down is noticed in the first rounds, or there is no race.
MUTATED_ROUNDS = 60
STALE = "would break"
FIRST_START = moment("2026-12-08 09:00")


def a_world(url: str) -> World:
    """Return a world with two classes in one room."""
    world = open_world(engine_on(url))
    world.put_volunteers(*two_more_volunteers())
    with world.store.write() as work:
        work.districts.put_classes(
            (a_classroom(key="maple-6b", name="6B", teacher_email=OTHER_TEACHER),)
        )
    return world


@pytest.fixture
def world(database_url: str) -> World:
    """Return that world on each database."""
    return a_world(database_url)


@pytest.fixture
def pool(database_url: str) -> Iterator[ProcessPoolExecutor]:
    """Yield two processes with all guards up."""
    with racers(database_url, count=2) as pool:
        yield pool


def outcomes_of(
    world: World, pool: ProcessPoolExecutor, rivals: Rivals, *, rounds: int
) -> Iterator[list[Outcome]]:
    """Yield how each race went; afterwards everything is as before it."""
    keys = (rivals.first.key, rivals.second.key)
    for _ in range(rounds):
        world.put_requests(rivals.first, rivals.second)
        world.put_proposals(*rivals.proposals())
        yield raced(pool, *keys, now=NOW)
        undo(world.store, keys, actor=world.coordinator, now=NOW)


def has_one_winner(outcomes: list[Outcome]) -> bool:
    """Tell whether one won, and the other was told why not."""
    return sorted(outcome.won for outcome in outcomes) == [False, True] and all(
        outcome.sentence.endswith(".") for outcome in outcomes if not outcome.won
    )


def is_fair(outcomes: list[Outcome]) -> bool:
    """Tell whether one won, and the other waited, looked again and saw that it was too late."""
    return has_one_winner(outcomes) and any(STALE in outcome.sentence for outcome in outcomes)


@pytest.mark.parametrize("what", RIVALS)
@pytest.mark.parametrize(
    "rounds",
    [ROUNDS, pytest.param(FULL_ROUNDS, marks=[pytest.mark.full, pytest.mark.timeout(3_000)])],
)
def test_one_wins_and_the_other_sees_why(
    world: World, pool: ProcessPoolExecutor, database_url: str, what: str, rounds: int
) -> None:
    for outcomes in outcomes_of(world, pool, RIVALS[what], rounds=rounds):
        # Approvals of one room's two classes do not wait for each other; the database decides.
        assert has_one_winner(outcomes) if what == "room" else is_fair(outcomes), outcomes
    assert problems(database_url) == ()


def test_race_is_not_fair_without_the_lock(world: World, database_url: str) -> None:
    with unlocked_racers(database_url, count=2) as pool:
        races = outcomes_of(world, pool, RIVALS["volunteer"], rounds=MUTATED_ROUNDS)
        assert not all(map(is_fair, races))
    # The database stood alone, and let nobody in twice.
    assert problems(database_url) == ()


def test_two_writers_both_win_without_the_constraint(world: World, database_url: str) -> None:
    take_constraint_down(database_url)
    with bookers() as pool:
        reach = race_on(database_url, pool)
        starts = [FIRST_START + timedelta(minutes=10 * racer) for racer in range(RACERS)]
        won = reach(book, [(f"visit-{n}", start) for n, start in enumerate(starts)])
    assert won == [True] * RACERS
    assert any("Double booked" in sentence for sentence in _unsound(database_url))


def _unsound(url: str) -> tuple[str, ...]:
    engine = connect(url)
    try:
        return problems(engine)
    finally:
        engine.dispose()


def test_same_races_are_won_by_one_with_the_constraint(world: World, database_url: str) -> None:
    with bookers() as pool:
        reach = race_on(database_url, pool)
        starts = [FIRST_START + timedelta(minutes=10 * racer) for racer in range(RACERS)]
        won = reach(book, [(f"visit-{n}", start) for n, start in enumerate(starts)])
    assert sorted(won) == [False] * (RACERS - 1) + [True]
    assert problems(database_url) == ()
