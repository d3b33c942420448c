"""Caps as rows: what stands already is taken off, what cannot break is left out."""

from __future__ import annotations

from typing import Any

import pytest

from scheduler.domain.assignments import Commitment, Engagement, Speaker
from scheduler.matching.candidates import find_columns
from scheduler.matching.problem import Problem
from scheduler.matching.rows import Rows, cap_rows, host_rows
from tests.matching.worlds import DAY, PLANE, a_demand, a_speaker, session_at

DEMANDS = tuple(a_demand(f"r{day}", day * DAY + 541) for day in range(3))
STANDING = Engagement("old", "north", None, session_at(4 * DAY + 541, 50), "virtual")


def rows_of(person: Speaker, *, has_standing: bool) -> list[tuple[list[int], list[int], int]]:
    """Return each row as its columns, their amounts and its limit."""
    held = (Commitment(person.id, STANDING),) if has_standing else ()
    problem = Problem(PLANE, (person,), DEMANDS, commitments=held)
    return listed(cap_rows(problem, find_columns(problem)))


def listed(rows: Rows) -> list[tuple[list[int], list[int], int]]:
    return [
        (
            rows.member[rows.row == row].tolist(),
            rows.amount[rows.row == row].tolist(),
            int(rows.limit[row]),
        )
        for row in range(len(rows))
    ]


@pytest.mark.parametrize(
    ("caps", "amount", "left", "left_beside_standing"),
    [
        ({"max_per_week": 2}, 1, 2, 1),
        ({"max_per_month": 2}, 1, 2, 1),
        ({"budget_minutes": 120}, 50, 120, 70),
    ],
    ids=["week", "month", "budget"],
)
def test_what_stands_is_taken_off_the_limit(
    caps: dict[str, Any], amount: int, left: int, left_beside_standing: int
) -> None:
    person = a_speaker("ana", **caps)
    amounts = [amount] * 3
    assert rows_of(person, has_standing=False) == [([0, 1, 2], amounts, left)]
    assert rows_of(person, has_standing=True) == [([0, 1, 2], amounts, left_beside_standing)]


def test_cap_that_nothing_can_break_has_no_row() -> None:
    person = a_speaker("ana", max_per_day=1, max_per_week=3, max_per_month=9)
    assert rows_of(person, has_standing=False) == []


def test_hosts_have_a_row_where_requests_could_collide() -> None:
    hosts = frozenset({"teacher:kim"})
    demands = (
        a_demand("r1", 541, 700, hosts=hosts),
        a_demand("r2", 560, hosts=hosts),
        a_demand("r3", 591, hosts=hosts),
        a_demand("r4", 541),
    )
    problem = Problem(PLANE, (a_speaker("ana"),), demands)
    rows = listed(host_rows(problem, find_columns(problem)))
    assert rows == [([0, 2], [1, 1], 1), ([2, 3], [1, 1], 1)]
