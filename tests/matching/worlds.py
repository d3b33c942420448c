"""Small worlds for the search: drawn at random, and judged by trying everything.

Times lie off any grid on purpose. A world is small enough for exhaustive
search by the plain checker.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, product
from random import Random
from typing import Any, TypeVar

from hypothesis import strategies as st

from scheduler.domain.assignments import (
    Assignment,
    ClearanceSpan,
    Commitment,
    Demand,
    Engagement,
    Geography,
    HostCommitment,
    Option,
    Place,
    Session,
    Span,
    Speaker,
    merged,
)
from scheduler.matching.checker import check
from scheduler.matching.problem import Problem, Weights

DAY = 1440
DAYS = 14
PLANE = Geography("plane", road_factor=1.0, speed_km_per_minute=0.5)
SPHERE = Geography("sphere", road_factor=1.3, speed_km_per_minute=2 / 3)
TOPICS = ("robots", "rivers")

T = TypeVar("T")


def session_at(start: int, minutes: int) -> Session:
    day = start // DAY
    return Session(start, start + minutes, day, day // 7, day // 9)


def option_at(start: int, *, minutes: int, sessions: int, every: int, preference: int) -> Option:
    starts = (start + rank * every * DAY for rank in range(sessions))
    return Option(preference, tuple(session_at(each, minutes) for each in starts))


def some_spans(*, low: int, high: int, longest: int) -> st.SearchStrategy[tuple[Span, ...]]:
    span = st.tuples(st.integers(low, high), st.integers(1, longest)).map(
        lambda pair: (pair[0], pair[0] + pair[1])
    )
    return st.lists(span, max_size=4).map(merged)


def a_speaker(name: str, **changes: Any) -> Speaker:
    """Return somebody who is always free and speaks about robots by video."""
    facts: dict[str, Any] = {
        "id": name,
        "name": name,
        "level_by_topic": {"robots": 2},
        "grades": frozenset(range(13)),
        "languages": frozenset({"en"}),
        "formats": frozenset({"virtual"}),
        "free": ((0, DAYS * DAY),),
        "clearances": (ClearanceSpan(0),),
    }
    return Speaker(**{**facts, **changes})


def a_demand(name: str, *starts: int, **changes: Any) -> Demand:
    """Return a request for one talk of 50 minutes about robots, with its own teacher."""
    facts: dict[str, Any] = {
        "id": name,
        "title": name,
        "school": "north",
        "topic": "robots",
        "language": "en",
        "options": tuple(
            option_at(start, minutes=50, sessions=1, every=1, preference=3) for start in starts
        ),
        "hosts": frozenset({f"teacher:{name}"}),
    }
    return Demand(**{**facts, **changes})


caps = st.sampled_from([None, 1, 2, 3])


def mostly(usual: T, *others: T) -> st.SearchStrategy[T]:
    """Draw the usual value four times as often as any other."""
    return st.sampled_from([usual] * 4 * max(1, len(others) - 1) + list(others))


@st.composite
def clearances(draw: st.DrawFn) -> tuple[ClearanceSpan, ...]:
    if draw(mostly(True, False)):
        return (ClearanceSpan(0),)
    first = draw(st.integers(0, 5))
    last = draw(st.none() | st.integers(first, DAYS))
    return (ClearanceSpan(first, last, draw(st.sampled_from([None, "s0", "s1"]))),)


@st.composite
def speakers(draw: st.DrawFn, number: int) -> Speaker:
    always = ((0, DAYS * DAY),)
    free = st.none() | some_spans(low=500, high=9 * DAY, longest=3 * DAY)
    return Speaker(
        id=f"v{number}",
        name=f"Speaker {number}",
        kind=draw(mostly("mentor", "speaker", "helper")),
        level_by_topic=draw(
            mostly({"robots": 1, "rivers": 3}, {"robots": 2}, {"rivers": 2}),
        ),
        grades=frozenset(range(draw(mostly(0, 5)), 13)),
        languages=draw(mostly(frozenset({"en", "fr"}), frozenset({"en"}))),
        formats=draw(
            mostly(
                frozenset({"in_person", "virtual"}),
                frozenset({"in_person"}),
                frozenset({"virtual"}),
            )
        ),
        home=draw(mostly(Place(1.5, 0.0), Place(4.0, 3.3), Place(0.0, 2.0), None)),
        max_km=draw(mostly(None, 2.0, 2.5, 5.0)),
        free=always if draw(mostly(True, False)) else draw(free),
        busy=draw(some_spans(low=500, high=9 * DAY, longest=400)),
        earliest_day=draw(mostly(0, 1)),
        clearances=draw(clearances()),
        buffer_minutes=draw(st.sampled_from([0, 7, 20])),
        min_minutes=draw(mostly(0, 45)),
        min_online_minutes=draw(mostly(None, 0, 45)),
        max_per_day=draw(caps),
        max_per_week=draw(caps),
        max_per_month=draw(caps),
        budget_minutes=draw(mostly(None, 60, 120)),
        history=draw(st.integers(0, 3)),
    )


@st.composite
def demands(draw: st.DrawFn, number: int) -> Demand:
    school = draw(st.sampled_from(["s0", "s1"]))
    minutes = draw(st.sampled_from([40, 50]))
    sessions = draw(mostly(1, 2))
    starts = draw(
        st.lists(
            st.sampled_from([541, 560, 611, DAY + 541, DAY + 700, 7 * DAY + 541]),
            min_size=1,
            max_size=3,
            unique=True,
        )
    )
    every = draw(st.sampled_from([1, 3]))
    return Demand(
        id=f"r{number}",
        title=f"Request {number}",
        school=school,
        place={"s0": Place(1.5, 2.0), "s1": Place(4.0, 0.0)}[school],
        need=draw(st.integers(1, 3)),
        hosts=frozenset({draw(st.sampled_from(["teacher:a", "teacher:b"]))}),
        topic=draw(st.sampled_from(TOPICS)),
        grade=draw(mostly(None, 4, 6)),
        language=draw(mostly("en", "fr")),
        format=draw(mostly("either", "in_person", "virtual")),
        kind=draw(mostly("", "talk", "mentoring")),
        speakers=draw(mostly(1, 2)),
        options=tuple(
            option_at(
                start,
                minutes=minutes,
                sessions=sessions,
                every=every,
                preference=draw(st.integers(1, 3)),
            )
            for start in starts
        ),
        priority=draw(mostly(1, 0, 2, 3)),
        preferred=draw(mostly(frozenset(), frozenset({"v0"}))),
        excluded=draw(mostly(frozenset(), frozenset({"v1"}))),
    )


@st.composite
def problems(
    draw: st.DrawFn, *, most_demands: int = 4, most_speakers: int = 4, with_standing: bool = True
) -> Problem:
    people = tuple(draw(speakers(n)) for n in range(draw(st.integers(1, most_speakers))))
    requests = tuple(draw(demands(n)) for n in range(draw(st.integers(1, most_demands))))
    pairs = [(d.id, s.id) for d in requests for s in people]
    scores = st.dictionaries(st.sampled_from(pairs), st.integers(-50, 50), max_size=3)
    minutes = st.dictionaries(st.sampled_from(pairs), st.integers(0, 40), max_size=2)
    previous = st.sampled_from(
        [
            Assignment(d.id, option.start, (s.id,))
            for d in requests
            for option in d.options
            for s in people
        ]
    )
    return Problem(
        geography=draw(st.sampled_from([PLANE, SPHERE])),
        speakers=people,
        demands=requests,
        commitments=draw(standing(people)) if with_standing else (),
        host_commitments=(
            (HostCommitment("teacher:a", session_at(DAY + 690, 30), "old"),)
            if with_standing and draw(st.booleans())
            else ()
        ),
        previous=tuple(draw(st.lists(previous, max_size=1))),
        pair_scores=draw(scores),
        pair_minutes=draw(minutes),
        filled_by_school=draw(st.sampled_from([{}, {"s0": 1}])),
        weights=draw(st.sampled_from([Weights(), Weights(fairness=0, equity=7, travel=3)])),
    )


@st.composite
def standing(draw: st.DrawFn, people: tuple[Speaker, ...]) -> tuple[Commitment, ...]:
    if not draw(st.booleans()):
        return ()
    engagement = Engagement("old", "s0", Place(1.5, 2.0), session_at(630, 50), "in_person")
    return (Commitment(draw(st.sampled_from(people)).id, engagement),)


def a_crowd(seed: int) -> Problem:
    """Return two dozen requests for ten people: too tight for a plain relaxation."""
    random = Random(seed)
    people = tuple(
        a_speaker(
            f"v{number}",
            level_by_topic={
                topic: random.randint(1, 3) for topic in random.sample(TOPICS, random.randint(1, 2))
            },
            max_per_week=random.choice([1, 1, 2]),
            history=random.randint(0, 3),
        )
        for number in range(10)
    )
    requests = tuple(
        a_demand(
            f"r{number}",
            *(day * DAY + 541 + 60 * random.randint(0, 2) for day in random.sample(range(10), 3)),
            topic=random.choice(TOPICS),
            speakers=random.choice([1, 1, 2]),
            priority=random.randint(1, 3),
            school=random.choice("ab"),
        )
        for number in range(24)
    )
    return Problem(PLANE, people, requests)


def possible_assignments(problem: Problem, demand: Demand) -> list[Assignment]:
    """Return what keeps all rules as the only assignment of a plan."""
    alone = replace(problem, pinned=())
    names = [speaker.id for speaker in problem.speakers]
    every = [
        Assignment(demand.id, option.start, team)
        for option in demand.options
        for team in combinations(names, demand.speakers)
    ]
    return [each for each in every if not check(alone, [each]).violations]


def every_plan(problem: Problem) -> Iterator[tuple[Assignment, ...]]:
    """Yield all plans that keep all rules, the empty one included."""
    choices = [[None, *possible_assignments(problem, demand)] for demand in problem.demands]
    for choice in product(*choices):
        plan = tuple(each for each in choice if each is not None)
        if not check(problem, plan).violations:
            yield plan


def worth(problem: Problem, plan: tuple[Assignment, ...]) -> tuple[int, int]:
    """Return both tiers of a plan whose starts are offered."""
    report = check(problem, plan)
    assert report.tier1 is not None
    assert report.tier2 is not None
    return report.tier1, report.tier2


def best_worth(problem: Problem) -> tuple[int, int]:
    """Return both tiers of the best plan, found by trying all."""
    return max(worth(problem, plan) for plan in every_plan(problem))
