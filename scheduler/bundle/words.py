"""The small grammar of cells: dates, times, numbers, yes and no, addresses, language tags.

Each reading raises ``ValueError`` with a sentence that names what it was given. Each writing is
the one form that an export uses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from scheduler.bundle.problems import quoted
from scheduler.domain.availability import WEEKDAYS
from scheduler.domain.people import normal_email
from scheduler.domain.zones import zone

Choice = TypeVar("Choice", bound=StrEnum)

FULL_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FIRST_YEAR, LAST_YEAR = 1900, 2199
LONGEST_ADDRESS = 250
# Stricter than RFC 5321: an address is a file's name too, and stands in lists.
_PART = r"[^\s@,;|:<>()\[\]\\/\"]+"
_ADDRESS = re.compile(rf"{_PART}@{_PART}\.[^\s@,;|:<>()\[\]\\/\".]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::00)?")
_CLOCK = "[0-9]{2}:[0-9]{2}"
_MOMENT = re.compile(rf"{_DATE.pattern}T{_CLOCK}(:[0-9]{{2}})?(Z|[+-]{_CLOCK})")
_WHOLE = re.compile(r"[+-]?[0-9]{1,12}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,12}([.,][0-9]+)?")
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_LINK = re.compile(r"https?://[^\s\"<>]+")
_NO_KEY = re.compile(r"[;|\r\n]")


def parse_key(text: str) -> str:
    """Return a key that lists can name: no semicolon, bar or line break."""
    if _NO_KEY.search(text):
        raise ValueError(f"{quoted(text)} must not contain “;”, “|” or a line break.")
    return text


def parse_name_of_period(text: str) -> str:
    """Return a period's or a day type's name, which windows and lessons write without spaces."""
    if re.search(r"[\s;|:/-]", text):
        raise ValueError(f"{quoted(text)} must be one short word such as P3 or A.")
    return text


def parse_address(text: str) -> str:
    """Return an e-mail address in lower case."""
    address = normal_email(text)
    if not _ADDRESS.fullmatch(address) or len(address.encode()) > LONGEST_ADDRESS:
        raise ValueError(f"{quoted(text)} is not an e-mail address.")
    return address


def parse_day(text: str) -> date:
    """Return a date written ``2026-12-08``."""
    if _DATE.fullmatch(text) and FIRST_YEAR <= int(text[:4]) <= LAST_YEAR:
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise ValueError(f"There is no day {quoted(text)}.") from None
    raise ValueError(f"{quoted(text)} is not a date such as 2026-12-08.")


def parse_wall(text: str) -> time:
    """Return a time of day written ``10:40``."""
    found = _TIME.fullmatch(text)
    if found and int(found[1]) < 24 and int(found[2]) < 60:
        return time(int(found[1]), int(found[2]))
    raise ValueError(f"{quoted(text)} is not a time such as 10:40.")


def parse_moment(text: str) -> datetime:
    """Return a moment written with its offset: ``2026-12-08T10:40-06:00``."""
    if _MOMENT.fullmatch(text) and FIRST_YEAR <= int(text[:4]) <= LAST_YEAR:
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            raise ValueError(f"There is no moment {quoted(text)}.") from None
    raise ValueError(f"{quoted(text)} is not a moment such as 2026-12-08T10:40-06:00.")


def parse_weekday(text: str) -> int:
    """Return a weekday, Monday 0: ``Mon`` or ``Monday``."""
    name = text.lower()
    for number, full in enumerate(FULL_WEEKDAYS):
        if name in (full, WEEKDAYS[number].lower()):
            return number
    raise ValueError(f"{quoted(text)} is not a weekday: use {', '.join(WEEKDAYS)}.")


def parse_flag(text: str) -> bool:
    """Return whether a cell says yes."""
    if text.lower() not in {"yes", "no"}:
        raise ValueError(f"{quoted(text)} must be yes or no.")
    return text.lower() == "yes"


def parse_tag(text: str) -> str:
    """Return a language tag in its usual case: ``en``, ``fr-CA``. Source: RFC 5646 section 2.1."""
    if not _TAG.fullmatch(text):
        raise ValueError(f"{quoted(text)} is not a language tag such as en or fr-CA.")
    first, *rest = text.split("-")
    usual = {2: str.upper, 4: str.title}
    return "-".join([first.lower(), *(usual.get(len(part), str.lower)(part) for part in rest)])


def parse_zone(text: str) -> str:
    """Return an IANA time zone's name.

    Raises:
        UnknownZone: if there is none of that name.
    """
    zone(text)
    return text


def parse_link(text: str) -> str:
    """Return a web address."""
    if not _LINK.fullmatch(text):
        raise ValueError(f"{quoted(text)} is not a link such as https://meet.example.org/8b.")
    return text


def whole(lowest: int, highest: int) -> Callable[[str], int]:
    """Return a reading of whole numbers in these bounds, both included."""

    def parse(text: str) -> int:
        if _WHOLE.fullmatch(text) and lowest <= int(text) <= highest:
            return int(text)
        raise ValueError(f"{quoted(text)} is not a whole number from {lowest} to {highest}.")

    return parse


def decimal(lowest: int, highest: int) -> Callable[[str], float]:
    """Return a reading of numbers in these bounds; a decimal comma is read as a point."""

    def parse(text: str) -> float:
        if _DECIMAL.fullmatch(text):
            number = float(text.replace(",", "."))
            if lowest <= number <= highest:
                return number
        raise ValueError(f"{quoted(text)} is not a number from {lowest} to {highest}.")

    return parse


def one_of(choices: type[Choice], *, but: Choice | None = None) -> Callable[[str], Choice]:
    """Return a reading of an enumeration's values, one of them perhaps left out.

    Capitals do not matter, and ``in-person`` is read as ``in_person``.
    """
    allowed = [choice for choice in choices if choice is not but]
    choice_by_name = {_plain(choice): choice for choice in allowed}

    def parse(text: str) -> Choice:
        if _plain(text) not in choice_by_name:
            raise ValueError(f"{quoted(text)} must be one of: {', '.join(allowed)}.")
        return choice_by_name[_plain(text)]

    return parse


def number_text(number: float | None) -> str:
    """Return the shortest decimals that read back as the same number; empty for none."""
    if number is None:
        return ""
    whole_part, _, fraction = f"{Decimal(repr(float(number))):f}".partition(".")
    text = f"{whole_part}.{fraction}".rstrip("0").rstrip(".") if fraction else whole_part
    return "0" if text == "-0" else text


def day_text(day: date | None) -> str:
    """Return ``2026-12-08``; empty for none."""
    return day.isoformat() if day else ""


def wall_text(wall: time) -> str:
    """Return ``10:40``."""
    return f"{wall:%H:%M}"


def moment_text(moment: datetime) -> str:
    """Return ``2026-12-08T10:40-06:00``, with seconds only where there are some."""
    return moment.isoformat(timespec="seconds" if moment.second else "minutes")


def flag_text(flag: bool) -> str:
    """Return ``yes`` or ``no``."""
    return "yes" if flag else "no"


def list_text(entries: Iterable[object]) -> str:
    """Return entries as a bundle's list."""
    return ";".join(map(str, entries))


def _plain(name: str) -> str:
    return name.lower().replace("-", "_")
