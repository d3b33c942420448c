"""Visits as files to keep and as a page to print: one visit, or a person's year.

A file is a picture of the moment and follows no change. It says what the person's own feed
says, under the same UIDs, so that opening a newer file replaces the older entry.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from scheduler.calendars.events import Entry
from scheduler.calendars.feeds import Heading, render_entries
from scheduler.calendars.texts import Audience
from scheduler.domain.districts import District
from scheduler.domain.errors import Unknown
from scheduler.domain.periods import DateRange
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.visits import Visit, VisitState
from scheduler.domain.zones import at_wall_time, local
from scheduler.services.access import Actor
from scheduler.services.invitations import proven
from scheduler.services.picture import load_district
from scheduler.services.ports import Store, Work
from scheduler.services.sheets import sheets_of


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """A file's octets, and its name without the ending."""

    octets: bytes
    name: str


@dataclass(frozen=True, slots=True)
class Year:
    """A person's visits of one school year, those as guest and those of own classes, by start."""

    days: DateRange
    as_guest: tuple[VisitSheet, ...]
    as_teacher: tuple[VisitSheet, ...]


def visit_file(store: Store, uid: str, *, actor: Actor, base_url: str) -> CalendarFile:
    """Return one visit as the actor sees it: a guest, the teacher who asked, an overseer.

    Raises:
        Unknown: if there is no such visit, or the actor has nothing to do with it.
    """
    with store.read() as work:
        visit = _known_to_others(work.visits.get(uid), uid)
        (sheet,) = sheets_of(work, (visit,))
        district = load_district(work)
    if sheet.speaker(actor.email) is not None:
        return _file((_as_guest(sheet, actor.email, base_url),), district)
    if sheet.teacher_email == actor.email or actor.oversees:
        return _file((_as_teacher(sheet, base_url),), district)
    raise Unknown("visit", uid)


def invited_file(store: Store, token: str, *, key: bytes, base_url: str) -> CalendarFile:
    """Return what an answer link speaks of: a guest's visits of that request, by start.

    Raises:
        Unknown: if the link is nobody's.
        LinkEnded: if its person has ended it.
    """
    with store.read() as work:
        visit, person = proven(work, token, key=key)
        visit, email = _known_to_others(visit, token), person.email
        visits = tuple(
            each
            for each in work.visits.of_requests((visit.request,))
            if each.was_released and any(b.volunteer_email == email for b in each.bookings)
        )
        sheets, district = sheets_of(work, visits), load_district(work)
    return _file((_as_guest(sheet, email, base_url) for sheet in sheets), district)


def year_of(store: Store, *, actor: Actor, now: datetime, first: date | None = None) -> Year:
    """Return the actor's visits of the school year that ``first`` or ``now`` falls into."""
    with store.read() as work:
        district = load_district(work)
        days = school_year(district, first or local(now, district.timezone).date())
        since = at_wall_time(days.first, time(0), district.timezone)
        guest = work.visits.of_volunteers((actor.email,), since=since)
        requests = work.requests.of_teacher(actor.email) if actor.is_teacher else {}
        taught = work.visits.of_requests(requests)
        return Year(
            days,
            _within(work, (v for v in guest if actor.email in v.volunteers), days),
            _within(work, taught, days),
        )


def year_file(store: Store, year: Year, *, actor: Actor, base_url: str) -> CalendarFile:
    """Return the year as one file."""
    with store.read() as work:
        district = load_district(work)
    taught = {sheet.visit.uid for sheet in year.as_teacher}
    entries = [_as_teacher(sheet, base_url) for sheet in year.as_teacher]
    entries += [
        _as_guest(sheet, actor.email, base_url)
        for sheet in year.as_guest
        if sheet.visit.uid not in taught
    ]
    name = f"visits-{year.days.first:%Y}-{year.days.last:%Y}"
    return replace(_file(entries, district), name=name)


def school_year(district: District, day: date) -> DateRange:
    """Return the school year around a day; from August to July where none is set."""
    first = district.year.first if district.year else date(day.year, 8, 1)
    year = day.year if (day.month, day.day) >= (first.month, first.day) else day.year - 1
    begins = _on(first, year)
    return DateRange(begins, date.fromordinal(_on(first, year + 1).toordinal() - 1))


def _on(day: date, year: int) -> date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return date(year, 3, 1) if is_leap_day else day.replace(year=year)


def _within(work: Work, visits: Iterable[Visit], days: DateRange) -> tuple[VisitSheet, ...]:
    shown = tuple(
        visit
        for visit in visits
        if visit.was_released
        and visit.state is not VisitState.HELD
        and local(visit.period.start, visit.timezone).date() in days
    )
    return sheets_of(work, shown)


def _known_to_others(visit: Visit | None, key: str) -> Visit:
    if visit is None or not visit.was_released or visit.state is VisitState.HELD:
        raise Unknown("visit", key)
    return visit


def _as_guest(sheet: VisitSheet, email: str, base_url: str) -> Entry:
    return Entry(sheet, Audience.VOLUNTEER, email, f"{base_url}/visits#{sheet.visit.uid}")


def _as_teacher(sheet: VisitSheet, base_url: str) -> Entry:
    return Entry(sheet, Audience.TEACHER, None, f"{base_url}/requests/{sheet.visit.request}")


def _file(entries: Iterable[Entry], district: District) -> CalendarFile:
    told = tuple(entries)
    heading = Heading("visits", district.title, district.timezone)
    day = min(
        (local(e.sheet.visit.period.start, e.sheet.visit.timezone) for e in told), default=None
    )
    name = f"visit-{day:%Y-%m-%d}" if day else "visits"
    return CalendarFile(render_entries(heading, told), name)
