"""Judge proposals against the world as it is now, inside the transaction that asks.

The same plain rules as in the search are asked again here, for the form, the board and the
approval alike; what they find is data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.domain.assignments import (
    Commitment,
    Demand,
    Finding,
    HostCommitment,
    Option,
    engagements_of,
)
from scheduler.domain.constraints import Ruling, assignment_findings, broken, chosen_format
from scheduler.domain.periods import minute_of
from scheduler.domain.proposals import Proposal
from scheduler.domain.requests import RequestState
from scheduler.matching.problem import Problem
from scheduler.services.locking import lock_parties
from scheduler.services.picture import Picture, load_picture
from scheduler.services.ports import Gazetteer, Work
from scheduler.services.snapshots import problem_of


@dataclass(frozen=True, slots=True)
class Judged:
    """The picture that was locked and the problem made from it."""

    picture: Picture
    problem: Problem


@dataclass(frozen=True, slots=True)
class Sifted:
    """Which proposals hold together, by request, and what the others would break."""

    holding: Mapping[str, Proposal]
    broken: Mapping[str, tuple[Finding, ...]]


def lock_for(work: Work, pending: Mapping[str, Proposal]) -> None:
    """Keep every other writer of these people, classes and visits waiting.

    Ask this after the requests were locked and before :func:`judge`, so that what is judged
    cannot change until the end.
    """
    emails = {speaker.email for p in pending.values() for speaker in p.speakers}
    work.visits.lock(f"visit:{visit.uid}" for visit in work.visits.of_requests(pending))
    lock_parties(work, work.requests.many(pending).values(), people=emails)


def judge(
    work: Work, pending: Mapping[str, Proposal], *, now: datetime, gazetteer: Gazetteer
) -> Judged:
    """Return the present picture of these proposals' requests and people, and its problem."""
    emails = {speaker.email for p in pending.values() for speaker in p.speakers}
    picture = load_picture(work, now=now, requests=tuple(pending), volunteers=emails)
    still_open = {k: r for k, r in picture.requests.items() if r.state is RequestState.OPEN}
    picture = replace(picture, requests=still_open)
    return Judged(picture, problem_of(picture, gazetteer=gazetteer))


def with_booked(problem: Problem, proposal: Proposal) -> Problem:
    """Return the problem as it stands once this proposal is booked."""
    demand = problem.demand_by_id[proposal.request]
    option = demand.option_at(minute_of(proposal.sessions[0].start))
    assert option is not None
    commitments = tuple(
        Commitment(speaker.email, engagement)
        for speaker in proposal.speakers
        for engagement in engagements_of(demand, option, format=str(speaker.format))
    )
    hosts = tuple(
        HostCommitment(host, session, demand.id)
        for host in demand.hosts
        for session in option.sessions
    )
    return replace(
        problem,
        commitments=(*problem.commitments, *commitments),
        host_commitments=(*problem.host_commitments, *hosts),
    )


def broken_findings(problem: Problem, proposal: Proposal) -> tuple[Finding, ...]:
    """Return every hard rule that the proposal would break in this problem.

    Besides the rules of matching: ``still_open`` for the request, ``still_offered`` for its
    start, ``still_active`` for the people, ``format_kept`` for how they take part.
    """
    demand = problem.demand_by_id.get(proposal.request)
    if demand is None:
        return (Finding("still_open", False, {}),)
    option = demand.option_at(minute_of(proposal.sessions[0].start))
    if option is None or _starts(option) != tuple(minute_of(p.start) for p in proposal.sessions):
        return (Finding("still_offered", False, {}),)
    gone = tuple(s.email for s in proposal.speakers if s.email not in problem.speaker_by_id)
    if gone:
        return (Finding("still_active", False, {"speakers": gone}),)
    team = tuple(each.email for each in proposal.speakers)
    found = tuple(r.finding for r in rulings_against(problem, demand, option, team=team))
    return found or _changed_formats(problem, demand, proposal)


def sift(problem: Problem, proposals: Mapping[str, Proposal]) -> Sifted:
    """Judge proposals one after the other, each in a world where those before it are booked."""
    holding: dict[str, Proposal] = {}
    broken_by_request: dict[str, tuple[Finding, ...]] = {}
    for key, proposal in proposals.items():
        findings = broken_findings(problem, proposal)
        if findings:
            broken_by_request[key] = findings
        else:
            holding[key] = proposal
            problem = with_booked(problem, proposal)
    return Sifted(holding, broken_by_request)


def rulings_against(
    problem: Problem, demand: Demand, option: Option, *, team: Iterable[str]
) -> tuple[Ruling, ...]:
    """Return every hard rule that these people would break then; strangers are left out."""
    known = problem.speaker_by_id
    return broken(
        assignment_findings(
            demand,
            option,
            speakers=tuple(known[email] for email in team if email in known),
            geography=problem.geography,
            standing_by_speaker_id=problem.standing_by_speaker_id,
            host_commitments=problem.host_commitments,
        )
    )


def _starts(option: Option) -> tuple[int, ...]:
    return tuple(session.start for session in option.sessions)


def _changed_formats(problem: Problem, demand: Demand, proposal: Proposal) -> tuple[Finding, ...]:
    return tuple(
        Finding("format_kept", False, {"speaker": each.email, "format": str(each.format)})
        for each in proposal.speakers
        if chosen_format(problem.speaker_by_id[each.email], demand, geography=problem.geography)
        != each.format
    )
