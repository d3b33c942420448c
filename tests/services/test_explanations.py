"""Why a request looks as it does: ranked people, what each rule took out, what would give."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from scheduler.domain.availability import DaysAway
from scheduler.domain.errors import Unknown
from scheduler.domain.periods import DateRange
from scheduler.domain.requests import PeriodWindow, RequestState
from scheduler.domain.volunteers import Limits
from scheduler.services.explanations import Why, as_json, why
from scheduler.services.proposals import reject
from tests.builders import (
    DAY,
    VOLUNTEER,
    a_proposal,
    a_request,
    a_volunteer,
    moment,
    period,
)
from tests.services.world import BRUNO, CHLOE, World, elsewhere, two_more_volunteers

TWO_DAYS = (PeriodWindow(DAY, "P3"), PeriodWindow(date(2026, 12, 15), "P3"))


def told(world: World, key: str = "robots") -> Why:
    """Return the explanation as the coordinator gets it."""
    return why(world.store, key, now=world.now, gazetteer=world.gazetteer, actor=world.coordinator)


@pytest.mark.each_engine
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
    (held,) = found.held
    assert (held.email, held.reason.rule) == (VOLUNTEER, "max_per_day")
    assert held.others == (("bridges", "How bridges stand"),)


def test_person_who_is_taken_at_one_start_only_can_still_come(world: World) -> None:
    world.put_requests(a_request(windows=TWO_DAYS), elsewhere())
    world.put_proposals(a_proposal(request="bridges"))
    found = told(world)
    assert (found.decided_by, found.swaps, found.remedies) == ("", (), ())
    assert {each.reason.rule for each in found.held} == {"max_per_day"}


def test_team_that_never_meets_is_told_so(world: World) -> None:
    away = replace(a_volunteer(), away=(DaysAway(DateRange(DAY, DAY)),))
    second_day = date(2026, 12, 15)
    bruno = replace(two_more_volunteers()[0], away=(DaysAway(DateRange(second_day, second_day)),))
    world.put_volunteers(away, bruno)
    world.put_requests(a_request(speakers=2, windows=TWO_DAYS))
    found = told(world)
    assert (found.decided_by, len(found.candidates), found.swaps) == ("never_at_once", 2, ())
    assert "another_lesson" in {each.kind for each in found.remedies}


def test_booked_request_is_no_longer_open(world: World) -> None:
    world.put_proposals(a_proposal())
    world.approve("robots")
    assert world.request().state is RequestState.BOOKED
    assert told(world).decided_by == "not_open"


def test_explanation_is_plain_json(world: World) -> None:
    world.put_volunteers(a_volunteer(clearances=()))
    found = told(world)
    read = json.loads(json.dumps(as_json(found)))
    assert read["decided_by"] == "clearance_valid"
    assert read["sieve"][0] == {"rule": "topic_match", "left": 1, "lost": 0}
    (first, *_) = read["remedies"]
    assert (first["kind"], first["people"]) == ("clearance", 1)
    assert first["changes"][0]["facts"]["name"] == "Amara Okafor"


def test_next_best_is_told_by_terms_and_what_would_tip_it(world: World) -> None:
    world.put_volunteers(*two_more_volunteers())
    world.put_proposals(a_proposal())
    found = told(world)
    assert [(each.email, each.instead_of) for each in found.rivals] == [
        (BRUNO, VOLUNTEER),
        (CHLOE, VOLUNTEER),
    ]
    first = found.rivals[0]
    assert first.points_by_term == {"fit": -40}
    assert (first.points, first.tips) == (-40, {})


def test_whoever_is_needed_elsewhere_says_what_would_have_to_give(world: World) -> None:
    world.put_requests(elsewhere(title="How bridges stand", windows=TWO_DAYS))
    world.put_proposals(a_proposal(request="bridges"))
    moved, dropped = told(world).swaps
    assert (moved.gives, moved.gives_title, moved.team) == (
        "bridges",
        "How bridges stand",
        (VOLUNTEER,),
    )
    assert moved.instead == (moment("2026-12-15 10:40"), (VOLUNTEER,))
    assert moved.tier1 == 1
    assert (dropped.gives, dropped.instead, dropped.tier1) == ("bridges", None, 0)


def test_whom_a_coordinator_turned_down_is_no_candidate(world: World) -> None:
    world.put_volunteers(*two_more_volunteers())
    world.put_proposals(a_proposal())
    reject(world.store, "robots", reason="not now", actor=world.coordinator, now=world.now)
    assert [each.email for each in told(world).candidates] == [BRUNO, CHLOE]


def test_proposal_with_somebody_who_left_does_not_stop_the_explanation(world: World) -> None:
    world.put_requests(elsewhere())
    world.put_proposals(a_proposal(request="bridges"))
    world.put_volunteers(a_volunteer(is_active=False))
    assert told(world).decided_by == "topic_match"


def test_what_is_not_there_is_unknown(world: World) -> None:
    with pytest.raises(Unknown):
        told(world, "nothing")
