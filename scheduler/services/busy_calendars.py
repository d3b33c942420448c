"""The calendars that volunteers lend us: taken, looked at again in good time, and given back.

What a calendar says is kept as spans of time alone. A check that fails changes none of them:
the last good reading stays, its age is shown to the volunteer and to whoever oversees, and the
next try waits longer. Only the person it is about adds, checks or removes a calendar.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from scheduler.calendars.errors import CalendarUnreadable
from scheduler.calendars.isolation import read_one_apart
from scheduler.domain.busy_calendars import BusyCalendar
from scheduler.domain.calendar_addresses import AddressRefused, read_address
from scheduler.domain.errors import SchedulerError, Unknown
from scheduler.domain.periods import DateRange
from scheduler.domain.visits import VOLUNTEER_PREFIX
from scheduler.domain.zones import local
from scheduler.services.access import Actor
from scheduler.services.picture import load_district
from scheduler.services.ports import Clock, Store
from scheduler.services.ports.fetching import (
    NOTHING_KNOWN,
    Fetch,
    Fetched,
    FetchFailed,
    Validators,
)
from scheduler.services.records import Activity
from scheduler.services.tokens import new_token

MOST_CALENDARS = 5
_ENOUGH = "You lend us as many calendars as we can read. Remove one first."
PAST = timedelta(days=31)
AHEAD = timedelta(days=400)
# A calendar that says "unchanged" is read whole again when it was last read so long ago.
WHOLE_EVERY = timedelta(days=7)
CLAIM_LASTS = timedelta(minutes=5)
MOST_AT_ONCE = 50


class CalendarNotTaken(SchedulerError):
    """Say why a file or an address tells us nothing; the sentence is for its owner."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What one round of checks did.

    ``lapsed`` are calendars that could be read until now, ``recovered`` those that can be read
    again: what their owners and the coordinators are told of.
    """

    checked: int = 0
    lapsed: tuple[BusyCalendar, ...] = ()
    recovered: tuple[BusyCalendar, ...] = ()


@dataclass(frozen=True, slots=True)
class _Reader:
    """How one volunteer's calendars are read: on whose clock, and what is ours in them."""

    owner: str
    timezone: str
    country: str
    own_uids: tuple[str, ...]
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


def my_calendars(store: Store, *, actor: Actor) -> tuple[BusyCalendar, ...]:
    """Return the calendars that the actor lent, in the order of their adding."""
    with store.read() as work:
        return work.busy_calendars.of_owners((actor.email,)).get(actor.email, ())


def add_address(
    store: Store, text: str, *, actor: Actor, now: datetime, fetch: Fetch
) -> BusyCalendar:
    """Look at a calendar on the web and keep it; one that is kept already is looked at again.

    Raises:
        CalendarNotTaken: if it cannot be read now, or there are enough.
        Unknown: if the actor is no volunteer.
    """
    try:
        address = str(read_address(text))
    except AddressRefused as refusal:
        raise CalendarNotTaken(refusal.sentence) from refusal
    reader, kept = _reader(store, actor.email, now=now)
    known = next((each for each in kept if each.address == address), None)
    if known is None and len(kept) >= MOST_CALENDARS:
        raise CalendarNotTaken(_ENOUGH)
    found = _looked_at(known or _new(reader, address), reader, fetch=fetch, knows_nothing=True)
    if found.problem:
        raise CalendarNotTaken(found.problem)
    _keep(store, found, actor=actor, is_new=known is None)
    return found


def add_file(store: Store, octets: bytes, *, actor: Actor, now: datetime) -> BusyCalendar:
    """Keep what a calendar file tells; it takes the place of the file given before.

    Raises:
        CalendarNotTaken: if it cannot be read.
        Unknown: if the actor is no volunteer.
    """
    reader, kept = _reader(store, actor.email, now=now)
    known = next((each for each in kept if not each.address), None)
    if known is None and len(kept) >= MOST_CALENDARS:
        raise CalendarNotTaken(_ENOUGH)
    # A file replaces the former one even when it is empty: its owner chose it.
    empty = replace(known, busy=(), added_at=now) if known else _new(reader, "")
    found = reader.read(octets, empty).confirmed(now)
    _keep(store, found, actor=actor, is_new=known is None)
    return found


def remove(store: Store, key: str, *, actor: Actor, now: datetime) -> None:
    """Forget one of the actor's calendars; one that is not there is no error."""
    with store.write() as work:
        work.visits.lock((VOLUNTEER_PREFIX + actor.email,))
        kept = work.busy_calendars.of_owners((actor.email,)).get(actor.email, ())
        for calendar in (each for each in kept if each.key == key):
            work.busy_calendars.remove(calendar)
            work.activities.add((_deed("took a busy calendar back", actor, now=now),))


