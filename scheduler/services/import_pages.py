"""What the pages of imports show: the latest ones, and how far one is with the list it waits on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from scheduler.domain.imports import Import
from scheduler.services.access import Actor, require_coordinator
from scheduler.services.import_lists import Listed, listed_from
from scheduler.services.imports import existing_import
from scheduler.services.picture import find_district
from scheduler.services.ports import Store
from scheduler.services.runs import TIMETABLE

RECENT = 20


@dataclass(frozen=True, slots=True)
class Sight:
    """One import with what a reader wants to know around it.

    ``asker`` is a name. The timetable, which works on imports, was last believed alive at
    ``timetable_until``. ``has_files`` is False once they are forgotten.
    """

    found: Import
    listed: Listed
    asker: str
    timezone: str
    has_files: bool
    timetable_until: datetime | None
    is_timetable_alive: bool
    is_silent: bool


@dataclass(frozen=True, slots=True)
class ImportDesk:
    """What there is before the next import: the latest ones, newest first, and their askers.

    ``has_district`` is False in a system that nothing was brought into yet.
    """

    imports: tuple[Import, ...]
    name_by_email: Mapping[str, str]
    timezone: str
    has_district: bool


def import_desk(store: Store, *, actor: Actor) -> ImportDesk:
    """Return what the page of imports shows.

    Raises:
        NotAllowed: unless the actor is a coordinator.
    """
    require_coordinator(actor, deed="import a district")
    with store.read() as work:
        imports = work.imports.recent(limit=RECENT)
        people = work.people.many({found.asked_by for found in imports})
        district = find_district(work)
        return ImportDesk(
            imports,
            {email: person.name for email, person in people.items()},
            district.timezone if district else "UTC",
            has_district=district is not None,
        )


def look(store: Store, key: str, *, actor: Actor, lease_now: datetime) -> Sight:
    """Return an import as it stands, with its list.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such import.
    """
    require_coordinator(actor, deed="import a district")
    with store.read() as work:
        found = existing_import(work, key)
        person, seen = work.people.get(found.asked_by), work.leases.seen(TIMETABLE)
        district = find_district(work)
        listed = work.imports.listed(key)
        return Sight(
            found,
            listed_from(listed),
            asker=person.name if person else found.asked_by,
            timezone=district.timezone if district else "UTC",
            has_files=work.imports.has_parcel(key),
            timetable_until=seen,
            is_timetable_alive=seen is not None and seen > lease_now,
            is_silent=found.is_orphaned(lease_now),
        )
