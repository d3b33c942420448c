"""What was done lately, by whom, and what can still be taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from scheduler.domain.people import Person
from scheduler.domain.requests import ClassroomRequest, RequestState
from scheduler.domain.visits import Visit, VisitState
from scheduler.services.access import Actor, require_overseer
from scheduler.services.picture import load_district
from scheduler.services.ports import Store, Work
from scheduler.services.records import Activity

LIMIT = 200
REQUEST, VISIT = "request", "visit"
# Who came to look changed nothing.
UNTOLD = frozenset({"signed in"})


@dataclass(frozen=True, slots=True)
class Deed:
    """One entry with what it is about.

    ``request`` is the key of the request it concerns and ``title`` its title, both empty for
    other things; ``undo`` is ``approval`` or ``withdrawal`` while it can be taken back.
    ``undo_until`` is the moment after which an approval cannot.
    """

    entry: Activity
    actor: str
    request: str = ""
    title: str = ""
    undo: str = ""
    undo_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Deeds:
    """The latest deeds, newest first, in the district's zone."""

    lines: tuple[Deed, ...]
    timezone: str


def recent(store: Store, *, actor: Actor, now: datetime) -> Deeds:
    """Return what was done lately.

    Raises:
        NotAllowed: unless the actor oversees.
    """
    require_overseer(actor, deed="read what was done")
    with store.read() as work:
        entries = tuple(e for e in work.activities.recent(limit=LIMIT) if e.deed not in UNTOLD)
        around = _around(work, entries)
        timezone = load_district(work).timezone
    lines = tuple(around.deed(entry, actor=actor, now=now) for entry in entries)
    return Deeds(_undo_once(lines), timezone)


@dataclass(frozen=True, slots=True)
class _Around:
    requests: Mapping[str, ClassroomRequest]
    visits_by_request: Mapping[str, tuple[Visit, ...]]
    request_by_uid: Mapping[str, str]
    people: Mapping[str, Person]

    def deed(self, entry: Activity, *, actor: Actor, now: datetime) -> Deed:
        kind, _, key = entry.subject.partition(":")
        key = self.request_by_uid.get(key, "") if kind == VISIT else key if kind == REQUEST else ""
        request = self.requests.get(key)
        person = self.people.get(entry.actor)
        name = person.name if person else entry.actor
        if request is None:
            return Deed(entry, name)
        undo, until = self._undo(entry, request, now=now) if actor.is_coordinator else ("", None)
        return Deed(entry, name, request.key, request.title, undo, until)

    def _undo(
        self, entry: Activity, request: ClassroomRequest, *, now: datetime
    ) -> tuple[str, datetime | None]:
        visits = self.visits_by_request.get(request.key, ())
        if entry.deed == "withdrew":
            is_back = request.state is not RequestState.WITHDRAWN or visits
            return ("", None) if is_back else ("withdrawal", None)
        held = [v for v in visits if v.occupies]
        until = min((v.release_at for v in held if v.release_at), default=None)
        is_held = bool(held) and all(v.state is VisitState.HELD for v in held)
        if entry.deed == "approved" and is_held and until and now < until:
            return "approval", until
        return "", None


def _around(work: Work, entries: Iterable[Activity]) -> _Around:
    subjects = [entry.subject.partition(":") for entry in entries]
    named = work.visits.many({key for kind, _, key in subjects if kind == VISIT})
    keys = {key for kind, _, key in subjects if kind == REQUEST}
    keys |= {visit.request for visit in named.values()}
    visits: dict[str, tuple[Visit, ...]] = {}
    for visit in work.visits.of_requests(keys):
        visits[visit.request] = (*visits.get(visit.request, ()), visit)
    return _Around(
        requests=work.requests.many(keys),
        visits_by_request=visits,
        request_by_uid={uid: visit.request for uid, visit in named.items()},
        people=work.people.many({entry.actor for entry in entries}),
    )


def _undo_once(lines: tuple[Deed, ...]) -> tuple[Deed, ...]:
    """Only the latest approval or withdrawal of a request offers its undo."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for line in lines:
        is_first = (line.request, line.undo) not in seen
        seen.add((line.request, line.undo))
        kept.append(line if is_first else Deed(line.entry, line.actor, line.request, line.title))
    return tuple(kept)
