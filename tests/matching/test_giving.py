"""What would have to give for a request that the plan leaves empty, and at what cost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.assignments import Assignment
from scheduler.matching.checker import check
from scheduler.matching.cures import Cure, Step
from scheduler.matching.differences import difference
from scheduler.matching.giving import Exchange, exchanges, in_the_way
from scheduler.matching.problem import Problem
from tests.matching.worlds import DAY, PLANE, a_demand, a_speaker, every_plan, problems, worth
from tests.trying import examples

ANA = a_speaker("ana", max_per_week=1)


def test_other_request_is_given_up_or_moved() -> None:
    demands = (a_demand("r1", 541), a_demand("r2", DAY + 541, 8 * DAY, priority=3))
    problem = Problem(PLANE, (ANA,), demands)
    plan = [Assignment("r2", DAY + 541, ("ana",))]
    found = exchanges(problem, plan, demand_id="r1")
    assert found.dropped is not None
    assert found.moved is not None
    assert (found.dropped.given, found.dropped.instead) == (plan[0], None)
    assert found.dropped.filled == Assignment("r1", 541, ("ana",))
    assert found.dropped.difference.tier1 == 1 - 3
    assert found.moved.instead == Assignment("r2", 8 * DAY, ("ana",))
    assert found.moved.difference.tier1 == 1


def test_other_request_may_be_moved_to_somebody_else() -> None:
    rivers = a_speaker("bo", level_by_topic={"rivers": 1})
    both = a_speaker("ana", level_by_topic={"rivers": 3, "robots": 2}, max_per_week=1)
    demands = (a_demand("r1", 541), a_demand("r2", 700, topic="rivers"))
    problem = Problem(PLANE, (both, rivers), demands)
    moved = exchanges(problem, [Assignment("r2", 700, ("ana",))], demand_id="r1").moved
    assert moved is not None
    assert moved.instead == Assignment("r2", 700, ("bo",))
    assert moved.difference.points["fit"] == 80 - 120 + 40


def test_nothing_is_exchanged_for_a_request_nobody_fits() -> None:
    problem = Problem(PLANE, (ANA,), (a_demand("r1", 541, topic="rivers"), a_demand("r2", 541)))
    found = exchanges(problem, [Assignment("r2", 541, ("ana",))], demand_id="r1")
    assert (found.dropped, found.moved) == (None, None)


def test_teacher_needed_elsewhere_gives_as_well() -> None:
    hosts = frozenset({"teacher:kim"})
    demands = (a_demand("r1", 541, hosts=hosts), a_demand("r2", 560, DAY, hosts=hosts))
    problem = Problem(PLANE, (a_speaker("ana"), a_speaker("bo")), demands)
    moved = exchanges(problem, [Assignment("r2", 560, ("ana",))], demand_id="r1").moved
    assert moved is not None
    assert moved.instead is not None
    assert moved.instead.start == DAY


def test_fewest_requests_in_the_way_of_a_cure_are_named() -> None:
    demands = (a_demand("r1", 541), a_demand("r2", 700), a_demand("r3", 5 * DAY))
    problem = Problem(PLANE, (ANA, a_speaker("bo")), demands)
    plan = [Assignment("r2", 700, ("ana",)), Assignment("r3", 5 * DAY, ("bo",))]
    cure = Cure((Step("virtual"),), 541, 1, ("ana",), demands[0])
    assert in_the_way(problem, plan, cure=cure) == ("r2",)
    assert in_the_way(problem, plan[1:], cure=cure) == ()


def check_exchange(problem: Problem, plan: tuple[Assignment, ...], exchange: Exchange) -> None:
    after = [each for each in plan if each != exchange.given]
    after += [each for each in (exchange.filled, exchange.instead) if each]
    assert not check(problem, after).violations
    assert exchange.difference.points == difference(problem, plan, after).points
    assert exchange.difference.tier1 == difference(problem, plan, after).tier1


@examples(60)
@given(problems(most_demands=3, most_speakers=3), st.data())
def test_exchanges_keep_all_rules_and_count_the_whole_plan(
    problem: Problem, data: st.DataObject
) -> None:
    plans = list(every_plan(problem))
    best = max(plans, key=lambda each: worth(problem, each))
    for plan in (best, data.draw(st.sampled_from(plans))):
        filled = {each.demand_id for each in plan}
        for demand in problem.demands:
            if demand.id in filled:
                continue
            found = exchanges(problem, plan, demand_id=demand.id)
            for exchange in (found.dropped, found.moved):
                if exchange is not None:
                    check_exchange(problem, plan, exchange)
                    assert plan != best or exchange.difference.tier1 <= 0
