"""The fast columns are those of the plain rules, with the same points."""

from __future__ import annotations

import pytest
from hypothesis import given

from scheduler.domain.assignments import Option
from scheduler.domain.constraints import chosen_format, host_free, pair_findings
from scheduler.matching.candidates import find_columns
from scheduler.matching.objective import pair_points
from scheduler.matching.problem import Problem
from scheduler.matching.screening import Screen, Tally
from scheduler.matching.shapes import OptionShape
from tests.matching.worlds import (
    PLANE,
    a_demand,
    a_speaker,
    option_at,
    problems,
    session_at,
)

Key = tuple[str, int, str]


def columns_by_plain_rules(problem: Problem) -> dict[Key, tuple[str, int]]:
    found = {}
    for demand in problem.demands:
        for option in demand.options:
            free = host_free(demand, option, commitments=problem.host_commitments)
            for speaker in problem.speakers:
                findings = pair_findings(
                    speaker,
                    demand,
                    option=option,
                    geography=problem.geography,
                    standing=problem.standing_by_speaker_id.get(speaker.id, ()),
                    pair_minutes=problem.pair_minutes.get((demand.id, speaker.id)),
                )
                if free.kept and all(finding.kept for finding in findings):
                    points = pair_points(problem, demand, option=option, speaker=speaker)
                    chosen = chosen_format(speaker, demand, geography=problem.geography)
                    assert chosen is not None
                    key = (demand.id, option.start, speaker.id)
                    found[key] = (chosen, sum(points.values()))
    return found


def columns_by_tables(problem: Problem) -> dict[Key, tuple[str, int]]:
    columns = find_columns(problem)
    return {
        (
            problem.demands[columns.demand[column]].id,
            columns.options[columns.option[column]].start,
            problem.speakers[columns.speaker[column]].id,
        ): (
            "in_person" if columns.in_person[column] else "virtual",
            int(columns.points[column]),
        )
        for column in range(len(columns))
    }


@given(problems(most_demands=5, most_speakers=6))
def test_columns_equal_the_plain_rules(problem: Problem) -> None:
    assert columns_by_tables(problem) == columns_by_plain_rules(problem)


@given(problems(most_demands=3, most_speakers=6))
def test_columns_of_each_option_lie_together(problem: Problem) -> None:
    columns = find_columns(problem)
    for option in range(len(columns.options)):
        of_option = range(columns.first[option], columns.first[option + 1])
        assert all(columns.option[column] == option for column in of_option)
    assert columns.first[-1] == len(columns)


@given(problems(most_demands=2, most_speakers=6))
def test_counting_what_rules_remove_changes_nothing(problem: Problem) -> None:
    screen = Screen(problem)
    for demand in problem.demands:
        shapes = [OptionShape.of(option) for option in demand.options]
        tally: Tally = []
        counted = screen.ask(demand, shapes=shapes, tally=tally)
        plain = screen.ask(demand, shapes=shapes)
        assert counted.rows.tolist() == plain.rows.tolist()
        assert counted.alive.tolist() == plain.alive.tolist()
        assert tally[-1][1] == len(plain.rows)


@pytest.mark.parametrize(
    ("every", "sessions", "peaks"),
    [
        (1, 3, (1, 3, 3)),
        (7, 2, (1, 1, 2)),
        (3, 3, (1, 3, 3)),
        (9, 2, (1, 1, 1)),
    ],
)
def test_shape_counts_the_fullest_day_week_and_month(
    every: int, sessions: int, peaks: tuple[int, int, int]
) -> None:
    option = option_at(541, minutes=50, sessions=sessions, every=every, preference=3)
    shape = OptionShape.of(option)
    assert shape.peaks[:3] == peaks
    assert sum(count for _, count, _ in shape.months) == sessions


def starts_found(*starts: int, **changes: object) -> list[int]:
    """Return the starts (of 50 minutes) at which somebody with these facts could come."""
    problem = Problem(PLANE, (a_speaker("ana", **changes),), (a_demand("r1", *starts),))
    return sorted(start for _, start, _ in columns_by_tables(problem))


def test_session_fits_free_time_at_both_equal_ends_and_not_a_minute_beyond() -> None:
    found = starts_found(599, 600, 601, 650, 651, free=((600, 700), (800, 820)))
    assert found == [600, 601, 650]


def test_session_keeps_the_buffer_to_the_minute_on_both_sides() -> None:
    found = starts_found(
        535, 536, 600, 714, 715, busy=((600, 700), (2000, 2100)), buffer_minutes=15
    )
    assert found == [535, 715]


def test_two_sessions_of_a_series_on_one_day_keep_the_buffer() -> None:
    morning_and_noon = Option(3, (session_at(541, 50), session_at(601, 50)))
    demand = a_demand("r1", options=(morning_and_noon,))
    found = {
        buffer: len(find_columns(Problem(PLANE, (person,), (demand,))))
        for buffer in (10, 11)
        for person in (a_speaker("ana", buffer_minutes=buffer),)
    }
    assert found == {10: 1, 11: 0}
