"""A request takes place at one of its starts, or not at all."""

from __future__ import annotations

import pytest

from scheduler.domain.assignments import Finding
from scheduler.domain.constraints import one_start
from tests.constraints.snapshots import a_demand, an_option


@pytest.mark.parametrize(
    ("starts", "kept"),
    [((), True), ((540,), True), ((600,), True), ((540, 600), False), ((570,), False)],
)
def test_only_one_offered_start_is_kept(starts: tuple[int, ...], kept: bool) -> None:
    demand = a_demand(options=(an_option(540), an_option(600)))
    assert one_start(demand, starts) == Finding("one_start", kept, {"starts": starts})
