"""What needs a coordinator this morning: what can be approved, who is silent, what went wrong.

Counts are taken from the lists they stand for, so a number and its list never differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain, islice
from typing import Protocol

from scheduler.domain.other_times import OfferState, is_unanswered
from scheduler.domain.periods import Period
from scheduler.domain.visit_sheets import SpeakerOnSheet, VisitSheet
from scheduler.domain.visits import Partstat, Visit, VisitState
from scheduler.domain.volunteers import Clearance
from scheduler.domain.zones import day_period, local
from scheduler.services.access import Actor, require_overseer
from scheduler.services.announcements import JOIN_CONFIRM
from scheduler.services.asking import reference_of
from scheduler.services.board import Queued, problem_at
from scheduler.services.closed_days import how_many_closed
from scheduler.services.closing_pages import ClosingLine, closing_lines
from scheduler.services.judging import broken_findings
from scheduler.services.picture import find_district
from scheduler.services.ports import Gazetteer, Store, Waiting, Work
from scheduler.services.queue_rows import Pile, Wanted
from scheduler.services.records import OutboxRow
from scheduler.services.sheets import sheets_of
from scheduler.services.still_coming import unheard
from scheduler.services.warm import Warm
from scheduler.services.warm_district import WarmDistrict

CHECKED_HERE = 20
CLEARANCE_WARNING = timedelta(days=30)
DAYS_STATES = (
    VisitState.INVITED,
    VisitState.CONFIRMED,
    VisitState.HAPPENED,
    VisitState.MISSED,
)
# Mail about no visit that failed is looked at within days, or it never is.
FAILED_LATELY = timedelta(days=14)
# So long a school may still want a word about a visit that nobody was certain to come to.
BEGAN_LATELY = timedelta(days=7)
NEVER_CERTAIN = frozenset({VisitState.HELD, VisitState.INVITED, VisitState.MISSED})


class Cleared(Protocol):
    """Whoever holds clearances, in full or as a list shows them."""

    @property
    def email(self) -> str:
        """Return the address."""

    @property
    def name(self) -> str:
        """Return the name."""

    @property
    def is_active(self) -> bool:
        """Tell whether they still volunteer."""

    @property
    def clearances(self) -> tuple[Clearance, ...]:
        """Return all clearances, whatever their state."""


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

    @property
    def reference(self) -> str:
        """Return what stands for the volunteer in addresses."""
        return reference_of(self.email)


@dataclass(frozen=True, slots=True)
class Today:
    """What needs a coordinator now, each list in the order in which it presses.

    ``changes`` is how many what-ifs wait for a decision; ``closings`` are the days from now on
    that were closed at short notice, ``newcomers`` people who would like to volunteer,
    ``offers`` other times that volunteers could come, ``unheard`` those who were asked twice
    whether they still come and said nothing, ``closed`` how many visits stand on days
    without school, ``searches`` how many look for a stand-in, ``old_calendars`` how many
    volunteers' own calendars could not be read lately, ``uncertain`` visits that began within
    days although somebody's yes was missing, the latest first.
    """

    day: date
    timezone: str
    ready: int
    nobody: int
    silences: tuple[Silence, ...]
    failed_mail: tuple[OutboxRow, ...]
    clearances: tuple[EndingClearance, ...]
    visits: tuple[VisitSheet, ...]
    changes: int = 0
    closings: tuple[ClosingLine, ...] = ()
    newcomers: int = 0
    offers: int = 0
    unheard: tuple[Silence, ...] = ()
    closed: int = 0
    searches: int = 0
    old_calendars: int = 0
    uncertain: tuple[VisitSheet, ...] = ()


def today(
    store: Store, *, warm: Warm, actor: Actor, now: datetime, gazetteer: Gazetteer
) -> Today | None:
    """Return what needs a coordinator at this moment, or None before the first import.

    Raises:
        NotAllowed: unless the actor oversees the district.
    """
    require_overseer(actor, deed="see what needs a coordinator")
    with store.read() as work:
        if find_district(work) is None:
            return None
        with warm.at(work, now=now, gazetteer=gazetteer) as district:
            return _today(work, district, now=now, gazetteer=gazetteer)


def _today(work: Work, district: WarmDistrict, *, now: datetime, gazetteer: Gazetteer) -> Today:
    timezone = district.ground.district.timezone
    day = local(now, timezone).date()
    visits = district.visits.every()
    silent = tuple(v for v in visits if v.state is VisitState.INVITED and now < v.period.start)
    of_day = tuple(each for each in visits if _is_on(each, day_period(day, timezone)))
    times = district.ground.school_time_by_school
    asked_twice = unheard(work, visits, school_time_by_school=times, now=now)
    unsure = tuple(visit for visit, _ in asked_twice)
    began = tuple(visit for visit in reversed(visits) if _began_uncertain(visit, now=now))
    silent_sheets, unsure_sheets, sheets, uncertain = _sheets(
        *(work, district), silent, unsure, of_day, began
    )
    waiting = work.listings.waiting(now=now, today=day)
    active = district.people.of(work, district.table.row_by_id).volunteers
    return Today(
        day=day,
        timezone=timezone,
        ready=_ready(work, district, waiting, now=now, gazetteer=gazetteer),
        nobody=waiting.nobody,
        silences=tuple(_silences(silent_sheets)),
        failed_mail=_failed_mail(work, waiting, now=now),
        clearances=ending_clearances(active.values(), today=day),
        visits=sheets,
        changes=waiting.changes,
        closings=closing_lines(work, now=now),
        newcomers=waiting.newcomers,
        offers=_offers(work, visits, now=now),
        unheard=tuple(_unheard(unsure_sheets, (email for _, email in asked_twice))),
        closed=how_many_closed(visits, times, now=now),
        searches=waiting.searches,
        old_calendars=waiting.old_calendars,
        uncertain=uncertain,
    )


def _sheets(
    work: Work, district: WarmDistrict, *groups: tuple[Visit, ...]
) -> Iterator[tuple[VisitSheet, ...]]:
    """Yield the sheets of each group; all of them are read at once."""
    sheets = iter(sheets_of(work, tuple(chain(*groups)), ground=district.ground))
    return (tuple(islice(sheets, len(group))) for group in groups)


def _unheard(sheets: Iterable[VisitSheet], emails: Iterable[str]) -> Iterator[Silence]:
    for sheet, email in zip(sheets, emails, strict=True):
        if speaker := sheet.speaker(email):
            yield Silence(sheet, speaker)


def ending_clearances(volunteers: Iterable[Cleared], *, today: date) -> tuple[EndingClearance, ...]:
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


def _ready(
    work: Work, district: WarmDistrict, waiting: Waiting, *, now: datetime, gazetteer: Gazetteer
) -> int:
    """Return how many proposals can be approved.

    After a busy week nobody waits until hundreds are checked: then all that wait are counted,
    and the board checks those it shows.
    """
    if not 0 < waiting.proposed <= CHECKED_HERE:
        return waiting.proposed
    wanted = Wanted(most=CHECKED_HERE)
    queued = Queued(work, district, wanted, now=now, gazetteer=gazetteer)
    return sum(
        not broken_findings(problem_at(queued, line.request, line.proposal), line.proposal)
        for line in queued.found.lines
        if line.proposal and line.pile is Pile.PROPOSED
    )


def _follows(other: Clearance, ending: Clearance) -> bool:
    covers_school = other.school in ("", ending.school)
    lasts_longer = other.expires is None or (
        ending.expires is not None and other.expires > ending.expires
    )
    return other.counts and covers_school and lasts_longer


def _is_on(visit: Visit, day: Period) -> bool:
    return visit.state in DAYS_STATES and visit.period.overlaps(day)


def _began_uncertain(visit: Visit, *, now: datetime) -> bool:
    """While the timetable works such a visit is called off in time, and people are told."""
    has_begun_lately = visit.period.start <= now < visit.period.end + BEGAN_LATELY
    return has_begun_lately and visit.state in NEVER_CERTAIN and not visit.has_every_yes


def _silences(sheets: Iterable[VisitSheet]) -> Iterator[Silence]:
    for sheet in sheets:
        for speaker in sheet.speakers:
            if not speaker.removed and speaker.partstat is Partstat.NEEDS_ACTION:
                yield Silence(sheet, speaker)


def _failed_mail(work: Work, waiting: Waiting, *, now: datetime) -> tuple[OutboxRow, ...]:
    """Return mail that failed about what is still to come, or lately, the latest first.

    Strangers who mistyped their own address have nobody to call them.
    """
    if not waiting.failed_mail:
        return ()
    failed = work.listings.failed_mail(since=now, lately=now - FAILED_LATELY)
    return tuple(row for row in failed if row.purpose != JOIN_CONFIRM)


def _offers(work: Work, visits: Iterable[Visit], *, now: datetime) -> int:
    """Return how many volunteers who were asked wait for an answer about another time."""
    coming = {visit.uid: visit for visit in visits if now < visit.period.start}
    offers = work.time_offers.in_state(OfferState.WAITING)
    return sum(each.visit in coming and is_unanswered(each, coming[each.visit]) for each in offers)
