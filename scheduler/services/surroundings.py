"""What has to be known around one request of the queue to say who could come, and why nobody.

Where somebody is proposed and it holds, that is the team and the best others at that lesson.
Otherwise it is everybody who knows the topic, with what is proposed for them besides: whoever
does not know it is only counted, as the first rule would.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cached_property

from scheduler.domain.assignments import Demand, Option
from scheduler.domain.periods import minute_of
from scheduler.domain.proposals import Proposal
from scheduler.domain.requests import ClassroomRequest
from scheduler.matching.problem import Problem
from scheduler.matching.suggestions import suggest
from scheduler.matching.tables import NEVER
from scheduler.services.board import Queued
from scheduler.services.picture import Picture
from scheduler.services.ports import Gazetteer
from scheduler.services.proposing import turned_down
from scheduler.services.queue_rows import QueueLine
from scheduler.services.reasons import advice_kept
from scheduler.services.remedies import Advice
from scheduler.services.scenes import Scene, passing_over
from scheduler.services.snapshots import (
    demand_at,
    demand_of,
    problem_of,
    session_of,
    speakers_of,
)
from scheduler.services.vicinity import vicinity

COMPARED = 50
FRESH = timedelta(days=1)
# Of more requests than these only the start that is proposed is looked at.
MOST_WHOLE = 30


class Surroundings:
    """A line of the queue with the people and the other proposals that matter to it.

    ``asked`` is somebody to hold against the request, ``with_all`` takes in everybody who
    knows the topic.
    """

    def __init__(self, queued: Queued, line: QueueLine, *, asked: str, with_all: bool) -> None:
        self.queued = queued
        self._line, self._asked, self._with_all = line, asked, with_all

    @cached_property
    def picture(self) -> Picture:
        """Return the picture of this request and those people."""
        return self._picture({self._line.request.key: self._line.request})

    @cached_property
    def problem(self) -> Problem:
        """Return the problem of this request; free time is that of the proposed day alone."""
        if self._with_all:
            return self.scene.problem
        picture, demand = self.picture, self._demand
        day = _at_start(demand, self._line.proposal)
        bare = problem_of(replace(picture, requests={}, volunteers={}), gazetteer=self._gazetteer)
        speakers = speakers_of(picture, (day,), gazetteer=self._gazetteer)
        return replace(bare, demands=(demand,), speakers=speakers)

    @cached_property
    def scene(self) -> Scene:
        """Return the request among what else is proposed for the same people, class and teacher."""
        request = self._line.request
        waiting = self.queued.work.queue.waiting_for(
            self._emails, teacher=request.teacher_email, classroom=request.classroom
        )
        others = [(each, proposal) for each, proposal in waiting if each.key != request.key]
        requests = {request.key: request, **{each.key: each for each, _ in others}}
        picture, passed_over = self._picture(requests), self._passed_over()
        demands = (self._demand, *self._other_demands(picture, others))
        problem = self._problem(picture, demands)
        return Scene(
            picture,
            passing_over(problem, request.key, emails=passed_over),
            {each.key: proposal for each, proposal in waiting},
            self._gazetteer,
            passed_over,
            others=len(self.queued.district.table) - len(problem.speakers),
            knows_all_days=self._is_covered(demands),
            advice=self._advice(problem, picture),
        )

    def _advice(self, problem: Problem, picture: Picture) -> Advice | None:
        """What the last run found would help, unless it is old or speaks of somebody gone."""
        entry = self._line.nobody
        advice = advice_kept(entry) if entry and self.queued.now - entry.made_at < FRESH else None
        if advice is None:
            return None
        team = {email for remedy in advice.remedies for email in remedy.team}
        displaced = {key for remedy in advice.remedies for key in remedy.displaces}
        is_known = team <= problem.speaker_by_id.keys() and displaced <= picture.requests.keys()
        return advice if is_known else None

    @property
    def _gazetteer(self) -> Gazetteer:
        return self.queued.gazetteer

    @cached_property
    def _demand(self) -> Demand:
        return demand_of(self.queued.picture, self._line.request)

    @cached_property
    def _emails(self) -> frozenset[str]:
        proposal = self._line.proposal
        team = {each.email for each in proposal.speakers} if proposal else set()
        asked = {self._asked} if self._asked else set()
        found = self._versed() if self._with_all or self._asked else self._best()
        return frozenset({*team, *asked, *found})

    def _versed(self) -> Iterator[str]:
        table = self.queued.district.table
        levels = table.levels.get(self._line.request.topic)
        if levels is not None:
            yield from (email for email, row in table.row_by_id.items() if levels[row] != NEVER)

    def _best(self) -> Iterator[str]:
        district, chosen = self.queued.district, _at_start(self._demand, self._line.proposal)
        if not chosen.options or not district.table.covers(chosen):
            return
        here = district.problem_of(chosen)
        for each in suggest(district.table, here, chosen.id, top=COMPARED):
            yield each.speaker_id

    def _picture(self, requests: dict[str, ClassroomRequest]) -> Picture:
        return vicinity(
            self.queued.work,
            self.queued.district,
            requests=requests,
            emails=self._emails,
            declined=self.queued.declined,
            now=self.queued.now,
        )

    def _problem(self, picture: Picture, demands: tuple[Demand, ...]) -> Problem:
        bare = problem_of(replace(picture, requests={}, volunteers={}), gazetteer=self._gazetteer)
        if self._is_covered(demands):
            speakers = tuple(self.queued.district.speakers_of(picture))
        else:
            speakers = speakers_of(picture, demands, gazetteer=self._gazetteer)
        return replace(bare, demands=demands, speakers=speakers)

    def _is_covered(self, demands: tuple[Demand, ...]) -> bool:
        return all(self.queued.district.table.covers(demand) for demand in demands)

    def _other_demands(
        self, picture: Picture, others: list[tuple[ClassroomRequest, Proposal]]
    ) -> Iterator[Demand]:
        begun = {visit.request for visit in picture.visits if visit.occupies}
        for request, proposal in others:
            if len(others) <= MOST_WHOLE or request.key in begun:
                yield demand_of(picture, request)
                continue
            zone = picture.zone_of(request.school)
            sessions = tuple(session_of(each, timezone=zone) for each in proposal.sessions)
            yield demand_at(picture, request, (Option(proposal.preference, sessions),))

    def _passed_over(self) -> tuple[str, ...]:
        key, line = self._line.request.key, self._line
        proposals = {key: line.proposal} if line.proposal else {}
        nobody = {key: line.nobody} if line.nobody else {}
        return turned_down(proposals, nobody).get(key, ())


def _at_start(demand: Demand, proposal: Proposal | None) -> Demand:
    option = demand.option_at(minute_of(proposal.sessions[0].start)) if proposal else None
    return replace(demand, options=(option,) if option else ())
