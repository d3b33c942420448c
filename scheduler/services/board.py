"""The coordinator's queue: which proposals can go out as they are, and which need a person.

Every proposal that is shown is judged anew against what is booked now; what is not shown is
only counted. A score is never shown: how well a person fits is said in steps, and people who
would do equally well are counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

from scheduler.domain.assignments import Commitment, HostCommitment
from scheduler.domain.periods import DateRange, minute_of
from scheduler.domain.proposals import Proposal, ProposalState
from scheduler.domain.requests import ClassroomRequest, RangeWindow, RequestState
from scheduler.domain.zones import local
from scheduler.matching.problem import Problem
from scheduler.matching.suggestions import suggest
from scheduler.services.access import Actor, require_coordinator
from scheduler.services.approvals import undo
from scheduler.services.judging import broken_findings
from scheduler.services.picture import Picture, memory_start
from scheduler.services.ports import Gazetteer, Store, Work
from scheduler.services.queue_rows import Pile, QueueLine, QueueLines, Wanted
from scheduler.services.reasons import advice_kept
from scheduler.services.snapshots import (
    commitments_of,
    demand_of,
    geography_of,
    host_commitments_of,
    speakers_of,
)
from scheduler.services.telling import Reason, reasons_of
from scheduler.services.vicinity import on_days, vicinity
from scheduler.services.warm_district import WarmDistrict


class Group(StrEnum):
    """Where a request stands in the queue; ``done`` is what was decided a moment ago."""

    READY = "ready"
    CHOICE = "choice"
    NOBODY = "nobody"
    DONE = "done"


GROUP_BY_PILE: Mapping[Pile, Group] = {
    Pile.PROPOSED: Group.READY,
    Pile.LAPSED: Group.CHOICE,
    Pile.NOBODY: Group.NOBODY,
}
OPEN_GROUPS = (Group.READY, Group.CHOICE, Group.NOBODY)


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One request of the queue.

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
    """What is shown of the queue, in order, and how much there is in all.

    ``proposed``, ``lapsed`` and ``nobody`` count open requests that pass the filters: with a
    proposal that waits, with one that no longer does, with none. ``points`` is what the
    proposals shown are worth together, by term. ``skipped`` lines of each came before.
    """

    rows: tuple[BoardRow, ...]
    proposed: int = 0
    lapsed: int = 0
    nobody: int = 0
    skipped: int = 0
    most: int = 0
    points: Mapping[str, int] = field(default_factory=dict)

    def of(self, group: Group | str) -> tuple[BoardRow, ...]:
        """Return the rows of one group, in order."""
        return tuple(row for row in self.rows if row.group == group)

    def first(self, *, group: str = "") -> str:
        """Return the request to open when none is named, of one group or all; empty for none."""
        return next(iter(self._open_keys(group)), "")

    @property
    def total(self) -> int:
        """Return how many open requests pass the filters."""
        return self.proposed + self.lapsed + self.nobody

    @property
    def is_whole(self) -> bool:
        """Tell whether everything that passes the filters is shown."""
        return max(self.proposed, self.lapsed, self.nobody) <= self.most and not self.skipped

    def following(self, key: str, *, group: str = "") -> str:
        """Return the request below this one, or the first below none; empty without another."""
        keys = self._open_keys(group)
        below = keys[keys.index(key) + 1 :] if key in keys else keys
        return next((each for each in (*below, *keys) if each != key), "")

    def _open_keys(self, group: str) -> list[str]:
        groups = [each for each in OPEN_GROUPS if group in ("", each)]
        return [row.key for each in groups for row in self.of(each)]


class Queued:
    """The lines that are shown, with what is booked around them, in one transaction."""

    def __init__(
        self,
        work: Work,
        district: WarmDistrict,
        wanted: Wanted,
        *,
        now: datetime,
        gazetteer: Gazetteer,
    ) -> None:
        self.work, self.district, self.now, self.gazetteer = work, district, now, gazetteer
        since = memory_start(district.ground.district, now)
        self.found: QueueLines = work.queue.lines(wanted, since=since)
        refused = [each.request.key for each in self.found.lines if each.has_refusal]
        self.declined = work.queue.declined(refused) if refused else {}

    def line(self, key: str) -> QueueLine | None:
        """Return the line of this request, open or not."""
        return next((each for each in self.found.lines if each.request.key == key), None)

    @cached_property
    def picture(self) -> Picture:
        """Return the picture of every request shown and of everybody proposed for one."""
        requests = {each.request.key: each.request for each in self.found.lines}
        return vicinity(
            self.work,
            self.district,
            requests=requests,
            emails=self.found.people,
            declined=self.declined,
            now=self.now,
        )

    @cached_property
    def commitments(self) -> Mapping[str, tuple[Commitment, ...]]:
        """Return what is booked of everybody proposed, by address."""
        found: dict[str, list[Commitment]] = {}
        for each in commitments_of(self.picture):
            found.setdefault(each.speaker_id, []).append(each)
        return {email: tuple(booked) for email, booked in found.items()}

    @cached_property
    def host_commitments(self) -> tuple[HostCommitment, ...]:
        """Return when the teachers, classes and rooms of the requests shown are taken."""
        return host_commitments_of(self.picture)


def board_of(queued: Queued, wanted: Wanted) -> Board:
    """Return the lines shown, judged against what is booked now.

    Cost: one request's rules for the people proposed, and one look at the warm table, for each
    proposal.
    """
    judge = _Judge(queued)
    totals = queued.found.total_by_pile
    pending = [each for each in queued.found.lines if each.pile is Pile.PROPOSED]
    points: Counter[str] = Counter()
    for line in pending:
        points.update((line.proposal.terms if line.proposal else None) or {})
    return Board(
        rows=tuple(judge.row(line) for line in queued.found.lines),
        proposed=totals.get(Pile.PROPOSED, 0),
        lapsed=totals.get(Pile.LAPSED, 0),
        nobody=totals.get(Pile.NOBODY, 0),
        skipped=wanted.skipped,
        most=wanted.most,
        points={term: many for term, many in points.items() if many},
    )


def undo_at(store: Store, moment: datetime, *, actor: Actor, now: datetime) -> tuple[str, ...]:
    """Take back what this actor approved at that moment; return the requests it was done for.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        IllegalTransition: if a visit was released meanwhile; nothing is taken back then.
    """
    require_coordinator(actor, deed="undo approvals")
    with store.read() as work:
        keys = work.queue.decided_at(moment, by=actor.email)
    return undo(store, keys, actor=actor, now=now)


def at_chosen_start(problem: Problem, proposal: Proposal) -> Problem:
    """Return the problem of this one request at the start that was proposed.

    Without any option where the request no longer offers that start.
    """
    demand = problem.demand_by_id[proposal.request]
    option = demand.option_at(minute_of(proposal.sessions[0].start))
    chosen = replace(demand, options=(option,) if option else ())
    return replace(problem, demands=(chosen,))


def first_day(request: ClassroomRequest) -> date:
    """Return the day of the request's first window."""
    window = request.windows[0]
    return window.days.first if isinstance(window, RangeWindow) else window.day


