"""What needs a coordinator this morning: what can be approved, who is silent, what went wrong.

Counts are taken from the lists they stand for, so a number and its list never differ.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from scheduler.domain.requests import RequestState
from scheduler.domain.visit_sheets import SpeakerOnSheet, VisitSheet
from scheduler.domain.visits import Partstat, VisitState
from scheduler.domain.volunteers import Clearance, Volunteer
from scheduler.domain.zones import day_period, local
from scheduler.services.access import Actor, require_overseer
from scheduler.services.judging import ready
from scheduler.services.picture import find_district
from scheduler.services.ports import Gazetteer, Store, Work
from scheduler.services.records import OutboxRow, OutboxState
from scheduler.services.sheets import sheets_of

CLEARANCE_WARNING = timedelta(days=30)
DAYS_STATES = (
    VisitState.INVITED,
    VisitState.CONFIRMED,
    VisitState.HAPPENED,
    VisitState.MISSED,
)
# The subjects under which mail stands that is about no visit.
OTHER_SUBJECTS = ("availability", "sign-in")


@dataclass(frozen=True, slots=True)
class Silence:
    """An invitation without an answer: the visit and who has not said yes or no."""

    sheet: VisitSheet
    speaker: SpeakerOnSheet


@dataclass(frozen=True, slots=True)
class EndingClearance:
    """A clearance that ends soon with none to follow it."""

    email: str
    name: str
    kind: str
    last_day: date


@dataclass(frozen=True, slots=True)
class Today:
    """What needs a coordinator now, each list in the order in which it presses."""

    day: date
    timezone: str
    ready: int
    nobody: int
    silences: tuple[Silence, ...]
    failed_mail: tuple[OutboxRow, ...]
    clearances: tuple[EndingClearance, ...]
    visits: tuple[VisitSheet, ...]


def today(store: Store, *, actor: Actor, now: datetime, gazetteer: Gazetteer) -> Today | None:
    """Return what needs a coordinator at this moment, or None before the first import.

    Raises:
        NotAllowed: unless the actor oversees the district.
    """
    require_overseer(actor, deed="see what needs a coordinator")
    with store.read() as work:
        district = find_district(work)
        if district is None:
            return None
        day = local(now, district.timezone).date()
        of_day = day_period(day, district.timezone)
        visits = work.visits.in_states(DAYS_STATES, since=of_day.start, until=of_day.end)
        findings = ready(work, now=now, gazetteer=gazetteer)
        still_open = work.requests.all(states=(RequestState.OPEN,))
        return Today(
            day=day,
            timezone=district.timezone,
            ready=sum(not broken for broken in findings.values()),
            nobody=sum(key in still_open for key in work.proposals.unassigned()),
            silences=_silences(work, now=now),
            failed_mail=_failed_mail(work, now=now),
            clearances=ending_clearances(work.volunteers.all().values(), today=day),
            visits=sheets_of(work, visits),
        )


def ending_clearances(
    volunteers: Iterable[Volunteer], *, today: date
) -> tuple[EndingClearance, ...]:
    """Return the clearances that end within thirty days with none to follow, soonest first."""
    found = (
        EndingClearance(volunteer.email, volunteer.name, clearance.kind, clearance.expires)
        for volunteer in volunteers
        if volunteer.is_active
        for clearance in volunteer.clearances
        if clearance.expires
        and today <= clearance.expires <= today + CLEARANCE_WARNING
        and clearance.counts
        and not any(_follows(other, clearance) for other in volunteer.clearances)
    )
    return tuple(sorted(set(found), key=lambda each: (each.last_day, each.name, each.kind)))


def _follows(other: Clearance, ending: Clearance) -> bool:
    covers_school = other.school in ("", ending.school)
    lasts_longer = other.expires is None or (
        ending.expires is not None and other.expires > ending.expires
    )
    return other.counts and covers_school and lasts_longer


def _silences(work: Work, *, now: datetime) -> tuple[Silence, ...]:
    visits = work.visits.in_states((VisitState.INVITED,), since=now)
    return tuple(
        Silence(sheet, speaker)
        for sheet in sheets_of(work, visits)
        if now < sheet.visit.period.start
        for speaker in sheet.speakers
        if not speaker.removed and speaker.partstat is Partstat.NEEDS_ACTION
    )


def _failed_mail(work: Work, *, now: datetime) -> tuple[OutboxRow, ...]:
    """Return mail that failed about what is still to come, the latest first."""
    if not work.outbox.counts().get(OutboxState.FAILED):
        return ()
    coming = work.visits.in_states(
        (VisitState.INVITED, VisitState.CONFIRMED, VisitState.CANCELLED), since=now
    )
    rows = work.outbox.of_subjects((*(visit.uid for visit in coming), *OTHER_SUBJECTS))
    failed = (row for row in rows if row.state is OutboxState.FAILED)
    return tuple(sorted(failed, key=lambda row: row.created_at, reverse=True))
