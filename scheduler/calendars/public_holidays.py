"""Public holidays by country and region, known without asking anybody.

The ``holidays`` package follows the laws: the days that move with the moon, those observed on a
Monday, and what a province added last year. It takes a while to load and only one page wants
it, so it is loaded when that page does.
"""

from __future__ import annotations

from datetime import date

from scheduler.domain.periods import DateRange


def regions_of(country: str) -> tuple[str, ...]:
    """Return the regions of a country whose holidays differ, none where it is not known."""
    from holidays import list_supported_countries

    return tuple(list_supported_countries(include_aliases=False).get(country, ()))


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
