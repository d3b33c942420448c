"""In person where that works, else by video where both allow it."""

from __future__ import annotations

import pytest

from scheduler.domain.assignments import Fact, Finding, Geography, Place
from scheduler.domain.constraints import chosen_format, format_possible
from tests.constraints.snapshots import PLANE, a_demand, a_speaker

BOTH = frozenset({"in_person", "virtual"})
SPHERE = Geography("sphere", road_factor=1.3, speed_km_per_minute=2 / 3)


@pytest.mark.parametrize(
    ("asked", "offered", "max_km", "chosen", "reason"),
    [
        ("either", BOTH, 5.0, "in_person", None),
        ("either", BOTH, 4.9, "virtual", "too_far"),
        ("either", {"in_person"}, 4.9, None, "too_far"),
        ("either", {"virtual"}, 5.0, "virtual", "not_offered"),
        ("in_person", BOTH, 4.9, None, "too_far"),
        ("in_person", {"virtual"}, 5.0, None, "not_offered"),
        ("in_person", BOTH, None, "in_person", None),
        ("virtual", BOTH, 5.0, "virtual", "not_asked"),
        ("virtual", {"in_person"}, 5.0, None, "not_offered"),
    ],
)
def test_format_is_chosen_by_what_both_allow_and_the_distance(
    asked: str, offered: set[str], max_km: float | None, chosen: str | None, reason: str | None
) -> None:
    speaker = a_speaker(formats=frozenset(offered), max_km=max_km)
    demand = a_demand(format=asked, place=Place(3.0, 4.0))
    facts: dict[str, Fact] = {"km": 5.0}
    if chosen:
        facts["format"] = chosen
    if reason:
        facts["reason"] = reason
    if reason == "too_far" and max_km is not None:
        facts["max_km"] = max_km
    found = format_possible(speaker, demand, geography=PLANE)
    assert found == Finding("format_possible", chosen is not None, facts)
    assert chosen_format(speaker, demand, geography=PLANE) == chosen


def test_distance_may_pass_the_limit_by_a_rounding_error() -> None:
    demand = a_demand(format="in_person", place=Place(5.0 + 5e-10, 0.0))
    assert format_possible(a_speaker(max_km=5.0), demand, geography=PLANE).kept


@pytest.mark.parametrize(
    ("home", "place", "reason"),
    [(None, Place(3.0, 4.0), "no_home"), (Place(0.0, 0.0), None, "no_place")],
)
def test_in_person_needs_both_places(home: Place | None, place: Place | None, reason: str) -> None:
    speaker = a_speaker(home=home)
    at_school = a_demand(place=place, format="in_person")
    either = a_demand(place=place, format="either")
    assert format_possible(speaker, at_school, geography=PLANE) == Finding(
        "format_possible", False, {"reason": reason}
    )
    assert format_possible(speaker, either, geography=PLANE) == Finding(
        "format_possible", True, {"reason": reason, "format": "virtual"}
    )


def test_degrees_are_measured_on_the_sphere() -> None:
    # One degree of a meridian is 111.195 km on a sphere of 6371.0088 km.
    assert SPHERE.distance_km(Place(-114.0, 51.0), Place(-114.0, 52.0)) == pytest.approx(
        111.19508, abs=1e-4
    )
    # At 60 degrees north a degree of longitude is half as long, less the curve.
    assert SPHERE.distance_km(Place(10.0, 60.0), Place(11.0, 60.0)) == pytest.approx(
        55.59701, abs=1e-4
    )
    assert SPHERE.travel_minutes(Place(-114.0, 51.0), Place(-114.0, 52.0)) == 217
