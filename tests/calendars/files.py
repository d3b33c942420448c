"""Calendar files as other people's programs write them, in few words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from scheduler.calendars.busy import BusyReading, read_busy
from scheduler.domain.periods import DateRange
from tests.builders import TORONTO

DECEMBER = DateRange(date(2026, 12, 1), date(2026, 12, 31))


def a_file(*components: str, head: Iterable[str] = ()) -> bytes:
    """Return a calendar around these components."""
    lines = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Others//EN", *head, *components)
    return "".join(f"{line}\n" for line in (*lines, "END:VCALENDAR")).replace("\n", "\r\n").encode()


def an_event(*lines: str, uid: str = "") -> str:
    """Return an event; without a UID it is on its own."""
    named = (f"UID:{uid}",) if uid else ()
    return "\n".join(("BEGIN:VEVENT", *named, *lines, "END:VEVENT"))


def at(start: str, end: str, *, zone: str = "") -> str:
    """Return DTSTART and DTEND lines."""
    parameter = f";TZID={zone}" if zone else ""
    return f"DTSTART{parameter}:{start}\nDTEND{parameter}:{end}"


def reading(octets: bytes, *, window: DateRange = DECEMBER, country: str = "CA") -> BusyReading:
    """Return what a file of somebody in Toronto means for December 2026."""
    return read_busy(octets, window=window, timezone=TORONTO, country=country)


def busy(*components: str, head: Iterable[str] = (), country: str = "CA") -> tuple[str, ...]:
    """Return the busy periods of a file, written ``12-08 15:40/16:30`` in UTC."""
    found = reading(a_file(*components, head=head), country=country).busy
    return tuple(f"{one.start:%m-%d %H:%M}/{one.end:%H:%M}" for one in found)


def reasons(*components: str) -> tuple[str, ...]:
    """Return why components of a file were passed over."""
    return tuple(entry.reason for entry in reading(a_file(*components)).passed_over)
