"""Weigh people against each other: the next best for a request, by term, and what would tip it.

Points are counted on top of the rest of the plan: whoever has other visits in it carries them in
fairness, and whoever is taken is no rival. A tip is exact for the two people compared, all else
being equal; what a changed weight does to a whole plan is for a search to say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from scheduler.domain.assignments import Assignment, Demand, Option, Speaker
from scheduler.matching.objective import fairness_points, pair_points
from scheduler.matching.problem import Problem, Weights
from scheduler.matching.screening import Screen
from scheduler.matching.shapes import OptionShape
from scheduler.matching.standing import with_standing

ONES = Weights(**dict.fromkeys(Weights.names(), 1))


@dataclass(frozen=True, slots=True)
class Rival:
    """Somebody else who could come, at their best start.

    ``points_by_term`` are theirs less those of ``instead_of``, terms that differ only; they sum
    to ``points``. ``tips`` names weights and the nearest value of each, all others unchanged, at
    which they would come out ahead.
    """

    speaker_id: str
    instead_of: str
    start: int
    points: int
    points_by_term: Mapping[str, int]
    tips: Mapping[str, int]


def rivals(
    problem: Problem, assignments: Iterable[Assignment], *, demand_id: str, top: int = 3
) -> tuple[Rival, ...]:
    """Return who could come in place of the team's weakest member, the best first.

    Empty if the plan leaves the request empty. Of a team the others stay, and so does the
    start; a single speaker may be replaced at any start.
    """
    plan = {each.demand_id: each for each in assignments}
    chosen = plan.pop(demand_id, None)
    demand = problem.demand_by_id[demand_id]
    option = demand.option_at(chosen.start) if chosen else None
    if chosen is None or option is None:
        return ()
    world = _carrying(problem, tuple(plan.values()))
    team = [world.speaker_by_id[key] for key in chosen.speaker_ids]
    weakest = min(
        team, key=lambda each: (_total(world, demand, option=option, speaker=each), each.id)
    )
    if demand.speakers > 1:
        demand = replace(demand, options=(option,))
    mine = _terms(world, demand, option=option, speaker=weakest)
    found = []
    for speaker, start in _others(world, demand, but=set(chosen.speaker_ids)):
        theirs = _terms(world, demand, option=start, speaker=speaker)
        by_term = {name: theirs[name] - mine[name] for name in mine if theirs[name] != mine[name]}
        tips = _tips(world, demand, mine=(option, weakest), theirs=(start, speaker))
        found.append(
            Rival(speaker.id, weakest.id, start.start, sum(by_term.values()), by_term, tips)
        )
    found.sort(key=lambda each: (-each.points, each.speaker_id))
    return tuple(found[:top])


def _carrying(problem: Problem, plan: tuple[Assignment, ...]) -> Problem:
    """The rest of the plan standing, and counted as visits that its people carry already."""
    sessions: Counter[str] = Counter()
    for each in plan:
        demand = problem.demand_by_id.get(each.demand_id)
        option = demand.option_at(each.start) if demand else None
        for key in each.speaker_ids:
            sessions[key] += len(option.sessions) if option else 0
    people = tuple(
        replace(each, history=each.history + sessions[each.id]) if sessions[each.id] else each
        for each in problem.speakers
    )
    return replace(with_standing(problem, plan), speakers=people)


def _others(world: Problem, demand: Demand, *, but: set[str]) -> Iterable[tuple[Speaker, Option]]:
    shapes = [OptionShape.of(option) for option in demand.options]
    found = Screen(world).ask(demand, shapes=shapes)
    for row, alive in zip(found.rows, found.alive, strict=True):
        speaker = world.speakers[int(row)]
        options = [each for each, is_left in zip(demand.options, alive, strict=True) if is_left]
        if speaker.id not in but:
            best = max(
                options, key=lambda o: (_total(world, demand, option=o, speaker=speaker), -o.start)
            )
            yield speaker, best


def _terms(world: Problem, demand: Demand, *, option: Option, speaker: Speaker) -> dict[str, int]:
    points = pair_points(world, demand, option=option, speaker=speaker)
    sessions = len(option.sessions)
    fairness = fairness_points(world.weights, speaker.history, sessions=sessions)
    return {**points, "fairness": fairness}


def _total(world: Problem, demand: Demand, *, option: Option, speaker: Speaker) -> int:
    return sum(_terms(world, demand, option=option, speaker=speaker).values())


def _tips(
    world: Problem, demand: Demand, *, mine: tuple[Option, Speaker], theirs: tuple[Option, Speaker]
) -> dict[str, int]:
    """Every term is its weight times a count; so each weight has one value that tips it."""
    behind = _sum(world, demand, theirs) - _sum(world, demand, mine)
    if behind > 0:
        return {}
    # With all weights at one, what is left of a term is its count.
    counted = replace(world, weights=ONES)
    one, other = (
        _terms(counted, demand, option=option, speaker=speaker)
        for option, speaker in (mine, theirs)
    )
    tips = {}
    for name in Weights.names():
        units = other.get(name, 0) - one.get(name, 0)
        weight = int(getattr(world.weights, name))
        if units > 0:
            tips[name] = weight + -behind // units + 1
        elif units < 0 and (lower := weight - -behind // -units - 1) >= 0:
            tips[name] = lower
    return tips


def _sum(world: Problem, demand: Demand, both: tuple[Option, Speaker]) -> int:
    option, speaker = both
    return _total(world, demand, option=option, speaker=speaker)
