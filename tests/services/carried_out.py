"""Carry out a remedy on a copy of a picture, as people would: an outside view of what was promised.

Nothing of the engine is used: the request or the volunteer is changed where a coordinator or the
person would change it, and whoever asks builds the problem anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time

from scheduler.domain.availability import WeeklyAvailability
from scheduler.domain.requests import ClassroomRequest
from scheduler.domain.volunteers import Clearance, ClearanceState, Format, Volunteer
from scheduler.services.alterations import moved_to
from scheduler.services.picture import Picture
from scheduler.services.remedies import Change, Remedy
from scheduler.services.telling import Told

ALL_DAY = (time(0), time(23, 59))


def carried_out(picture: Picture, key: str, *, remedy: Remedy) -> Picture:
    """Return the picture with every change of the remedy made."""
    for change in remedy.changes:
        picture = _with(picture, key, change=change)
    return picture


def _with(picture: Picture, key: str, *, change: Change) -> Picture:
    if change.kind == "wider_radius":
        km = change.facts["km"]
        assert isinstance(km, int)
        wide = {email: _going_far(each, km) for email, each in picture.volunteers.items()}
        return replace(picture, volunteers=wide)
    if "email" in change.facts and change.kind != "ask_again":
        email = str(change.facts["email"])
        person = _changed(picture.volunteers[email], change)
        return replace(picture, volunteers={**picture.volunteers, email: person})
    request = _asked(picture, picture.requests[key], change=change)
    return replace(picture, requests={**picture.requests, key: request})


def _asked(picture: Picture, request: ClassroomRequest, *, change: Change) -> ClassroomRequest:
    match change.kind, change.facts:
        case "another_lesson", {"start": datetime() as start}:
            return moved_to(request, start, picture=picture)
        case "virtual", _:
            return replace(request, format=Format.VIRTUAL)
        case "at_school", _:
            return replace(request, format=Format.EITHER)
        case "smaller_team", {"speakers": int(speakers)}:
            return replace(request, speakers=speakers)
        case "fewer_sessions", {"sessions": int(sessions)}:
            return replace(request, sessions=sessions)
        case "shorter_visit", _:
            return replace(request, duration_minutes=None)
    assert change.kind == "ask_again"
    return request


def _changed(person: Volunteer, change: Change) -> Volunteer:
    limits, facts = person.limits, change.facts
    match change.kind:
        case "ask_times":
            weekly = tuple(WeeklyAvailability(day, *ALL_DAY) for day in range(7))
            return replace(person, weekly=weekly, away=())
        case "clearance":
            renewed = Clearance("check", approved=date.min, state=ClearanceState.APPROVED)
            return replace(person, clearances=(*person.clearances, renewed))
        case "shorter_notice":
            return replace(person, limits=replace(limits, notice_days=0))
        case "another_grade":
            return replace(person, grades=person.grades | {_whole(facts, "grade")})
        case "short_visit":
            return replace(person, limits=replace(limits, min_minutes=_whole(facts, "minutes")))
    assert change.kind == "one_more"
    needed = _whole(facts, "needed")
    raised = {
        "max_per_day": replace(limits, max_per_day=needed),
        "max_per_week": replace(limits, max_per_week=needed),
        "max_per_month": replace(limits, max_per_month=needed),
    }
    return replace(person, limits=raised[str(facts["rule"])])


def _going_far(person: Volunteer, km: int) -> Volunteer:
    known = person.limits.max_km
    limit = None if known is None else max(known, float(km))
    return replace(person, limits=replace(person.limits, max_km=limit))


def _whole(facts: Mapping[str, Told], name: str) -> int:
    number = facts[name]
    assert isinstance(number, int)
    return number
