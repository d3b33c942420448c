"""Public holidays of a region, as suggestions: a school decides for itself on which it closes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from scheduler.calendars.public_holidays import public_holidays, regions_of
from scheduler.domain.districts import District, School
from scheduler.domain.periods import DateRange
from scheduler.domain.schooldays import SATURDAY, Closure
from scheduler.domain.zones import local
from scheduler.services.school_time_reading import Line

AHEAD = timedelta(days=400)
PROVINCES = "A:NL B:NS C:PE E:NB G:QC H:QC J:QC K:ON L:ON M:ON N:ON P:ON R:MB S:SK T:AB V:BC Y:YT"
PROVINCE_BY_LETTER = MappingProxyType({pair[0]: pair[2:] for pair in PROVINCES.split()})


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Holidays on school days that nothing closes yet, and the regions one may choose from.

    ``regions`` are code and name, none where the country is not known; an empty ``region`` is
    the country.
    """

    country: str
    region: str
    regions: tuple[tuple[str, str], ...] = ()
    lines: tuple[Line, ...] = ()


def suggested_closures(
    district: District,
    *,
    schools: Iterable[School],
    closures: Iterable[Closure],
    now: datetime,
    region: str | None = None,
) -> Suggestions:
    """Return the holidays of a region in this school year; of the schools' own unless named."""
    country = district.country.upper()
    regions = regions_of(country)
    if region is None or region not in ("", *dict(regions)):
        region = _region_of(schools) if country == "CA" else ""
    everywhere = [closure.days for closure in closures if not closure.school]
    days = _days_ahead(district, now)
    lines = tuple(
        Line(DateRange(day, day), name)
        for day, name in public_holidays(country, region, days=days, language=district.language)
        if day.weekday() < SATURDAY and not any(day in closed for closed in everywhere)
    )
    return Suggestions(country, region, regions, lines)


def _days_ahead(district: District, now: datetime) -> DateRange:
    today = local(now, district.timezone).date()
    last = today + AHEAD
    if district.year and district.year.last >= today:
        last = district.year.last
    return DateRange(today, last)


def _region_of(schools: Iterable[School]) -> str:
    """Return the province of most schools: a Canadian postal code begins with it."""
    letters = (school.postal_code.strip()[:1].upper() for school in schools)
    found = Counter(PROVINCE_BY_LETTER[each] for each in letters if each in PROVINCE_BY_LETTER)
    return found.most_common(1)[0][0] if found else ""
