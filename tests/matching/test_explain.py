"""Why a request looks as it does: sums that add up, people ranked, what holds them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from scheduler.domain.assignments import Assignment
from scheduler.domain.constraints import SIEVE, host_free, pair_findings
from scheduler.matching.explain import SieveStep, explain, sieve
from scheduler.matching.problem import Problem
from tests.matching.worlds import DAY, PLANE, a_demand, a_speaker, problems
from tests.trying import examples

RULES_IN_ORDER = (*SIEVE, "host_free")


def left_by_plain_rules(problem: Problem, demand_id: str) -> list[int]:
    demand = problem.demand_by_id[demand_id]
    left = [0] * len(RULES_IN_ORDER)
    for speaker in problem.speakers:
        reached = 0
        for option in demand.options:
            findings = pair_findings(
                speaker,
                demand,
                option=option,
                geography=problem.geography,
                standing=problem.standing_by_speaker_id.get(speaker.id, ()),
                pair_minutes=problem.pair_minutes.get((demand.id, speaker.id)),
            )
            kept = [finding.kept for finding in findings]
            kept += [False] * (len(SIEVE) - len(kept))
            kept.append(host_free(demand, option, commitments=problem.host_commitments).kept)
            reached = max(reached, [*kept, False].index(False))
        for place in range(reached):
            left[place] += 1
    return left


def problem_left(problem: Problem, demand_id: str, *, start: int) -> int:
    """Count who is left of the sieve when this is the only start."""
    alone = [
        replace(d, options=tuple(o for o in d.options if d.id != demand_id or o.start == start))
        for d in problem.demands
    ]
    return left_by_plain_rules(replace(problem, demands=tuple(alone)), demand_id)[-1]


@examples(60)
@given(problems(most_demands=2, most_speakers=6))
def test_sieve_counts_as_the_plain_rules_do_and_adds_up_to_the_pool(problem: Problem) -> None:
    for demand in problem.demands:
        steps = sieve(problem, demand.id).steps
        assert tuple(step.rule for step in steps) == RULES_IN_ORDER
        assert [step.left for step in steps] == left_by_plain_rules(problem, demand.id)
        removed = sum(step.removed for step in steps)
        assert removed + steps[-1].left == len(problem.speakers)


@examples(60)
@given(problems(most_demands=2, most_speakers=6))
def test_fullest_start_counts_as_the_plain_rules_do(problem: Problem) -> None:
    for demand in problem.demands:
        at_one = [problem_left(problem, demand.id, start=option.start) for option in demand.options]
        assert sieve(problem, demand.id).most_at_once == max(at_one, default=0)


def test_sieve_names_what_each_rule_removed() -> None:
    people = (
        a_speaker("ana"),
        a_speaker("bo", level_by_topic={"rivers": 1}),
        a_speaker("cy", free=None),
        a_speaker("di", free=()),
    )
    steps = sieve(Problem(PLANE, people, (a_demand("r1", 541),)), "r1").steps
    assert [step for step in steps if step.removed] == [
        SieveStep("topic_match", removed=1, left=3),
        SieveStep("within_availability", removed=2, left=1),
    ]


def test_candidates_come_best_first_with_points_by_term() -> None:
    people = (
        a_speaker("ana", history=3),
        a_speaker("bo", level_by_topic={"robots": 3}),
        a_speaker("cy"),
    )
    problem = Problem(PLANE, people, (a_demand("r1", 541, DAY + 541),))
    explained = explain(problem, "r1")
    ranked = [(each.speaker_id, each.start, each.points) for each in explained.candidates]
    assert ranked == [("bo", 541, 180), ("cy", 541, 140), ("ana", 541, 95)]
    last = explained.candidates[-1]
    assert last.points_by_term["fairness"] == -45
    assert sum(last.points_by_term.values()) == last.points
    assert tuple(finding.rule for finding in last.findings) == SIEVE
    assert all(finding.kept for finding in last.findings)
    assert [each.speaker_id for each in explain(problem, "r1", top=1).candidates] == ["bo"]


def test_unassigned_request_says_what_holds_its_candidates() -> None:
    hosts = frozenset({"teacher:kim"})
    problem = Problem(
        PLANE,
        (a_speaker("ana", max_per_week=1), a_speaker("bo")),
        (
            a_demand("r1", 541, hosts=hosts, excluded=frozenset({"bo"})),
            a_demand("r2", DAY + 541),
            a_demand("r3", 560, hosts=hosts),
        ),
    )
    plan = (Assignment("r2", DAY + 541, ("ana",)), Assignment("r3", 560, ("bo",)))
    explained = explain(problem, "r1", assignments=plan)
    told = [(ruling.speaker_id, ruling.finding.rule) for ruling in explained.held]
    assert told == [(None, "host_free"), ("ana", "max_per_week")]
    assert explained.held[0].finding.facts["demand"] == "r3"
    assert [each.speaker_id for each in explained.candidates] == ["ana"]


def test_own_assignment_does_not_hold_its_people() -> None:
    problem = Problem(PLANE, (a_speaker("ana", max_per_week=1),), (a_demand("r1", 541),))
    plan = (Assignment("r1", 541, ("ana",)),)
    assert explain(problem, "r1", assignments=plan).held == ()


def test_whoever_is_held_at_one_start_may_be_free_at_another() -> None:
    problem = Problem(
        PLANE,
        (a_speaker("ana"), a_speaker("bo", free=((541, 600),))),
        (a_demand("r1", 541, DAY + 541), a_demand("r2", 541)),
    )
    explained = explain(problem, "r1", assignments=(Assignment("r2", 541, ("ana",)),))
    assert (explained.most_at_once, explained.most_free) == (2, 1)
    assert {ruling.speaker_id for ruling in explained.held} == {"ana"}


def test_nobody_is_free_where_the_teacher_is_not() -> None:
    hosts = frozenset({"teacher:kim"})
    demands = (a_demand("r1", 541, hosts=hosts), a_demand("r2", 541, hosts=hosts))
    problem = Problem(PLANE, (a_speaker("ana"), a_speaker("bo")), demands)
    explained = explain(problem, "r1", assignments=(Assignment("r2", 541, ("ana",)),))
    assert (explained.most_at_once, explained.most_free) == (2, 0)
