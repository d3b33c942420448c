"""Other people's calendar files as raw components: what begins, what ends, and its lines.

Lenient where files in the wild are: any line ending, any case, a missing END, a byte order
mark, broken UTF-8. No value is read here, and nothing is looked up by a name from the file,
so a component is cheap until somebody asks for its properties.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from scheduler.calendars.errors import CalendarUnreadable

MAX_OCTETS = 20 * 1024 * 1024
MAX_DEPTH = 8
MAX_LINES = 1_000_000
MAX_PARTS = 120_000
NO_PARAMETERS: Mapping[str, str] = MappingProxyType({})

_TOO_MANY = "This calendar has more entries than we read."
_ENTRIES = frozenset({"VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE", "VAVAILABILITY"})
_HEAD = re.compile('(?:[^:"]|"[^"]*")*')
_PARAMETER = re.compile('(?:[^;"]|"[^"]*"?)+')
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Property:
    """One content line taken apart; names are in upper case, the value is as written."""

    name: str
    parameters: Mapping[str, str]
    value: str


@dataclass(slots=True)
class RawComponent:
    """A component with its own unfolded lines and those inside it.

    ``line`` counts from 1 in the file, folded lines included; ``is_whole`` tells that its END
    was there.
    """

    name: str
    line: int
    lines: list[str] = field(default_factory=list)
    parts: list[RawComponent] = field(default_factory=list)
    is_whole: bool = False
    _lines_by_name: dict[str, list[str]] | None = None

    @property
    def label(self) -> str:
        """Return what a person finds it by; a title never leaves the file."""
        return f"{self.name}, line {self.line}"

    def properties(self, name: str) -> tuple[Property, ...]:
        """Return every property of that name, in the file's order."""
        return tuple(found for line in self._lines_of(name) if (found := _property(line)))

    def value(self, name: str) -> str:
        """Return the last value of that property, without outer spaces; empty if it has none."""
        found = self.properties(name)
        return found[-1].value.strip() if found else ""

    def _lines_of(self, name: str) -> Sequence[str]:
        if self._lines_by_name is None:
            self._lines_by_name = {}
            for line in self.lines:
                named = line.partition(":")[0].partition(";")[0].upper()
                self._lines_by_name.setdefault(named, []).append(line)
        return self._lines_by_name.get(name, ())


def read_components(octets: bytes) -> tuple[RawComponent, ...]:
    """Return the calendars of a file, usually one; loose entries count as one, too.

    Cost: linear in the octets.

    Raises:
        CalendarUnreadable: if it is too large or holds no calendar.
    """
    if len(octets) > MAX_OCTETS:
        raise CalendarUnreadable("This file is larger than 20 MB, more than a calendar needs.")
    text = _decoded(octets)
    if text.count("\n") > MAX_LINES:
        raise CalendarUnreadable(_TOO_MANY)
    root = _tree(text)
    calendars = tuple(part for part in root.parts if part.name == "VCALENDAR")
    if not calendars and any(part.name in _ENTRIES for part in root.parts):
        return (root,)
    if not calendars:
        raise CalendarUnreadable(_what_it_is(octets))
    return calendars


def _tree(text: str) -> RawComponent:
    root = RawComponent("file", 1, is_whole=True)
    stack = [root]
    begun = 0
    for number, line in _unfolded(text):
        edge = line[:6].upper()
        if edge == "BEGIN:":
            part = RawComponent(line[6:].strip().upper(), number)
            del stack[_depth_for(part.name, stack) :]
            begun += 1
            if begun > MAX_PARTS:
                raise CalendarUnreadable(_TOO_MANY)
            if len(stack) > MAX_DEPTH:
                raise CalendarUnreadable("This file is nested deeper than any calendar.")
            stack[-1].parts.append(part)
            stack.append(part)
        elif edge.startswith("END:"):
            _close(stack, line[4:].strip().upper())
        else:
            stack[-1].lines.append(line)
    return root


def _depth_for(name: str, stack: list[RawComponent]) -> int:
    """Return where a component begins: no calendar and no entry lies inside an entry."""
    if name == "VCALENDAR":
        return 1
    if name not in _ENTRIES:
        return len(stack)
    depths = (place for place, open_one in enumerate(stack) if open_one.name in _ENTRIES)
    return next(depths, len(stack))


def _close(stack: list[RawComponent], name: str) -> None:
    """End the innermost open component of that name; those inside it stay cut off."""
    for depth in range(len(stack) - 1, 0, -1):
        if stack[depth].name == name:
            stack[depth].is_whole = True
            del stack[depth:]
            return


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    started, pieces = 1, [""]
    for number, line in enumerate(text.split("\n"), start=1):
        if line[:1] in (" ", "\t"):
            pieces.append(line[1:])
            continue
        if pieces != [""]:
            yield started, "".join(pieces)
        started, pieces = number, [line]
    if pieces != [""]:
        yield started, "".join(pieces)


def _property(line: str) -> Property | None:
    head, colon, value = line.partition(":")
    if '"' in head and (quoted := _HEAD.match(line)):
        head, colon, value = quoted[0], line[quoted.end() :][:1], line[quoted.end() + 1 :]
    if colon != ":":
        return None
    if ";" not in head:
        return Property(head.strip().upper(), NO_PARAMETERS, value)
    name, *given = _PARAMETER.findall(head) or [""]
    parameters = {}
    for parameter in given:
        key, _, text = parameter.partition("=")
        parameters[key.strip().upper()] = text.strip().strip('"')
    return Property(name.strip().upper(), parameters, value)


def _decoded(octets: bytes) -> str:
    encoding = next((name for mark, name in _MARKS if octets.startswith(mark)), "utf-8")
    text = octets.decode(encoding, errors="replace").removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _what_it_is(octets: bytes) -> str:
    beginning = octets[:2000].lstrip().lower()
    if not beginning:
        return "This file is empty."
    if beginning.startswith((b"<!doctype", b"<html", b"<?xml")):
        return "This is a web page, not a calendar. The calendar’s own address ends in .ics."
    return "This is not a calendar file: it has no BEGIN:VCALENDAR."
