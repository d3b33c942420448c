"""Public holidays are suggested, by region, where nothing closes the schools already."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from scheduler.calendars.public_holidays import public_holidays, regions_of
from scheduler.domain.periods import DateRange
from scheduler.domain.schooldays import Closure
from scheduler.services.access import Actor
from scheduler.services.public_holidays import Suggestions
from scheduler.services.school_time import school_time
from tests.builders import a_district, a_school
from tests.services.world import World

SPRING = DateRange(date(2027, 1, 1), date(2027, 6, 30))


def suggested(world: World, region: str | None = None) -> Suggestions:
    """Return what is suggested to a coordinator."""
    page = school_time(world.store, actor=Actor.operator(), now=world.now, region=region)
    assert page is not None
    return page.suggestions


def dates(found: Suggestions) -> dict[date, str]:
    """Return the suggested days by date."""
    return {line.days.first: line.name for line in found.lines}


def test_provinces_keep_different_days() -> None:
    ontario = dict(public_holidays("CA", "ON", days=SPRING))
    quebec = dict(public_holidays("CA", "QC", days=SPRING))
    assert ontario[date(2027, 2, 15)] == "Family Day"
    assert date(2027, 2, 15) not in quebec
    assert quebec.keys() - ontario.keys() == {date(2027, 6, 24)}


def test_names_are_in_the_districts_language_where_it_is_known() -> None:
    french = dict(public_holidays("CA", "ON", days=SPRING, language="fr"))
    assert french[date(2027, 3, 26)] == "Vendredi saint"
    other = dict(public_holidays("CA", "ON", days=SPRING, language="tlh"))
    assert other.keys() == french.keys()


def test_unknown_country_has_none() -> None:
    assert public_holidays("ZZ", "", days=SPRING) == ()
    assert regions_of("ZZ") == ()


def test_regions_are_those_of_the_country() -> None:
    assert regions_of("CA")[:2] == (("AB", "Alberta"), ("BC", "British Columbia"))
    assert ("971", "Guadeloupe") in regions_of("FR")
    assert regions_of("MX") == ()


def test_region_is_that_of_most_schools(world: World) -> None:
    keep_district(world)
    with world.store.write() as work:
        work.districts.put_schools((a_school(postal_code="T5J 0K1"),))
    assert suggested(world).region == "AB"
    assert suggested(world, "QC").region == "QC"
    assert suggested(world, "").region == ""
    assert suggested(world, "Atlantis").region == "AB"


def test_only_school_days_still_open_and_still_to_come_are_suggested(world: World) -> None:
    keep_district(world)
    with world.store.write() as work:
        break_ = Closure("", DateRange(date(2026, 12, 21), date(2027, 1, 3)), "Winter break")
        elsewhere = Closure("maple", DateRange(date(2027, 2, 15), date(2027, 2, 15)), "Leak")
        work.districts.put_closures((break_, elsewhere))
    assert dates(suggested(world, "ON")) == {
        date(2027, 2, 15): "Family Day",
        date(2027, 3, 26): "Good Friday",
        date(2027, 5, 24): "Victoria Day",
    }


def keep_district(world: World) -> None:
    """Make the district a Canadian one with a school year."""
    year = DateRange(date(2026, 9, 1), date(2027, 6, 30))
    with world.store.write() as work:
        work.districts.put(replace(a_district(), country="CA", year=year))
