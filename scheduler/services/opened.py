"""One request of the queue, open: who is proposed, why nobody is, and the day of the visit.

How the people proposed compare with others is told in :mod:`scheduler.services.comparing`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from scheduler.domain.assignments import Finding, Speaker
from scheduler.domain.constraints import chosen_format
from scheduler.domain.errors import Unknown
from scheduler.domain.periods import Period
from scheduler.domain.proposals import Proposal, ProposalState
from scheduler.domain.requests import ClassroomRequest, RequestState
from scheduler.domain.topics import Topic, TopicTree
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
from scheduler.services.booking_by_hand import OVERRIDABLE
from scheduler.services.comparing import Alternative, Bench, Suggested, way_of
from scheduler.services.day_plans import DayPlan, day_plan
from scheduler.services.deciding_otherwise import email_of
from scheduler.services.explanations import Why, why_in
from scheduler.services.judging import broken_findings
from scheduler.services.picture import Picture
from scheduler.services.ports import Gazetteer, Store
from scheduler.services.queue_rows import QueueLine, Wanted
from scheduler.services.surroundings import Surroundings
from scheduler.services.telling import Reason, reasons_of
from scheduler.services.warm import Warm

EVERYTHING = Wanted()


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
    group: str = "",
    person: str = "",
) -> Review:
    """Return the queue with this request open, or its first when the key is empty.

    ``group`` is the only one that the first is taken from, empty for every.
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
        line = queued.line(key or found.first(group=group))
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
    opened = _opened(surroundings, line, broken=broken)
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


def _opened(surroundings: Surroundings, line: QueueLine, *, broken: tuple[Finding, ...]) -> Opened:
    """Return everything the page shows but why nobody could come."""
    request, picture, proposal = line.request, surroundings.picture, line.proposal
    classroom, found = picture.classroom_of(request), surroundings.queued.found
    bench = _bench(surroundings, proposal) if proposal else None
    return Opened(
        request=request,
        school_name=line.school_name,
        class_name=line.class_name,
        students=classroom.students if classroom else None,
        teacher_name=line.teacher_name,
        topic=picture.topics.topic(request.topic),
        timezone=picture.zone_of(request.school),
        school_visits=line.visits_this_year,
        usual_visits=found.visits_everywhere / len(picture.schools),
        asked_day=first_day(request),
        sessions=proposal.sessions if proposal else (),
        state=proposal.state if proposal else None,
        said_no=proposal.reason if proposal else "",
        made_at=proposal.made_at if proposal else None,
        broken=reasons_of(broken),
        team=bench.suggested() if bench else (),
        alternatives=tuple(bench.alternatives()) if bench else (),
        day=_day(surroundings, proposal, bench.team) if proposal and bench else None,
    )


def _bench(surroundings: Surroundings, proposal: Proposal) -> Bench:
    return Bench(
        at_chosen_start(surroundings.problem, proposal),
        proposal,
        picture=surroundings.picture,
        named_by_email=surroundings.queued.found.people,
    )


def _day(
    surroundings: Surroundings, proposal: Proposal, team: tuple[Speaker, ...]
) -> DayPlan | None:
    """Return what the day of the visit looks like; nothing where nobody of the team is left."""
    if not team:
        return None
    problem = surroundings.problem
    demand = problem.demand_by_id[proposal.request]
    ways = [way_of(each, demand, problem).minutes or 0 for each in team]
    return day_plan(
        surroundings.picture,
        demand,
        proposal.sessions[0],
        team=[
            (each, chosen_format(each, demand, geography=problem.geography) or "") for each in team
        ],
        travel_minutes=max(ways),
    )
