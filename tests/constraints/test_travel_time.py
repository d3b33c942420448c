"""Between two sessions of a day lie the buffer and the way."""

from __future__ import annotations

import pytest

from scheduler.domain.assignments import Engagement, Finding, Place, Session
from scheduler.domain.constraints import travel_time
from tests.constraints.snapshots import DAY, NINE, PLANE, a_speaker, an_engagement

NORTH, SOUTH = Place(3.0, 4.0), Place(3.0, 10.0)


@pytest.mark.parametrize(
    ("first", "second", "way"),
    [("in_person", "in_person", 6), ("in_person", "virtual", 5), ("virtual", "virtual", 0)],
    ids=["school to school", "school to home", "both from home"],
)
def test_way_depends_on_where_both_take_place(first: str, second: str, way: int) -> None:
    speaker = a_speaker(buffer_minutes=10)
    standing = [an_engagement(NINE, place=NORTH, format=first)]
    end = NINE + 50
    just = [an_engagement(end + 10 + way, place=SOUTH, format=second)]
    short = [an_engagement(end + 9 + way, place=SOUTH, format=second)]
    assert travel_time(speaker, just, standing=standing, geography=PLANE).kept
    assert not travel_time(speaker, short, standing=standing, geography=PLANE).kept


def test_broken_pair_is_told_with_its_minutes() -> None:
    speaker = a_speaker(buffer_minutes=10)
    standing = [an_engagement(NINE + 55, demand_id="later", place=SOUTH)]
    added = [an_engagement(NINE, demand_id="sooner", place=NORTH)]
    facts = {
        "gap_minutes": 5,
        "needed_minutes": 16,
        "way_minutes": 6,
        "demands": ("sooner", "later"),
        "starts": (NINE, NINE + 55),
    }
    found = travel_time(speaker, added, standing=standing, geography=PLANE)
    assert found == Finding("travel_time", False, facts)


def test_same_session_twice_overlaps() -> None:
    speaker = a_speaker()
    added = [an_engagement(NINE, format="virtual")]
    assert not travel_time(speaker, added, standing=added, geography=PLANE).kept


def test_another_day_needs_no_way() -> None:
    speaker = a_speaker(buffer_minutes=600)
    standing = [an_engagement(NINE, place=NORTH)]
    added = [an_engagement(DAY + NINE, place=SOUTH)]
    assert travel_time(speaker, added, standing=standing, geography=PLANE).kept


def test_sessions_of_two_local_days_still_must_not_overlap() -> None:
    late = Engagement("east", "east", None, Session(1400, 1460, 1, 0, 0), "virtual")
    early = Engagement("west", "west", None, Session(1430, 1490, 0, 0, 0), "virtual")
    assert not travel_time(a_speaker(), [late], standing=[early], geography=PLANE).kept


def test_clash_among_standing_engagements_is_not_ours() -> None:
    standing = [an_engagement(NINE), an_engagement(NINE)]
    added = [an_engagement(NINE + 200)]
    assert travel_time(a_speaker(), added, standing=standing, geography=PLANE).kept


def test_sessions_of_one_series_are_judged_against_each_other() -> None:
    added = [an_engagement(NINE), an_engagement(NINE + 30)]
    assert not travel_time(a_speaker(), added, geography=PLANE).kept
