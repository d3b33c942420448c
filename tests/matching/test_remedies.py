"""The smallest changes that fill a request: each works when applied, and none is overlooked."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from scheduler.domain.assignments import (
    Assignment,
    ClearanceSpan,
    Demand,
    Place,
    Speaker,
)
from scheduler.matching.checker import check
from scheduler.matching.cures import Cure, Step, Variant, fills
from scheduler.matching.leeway import Leeway
from scheduler.matching.lifting import LIFTABLE_RULES, freed
from scheduler.matching.problem import Problem
from scheduler.matching.remedies import paired_cures, single_cures
from tests.matching.worlds import (
    DAY,
    PLANE,
    a_demand,
    a_speaker,
    option_at,
    possible_assignments,
    problems,
)
from tests.trying import examples


def cures_of(problem: Problem, *variants: Variant) -> tuple[Cure, ...]:
    demand = problem.demands[0]
    return single_cures(Leeway(problem, problem.demands), demand, variants=variants)


def pairs_of(problem: Problem, *variants: Variant, pairs: tuple[Variant, ...] = ()) -> list[Cure]:
    demand = problem.demands[0]
    leeway = Leeway(problem, problem.demands)
    return list(paired_cures(leeway, demand, variants=variants, pairs=pairs))


def applied(problem: Problem, cure: Cure) -> Problem:
    """Return a copy of the problem in which the cure was carried out."""
    changed_by_id = {each.id: each for each in cure.changed}
    return replace(
        problem,
        speakers=tuple(changed_by_id.get(each.id, each) for each in problem.speakers),
        demands=tuple(cure.demand if d.id == cure.demand.id else d for d in problem.demands),
    )


def is_filled(problem: Problem, cure: Cure) -> bool:
    plan = [Assignment(cure.demand.id, cure.start, cure.team)]
    return not check(applied(problem, cure), plan).violations


def told(cures: list[Cure] | tuple[Cure, ...]) -> list[tuple[tuple[str, str], ...]]:
    return [tuple((step.kind, step.speaker_id) for step in cure.steps) for cure in cures]


def world(*people: Speaker, demand: Demand | None = None) -> Problem:
    return Problem(PLANE, people, (demand or a_demand("r1", 541),))


NEVER_FREE = a_speaker("ana", free=())
NOT_CLEARED = a_speaker("bo", clearances=(ClearanceSpan(5),))


@examples(80)
@given(problems(most_demands=1, most_speakers=5))
def test_every_cure_fills_the_request_once_applied(problem: Problem) -> None:
    virtual = Variant(("virtual",), replace(problem.demands[0], format="virtual"))
    for cure in (*cures_of(problem, virtual), *pairs_of(problem, virtual)):
        assert len(cure.steps) <= 2
        assert cure.people >= cure.demand.speakers
        assert is_filled(problem, cure)


@examples(80)
@given(problems(most_demands=1, most_speakers=4))
def test_without_a_cure_bending_a_rule_for_anybody_fills_nothing(problem: Problem) -> None:
    # In a district one shortest visit holds for both formats; only instance files tell them apart.
    alike = tuple(replace(each, min_online_minutes=None) for each in problem.speakers)
    problem = replace(problem, speakers=alike)
    (demand,) = problem.demands
    if possible_assignments(problem, demand):
        assert [cure.steps for cure in cures_of(problem)] == [()]
        return
    grades = () if demand.grade is None else (demand.grade,)
    found = {step.kind for cure in cures_of(problem) for step in cure.steps}
    for rule in LIFTABLE_RULES:
        helps = any(
            possible_assignments(replace(problem, speakers=people), demand)
            for number, speaker in enumerate(problem.speakers)
            for people in [
                (
                    *problem.speakers[:number],
                    freed(speaker, rule, grades=grades),
                    *problem.speakers[number + 1 :],
                )
            ]
        )
        if rule != "format_possible":
            assert helps == (rule in found)
        elif helps:
            assert rule in found


def test_each_rule_is_bent_as_far_as_the_visit_needs() -> None:
    far = a_speaker("far", formats=frozenset({"in_person"}), home=Place(9.5, 0), max_km=2.0)
    barred: dict[str, Speaker] = {
        "within_availability": NEVER_FREE,
        "notice_given": a_speaker("ana", earliest_day=3),
        "clearance_valid": NOT_CLEARED,
        "grade_match": a_speaker("ana", grades=frozenset({4})),
        "long_enough": a_speaker("ana", min_minutes=60),
        "max_per_day": a_speaker("ana", max_per_day=0),
        "max_per_week": a_speaker("ana", max_per_week=0),
        "max_per_month": a_speaker("ana", max_per_month=0),
        "budget_minutes": a_speaker("ana", budget_minutes=49),
        "format_possible": far,
    }
    assert set(barred) == set(LIFTABLE_RULES)
    demand = a_demand("r1", 541, grade=8, format="either", place=Place(0, 0))
    for rule, speaker in barred.items():
        (cure,) = cures_of(world(speaker, demand=demand))
        assert told([cure]) == [((rule, speaker.id),)]
        assert (cure.start, cure.people, cure.team) == (541, 1, (speaker.id,))
    (cure,) = cures_of(world(NEVER_FREE))
    assert cure.changed[0].free == ((541, 591),)
    (cure,) = cures_of(world(far, demand=demand))
    assert cure.changed[0].max_km == 10.0


def test_what_nobody_can_answer_for_is_never_bent() -> None:
    people = (
        a_speaker("topic", level_by_topic={"rivers": 3}),
        a_speaker("tongue", languages=frozenset({"fr"})),
        a_speaker("busy", busy=((541, 600),)),
        a_speaker("excluded"),
    )
    problem = world(*people, demand=a_demand("r1", 541, excluded=frozenset({"excluded"})))
    assert cures_of(problem) == ()
    assert pairs_of(problem) == []


def test_best_two_people_of_a_kind_are_named() -> None:
    people = (
        a_speaker("ana", free=(), history=2),
        a_speaker("bo", free=()),
        a_speaker("cy", free=None, level_by_topic={"robots": 3}),
    )
    assert told(cures_of(world(*people))) == [
        (("within_availability", "cy"),),
        (("within_availability", "bo"),),
    ]


def test_nearest_and_fullest_other_lessons_are_named() -> None:
    people = (
        a_speaker("ana", free=((2 * DAY, 3 * DAY), (9 * DAY, 10 * DAY))),
        a_speaker("bo", free=((9 * DAY, 10 * DAY),)),
    )
    demand = a_demand("r1", 541)
    starts = (DAY + 541, 2 * DAY + 541, 9 * DAY + 541)
    lessons = a_demand("r1", *starts)
    found = cures_of(world(*people, demand=demand), Variant(("another_lesson",), lessons, (0,)))
    by_lesson = [each for each in found if each.steps[0].kind == "another_lesson"]
    assert [(each.start, each.people) for each in by_lesson] == [
        (2 * DAY + 541, 1),
        (9 * DAY + 541, 2),
    ]


def test_team_that_lacks_one_needs_one_bent_rule() -> None:
    demand = a_demand("r1", 541, speakers=2)
    (cure,) = cures_of(world(a_speaker("fits"), NEVER_FREE, demand=demand))
    assert (cure.team, cure.people) == (("ana", "fits"), 2)
    (smaller,) = cures_of(
        world(a_speaker("fits"), demand=demand),
        Variant(("smaller_team",), replace(demand, speakers=1)),
    )
    assert (smaller.steps, smaller.team) == ((Step("smaller_team"),), ("fits",))


def test_way_is_widened_for_all_as_little_as_brings_enough() -> None:
    near, far, farther = (
        a_speaker(name, formats=frozenset({"in_person"}), home=Place(km, 0), max_km=1.0)
        for name, km in (("near", 2.0), ("far", 3.5), ("farther", 30.0))
    )
    demand = a_demand("r1", 541, speakers=2, format="in_person", place=Place(0, 0))
    (cure,) = cures_of(world(near, far, farther, demand=demand))
    assert (cure.team, cure.people) == (("near", "far"), 2)
    assert [each.max_km for each in cure.changed] == [2.0, 4.0]


def test_two_changes_are_found_where_no_single_one_helps() -> None:
    twice = a_speaker("ana", free=(), clearances=())
    assert cures_of(world(twice)) == ()
    assert [sorted(each) for each in told(pairs_of(world(twice)))] == [
        [("clearance_valid", "ana"), ("within_availability", "ana")]
    ]
    two = a_demand("r1", 541, speakers=2)
    assert cures_of(world(NEVER_FREE, NOT_CLEARED, demand=two)) == ()
    assert [
        sorted(each) for each in told(pairs_of(world(NEVER_FREE, NOT_CLEARED, demand=two)))
    ] == [[("clearance_valid", "bo"), ("within_availability", "ana")]]


def test_change_of_the_request_and_bent_rule_go_together() -> None:
    demand = a_demand("r1", 541, format="in_person", place=Place(0, 0))
    online = Variant(("virtual",), replace(demand, format="virtual"))
    problem = world(NOT_CLEARED, demand=demand)
    assert cures_of(problem, online) == ()
    assert told(pairs_of(problem, online)) == [(("virtual", ""), ("clearance_valid", "bo"))]


def test_series_that_breaks_a_cap_needs_the_cap_of_the_series() -> None:
    series = option_at(541, minutes=50, sessions=3, every=1, preference=3)
    demand = a_demand("r1", options=(series,))
    (cure,) = cures_of(world(a_speaker("ana", max_per_week=1), demand=demand))
    assert cure.changed[0].max_per_week == 3


def test_cure_that_does_not_fill_is_told_apart() -> None:
    problem = world(NEVER_FREE)
    (cure,) = cures_of(problem)
    assert fills(problem, cure)
    assert not fills(problem, replace(cure, changed=()))
    assert not fills(problem, replace(cure, start=600))
