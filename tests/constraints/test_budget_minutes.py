"""A speaker's minutes of one calendar month, the way there included."""

from __future__ import annotations

import pytest

from scheduler.domain.assignments import Finding
from scheduler.domain.constraints import budget_minutes
from tests.constraints.snapshots import NINE, PLANE, WEEK, a_speaker, an_engagement


@pytest.mark.parametrize(
    ("format", "pair_minutes", "count"),
    [("in_person", None, 60), ("virtual", None, 50), ("in_person", 7, 57), ("virtual", 7, 57)],
)
def test_session_counts_with_the_way_there_and_back(
    format: str, pair_minutes: int | None, count: int
) -> None:
    added = [an_engagement(NINE, format=format, pair_minutes=pair_minutes)]
    speaker = a_speaker(budget_minutes=count)
    facts = {"month": 0, "count": count, "limit": count}
    assert budget_minutes(speaker, added, geography=PLANE) == Finding("budget_minutes", True, facts)
    tighter = a_speaker(budget_minutes=count - 1)
    assert not budget_minutes(tighter, added, geography=PLANE).kept


def test_standing_engagements_of_the_month_count_too() -> None:
    speaker = a_speaker(budget_minutes=100)
    standing = [an_engagement(WEEK + NINE, format="virtual", minutes=51)]
    added = [an_engagement(NINE, format="virtual")]
    found = budget_minutes(speaker, added, standing=standing, geography=PLANE)
    assert found == Finding("budget_minutes", False, {"month": 0, "count": 101, "limit": 100})


def test_each_month_has_its_own_budget() -> None:
    speaker = a_speaker(budget_minutes=100)
    standing = [an_engagement(4 * WEEK + NINE, minutes=90)]
    added = [an_engagement(NINE, format="virtual")]
    assert budget_minutes(speaker, added, standing=standing, geography=PLANE).kept


def test_unknown_home_counts_no_way() -> None:
    speaker = a_speaker(budget_minutes=50, home=None)
    assert budget_minutes(speaker, [an_engagement(NINE)], geography=PLANE).kept
