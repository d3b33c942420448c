"""What a request, a person or a proposal was, as facts of an activity, to give it back later.

Only what a remedy may change is kept of a request or a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import date, datetime, time
from typing import cast

from scheduler.domain.availability import WeeklyAvailability
from scheduler.domain.periods import Period
from scheduler.domain.proposals import (
    Proposal,
    ProposalState,
    ProposedSpeaker,
    SieveStep,
    Unassigned,
)
from scheduler.domain.requests import ClassroomRequest, parse_window
from scheduler.domain.volunteers import Format, Limits, Volunteer

Facts = Mapping[str, object]


def kept_request(request: ClassroomRequest) -> dict[str, object]:
    """Return what a remedy may change of a request."""
    return {
        "windows": [str(window) for window in request.windows],
        "format": str(request.format),
        "speakers": request.speakers,
        "sessions": request.sessions,
        "duration_minutes": request.duration_minutes,
    }


def request_again(request: ClassroomRequest, kept: Facts) -> ClassroomRequest:
    """Return the request as it was."""
    minutes = kept["duration_minutes"]
    return replace(
        request,
        windows=tuple(parse_window(str(each)) for each in _listed(kept["windows"])),
        format=Format(str(kept["format"])),
        speakers=_number(kept["speakers"]),
        sessions=_number(kept["sessions"]),
        duration_minutes=None if minutes is None else _number(minutes),
    )


def kept_person(person: Volunteer) -> dict[str, object]:
    """Return what a remedy may change of a person."""
    return {
        "email": person.email,
        "limits": asdict(person.limits),
        "grades": sorted(person.grades),
        "weekly": [[b.weekday, b.start, b.end, b.first, b.last] for b in person.weekly],
    }


def person_again(person: Volunteer, kept: Facts) -> Volunteer:
    """Return the person with the settings they had."""
    limits = cast("Mapping[str, object]", kept["limits"])
    return replace(
        person,
        limits=Limits(**limits),  # type: ignore[arg-type]
        grades=frozenset(_number(each) for each in _listed(kept["grades"])),
        weekly=tuple(_block(_listed(each)) for each in _listed(kept["weekly"])),
    )


def kept_proposal(proposal: Proposal) -> dict[str, object]:
    """Return a whole proposal."""
    return {
        **{name: getattr(proposal, name) for name in _SIMPLE},
        "state": str(proposal.state),
        "speakers": [[each.email, str(each.format)] for each in proposal.speakers],
        "sessions": [[each.start, each.end] for each in proposal.sessions],
        "terms": dict(proposal.terms) if proposal.terms is not None else None,
        "passed_over": list(proposal.passed_over),
    }


def proposal_again(kept: Facts) -> Proposal:
    """Return the proposal that was kept."""
    speakers = [list(_listed(each)) for each in _listed(kept["speakers"])]
    sessions = [list(_listed(each)) for each in _listed(kept["sessions"])]
    return Proposal(
        **{name: kept[name] for name in _SIMPLE},  # type: ignore[arg-type]
        state=ProposalState(str(kept["state"])),
        speakers=tuple(ProposedSpeaker(str(e), Format(str(f))) for e, f in speakers),
        sessions=tuple(
            Period(start, end)
            for start, end in sessions
            if isinstance(start, datetime) and isinstance(end, datetime)
        ),
        terms=cast("Mapping[str, int] | None", kept["terms"]),
        passed_over=tuple(str(each) for each in _listed(kept["passed_over"])),
    )


def kept_unassigned(entry: Unassigned) -> dict[str, object]:
    """Return a whole entry that says why there was nobody."""
    return {
        "request": entry.request,
        "reason": entry.reason,
        "sieve": [[step.rule, step.left, step.lost] for step in entry.sieve],
        "facts": dict(entry.facts),
        "made_at": entry.made_at,
    }


def unassigned_again(kept: Facts) -> Unassigned:
    """Return the entry that was kept."""
    steps = [list(_listed(each)) for each in _listed(kept["sieve"])]
    return Unassigned(
        request=str(kept["request"]),
        reason=str(kept["reason"]),
        sieve=tuple(SieveStep(str(r), _number(left), _number(lost)) for r, left, lost in steps),
        facts=cast("Mapping[str, object]", kept["facts"]),
        made_at=cast("datetime", kept["made_at"]),
    )


_SIMPLE = ("request", "preference", "made_at", "decided_at", "decided_by", "reason")


def _block(parts: Iterable[object]) -> WeeklyAvailability:
    weekday, start, end, first, last = parts
    return WeeklyAvailability(
        weekday=_number(weekday),
        start=cast("time", start),
        end=cast("time", end),
        first=cast("date | None", first),
        last=cast("date | None", last),
    )


def _listed(kept: object) -> Iterable[object]:
    assert isinstance(kept, list | tuple)
    return kept


def _number(kept: object) -> int:
    assert isinstance(kept, int)
    return kept
