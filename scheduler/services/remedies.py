"""The smallest changes that would fill a request, each tried on a copy before it is told.

Nothing here changes anything. A remedy is told only if the request is filled once it is carried
out, on top of what is booked and of what else is proposed; where it would be filled only at
another request's cost, that request is named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from scheduler.domain.assignments import Assignment, Demand, Finding, Speaker
from scheduler.domain.periods import moment_of
from scheduler.matching.cures import Cure, Step, Variant
from scheduler.matching.giving import in_the_way
from scheduler.matching.leeway import Leeway
from scheduler.matching.lifting import LIFTABLE_RULES
from scheduler.matching.problem import Problem
from scheduler.matching.remedies import paired_cures, single_cures
from scheduler.matching.standing import with_standing
from scheduler.services.alterations import (
    ANOTHER_LESSON,
    FEWER_SESSIONS,
    SHORTER_VISIT,
    SMALLER_TEAM,
    pairs_of,
    variants_of,
)
from scheduler.services.picture import Picture
from scheduler.services.ports import Gazetteer
from scheduler.services.snapshots import speakers_of
from scheduler.services.telling import Told, reason_of

MOST_OF_A_KIND = 2
MOST_DISPLACED = 2
AS_IT_IS = "as_it_is"
ASK_AGAIN = "ask_again"
KIND_BY_RULE: Mapping[str, str] = {
    "within_availability": "ask_times",
    "max_per_day": "one_more",
    "max_per_week": "one_more",
    "max_per_month": "one_more",
    "budget_minutes": "more_time",
    "notice_given": "shorter_notice",
    "format_possible": "wider_radius",
    "clearance_valid": "clearance",
    "grade_match": "another_grade",
    "long_enough": "short_visit",
}
WAY = "format_possible"
FACTS_BY_RULE: Mapping[str, tuple[str, ...]] = {
    "max_per_day": ("limit",),
    "max_per_week": ("limit",),
    "max_per_month": ("limit",),
    "budget_minutes": ("limit",),
    "notice_given": ("earliest_day",),
    "clearance_valid": ("last_day",),
    "grade_match": ("grade",),
    "long_enough": ("minutes", "min_minutes"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One parameter to change, with its facts.

    Of the request: ``another_lesson`` (start), ``virtual``, ``at_school``, ``smaller_team``
    (speakers), ``fewer_sessions`` (sessions), ``shorter_visit`` (minutes), ``ask_again`` (email,
    name of somebody turned down before). Of a person, with email and name: ``ask_times``
    (is_known, whether any times are), ``one_more`` (rule, limit, needed), ``more_time``,
    ``shorter_notice`` (earliest_day), ``clearance`` (last_day where one ended),
    ``another_grade`` (grade), ``short_visit`` (minutes, min_minutes). Of everybody:
    ``wider_radius`` (km, and name, email and max_km of the nearest).
    """

    kind: str
    facts: Mapping[str, Told] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Remedy:
    """One or two changes that fill a request, and how many people could then come at ``start``.

    ``kind`` joins the kinds of the changes; ``as_it_is`` needs none: it could be filled right
    now. ``team`` are the addresses of those who would come. ``displaces`` names the requests
    that would have to give somebody up.
    """

    kind: str
    changes: tuple[Change, ...]
    people: int
    start: datetime
    team: tuple[str, ...]
    displaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Advice:
    """What would help one request.

    ``tried`` names every kind of single change that was tried on everybody and every start;
    ``no_single_helps`` is proven by that: none of them fills the request.
    """

    remedies: tuple[Remedy, ...] = ()
    tried: tuple[str, ...] = ()
    no_single_helps: bool = False


