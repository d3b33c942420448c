"""What a calendar entry says: its title and its description, by who reads it.

A volunteer reads where to go and whom to meet, a teacher and a school office who comes, the
front desk whom to let in, the public no name at all. Nothing here knows a telephone number, an
address of a person or a teacher's note: feeds are read by whoever holds their link. The place
stands in LOCATION and is not told twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from scheduler.calendars.phrases import ENGLISH, Phrases
from scheduler.calendars.showing import CANCELLED, TENTATIVE, is_out, status_for
from scheduler.domain.visit_sheets import SpeakerOnSheet, VisitSheet
from scheduler.domain.visits import Partstat
from scheduler.domain.volunteers import Format
from scheduler.domain.zones import local

Fact = tuple[str, str]


class Audience(StrEnum):
    """Whose calendar an entry is for.

    ``district`` reads of many schools; ``public`` and ``busy`` are told no person's name.
    """

    VOLUNTEER = "volunteer"
    TEACHER = "teacher"
    SCHOOL = "school"
    OFFICE = "office"
    DISTRICT = "district"
    PUBLIC = "public"
    BUSY = "busy"


def summary(
    sheet: VisitSheet, *, audience: Audience, email: str | None, phrases: Phrases = ENGLISH
) -> str:
    """Return the entry's title: what, and with whom or where."""
    title = _title(sheet, audience=audience, phrases=phrases)
    return phrases.cancelled + title if status_for(sheet.visit, email) == CANCELLED else title


def description(
    sheet: VisitSheet,
    *,
    audience: Audience,
    email: str | None,
    page_url: str,
    phrases: Phrases = ENGLISH,
) -> str:
    """Return everything this reader needs on the day, one fact a line."""
    if audience is Audience.BUSY:
        return ""
    lines = [_news(sheet, audience=audience, email=email, phrases=phrases)]
    facts = _facts(sheet, audience=audience, email=email, page_url=page_url, phrases=phrases)
    lines += [phrases.fact.format(label, told) for label, told in facts if told]
    return "\n".join(filter(None, lines))


def location(
    sheet: VisitSheet,
    *,
    email: str | None,
    audience: Audience = Audience.SCHOOL,
    phrases: Phrases = ENGLISH,
) -> str:
    """Return the place; for somebody who is out it is no longer a way in."""
    if audience is Audience.BUSY:
        return ""
    if audience is Audience.PUBLIC:
        return ", ".join(filter(None, (sheet.school_name, sheet.address)))
    if is_out(sheet.visit, email):
        return sheet.school_name
    if sheet.is_virtual_for(email or ""):
        return sheet.meeting_url or phrases.online
    room = sheet.visit.room
    numbered = phrases.room.format(room) if room[:1].isdigit() else room
    return ", ".join(filter(None, (numbered, sheet.school_name, sheet.address)))


def when(sheet: VisitSheet, *, phrases: Phrases = ENGLISH) -> str:
    """Return day, times and offset by the school's clock."""
    visit = sheet.visit
    return _span(visit.period.start, visit.period.end, visit.timezone, phrases)


@lru_cache(maxsize=8192)
def _span(start: datetime, end: datetime, timezone: str, phrases: Phrases) -> str:
    starts, ends = local(start, timezone), local(end, timezone)
    until = phrases.clock_of(ends)
    if ends.date() != starts.date():
        until = f"{phrases.day_of(ends)}, {until}"
    offset = starts.isoformat(timespec="seconds")[19:25]
    begins = f"{phrases.day_of(starts)}, {phrases.clock_of(starts)}"
    return phrases.span.format(begins, until, f"UTC{offset}")


def _title(sheet: VisitSheet, *, audience: Audience, phrases: Phrases) -> str:
    if audience is Audience.BUSY:
        return phrases.busy
    if audience is Audience.PUBLIC:
        told = " – ".join(filter(None, (_topic(sheet, phrases), sheet.school_name)))
        return phrases.guest_visit.format(told)
    names = [speaker.name for speaker in _present(sheet)]
    others = {
        Audience.VOLUNTEER: [sheet.class_name, sheet.school_name],
        Audience.TEACHER: names,
        Audience.SCHOOL: [*names, sheet.class_name],
        Audience.OFFICE: [sheet.teacher_name, sheet.class_name],
        Audience.DISTRICT: [*names, sheet.class_name, sheet.school_name],
    }[audience]
    subject = sheet.title
    if audience is Audience.OFFICE:
        subject = ", ".join(filter(None, names)) or sheet.title
    company = ", ".join(filter(None, others))
    shape = phrases.arriving if audience is Audience.OFFICE else phrases.visit
    return shape.format(f"{subject} – {company}" if company else subject)


