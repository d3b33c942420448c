"""Why a request looks as it does: ranked people, what each rule took out, and what would help.

Every remedy is carried out for real here and has to bring the people it promised.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from scheduler.domain.districts import Coordinates
from scheduler.domain.errors import NotAllowed, Unknown
from scheduler.domain.requests import PeriodWindow, RequestState
from scheduler.domain.volunteers import Format, Limits
from scheduler.services.access import Actor
from scheduler.services.explanations import Why, as_json, why
from scheduler.services.remedies import Remedy
from tests.builders import (
    DAY,
    TEACHER,
    VOLUNTEER,
    a_clearance,
    a_proposal,
    a_request,
    a_volunteer,
    moment,
    period,
)
from tests.services.world import BRUNO, CHLOE, World, elsewhere, two_more_volunteers

AT_SCHOOL = a_request(format=Format.IN_PERSON)
FAR = Coordinates(43.70, -79.80)


def told(world: World, key: str = "robots") -> Why:
    """Return the explanation as the coordinator gets it."""
    return why(world.store, key, now=world.now, gazetteer=world.gazetteer, actor=world.coordinator)


def remedy(world: World, kind: str) -> Remedy:
    """Return the one remedy of that kind."""
    (found,) = (each for each in told(world).remedies if each.kind == kind)
    return found


def test_people_are_ranked_with_every_rule_and_their_points_by_term(world: World) -> None:
    world.put_volunteers(*two_more_volunteers())
    found = told(world)
    assert [each.email for each in found.candidates] == [VOLUNTEER, BRUNO, CHLOE]
    best = found.candidates[0]
    assert best.start == period(f"{DAY} 10:40-11:30").start
    assert best.points == sum(best.points_by_term.values())
    assert best.points_by_term["fit"] == 120
    assert all(reason.kept for reason in best.reasons)
    assert len({reason.rule for reason in best.reasons}) == len(best.reasons) == 16


def test_whoever_can_be_filled_needs_no_remedy(world: World) -> None:
    found = told(world)
    assert (found.decided_by, found.remedies) == ("", ())


def test_sieve_accounts_for_everybody(world: World) -> None:
    world.put_volunteers(*two_more_volunteers(), a_volunteer(email="d@x.example", weekly=()))
    found = told(world)
    assert found.pool == 4
    assert sum(step.lost for step in found.sieve) + found.sieve[-1].left == found.pool
    assert [step.rule for step in found.sieve if step.lost] == ["within_availability"]


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"level_by_topic": {"engineering": 1}, "grades": frozenset({9})}, "grade_match"),
        ({"level_by_topic": {}}, "topic_match"),
        ({"languages": ("fr",)}, "language_match"),
        ({"clearances": ()}, "clearance_valid"),
        ({"weekly": ()}, "within_availability"),
        ({"limits": Limits(notice_days=60)}, "notice_given"),
    ],
)
def test_rule_that_takes_the_last_person_decides(
    world: World, changes: dict[str, object], rule: str
) -> None:
    world.put_volunteers(replace(a_volunteer(), **changes))  # type: ignore[arg-type]
    assert told(world).decided_by == rule


def test_windows_on_closed_days_leave_no_start(world: World) -> None:
    world.put_requests(a_request(windows=(PeriodWindow(date(2026, 12, 12), "P3"),)))
    assert told(world).decided_by == "no_start"


def test_team_larger_than_the_people_who_fit(world: World) -> None:
    world.put_requests(a_request(speakers=2))
    found = told(world)
    assert (found.decided_by, found.needed, len(found.candidates)) == ("too_few", 2, 1)


def test_person_proposed_elsewhere_at_that_hour_is_named_with_the_other_request(
    world: World,
) -> None:
    world.put_requests(elsewhere(title="How bridges stand"))
    world.put_proposals(a_proposal(request="bridges"))
    found = told(world)
    assert found.decided_by == "outbid"
    assert [(held.email, held.reason.rule) for held in found.held] == [(VOLUNTEER, "max_per_day")]


def test_booked_request_is_no_longer_open(world: World) -> None:
    world.put_proposals(a_proposal())
    world.approve("robots")
    assert world.request().state is RequestState.BOOKED
    assert told(world).decided_by == "not_open"


def test_another_lesson_brings_whom_it_promises(world: World) -> None:
    world.put_volunteers(a_volunteer(limits=Limits(notice_days=20)))
    found = remedy(world, "another_lesson")
    start = found.facts["start"]
    assert (found.people, start) == (1, moment("2026-12-15 10:40"))
    world.put_requests(a_request(windows=(PeriodWindow(date(2026, 12, 15), "P3"),)))
    assert [each.email for each in told(world).candidates] == [VOLUNTEER]


def test_video_call_brings_whom_it_promises(world: World) -> None:
    world.put_requests(AT_SCHOOL)
    world.put_volunteers(a_volunteer(coordinates=FAR, limits=Limits(max_km=5.0)))
    assert remedy(world, "virtual") == Remedy("virtual", 1)
    world.put_requests(a_request(format=Format.VIRTUAL))
    assert len(told(world).candidates) == 1


def test_wider_radius_brings_whom_it_promises(world: World) -> None:
    world.put_requests(AT_SCHOOL)
    world.put_volunteers(a_volunteer(coordinates=FAR, limits=Limits(max_km=5.0)))
    found = remedy(world, "wider_radius")
    assert (found.people, found.facts["name"], found.facts["max_km"]) == (1, "Amara Okafor", 5.0)
    km = found.facts["km"]
    assert isinstance(km, int)
    world.put_volunteers(a_volunteer(coordinates=FAR, limits=Limits(max_km=float(km))))
    assert len(told(world).candidates) == 1
    world.put_volunteers(a_volunteer(coordinates=FAR, limits=Limits(max_km=float(km - 1))))
    assert told(world).candidates == ()


def test_renewed_clearance_names_the_person_and_when_it_ended(world: World) -> None:
    ended = a_clearance(expires=date(2026, 11, 2))
    world.put_volunteers(a_volunteer(clearances=(ended,)))
    assert remedy(world, "clearance") == Remedy(
        "clearance",
        1,
        {"email": VOLUNTEER, "name": "Amara Okafor", "last_day": date(2026, 11, 2)},
    )


def test_unknown_times_are_worth_asking_for(world: World) -> None:
    world.put_volunteers(a_volunteer(weekly=()))
    assert remedy(world, "ask_times").facts == {"email": VOLUNTEER, "name": "Amara Okafor"}


def test_one_more_visit_that_week(world: World) -> None:
    world.put_volunteers(a_volunteer(limits=Limits(max_per_day=3, max_per_week=1)))
    world.put_requests(elsewhere(windows=(PeriodWindow(DAY + timedelta(days=2), "P3"),)))
    two_days_on = period("2026-12-10 10:40-11:30")
    world.put_proposals(a_proposal(request="bridges", sessions=(two_days_on,)))
    world.approve("bridges")
    found = remedy(world, "one_more")
    assert (found.facts["rule"], found.facts["limit"]) == ("max_per_week", 1)


def test_person_with_two_obstacles_is_no_remedy(world: World) -> None:
    world.put_volunteers(a_volunteer(clearances=(), weekly=()))
    kinds = {each.kind for each in told(world).remedies}
    assert kinds.isdisjoint({"clearance", "ask_times"})


def test_explanation_is_plain_json(world: World) -> None:
    world.put_volunteers(a_volunteer(clearances=()))
    found = told(world)
    read = json.loads(json.dumps(as_json(found)))
    assert read["decided_by"] == "clearance_valid"
    assert read["sieve"][0] == {"rule": "topic_match", "left": 1, "lost": 0}
    assert read["remedies"][0]["facts"]["name"] == "Amara Okafor"


def test_only_overseers_ask_why(world: World) -> None:
    with pytest.raises(NotAllowed):
        why(
            world.store,
            "robots",
            now=world.now,
            gazetteer=world.gazetteer,
            actor=Actor(TEACHER, "Lena Fischer", is_teacher=True),
        )
    with pytest.raises(Unknown):
        told(world, "nothing")
