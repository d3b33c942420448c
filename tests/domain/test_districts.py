"""Districts: the name that is shown, and how the way is reckoned where nothing is said."""

from __future__ import annotations

from scheduler.domain.districts import District
from tests.builders import TORONTO, a_district, a_school


def test_district_is_shown_under_its_site_name_or_else_its_own() -> None:
    assert a_district().title == "Lakeshore District"
    assert a_district(site_name="Lakeshore visits").title == "Lakeshore visits"


def test_way_is_reckoned_with_the_usual_factor_and_speed_where_nothing_is_said() -> None:
    district = District("Lakeshore District", TORONTO)
    assert (district.road_factor, district.speed_kmh) == (1.3, 40.0)


def test_school_has_the_smallest_need_where_nothing_is_said() -> None:
    assert a_school().need_weight == 1
