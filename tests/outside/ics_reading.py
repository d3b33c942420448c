"""A calendar file taken apart from the letter of RFC 5545, without any calendar package."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_NAME = "[A-Za-z0-9-]+"
_PARAMETER = re.compile(rf';({_NAME})=((?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)')


class NotCalendar(ValueError):
    """Say which line breaks the grammar."""


@dataclass(frozen=True, slots=True)
class Line:
    """A content line: name, parameters without their quotes, raw value."""

    name: str
    parameters: dict[str, str]
    value: str


@dataclass(slots=True)
class Component:
    """A component with its lines and parts in order; ``order`` mixes both, by name."""

    name: str
    lines: list[Line] = field(default_factory=list)
    parts: list[Component] = field(default_factory=list)
    order: list[str] = field(default_factory=list)

    def all(self, name: str) -> list[Line]:
        """Return every line of that name."""
        return [line for line in self.lines if line.name == name]

    def value(self, name: str) -> str:
        """Return the only line's value, empty when there is none or there are several."""
        found = self.all(name)
        return found[0].value if len(found) == 1 else ""

    def named(self, name: str) -> list[Component]:
        """Return the parts of that name."""
        return [part for part in self.parts if part.name == name]


def read(octets: bytes) -> Component:
    """Return the one VCALENDAR of a file.

    Raises:
        NotCalendar: if a line is none, or components do not nest.
    """
    root = Component("")
    stack = [root]
    for text in unfolded(octets):
        line = content_line(text)
        if line.name == "BEGIN":
            part = Component(line.value)
            stack[-1].parts.append(part)
            stack[-1].order.append("BEGIN")
            stack.append(part)
        elif line.name == "END":
            if len(stack) == 1 or stack.pop().name != line.value:
                raise NotCalendar(f"END:{line.value} closes nothing")
        elif len(stack) == 1:
            raise NotCalendar(f"{line.name} stands outside the calendar")
        else:
            stack[-1].lines.append(line)
            stack[-1].order.append(line.name)
    if len(stack) > 1 or [part.name for part in root.parts] != ["VCALENDAR"]:
        raise NotCalendar("not exactly one whole VCALENDAR")
    return root.parts[0]


def unfolded(octets: bytes) -> Iterator[str]:
    """Yield content lines; a fold is CRLF and one space or tab (section 3.1)."""
    text = octets.replace(b"\r\n ", b"").replace(b"\r\n\t", b"").decode()
    if not text.endswith("\r\n"):
        raise NotCalendar("the last line does not end")
    yield from text[:-2].split("\r\n")


def content_line(text: str) -> Line:
    """Return a content line taken apart (section 3.1, RFC 6868 for the parameters)."""
    name = re.match(_NAME, text)
    if name is None:
        raise NotCalendar(f"no property name: {text[:40]!r}")
    parameters = {}
    place = name.end()
    while found := _PARAMETER.match(text, place):
        value = found[2].strip('"')
        parameters[found[1]] = re.sub(
            r"\^([n'^])", lambda m: {"n": "\n", "'": '"', "^": "^"}[m[1]], value
        )
        place = found.end()
    if text[place : place + 1] != ":":
        raise NotCalendar(f"no colon after the name and parameters: {text[:40]!r}")
    return Line(name[0], parameters, text[place + 1 :])


def unescaped(value: str) -> str:
    """Return a TEXT value as a reader sees it (section 3.3.11).

    Raises:
        NotCalendar: if something is escaped that must not be, or the other way round.
    """
    if re.search(r"(?<!\\)(?:\\\\)*[;,]", value) or re.search(
        r"(?<!\\)(?:\\\\)*\\(?![\\;,nN])", value
    ):
        raise NotCalendar(f"badly escaped: {value[:60]!r}")
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], value)
