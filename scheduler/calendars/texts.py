"""What a calendar entry says: its title and its description, by who reads it.

A volunteer reads where to go and whom to meet, a teacher and a school office who comes.
Nothing here knows a telephone number, an address of a person or a teacher's note: feeds are
read by whoever holds their link.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from scheduler.calendars.showing import CANCELLED, TENTATIVE, is_out, status_for
from scheduler.domain.visit_sheets import SpeakerOnSheet, VisitSheet
from scheduler.domain.visits import Partstat
from scheduler.domain.volunteers import Format
from scheduler.domain.zones import local

CANCELLED_PREFIX = "Cancelled: "

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_ANSWERS = {
    Partstat.ACCEPTED: "said yes",
    Partstat.TENTATIVE: "said maybe",
    Partstat.NEEDS_ACTION: "has not answered yet",
}
_GRADE_NAMES = {"K": "kindergarten", "pre-K": "pre-kindergarten"}


class Audience(StrEnum):
    """Whose calendar an entry is for."""

    VOLUNTEER = "volunteer"
    TEACHER = "teacher"
    SCHOOL = "school"


def summary(sheet: VisitSheet, *, audience: Audience, email: str | None) -> str:
    """Return the entry's title: what, and with whom or where."""
    names = [speaker.name for speaker in _present(sheet)]
    others = {
        Audience.VOLUNTEER: [sheet.class_name, sheet.school_name],
        Audience.TEACHER: names,
        Audience.SCHOOL: [*names, sheet.class_name],
    }[audience]
    company = ", ".join(filter(None, others))
    title = f"Visit: {sheet.title} – {company}" if company else f"Visit: {sheet.title}"
    return CANCELLED_PREFIX + title if status_for(sheet.visit, email) == CANCELLED else title


def description(sheet: VisitSheet, *, audience: Audience, email: str | None, page_url: str) -> str:
    """Return everything this reader needs on the day, one fact a line."""
    facts = {"What": _what(sheet), "When": when(sheet)}
    if is_out(sheet.visit, email):
        facts["Where"] = sheet.school_name
    else:
        facts |= _place(sheet, audience=audience, email=email)
        facts["Class"] = _class(sheet)
        facts["Teacher"] = "" if audience is Audience.TEACHER else sheet.teacher_name
        facts |= _company(sheet, audience=audience, email=email)
    facts["More"] = page_url
    lines = [_news(sheet, audience=audience, email=email)]
    lines += [f"{name}: {fact}" for name, fact in facts.items() if fact]
    return "\n".join(filter(None, lines))


def location(sheet: VisitSheet, *, email: str | None) -> str:
    """Return the place; for somebody who is out it is no longer a way in."""
    return sheet.school_name if is_out(sheet.visit, email) else sheet.location_for(email or "")


def when(sheet: VisitSheet) -> str:
    """Return day, times and zone by the school's clock."""
    starts = local(sheet.visit.period.start, sheet.visit.timezone)
    ends = local(sheet.visit.period.end, sheet.visit.timezone)
    until = f"{ends:%H:%M}" if ends.date() == starts.date() else f"{_day(ends)}, {ends:%H:%M}"
    offset = f"{starts:%z}"
    zone_note = f"{sheet.visit.timezone}, UTC{offset[:3]}:{offset[3:5]}"
    return f"{_day(starts)}, {starts:%H:%M} to {until} ({zone_note})"


def _news(sheet: VisitSheet, *, audience: Audience, email: str | None) -> str:
    status = status_for(sheet.visit, email)
    if is_out(sheet.visit, email):
        return "You are no longer expected at this visit."
    if status == CANCELLED:
        return "This visit is cancelled."
    if status != TENTATIVE:
        return ""
    speaker = sheet.speaker(email or "")
    if audience is Audience.VOLUNTEER and speaker and speaker.partstat is Partstat.NEEDS_ACTION:
        return "We are waiting for your answer."
    return "Not everyone has answered yet."


def _what(sheet: VisitSheet) -> str:
    topic = f" ({sheet.topic})" if sheet.topic and sheet.topic != sheet.title else ""
    session = f", session {sheet.visit.session} of {sheet.sessions}" if sheet.sessions > 1 else ""
    return f"{sheet.title}{topic}{session}"


def _place(sheet: VisitSheet, *, audience: Audience, email: str | None) -> dict[str, str]:
    hosts = audience is not Audience.VOLUNTEER
    is_online = sheet.is_virtual_for(email or "")
    some_online = hosts and any(s.format is Format.VIRTUAL for s in _present(sheet))
    facts = {
        "Where": ", ".join(filter(None, (sheet.school_name, sheet.address))),
        "Room": sheet.visit.room,
        "Arriving": "" if hosts else sheet.arrival_note,
    }
    if is_online:
        facts = {"Where": "online", "School": sheet.school_name}
        facts |= {"Room": sheet.visit.room} if hosts else {}
    return facts | ({"Online": sheet.meeting_url} if is_online or some_online else {})


def _class(sheet: VisitSheet) -> str:
    grade = _GRADE_NAMES.get(sheet.grade, f"grade {sheet.grade}" if sheet.grade else "")
    students = f"{sheet.students} students" if sheet.students else ""
    return ", ".join(filter(None, (sheet.class_name, grade, students)))


def _company(sheet: VisitSheet, *, audience: Audience, email: str | None) -> dict[str, str]:
    if audience is Audience.VOLUNTEER:
        others = (speaker for speaker in _present(sheet) if speaker.email != email)
        return {"With you": ", ".join(map(_named, others))}
    awaits = status_for(sheet.visit, email) == TENTATIVE
    guests = (_named(one) + f" – {_ANSWERS[one.partstat]}" * awaits for one in _present(sheet))
    return {"Guests": "; ".join(guests)}


def _named(speaker: SpeakerOnSheet) -> str:
    organization = f" ({speaker.organization})" if speaker.organization else ""
    return f"{speaker.name}{organization}"


def _present(sheet: VisitSheet) -> Iterator[SpeakerOnSheet]:
    return (
        speaker
        for speaker in sheet.speakers
        if speaker.partstat in _ANSWERS and not speaker.removed
    )


def _day(moment: datetime) -> str:
    weekday, month = _WEEKDAYS[moment.weekday()], _MONTHS[moment.month - 1]
    return f"{weekday} {moment.day} {month} {moment.year}"
