"""Volunteers: what a clearance is worth, and what limits hold where nothing is said."""

from __future__ import annotations

from datetime import date, time

import pytest

from scheduler.domain.availability import WeeklyAvailability
from scheduler.domain.volunteers import ClearanceState, Format, Limits, Volunteer, VolunteerKind
from tests.builders import a_clearance, a_volunteer, a_week


@pytest.mark.parametrize(
    ("state", "approved", "counts"),
    [
        (ClearanceState.APPROVED, date(2026, 1, 12), True),
        (ClearanceState.APPROVED, None, False),
        (ClearanceState.PENDING, date(2026, 1, 12), False),
        (ClearanceState.REFUSED, date(2026, 1, 12), False),
        (ClearanceState.WITHDRAWN, date(2026, 1, 12), False),
    ],
)
def test_clearance_counts_when_approved_on_a_day(
    state: ClearanceState, approved: date | None, counts: bool
) -> None:
    assert a_clearance(state=state, approved=approved).counts is counts


def test_limits_where_nothing_is_said() -> None:
    assert a_volunteer().limits == Limits(
        max_km=None,
        max_per_day=1,
        max_per_week=1,
        max_per_month=2,
        buffer_minutes=15,
        notice_days=7,
        min_minutes=0,
    )


@pytest.mark.parametrize(("weekly", "is_known"), [((), False), (a_week(time(9), time(10)), True)])
def test_when_somebody_can_visit_is_known_once_a_week_is_given(
    weekly: tuple[WeeklyAvailability, ...], is_known: bool
) -> None:
    assert a_volunteer(weekly=weekly).has_availability is is_known


def test_where_nothing_is_said_a_volunteer_is_a_speaker_not_known_to_be_adult() -> None:
    volunteer = Volunteer(
        email="ben@robots.example",
        name="Ben",
        level_by_topic={},
        grades=frozenset(),
        languages=("en",),
        formats=frozenset({Format.VIRTUAL}),
    )
    assert (volunteer.kind, volunteer.adult) == (VolunteerKind.SPEAKER, "unknown")
    assert (volunteer.limits, volunteer.is_active) == (Limits(), True)
