"""One request of the queue, open: who is proposed and why, who else could come, and the day.

Rules must be kept and each shows the fact that proves it; wishes may be missed, and a missed
one is named. Nobody is compared by a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from scheduler.domain.assignments import IN_PERSON, Demand, Finding, Option, Speaker
from scheduler.domain.constraints import chosen_format, distance_between, pair_findings
from scheduler.domain.errors import Unknown
from scheduler.domain.periods import Period
from scheduler.domain.proposals import ProposalState
from scheduler.domain.requests import ClassroomRequest, RequestState
from scheduler.domain.topics import Topic, TopicTree
from scheduler.domain.zones import local
from scheduler.matching.explain import explain
from scheduler.matching.problem import Problem
from scheduler.services.about import MOST_NAMED, About, about_in
from scheduler.services.access import Actor, require_overseer
from scheduler.services.asking import reference_of
from scheduler.services.board import (
    Board,
    Queued,
    at_chosen_start,
    board_of,
    first_day,
    problem_at,
)
from scheduler.services.choices import OVERRIDABLE
from scheduler.services.choosing import email_of
from scheduler.services.day_plans import DayPlan, day_plan
from scheduler.services.explanations import Why, why_in
from scheduler.services.judging import broken_findings
from scheduler.services.picture import Picture
from scheduler.services.ports import Gazetteer, Store
from scheduler.services.queue_rows import QueueLine, Wanted
from scheduler.services.surroundings import COMPARED, Surroundings
from scheduler.services.telling import Reason, Told, reasons_of
from scheduler.services.warm import Warm

MOST_ALTERNATIVES = 3
EVERYTHING = Wanted()


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
    """Somebody else who could come to the same lesson, in place of one of the team."""

    reference: str
    name: str
    differences: tuple[Difference, ...]
    instead_of: str = ""


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
    topic: Topic
    timezone: str
    school_visits: int
    usual_visits: float
    asked_day: date
    sessions: tuple[Period, ...] = ()
    state: ProposalState | None = None
    said_no: str = ""
    made_at: datetime | None = None
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

    @property
    def can_override(self) -> bool:
        """Tell whether everything that is in the way may be set aside with a reason."""
        is_undecided = self.state in (ProposalState.PENDING, ProposalState.STALE)
        return is_undecided and bool(self.broken) and {r.rule for r in self.broken} <= OVERRIDABLE


@dataclass(frozen=True, slots=True)
class Review:
    """The queue, and one request of it open; none when the queue is empty or it is not open.

    ``schools``, keys and names by name, and ``topics`` are what can be filtered by.
    """

    board: Board
    opened: Opened | None
    schools: tuple[tuple[str, str], ...] = ()
    topics: tuple[Topic, ...] = ()


def review(
    store: Store,
    key: str,
    *,
    warm: Warm,
    actor: Actor,
    now: datetime,
    gazetteer: Gazetteer,
    wanted: Wanted = EVERYTHING,
    person: str = "",
) -> Review:
    """Return the queue with this request open, or its first when the key is empty.

    ``person`` is a name, or part of one, of somebody to hold against the request.

    Raises:
        NotAllowed: unless the actor oversees.
        Unknown: if there is no such request.
    """
    require_overseer(actor, deed="see proposals")
    with store.read() as work, warm.at(work, now=now, gazetteer=gazetteer) as district:
        also = (*wanted.also, key) if key else wanted.also
        topics = topics_like(district.ground.topics, wanted.text)
        wanted = replace(wanted, also=also, text_topics=topics)
        queued = Queued(work, district, wanted, now=now, gazetteer=gazetteer)
        found = board_of(queued, wanted)
        line = queued.line(key or found.first)
        if line is None and key:
            raise Unknown("request", key)
        is_open = line is not None and line.request.state is RequestState.OPEN
        opened = opened_in(queued, line, person=person.strip()) if line and is_open else None
        return Review(found, opened, *_choices(district.ground))


def _choices(ground: Picture) -> tuple[tuple[tuple[str, str], ...], tuple[Topic, ...]]:
    schools = sorted((each.name, key) for key, each in ground.schools.items())
    return tuple((k, name) for name, k in schools), ground.topics.topics


def topics_like(tree: TopicTree, text: str) -> tuple[str, ...]:
    """Return the keys of the topics of which a name holds the text; none for an empty one."""
    wanted = text.strip().casefold()
    return tuple(t.key for t in tree.topics if wanted and wanted in " ".join(t.names).casefold())


def opened_in(queued: Queued, line: QueueLine, *, person: str = "") -> Opened:
    """Return one line of the queue, open."""
    alike = _alike(queued, person)
    asked = alike[0][0] if len(alike) == 1 else ""
    proposal = line.proposal
    broken = (
        broken_findings(problem_at(queued, line.request, proposal), proposal) if proposal else ()
    )
    is_fine = proposal is not None and proposal.state is ProposalState.PENDING and not broken
    surroundings = Surroundings(queued, line, asked=asked, with_all=not is_fine)
    bench = _Bench(surroundings, line)
    opened = bench.opened(broken=broken)
    if not is_fine:
        opened = replace(opened, why=why_in(surroundings.scene, line.request.key))
    if asked:
        return replace(
            opened,
            asked_for=person,
            about=about_in(surroundings.scene, line.request.key, email=asked),
        )
    named = tuple((reference_of(email), name) for email, name in alike)
    return replace(opened, asked_for=person, alike=named)


def _alike(queued: Queued, text: str) -> tuple[tuple[str, str], ...]:
    if not text:
        return ()
    email = email_of(queued.district, text)
    return ((email, ""),) if email else queued.work.queue.alike(text, most=MOST_NAMED)


class _Bench:
    """One request's problem, with the proposal laid on it."""

    def __init__(self, surroundings: Surroundings, line: QueueLine) -> None:
        self._around, self._line = surroundings, line
        self._picture, self._problem = surroundings.picture, surroundings.problem
        self._request, self._proposal = line.request, line.proposal
        self._demand = self._problem.demand_by_id[line.request.key]

    def opened(self, *, broken: tuple[Finding, ...]) -> Opened:
        """Return everything the page shows but why nobody could come."""
        request, picture, proposal = self._request, self._picture, self._proposal
        classroom = picture.classroom_of(request)
        here = at_chosen_start(self._problem, proposal) if proposal else None
        team = self._team(here) if here else ()
        others = _compared(here, team) if here and team else ()
        found = self._around.queued.found
        return Opened(
            request=request,
            school_name=self._line.school_name,
            class_name=self._line.class_name,
            students=classroom.students if classroom else None,
            teacher_name=self._line.teacher_name,
            topic=picture.topics.topic(request.topic),
            timezone=picture.zone_of(request.school),
            school_visits=self._line.visits_this_year,
            usual_visits=found.visits_everywhere / len(picture.schools),
            asked_day=first_day(request),
            sessions=proposal.sessions if proposal else (),
            state=proposal.state if proposal else None,
            said_no=proposal.reason if proposal else "",
            made_at=proposal.made_at if proposal else None,
            broken=reasons_of(broken),
            team=tuple(self._suggested(each, here, others) for each in team) if here else (),
            alternatives=tuple(self._alternatives(here, team, others)) if here else (),
            day=self._day(team) if proposal and team else None,
        )

    def _team(self, here: Problem) -> tuple[Speaker, ...]:
        emails = [each.email for each in self._proposal.speakers] if self._proposal else []
        return tuple(here.speaker_by_id[each] for each in emails if each in here.speaker_by_id)

    def _suggested(self, speaker: Speaker, here: Problem, others: tuple[Speaker, ...]) -> Suggested:
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
        return Suggested(
            reference=reference_of(speaker.id),
            name=speaker.name,
            organization=self._around.queued.found.people[speaker.id].organization,
            visits=len(visits),
            last_visit=local(max(past), zone).date() if past else None,
            format=chosen_format(speaker, demand, geography=here.geography) or "",
            reasons=reasons_of(findings),
            wishes=tuple(self._wishes(speaker, here, option, fitting=[*others, speaker])),
        )

    def _wishes(
        self, speaker: Speaker, here: Problem, option: Option | None, *, fitting: list[Speaker]
    ) -> Iterator[Wish]:
        demand = here.demands[0]
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

    def _alternatives(
        self, here: Problem, team: tuple[Speaker, ...], others: tuple[Speaker, ...]
    ) -> Iterator[Alternative]:
        """Each of a team can be swapped; a visit that stands already keeps its team."""
        if self._picture.visits_of(self._request.key):
            return
        for member in team:
            for other in others[:MOST_ALTERNATIVES]:
                yield Alternative(
                    reference_of(other.id),
                    other.name,
                    tuple(_differences(member, other, here)),
                    instead_of=reference_of(member.id),
                )

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


def _compared(here: Problem, team: tuple[Speaker, ...]) -> tuple[Speaker, ...]:
    """Return who else could come to that lesson, the best first."""
    present = {each.id for each in team}
    found = explain(here, here.demands[0].id, top=COMPARED + len(present)).candidates
    return tuple(here.speaker_by_id[e.speaker_id] for e in found if e.speaker_id not in present)
