"""A batch as its page shows it, with names in place of keys; and whom a change can be about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scheduler.domain.batches import Batch, BatchEntry, BatchState, Side
from scheduler.domain.classes import Classroom
from scheduler.domain.districts import WEIGHT_NAMES, School
from scheduler.domain.errors import Unknown
from scheduler.domain.people import Person, RoleName
from scheduler.domain.requests import ClassroomRequest
from scheduler.matching.problem import Weights
from scheduler.services.access import Actor, require_coordinator, require_overseer
from scheduler.services.picture import load_district
from scheduler.services.ports import Store, Work

SHOWN = 20


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One request of a batch; names are in the order of the entry's people."""

    entry: BatchEntry
    title: str
    school_name: str
    class_name: str
    timezone: str
    was_names: tuple[str, ...]
    becomes_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownBatch:
    """A batch with its lines by request; ``subject`` is the person it is about, by name."""

    batch: Batch
    subject: str
    school_names: tuple[str, ...]
    lines: tuple[BatchLine, ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """What a change can be about: schools by name, and the weights as they are."""

    schools: tuple[tuple[str, str], ...]
    weights: Mapping[str, int]


def show(store: Store, key: str, *, actor: Actor) -> ShownBatch:
    """Return one batch in whatever state.

    Raises:
        NotAllowed: unless the actor oversees.
        Unknown: if there is no such batch.
    """
    require_overseer(actor, deed="see changes")
    with store.read() as work:
        batch = work.batches.get(key)
        if batch is None:
            raise Unknown("batch", key)
        return _shown(work, (batch,))[0]


def waiting(store: Store, *, actor: Actor) -> tuple[ShownBatch, ...]:
    """Return the batches that wait for a decision, newest first.

    Raises:
        NotAllowed: unless the actor oversees.
    """
    require_overseer(actor, deed="see changes")
    with store.read() as work:
        return _shown(work, work.batches.recent(states=(BatchState.PENDING,), limit=SHOWN))


def choices(store: Store, *, actor: Actor) -> Choices:
    """Return what a coordinator can choose from.

    Raises:
        NotAllowed: unless the actor is a coordinator.
    """
    require_coordinator(actor, deed="try out changes")
    with store.read() as work:
        schools = work.districts.schools()
        weights = Weights(**load_district(work).weights)
    by_name = sorted((school.name, key) for key, school in schools.items())
    return Choices(
        schools=tuple((key, name) for name, key in by_name),
        weights={name: getattr(weights, name) for name in WEIGHT_NAMES},
    )


def named(store: Store, text: str, *, role: RoleName, actor: Actor) -> tuple[Person, ...]:
    """Return the people with this role who bear that address or exactly that name.

    Raises:
        NotAllowed: unless the actor is a coordinator.
    """
    require_coordinator(actor, deed="try out changes")
    wanted = " ".join(text.split()).casefold()
    with store.read() as work:
        people = work.people.all().values()
    return tuple(
        person
        for person in people
        if wanted in (person.email.casefold(), person.name.casefold()) and person.has_role(role)
    )


@dataclass(frozen=True, slots=True)
class _Around:
    """What the lines of any batch are told with, read once for all of them."""

    name_by_email: Mapping[str, str]
    requests: Mapping[str, ClassroomRequest]
    schools: Mapping[str, School]
    classes: Mapping[str, Classroom]
    timezone: str

    def line(self, entry: BatchEntry) -> BatchLine:
        request = self.requests.get(entry.request)
        school = self.schools.get(request.school) if request else None
        classroom = self.classes.get(request.classroom) if request else None
        return BatchLine(
            entry=entry,
            title=request.title if request else entry.request,
            school_name=school.name if school else "",
            class_name=classroom.name if classroom else "",
            timezone=(school.timezone if school else "") or self.timezone,
            was_names=self._names(entry.was),
            becomes_names=self._names(entry.becomes),
        )

    def _names(self, side: Side | None) -> tuple[str, ...]:
        return tuple(
            self.name_by_email.get(email, email) for email in (side.people if side else ())
        )


def _shown(work: Work, batches: tuple[Batch, ...]) -> tuple[ShownBatch, ...]:
    emails = {email for batch in batches for email in _people_of(batch)}
    people = work.people.many(emails)
    name_by_email = {email: person.name or email for email, person in people.items()}
    schools = work.districts.schools()
    keys = {entry.request for batch in batches for entry in batch.entries}
    around = _Around(
        name_by_email=name_by_email,
        requests=work.requests.many(keys),
        schools=schools,
        classes=work.districts.classes(),
        timezone=load_district(work).timezone,
    )
    return tuple(
        ShownBatch(
            batch=batch,
            subject=name_by_email.get(batch.what_if.email, batch.what_if.email),
            school_names=tuple(
                schools[key].name if key in schools else key for key in batch.what_if.schools
            ),
            lines=tuple(around.line(entry) for entry in batch.entries),
        )
        for batch in batches
    )


def _people_of(batch: Batch) -> set[str]:
    sides = (side for entry in batch.entries for side in (entry.was, entry.becomes) if side)
    return {batch.what_if.email, *(email for side in sides for email in side.people)}
