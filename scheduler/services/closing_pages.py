"""What closing a day would mean, and the days that were closed: for pages, changing nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from scheduler.domain.closings import Closing
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.zones import local
from scheduler.services.access import Actor, require_coordinator
from scheduler.services.closing_days import concerned, meant_schools
from scheduler.services.picture import load_district
from scheduler.services.ports import Store, Work
from scheduler.services.sheets import sheets_of


@dataclass(frozen=True, slots=True)
class ClosingChoices:
    """What can be closed: schools by key and name, and zones."""

    schools: tuple[tuple[str, str], ...]
    zones: tuple[str, ...]
    today: date


@dataclass(frozen=True, slots=True)
class ClosingPreview:
    """What closing a day would mean.

    ``schools`` are empty where all are meant; ``names`` are those of the schools meant.
    ``sheets`` are the visits that would be called off, by start, ``people`` how many persons
    would be told of it. ``closed`` names what closes some of the schools on that day already.
    """

    day: date
    schools: tuple[str, ...]
    names: tuple[str, ...]
    sheets: tuple[VisitSheet, ...]
    people: int
    closed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClosingLine:
    """A closed day in a list; ``can_undo`` as long as nobody was told."""

    closing: Closing
    names: tuple[str, ...]
    can_undo: bool


def choices(store: Store, *, actor: Actor, now: datetime) -> ClosingChoices:
    """Return what can be closed.

    Raises:
        NotAllowed: unless the actor is a coordinator.
    """
    require_coordinator(actor, deed="close days")
    with store.read() as work:
        schools = work.districts.schools()
        today = local(now, load_district(work).timezone).date()
    named = sorted(((s.key, s.name) for s in schools.values()), key=lambda each: each[1])
    zones = sorted({school.zone for school in schools.values() if school.zone})
    return ClosingChoices(tuple(named), tuple(zones), today)


def preview(
    store: Store, day: date, schools: Iterable[str], *, zone: str = "", actor: Actor, now: datetime
) -> ClosingPreview:
    """Return what closing these schools, those of a zone, or all of them would mean.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if a school or the zone is not known.
    """
    require_coordinator(actor, deed="close days")
    with store.read() as work:
        known = work.districts.schools()
        meant = meant_schools(known, schools, zone=zone)
        visits = concerned(work, day, meant, now=now)
        sheets = sheets_of(work, visits)
        names = tuple(known[key].name for key in meant) if meant else ()
        places = set(meant or known) | {""}
        closed = tuple(
            dict.fromkeys(
                closure.name
                for closure in work.districts.closures()
                if day in closure.days and closure.school in places
            )
        )
    released = tuple(sheet for sheet in sheets if sheet.visit.was_released)
    people = {
        email for sheet in released for email in (*sheet.visit.volunteers, sheet.teacher_email)
    }
    return ClosingPreview(day, meant, names, sheets, len(people), closed)


def closing_lines(work: Work, *, now: datetime) -> tuple[ClosingLine, ...]:
    """Return the days from today on that were closed at short notice and still are."""
    today = local(now, load_district(work).timezone).date()
    found = tuple(each for each in work.closings.since(today) if each.undone_at is None)
    if not found:
        return ()
    schools = work.districts.schools()
    told = work.outbox.of_subjects(b.uid for each in found for b in each.before)
    waiting = {row.key for row in told if row.is_waiting}
    return tuple(
        ClosingLine(
            closing,
            tuple(schools[key].name for key in closing.schools if key in schools),
            waiting.issuperset(closing.mail),
        )
        for closing in found
    )
