"""A feed stays within its budgets of time and octets."""

from __future__ import annotations

import gzip

import pytest

from scheduler.calendars.texts import Audience
from tests.benchmarks.feeds import costs, some_visits
from tests.builders import a_sheet
from tests.calendars.golden import feed

MOST_OCTETS, MOST_ZIPPED, MOST_MS = 4_000_000, 600_000, 300.0
MOST_TIMES_THE_VIEW, LEAST_RATE = 1.5, 0.5


@pytest.mark.parametrize("audience", [Audience.VOLUNTEER, Audience.TEACHER])
def test_five_thousand_events_fit_into_four_megabytes(audience: Audience) -> None:
    octets = feed(audience, *(a_sheet(visit) for visit in some_visits(5_000)))
    assert len(octets) <= MOST_OCTETS
    assert len(gzip.compress(octets)) <= MOST_ZIPPED


@pytest.mark.benchmark
@pytest.mark.full
@pytest.mark.timeout(300)
def test_feed_costs_little_more_than_the_least_a_view_can_do() -> None:
    thousand, five = costs(1_000), costs(5_000, runs=20)
    assert thousand.whole_ratio <= MOST_TIMES_THE_VIEW
    assert thousand.unchanged_rate >= LEAST_RATE
    assert five.whole_ms < MOST_MS
    assert five.first_ms < MOST_MS
    assert five.changed_ms < MOST_MS
    assert five.octets <= MOST_OCTETS
    assert five.zipped <= MOST_ZIPPED
