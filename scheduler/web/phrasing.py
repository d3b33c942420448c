"""How times, people and amounts are written on pages and in mails, in English.

Pure functions, offered to templates as filters. Weekdays and months are written out here:
the machine's locale never decides. Times are shown by the clock of the zone that is given,
never by the machine's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import TypedDict
from unicodedata import category
from urllib.parse import urlsplit

from scheduler.domain.grades import PRE_K, parse_grade
from scheduler.domain.periods import DateRange, Period
from scheduler.domain.zones import local

WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
LANGUAGE_NAMES = MappingProxyType(
    {
        "ar": "Arabic",
        "bla": "Blackfoot",
        "cr": "Cree",
        "de": "German",
        "en": "English",
        "es": "Spanish",
        "fr": "French",
        "hi": "Hindi",
        "it": "Italian",
        "iu": "Inuktitut",
        "ja": "Japanese",
        "ko": "Korean",
        "pa": "Punjabi",
        "pl": "Polish",
        "pt": "Portuguese",
        "ru": "Russian",
        "so": "Somali",
        "tl": "Tagalog",
        "uk": "Ukrainian",
        "ur": "Urdu",
        "vi": "Vietnamese",
        "zh": "Chinese",
    }
)
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
    return f"{WEEKDAY_NAMES[when.weekday()][:3]} {_day_and_month(when)}"


def day_with_year(when: date) -> str:
    """Return ``Tue 8 December 2026``."""
    return f"{day(when)} {when.year}"


def long_day(when: date) -> str:
    """Return ``Tuesday 8 December``."""
    return f"{WEEKDAY_NAMES[when.weekday()]} {_day_and_month(when)}"


def long_day_with_year(when: date) -> str:
    """Return ``Tuesday 8 December 2026``."""
    return f"{long_day(when)} {when.year}"


def local_day(moment: datetime, zone: str) -> date:
    """Return the date that the zone's calendar shows at that moment."""
    return local(moment, zone).date()


def clock(moment: datetime, zone: str) -> str:
    """Return ``10:40`` as that zone's clock shows it."""
    return f"{local(moment, zone):%H:%M}"


def span(period: Period, zone: str) -> str:
    """Return ``10:40–11:30`` as that zone's clock shows it."""
    return f"{clock(period.start, zone)}–{clock(period.end, zone)}"


def zone_label(moment: datetime, zone: str) -> str:
    """Return ``Edmonton time (UTC−6)``: the zone's city and its offset at that moment."""
    offset = _offset(local(moment, zone))
    area, _, city = zone.rpartition("/")
    if not area or area == "Etc":
        return offset
    return f"{city.replace('_', ' ')} time ({offset})"


def tile(moment: datetime, zone: str) -> Tile:
    """Return what the date tile of a visit at that moment shows."""
    when = local_day(moment, zone)
    return Tile(
        weekday=WEEKDAY_NAMES[when.weekday()][:3],
        day=str(when.day),
        month=MONTH_NAMES[when.month - 1][:3],
        date=when.isoformat(),
    )


def date_range(days: DateRange) -> str:
    """Return ``14–18 December``; months and years are said once where both ends share them."""
    first, last = days.first, days.last
    if first == last:
        return _day_and_month(first)
    if first.year != last.year:
        return f"{_day_and_month(first)} {first.year} – {_day_and_month(last)} {last.year}"
    if first.month != last.month:
        return f"{_day_and_month(first)} – {_day_and_month(last)}"
    return f"{first.day}–{_day_and_month(last)}"


def in_days(days: int) -> str:
    """Return ``today``, ``tomorrow``, ``in 3 days``, or ``in 1 week`` for whole weeks."""
    if days in (0, 1):
        return ("today", "tomorrow")[days]
    weeks, rest = divmod(days, DAYS_A_WEEK)
    return f"in {plural(days, 'day')}" if rest else f"in {plural(weeks, 'week')}"


def in_words(length: timedelta) -> str:
    """Return a length of time in its largest whole unit: ``2 minutes``, ``5 days``.

    Days become weeks after two weeks, months after 60 days, years after two years. The sign
    is left out.
    """
    length = abs(length)
    minutes = length // timedelta(minutes=1)
    if not minutes:
        return "less than a minute"
    if minutes < 60:
        return plural(minutes, "minute")
    return plural(minutes // 60, "hour") if not length.days else _days_in_words(length.days)


def ago(moment: datetime, now: datetime) -> str:
    """Return ``2 minutes ago``, ``just now``, or ``in 3 hours`` for what is still to come."""
    length = now - moment
    if abs(length) < timedelta(minutes=1):
        return "just now"
    return f"{in_words(length)} ago" if length > timedelta() else f"in {in_words(length)}"


def plural(count: int, one: str, many: str = "") -> str:
    """Return ``1 visit`` or ``3 visits``; ``many`` is for words that take no plain s."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def grade(number: int | str) -> str:
    """Return ``grade 8``, ``kindergarten`` or ``pre-K``; a text that is no grade stays itself."""
    if isinstance(number, str):
        try:
            number = parse_grade(number)
        except ValueError:
            return str(number)
    return {PRE_K: "pre-K", 0: "kindergarten"}.get(number, f"grade {number}")


def language_name(tag: str) -> str:
    """Return ``French`` for ``fr`` or ``fr-CA``; a language not listed keeps its tag."""
    return LANGUAGE_NAMES.get(tag.partition("-")[0].lower(), tag)


def initials(name: str) -> str:
    """Return the first letters of the first and last word: ``MC`` for Maya Chen."""
    words = [word for word in name.split() if word[0].isalpha()]
    ends = (words[0], words[-1]) if len(words) > 1 else words
    return "".join(word[0].upper() for word in ends)


def joined(names: Iterable[str]) -> str:
    """Return ``Ana, Ben and Cy``; empty names are left out."""
    *first, last = [name for name in names if name] or [""]
    return f"{', '.join(first)} and {last}" if first else last


def one_line(text: str) -> str:
    """Return a person's words on one line, without marks that reorder or hide text."""
    kept = (" " if category(c) in UNWRITABLE else c for c in text if c not in BIDI_CONTROLS)
    return " ".join("".join(kept).split())


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
            *(in_days, in_words, ago, plural, grade, language_name),
            *(initials, joined, one_line, web_address, phone_address),
        )
    }
)


def _day_and_month(when: date) -> str:
    return f"{when.day} {MONTH_NAMES[when.month - 1]}"


def _days_in_words(days: int) -> str:
    if days >= 2 * DAYS_A_YEAR:
        return plural(days // DAYS_A_YEAR, "year")
    if days >= 2 * DAYS_A_MONTH:
        return plural(days // DAYS_A_MONTH, "month")
    if days >= 2 * DAYS_A_WEEK:
        return plural(days // DAYS_A_WEEK, "week")
    return plural(days, "day")


def _offset(moment: datetime) -> str:
    minutes = (moment.utcoffset() or timedelta()) // timedelta(minutes=1)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02}" if rest else "")
