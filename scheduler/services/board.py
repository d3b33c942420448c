"""The coordinator's queue: which proposals can go out as they are, and which need a person.

Every proposal is judged anew against what is booked now. A score is never shown: how well a
person fits is said in steps, and people who would do equally well are counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from scheduler.domain.periods import minute_of
from scheduler.domain.proposals import Proposal, ProposalState, Unassigned
from scheduler.domain.requests import ClassroomRequest, RangeWindow, RequestState
from scheduler.domain.zones import local
from scheduler.matching.candidates import find_columns
from scheduler.matching.differences import is_known
from scheduler.matching.objective import fairness_points, points_by_term
from scheduler.matching.problem import Problem
from scheduler.services.access import Actor, require_coordinator
from scheduler.services.approvals import undo
from scheduler.services.asking import find_email
from scheduler.services.choices import book
from scheduler.services.judging import broken_findings
from scheduler.services.picture import Picture, load_picture
from scheduler.services.ports import Gazetteer, Store, Work
from scheduler.services.reasons import advice_kept
from scheduler.services.snapshots import assignment_of
from scheduler.services.telling import Reason, reasons_of


class Group(StrEnum):
    """Where a request stands in the queue."""

    READY = "ready"
    CHOICE = "choice"
    NOBODY = "nobody"


class Order(StrEnum):
    """How the queue is sorted; the fairest puts schools with the fewest visits first."""

    FAIREST = "fairest"
    SOONEST = "soonest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One open request of the queue.

    ``day`` is that of the proposed visit, else of the first window. ``level`` is how well the
    least versed of the team knows the topic, 1 to 3; ``ties`` how many others would do as
    well. ``state`` is the proposal's, None without one; ``decided_by`` then says why, and
    ``remedies`` counts what the last run found would help.
    """

    key: str
    group: Group
    title: str
    school_name: str
    class_name: str
    day: date
    names: tuple[str, ...] = ()
    level: int = 0
    ties: int = 0
    visits_this_year: int = 0
    state: ProposalState | None = None
    broken: tuple[Reason, ...] = ()
    decided_by: str = ""
    remedies: int = 0


@dataclass(frozen=True, slots=True)
class Board:
    """The whole queue in order; ``points`` is what all that is pending is worth, by term."""

    rows: tuple[BoardRow, ...]
    points: Mapping[str, int] = field(default_factory=dict)

    def of(self, group: Group) -> tuple[BoardRow, ...]:
        """Return the rows of one group, in order."""
        return tuple(row for row in self.rows if row.group is group)

    @property
    def first(self) -> str:
        """Return the request to open when none is named, empty when the queue is."""
        return next((row.key for group in Group for row in self.of(group)), "")


@dataclass(frozen=True, slots=True)
class Queued:
    """What the queue is made from: open requests, what is known of them, and the district."""

    requests: Mapping[str, ClassroomRequest]
    proposals: Mapping[str, Proposal]
    nobody: Mapping[str, Unassigned]
    picture: Picture


def load_queue(work: Work, *, now: datetime, also: str = "") -> Queued:
    """Load the open requests; the picture holds those proposed for, and ``also`` this one."""
    requests = work.requests.all(states=(RequestState.OPEN,))
    known = work.proposals.all()
    proposals = {key: known[key] for key in requests if key in known}
    wanted = {*proposals, also} & set(requests)
    picture = load_picture(work, now=now, requests=tuple(sorted(wanted)))
    return Queued(requests, proposals, work.proposals.unassigned(), picture)


def board_of(
    queued: Queued, problem: Problem, *, order: Order = Order.FAIREST, text: str = ""
) -> Board:
    """Return the open requests, judged against what is booked now.

    ``text`` keeps those whose topic, school, class or people hold it. Cost: one screening of
    all people for each proposal.
    """
    queue = _Queue(queued, problem)
    rows = (queue.row(request) for request in queued.requests.values())
    passing = (row for row in rows if _holds(row, text))
    pending = (p for p in queued.proposals.values() if p.state is ProposalState.PENDING)
    plan = [each for each in map(assignment_of, pending) if is_known(problem, each)]
    return Board(tuple(sorted(passing, key=_KEY_BY_ORDER[order])), points_by_term(problem, plan))


def choose(
    store: Store, key: str, *, reference: str, actor: Actor, now: datetime, gazetteer: Gazetteer
) -> Proposal:
    """Book somebody else for the lesson that was proposed.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no proposal, or nobody bears that reference.
        IllegalTransition, ConstraintViolated, DoubleBooked: as a booking by hand.
    """
    require_coordinator(actor, deed="choose a speaker")
    with store.read() as work:
        proposal = work.proposals.get(key)
        email = find_email(work, reference)
    start = proposal.sessions[0].start if proposal else now
    return book(
        store,
        key if proposal else "",
        volunteers=(email,),
        start=start,
        actor=actor,
        now=now,
        gazetteer=gazetteer,
    )


def undo_at(store: Store, moment: datetime, *, actor: Actor, now: datetime) -> tuple[str, ...]:
    """Take back what this actor approved at that moment; return the requests it was done for.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        IllegalTransition: if a visit was released meanwhile; nothing is taken back then.
    """
    require_coordinator(actor, deed="undo approvals")
    with store.read() as work:
        keys = tuple(
            key
            for key, proposal in work.proposals.all().items()
            if proposal.state is ProposalState.APPROVED
            and proposal.decided_at == moment
            and proposal.decided_by == actor.email
        )
    return undo(store, keys, actor=actor, now=now)