def check_now(store: Store, key: str, *, actor: Actor, now: datetime, fetch: Fetch) -> BusyCalendar:
    """Look at one of the actor's calendars on the web again, whole, and return how it stands.

    Raises:
        Unknown: if the actor has no such calendar on the web.
    """
    reader, kept = _reader(store, actor.email, now=now)
    calendar = next((each for each in kept if each.key == key and each.address), None)
    if calendar is None:
        raise Unknown("calendar", key)
    found = _looked_at(calendar, reader, fetch=fetch, knows_nothing=True)
    _save(store, found)
    return found


def refresh_due(
    store: Store,
    *,
    fetch: Fetch,
    clock: Clock,
    may_go_on: Callable[[], bool] = lambda: True,
) -> Refreshed:
    """Look again at calendars that are due, as many as one round takes.

    Any number of processes may do so at once; each calendar is looked at by one of them.
    """
    now = clock()
    with store.write() as work:
        due = work.busy_calendars.claim(now=now, until=now + CLAIM_LASTS, limit=MOST_AT_ONCE)
    done = _Round()
    for calendar in due:
        if not may_go_on():
            break
        reader, _ = _reader(store, calendar.owner, now=clock())
        found = _looked_at(calendar, reader, fetch=fetch)
        _save(store, found)
        done.note(calendar, found)
    return Refreshed(done.checked, tuple(done.lapsed), tuple(done.recovered))


@dataclass(slots=True)
class _Round:
    checked: int = 0
    lapsed: list[BusyCalendar] = field(default_factory=list)
    recovered: list[BusyCalendar] = field(default_factory=list)

    def note(self, before: BusyCalendar, after: BusyCalendar) -> None:
        """Count a check, and what it turned."""
        self.checked += 1
        if after.problem and not before.problem:
            self.lapsed.append(after)
        if before.problem and not after.problem:
            self.recovered.append(after)


def _reader(store: Store, email: str, *, now: datetime) -> tuple[_Reader, tuple[BusyCalendar, ...]]:
    with store.read() as work:
        volunteer = work.volunteers.get(email)
        if volunteer is None:
            raise Unknown("volunteer", email)
        district = load_district(work)
        visits = work.visits.of_volunteers((email,), since=now - PAST)
        kept = work.busy_calendars.of_owners((email,)).get(email, ())
    return _Reader(
        owner=email,
        timezone=volunteer.timezone or district.timezone,
        country=district.country,
        own_uids=tuple(visit.uid for visit in visits),
        now=now,
    ), kept


def _new(reader: _Reader, address: str) -> BusyCalendar:
    return BusyCalendar(
        key=new_token(),
        owner=reader.owner,
        added_at=reader.now,
        busy=(),
        known_until=reader.window.first,
        read_at=reader.now,
        address=address,
    )


def _looked_at(
    calendar: BusyCalendar, reader: _Reader, *, fetch: Fetch, knows_nothing: bool = False
) -> BusyCalendar:
    """Return a calendar on the web after a check, whatever came of it."""
    known = NOTHING_KNOWN if knows_nothing else _known(calendar, reader)
    try:
        answer = fetch(calendar.address, known=known)
        found = _renewed(answer, calendar, reader) if answer else calendar
    except (FetchFailed, CalendarNotTaken) as failure:
        return calendar.failed(failure.sentence, now=reader.now)
    return found.confirmed(reader.now)


def _renewed(answer: Fetched, calendar: BusyCalendar, reader: _Reader) -> BusyCalendar:
    etag, modified = answer.validators.etag, answer.validators.last_modified
    found = reader.read(answer.octets, calendar)
    return replace(found, etag=etag, last_modified=modified)


def _known(calendar: BusyCalendar, reader: _Reader) -> Validators:
    """Return what to ask with: "unchanged" says nothing of the days that came near since."""
    if calendar.known_until < reader.window.last - WHOLE_EVERY:
        return NOTHING_KNOWN
    return Validators(calendar.etag, calendar.last_modified)


def _keep(store: Store, calendar: BusyCalendar, *, actor: Actor, is_new: bool) -> None:
    with store.write() as work:
        work.visits.lock((VOLUNTEER_PREFIX + calendar.owner,))
        if is_new:
            work.busy_calendars.add(calendar)
            work.activities.add((_deed("lent a busy calendar", actor, now=calendar.read_at),))
        else:
            work.busy_calendars.save(calendar)


def _save(store: Store, calendar: BusyCalendar) -> None:
    with store.write() as work:
        # Whoever approves at this moment sees all of the new busy time or none of it.
        work.visits.lock((VOLUNTEER_PREFIX + calendar.owner,))
        work.busy_calendars.save(calendar)


def _deed(deed: str, actor: Actor, *, now: datetime) -> Activity:
    return Activity(now, actor.email, deed, VOLUNTEER_PREFIX + actor.email)