class _Judge:
    """What every row is made from."""

    def __init__(self, queued: Queued) -> None:
        self._queued, self._district = queued, queued.district

    def row(self, line: QueueLine) -> BoardRow:
        """Return the request's row."""
        request = line.request
        bare = BoardRow(
            key=request.key,
            group=GROUP_BY_PILE[line.pile],
            title=request.title,
            school_name=line.school_name,
            class_name=line.class_name,
            day=first_day(request),
            visits_this_year=line.visits_this_year,
        )
        if line.proposal is not None:
            return self._proposed(bare, line, line.proposal)
        if line.nobody is None:
            return replace(bare, decided_by="not_checked")
        advice = advice_kept(line.nobody)
        ways = len(advice.remedies) if advice else 0
        return replace(bare, decided_by=line.nobody.reason, remedies=ways)

    def _proposed(self, bare: BoardRow, line: QueueLine, proposal: Proposal) -> BoardRow:
        picture, people = self._queued.picture, self._queued.found.people
        zone = picture.zone_of(line.request.school)
        named = replace(
            bare,
            day=local(proposal.sessions[0].start, zone).date(),
            names=tuple(people[each.email].name for each in proposal.speakers),
            state=proposal.state,
        )
        if line.request.state is not RequestState.OPEN:
            return replace(named, group=Group.DONE)
        problem = problem_at(self._queued, line.request, proposal)
        broken = broken_findings(problem, proposal)
        ties = 0 if broken else self._ties(problem, proposal)
        is_ready = proposal.state is ProposalState.PENDING and not broken and not ties
        return replace(
            named,
            group=Group.READY if is_ready else Group.CHOICE,
            level=min(_levels(problem, line.request, proposal), default=0),
            ties=ties,
            broken=reasons_of(broken),
        )

    def _ties(self, problem: Problem, proposal: Proposal) -> int:
        """Count who else has just the same points at that lesson; a team is never compared.

        Nor is anybody at a lesson beyond the days that the table knows.
        """
        chosen = at_chosen_start(problem, proposal).demands[0]
        table = self._district.table
        if len(proposal.speakers) != 1 or not chosen.options or not table.covers(chosen):
            return 0
        here = self._district.problem_of(chosen)
        found = suggest(table, here, chosen.id, top=len(table))
        points_by_id = {each.speaker_id: each.points for each in found}
        mine = points_by_id.get(proposal.speakers[0].email)
        return sum(each == mine for each in points_by_id.values()) - 1 if mine is not None else 0


def problem_at(queued: Queued, request: ClassroomRequest, proposal: Proposal) -> Problem:
    """Return the problem of one request and those proposed for it, on the day they would come."""
    picture = queued.picture
    emails = {each.email for each in proposal.speakers}
    team = {email: each for email, each in picture.volunteers.items() if email in emails}
    if not picture.visits_of(request.key):
        day = local(proposal.sessions[0].start, picture.zone_of(request.school)).date()
        request = on_days(request, DateRange(day, day))
    demand = demand_of(picture, request)
    return Problem(
        geography=geography_of(picture),
        speakers=speakers_of(
            replace(picture, volunteers=team), (demand,), gazetteer=queued.gazetteer
        ),
        demands=(demand,),
        commitments=tuple(c for email in team for c in queued.commitments.get(email, ())),
        host_commitments=queued.host_commitments,
    )


def _levels(problem: Problem, request: ClassroomRequest, proposal: Proposal) -> Iterator[int]:
    for each in proposal.speakers:
        speaker = problem.speaker_by_id.get(each.email)
        if speaker:
            yield speaker.level_by_topic.get(request.topic, 0)
