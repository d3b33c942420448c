"""No teacher, class or room is needed twice at one time."""

from __future__ import annotations

import pytest

from scheduler.domain.assignments import Finding, HostCommitment
from scheduler.domain.constraints import host_free
from tests.constraints.snapshots import DAY, NINE, a_demand, a_session, an_option

SERIES = an_option(NINE, DAY + NINE)
HOSTS = frozenset({"teacher:kim", "room:12"})


@pytest.mark.parametrize(
    ("start", "kept"),
    [
        (DAY + NINE - 50, True),
        (DAY + NINE - 49, False),
        (DAY + NINE + 49, False),
        (DAY + NINE + 50, True),
    ],
)
def test_every_session_of_a_series_keeps_clear_and_touching_is_fine(start: int, kept: bool) -> None:
    held = HostCommitment("room:12", a_session(start), "r2")
    found = host_free(a_demand(hosts=HOSTS), SERIES, commitments=[held])
    told = {"host": "room:12", "demand": "r2", "start": start, "end": start + 50}
    facts = {"hosts": ("room:12", "teacher:kim")} if kept else told
    assert found == Finding("host_free", kept, facts)  # type: ignore[arg-type]


def test_other_hosts_do_not_matter() -> None:
    held = HostCommitment("teacher:lee", a_session(NINE), "r2")
    assert host_free(a_demand(hosts=HOSTS), SERIES, commitments=[held]).kept


def test_request_does_not_stand_in_its_own_way() -> None:
    held = HostCommitment("teacher:kim", a_session(NINE), "r1")
    assert host_free(a_demand(id="r1", hosts=HOSTS), SERIES, commitments=[held]).kept
