"""The calendars that volunteers lend us: taken, looked at again in good time, and given back.

What a calendar says is kept as spans of time alone. Only the person it is about adds, checks
or removes a calendar; how far each can be believed is shown to them and to whoever oversees.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from scheduler.domain.busy_calendars import BusyCalendar, Trust
from scheduler.domain.calendar_addresses import AddressRefused, read_address
from scheduler.domain.errors import Unknown
from scheduler.domain.visits import VOLUNTEER_PREFIX
from scheduler.services.access import Actor
from scheduler.services.busy_reading import CalendarNotTaken, Lender, lender_of
from scheduler.services.picture import load_district
from scheduler.services.ports import Clock, Store
from scheduler.services.ports.fetching import Fetch
from scheduler.services.records import Activity
from scheduler.services.tokens import new_token

MOST_CALENDARS = 5
CLAIM_LASTS = timedelta(minutes=5)
MOST_AT_ONCE = 50


def my_calendars(store: Store, *, actor: Actor) -> tuple[BusyCalendar, ...]:
    """Return the calendars that the actor lent, in the order of their adding."""
    with store.read() as work:
        return work.busy_calendars.of_owners((actor.email,)).get(actor.email, ())


def my_old_calendars(store: Store, *, actor: Actor, now: datetime) -> tuple[BusyCalendar, ...]:
    """Return the actor's calendars that were not read lately, or tell nothing any more."""
    with store.read() as work:
        lent = work.busy_calendars.of_owners((actor.email,)).get(actor.email, ())
        timezone = load_district(work).timezone if lent else ""
    return tuple(each for each in lent if each.trust(now, timezone) is not Trust.FRESH)


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
    lender = lender_of(store, actor.email, now=now)
    calendar, is_new = _place_for(address, lender)
    found = lender.look_at(calendar, fetch=fetch, is_whole=True)
    if found.problem:
        raise CalendarNotTaken(found.problem)
    _keep(store, found, actor=actor, is_new=is_new)
    return found


def add_file(store: Store, octets: bytes, *, actor: Actor, now: datetime) -> BusyCalendar:
    """Keep what a calendar file tells; it takes the place of the file given before.

    Raises:
        CalendarNotTaken: if it cannot be read.
        Unknown: if the actor is no volunteer.
    """
    lender = lender_of(store, actor.email, now=now)
    calendar, is_new = _place_for("", lender)
    # A file replaces the former one even when it is empty: its owner chose it.
    emptied = replace(calendar, busy=(), added_at=now)
    found = lender.read(octets, emptied).confirmed(now)
    _keep(store, found, actor=actor, is_new=is_new)
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
    lender = lender_of(store, actor.email, now=now)
    calendar = next((each for each in lender.calendars if each.key == key and each.address), None)
    if calendar is None:
        raise Unknown("calendar", key)
    found = lender.look_at(calendar, fetch=fetch, is_whole=True)
    _save(store, found)
    return found


def refresh_due(
    store: Store,
    *,
    fetch: Fetch,
    clock: Clock,
    may_go_on: Callable[[], bool] = lambda: True,
) -> int:
    """Look again at calendars that are due, as many as one round takes; return how many.

    Any number of processes may do so at once; each calendar is looked at by one of them.
    """
    now = clock()
    with store.write() as work:
        due = work.busy_calendars.claim(now=now, until=now + CLAIM_LASTS, limit=MOST_AT_ONCE)
    checked = 0
    for calendar in due:
        if not may_go_on():
            break
        lender = lender_of(store, calendar.owner, now=clock())
        _save(store, lender.look_at(calendar, fetch=fetch))
        checked += 1
    return checked


def _place_for(address: str, lender: Lender) -> tuple[BusyCalendar, bool]:
    """Return the calendar of that address, or of the file given, and whether it is a new one."""
    known = next((each for each in lender.calendars if each.address == address), None)
    if known is not None:
        return known, False
    if len(lender.calendars) >= MOST_CALENDARS:
        raise CalendarNotTaken("You lend us as many calendars as we can read. Remove one first.")
    fresh = BusyCalendar(
        key=new_token(),
        owner=lender.email,
        added_at=lender.now,
        busy=(),
        known_until=lender.window.first,
        read_at=lender.now,
        address=address,
    )
    return fresh, True


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
