"""Booking by hand: the same rules, some of which may be set aside with a written reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from scheduler.domain.errors import (
    ConstraintViolated,
    IllegalTransition,
    Unknown,
)
from scheduler.domain.proposals import Proposal
from scheduler.domain.visits import VisitState
from scheduler.services import booking_by_hand
from scheduler.services.booking_by_hand import OVERRIDABLE, Override
from tests.builders import VOLUNTEER, a_request, a_volunteer, moment, period
from tests.services.world import BRUNO, World, elsewhere, two_more_volunteers

TUESDAY = moment("2026-12-08 10:40")
NO_OVERRIDE = Override()


def book(
    world: World, key: str, *emails: str, start: datetime, override: Override = NO_OVERRIDE
) -> Proposal:
    """Book by hand as the coordinator."""
    return booking_by_hand.book(
        world.store,
        key,
        volunteers=emails,
        start=start,
        actor=world.coordinator,
        now=world.now,
        gazetteer=world.gazetteer,
        override=override,
    )


def broken_rules(refusal: pytest.ExceptionInfo[ConstraintViolated]) -> list[str]:
    """Return the rules that a refusal names."""
    return [finding.rule for finding in refusal.value.findings]


@pytest.mark.each_engine
def test_booking_by_hand_holds_the_visit_like_an_approval(world: World) -> None:
    book(world, "robots", VOLUNTEER, start=TUESDAY)
    (visit,) = world.visits_of()
    assert (visit.state, visit.period) == (VisitState.HELD, period("2026-12-08 10:40-11:30"))
    assert visit.volunteers == (VOLUNTEER,)


def test_start_need_not_be_one_of_the_windows(world: World) -> None:
    book(world, "robots", VOLUNTEER, start=moment("2026-12-15 12:30"))
    assert world.visits_of()[0].period == period("2026-12-15 12:30-13:20")


def test_whole_series_is_booked_from_its_start(world: World) -> None:
    world.put_volunteers(a_volunteer(limits=replace(a_volunteer().limits, max_per_month=4)))
    world.put_requests(a_request(sessions=2))
    book(world, "robots", VOLUNTEER, start=TUESDAY)
    assert [v.period for v in world.visits_of()] == [
        period("2026-12-08 10:40-11:30"),
        period("2026-12-15 10:40-11:30"),
    ]


def test_broken_rule_is_refused_and_nothing_is_booked(world: World) -> None:
    world.put_volunteers(a_volunteer(grades=frozenset({9})))
    with pytest.raises(ConstraintViolated) as refusal:
        book(world, "robots", VOLUNTEER, start=TUESDAY)
    assert broken_rules(refusal) == ["grade_match"]
    assert world.visits_of() == ()


def test_soft_rule_is_set_aside_with_a_reason_and_that_is_kept(world: World) -> None:
    world.put_volunteers(a_volunteer(grades=frozenset({9})))
    override = Override(("grade_match",), "She taught grade 5 for years")
    book(world, "robots", VOLUNTEER, start=TUESDAY, override=override)
    assert len(world.visits_of()) == 1
    with world.store.read() as work:
        entry = next(a for a in work.activities.recent(limit=5) if a.deed == "overrode")
    assert entry.facts == {"rules": ["grade_match"], "reason": "She taught grade 5 for years"}


def test_override_without_a_reason_is_no_override(world: World) -> None:
    world.put_volunteers(a_volunteer(grades=frozenset({9})))
    with pytest.raises(ConstraintViolated):
        book(world, "robots", VOLUNTEER, start=TUESDAY, override=Override(("grade_match",), " "))


@pytest.mark.parametrize(
    ("rule", "volunteer"),
    [
        ("clearance_valid", a_volunteer(clearances=())),
        ("format_possible", a_volunteer(formats=frozenset())),
    ],
)
def test_hard_rule_is_never_set_aside(world: World, rule: str, volunteer: object) -> None:
    world.put_volunteers(volunteer)
    with pytest.raises(ConstraintViolated) as refusal:
        book(world, "robots", VOLUNTEER, start=TUESDAY, override=Override((rule,), "I insist"))
    assert broken_rules(refusal) == [rule]
    assert rule not in OVERRIDABLE


@pytest.mark.each_engine
def test_second_booking_of_one_person_at_one_time_is_never_allowed(world: World) -> None:
    world.put_requests(elsewhere())
    book(world, "robots", VOLUNTEER, start=TUESDAY)
    every_rule = Override(tuple(OVERRIDABLE), "I insist")
    with pytest.raises(ConstraintViolated) as refusal:
        book(world, "bridges", VOLUNTEER, start=TUESDAY, override=every_rule)
    assert broken_rules(refusal) == ["travel_time"]


def test_second_visit_to_one_class_at_one_time_is_never_allowed(world: World) -> None:
    world.put_volunteers(*two_more_volunteers())
    world.put_requests(a_request(key="more"))
    book(world, "robots", VOLUNTEER, start=TUESDAY)
    with pytest.raises(ConstraintViolated) as refusal:
        book(world, "more", BRUNO, start=TUESDAY, override=Override(tuple(OVERRIDABLE), "!"))
    assert broken_rules(refusal) == ["host_free"]


def test_team_must_be_as_large_as_was_asked_for(world: World) -> None:
    world.put_requests(a_request(speakers=2))
    with pytest.raises(ConstraintViolated) as refusal:
        book(world, "robots", VOLUNTEER, start=TUESDAY)
    assert broken_rules(refusal) == ["full_team"]


def test_day_without_school_is_refused(world: World) -> None:
    with pytest.raises(ConstraintViolated) as refusal:
        book(world, "robots", VOLUNTEER, start=moment("2026-12-12 10:40"))
    assert broken_rules(refusal) == ["school_open"]


def test_moment_that_has_passed_is_refused_whatever_is_set_aside(world: World) -> None:
    override = Override(tuple(OVERRIDABLE), "She was there")
    for start in (moment("2026-11-17 10:40"), world.now):
        with pytest.raises(ConstraintViolated) as refusal:
            book(world, "robots", VOLUNTEER, start=start, override=override)
        assert broken_rules(refusal) == ["still_ahead"]
    assert world.visits_of() == ()


def test_length_must_be_known_where_no_period_begins(world: World) -> None:
    with pytest.raises(ConstraintViolated) as refusal:
        book(world, "robots", VOLUNTEER, start=moment("2026-12-08 10:45"))
    assert broken_rules(refusal) == ["period_known"]


def test_unknown_request_and_unknown_person_are_named(world: World) -> None:
    with pytest.raises(Unknown, match="nothing"):
        book(world, "nothing", VOLUNTEER, start=TUESDAY)
    with pytest.raises(Unknown, match="nobody@robots"):
        book(world, "robots", "nobody@robots.example", start=TUESDAY)


def test_request_that_has_its_visit_is_not_booked_again(world: World) -> None:
    world.put_volunteers(*two_more_volunteers())
    book(world, "robots", VOLUNTEER, start=TUESDAY)
    with pytest.raises(IllegalTransition):
        book(world, "robots", BRUNO, start=moment("2026-12-10 10:40"))
