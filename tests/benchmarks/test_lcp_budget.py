"""Every page's largest part is seen within a second on a slow phone."""

from __future__ import annotations

import pytest

from tests.benchmarks.lcp import BUDGET_MS, measure


@pytest.mark.benchmark
@pytest.mark.browser
@pytest.mark.full
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("browser_path")
def test_largest_part_is_seen_within_a_second() -> None:
    late = {each.page.name: round(each.ms) for each in measure() if each.ms > BUDGET_MS}
    assert late == {}
