"""Try one request: who would fill it if it were changed, or if a rule were bent for somebody.

A trial proposes; whether the request is filled then is asked of the plain rules afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from scheduler.domain.assignments import Demand, Finding, Option, Speaker
from scheduler.domain.constraints import pair_findings
from scheduler.matching.cures import Cure, Step, Variant
from scheduler.matching.leeway import Leeway
from scheduler.matching.lifting import LIFTABLE_RULES, lifted
from scheduler.matching.objective import fairness_points, pair_points

MOST_OF_A_KIND = 2


class Trial:
    """One request, with the people who fit it as things are."""

    def __init__(self, leeway: Leeway, demand: Demand, *, step: Step | None = None) -> None:
        self._leeway, self._demand = leeway, demand
        self._steps = (step,) if step else ()
        self._fitting = leeway.fitting(demand)

    @property
    def is_open(self) -> bool:
        """Say whether somebody fits already."""
        return any(len(ids) >= self._demand.speakers for ids in self._fitting)

    def by_request(self, variant: Variant) -> Iterator[Cure]:
        """Yield the starts at which the changed request is filled: the nearest, and the fullest."""
        demand = variant.demand
        fitting = self._leeway.fitting(demand)
        places = [n for n, ids in enumerate(fitting) if len(ids) >= demand.speakers]
        if not places:
            return
        nearest = min(places, key=lambda n: _distance(variant, demand.options[n]))
        fullest = min(places, key=lambda n: (-len(fitting[n]), n))
        has_more = bool(variant.days) and len(fitting[fullest]) > len(fitting[nearest])
        chosen = (nearest, fullest) if has_more else (nearest,)
        steps = tuple(Step(kind) for kind in variant.kinds)
        for place in chosen:
            team = self._best(demand, demand.options[place], fitting[place])
            yield self._cure(demand, place, steps=steps, team=team, people=len(fitting[place]))

    def by_rule(self, rule: str) -> Iterator[Cure]:
        """Yield the people who fill the request once this rule is bent for them."""
        if rule == "format_possible":
            yield from self._by_wider_radius()
            return
        seen: set[str] = set()
        for place, speaker in self._newcomers((rule,), lacking=1):
            if speaker.id not in seen and len(seen) < MOST_OF_A_KIND:
                seen.add(speaker.id)
                yield from self._with_bent(place, (speaker,), most=1)

    def by_two_people(self) -> Iterator[Cure]:
        """Yield two people at one start, a rule bent for each, where two are lacking."""
        by_place: dict[int, dict[str, Speaker]] = {}
        for rule in LIFTABLE_RULES:
            for place, speaker in self._newcomers((rule,), lacking=2):
                by_place.setdefault(place, {})[speaker.id] = speaker
        for place, people in by_place.items():
            if len(people) > 1:
                first, second = tuple(people.values())[:2]
                yield from self._with_bent(place, (first, second), most=1)

    def by_two_rules(self) -> Iterator[Cure]:
        """Yield people who fill the request once two rules are bent for them."""
        seen: set[str] = set()
        for rules in combinations(LIFTABLE_RULES, 2):
            for place, speaker in self._newcomers(rules, lacking=1):
                if speaker.id not in seen:
                    seen.add(speaker.id)
                    yield from self._with_bent(place, (speaker,), most=2)

    def _by_wider_radius(self) -> Iterator[Cure]:
        """Widen everybody's way as little as fills the request."""
        problem, demand = self._leeway.problem, self._demand
        wide = self._leeway.fitting(demand, ("format_possible",))
        reach: dict[int, list[tuple[float, Speaker]]] = {}
        for place, ids in enumerate(wide):
            far = [problem.speaker_by_id[key] for key in ids if key not in self._fitting[place]]
            lacking = demand.speakers - len(self._fitting[place])
            if lacking > 0 and len(far) >= lacking:
                by_km = sorted(((self._km(each), each) for each in far), key=lambda p: p[0])
                reach[place] = by_km[:lacking]
        if not reach:
            return
        place = min(reach, key=lambda n: (reach[n][-1][0], n))
        most = max(km for km, _ in reach[place])
        people = [each for _, each in reach[place]]
        for cure in self._with_bent(place, people, most=1):
            far_enough = [k for k in wide[place] if self._km(problem.speaker_by_id[k]) <= most]
            yield replace(cure, people=len({*far_enough, *self._fitting[place]}))

    def _newcomers(self, rules: tuple[str, ...], *, lacking: int) -> Iterator[tuple[int, Speaker]]:
        """Whoever fits only with these rules bent, where so many are lacking; the best first."""
        problem, demand = self._leeway.problem, self._demand
        if not self._leeway.can_bend(rules):
            return
        found = [
            (place, problem.speaker_by_id[key])
            for place, ids in enumerate(self._leeway.fitting(demand, rules))
            if demand.speakers - len(self._fitting[place]) == lacking
            for key in ids
            if key not in self._fitting[place]
        ]
        yield from sorted(found, key=lambda each: self._rank(demand, each[0], each[1]))

    def _with_bent(self, place: int, people: Sequence[Speaker], *, most: int) -> Iterator[Cure]:
        """The cure in which these people join those who fit, at most so many rules bent each."""
        demand = self._demand
        option = demand.options[place]
        bent = [self._bent(each, option, most=most) for each in people]
        changed = tuple(speaker for speaker, _ in bent)
        steps = tuple(step for _, of_one in bent for step in of_one)
        others = [key for key in self._fitting[place] if key not in {each.id for each in people}]
        team = self._best(demand, option, others, count=demand.speakers - len(changed))
        team = (*(each.id for each in changed), *team)
        people_then = len(others) + len(changed)
        cure = self._cure(demand, place, steps=steps, team=team, people=people_then)
        yield replace(cure, changed=changed)

    def _bent(
        self, speaker: Speaker, option: Option, *, most: int
    ) -> tuple[Speaker, tuple[Step, ...]]:
        steps: list[Step] = []
        for _ in range(most):
            finding = self._first_broken(speaker, option)
            if finding is None or finding.rule not in LIFTABLE_RULES:
                break
            speaker = lifted(speaker, finding, demand=self._demand, option=option)
            steps.append(Step(finding.rule, speaker.id, finding))
        return speaker, tuple(steps)

    def _first_broken(self, speaker: Speaker, option: Option) -> Finding | None:
        problem, demand = self._leeway.problem, self._demand
        findings = pair_findings(
            speaker,
            demand,
            option=option,
            geography=problem.geography,
            standing=problem.standing_by_speaker_id.get(speaker.id, ()),
            pair_minutes=problem.pair_minutes.get((demand.id, speaker.id)),
        )
        return next((finding for finding in findings if not finding.kept), None)

    def _best(
        self, demand: Demand, option: Option, ids: Iterable[str], *, count: int | None = None
    ) -> tuple[str, ...]:
        people = [self._leeway.problem.speaker_by_id[key] for key in ids]
        place = demand.options.index(option)
        people.sort(key=lambda speaker: self._rank(demand, place, speaker))
        return tuple(each.id for each in people[: demand.speakers if count is None else count])

    def _rank(self, demand: Demand, place: int, speaker: Speaker) -> tuple[int, int, str]:
        problem, option = self._leeway.problem, demand.options[place]
        points = sum(pair_points(problem, demand, option=option, speaker=speaker).values())
        sessions = len(option.sessions)
        points += fairness_points(problem.weights, speaker.history, sessions=sessions)
        return -points, option.start, speaker.id

    def _km(self, speaker: Speaker) -> float:
        home, place = speaker.home, self._demand.place
        assert home is not None
        assert place is not None
        return self._leeway.problem.geography.distance_km(home, place)

    def _cure(
        self,
        demand: Demand,
        place: int,
        *,
        steps: tuple[Step, ...],
        team: tuple[str, ...],
        people: int,
    ) -> Cure:
        start = demand.options[place].start
        return Cure((*self._steps, *steps), start, people, team, demand)


def _distance(variant: Variant, option: Option) -> tuple[int, int, int]:
    """How far a start is from the days asked for; then the teacher's wish, then the time."""
    day = option.sessions[0].day
    days = min((abs(day - each) for each in variant.days), default=0)
    return days, -option.preference, option.start
