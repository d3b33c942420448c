"""Repairing a plan: first what is filled, then the fewest moves, then how well."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.assignments import Assignment
from scheduler.domain.errors import InfeasibleProblem
from scheduler.matching.checker import check
from scheduler.matching.frame import Frame
from scheduler.matching.greedy import fill_greedily
from scheduler.matching.problem import Problem, Weights
from scheduler.matching.proposal import Tier
from scheduler.matching.repair import RepairDesk, Repaired, repair
from scheduler.matching.solve import assignments_of
from tests.matching.worlds import (
    DAY,
    PLANE,
    a_crowd,
    a_demand,
    a_speaker,
    every_plan,
    problems,
    worth,
)
from tests.trying import examples

NINE, TEN = 540, 600


def greedy_plan(problem: Problem) -> tuple[Assignment, ...]:
    return assignments_of(frame := Frame.of(problem), fill_greedily(frame))


def without_speaker(problem: Problem, name: str) -> Problem:
    return replace(
        problem,
        speakers=tuple(each for each in problem.speakers if each.id != name),
        pair_scores={pair: n for pair, n in problem.pair_scores.items() if pair[1] != name},
        pair_minutes={pair: n for pair, n in problem.pair_minutes.items() if pair[1] != name},
    )


def booked(plan: Repaired) -> dict[str, tuple[int, tuple[str, ...]]]:
    return {each.demand_id: (each.start, each.speaker_ids) for each in plan.assignments}


def test_someone_free_takes_over() -> None:
    problem = Problem(PLANE, (a_speaker("ada"), a_speaker("bo")), (a_demand("bridges", NINE, TEN),))
    plan = RepairDesk(problem, [Assignment("bridges", TEN, ("ada",))]).without("ada")
    assert booked(plan) == {"bridges": (NINE, ("bo",))}
    assert (plan.status, plan.broken) == ("optimal", ("bridges",))
    assert (plan.moved, plan.unfilled) == ((), ())
    assert plan.tier1 == Tier(1, 1)


def test_one_booking_makes_room_where_nobody_is_free() -> None:
    """Bo alone knows rivers; somebody else can take Bo's class."""
    people = (
        a_speaker("ada", level_by_topic={"rivers": 3}),
        a_speaker("bo", level_by_topic={"rivers": 2, "robots": 2}, max_per_week=1),
        a_speaker("cy", level_by_topic={"robots": 1}),
    )
    requests = (a_demand("rivers", NINE, topic="rivers"), a_demand("robots", DAY + NINE))
    desk = RepairDesk(
        Problem(PLANE, people, requests),
        [Assignment("rivers", NINE, ("ada",)), Assignment("robots", DAY + NINE, ("bo",))],
    )
    plan = desk.without("ada")
    assert booked(plan) == {"rivers": (NINE, ("bo",)), "robots": (DAY + NINE, ("cy",))}
    assert (plan.status, plan.moved, plan.unfilled) == ("optimal", ("robots",), ())


def test_two_bookings_make_room_one_after_the_other() -> None:
    people = (
        a_speaker("ada", level_by_topic={"a": 3}),
        a_speaker("bo", level_by_topic={"a": 3, "b": 3}, max_per_week=1),
        a_speaker("cy", level_by_topic={"b": 3, "c": 3}, max_per_week=1),
        a_speaker("di", level_by_topic={"c": 3}),
    )
    requests = tuple(
        a_demand(topic, rank * DAY + NINE, topic=topic) for rank, topic in enumerate("abc")
    )
    before = [
        Assignment(topic, rank * DAY + NINE, (who,))
        for rank, (topic, who) in enumerate(zip("abc", ("ada", "bo", "cy"), strict=True))
    ]
    desk = RepairDesk(Problem(PLANE, people, requests), before)
    plan = desk.without("ada")
    assert [who for _, (who,) in booked(plan).values()] == ["bo", "cy", "di"]
    assert plan.moved == ("b", "c")
    held_back = desk.without("ada", most_moves=1)
    assert (held_back.unfilled, held_back.moved) == (("a",), ())
    assert held_back.status == "optimal"


