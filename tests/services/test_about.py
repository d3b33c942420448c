"""One person held against one request: every rule, every wish, at every start."""

from __future__ import annotations

import pytest

from scheduler.domain.constraints import SIEVE
from scheduler.domain.errors import Unknown
from scheduler.domain.requests import PeriodWindow
from scheduler.domain.volunteers import Limits
from scheduler.services.about import About, about
from tests.builders import DAY, VOLUNTEER, a_proposal, a_request, a_volunteer, period
from tests.services.world import World, elsewhere

FRIDAY = DAY.replace(day=11)


def told(world: World, email: str = VOLUNTEER, key: str = "robots") -> About:
    """Return what the coordinator is told."""
    return about(
        world.store,
        key,
        email=email,
        now=world.now,
        gazetteer=world.gazetteer,
        actor=world.coordinator,
    )


@pytest.mark.each_engine
def test_every_rule_is_told_with_its_fact_and_every_wish_with_its_points(world: World) -> None:
    found = told(world)
    (chance,) = found.chances
    assert (found.name, found.is_proposed, chance.fits) == ("Amara Okafor", False, True)
    assert [each.rule for each in chance.reasons] == [*SIEVE, "host_free"]
    assert chance.points == sum(chance.points_by_term.values())
    assert chance.points_by_term["fit"] == 120
    assert chance.start == period(f"{DAY} 10:40-11:30").start


def test_all_that_is_broken_is_told_not_only_the_first(world: World) -> None:
    world.put_volunteers(a_volunteer(clearances=(), weekly=(), languages=("fr",)))
    (chance,) = told(world).chances
    assert [each.rule for each in chance.broken] == [
        "language_match",
        "clearance_valid",
        "within_availability",
    ]


def test_starts_that_fit_come_first_then_the_most_welcome(world: World) -> None:
    world.put_requests(a_request(windows=(PeriodWindow(DAY, "P3"), PeriodWindow(FRIDAY, "P1"))))
    welcome = period(f"{DAY} 10:40-11:30").start
    assert told(world).chances[0].start == welcome
    world.put_volunteers(a_volunteer(limits=Limits(notice_days=20)))
    found = told(world)
    assert [each.fits for each in found.chances] == [True, False]
    assert found.chances[1].start == welcome


def test_what_else_is_proposed_is_told_apart_from_what_is_booked(world: World) -> None:
    world.put_requests(elsewhere())
    world.put_proposals(a_proposal(request="bridges"))
    (chance,) = told(world).chances
    assert (chance.fits, [each.rule for each in chance.beside]) == (
        True,
        ["max_per_day", "max_per_week", "travel_time"],
    )
    assert told(world, key="bridges").is_proposed


def test_without_a_start_only_the_pair_is_judged(world: World) -> None:
    world.put_requests(a_request(windows=(PeriodWindow(DAY.replace(day=12), "P3"),)))
    (chance,) = told(world).chances
    assert (chance.start, chance.fits, chance.points) == (None, False, 0)
    assert chance.reasons[0].rule == "topic_match"


def test_what_is_not_there_is_unknown(world: World) -> None:
    with pytest.raises(Unknown):
        told(world, "nobody@x.example")
    with pytest.raises(Unknown):
        told(world, key="nothing")
