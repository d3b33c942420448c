"""What would help: every remedy is carried out for real here and has to do what it promised."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from scheduler.domain.districts import Coordinates
from scheduler.domain.requests import PeriodWindow
from scheduler.domain.volunteers import Format, Limits, Volunteer
from scheduler.services.explanations import Why, why
from scheduler.services.proposals import reject
from scheduler.services.reasons import advice_kept
from scheduler.services.remedies import Advice, Change, Remedy
from tests.builders import (
    DAY,
    VOLUNTEER,
    a_clearance,
    a_proposal,
    a_request,
    a_volunteer,
    moment,
    period,
)
from tests.services.world import World, elsewhere

AT_SCHOOL = a_request(format=Format.IN_PERSON)
FAR = Coordinates(43.70, -79.80)
AMARA = {"email": VOLUNTEER, "name": "Amara Okafor"}
START = period(f"{DAY} 10:40-11:30").start


def told(world: World, key: str = "robots") -> Why:
    """Return the explanation as the coordinator gets it."""
    return why(world.store, key, now=world.now, gazetteer=world.gazetteer, actor=world.coordinator)


def remedy(world: World, kind: str) -> Remedy:
    """Return the one remedy of that kind."""
    (found,) = (each for each in told(world).remedies if each.kind == kind)
    return found


def one(kind: str, **facts: object) -> Remedy:
    """Return the remedy that brings Amara to the lesson asked for."""
    change = Change(kind, {**AMARA, **facts})  # type: ignore[dict-item]
    return Remedy(kind, (change,), 1, START, (VOLUNTEER,))


def fits_now(world: World) -> bool:
    return told(world).decided_by == ""


def test_whoever_can_be_filled_needs_no_remedy(world: World) -> None:
    found = told(world)
    assert (found.remedies, found.tried, found.no_single_helps) == ((), (), False)


def test_another_lesson_brings_whom_it_promises(world: World) -> None:
    world.put_volunteers(a_volunteer(limits=Limits(notice_days=20)))
    found = remedy(world, "another_lesson")
    assert (found.people, found.start) == (1, moment("2026-12-15 10:40"))
    assert found.changes == (Change("another_lesson", {"start": found.start}),)
    world.put_requests(a_request(windows=(PeriodWindow(date(2026, 12, 15), "P3"),)))
    assert fits_now(world)


def test_video_call_brings_whom_it_promises(world: World) -> None:
    world.put_requests(AT_SCHOOL)
    world.put_volunteers(a_volunteer(coordinates=FAR, limits=Limits(max_km=5.0)))
    assert remedy(world, "virtual") == Remedy(
        "virtual", (Change("virtual"),), 1, START, (VOLUNTEER,)
    )
    world.put_requests(a_request(format=Format.VIRTUAL))
    assert fits_now(world)


def test_visit_at_school_brings_whom_it_promises(world: World) -> None:
    world.put_requests(a_request(format=Format.VIRTUAL))
    world.put_volunteers(a_volunteer(formats=frozenset({Format.IN_PERSON})))
    assert remedy(world, "at_school").team == (VOLUNTEER,)
    world.put_requests(a_request(format=Format.EITHER))
    assert fits_now(world)


def test_wider_radius_brings_whom_it_promises(world: World) -> None:
    world.put_requests(AT_SCHOOL)
    world.put_volunteers(a_volunteer(coordinates=FAR, limits=Limits(max_km=5.0)))
    found = remedy(world, "wider_radius")
    km = found.changes[0].facts["km"]
    assert isinstance(km, int)
    assert found == one("wider_radius", km=km, max_km=5.0)
    world.put_volunteers(a_volunteer(coordinates=FAR, limits=Limits(max_km=float(km - 1))))
    assert not fits_now(world)
    world.put_volunteers(a_volunteer(coordinates=FAR, limits=Limits(max_km=float(km))))
    assert fits_now(world)


def test_smaller_team_and_fewer_sessions_are_the_least_that_do(world: World) -> None:
    world.put_requests(a_request(speakers=3))
    found = remedy(world, "smaller_team")
    assert found.changes[0].facts == {"speakers": 1}
    # Four days after a Tuesday there is no school.
    world.put_requests(a_request(sessions=2, every_days=4))
    found = remedy(world, "fewer_sessions")
    assert found.changes[0].facts == {"sessions": 1}
    world.put_requests(a_request(sessions=1))
    assert fits_now(world)


PEOPLE: tuple[tuple[Remedy, Volunteer, Volunteer], ...] = (
    (
        one("clearance", last_day=date(2026, 11, 2)),
        a_volunteer(clearances=(a_clearance(expires=date(2026, 11, 2)),)),
        a_volunteer(clearances=(a_clearance(expires=DAY),)),
    ),
    (one("ask_times", is_known=False), a_volunteer(weekly=()), a_volunteer()),
    (
        one("shorter_notice", earliest_day=date(2027, 1, 20)),
        a_volunteer(limits=Limits(notice_days=60)),
        a_volunteer(limits=Limits(notice_days=7)),
    ),
    (
        one("another_grade", grade=5),
        a_volunteer(grades=frozenset({3})),
        a_volunteer(grades=frozenset({3, 5})),
    ),
    (
        one("short_visit", minutes=50, min_minutes=90),
        a_volunteer(limits=Limits(min_minutes=90)),
        a_volunteer(limits=Limits(min_minutes=50)),
    ),
)


@pytest.mark.parametrize(("promised", "before", "after"), PEOPLE)
def test_bent_rule_brings_whom_it_promises(
    world: World, promised: Remedy, before: Volunteer, after: Volunteer
) -> None:
    world.put_volunteers(before)
    assert remedy(world, promised.kind) == promised
    world.put_volunteers(after)
    assert fits_now(world)


def test_one_more_visit_that_week(world: World) -> None:
    world.put_volunteers(a_volunteer(limits=Limits(max_per_day=3, max_per_week=1)))
    world.put_requests(elsewhere(windows=(PeriodWindow(DAY + timedelta(days=2), "P3"),)))
    two_days_on = period("2026-12-10 10:40-11:30")
    world.put_proposals(a_proposal(request="bridges", sessions=(two_days_on,)))
    world.approve("bridges")
    assert remedy(world, "one_more") == one("one_more", rule="max_per_week", limit=1, needed=2)
    world.put_volunteers(a_volunteer(limits=Limits(max_per_day=3, max_per_week=2)))
    assert fits_now(world)


def test_two_obstacles_need_two_changes(world: World) -> None:
    world.put_volunteers(a_volunteer(clearances=(), weekly=()))
    found = told(world)
    assert found.no_single_helps
    assert {"another_lesson", "ask_times", "clearance"} <= set(found.tried)
    (pair,) = found.remedies
    assert pair.kind == "clearance+ask_times"
    world.put_volunteers(a_volunteer())
    assert fits_now(world)


def test_nothing_helps_where_nobody_knows_the_topic(world: World) -> None:
    world.put_volunteers(a_volunteer(level_by_topic={}))
    found = told(world)
    assert (found.remedies, found.no_single_helps) == ((), True)


def test_whom_a_coordinator_turned_down_may_be_asked_again(world: World) -> None:
    world.put_proposals(a_proposal())
    reject(world.store, "robots", reason="not now", actor=world.coordinator, now=world.now)
    assert remedy(world, "ask_again") == one("ask_again")


def test_change_that_costs_another_request_names_it(world: World) -> None:
    world.put_requests(
        a_request(format=Format.IN_PERSON), elsewhere(format=Format.VIRTUAL, title="Bridges")
    )
    far = a_volunteer(coordinates=FAR, limits=Limits(max_km=5.0, max_per_day=1))
    world.put_volunteers(far)
    world.put_proposals(a_proposal(request="bridges"))
    by_kind = {each.kind: each.displaces for each in told(world).remedies}
    assert by_kind["virtual"] == ("bridges",)


def advice_of(world: World, key: str) -> Advice:
    with world.store.read() as work:
        found = advice_kept(work.proposals.unassigned()[key])
    assert found is not None
    return found


@pytest.mark.each_engine
def test_run_keeps_its_remedies_and_they_are_read_back_as_they_were(world: World) -> None:
    world.put_volunteers(a_volunteer(clearances=(a_clearance(expires=date(2026, 11, 2)),)))
    world.propose()
    now = told(world)
    assert advice_of(world, "robots") == Advice(now.remedies, now.tried, now.no_single_helps)


def test_remedies_of_a_run_hold_beside_what_it_proposes(world: World) -> None:
    once_a_week = Limits(max_per_week=1)
    world.put_volunteers(a_volunteer(limits=once_a_week))
    day_after = (PeriodWindow(DAY + timedelta(days=1), "P3"),)
    world.put_requests(a_request(priority=3), a_request(key="third", windows=day_after))
    assert world.propose().proposed == ("robots",)
    found = {each.kind: each for each in advice_of(world, "third").remedies}
    assert found["another_lesson"].start == moment("2026-12-03 10:40")
    # Asking for one more visit is counted on top of the one proposed.
    assert found["one_more"].changes[0].facts["needed"] == 2


def test_entry_without_advice_has_none(world: World) -> None:
    world.put_volunteers(a_volunteer(clearances=()))
    world.propose()
    with world.store.read() as work:
        entry = work.proposals.unassigned()["robots"]
    assert [each.kind for each in advice_of(world, "robots").remedies] == ["clearance"]
    assert advice_kept(replace(entry, facts={"pool": 1})) is None
