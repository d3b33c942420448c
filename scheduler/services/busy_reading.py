"""How one volunteer's calendars are looked at: fetched, read apart, and judged whether to believe.

A look that fails changes none of the spans: the last good reading stays, its problem is noted,
and the next try waits longer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from scheduler.calendars.errors import CalendarUnreadable
from scheduler.calendars.isolation import read_one_apart
from scheduler.domain.busy_calendars import BusyCalendar
from scheduler.domain.errors import SchedulerError, Unknown
from scheduler.domain.periods import DateRange
from scheduler.domain.zones import local
from scheduler.services.picture import load_district
from scheduler.services.ports import Store
from scheduler.services.ports.fetching import NOTHING_KNOWN, Fetch, FetchFailed, Validators

PAST = timedelta(days=31)
AHEAD = timedelta(days=400)
# A calendar that says "unchanged" is read whole again when it was last read so long ago.
WHOLE_EVERY = timedelta(days=7)


class CalendarNotTaken(SchedulerError):
    """Say why a file or an address tells us nothing; the sentence is for its owner."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Lender:
    """A volunteer with the calendars lent so far: on whose clock, and what is ours in them."""

    email: str
    timezone: str
    country: str
    own_uids: tuple[str, ...]
    calendars: tuple[BusyCalendar, ...]
    now: datetime

    @property
    def window(self) -> DateRange:
        """Return the days that are read."""
        today = local(self.now, self.timezone).date()
        return DateRange(today - PAST, today + AHEAD)

    def read(self, octets: bytes, calendar: BusyCalendar) -> BusyCalendar:
        """Return the calendar as these octets have it.

        Raises:
            CalendarNotTaken: if they tell nothing that can be trusted.
        """
        try:
            reading = read_one_apart(
                octets,
                window=self.window,
                timezone=self.timezone,
                country=self.country,
                own_uids=self.own_uids,
            )
        except CalendarUnreadable as problem:
            raise CalendarNotTaken(problem.sentence) from problem
        if not reading.is_whole:
            raise CalendarNotTaken("The end of the calendar is missing: it was cut off on its way.")
        if reading.is_empty and calendar.busy:
            # Calendars come back empty when a server fails; nobody is free by mistake.
            raise CalendarNotTaken(
                "It came back empty. If that is right, remove it and add it again."
            )
        return replace(calendar, busy=reading.busy, known_until=reading.known_until)

    def look_at(
        self, calendar: BusyCalendar, *, fetch: Fetch, is_whole: bool = False
    ) -> BusyCalendar:
        """Return a calendar on the web after a check, whatever came of it.

        A whole check asks for everything, not only for what changed.
        """
        known = NOTHING_KNOWN if is_whole else self._known(calendar)
        try:
            answer = fetch(calendar.address, known=known)
            found = self.read(answer.octets, calendar) if answer else calendar
        except (FetchFailed, CalendarNotTaken) as failure:
            return calendar.failed(failure.sentence, now=self.now)
        if answer:
            etag, modified = answer.validators.etag, answer.validators.last_modified
            found = replace(found, etag=etag, last_modified=modified)
        return found.confirmed(self.now)

    def _known(self, calendar: BusyCalendar) -> Validators:
        """Return what to ask with: "unchanged" says nothing of the days that came near since."""
        if calendar.known_until < self.window.last - WHOLE_EVERY:
            return NOTHING_KNOWN
        return Validators(calendar.etag, calendar.last_modified)


def lender_of(store: Store, email: str, *, now: datetime) -> Lender:
    """Return that volunteer as a lender of calendars.

    Raises:
        Unknown: if there is no such volunteer.
    """
    with store.read() as work:
        volunteer = work.volunteers.get(email)
        if volunteer is None:
            raise Unknown("volunteer", email)
        district = load_district(work)
        return Lender(
            email=email,
            timezone=volunteer.timezone or district.timezone,
            country=district.country,
            own_uids=tuple(
                visit.uid for visit in work.visits.of_volunteers((email,), since=now - PAST)
            ),
            calendars=work.busy_calendars.of_owners((email,)).get(email, ()),
            now=now,
        )
