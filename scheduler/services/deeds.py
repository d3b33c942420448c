"""What was done lately, by whom, and what can still be taken back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from scheduler.domain.folding import words_of
from scheduler.domain.people import Person, normal_email
from scheduler.domain.requests import ClassroomRequest, RequestState
from scheduler.domain.visits import Visit, VisitState
from scheduler.services.access import Actor, require_overseer
from scheduler.services.closing_pages import closing_lines
from scheduler.services.parts import parts
from scheduler.services.picture import load_district
from scheduler.services.ports import Sought, Store, Work
from scheduler.services.records import Activity

LIMIT = 200
PAGE = 100
# More people than anybody means by a name; a statement names so many at most.
MOST_NAMED = 1_000
REQUEST, VISIT, CLOSING = "request", "visit", "closing"
DEEDS_BY_TOPIC: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "requests": ("asked", "withdrew", "reopened"),
        "proposals": (
            *("asked for proposals", "approved", "undid approval", "rejected", "overrode"),
            *("tried out a change", "carried out a change", "dropped a change"),
        ),
        "visits": (
            *("cancelled", "moved", "accepted", "declined", "did not answer", "still comes"),
            *("closed a day", "opened a day"),
        ),
        "people": (
            *("created account", "made an account", "changed an address", "merged accounts"),
            *("deactivated", "reactivated", "gave a role", "took a role", "changed schools"),
            *("added a clearance", "approved a clearance", "withdrew a clearance"),
            *("asked to renew", "changed availability", "trusted an address"),
            "ended mail links",
        ),
        "places": (
            *("changed a school", "added a closure", "removed a closure"),
            *("changed an organization", "changed settings", "changed weights", "imported"),
        ),
    }
)
# Who came to look changed nothing.
UNTOLD = frozenset({"signed in"})


@dataclass(frozen=True, slots=True)
class Deed:
    """One entry with what it is about.

    ``request`` is the key of the request it concerns and ``title`` its title, both empty for
    other things; ``undo`` is ``approval``, ``withdrawal`` or ``closing`` while it can be taken
    back, ``key`` that of a closed day.
    ``undo_until`` is the moment after which an approval cannot.
    """

    entry: Activity
    actor: str
    request: str = ""
    title: str = ""
    undo: str = ""
    undo_until: datetime | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Deeds:
    """The latest deeds, newest first, in the district's zone; ``before`` leads to older ones."""

    lines: tuple[Deed, ...]
    timezone: str
    before: datetime | None = None


def recent(
    store: Store,
    *,
    actor: Actor,
    now: datetime,
    topic: str = "",
    by: str = "",
    before: datetime | None = None,
    limit: int = LIMIT,
) -> Deeds:
    """Return what was done lately, of one topic, by whom the words name, before that moment.

    Raises:
        NotAllowed: unless the actor oversees.
    """
    require_overseer(actor, deed="read what was done")
    with store.read() as work:
        read = work.activities.recent(
            limit=limit,
            actors=_named(work, by, now=now),
            deeds=DEEDS_BY_TOPIC.get(topic),
            before=before,
        )
        entries = tuple(entry for entry in read if entry.deed not in UNTOLD)
        around = _around(work, entries, now=now)
        timezone = load_district(work).timezone
    lines = tuple(around.deed(entry, actor=actor, now=now) for entry in entries)
    older = read[-1].at if len(read) >= limit else None
    return Deeds(_undo_once(lines), timezone, older)


def every_deed(
    store: Store, *, actor: Actor, now: datetime, topic: str = "", by: str = ""
) -> Iterator[Deed]:
    """Return everything that was done, of one topic, by whom the words name, to take along.

    The newest comes first; the store stays open until the last is taken.

    Raises:
        NotAllowed: unless the actor oversees.
    """
    require_overseer(actor, deed="read what was done")
    return _every(store, topic=topic, by=by, actor=actor, now=now)


def _every(store: Store, *, topic: str, by: str, actor: Actor, now: datetime) -> Iterator[Deed]:
    with store.read() as work:
        actors = _named(work, by, now=now)
        read = work.activities.every(actors=actors, deeds=DEEDS_BY_TOPIC.get(topic))
        for part in parts(entry for entry in read if entry.deed not in UNTOLD):
            around = _around(work, part, now=now)
            yield from (around.deed(entry, actor=actor, now=now) for entry in part)


@dataclass(frozen=True, slots=True)
class _Around:
    requests: Mapping[str, ClassroomRequest]
    visits_by_request: Mapping[str, tuple[Visit, ...]]
    request_by_uid: Mapping[str, str]
    people: Mapping[str, Person]
    open_closings: frozenset[str] = frozenset()

    def deed(self, entry: Activity, *, actor: Actor, now: datetime) -> Deed:
        kind, _, key = entry.subject.partition(":")
        if kind == CLOSING:
            return self._closing(entry, key, actor=actor)
        key = self.request_by_uid.get(key, "") if kind == VISIT else key if kind == REQUEST else ""
        request = self.requests.get(key)
        person = self.people.get(entry.actor)
        name = person.name if person else entry.actor
        if request is None:
            return Deed(entry, name)
        undo, until = self._undo(entry, request, now=now) if actor.is_coordinator else ("", None)
        return Deed(entry, name, request.key, request.title, undo, until)

    def _closing(self, entry: Activity, key: str, *, actor: Actor) -> Deed:
        can_undo = actor.is_coordinator and entry.deed == "closed a day"
        undo = "closing" if can_undo and key in self.open_closings else ""
        person = self.people.get(entry.actor)
        return Deed(entry, person.name if person else entry.actor, undo=undo, key=key)

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


def _around(work: Work, entries: Iterable[Activity], *, now: datetime) -> _Around:
    subjects = [entry.subject.partition(":") for entry in entries]
    named = work.visits.many({key for kind, _, key in subjects if kind == VISIT})
    keys = {key for kind, _, key in subjects if kind == REQUEST}
    keys |= {visit.request for visit in named.values()}
    visits: dict[str, tuple[Visit, ...]] = {}
    for visit in work.visits.of_requests(keys):
        visits[visit.request] = (*visits.get(visit.request, ()), visit)
    has_closings = any(kind == CLOSING for kind, _, _ in subjects)
    lines = closing_lines(work, now=now) if has_closings else ()
    return _Around(
        open_closings=frozenset(line.closing.key for line in lines if line.can_undo),
        requests=work.requests.many(keys),
        visits_by_request=visits,
        request_by_uid={uid: visit.request for uid, visit in named.items()},
        people=work.people.many({entry.actor for entry in entries}),
    )


def _named(work: Work, by: str, *, now: datetime) -> Collection[str] | None:
    """Return the addresses of everyone whose name begins so, or the address; None for no words.

    An address counts whoever has it: deeds outlive accounts.
    """
    words = words_of(by)
    if not words:
        return None
    found, _ = work.search.people(Sought(words, since=now, most=MOST_NAMED))
    return {normal_email(by), *(each.email for each in found)}


def _undo_once(lines: tuple[Deed, ...]) -> tuple[Deed, ...]:
    """Only the latest approval or withdrawal of a request offers its undo."""
    seen: set[tuple[str, str, str]] = set()
    kept = []
    for line in lines:
        place = (line.request, line.key, line.undo)
        kept.append(replace(line, undo="", undo_until=None) if place in seen else line)
        seen.add(place)
    return tuple(kept)
