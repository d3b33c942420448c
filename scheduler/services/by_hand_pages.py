"""Book a request by hand: a lesson, who could come then, and what would stand in the way.

People are picked one by one until the team is whole. Somebody whom a soft rule keeps away can
be booked with a written reason; clearance and double booking are never set aside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.domain.assignments import Demand, Option
from scheduler.domain.errors import ConstraintViolated, Unknown
from scheduler.domain.periods import minute_of, moment_of
from scheduler.domain.proposals import Proposal
from scheduler.domain.requests import ClassroomRequest, RequestState
from scheduler.domain.topics import Topic
from scheduler.matching.explain import Candidate
from scheduler.matching.problem import Problem
from scheduler.matching.suggestions import candidates, count, suggest
from scheduler.services.access import Actor, require_coordinator
from scheduler.services.asking import reference_of
from scheduler.services.booking_by_hand import (
    OVERRIDABLE,
    Override,
    book,
    chosen_start,
    problem_of_demand,
)
from scheduler.services.deciding_otherwise import email_of
from scheduler.services.judging import rulings_against
from scheduler.services.picture import Picture
from scheduler.services.ports import Gazetteer, Store, Work
from scheduler.services.snapshots import demand_at, demand_of
from scheduler.services.telling import Reason, reason_of, reasons_of
from scheduler.services.vicinity import vicinity
from scheduler.services.warm import Warm
from scheduler.services.warm_district import WarmDistrict

MOST_SUGGESTED = 10
MOST_ALIKE = 8
# What is missing is said by the number of people, and a chosen start is always one of its own.
UNTOLD = frozenset({"full_team", "one_start"})


@dataclass(frozen=True, slots=True)
class Lesson:
    """A start that the teacher offered, and how many people are free then."""

    start: datetime
    free: int


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who could come; ``reasons`` is one for each rule, all of them kept."""

    reference: str
    name: str
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A rule that is not kept by somebody of the team, or, with an empty name, by the request."""

    name: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class ByHand:
    """Everything the page shows.

    ``start`` is the lesson looked at, None where there is none; ``is_odd`` tells that nothing
    can be held then. ``can_override`` tells whether every obstacle may be set aside.
    """

    request: ClassroomRequest
    school_name: str
    class_name: str
    topic: Topic
    timezone: str
    is_open: bool
    lessons: tuple[Lesson, ...] = ()
    start: datetime | None = None
    is_odd: bool = False
    team: tuple[Person, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    suggested: tuple[Person, ...] = ()
    alike: tuple[Person, ...] = ()

    @property
    def missing(self) -> int:
        """Return how many people are still to be picked."""
        return max(self.request.speakers - len(self.team), 0)

    @property
    def can_override(self) -> bool:
        """Tell whether everything in the way may be set aside with a reason."""
        return {each.reason.rule for each in self.obstacles} <= OVERRIDABLE


def by_hand(
    store: Store,
    key: str,
    *,
    warm: Warm,
    actor: Actor,
    now: datetime,
    gazetteer: Gazetteer,
    start: datetime | None = None,
    team: Iterable[str] = (),
    text: str = "",
) -> ByHand:
    """Return what can be booked: at ``start``, else at the lesson proposed, else at the first.

    ``team`` refers to those picked so far, ``text`` is part of the name of somebody to add.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such request, or a reference is nobody's.
    """
    require_coordinator(actor, deed="book by hand")
    with store.read() as work, warm.at(work, now=now, gazetteer=gazetteer) as district:
        request = work.requests.get(key)
        if request is None:
            raise Unknown("request", key)
        desk = _Desk(work, district, request, now=now, gazetteer=gazetteer)
        return desk.page(start, team=_emails(district, team), text=text.strip())


def book_by_hand(
    store: Store,
    key: str,
    *,
    team: Iterable[str],
    start: datetime,
    reason: str,
    warm: Warm,
    actor: Actor,
    now: datetime,
    gazetteer: Gazetteer,
) -> Proposal:
    """Book those referred to; a reason sets soft rules aside.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such request, or a reference is nobody's.
        IllegalTransition, ConstraintViolated, DoubleBooked: as a booking by hand.
    """
    require_coordinator(actor, deed="book by hand")
    with store.read() as work, warm.at(work, now=now, gazetteer=gazetteer) as district:
        emails = _emails(district, team)
    rules = tuple(OVERRIDABLE) if reason.strip() else ()
    return book(
        store,
        key,
        volunteers=emails,
        start=start,
        actor=actor,
        now=now,
        gazetteer=gazetteer,
        override=Override(rules, reason),
    )


def _emails(district: WarmDistrict, references: Iterable[str]) -> tuple[str, ...]:
    found = []
    for reference in dict.fromkeys(references):
        email = email_of(district, reference)
        if not email:
            raise Unknown("active volunteer", reference)
        found.append(email)
    return tuple(found)


class _Desk:
    """One request with the people around it."""

    def __init__(
        self,
        work: Work,
        district: WarmDistrict,
        request: ClassroomRequest,
        *,
        now: datetime,
        gazetteer: Gazetteer,
    ) -> None:
        self._work, self._district, self._request = work, district, request
        self._now, self._gazetteer = now, gazetteer
        self._declined = work.queue.declined((request.key,))

    def page(self, start: datetime | None, *, team: tuple[str, ...], text: str) -> ByHand:
        """Return the page for this start, team and text."""
        request, picture = self._request, self._picture(())
        classroom = picture.classroom_of(request)
        bare = ByHand(
            request=request,
            school_name=picture.schools[request.school].name,
            class_name=classroom.name if classroom else "",
            topic=picture.topics.topic(request.topic),
            timezone=picture.zone_of(request.school),
            is_open=request.state is RequestState.OPEN and not picture.visits_of(request.key),
        )
        if not bare.is_open:
            return bare
        demand = demand_of(picture, request)
        bare = replace(bare, lessons=tuple(self._lessons(demand)))
        at = start or self._first_start(demand)
        if at is None:
            return bare
        try:
            option = demand.option_at(minute_of(at)) or chosen_start(picture, request, start=at)[0]
        except ConstraintViolated:
            return replace(bare, start=at, is_odd=True)
        chosen = demand_at(picture, request, (option,))
        return self._with_people(replace(bare, start=at), chosen, option, team=team, text=text)

    def _picture(self, emails: Iterable[str]) -> Picture:
        return vicinity(
            self._work,
            self._district,
            requests={self._request.key: self._request},
            emails=emails,
            declined=self._declined,
            now=self._now,
        )

    def _lessons(self, demand: Demand) -> Iterator[Lesson]:
        free: dict[int, int] = {}
        if self._district.table.covers(demand):
            here = self._district.problem_of(demand)
            free = dict(count(self._district.table, here, demand.id).free_by_start)
        for option in demand.options:
            yield Lesson(moment_of(option.start), free.get(option.start, 0))

    def _first_start(self, demand: Demand) -> datetime | None:
        proposal = self._work.proposals.get(demand.id)
        if proposal and demand.option_at(minute_of(proposal.sessions[0].start)):
            return proposal.sessions[0].start
        return moment_of(demand.options[0].start) if demand.options else None

    def _with_people(
        self, page: ByHand, demand: Demand, option: Option, *, team: tuple[str, ...], text: str
    ) -> ByHand:
        table, here = self._district.table, self._district.problem_of(demand)
        is_covered = table.covers(demand)
        many = MOST_SUGGESTED + len(team)
        best = suggest(table, here, demand.id, top=many) if is_covered else ()
        left = [each for each in best if each.speaker_id not in team][:MOST_SUGGESTED]
        picture = self._picture((*team, *(each.speaker_id for each in left)))
        problem = problem_of_demand(picture, demand, gazetteer=self._gazetteer)
        known = problem.speaker_by_id
        told = candidates(table, here, demand.id, suggestions=left, speaker_by_id=known)
        alike = self._work.queue.alike(text, most=MOST_ALIKE) if text else ()
        return replace(
            page,
            team=tuple(Person(reference_of(e), known[e].name) for e in team if e in known),
            obstacles=tuple(_obstacles(problem, demand, option, team=team)),
            suggested=tuple(_person(each, picture) for each in told),
            alike=tuple(Person(reference_of(e), name) for e, name in alike if e not in team),
        )


def _person(candidate: Candidate, picture: Picture) -> Person:
    email = candidate.speaker_id
    reasons = reasons_of(candidate.findings)
    return Person(reference_of(email), picture.volunteers[email].name, reasons)


def _obstacles(
    problem: Problem, demand: Demand, option: Option, *, team: tuple[str, ...]
) -> Iterator[Obstacle]:
    for ruling in rulings_against(problem, demand, option, team=team):
        if ruling.finding.rule not in UNTOLD:
            speaker = problem.speaker_by_id.get(ruling.speaker_id or "")
            yield Obstacle(speaker.name if speaker else "", reason_of(ruling.finding))
