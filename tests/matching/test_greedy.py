"""The first plan keeps all rules and fills what counts most."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from scheduler.matching.checker import check
from scheduler.matching.frame import Frame
from scheduler.matching.goal import value_of
from scheduler.matching.greedy import fill_greedily
from scheduler.matching.problem import Problem
from scheduler.matching.solve import assignments_of
from tests.matching.worlds import DAY, PLANE, a_demand, a_speaker, problems, worth
from tests.trying import examples


@examples(60)
@given(problems(most_demands=6, most_speakers=5))
def test_greedy_plan_keeps_all_rules(problem: Problem) -> None:
    frame = Frame.of(problem)
    chosen = fill_greedily(frame)
    plan = assignments_of(frame, chosen)
    assert check(problem, plan).violations == ()
    tables = (value_of(frame, chosen, tier=1), value_of(frame, chosen, tier=2))
    assert tables == worth(problem, plan)


def test_urgent_request_goes_first() -> None:
    demands = (a_demand("plain", 541), a_demand("urgent", DAY + 541, priority=3))
    frame = Frame.of(Problem(PLANE, (a_speaker("ana", max_per_week=1),), demands))
    assert [each.demand_id for each in assignments_of(frame, fill_greedily(frame))] == ["urgent"]


def test_rare_request_goes_before_one_with_many_candidates() -> None:
    people = (
        a_speaker("ana", max_per_week=1, level_by_topic={"robots": 3, "rivers": 1}),
        a_speaker("bo", max_per_week=1),
    )
    demands = (a_demand("common", 541), a_demand("rare", 541, topic="rivers"))
    frame = Frame.of(Problem(PLANE, people, demands))
    plan = assignments_of(frame, fill_greedily(frame))
    assert {each.demand_id: each.speaker_ids for each in plan} == {
        "common": ("bo",),
        "rare": ("ana",),
    }


def test_panel_is_filled_whole_or_not_at_all() -> None:
    people = (a_speaker("ana"), a_speaker("bo"))
    frame = Frame.of(Problem(PLANE, people, (a_demand("panel", 541, speakers=3),)))
    assert fill_greedily(frame).tolist() == []


def test_other_worths_change_the_choice() -> None:
    people = (a_speaker("ana", level_by_topic={"robots": 3}), a_speaker("bo"))
    frame = Frame.of(Problem(PLANE, people, (a_demand("r1", 541),)))
    by_points = assignments_of(frame, fill_greedily(frame))
    by_price = assignments_of(frame, fill_greedily(frame, worth=np.array([0.0, 100.0])))
    assert (by_points[0].speaker_ids, by_price[0].speaker_ids) == (("ana",), ("bo",))


@pytest.mark.parametrize("many_columns", [0, 1000], ids=["large", "small"])
def test_nobody_is_sent_to_two_places_at_once(many_columns: int) -> None:
    demands = (a_demand("r1", 541), a_demand("r2", 560))
    problem = Problem(PLANE, (a_speaker("ana"),), demands)
    frame = Frame.of(problem, many_columns=many_columns)
    assert len(assignments_of(frame, fill_greedily(frame))) == 1


def test_teacher_receives_one_visit_at_a_time() -> None:
    hosts = frozenset({"teacher:kim"})
    demands = (a_demand("r1", 541, hosts=hosts), a_demand("r2", 560, hosts=hosts))
    frame = Frame.of(Problem(PLANE, (a_speaker("ana"), a_speaker("bo")), demands))
    assert len(assignments_of(frame, fill_greedily(frame))) == 1
