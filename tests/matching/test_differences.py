"""Two plans told apart: filled, lost, moved, and what that is worth."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.assignments import Assignment
from scheduler.matching.checker import check
from scheduler.matching.differences import Change, difference
from scheduler.matching.objective import TERMS
from scheduler.matching.problem import Problem, Weights
from tests.matching.worlds import DAY, PLANE, a_demand, a_speaker, every_plan, problems
from tests.trying import examples

WORLD = Problem(
    PLANE,
    (a_speaker("ana"), a_speaker("bo"), a_speaker("cy", level_by_topic={"robots": 3})),
    (a_demand("r1", 541, DAY + 541), a_demand("r2", 541), a_demand("r3", DAY + 541, priority=2)),
)
R1 = Assignment("r1", 541, ("ana",))


def test_equal_plans_differ_in_nothing() -> None:
    same = difference(WORLD, [R1], [R1])
    assert (same.changes, same.kept, same.tier1, same.tier2) == ((), 1, 0, 0)
    assert same.points == dict.fromkeys(TERMS, 0)
    assert same.people == ()


def test_order_of_a_team_is_no_difference() -> None:
    team = Problem(PLANE, WORLD.speakers, (a_demand("r1", 541, speakers=2),))
    before, after = Assignment("r1", 541, ("ana", "bo")), Assignment("r1", 541, ("bo", "ana"))
    assert difference(team, [before], [after]).changes == ()


def test_filled_and_lost_requests_are_told_apart() -> None:
    filled = Assignment("r3", DAY + 541, ("bo",))
    found = difference(WORLD, [R1], [filled])
    assert found.changes == (Change("r1", R1, None), Change("r3", None, filled))
    assert (found.filled, found.lost, found.moved, found.kept) == (("r3",), ("r1",), (), 0)
    assert found.tier1 == 1
    assert found.people == ("ana", "bo")


def test_another_start_moves_and_another_person_replaces() -> None:
    moved = difference(WORLD, [R1], [Assignment("r1", DAY + 541, ("ana",))])
    assert moved.changes[0].kind == "moved"
    assert (moved.moved, moved.people, moved.tier2) == (("r1",), ("ana",), 0)
    swapped = difference(WORLD, [R1], [Assignment("r1", 541, ("cy",))])
    assert swapped.changes[0].kind == "replaced"
    assert (swapped.changes[0].gone, swapped.changes[0].come) == (("ana",), ("cy",))
    assert (swapped.moved, swapped.people) == (("r1",), ("ana", "cy"))
    assert swapped.points == {**dict.fromkeys(TERMS, 0), "fit": 40}


def test_one_more_speaker_is_the_only_person_touched() -> None:
    team = Problem(PLANE, WORLD.speakers, (a_demand("r1", 541, speakers=2),))
    before, after = Assignment("r1", 541, ("ana", "bo")), Assignment("r1", 541, ("ana", "cy"))
    assert difference(team, [before], [after]).people == ("bo", "cy")


def test_people_and_lessons_that_fell_out_show_but_are_worth_nothing() -> None:
    without_ana = replace(WORLD, speakers=WORLD.speakers[1:])
    after = Assignment("r1", 541, ("bo",))
    found = difference(without_ana, [R1, Assignment("r9", 541, ("bo",))], [after])
    assert [(each.demand_id, each.kind) for each in found.changes] == [
        ("r1", "replaced"),
        ("r9", "lost"),
    ]
    assert found.tier1 == 1
    assert difference(without_ana, [R1], [after], was=WORLD).tier1 == 0


def test_changed_weight_is_counted_by_either_problem() -> None:
    heavier = replace(WORLD, weights=Weights(fit=50))
    found = difference(heavier, [R1], [R1], was=WORLD)
    assert found.changes == ()
    assert found.points == {**dict.fromkeys(TERMS, 0), "fit": 20}


@examples(40)
@given(problems(most_demands=2, most_speakers=3), st.data())
def test_difference_is_what_the_checker_counts_and_turns_round(
    problem: Problem, data: st.DataObject
) -> None:
    plans = list(every_plan(problem))
    before, after = data.draw(st.sampled_from(plans)), data.draw(st.sampled_from(plans))
    found = difference(problem, before, after)
    one, other = check(problem, before), check(problem, after)
    assert found.tier1 == (other.tier1 or 0) - (one.tier1 or 0)
    assert found.points == {name: other.points[name] - one.points[name] for name in TERMS}
    back = difference(problem, after, before)
    assert (back.filled, back.lost, back.moved) == (found.lost, found.filled, found.moved)
    assert (back.tier1, back.tier2, back.people) == (-found.tier1, -found.tier2, found.people)
