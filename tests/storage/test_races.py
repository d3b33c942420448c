"""Processes that reach for one thing at one moment: exactly one has it, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta

import pytest

from scheduler.services.accounts import GIVEN_ROLES
from scheduler.services.ports import SignInLink
from scheduler.services.versions import version_of
from scheduler.storage.database import problems
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import NOW, TEACHER, VOLUNTEER, moment
from tests.storage.racers import (
    RACERS,
    Race,
    book,
    book_after_a_look,
    claim_all,
    close_a_school,
    enter_clearance,
    give_a_role,
    mark_bounces,
    new_key,
    race_on,
    racers,
    raise_a_number,
    save_schools,
    take_lease,
    use_link,
)
from tests.storage.test_outbox import a_mail

FIRST_START = moment("2026-12-08 09:00")
ONE_WINNER = [False] * (RACERS - 1) + [True]


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    """Yield the processes, which start once for all races."""
    with racers() as pool:
        yield pool


@pytest.fixture
def race(pool: ProcessPoolExecutor, store: SqlStore, database_url: str) -> Race:
    """Return a way to run one function in several processes at once, on the filled store."""
    return race_on(database_url, pool)


@pytest.mark.parametrize("reach", [book, book_after_a_look])
@pytest.mark.parametrize(
    "rounds",
    [25, pytest.param(500, marks=[pytest.mark.full, pytest.mark.timeout(1_800)])],
)
def test_one_of_several_overlapping_visits_wins(
    race: Race, store: SqlStore, database_url: str, rounds: int, reach: Callable[..., bool]
) -> None:
    for number in range(rounds):
        starts = [
            FIRST_START + timedelta(days=number, minutes=10 * racer) for racer in range(RACERS)
        ]
        outcome = race(reach, [(f"{number}-{n}", start) for n, start in enumerate(starts)])
        assert sorted(outcome) == ONE_WINNER
    with store.read() as work:
        assert len(work.visits.of_volunteers((VOLUNTEER,))) == rounds
    assert problems(database_url) == ()


def test_visits_that_only_touch_all_win(race: Race) -> None:
    starts = [FIRST_START + timedelta(minutes=50 * racer) for racer in range(RACERS)]
    assert race(book, [(str(n), start) for n, start in enumerate(starts)]) == [True] * RACERS


def test_lock_makes_the_next_writer_wait_and_see_the_change(race: Race, store: SqlStore) -> None:
    race(raise_a_number, [25] * RACERS)
    with store.read() as work:
        assert dict(work.districts.extras()) == {"number": str(25 * RACERS)}


def test_each_mail_is_claimed_by_one_process(race: Race, store: SqlStore) -> None:
    keys = [f"mail-{number:03}" for number in range(200)]
    with store.write() as work:
        work.outbox.add(a_mail(key) for key in keys)
    claimed = race(claim_all, [7] * RACERS)
    assert sorted(key for share in claimed for key in share) == keys


def test_one_process_has_the_lease(race: Race) -> None:
    for number in range(10):
        names = [(f"process-{n}", f"lease-{number}") for n in range(RACERS)]
        assert sorted(race(take_lease, names)) == ONE_WINNER


def test_one_time_link_is_used_once(race: Race, store: SqlStore) -> None:
    for number in range(10):
        link = SignInLink(f"hash-{number}", VOLUNTEER, NOW, NOW + timedelta(minutes=30))
        with store.write() as work:
            work.sign_ins.add_link(link)
        outcome = race(use_link, [link.token_sha256] * RACERS)
        assert sorted(outcome, key=str) == [None] * (RACERS - 1) + [VOLUNTEER]


def test_each_mail_that_comes_back_counts(race: Race, store: SqlStore) -> None:
    race(mark_bounces, [10] * RACERS)
    with store.read() as work:
        assert work.bounces.of((VOLUNTEER,))[VOLUNTEER].times == 10 * RACERS


def test_clearances_entered_at_once_are_all_kept(race: Race, store: SqlStore) -> None:
    kinds = [f"kind-{racer}" for racer in range(RACERS)]
    race(enter_clearance, kinds)
    with store.read() as work:
        kept = work.volunteers.many((VOLUNTEER,))[VOLUNTEER].clearances
    assert {clearance.kind for clearance in kept} >= set(kinds)


def test_roles_given_at_once_are_all_kept(race: Race, store: SqlStore) -> None:
    race(give_a_role, GIVEN_ROLES)
    with store.read() as work:
        person = work.people.many((TEACHER,))[TEACHER]
    assert {role.name for role in person.roles} >= set(GIVEN_ROLES)


def test_days_closed_at_once_on_two_pages_are_all_kept(race: Race, store: SqlStore) -> None:
    days = [NOW.date() + timedelta(days=number) for number in range(RACERS)]
    race(close_a_school, [(day, number % 2 == 0) for number, day in enumerate(days)])
    with store.read() as work:
        closed = work.districts.closures()
    assert sorted(closure.days.first for closure in closed) == days


def test_one_of_several_who_filled_in_the_same_form_wins(race: Race, store: SqlStore) -> None:
    with store.read() as work:
        version = version_of(work.people.many((TEACHER,))[TEACHER].schools)
    forms = [(version, schools) for schools in ((), ("birch",), ("birch", "maple"), ())]
    assert sorted(race(save_schools, forms)) == ONE_WINNER


def test_new_keys_asked_for_at_once_differ(race: Race) -> None:
    assert sorted(race(new_key, range(RACERS))) == ["R1", "R2", "R3", "R4"]