def test_fixed_bookings_never_make_room() -> None:
    people = (
        a_speaker("ada", level_by_topic={"rivers": 3}),
        a_speaker("bo", level_by_topic={"rivers": 2, "robots": 2}, max_per_week=1),
        a_speaker("cy", level_by_topic={"robots": 1}),
    )
    requests = (a_demand("rivers", NINE, topic="rivers"), a_demand("robots", DAY + NINE))
    before = [Assignment("rivers", NINE, ("ada",)), Assignment("robots", DAY + NINE, ("bo",))]
    plan = RepairDesk(Problem(PLANE, people, requests), before, fixed=("robots",)).without("ada")
    assert booked(plan) == {"robots": (DAY + NINE, ("bo",))}
    assert plan.unfilled == ("rivers",)


def test_lighter_booking_gives_way_to_a_weightier_one() -> None:
    people = (a_speaker("ada"), a_speaker("bo", max_per_week=1))
    requests = (a_demand("urgent", NINE, priority=3), a_demand("usual", DAY + NINE))
    before = [Assignment("urgent", NINE, ("ada",)), Assignment("usual", DAY + NINE, ("bo",))]
    plan = RepairDesk(Problem(PLANE, people, requests), before).without("ada")
    assert booked(plan) == {"urgent": (NINE, ("bo",))}
    assert (plan.moved, plan.unfilled) == (("usual",), ("usual",))
    assert plan.tier1 == Tier(3, 4)


def test_team_keeps_those_who_can_still_come() -> None:
    people = tuple(
        a_speaker(name, level_by_topic={"robots": level})
        for name, level in (("ada", 2), ("bo", 1), ("cy", 2), ("di", 3))
    )
    requests = (a_demand("panel", NINE, TEN, speakers=2),)
    before = [Assignment("panel", NINE, ("ada", "bo"))]
    plan = RepairDesk(Problem(PLANE, people, requests), before).without("ada")
    assert booked(plan) == {"panel": (NINE, ("bo", "di"))}


def test_lesson_that_fell_out_finds_another_start_with_the_same_people() -> None:
    people = (a_speaker("ada"), a_speaker("bo"))
    closed = Problem(PLANE, people, (a_demand("bridges", DAY + NINE),))
    plan = repair(closed, [Assignment("bridges", NINE, ("bo",))])
    assert booked(plan) == {"bridges": (DAY + NINE, ("bo",))}
    assert plan.broken == ("bridges",)


def test_request_that_is_gone_is_given_up() -> None:
    problem = Problem(PLANE, (a_speaker("ada"),), (a_demand("bridges", NINE),))
    plan = repair(problem, [Assignment("withdrawn", NINE, ("ada",))])
    assert booked(plan) == {"bridges": (NINE, ("ada",))}
    assert plan.broken == plan.unfilled == ("withdrawn",)
    assert plan.filled == ("bridges",)


def test_of_two_that_exclude_each_other_now_the_fixed_one_stays() -> None:
    problem = Problem(
        PLANE, (a_speaker("ada", max_per_week=1),), (a_demand("a", NINE), a_demand("b", DAY + NINE))
    )
    before = [Assignment("a", NINE, ("ada",)), Assignment("b", DAY + NINE, ("ada",))]
    plan = repair(problem, before, fixed=("b",))
    assert booked(plan) == {"b": (DAY + NINE, ("ada",))}
    assert plan.broken == plan.unfilled == ("a",)


def test_whoever_has_nothing_broken_moves_nothing() -> None:
    problem = a_crowd(seed=3)
    before = greedy_plan(problem)
    filled = {each.demand_id for each in before}
    settled = replace(problem, demands=tuple(d for d in problem.demands if d.id in filled))
    plan = repair(settled, before)
    assert plan.assignments == tuple(sorted(before, key=lambda each: each.demand_id))
    assert (plan.status, plan.broken, plan.moved) == ("optimal", (), ())


def test_pinned_booking_that_cannot_stay_is_refused() -> None:
    problem = Problem(PLANE, (a_speaker("ada", free=()),), (a_demand("a", NINE),))
    pinned = replace(problem, pinned=(Assignment("a", NINE, ("ada",)),))
    with pytest.raises(InfeasibleProblem):
        repair(pinned, ())


def test_asking_a_desk_leaves_it_as_it_was() -> None:
    problem = a_crowd(seed=1)
    desk = RepairDesk(problem, greedy_plan(problem))
    standing = desk.standing.tier1, desk.standing.tier2
    first = [desk.without(each.id, most_moves=0).assignments for each in problem.speakers]
    assert [desk.without(each.id, most_moves=0).assignments for each in problem.speakers] == first
    assert (desk.standing.tier1, desk.standing.tier2) == standing