def visits_by_school(picture: Picture) -> Counter[str]:
    """Return how many requests of each school were filled this year."""
    filled = {(visit.school, visit.request) for visit in picture.visits}
    return Counter(school for school, _ in filled)


def at_chosen_start(problem: Problem, proposal: Proposal) -> Problem:
    """Return the problem of this one request at the start that was proposed.

    Without any option where the request no longer offers that start.
    """
    demand = problem.demand_by_id[proposal.request]
    option = demand.option_at(minute_of(proposal.sessions[0].start))
    chosen = replace(demand, options=(option,) if option else ())
    return replace(problem, demands=(chosen,))


class _Queue:
    """What every row is made from, worked out once."""

    def __init__(self, queued: Queued, problem: Problem) -> None:
        self._picture, self._proposals = queued.picture, queued.proposals
        self._nobody = queued.nobody
        self._problem = problem
        self._visits = visits_by_school(queued.picture)
        self._points = _points_at_chosen_starts(self._problem, queued.proposals.values())

    def row(self, request: ClassroomRequest) -> BoardRow:
        """Return the request's row."""
        classroom = self._picture.classroom_of(request)
        bare = BoardRow(
            key=request.key,
            group=Group.NOBODY,
            title=request.title,
            school_name=self._picture.schools[request.school].name,
            class_name=classroom.name if classroom else "",
            day=first_day(request),
            visits_this_year=self._visits[request.school],
        )
        proposal = self._proposals.get(request.key)
        if proposal is None:
            entry = self._nobody.get(request.key)
            if entry is None:
                return replace(bare, decided_by="not_checked")
            advice = advice_kept(entry)
            ways = len(advice.remedies) if advice else 0
            return replace(bare, decided_by=entry.reason, remedies=ways)
        return self._proposed(bare, request, proposal)

    def _proposed(self, bare: BoardRow, request: ClassroomRequest, proposal: Proposal) -> BoardRow:
        broken = broken_findings(self._problem, proposal)
        ties = 0 if broken else self._ties(proposal)
        is_ready = proposal.state is ProposalState.PENDING and not broken and not ties
        zone = self._picture.zone_of(request.school)
        people = [self._picture.volunteers.get(each.email) for each in proposal.speakers]
        return replace(
            bare,
            group=Group.READY if is_ready else Group.CHOICE,
            day=local(proposal.sessions[0].start, zone).date(),
            names=tuple(person.name for person in people if person),
            level=self._level(request, proposal),
            ties=ties,
            state=proposal.state,
            broken=reasons_of(broken),
        )

    def _level(self, request: ClassroomRequest, proposal: Proposal) -> int:
        speakers = [self._problem.speaker_by_id.get(each.email) for each in proposal.speakers]
        levels = (each.level_by_topic.get(request.topic, 0) for each in speakers if each)
        return min(levels, default=0)

    def _ties(self, proposal: Proposal) -> int:
        """Count who else has just the same points at that lesson; a team is never compared."""
        if len(proposal.speakers) != 1:
            return 0
        points = self._points.get(proposal.request, {})
        mine = points.get(proposal.speakers[0].email)
        return sum(each == mine for each in points.values()) - 1 if mine is not None else 0


def _points_at_chosen_starts(
    problem: Problem, proposals: Iterable[Proposal]
) -> dict[str, dict[str, int]]:
    """Return by request what everybody who could come then would be worth, by person."""
    chosen = tuple(at_chosen_start(problem, each).demands[0] for each in proposals)
    here = replace(problem, demands=tuple(demand for demand in chosen if demand.options))
    columns = find_columns(here)
    points: dict[str, dict[str, int]] = {}
    for number, place, worth in zip(columns.demand, columns.speaker, columns.points, strict=True):
        demand, speaker = here.demands[int(number)], here.speakers[int(place)]
        sessions = len(demand.options[0].sessions)
        fairness = fairness_points(here.weights, speaker.history, sessions=sessions)
        points.setdefault(demand.id, {})[speaker.id] = int(worth) + fairness
    return points


def first_day(request: ClassroomRequest) -> date:
    """Return the day of the request's first window."""
    window = request.windows[0]
    return window.days.first if isinstance(window, RangeWindow) else window.day


def _holds(row: BoardRow, text: str) -> bool:
    words = (row.key, row.title, row.school_name, row.class_name, *row.names)
    return text.strip().casefold() in " ".join(words).casefold()


def _fairest(row: BoardRow) -> tuple[object, ...]:
    return row.visits_this_year, row.day, row.key


def _soonest(row: BoardRow) -> tuple[object, ...]:
    return row.day, row.visits_this_year, row.key


def _oldest(row: BoardRow) -> tuple[object, ...]:
    # Keys are given in order; a bundle's own keys come in their own order among themselves.
    return len(row.key), row.key


_KEY_BY_ORDER: Mapping[Order, Callable[[BoardRow], tuple[object, ...]]] = MappingProxyType(
    {Order.FAIREST: _fairest, Order.SOONEST: _soonest, Order.OLDEST: _oldest}
)
