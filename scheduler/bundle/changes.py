"""What an import would change, told field by field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from scheduler.bundle import tables
from scheduler.bundle.district_file import district_facts
from scheduler.bundle.extras import columns_and_rows, policy_files
from scheduler.bundle.tables import Cells, Table
from scheduler.bundle.values import Bundle
from scheduler.domain.volunteers import BusySource

T = TypeVar("T")

_KIND_BY_FILE = {
    tables.TOPICS.file: "topic",
    tables.SCHOOLS.file: "school",
    tables.STAFF.file: "staff",
    tables.CLASSES.file: "class",
    tables.ORGANIZATIONS.file: "organization",
    tables.VOLUNTEERS.file: "volunteer",
    tables.REQUESTS.file: "request",
    tables.BOOKINGS.file: "booking",
}
_KIND_AND_FIELD_BY_FILE = {
    tables.BELL_SCHEDULES.file: ("bell schedule", "periods"),
    tables.DAY_TYPES.file: ("bell schedule", "day types"),
    tables.CLOSURES.file: ("school", "closures"),
    tables.ORGANIZATION_SITES.file: ("organization", "sites"),
    tables.ORGANIZATION_CONTACTS.file: ("organization", "contacts"),
    tables.AVAILABILITY.file: ("volunteer", "availability"),
    tables.DAYS_AWAY.file: ("volunteer", "days away"),
    tables.CLEARANCES.file: ("volunteer", "clearances"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One field that would change, or a thing that would be added (its field is empty).

    Old and new are written as a bundle writes them. The closures of every school have the
    empty key.
    """

    kind: str
    key: str
    field: str = ""
    old: str = ""
    new: str = ""

    @property
    def is_addition(self) -> bool:
        """Tell whether the thing is new."""
        return not self.field

    @property
    def is_overwrite(self) -> bool:
        """Tell whether something that is there now would go."""
        return bool(self.field and self.old)


def changes(existing: Bundle, merged: Bundle) -> tuple[Change, ...]:
    """Return what differs, the district first, then file by file and key by key."""
    found: list[Change] = [*_district_changes(existing, merged)]
    for table in tables.TABLES:
        if table.file in _KIND_BY_FILE:
            found.extend(_row_changes(existing, merged, table=table))
        else:
            found.extend(_list_changes(existing, merged, table=table))
    found.extend(_busy_changes(existing, merged))
    found.extend(_policy_changes(existing, merged))
    return tuple(found)


def differing(existing: Bundle, merged: Bundle) -> Bundle:
    """Return only what has to be written: new and changed things, None where nothing is.

    Topics, closures and extras are written whole or not at all.
    """
    keys: dict[str, set[str]] = defaultdict(set)
    for change in changes(existing, merged):
        keys[change.kind].add(change.key)
    # Some of what is stored stands in no column: a request's school, what a calendar means.
    keys["request"].update(_unequal(existing.requests, merged.requests))
    keys["volunteer"].update(_unequal(_busy(existing), _busy(merged)))

    def of(kind: str, values: Mapping[str, T] | None) -> dict[str, T] | None:
        return {key: each for key, each in (values or {}).items() if key in keys[kind]} or None

    # A visit is written whole, with every booking in it.
    visits = {b.uid for b in merged.bookings or () if " ".join(b.key) in keys["booking"]}
    bookings = tuple(b for b in merged.bookings or () if b.uid in visits)
    return Bundle(
        district=merged.district if keys["district"] else None,
        topics=merged.topics if keys["topic"] else None,
        bell_schedules=of("bell schedule", merged.bell_schedules),
        closures=merged.closures if merged.closures != existing.closures else None,
        schools=of("school", merged.schools),
        staff=of("staff", merged.staff),
        classes=of("class", merged.classes),
        organizations=of("organization", merged.organizations),
        volunteers=of("volunteer", merged.volunteers),
        requests=of("request", merged.requests),
        bookings=bookings or None,
        extras=merged.extras if merged.extras != existing.extras else None,
        day_parts=merged.day_parts if merged.day_parts != existing.day_parts else None,
        mail_rules=merged.mail_rules if merged.mail_rules != existing.mail_rules else None,
    )


