"""Cliques of clashing columns say what the plain rule says, pair by pair."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given

from scheduler.domain.assignments import engagements_of
from scheduler.domain.constraints import travel_time
from scheduler.matching.candidates import Columns, find_columns
from scheduler.matching.clashes import Clashes
from scheduler.matching.problem import Problem
from scheduler.matching.screening import Screen
from tests.matching.worlds import PLANE, a_demand, a_speaker, problems
from tests.trying import examples

Pairs = set[tuple[int, int]]


def pairs_by_cliques(problem: Problem, columns: Columns) -> Pairs:
    speakers = Screen(problem).speakers
    rows = Clashes(problem, columns, speakers=speakers).rows(np.arange(len(columns)))
    return {
        (a, b)
        for row in range(len(rows))
        for a, b in combinations(sorted(rows.member[rows.row == row].tolist()), 2)
        if columns.demand[a] != columns.demand[b]
    }


def pairs_by_the_plain_rule(problem: Problem, columns: Columns) -> Pairs:
    found = set()
    for a, b in combinations(range(len(columns)), 2):
        if columns.speaker[a] == columns.speaker[b] and columns.demand[a] != columns.demand[b]:
            first, second = (
                engagements_of(
                    problem.demands[columns.demand[column]],
                    columns.options[columns.option[column]],
                    format="in_person" if columns.in_person[column] else "virtual",
                )
                for column in (a, b)
            )
            speaker = problem.speakers[columns.speaker[a]]
            if not travel_time(speaker, first, standing=second, geography=problem.geography).kept:
                found.add((a, b))
    return found


@examples(60)
@given(problems(most_demands=5, most_speakers=2, with_standing=False))
def test_cliques_cover_exactly_the_clashes(problem: Problem) -> None:
    uncapped = tuple(
        replace(s, max_per_day=None, max_per_week=None, max_per_month=None, budget_minutes=None)
        for s in problem.speakers
    )
    problem = replace(problem, speakers=uncapped)
    columns = find_columns(problem)
    assert pairs_by_cliques(problem, columns) == pairs_by_the_plain_rule(problem, columns)


@pytest.mark.parametrize(("start", "is_clash"), [(600, True), (601, False)])
def test_gap_equal_to_the_buffer_is_no_clash(start: int, is_clash: bool) -> None:
    person = a_speaker("ana", buffer_minutes=10)
    problem = Problem(PLANE, (person,), (a_demand("r1", 541), a_demand("r2", start)))
    assert bool(pairs_by_cliques(problem, find_columns(problem))) is is_clash


def test_pairs_that_a_cap_keeps_apart_are_passed_over() -> None:
    person = a_speaker("ana", max_per_week=1)
    problem = Problem(PLANE, (person,), (a_demand("r1", 541), a_demand("r2", 560)))
    assert pairs_by_cliques(problem, find_columns(problem)) == set()