@pytest.mark.parametrize("seed", range(6))
def test_repaired_crowd_keeps_every_rule_and_moves_few(seed: int) -> None:
    problem = a_crowd(seed)
    before = greedy_plan(problem)
    desk = RepairDesk(problem, before)
    for speaker in problem.speakers:
        plan = desk.without(speaker.id, seconds=0.05)
        left = replace(without_speaker(problem, speaker.id), previous=before)
        report = check(left, plan.assignments)
        assert report.violations == ()
        assert (report.tier1, report.tier2) == (plan.tier1.value, plan.tier2)
        assert len(plan.moved) <= 2
        assert plan.tier1.value <= plan.tier1.bound


@given(problem=problems(most_demands=3, most_speakers=3), data=st.data())
@examples(60)
def test_repair_is_the_best_of_all_plans_with_as_few_moves(
    problem: Problem, data: st.DataObject
) -> None:
    """Tried against every plan there is: first tier, then moves, then second tier."""
    before = data.draw(st.sampled_from(list(every_plan(replace(problem, previous=())))))
    gone = data.draw(st.sampled_from([each.id for each in problem.speakers]))
    most_moves = data.draw(st.integers(0, 2))
    fixed = data.draw(st.frozensets(st.sampled_from([d.id for d in problem.demands]), max_size=1))
    left = without_speaker(problem, gone)
    plan = repair(left, before, fixed=fixed, most_moves=most_moves, seconds=60)
    assert check(left, plan.assignments).violations == ()
    assert plan.status == "optimal"
    judged = replace(left, previous=before)
    ranks = [
        (tier1, -moves, tier2)
        for other in every_plan(left)
        if (moves := others_moved(before, other, broken=plan.broken, fixed=fixed)) is not None
        and moves <= most_moves
        for tier1, tier2 in [worth(judged, other)]
    ]
    assert max(ranks) == (plan.tier1.value, -len(plan.moved), plan.tier2)


def others_moved(
    before: tuple[Assignment, ...],
    after: tuple[Assignment, ...],
    *,
    broken: tuple[str, ...],
    fixed: frozenset[str],
) -> int | None:
    """Count the bookings that were not broken and changed; None where a fixed one did."""
    left = {each.demand_id: each for each in after}
    changed = list(_changed(before, left, broken))
    return None if fixed & set(changed) else len(changed)


def _changed(
    before: tuple[Assignment, ...], left: dict[str, Assignment], broken: tuple[str, ...]
) -> Iterator[str]:
    for each in before:
        if each.demand_id not in broken and left.get(each.demand_id) != each:
            yield each.demand_id


def test_weights_of_another_district_are_kept_to() -> None:
    """Where staying with the class is worth nothing, the one who knows most comes."""
    people = (a_speaker("ada"), a_speaker("bo", level_by_topic={"robots": 3}))
    flat = Weights(same_start=0, same_volunteer=0)
    problem = Problem(PLANE, people, (a_demand("a", DAY + NINE),), weights=flat)
    plan = repair(problem, [Assignment("a", NINE, ("ada",))])
    assert booked(plan) == {"a": (DAY + NINE, ("bo",))}


def test_best_of_many_takes_over_and_it_is_known_that_nobody_is_better() -> None:
    """Far more people could come than are looked at, most of them with visits behind them."""
    crowd = tuple(a_speaker(f"v{n:03}", history=1 + n % 7) for n in range(300))
    expert = a_speaker("zoe", level_by_topic={"robots": 3}, history=1)
    people = (a_speaker("ada"), *crowd, expert)
    problem = Problem(PLANE, people, (a_demand("a", NINE, speakers=2),))
    plan = RepairDesk(problem, [Assignment("a", NINE, ("ada", "v000"))]).without("ada")
    assert booked(plan) == {"a": (NINE, ("v000", "zoe"))}
    assert plan.status == "optimal"


def test_desk_answers_while_the_time_given_lasts() -> None:
    """Out of time at once, it still says what becomes of everything."""
    problem = a_crowd(seed=2)
    before = greedy_plan(problem)
    desk = RepairDesk(problem, before)
    broken = [each.demand_id for each in before]
    plan = desk.refill(broken, also_empty=True, seconds=0)
    assert check(desk.problem, plan.assignments).violations == ()
    assert plan.broken == tuple(sorted(broken))
    assert plan.assignments
