"""Entries of a calendar file, brought together: versions of one event, and its instances."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from scheduler.calendars.components import RawComponent
from scheduler.calendars.moments import Clocks
from scheduler.calendars.occurrences import ReadEvent


@dataclass(frozen=True, slots=True)
class Entry:
    """A VEVENT as it stands in the file, what it says, and the clocks it is read by."""

    component: RawComponent
    event: ReadEvent
    clocks: Clocks

    @property
    def key(self) -> tuple[str, str]:
        """Return what its versions share: the event, and the instance it stands for."""
        uid = self.event.uid or f"line {self.component.line}"
        replaces = self.event.replaces
        if isinstance(replaces, datetime):
            replaces = replaces.astimezone(UTC)
        return uid, replaces.isoformat() if replaces else ""


Series = tuple[Entry, ...]

_MORE_OF_IT = re.compile("^(?:RRULE|RDATE|RECURRENCE-ID|DURATION)[;:]", re.I | re.M)
_STARTS = re.compile("^DTSTART(?:;.*)?:(.{0,8})", re.I | re.M)
_ENDS = re.compile("^DTEND(?:;.*)?:(.{0,8})", re.I | re.M)
_UID = re.compile("^UID(?:;.*)?:(.*)", re.I | re.M)


def far_uid(component: RawComponent, *, first: str, last: str) -> str | None:
    """Return the UID of a single event that is clearly far from these days, else None.

    Only the bare digits are looked at, so that a long-kept file costs little. The days are
    in the form ``20261208``, and zones shift them: leave room.
    """
    if component.name != "VEVENT" or not component.is_whole:
        return None
    text = "\n".join(component.lines)
    starts, ends = _STARTS.findall(text), _ENDS.findall(text)
    if len(starts) != 1 or len(ends) > 1 or _MORE_OF_IT.search(text):
        return None
    start, end = starts[0], (ends or starts)[0]
    if not (start.isdecimal() and end.isdecimal() and (end < first or start > last)):
        return None
    named = _UID.search(text)
    return named[1].strip() if named else ""


def newest(entries: Iterable[Entry]) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """Return the entries that count and those that a newer version replaces.

    The higher SEQUENCE is newer, then the later DTSTAMP. Versions that nothing tells apart
    all count: better busy twice than missed. Source: RFC 5546 section 2.1.5.
    """
    best_by_key: dict[tuple[str, str], tuple[int, str]] = {}
    entries = tuple(entries)
    for entry in entries:
        version = entry.event.version
        best_by_key[entry.key] = max(version, best_by_key.get(entry.key, version))
    kept = tuple(e for e in entries if e.event.version == best_by_key[e.key])
    replaced = tuple(e for e in entries if e.event.version != best_by_key[e.key])
    return kept, replaced


def series_of(entries: Iterable[Entry]) -> tuple[Series, ...]:
    """Return each event with the instances that were changed, the event first.

    Instances whose event is missing come as a series of their own.
    """
    found: list[Series] = []
    in_order = sorted(entries, key=lambda entry: entry.key)
    for _, grouped in groupby(in_order, key=lambda entry: entry.key[0]):
        group = tuple(grouped)
        changes = tuple(entry for entry in group if entry.event.replaces is not None)
        masters = tuple(entry for entry in group if entry.event.replaces is None)
        found += [(master, *changes) for master in masters] or [changes]
    return tuple(found)
