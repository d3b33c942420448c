"""Suggestions from the warm table are those of the plain rules, in the same order."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.assignments import ClearanceSpan, Engagement, Place, Speaker
from scheduler.domain.constraints import host_free, pair_findings
from scheduler.matching.explain import explain
from scheduler.matching.problem import Problem
from scheduler.matching.suggestions import Count, Suggestion, candidates, count, suggest
from scheduler.matching.warm_table import WarmTable
from tests.matching.worlds import (
    DAY,
    DAYS,
    PLANE,
    SPHERE,
    a_demand,
    a_speaker,
    mostly,
    problems,
    session_at,
    speakers,
)
from tests.trying import examples

FRAMES = DAYS + 8


def a_table(problem: Problem) -> WarmTable:
    return WarmTable.of(
        problem.speakers,
        geography=problem.geography,
        standing_by_speaker_id=problem.standing_by_speaker_id,
        first_frame=0,
        frames=FRAMES,
    )


def without_people(problem: Problem) -> Problem:
    return replace(problem, speakers=(), commitments=())


def plain_count(problem: Problem, demand_id: str) -> Count:
    """Return the count by asking every rule of everybody."""
    demand = problem.demand_by_id[demand_id]
    geography = problem.geography
    fits = [
        speaker
        for speaker in problem.speakers
        if all(each.kept for each in pair_findings(speaker, demand, geography=geography))
    ]
    free = [
        (speaker.id, option.start)
        for speaker in fits
        for option in demand.options
        if host_free(demand, option, commitments=problem.host_commitments).kept
        and all(
            each.kept
            for each in pair_findings(
                speaker,
                demand,
                option=option,
                geography=geography,
                standing=problem.standing_by_speaker_id.get(speaker.id, ()),
                pair_minutes=problem.pair_minutes.get((demand_id, speaker.id)),
            )
        )
    ]
    starts = [start for _, start in free]
    by_start = {option.start: starts.count(option.start) for option in demand.options}
    return Count(len(fits), len({speaker_id for speaker_id, _ in free}), by_start)


@examples(200)
@given(problems(most_demands=3, most_speakers=8), st.sampled_from([1, 2, 10]))
def test_suggestions_are_the_candidates_of_the_explanation(problem: Problem, top: int) -> None:
    table, bare = a_table(problem), without_people(problem)
    for demand in problem.demands:
        found = suggest(table, bare, demand.id, top=top)
        told = candidates(
            table, bare, demand.id, suggestions=found, speaker_by_id=problem.speaker_by_id
        )
        assert told == explain(problem, demand.id, top=top).candidates
        assert [each.points for each in told] == [each.points for each in found]


@given(problems(most_demands=3, most_speakers=8))
def test_counts_are_those_of_the_plain_rules(problem: Problem) -> None:
    table = a_table(problem)
    for demand in problem.demands:
        assert count(table, without_people(problem), demand.id) == plain_count(problem, demand.id)


@st.composite
def engagements(draw: st.DrawFn) -> tuple[Engagement, ...]:
    starts = draw(st.lists(st.integers(0, 9 * DAY), max_size=3))
    return tuple(
        Engagement("old", "s0", Place(1.5, 2.0), session_at(start, 50), draw(mostly("virtual")))
        for start in starts
    )


@examples(150)
@given(problems(most_demands=3, most_speakers=5, with_standing=False), st.data())
def test_table_after_any_edits_is_the_table_built_anew(
    problem: Problem, data: st.DataObject
) -> None:
    table = a_table(problem)
    people = dict(problem.speaker_by_id)
    standing: dict[str, tuple[Engagement, ...]] = {}
    for _ in range(data.draw(st.integers(1, 8))):
        number = data.draw(st.integers(0, 7))
        name = f"v{number}"
        if data.draw(mostly(True, False)):
            people[name] = data.draw(speakers(number))
            standing[name] = data.draw(engagements())
            table.put(people[name], standing=standing[name])
        else:
            table.remove(name)
            people.pop(name, None)
            standing.pop(name, None)
    anew = WarmTable.of(
        people.values(),
        geography=problem.geography,
        standing_by_speaker_id=standing,
        first_frame=0,
        frames=FRAMES,
    )
    assert len(table) == len(anew) == len(people)
    bare = without_people(problem)
    for demand in problem.demands:
        assert suggest(table, bare, demand.id) == suggest(anew, bare, demand.id)
        assert count(table, bare, demand.id) == count(anew, bare, demand.id)


@given(problems(most_demands=2, most_speakers=5, with_standing=False), st.integers(0, 3))
def test_notice_counts_from_a_later_day_once_days_have_passed(problem: Problem, days: int) -> None:
    table = a_table(problem)
    table.pass_days(days)
    later = tuple(replace(s, earliest_day=s.earliest_day + days) for s in problem.speakers)
    for demand in problem.demands:
        found = suggest(table, without_people(problem), demand.id)
        assert found == suggest(
            a_table(replace(problem, speakers=later)), without_people(problem), demand.id
        )


def starts_found(*starts: int, **changes: object) -> list[int]:
    """Return the starts (of 50 minutes) at which somebody with these facts could come."""
    problem = Problem(PLANE, (a_speaker("ana", **changes),), (a_demand("r1", *starts),))
    found = count(a_table(problem), problem, "r1").free_by_start
    return [start for start, people in found.items() if people]


def test_session_fits_free_time_at_both_equal_ends_and_not_a_minute_beyond() -> None:
    found = starts_found(599, 600, 601, 650, 651, free=((600, 700), (800, 820)))
    assert found == [600, 601, 650]


def test_session_keeps_the_buffer_to_the_minute_on_both_sides() -> None:
    busy = ((600, 700), (2000, 2100))
    assert starts_found(535, 536, 600, 714, 715, busy=busy, buffer_minutes=15) == [535, 715]


def test_free_time_may_run_over_midnight() -> None:
    assert starts_found(DAY - 25, DAY, DAY + 30, free=((DAY - 60, DAY + 60),)) == [DAY - 25, DAY]


def test_day_of_many_short_meetings_is_known_to_the_minute() -> None:
    gaps = tuple((100 * n, 100 * n + 41 + n) for n in range(1, 13))
    starts = [start for start, _ in gaps]
    assert starts_found(*starts, free=gaps) == [900, 1000, 1100, 1200]
    busy = tuple((end, 100 * n + 100) for n, (_, end) in enumerate(gaps, start=1))
    assert starts_found(*starts, free=((100, 1300),), busy=busy) == [900, 1000, 1100, 1200]


def test_forgotten_meetings_leave_the_day_open() -> None:
    gaps = tuple((100 * n, 100 * n + 60) for n in range(1, 13))
    problem = Problem(PLANE, (a_speaker("ana", free=gaps),), (a_demand("r1", 1120),))
    table = a_table(problem)
    assert suggest(table, problem, "r1") == ()
    table.put(a_speaker("ana"))
    assert suggest(table, problem, "r1") == (Suggestion("ana", 1120, 140),)
    table.put(a_speaker("ana", free=None))
    assert suggest(table, problem, "r1") == ()


def test_any_number_of_clearances_counts() -> None:
    spans = tuple(ClearanceSpan(day, day, school) for day in range(7) for school in ("a", "north"))
    starts = [day * DAY + 600 for day in range(9)]
    assert starts_found(*starts, clearances=spans) == starts[:7]


def test_table_takes_more_people_than_it_was_made_for() -> None:
    problem = Problem(PLANE, (), (a_demand("r1", 600),))
    table = a_table(problem)
    for number in range(300):
        table.put(a_speaker(f"v{number:03}", history=number))
    best = suggest(table, problem, "r1", top=3)
    assert [each.speaker_id for each in best] == ["v000", "v001", "v002"]
    assert count(table, problem, "r1") == Count(300, 300, {600: 300})


def test_equal_points_are_ranked_by_name() -> None:
    problem = Problem(PLANE, tuple(map(a_speaker, "dbcafe")), (a_demand("r1", 600),))
    best = suggest(a_table(problem), problem, "r1", top=3)
    assert [each.speaker_id for each in best] == ["a", "b", "c"]


def test_radius_counts_to_the_last_digit_on_the_globe() -> None:
    home, school = Place(-79.3832, 43.6532), Place(-79.3957, 43.6629)
    km = SPHERE.distance_km(home, school)
    facts: dict[str, object] = {"home": home, "formats": frozenset({"in_person"})}
    near = a_speaker("near", max_km=km, **facts)
    far = a_speaker("far", max_km=km - 2e-9, **facts)
    demand = a_demand("r1", 600, place=school)
    problem = Problem(SPHERE, (near, far), (demand,))
    assert [each.speaker_id for each in suggest(a_table(problem), problem, "r1")] == ["near"]


def test_time_beyond_the_horizon_is_refused_not_guessed() -> None:
    problem = Problem(PLANE, (a_speaker("ana"),), (a_demand("r1", FRAMES * DAY + 600),))
    table = a_table(problem)
    assert not table.covers(problem.demands[0])
    with pytest.raises(ValueError, match="beyond the horizon"):
        suggest(table, problem, "r1")


def test_nobody_speaks_a_language_no_one_named() -> None:
    problem = Problem(PLANE, (a_speaker("ana"),), (a_demand("r1", 600, language="tlh"),))
    assert suggest(a_table(problem), problem, "r1") == ()


def test_languages_of_those_who_left_are_not_spoken() -> None:
    people: tuple[Speaker, ...] = (
        a_speaker("ana", languages=frozenset({"en", "uk"})),
        a_speaker("bo", languages=frozenset({"fr", "en"})),
    )
    table = a_table(Problem(PLANE, people, ()))
    assert table.languages_spoken() == ("en", "fr", "uk")
    table.remove("ana")
    assert table.languages_spoken() == ("en", "fr")
