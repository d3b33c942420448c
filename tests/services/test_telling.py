"""Findings as people are told them: dates and moments instead of the numbers rules count in."""

from __future__ import annotations

from datetime import UTC, date, datetime

from scheduler.domain.assignments import Fact, Finding
from scheduler.domain.periods import minute_of
from scheduler.services.snapshots import session_of
from scheduler.services.telling import Reason, reason_of, reasons_of
from tests.builders import DAY, TORONTO, period

SESSION = session_of(period(f"{DAY} 10:40-11:30"), timezone=TORONTO)


def test_days_weeks_and_months_become_dates() -> None:
    facts: dict[str, Fact] = {"day": SESSION.day, "week": SESSION.week, "month": SESSION.month}
    assert reason_of(Finding("max_per_week", True, facts)) == Reason(
        "max_per_week",
        True,
        {"day": DAY, "week": date(2026, 12, 7), "month": date(2026, 12, 1)},
    )


def test_minutes_become_moments() -> None:
    found = reason_of(Finding("no_busy_clash", False, {"busy": (SESSION.start, SESSION.end)}))
    assert found.facts["busy"] == (
        datetime(2026, 12, 8, 15, 40, tzinfo=UTC),
        datetime(2026, 12, 8, 16, 30, tzinfo=UTC),
    )


def test_other_facts_stay_as_they_are() -> None:
    facts: dict[str, Fact] = {"km": 3.5, "reason": "too_far", "grades": (3, 4), "limit": 2}
    (told,) = reasons_of((Finding("format_possible", False, facts),))
    assert told.facts == facts


def test_a_moment_written_as_text_stays_text() -> None:
    text = period(f"{DAY} 10:40-11:30").start.isoformat()
    assert reason_of(Finding("school_open", False, {"start": text})).facts == {"start": text}


def test_december_and_january_are_different_months() -> None:
    january = session_of(period("2027-01-05 10:40-11:30"), timezone=TORONTO)
    told = reason_of(Finding("max_per_month", True, {"month": january.month}))
    assert told.facts["month"] == date(2027, 1, 1)
    assert minute_of(period("2027-01-05 10:40-11:30").start) == january.start
