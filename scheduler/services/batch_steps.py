"""Carry a batch out inside one transaction, everything it touches being locked already.

First it is looked at again: what it gives up must stand as it stood, the change must touch what
it touched, and what is booked anew must keep the plain rules. Calling off, taking out, moving
and booking are done by the services that always do them, mail and calendars included.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from scheduler.domain.assignments import Finding
from scheduler.domain.batches import (
    Batch,
    BatchEntry,
    WhatIfKind,
)
from scheduler.domain.errors import ConstraintViolated, DoubleBooked, IllegalTransition
from scheduler.domain.proposals import Proposal, ProposalState, ProposedSpeaker
from scheduler.domain.proposals import decide as decide_proposal
from scheduler.domain.requests import RequestState
from scheduler.domain.visits import Visit
from scheduler.domain.volunteers import Format
from scheduler.matching.problem import Problem
from scheduler.services import visits as visit_steps
from scheduler.services.access import Actor
from scheduler.services.bookings import carry_out
from scheduler.services.judging import judge, sift
from scheduler.services.picture import Picture
from scheduler.services.ports import Gazetteer, Work
from scheduler.services.proposing import proposal_of
from scheduler.services.reasons import NO_START
from scheduler.services.repairs import marks_of, whole_picture
from scheduler.services.snapshots import assignment_of
from scheduler.services.what_ifs import keep_change, takes_one_out, touched
from scheduler.services.within import Within

OVERTAKEN = "overtaken"
TOUCHES_MORE = "touches_more"


class Overtaken(Exception):
    """Say that the district changed under a batch; its transaction is to be undone.

    ``broken`` names by request the rules that no longer hold.
    """

    def __init__(self, broken: Mapping[str, tuple[str, ...]]) -> None:
        super().__init__()
        self.broken = broken


def carry_out_batch(
    work: Work, batch: Batch, *, actor: Actor, now: datetime, gazetteer: Gazetteer
) -> None:
    """Give up, move and book what the batch says, and keep the change it is about.

    Raises:
        Overtaken: naming by request what no longer holds.
    """
    _Change(work, batch, actor=actor, now=now, gazetteer=gazetteer).carry_out()


class _Change:
    """One batch while it is carried out, everything it touches being locked."""

    def __init__(
        self, work: Work, batch: Batch, *, actor: Actor, now: datetime, gazetteer: Gazetteer
    ) -> None:
        self._work, self._batch = work, batch
        self._actor, self._now, self._gazetteer = actor, now, gazetteer
        self._within = Within(work)

    def carry_out(self) -> None:
        """Give up, move, book: each by its own service.

        Raises:
            Overtaken: naming by request what no longer holds.
        """
        picture = whole_picture(self._work, now=self._now)
        self._require_unchanged(picture)
        keep_change(self._work, picture, self._batch.what_if, actor=self._actor, now=self._now)
        visit_by_uid = {visit.uid: visit for visit in picture.visits}
        moved = tuple(entry for entry in self._batch.entries if self._is_moved(entry))
        others = tuple(entry for entry in self._batch.entries if entry not in moved)
        for entry in others:
            visits = (visit_by_uid[uid] for uid in entry.uids)
            with _overtaken_by(entry):
                self._give_up(entry, visits)
        for entry in moved:
            with _overtaken_by(entry):
                self._move(entry)
        self._book(others)

    def _require_unchanged(self, picture: Picture) -> None:
        batch, what_if = self._batch, self._batch.what_if
        present = marks_of(batch.entries, picture, self._work.proposals.all())
        broken = {
            entry.request: (OVERTAKEN,)
            for entry in batch.entries
            if any(present.get(mark) != batch.marks.get(mark) for mark in _marks_named(entry))
        }
        given_up = {uid for entry in batch.entries if not entry.gives_way for uid in entry.uids}
        for visit in touched(picture, what_if, gazetteer=self._gazetteer):
            if visit.uid not in given_up:
                broken.setdefault(visit.request, (TOUCHES_MORE,))
        if broken:
            raise Overtaken(broken)

    def _is_moved(self, entry: BatchEntry) -> bool:
        """A visit whose old hour is dead goes to its new one as it is, under the same UID."""
        return (
            self._batch.what_if.kind in (WhatIfKind.CLOSED, WhatIfKind.ILL)
            and entry.is_move
            and not entry.gives_way
            and len(entry.uids) == 1
        )

    def _give_up(self, entry: BatchEntry, visits: Iterable[Visit]) -> None:
        what_if = self._batch.what_if
        leaving = []
        for visit in visits:
            if takes_one_out(what_if, visit) and not entry.gives_way:
                leaving.append(visit.uid)
            else:
                visit_steps.cancel(
                    self._within, visit.uid, reason=self._reason, actor=self._actor, now=self._now
                )
        if leaving:
            visit_steps.answer(
                self._within,
                leaving,
                email=what_if.email,
                says_yes=False,
                actor=self._actor,
                now=self._now,
            )
        if entry.uids:
            self._reopen(entry)

    def _reopen(self, entry: BatchEntry) -> None:
        """What is to be booked anew is open, and so is what may still find somebody."""
        request = self._work.requests.many((entry.request,))[entry.request]
        is_searched_for = entry.becomes is not None or (
            request.state is RequestState.WITHDRAWN and entry.reason != NO_START
        )
        if is_searched_for:
            self._work.requests.put((replace(request, state=RequestState.OPEN),))

    def _move(self, entry: BatchEntry) -> None:
        assert entry.becomes is not None
        visit_steps.move(
            self._within,
            entry.uids[0],
            start=entry.becomes.sessions[0].start,
            actor=self._actor,
            now=self._now,
            gazetteer=self._gazetteer,
        )

    def _book(self, entries: Iterable[BatchEntry]) -> None:
        work, now = self._work, self._now
        entry_by_request = {entry.request: entry for entry in entries}
        former = work.proposals.all()
        lost = (key for key, entry in entry_by_request.items() if entry.becomes is None)
        work.proposals.put(
            decide_proposal(former[key], state=ProposalState.STALE, by=self._actor.email, at=now)
            for key in lost
            if key in former and former[key].state is ProposalState.PENDING
        )
        asked = {k: rough for k, e in entry_by_request.items() if (rough := _rough(e, now=now))}
        judged = judge(work, asked, now=now, gazetteer=self._gazetteer)
        refined = {
            key: _refined(judged.problem, rough, former=former.get(key), now=now)
            for key, rough in asked.items()
        }
        sifted = sift(judged.problem, refined)
        if sifted.broken:
            raise Overtaken({key: _rules_in(found) for key, found in sifted.broken.items()})
        holding = sifted.holding.values()
        booked = [each for each in holding if not entry_by_request[each.request].is_proposal]
        try:
            carry_out(work, booked, judged.picture, actor=self._actor, now=now)
        except DoubleBooked as error:
            raise Overtaken({each.request: (OVERTAKEN,) for each in booked}) from error
        work.proposals.put(each for each in holding if entry_by_request[each.request].is_proposal)

    @property
    def _reason(self) -> str:
        what_if = self._batch.what_if
        return what_if.name if what_if.kind is WhatIfKind.CLOSED else ""


def _marks_named(entry: BatchEntry) -> tuple[str, ...]:
    return (*entry.uids, f"request:{entry.request}")


@contextmanager
def _overtaken_by(entry: BatchEntry) -> Iterator[None]:
    try:
        yield
    except (IllegalTransition, ConstraintViolated, DoubleBooked) as error:
        raise Overtaken({entry.request: _rules_of(error)}) from error


def _rules_of(error: IllegalTransition | ConstraintViolated | DoubleBooked) -> tuple[str, ...]:
    if isinstance(error, ConstraintViolated):
        return _rules_in(error.findings)
    return (OVERTAKEN,)


def _rules_in(findings: Iterable[Finding]) -> tuple[str, ...]:
    return tuple(sorted({finding.rule for finding in findings}))


def _rough(entry: BatchEntry, *, now: datetime) -> Proposal | None:
    """The booking as the batch says it; how each takes part is worked out anew."""
    if entry.becomes is None:
        return None
    speakers = tuple(ProposedSpeaker(email, Format.IN_PERSON) for email in entry.becomes.people)
    return Proposal(entry.request, speakers, entry.becomes.sessions, preference=1, made_at=now)


def _refined(
    problem: Problem, rough: Proposal, *, former: Proposal | None, now: datetime
) -> Proposal:
    demand = problem.demand_by_id.get(rough.request)
    assignment = assignment_of(rough)
    is_known = all(key in problem.speaker_by_id for key in assignment.speaker_ids)
    if demand is None or demand.option_at(assignment.start) is None or not is_known:
        return rough
    passed_over = former.passed_over if former else ()
    return replace(proposal_of(problem, assignment, now=now), passed_over=passed_over)