def _topic(sheet: VisitSheet, phrases: Phrases) -> str:
    return sheet.topic.title_in(phrases.language)


def _news(sheet: VisitSheet, *, audience: Audience, email: str | None, phrases: Phrases) -> str:
    status = status_for(sheet.visit, email)
    if is_out(sheet.visit, email):
        return phrases.you_are_out
    if status == CANCELLED:
        return phrases.is_cancelled
    if status != TENTATIVE:
        return ""
    speaker = sheet.speaker(email or "")
    if audience is Audience.VOLUNTEER and speaker and speaker.partstat is Partstat.NEEDS_ACTION:
        return phrases.awaits_you
    return phrases.awaits_others


def _what(sheet: VisitSheet, phrases: Phrases) -> str:
    named = _topic(sheet, phrases)
    topic = f" ({named})" if named and named != sheet.title else ""
    session = ""
    if sheet.sessions > 1:
        session = ", " + phrases.session.format(sheet.visit.session, sheet.sessions)
    return f"{sheet.title}{topic}{session}"


def _facts(
    sheet: VisitSheet, *, audience: Audience, email: str | None, page_url: str, phrases: Phrases
) -> Iterator[Fact]:
    if audience is Audience.PUBLIC:
        yield phrases.when, when(sheet, phrases=phrases)
        return
    yield phrases.what, _what(sheet, phrases)
    yield phrases.when, when(sheet, phrases=phrases)
    if not is_out(sheet.visit, email):
        yield from _place(sheet, audience=audience, email=email, phrases=phrases)
        yield phrases.class_label, _class(sheet, phrases)
        if audience is not Audience.TEACHER:
            yield phrases.teacher, sheet.teacher_name
        yield _company(sheet, audience=audience, email=email, phrases=phrases)
    yield phrases.more, page_url


def _place(
    sheet: VisitSheet, *, audience: Audience, email: str | None, phrases: Phrases
) -> Iterator[Fact]:
    hosts = audience is not Audience.VOLUNTEER
    is_online = sheet.is_virtual_for(email or "")
    if is_online:
        room = sheet.visit.room if hosts else ""
        yield phrases.where, ", ".join(filter(None, (phrases.online_word, room)))
        yield phrases.school, sheet.school_name
    elif not hosts:
        yield phrases.arriving_note, sheet.arrival_note
    if is_online or (hosts and any(s.format is Format.VIRTUAL for s in _present(sheet))):
        yield phrases.online, sheet.meeting_url


def _class(sheet: VisitSheet, phrases: Phrases) -> str:
    students = phrases.students.format(sheet.students) if sheet.students else ""
    return ", ".join(filter(None, (sheet.class_name, phrases.grade_of(sheet.grade), students)))


def _company(sheet: VisitSheet, *, audience: Audience, email: str | None, phrases: Phrases) -> Fact:
    if audience is Audience.VOLUNTEER:
        others = [_named(each) for each in _present(sheet) if each.email != email]
        return phrases.with_you, ", ".join(others)
    if status_for(sheet.visit, email) != TENTATIVE:
        return phrases.guests, "; ".join(map(_named, _present(sheet)))
    answers = {
        Partstat.ACCEPTED: phrases.said_yes,
        Partstat.TENTATIVE: phrases.said_maybe,
        Partstat.NEEDS_ACTION: phrases.no_answer,
    }
    guests = [f"{_named(each)} – {answers[each.partstat]}" for each in _present(sheet)]
    return phrases.guests, "; ".join(guests)


def _named(speaker: SpeakerOnSheet) -> str:
    organization = f" ({speaker.organization})" if speaker.organization else ""
    return f"{speaker.name}{organization}"


def _present(sheet: VisitSheet) -> Iterator[SpeakerOnSheet]:
    return (
        speaker
        for speaker in sheet.speakers
        if not speaker.removed and speaker.partstat is not Partstat.DECLINED
    )
