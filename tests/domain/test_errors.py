"""Errors carry facts as fields and say one plain sentence."""

from __future__ import annotations

import pytest

from scheduler.domain.assignments import Finding
from scheduler.domain.errors import (
    BadInput,
    ConstraintViolated,
    DoubleBooked,
    IllegalTransition,
    NotAllowed,
    Problem,
    SchedulerError,
    Unknown,
    UnknownZone,
)

FINDINGS = (
    Finding("travel_time", False, {"minutes": 40}),
    Finding("max_per_week", False, {"cap": 1}),
    Finding("travel_time", False, {"minutes": 55}),
)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (Unknown("visit", "v1"), "There is no visit “v1”."),
        (UnknownZone("Toronto"), "“Toronto” is not a time zone name such as America/Edmonton."),
        (NotAllowed("move visits"), "You may not move visits."),
        (
            IllegalTransition(subject="visit", state="cancelled", step="moved"),
            "A visit that is cancelled cannot be moved.",
        ),
        (
            IllegalTransition(subject="account", state="deactivated", step="signed in"),
            "An account that is deactivated cannot be signed in.",
        ),
        (
            ConstraintViolated("The new time", FINDINGS),
            "The new time would break: max_per_week, travel_time.",
        ),
        (
            DoubleBooked(),
            "Somebody else booked this person, class or room at that time a moment ago.",
        ),
    ],
)
def test_error_says_one_plain_sentence(error: SchedulerError, sentence: str) -> None:
    assert str(error) == sentence


def test_findings_are_kept_whole_and_in_order() -> None:
    assert ConstraintViolated("The new time", iter(FINDINGS)).findings == FINDINGS


def test_a_long_zone_name_is_not_repeated_in_full() -> None:
    error = UnknownZone("A" * 10_000)
    assert len(str(error)) < 150
    assert error.name == "A" * 10_000


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem("requests.csv", 3, "windows", "No."), "requests.csv, row 3, column windows: No."),
        (Problem("requests.csv", 3, "", "No."), "requests.csv, row 3: No."),
        (Problem("requests.csv", 0, "windows", "No."), "requests.csv, column windows: No."),
        (Problem("district.toml", 0, "", "No."), "district.toml: No."),
    ],
)
def test_problem_says_where_it_lies(problem: Problem, text: str) -> None:
    assert str(problem) == text


def test_bad_input_tells_every_problem_at_once() -> None:
    problems = (Problem("a.csv", 2, "x", "One."), Problem("b.csv", 0, "", "Two."))
    error = BadInput(iter(problems))
    assert error.problems == problems
    assert str(error) == "a.csv, row 2, column x: One.\nb.csv: Two."