def rows_in_full(bundle: Bundle, table: Table) -> dict[tuple[str, ...], Cells]:
    """Return the rows of one spreadsheet by their keys, every column of each."""
    columns, rows = columns_and_rows(bundle, table) or ((), ())
    return {table.key_of(cells): {name: cells.get(name, "") for name in columns} for cells in rows}


def _district_changes(existing: Bundle, merged: Bundle) -> Iterator[Change]:
    if merged.district is None:
        return
    name = merged.district.name
    if existing.district is None:
        yield Change("district", name)
        return
    yield from _field_changes("district", name, district_facts(existing), district_facts(merged))


def _row_changes(existing: Bundle, merged: Bundle, *, table: Table) -> Iterator[Change]:
    kind = _KIND_BY_FILE[table.file]
    known = rows_in_full(existing, table)
    for key, cells in rows_in_full(merged, table).items():
        name = " ".join(key)
        if key in known:
            yield from _field_changes(kind, name, known[key], cells)
        else:
            yield Change(kind, name)


def _field_changes(kind: str, key: str, old: Cells, new: Cells) -> Iterator[Change]:
    for name in dict.fromkeys((*old, *new)):
        before, after = old.get(name, ""), new.get(name, "")
        if before != after:
            yield Change(kind, key, name, before, after)


def _list_changes(existing: Bundle, merged: Bundle, *, table: Table) -> Iterator[Change]:
    kind, name = _KIND_AND_FIELD_BY_FILE[table.file]
    old, new = _lists_by_owner(existing, table), _lists_by_owner(merged, table)
    newcomers = _newcomers(existing, merged, kind=kind)
    if table is tables.BELL_SCHEDULES:
        yield from (Change(kind, key) for key in sorted(newcomers))
    for key in sorted(old.keys() | new.keys()):
        if old.get(key, "") != new.get(key, "") and key not in newcomers:
            yield Change(kind, key, name, old.get(key, ""), new.get(key, ""))


def _newcomers(existing: Bundle, merged: Bundle, *, kind: str) -> frozenset[str]:
    # What belongs to somebody new is no news of its own.
    known_and_new: dict[str, tuple[Collection[str] | None, Collection[str] | None]] = {
        "bell schedule": (existing.bell_schedules, merged.bell_schedules),
        "school": (existing.schools, merged.schools),
        "organization": (existing.organizations, merged.organizations),
        "volunteer": (existing.volunteers, merged.volunteers),
    }
    known, new = known_and_new[kind]
    return frozenset(new or ()) - frozenset(known or ())


def _lists_by_owner(bundle: Bundle, table: Table) -> dict[str, str]:
    lists: dict[str, list[str]] = defaultdict(list)
    for cells in rows_in_full(bundle, table).values():
        owner, *rest = cells.values()
        lists[owner].append(" ".join(filter(None, rest)))
    return {owner: "; ".join(texts) for owner, texts in lists.items()}


def _busy_changes(existing: Bundle, merged: Bundle) -> Iterator[Change]:
    old, new = _busy(existing), _busy(merged)
    for email in sorted(old.keys() & new.keys()):
        before, after = ((each.content if each else b"") for each in (old[email], new[email]))
        if before != after:
            sizes = (f"{len(content)} octets" if content else "" for content in (before, after))
            yield Change("volunteer", email, "busy calendar", *sizes)


def _busy(bundle: Bundle) -> dict[str, BusySource | None]:
    return {email: volunteer.busy for email, volunteer in (bundle.volunteers or {}).items()}


def _unequal(old: Mapping[str, T] | None, new: Mapping[str, T] | None) -> set[str]:
    known = old or {}
    return {key for key, value in (new or {}).items() if key not in known or known[key] != value}


def _policy_changes(existing: Bundle, merged: Bundle) -> Iterator[Change]:
    known = policy_files(existing.extras)
    for name, text in policy_files(merged.extras).items():
        if name not in known:
            yield Change("policy", name)
        elif known[name] != text:
            yield Change("policy", name, "text", known[name], text)
