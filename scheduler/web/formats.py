"""How a language and region write days, hours, numbers and lists; never in which zone, or why.

The patterns are those of the Unicode CLDR. English outside the United States is this house's
own: ``Tue 8 December``, ``10:40``, ``Ana, Ben and Cy``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from babel import Locale
from babel.dates import (
    format_date,
    format_interval,
    format_time,
    get_day_names,
    get_month_names,
    get_timezone_location,
)
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent

from scheduler.web.languages import ENGLISH, present_locale

# A month's first day is counted, the others are numbered. Source: Le guide du rédacteur, 2.4.
FIRST_BY_LANGUAGE = MappingProxyType({"fr": "1er "})


def write_day(when: date, *, weekday: str = "", has_year: bool = False) -> str:
    """Return day and month; ``weekday`` is ``EEE`` for a short one, ``EEEE`` for a long one."""
    return _written_day(when, weekday, has_year, present_locale())


def write_range(first: date, last: date, *, has_year: bool) -> str:
    """Return one day or a range of days, with the year where it is asked for."""
    if first == last:
        return write_day(first, has_year=has_year)
    return write_days(first, last, has_year=has_year)


def write_days(
    first: date, last: date, *, has_short_months: bool = False, has_year: bool = False
) -> str:
    """Return a range of days; months and years are said once where both ends share them."""
    locale = present_locale()
    differ = first.year != last.year and not has_short_months
    if locale != ENGLISH:
        skeleton = "yMMMd" if differ or has_year else "MMMd"
        return format_interval(first, last, skeleton, locale=locale)
    month = "MMM" if has_short_months else "MMMM"
    whole = f"d {month} y" if differ or has_year else f"d {month}"
    is_one_month = (first.year, first.month) == (last.year, last.month)
    begin = "d" if is_one_month else whole if differ else f"d {month}"
    dash = "–" if is_one_month or has_short_months else " – "
    return dash.join(
        format_date(day, p, locale=locale) for day, p in ((first, begin), (last, whole))
    )


def write_clock(moment: datetime) -> str:
    """Return the hour and minute that this moment shows on its own clock."""
    return _written_clock(moment.hour, moment.minute, present_locale())


def write_span(start: datetime, end: datetime) -> str:
    """Return two times of one day as a span."""
    locale = present_locale()
    if locale == ENGLISH:
        return f"{write_clock(start)}–{write_clock(end)}"
    skeleton = "hm" if "h" in _clock_pattern(locale).replace("'h'", "") else "Hm"
    bare = (start.replace(tzinfo=None), end.replace(tzinfo=None))
    return _unbroken(format_interval(*bare, skeleton, locale=locale))


def weekday_name(number: int, *, is_short: bool = False) -> str:
    """Return the name of a weekday, 0 for Monday, as it stands alone."""
    names = get_day_names(_width(is_short), context="stand-alone", locale=present_locale())
    return str(names[number]).rstrip(".")


def month_name(number: int, *, is_short: bool = False) -> str:
    """Return the name of a month, 1 for January, as it stands alone."""
    names = get_month_names(_width(is_short), context="stand-alone", locale=present_locale())
    return str(names[number]).rstrip(".")


def write_number(number: float) -> str:
    """Return a number with the language's separators."""
    return format_decimal(number, locale=present_locale())


def write_share(share: float) -> str:
    """Return ``0.2%`` for 0.002: a share with one digit after the point."""
    locale = present_locale()
    pattern = locale.percent_formats[None].pattern.replace("##0", "##0.0")
    return format_percent(share, pattern, locale=locale)


def write_list(names: Sequence[str]) -> str:
    """Return ``Ana, Ben and Cy``."""
    locale = present_locale()
    if locale != ENGLISH:
        return format_list(names, locale=locale)
    *first, last = names or [""]
    return f"{', '.join(first)} and {last}" if first else last


def city_of(zone: str) -> str:
    """Return the city that a time zone is named after."""
    locale = present_locale()
    if locale == ENGLISH:
        return zone.rpartition("/")[2].replace("_", " ")
    return get_timezone_location(zone, locale=locale, return_city=True)


# Mails and pages name the same few days and hours again and again.
@lru_cache(maxsize=2048)
def _written_day(when: date, weekday: str, has_year: bool, locale: Locale) -> str:
    written = format_date(when, _day_pattern(locale, weekday, has_year), locale=locale)
    is_first = when.day == 1 and locale.language in FIRST_BY_LANGUAGE
    return written.replace("1 ", FIRST_BY_LANGUAGE[locale.language], 1) if is_first else written


@lru_cache(maxsize=2048)
def _written_clock(hour: int, minute: int, locale: Locale) -> str:
    return _unbroken(format_time(time(hour, minute), _clock_pattern(locale), locale=locale))


@lru_cache(maxsize=256)
def _day_pattern(locale: Locale, weekday: str, has_year: bool) -> str:
    """Return CLDR's pattern for these fields, the month in full.

    Source: Unicode TS 35, part 4, section 2.6.2.2, on widening the fields of a skeleton.
    """
    if locale == ENGLISH:
        return f"{weekday} d MMMM{' y' if has_year else ''}".strip()
    fields = ("y" if has_year else "", "E" if weekday else "")
    skeletons = (f"{fields[0]}{month}{fields[1]}d" for month in ("MMMM", "MMM"))
    found = next(each for each in skeletons if each in locale.datetime_skeletons)
    pattern = re.sub(r"\bM{3}\b", "MMMM", locale.datetime_skeletons[found].pattern)
    return re.sub(r"\bE{1,3}\b", weekday, pattern)


def _width(is_short: bool) -> Literal["abbreviated", "wide"]:
    return "abbreviated" if is_short else "wide"


def _unbroken(hours: str) -> str:
    """Return hours that no line ends within: the dash of a span stands between thin blanks."""
    return hours.replace(" ", "\N{NO-BREAK SPACE}")


def _clock_pattern(locale: Locale) -> str:
    return "HH:mm" if locale == ENGLISH else locale.time_formats["short"].pattern
