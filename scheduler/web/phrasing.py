"""How times, people and amounts are written on pages and in mails, in the language spoken there.

Pure functions but for that language, offered to templates as filters. Times are shown by the
clock of the zone that is given, never by the machine's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import TypedDict
from unicodedata import category
from urllib.parse import urlsplit

from flask_babel import gettext as _
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from scheduler.domain.availability import WEEKDAYS
from scheduler.domain.classes import Lesson
from scheduler.domain.grades import PRE_K, parse_grade
from scheduler.domain.periods import DateRange, Period
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.zones import local
from scheduler.web.formats import (
    city_of,
    month_name,
    weekday_name,
    write_clock,
    write_day,
    write_days,
    write_list,
    write_number,
    write_span,
)
from scheduler.web.languages import in_their_language, name_of

WEEKDAY_NAMES: tuple[str, ...] = tuple(LazyString(weekday_name, n) for n in range(7))
UNWRITABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
DAYS_A_WEEK, DAYS_A_MONTH, DAYS_A_YEAR = 7, 30, 365


class Tile(TypedDict):
    """What a date tile shows; ``date`` is the ISO form for machines."""

    weekday: str
    day: str
    month: str
    date: str


def day(when: date) -> str:
    """Return ``Tue 8 December``."""
    return write_day(when, weekday="EEE")


def day_with_year(when: date) -> str:
    """Return ``Tue 8 December 2026``."""
    return write_day(when, weekday="EEE", has_year=True)


def long_day(when: date) -> str:
    """Return ``Tuesday 8 December``."""
    return write_day(when, weekday="EEEE")


def long_day_with_year(when: date) -> str:
    """Return ``Tuesday 8 December 2026``."""
    return write_day(when, weekday="EEEE", has_year=True)


def local_day(moment: datetime, zone: str) -> date:
    """Return the date that the zone's calendar shows at that moment."""
    return local(moment, zone).date()


def clock(moment: datetime, zone: str) -> str:
    """Return ``10:40`` as that zone's clock shows it."""
    return write_clock(local(moment, zone))


def span(period: Period, zone: str) -> str:
    """Return ``10:40–11:30`` as that zone's clock shows it."""
    return write_span(local(period.start, zone), local(period.end, zone))


def unbroken(hours: str) -> str:
    """Return a span of hours as pages show it: no line of a phone ends within it.

    Files and e-mails have it without the joiner, which some programs show as a box.
    """
    return hours.replace("–", "–\N{WORD JOINER}")


def span_on_page(period: Period, zone: str) -> str:
    """Return ``10:40–11:30`` as that zone's clock shows it, in one piece."""
    return unbroken(span(period, zone))


def hours_on_page(start: datetime, end: datetime, zone: str) -> str:
    """Return the same of two moments."""
    return unbroken(write_span(local(start, zone), local(end, zone)))


def zone_label(moment: datetime, zone: str) -> str:
    """Return ``Edmonton time (UTC−6)``: the zone's city and its offset at that moment."""
    offset = _offset(local(moment, zone))
    area = zone.rpartition("/")[0]
    if not area or area == "Etc":
        return offset
    return _("%(city)s time (%(offset)s)", city=city_of(zone), offset=offset)


def tile(moment: datetime, zone: str) -> Tile:
    """Return what the date tile of a visit at that moment shows."""
    return day_tile(local_day(moment, zone))


def day_tile(when: date) -> Tile:
    """Return what the date tile of a day shows."""
    return Tile(
        weekday=weekday_name(when.weekday(), is_short=True),
        day=str(when.day),
        month=month_name(when.month, is_short=True),
        date=when.isoformat(),
    )


def date_range(days: DateRange) -> str:
    """Return ``14–18 December``; months and years are said once where both ends share them."""
    return write_day(days.first) if days.first == days.last else write_days(days.first, days.last)


def in_days(days: int) -> str:
    """Return ``today``, ``tomorrow``, ``in 3 days``, or ``in 1 week`` for whole weeks."""
    if days in (0, 1):
        return _("tomorrow") if days else _("today")
    weeks, rest = divmod(days, DAYS_A_WEEK)
    if rest:
        return ngettext("in %(num)s day", "in %(num)s days", days)
    return ngettext("in %(num)s week", "in %(num)s weeks", weeks)


