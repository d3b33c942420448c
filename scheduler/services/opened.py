"""One request of the queue, open: who is proposed and why, who else could come, and the day.

Rules must be kept and each shows the fact that proves it; wishes may be missed, and a missed
one is named. Nobody is compared by a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from scheduler.domain.assignments import IN_PERSON, Demand, Option, Speaker
from scheduler.domain.constraints import chosen_format, distance_between, pair_findings
from scheduler.domain.errors import Unknown
from scheduler.domain.periods import Period
from scheduler.domain.proposals import ProposalState
from scheduler.domain.requests import ClassroomRequest
from scheduler.domain.zones import local
from scheduler.matching.explain import explain
from scheduler.matching.problem import Problem
from scheduler.services.about import About, about_in, named_like
from scheduler.services.access import Actor, require_overseer
from scheduler.services.asking import reference_of
from scheduler.services.board import (
    Board,
    Order,
    Queued,
    at_chosen_start,
    board_of,
    first_day,
    load_queue,
    visits_by_school,
)
from scheduler.services.day_plans import DayPlan, day_plan
from scheduler.services.explanations import Why, why_in
from scheduler.services.judging import broken_findings
from scheduler.services.ports import Gazetteer, Store
from scheduler.services.proposing import turned_down
from scheduler.services.scenes import Scene, passing_over
from scheduler.services.snapshots import problem_of
from scheduler.services.telling import Reason, Told, reasons_of

MOST_ALTERNATIVES = 3
COMPARED = 50


@dataclass(frozen=True, slots=True)
class Wish:
    """One wish, whether it is met, and the facts: ``term`` is the objective's name for it."""

    term: str
    is_met: bool
    facts: Mapping[str, Told] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Way:
    """How far somebody has to come; None where a place is unknown or they come by video."""

    km: float | None = None
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Suggested:
    """One person of the proposed team."""

    reference: str
    name: str
    organization: str
    visits: int
    last_visit: date | None
    format: str
    reasons: tuple[Reason, ...]
    wishes: tuple[Wish, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What is other about somebody: ``way`` (minutes), ``topic`` (level), ``visits`` (count).

    ``is_better`` tells whether it speaks for them.
    """

    kind: str
    amount: int
    is_better: bool


@dataclass(frozen=True, slots=True)
class Alternative:
    """Somebody else who could come to the same lesson."""

    reference: str
    name: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """Everything the page of one open request shows.

    ``why`` is there when nobody is proposed or the proposal no longer holds; ``school_visits``
    and ``usual_visits`` are this school's visits of the year and the mean of all schools;
    ``asked_day`` is the day of the first window. ``about`` holds a person asked for by name
    against the request (``asked_for``); ``alike`` are reference and name of several who
    might be meant.
    """

    request: ClassroomRequest
    school_name: str
    class_name: str
    students: int | None
    teacher_name: str
    topic: str
    timezone: str
    school_visits: int
    usual_visits: float
    asked_day: date
    sessions: tuple[Period, ...] = ()
    state: ProposalState | None = None
    said_no: str = ""
    broken: tuple[Reason, ...] = ()
    team: tuple[Suggested, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    day: DayPlan | None = None
    why: Why | None = None
    about: About | None = None
    alike: tuple[tuple[str, str], ...] = ()
    asked_for: str = ""

    @property
    def can_approve(self) -> bool:
        """Tell whether the proposal can be approved as it is."""
        return self.state is ProposalState.PENDING and not self.broken


@dataclass(frozen=True, slots=True)
class Review:
    """The queue, and one request of it open; none when the queue is empty or it is not open."""

    board: Board
    opened: Opened | None


def review(
    store: Store,
    key: str,
    *,
    actor: Actor,
    now: datetime,
    gazetteer: Gazetteer,
    order: Order = Order.FAIREST,
    text: str = "",
    person: str = "",
) -> Review:
    """Return the queue with this request open, or its first when the key is empty.

    ``person`` is a name, or part of one, of somebody to hold against the request.

    Raises:
        NotAllowed: unless the actor oversees.
        Unknown: if there is no such request.
    """
    require_overseer(actor, deed="see proposals")
    with store.read() as work:
        queued = load_queue(work, now=now, also=key)
        problem = problem_of(queued.picture, gazetteer=gazetteer)
        found = board_of(queued, problem, order=order, text=text)
        chosen = key or found.first
        if key and work.requests.get(key) is None:
            raise Unknown("request", key)
        request = queued.requests.get(chosen)
        if request is None:
            return Review(found, None)
        if chosen not in problem.demand_by_id:
            queued = load_queue(work, now=now, also=chosen)
            problem = problem_of(queued.picture, gazetteer=gazetteer)
        teacher = work.people.get(request.teacher_email)
        organizations = work.districts.organizations()
    bench = _Bench(
        queued,
        problem,
        chosen,
        gazetteer=gazetteer,
        organization_by_key={k: each.name for k, each in organizations.items()},
    )
    opened = bench.opened(teacher_name=teacher.name if teacher else "")
    return Review(found, bench.with_person(opened, person))


class _Bench:
    """One request's problem, with the proposal laid on it."""

    def __init__(
        self,
        queued: Queued,
        problem: Problem,
        key: str,
        *,
        gazetteer: Gazetteer,
        organization_by_key: Mapping[str, str],
    ) -> None:
        self._pending = {
            each: proposal
            for each, proposal in queued.proposals.items()
            if proposal.state is ProposalState.PENDING
        }
        self._picture, self._problem = queued.picture, problem
        self._request, self._proposal = queued.requests[key], queued.proposals.get(key)
        self._gazetteer, self._organization_by_key = gazetteer, organization_by_key
        self._demand = problem.demand_by_id[key]
        passed_over = turned_down(queued.proposals, queued.nobody).get(key, ())
        bare = passing_over(problem, key, emails=passed_over)
        self._scene = Scene(queued.picture, bare, self._pending, gazetteer, passed_over)

    def opened(self, *, teacher_name: str) -> Opened:
        """Return everything the page shows."""
        request, picture, proposal = self._request, self._picture, self._proposal
        classroom = picture.classroom_of(request)
        visits = visits_by_school(picture)
        broken = broken_findings(self._problem, proposal) if proposal else ()
        is_fine = proposal and proposal.state is ProposalState.PENDING and not broken
        here = at_chosen_start(self._problem, proposal) if proposal else None
        team = self._team(here) if here else ()
        return Opened(
            request=request,
            school_name=picture.schools[request.school].name,
            class_name=classroom.name if classroom else "",
            students=classroom.students if classroom else None,
            teacher_name=teacher_name,
            topic=picture.topics.title(request.topic),
            timezone=picture.zone_of(request.school),
            school_visits=visits[request.school],
            usual_visits=sum(visits.values()) / len(picture.schools),
            asked_day=first_day(request),
            sessions=proposal.sessions if proposal else (),
            state=proposal.state if proposal else None,
            said_no=proposal.reason if proposal else "",
            broken=reasons_of(broken),
            team=tuple(self._suggested(speaker, here) for speaker in team) if here else (),
            alternatives=tuple(self._alternatives(here, team)) if here else (),
            day=self._day(team) if proposal and team else None,
            why=None if is_fine else why_in(self._scene, request.key),
        )

    def with_person(self, opened: Opened, text: str) -> Opened:
        """Return the page with whoever the text names held against the request."""
        opened = replace(opened, asked_for=text)
        alike = named_like(self._scene, text)
        if len(alike) == 1:
            return replace(
                opened, about=about_in(self._scene, opened.request.key, email=alike[0][0])
            )
        return replace(opened, alike=tuple((reference_of(email), name) for email, name in alike))

    def _team(self, here: Problem) -> tuple[Speaker, ...]:
        emails = [each.email for each in self._proposal.speakers] if self._proposal else []
        return tuple(here.speaker_by_id[each] for each in emails if each in here.speaker_by_id)

    def _suggested(self, speaker: Speaker, here: Problem) -> Suggested:
        demand = here.demands[0]
        option = demand.options[0] if demand.options else None
        visits = [v for v in self._picture.visits if speaker.id in v.volunteers]
        past = [v.period.start for v in visits if v.period.end <= self._picture.now]
        zone = self._picture.zone_of(demand.school)
        findings = pair_findings(
            speaker,
            demand,
            option=option,
            geography=here.geography,
            standing=here.standing_by_speaker_id.get(speaker.id, ()),
        )
        person = self._picture.volunteers[speaker.id]
        return Suggested(
            reference=reference_of(speaker.id),
            name=speaker.name,
            organization=self._organization_by_key.get(person.organization, ""),
            visits=len(visits),
            last_visit=local(max(past), zone).date() if past else None,
            format=chosen_format(speaker, demand, geography=here.geography) or "",
            reasons=reasons_of(findings),
            wishes=tuple(self._wishes(speaker, here, option)),
        )

    def _wishes(self, speaker: Speaker, here: Problem, option: Option | None) -> Iterator[Wish]:
        demand = here.demands[0]
        others = [each.speaker_id for each in explain(here, demand.id, top=COMPARED).candidates]
        fitting = [here.speaker_by_id[each] for each in (*others, speaker.id)]
        level = speaker.level_by_topic.get(demand.topic, 0)
        best = max(each.level_by_topic.get(demand.topic, 0) for each in fitting)
        yield Wish("fit", level == best, {"level": level, "best": best})
        if option:
            yield Wish("preference", option.preference == 3, {"preference": option.preference})
        if demand.preferred:
            yield Wish("preferred", speaker.id in demand.preferred)
        yield from self._short_way(speaker, fitting, demand, here)
        fewest = min(each.history for each in fitting)
        yield Wish(
            "fairness", speaker.history == fewest, {"visits": speaker.history, "fewest": fewest}
        )

    def _short_way(
        self, speaker: Speaker, fitting: list[Speaker], demand: Demand, here: Problem
    ) -> Iterator[Wish]:
        ways = [way_of(each, demand, here).minutes for each in fitting]
        mine = way_of(speaker, demand, here)
        if mine.minutes is not None and mine.km is not None:
            shortest = min(way for way in ways if way is not None)
            facts = {"km": mine.km, "minutes": mine.minutes, "shortest": shortest}
            yield Wish("travel", mine.minutes == shortest, facts)

    def _alternatives(self, here: Problem, team: tuple[Speaker, ...]) -> Iterator[Alternative]:
        """Only a single speaker is swapped here; a visit that stands already keeps its team."""
        if len(team) != 1 or self._picture.visits_of(self._request.key):
            return
        (first,) = team
        found = explain(here, self._request.key, top=MOST_ALTERNATIVES + 1).candidates
        others = [each for each in found if each.speaker_id != first.id]
        for candidate in others[:MOST_ALTERNATIVES]:
            other = here.speaker_by_id[candidate.speaker_id]
            differences = tuple(_differences(first, other, here))
            yield Alternative(reference_of(other.id), other.name, differences)

    def _day(self, team: tuple[Speaker, ...]) -> DayPlan:
        assert self._proposal is not None
        geography = self._problem.geography
        ways = [way_of(each, self._demand, self._problem).minutes or 0 for each in team]
        return day_plan(
            self._picture,
            self._demand,
            self._proposal.sessions[0],
            team=[
                (each, chosen_format(each, self._demand, geography=geography) or "")
                for each in team
            ],
            travel_minutes=max(ways),
        )


def way_of(speaker: Speaker, demand: Demand, problem: Problem) -> Way:
    """Return the way from home to school of somebody who would come in person."""
    geography = problem.geography
    km = distance_between(speaker, demand, geography=geography)
    is_there = chosen_format(speaker, demand, geography=geography) == IN_PERSON
    if km is None or speaker.home is None or demand.place is None or not is_there:
        return Way()
    return Way(km, geography.travel_minutes(speaker.home, demand.place))


def _differences(first: Speaker, other: Speaker, here: Problem) -> Iterator[Difference]:
    demand = here.demands[0]
    mine, theirs = (way_of(each, demand, here).minutes for each in (first, other))
    if mine is not None and theirs is not None and mine != theirs:
        yield Difference("way", theirs, theirs < mine)
    levels = [each.level_by_topic.get(demand.topic, 0) for each in (first, other)]
    if levels[0] != levels[1]:
        yield Difference("topic", levels[1], levels[1] > levels[0])
    if first.history != other.history:
        yield Difference("visits", other.history, other.history < first.history)
