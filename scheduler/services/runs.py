"""Runs of the proposals as people meet them: ask for one, watch it, stop it, look back.

A run is only asked for here. Whoever has the time works on it: see ``running``.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from scheduler.domain.errors import Unknown
from scheduler.domain.periods import DateRange
from scheduler.domain.runs import Run, RunState, abandoned, ended
from scheduler.domain.zones import local
from scheduler.services.access import Actor, require_coordinator, require_overseer
from scheduler.services.picture import find_district, load_district
from scheduler.services.ports import Store, Work
from scheduler.services.records import Activity

TIMETABLE = "timetable"
NIGHTLY = "nightly"
ASKED_SECONDS = 60.0
RECENT = 20


@dataclass(frozen=True, slots=True)
class Sight:
    """One run with what a reader wants to know around it.

    ``asker`` is a name. ``title_by_request`` names the requests that the run changed. The
    timetable, which works on runs, was last believed alive at ``timetable_until``. A silent run
    is one whose worker died.
    """

    run: Run
    asker: str
    timezone: str
    title_by_request: Mapping[str, str]
    timetable_until: datetime | None
    is_timetable_alive: bool
    is_silent: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """The latest runs, newest first, with their askers' names by address."""

    runs: tuple[Run, ...]
    name_by_email: Mapping[str, str]
    timezone: str


def new_run(
    *,
    asked_by: str,
    at: datetime,
    seconds: float,
    first: date | None = None,
    last: date | None = None,
) -> Run:
    """Return a run that nobody has begun."""
    return Run(
        key=uuid.uuid4().hex,
        asked_by=asked_by,
        asked_at=at,
        seconds=seconds,
        first=first,
        last=last,
    )


def ask(
    store: Store,
    *,
    actor: Actor,
    now: datetime,
    lease_now: datetime,
    seconds: float = ASKED_SECONDS,
    first: date | None = None,
    last: date | None = None,
) -> Run:
    """Ask for proposals and return the run; while another one is open, that one.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: before a district was imported.
        InvalidPeriod: if the days end before they begin, or before today.
    """
    require_coordinator(actor, deed="propose bookings")
    run = new_run(asked_by=actor.email, at=now, seconds=seconds, first=first, last=last)
    with store.write() as work:
        require_district(work, run)
        while not open_run(work, run, lease_now=lease_now):
            if present := work.runs.open():
                return present
    return run


def require_district(work: Work, run: Run) -> None:
    """Refuse a run that could propose nothing.

    Raises:
        Unknown: before a district was imported.
        InvalidPeriod: if the run's days end before they begin, or before today.
    """
    today = local(run.asked_at, load_district(work).timezone).date()
    DateRange(max(run.first or today, today), run.last or date.max)


def open_run(work: Work, run: Run, *, lease_now: datetime) -> bool:
    """Store a new run and who asked for it; False while another one is open.

    It takes the place of a run whose worker died.
    """
    present = work.runs.open()
    if present and present.is_orphaned(lease_now):
        gone = abandoned(present, at=run.asked_at, followed_by=run.key)
        work.runs.save(gone, was=present)
    if not work.runs.add(run):
        return False
    deed = Activity(run.asked_at, run.asked_by, "asked for proposals", f"run:{run.key}")
    work.activities.add((deed,))
    return True


def stop(store: Store, key: str, *, actor: Actor, now: datetime, lease_now: datetime) -> Run:
    """Stop a run: one that waits never begins, one that is worked on keeps the best it has.

    A run whose worker died ends at once; one that has ended is returned as it is.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such run.
    """
    require_coordinator(actor, deed="stop a run")
    with store.write() as work:
        run = _existing(work, key)
        if run.state is RunState.WAITING or run.is_orphaned(lease_now):
            work.runs.save(ended(run, RunState.CANCELLED, at=now), was=run)
        # Somebody may have begun it a moment ago; nothing happens to a run that has ended.
        work.runs.ask_to_stop(key, at=now)
        return _existing(work, key)


def look(store: Store, key: str, *, actor: Actor, lease_now: datetime) -> Sight:
    """Return a run as it stands.

    Raises:
        NotAllowed: unless the actor is a coordinator or a viewer.
        Unknown: if there is no such run.
    """
    require_overseer(actor, deed="see runs")
    with store.read() as work:
        return _sight(work, _existing(work, key), lease_now=lease_now)


def latest(store: Store, *, actor: Actor, lease_now: datetime) -> Sight | None:
    """Return the run that is open, else the one asked for last; None before the first.

    What it changed is not named.

    Raises:
        NotAllowed: unless the actor is a coordinator or a viewer.
    """
    require_overseer(actor, deed="see runs")
    with store.read() as work:
        run = work.runs.open() or next(iter(work.runs.recent(limit=1)), None)
        return _sight(work, run, lease_now=lease_now, with_titles=False) if run else None


def history(store: Store, *, actor: Actor) -> History:
    """Return the latest runs, newest first.

    Raises:
        NotAllowed: unless the actor is a coordinator or a viewer.
    """
    require_overseer(actor, deed="see runs")
    with store.read() as work:
        runs = work.runs.recent(limit=RECENT)
        people = work.people.many({run.asked_by for run in runs})
        names = {email: person.name for email, person in people.items()}
        return History(runs, names, _timezone(work))


def _sight(work: Work, run: Run, *, lease_now: datetime, with_titles: bool = True) -> Sight:
    person = work.people.get(run.asked_by)
    seen = work.leases.seen(TIMETABLE)
    changed = run.changed.values() if with_titles else ()
    keys = [str(key) for found in changed for key in _listed(found)]
    return Sight(
        run=run,
        asker=person.name if person else run.asked_by,
        timezone=_timezone(work),
        title_by_request={key: r.title for key, r in work.requests.many(keys).items()},
        timetable_until=seen,
        is_timetable_alive=seen is not None and seen > lease_now,
        is_silent=run.is_orphaned(lease_now),
    )


def _listed(found: object) -> tuple[object, ...]:
    return tuple(found) if isinstance(found, list | tuple) else ()


def _timezone(work: Work) -> str:
    district = find_district(work)
    return district.timezone if district else "UTC"


def _existing(work: Work, key: str) -> Run:
    run = work.runs.get(key)
    if run is None:
        raise Unknown("run", key)
    return run
