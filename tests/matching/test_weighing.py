"""The next best person, by term, and the weight that would tip it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.assignments import Assignment, Place
from scheduler.matching.checker import check
from scheduler.matching.differences import difference
from scheduler.matching.problem import Problem
from scheduler.matching.weighing import Rival, rivals
from tests.matching.worlds import DAY, PLANE, a_demand, a_speaker, every_plan, problems
from tests.trying import examples

ANA = a_speaker("ana", level_by_topic={"robots": 3})


def test_rival_is_told_by_terms_that_differ() -> None:
    problem = Problem(PLANE, (ANA, a_speaker("bo")), (a_demand("r1", 541),))
    plan = [Assignment("r1", 541, ("ana",))]
    assert rivals(problem, plan, demand_id="r1") == (
        Rival("bo", "ana", 541, -40, {"fit": -40}, {}),
    )


def test_tip_is_the_weight_at_which_the_other_comes_first() -> None:
    near = a_speaker("near", formats=frozenset({"in_person"}), home=Place(2, 0))
    expert = replace(ANA, formats=frozenset({"in_person"}), home=Place(12, 0))
    demand = a_demand("r1", 541, place=Place(0, 0), format="in_person")
    problem = Problem(PLANE, (expert, near), (demand,))
    (rival,) = rivals(problem, [Assignment("r1", 541, ("ana",))], demand_id="r1")
    assert (rival.points, rival.points_by_term) == (-30, {"fit": -40, "travel": 10})
    assert rival.tips == {"travel": 5, "fit": 9}


def test_whoever_is_taken_is_no_rival_and_other_visits_weigh() -> None:
    people = (ANA, a_speaker("bo", max_per_day=1), a_speaker("cy"))
    demands = (a_demand("r1", 541), a_demand("r2", 700), a_demand("r3", 5 * DAY))
    plan = [
        Assignment("r1", 541, ("ana",)),
        Assignment("r2", 700, ("bo",)),
        Assignment("r3", 5 * DAY, ("cy",)),
    ]
    (rival,) = rivals(Problem(PLANE, people, demands), plan, demand_id="r1")
    assert (rival.speaker_id, rival.points_by_term) == ("cy", {"fit": -40, "fairness": -15})


def test_in_a_team_the_weakest_is_compared_and_the_start_stays() -> None:
    demand = a_demand("r1", 541, DAY + 541, speakers=2)
    problem = Problem(PLANE, (ANA, a_speaker("bo"), a_speaker("cy")), (demand,))
    (rival,) = rivals(problem, [Assignment("r1", 541, ("ana", "bo"))], demand_id="r1")
    assert (rival.speaker_id, rival.instead_of, rival.start) == ("cy", "bo", 541)


def test_empty_request_has_no_rivals() -> None:
    problem = Problem(PLANE, (ANA,), (a_demand("r1", 541),))
    assert rivals(problem, [], demand_id="r1") == ()


def reweighed(problem: Problem, weights: dict[str, int]) -> Problem:
    return replace(problem, weights=replace(problem.weights, **weights))


@examples(60)
@given(problems(most_demands=2, most_speakers=4), st.data())
def test_swap_gains_the_points_told_and_every_tip_turns_it(
    problem: Problem, data: st.DataObject
) -> None:
    plans = [plan for plan in every_plan(problem) if plan]
    if not plans:
        return
    plan = data.draw(st.sampled_from(plans))
    chosen = data.draw(st.sampled_from(plan))
    rest = tuple(each for each in plan if each != chosen)
    for rival in rivals(problem, plan, demand_id=chosen.demand_id):
        team = tuple(key for key in chosen.speaker_ids if key != rival.instead_of)
        after = (*rest, Assignment(chosen.demand_id, rival.start, (*team, rival.speaker_id)))
        assert not check(problem, after).violations
        swap = difference(problem, plan, after)
        assert (swap.tier1, swap.tier2) == (0, rival.points)
        assert {n: p for n, p in swap.points.items() if p} == dict(rival.points_by_term)
        for name, value in rival.tips.items():
            tipped = reweighed(problem, {name: value})
            assert difference(tipped, plan, after).tier2 > 0
            step = 1 if value < getattr(problem.weights, name) else -1
            before = reweighed(problem, {name: value + step})
            assert difference(before, plan, after).tier2 <= 0
