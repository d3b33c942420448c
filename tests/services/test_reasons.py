"""Why nobody was found: one deciding key and a count of people after every rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.assignments import ClearanceSpan, Demand, Speaker
from scheduler.domain.constraints import SIEVE
from scheduler.domain.proposals import SieveStep, Unassigned
from scheduler.matching.problem import Problem
from scheduler.services.reasons import unassigned_entries
from tests.builders import NOW
from tests.constraints.snapshots import PLANE, a_demand, a_speaker, an_option
from tests.trying import examples


def entry(demand: Demand, *speakers: Speaker) -> Unassigned:
    """Return why nobody comes, these people given."""
    problem = Problem(geography=PLANE, speakers=speakers, demands=(demand,))
    (found,) = unassigned_entries(problem, (demand.id,), now=NOW)
    return found


def steps(*, lost_at: str, of: int) -> tuple[SieveStep, ...]:
    """Return a sieve that loses everybody at one rule."""
    rules = (*SIEVE, "host_free")
    place = rules.index(lost_at)
    return tuple(
        SieveStep(rule, left=of if n < place else 0, lost=of if n == place else 0)
        for n, rule in enumerate(rules)
    )


def test_entry_is_data_and_nothing_else() -> None:
    speakers = (a_speaker(grades=frozenset({9})), a_speaker(id="ben", grades=frozenset({9})))
    assert entry(a_demand(), *speakers) == Unassigned(
        request="r1",
        reason="grade_match",
        sieve=steps(lost_at="grade_match", of=2),
        facts={"pool": 2, "left": 0, "needed": 1, "starts": 1},
        made_at=NOW,
    )


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("topic_match", {"level_by_topic": {}}),
        ("language_match", {"languages": frozenset({"fr"})}),
        ("clearance_valid", {"clearances": (ClearanceSpan(5),)}),
        ("within_availability", {"free": ((0, 589),)}),
        ("within_availability", {"free": None}),
    ],
)
def test_rule_that_took_the_last_person_decides(reason: str, changes: dict[str, Any]) -> None:
    found = entry(a_demand(), a_speaker(**changes), a_speaker(id="ben", level_by_topic={}))
    assert found.reason == reason
    emptied = [step.rule for step in found.sieve if step.left == 0 and step.lost]
    assert emptied == [reason]


def test_team_that_cannot_be_had_is_too_few() -> None:
    found = entry(a_demand(speakers=3), a_speaker(), a_speaker(id="ben"))
    assert (found.reason, found.facts["left"], found.facts["needed"]) == ("too_few", 2, 3)


def test_team_that_never_meets_is_not_said_to_be_needed_elsewhere() -> None:
    early, late = a_speaker(free=((0, 600),)), a_speaker(id="ben", free=((600, 1440),))
    found = entry(a_demand(speakers=2, options=(an_option(), an_option(600))), early, late)
    assert (found.reason, found.facts["left"], found.facts["needed"]) == ("never_at_once", 2, 2)


def test_whoever_is_left_is_needed_elsewhere() -> None:
    found = entry(a_demand(), a_speaker())
    assert (found.reason, found.facts["left"]) == ("outbid", 1)


def test_demand_without_a_start_asks_nobody() -> None:
    assert entry(a_demand(options=()), a_speaker()) == Unassigned(
        "r1", "no_start", (), {"pool": 1}, NOW
    )


def test_district_without_volunteers_loses_them_at_the_first_rule() -> None:
    found = entry(a_demand())
    assert (found.reason, found.facts["pool"]) == ("topic_match", 0)


def test_entries_come_in_the_order_asked_for() -> None:
    demands = tuple(a_demand(id=key) for key in ("a", "b", "c"))
    problem = Problem(geography=PLANE, speakers=(a_speaker(),), demands=demands)
    found = unassigned_entries(problem, ("c", "a"), now=NOW)
    assert [each.request for each in found] == ["c", "a"]


SPEAKERS = st.lists(
    st.builds(
        lambda **changes: a_speaker(**changes),
        level_by_topic=st.sampled_from([{}, {"robotics": 1}]),
        grades=st.sampled_from([frozenset({5}), frozenset({9})]),
        languages=st.sampled_from([frozenset({"en"}), frozenset({"fr"})]),
        formats=st.sampled_from([frozenset(), frozenset({"virtual"})]),
        free=st.sampled_from([None, ((0, 1440),), ((0, 600),)]),
        clearances=st.sampled_from([(), (ClearanceSpan(0),)]),
        min_minutes=st.sampled_from([0, 60]),
    ),
    max_size=8,
)


@examples(60)
@given(SPEAKERS, st.integers(1, 3))
def test_sieve_adds_up_to_the_pool(people: list[Speaker], needed: int) -> None:
    speakers = tuple(replace(each, id=f"v{n}") for n, each in enumerate(people))
    found = entry(a_demand(speakers=needed, options=(an_option(), an_option(600))), *speakers)
    left = found.sieve[-1].left
    assert sum(step.lost for step in found.sieve) + left == len(speakers) == found.facts["pool"]
    assert left == found.facts["left"]
    counts = [len(speakers), *(step.left for step in found.sieve)]
    assert counts == sorted(counts, reverse=True)
    assert (found.reason in {"too_few", "never_at_once", "outbid"}) is (left > 0)
