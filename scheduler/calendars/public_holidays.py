"""Public holidays by country and region, known without asking anybody.

The ``holidays`` package follows the laws: the days that move with the moon, those observed on a
Monday, and what a province added last year. It takes a while to load and only one page wants
it, so it is loaded when that page does.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from scheduler.domain.periods import DateRange

LONGEST_CODE = 3


def regions_of(country: str) -> tuple[tuple[str, str], ...]:
    """Return code and name of the regions whose holidays differ, by name.

    None where the country is not known.
    """
    from holidays import country_holidays

    try:
        known = country_holidays(country)
    except NotImplementedError:
        return ()
    names = known.get_subdivision_aliases()
    found = ((code, _full_name(code, names.get(code, ()))) for code in known.subdivisions)
    return tuple(sorted(found, key=lambda each: each[1]))


def public_holidays(
    country: str, region: str, *, days: DateRange, language: str = ""
) -> tuple[tuple[date, str], ...]:
    """Return the public holidays on these days, none where the country is not known."""
    from holidays import country_holidays

    try:
        known = country_holidays(
            country,
            subdiv=region or None,
            years=range(days.first.year, days.last.year + 1),
            language=language or None,
        )
    except NotImplementedError:
        return ()
    return tuple(sorted((day, name) for day, name in known.items() if day in days))


def _full_name(code: str, names: Iterable[str]) -> str:
    """Return the first name that is none of the region's other codes."""
    return next((name for name in names if len(name) > LONGEST_CODE), code)