def in_words(length: timedelta) -> str:
    """Return a length of time in its largest whole unit: ``2 minutes``, ``5 days``.

    Days become weeks after two weeks, months after 60 days, years after two years. The sign
    is left out.
    """
    length = abs(length)
    minutes = length // timedelta(minutes=1)
    if not minutes:
        return _("less than a minute")
    if minutes < 60:
        return ngettext("%(num)s minute", "%(num)s minutes", minutes)
    if not length.days:
        return ngettext("%(num)s hour", "%(num)s hours", minutes // 60)
    return _days_in_words(length.days)


def ago(moment: datetime, now: datetime) -> str:
    """Return ``2 minutes ago``, ``just now``, or ``in 3 hours`` for what is still to come."""
    length = now - moment
    if abs(length) < timedelta(minutes=1):
        return _("just now")
    if length > timedelta():
        return _("%(length)s ago", length=in_words(length))
    return _("in %(length)s", length=in_words(length))


def number(amount: float) -> str:
    """Return ``1,500``."""
    return write_number(amount)


def grade(number: int | str) -> str:
    """Return ``grade 8``, ``kindergarten`` or ``pre-K``; a text that is no grade stays itself."""
    if isinstance(number, str):
        try:
            number = parse_grade(number)
        except ValueError:
            return str(number)
    if number == PRE_K:
        return _("pre-K")
    if number == 1:
        return _("grade 1")
    return _("grade %(number)s", number=number) if number else _("kindergarten")


def location(sheet: VisitSheet, email: str = "") -> str:
    """Return where that person goes, as one line: room, school, address; or the link of a call."""
    if sheet.is_virtual_for(email):
        return sheet.meeting_url or _("Online")
    room = sheet.visit.room
    numbered = _("Room %(number)s", number=room) if room[:1].isdigit() else room
    return ", ".join(filter(None, (numbered, sheet.school_name, sheet.address)))


def lesson(one: Lesson) -> str:
    """Return ``Tue P2``, or ``A P2`` where the timetable goes by day types."""
    is_weekday = one.day in WEEKDAYS
    day = weekday_name(WEEKDAYS.index(one.day), is_short=True) if is_weekday else one.day
    return f"{day} {one.period}"


def language_name(tag: str) -> str:
    """Return ``French`` for ``fr`` or ``fr-CA``; a language without a name keeps its tag."""
    return name_of(tag) or tag


def initials(name: str) -> str:
    """Return the first letters of the first and last word: ``MC`` for Maya Chen."""
    words = [word for word in name.split() if word[0].isalpha()]
    ends = (words[0], words[-1]) if len(words) > 1 else words
    return "".join(word[0].upper() for word in ends)


def first_name(name: str) -> str:
    """Return ``Maya`` for Maya Chen and for Dr. Maya Chen; a single name stays as it is."""
    words = name.split()
    return next((word for word in words if not word.endswith(".")), name)


def in_a_row(parts: Iterable[str]) -> str:
    """Return the parts with commas between them; empty ones are left out."""
    return ", ".join(part for part in parts if part)


def told(lines: Iterable[Mapping[str, object]]) -> list[Mapping[str, object]]:
    """Return the lines that have a fact to tell."""
    return [line for line in lines if line["fact"]]


def joined(names: Iterable[str]) -> str:
    """Return ``Ana, Ben and Cy``; empty names are left out."""
    return write_list([str(name) for name in names if name])


def one_line(text: str) -> str:
    """Return a person's words on one line, without marks that reorder or hide text."""
    if not text.isprintable():
        kept = (" " if category(c) in UNWRITABLE else c for c in text if c not in BIDI_CONTROLS)
        text = "".join(kept)
    return " ".join(text.split())


def web_address(text: str) -> str:
    """Return the text if it is a web address that is safe behind a link, else nothing."""
    text = text.strip()
    try:
        parts = urlsplit(text)
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return ""
    return text if is_web and text.isprintable() and " " not in text else ""


def phone_address(text: str) -> str:
    """Return ``tel:+15550134`` for a telephone number, nothing where there are no digits."""
    digits = "".join(c for c in text if c.isascii() and c.isdigit())
    plus = "+" if text.strip().startswith("+") else ""
    return f"tel:{plus}{digits}" if digits else ""


FILTERS: Mapping[str, Callable[..., object]] = MappingProxyType(
    {
        phrase.__name__: phrase
        for phrase in (
            *(day, day_with_year, long_day, long_day_with_year, local_day),
            *(clock, span, zone_label, tile, date_range),
            *(in_days, in_words, ago, number, grade, language_name),
            *(
                first_name,
                initials,
                in_a_row,
                joined,
                lesson,
                location,
                one_line,
                web_address,
                phone_address,
            ),
            *(in_their_language, told),
        )
    }
)

ON_PAGES: Mapping[str, Callable[..., object]] = MappingProxyType(
    {**FILTERS, "span": span_on_page, "hours": hours_on_page}
)


def _days_in_words(days: int) -> str:
    if days >= 2 * DAYS_A_YEAR:
        return ngettext("%(num)s year", "%(num)s years", days // DAYS_A_YEAR)
    if days >= 2 * DAYS_A_MONTH:
        return ngettext("%(num)s month", "%(num)s months", days // DAYS_A_MONTH)
    if days >= 2 * DAYS_A_WEEK:
        return ngettext("%(num)s week", "%(num)s weeks", days // DAYS_A_WEEK)
    return ngettext("%(num)s day", "%(num)s days", days)


def _offset(moment: datetime) -> str:
    minutes = (moment.utcoffset() or timedelta()) // timedelta(minutes=1)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02}" if rest else "")
