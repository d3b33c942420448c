"""Lives of visits at random, seen by every kind of reader, without a fault at any step."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from scheduler.calendars.texts import Audience
from tests.calendars.golden import feed
from tests.calendars.histories import FIRST_YEAR, LAST_YEAR, ZONES, life, state
from tests.outside.ics_checker import faults_between, feed_faults, instants
from tests.outside.ics_reading import read

SHORT = 200
LONG = 10_000
AUDIENCES = tuple(Audience)


def faults_of(seed: int) -> tuple[str, ...]:
    """Return every fault of a life: of each state, and between each and the next."""
    audience = AUDIENCES[seed % len(AUDIENCES)]
    states = [feed(audience, sheet) for sheet in life(seed)]
    found = [fault for octets in states for fault in feed_faults(octets)]
    for before, after in pairwise(states):
        found += faults_between(before, after)
    return tuple(f"seed {seed}: {fault}" for fault in found)


def test_two_hundred_lives_are_without_fault() -> None:
    assert [fault for seed in range(SHORT) for fault in faults_of(seed)] == []


@pytest.mark.full
@pytest.mark.timeout(900)
def test_ten_thousand_lives_are_without_fault() -> None:
    assert [fault for seed in range(SHORT, LONG) for fault in faults_of(seed)] == []


def test_times_are_the_instants_that_were_meant_in_one_file_too() -> None:
    sheets = [state(seed) for seed in range(SHORT)]
    octets = feed(Audience.SCHOOL, *sheets)
    assert feed_faults(octets) == ()
    assert sorted(instants(octets)) == sorted(
        (sheet.visit.uid, sheet.visit.period.start, sheet.visit.period.end) for sheet in sheets
    )


def test_lives_are_as_various_as_they_should_be() -> None:
    lives = [life(seed) for seed in range(SHORT)]
    assert {sheet.visit.timezone for states in lives for sheet in states} == set(ZONES)
    years = {sheet.visit.period.start.year for states in lives for sheet in states}
    assert years >= set(range(FIRST_YEAR, LAST_YEAR + 1))
    statuses = Counter(
        event.value("STATUS")
        for states in lives
        for event in read(feed(Audience.SCHOOL, states[-1])).named("VEVENT")
    )
    assert set(statuses) == {"TENTATIVE", "CONFIRMED", "CANCELLED"}
    steps = Counter(len(states) for states in lives)
    assert sum(count for number, count in steps.items() if number > 2) > SHORT // 4


def test_same_seed_gives_the_same_life() -> None:
    assert life(7) == life(7)
    assert life(7) != life(8)