class Adviser:
    """Advice for some requests of one picture; the tables are made once for all of them.

    ``assignments`` are the other proposals of the plan, on top of what is booked. With
    ``knows_all_days`` nobody's free time is worked out again for other lessons.
    """

    def __init__(
        self,
        problem: Problem,
        picture: Picture,
        keys: Iterable[str],
        *,
        gazetteer: Gazetteer,
        assignments: Iterable[Assignment] = (),
        knows_all_days: bool = False,
    ) -> None:
        self._picture, self._keys = picture, tuple(keys)
        self._demands = tuple(problem.demand_by_id[key] for key in self._keys)
        self._plan = tuple(each for each in assignments if each.demand_id not in self._keys)
        self._variants_by_key = {d.id: self._variants(d) for d in self._demands}
        self._problem = problem
        if knows_all_days:
            return
        everything = [v.demand for vs in self._variants_by_key.values() for v in vs]
        wider = _of_their_topics(problem, picture, self._demands)
        # Other lessons may lie on days for which nobody's times were worked out yet.
        speakers = speakers_of(wider, (*problem.demands, *everything), gazetteer=gazetteer)
        self._problem = replace(problem, speakers=speakers)

    def advice(self, key: str) -> Advice:
        """Return what would fill this request, single changes first; two only where none does."""
        demand = self._problem.demand_by_id[key]
        variants = self._variants_by_key[key]
        singles = self._fewest(single_cures(self._beside, demand, variants=variants))
        if singles:
            return Advice(tuple(self._remedy(each) for each in singles), self._tried(variants))
        cures = paired_cures(
            self._beside, demand, variants=variants, pairs=pairs_of(self._picture, demand)
        )
        return Advice(
            (*(self._remedy(each) for each in cures), *self._displacing(demand, variants)),
            self._tried(variants),
            no_single_helps=True,
        )

    @cached_property
    def _beside(self) -> Leeway:
        return Leeway(with_standing(self._problem, self._plan), self._demands)

    @cached_property
    def _alone(self) -> Leeway:
        return Leeway(self._problem, self._demands) if self._plan else self._beside

    def _displacing(self, demand: Demand, variants: Iterable[Variant]) -> Iterator[Remedy]:
        """Single changes that fill the request only if another one gives somebody up."""
        if not self._plan:
            return
        for cure in self._fewest(single_cures(self._alone, demand, variants=variants)):
            gives = in_the_way(self._problem, self._plan, cure=cure)
            if cure.steps and 0 < len(gives) <= MOST_DISPLACED:
                yield replace(self._remedy(cure), displaces=gives)

    def _variants(self, demand: Demand) -> tuple[Variant, ...]:
        return (*variants_of(self._picture, demand), *self._turned_down(demand))

    def _turned_down(self, demand: Demand) -> Iterator[Variant]:
        """Those whom coordinators passed over; whoever said no, or was ruled out, stays out."""
        request = self._picture.requests[demand.id]
        ruled_out = {*request.excluded, *self._picture.declined.get(demand.id, ())}
        for email in sorted(demand.excluded - ruled_out - self._present(demand.id)):
            others = demand.excluded - {email}
            yield Variant((f"{ASK_AGAIN}:{email}",), replace(demand, excluded=others))

    def _present(self, key: str) -> frozenset[str]:
        visits = self._picture.visits_of(key)
        return frozenset(email for visit in visits for email in visit.volunteers)

    def _fewest(self, cures: Iterable[Cure]) -> tuple[Cure, ...]:
        """Leave the first two of a kind, and of changed numbers only the smallest."""
        most = dict.fromkeys((SMALLER_TEAM, FEWER_SESSIONS, SHORTER_VISIT), 1)
        seen: Counter[str] = Counter()
        found = []
        for cure in cures:
            kind = "+".join(self._kind(step) for step in cure.steps)
            if seen[kind] < most.get(kind, MOST_OF_A_KIND):
                seen[kind] += 1
                found.append(cure)
        return tuple(found)

    def _tried(self, variants: Iterable[Variant]) -> tuple[str, ...]:
        kinds = [kind.partition(":")[0] for each in variants for kind in each.kinds]
        bent = [KIND_BY_RULE[rule] for rule in LIFTABLE_RULES if self._beside.can_bend((rule,))]
        return tuple(dict.fromkeys([*kinds, *bent]))

    def _kind(self, step: Step) -> str:
        return KIND_BY_RULE.get(step.kind, step.kind.partition(":")[0])

    def _remedy(self, cure: Cure) -> Remedy:
        changes = tuple(self._changes(cure))
        kind = "+".join(each.kind for each in changes) or AS_IT_IS
        return Remedy(kind, changes, cure.people, moment_of(cure.start), cure.team)

    def _changes(self, cure: Cure) -> Iterator[Change]:
        for step in cure.steps:
            if step.finding is None:
                yield self._of_request(step.kind, cure)
            elif step.kind != WAY:
                yield self._of_person(step.finding, step.speaker_id)
        far = [each for each in cure.steps if each.kind == WAY]
        if far:
            # Everybody's limit is one number, however many people it brings.
            by_id = {speaker.id: speaker for speaker in cure.changed}
            km = max(by_id[each.speaker_id].max_km or 0 for each in far)
            nearest = self._problem.speaker_by_id[far[0].speaker_id]
            facts = {**_named(nearest), "km": int(km), "max_km": nearest.max_km or 0}
            yield Change(KIND_BY_RULE[WAY], facts)

    def _of_request(self, kind: str, cure: Cure) -> Change:
        name, _, email = kind.partition(":")
        if email:
            return Change(name, _named(self._problem.speaker_by_id[email]))
        option = cure.demand.option_at(cure.start)
        assert option is not None
        facts_by_kind: Mapping[str, Mapping[str, Told]] = {
            ANOTHER_LESSON: {"start": moment_of(cure.start)},
            SMALLER_TEAM: {"speakers": cure.demand.speakers},
            FEWER_SESSIONS: {"sessions": len(option.sessions)},
            SHORTER_VISIT: {"minutes": option.sessions[0].minutes},
        }
        return Change(name, facts_by_kind.get(name, {}))

    def _of_person(self, finding: Finding, email: str) -> Change:
        speaker, told = self._problem.speaker_by_id[email], reason_of(finding).facts
        kept = FACTS_BY_RULE.get(finding.rule, ())
        facts: dict[str, Told] = {name: told[name] for name in kept if name in told}
        match finding.rule:
            case "within_availability":
                facts["is_known"] = speaker.free is not None
            case "max_per_day" | "max_per_week" | "max_per_month":
                facts |= {"rule": finding.rule, "needed": told["count"]}
            case "budget_minutes":
                facts["needed"] = told["count"]
        return Change(KIND_BY_RULE[finding.rule], {**_named(speaker), **facts})


def _of_their_topics(problem: Problem, picture: Picture, demands: Iterable[Demand]) -> Picture:
    """The picture with only those who know one of the topics: nobody else ever fits."""
    topics = {demand.topic for demand in demands}
    names = {each.id for each in problem.speakers if topics & each.level_by_topic.keys()}
    people = {email: each for email, each in picture.volunteers.items() if email in names}
    return replace(picture, volunteers=people)


def _named(speaker: Speaker) -> dict[str, Told]:
    return {"email": speaker.id, "name": speaker.name}
