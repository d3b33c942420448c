"""Days on which mail goes: as decided, and for schools on days of school alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.mail_rules import (
    MOST_ASKED_DAYS,
    Ladder,
    MailRules,
    is_told_by_question,
    ladder,
    last_day_told,
    reminder_day,
    roster_day,
)
from tests.builders import a_school_time
from tests.trying import examples

MONDAY = date(2026, 12, 14)
OPEN = a_school_time()
DAYS = st.dates(date(2026, 10, 5), date(2027, 5, 31))
CLOSED = st.frozensets(DAYS, max_size=8)


@pytest.mark.parametrize(
    "changes",
    [
        {"reminder_days": 0},
        {"reminder_days": 15},
        {"earlier_reminder_days": -1},
        {"earlier_reminder_days": 61},
        {"reminder_days": 7, "earlier_reminder_days": 7},
        {"still_coming_days": 1},
        {"still_coming_days": 11},
        {"ask_again_days": 0},
        {"let_go_days": -1},
        {"let_go_days": 31},
    ],
)
def test_rules_that_cannot_be_are_refused(changes: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        replace(MailRules(), **changes)


def test_reminders_are_the_earlier_one_if_any_and_the_last() -> None:
    assert MailRules().reminders == (7, 1)
    assert MailRules(reminder_days=2, earlier_reminder_days=0).reminders == (2,)


def test_day_before_a_monday_is_sunday_for_a_guest_and_friday_for_a_school() -> None:
    assert reminder_day(MONDAY, days=1) == date(2026, 12, 13)
    assert reminder_day(MONDAY, days=1, school_time=OPEN) == date(2026, 12, 11)
    snow = a_school_time(date(2026, 12, 11))
    assert reminder_day(MONDAY, days=1, school_time=snow) == date(2026, 12, 10)


def test_ladder_counts_days_of_school() -> None:
    assert ladder(date(2026, 12, 10), days=3, school_time=OPEN) == Ladder(
        date(2026, 12, 7), date(2026, 12, 8), date(2026, 12, 9)
    )
    over_a_weekend = Ladder(date(2026, 12, 9), date(2026, 12, 10), date(2026, 12, 11))
    assert ladder(MONDAY, days=3, school_time=OPEN) == over_a_weekend
    closed = a_school_time(date(2026, 12, 10), date(2026, 12, 11))
    assert ladder(MONDAY, days=3, school_time=closed) == Ladder(
        date(2026, 12, 7), date(2026, 12, 8), date(2026, 12, 9)
    )


@pytest.mark.parametrize(
    ("days_before_the_first", "is_told"),
    [(7, False), (6, True), (0, True), (-1, True), (-2, False)],
)
def test_question_stands_for_reminders_of_a_week_and_of_its_own_days(
    days_before_the_first: int, is_told: bool
) -> None:
    questions = Ladder(date(2026, 12, 7), date(2026, 12, 8), date(2026, 12, 9))
    reminder = questions.first - timedelta(days_before_the_first)
    assert is_told_by_question(reminder, questions) is is_told


@given(day=DAYS, closed=CLOSED, days=st.integers(2, MOST_ASKED_DAYS))
def test_every_rung_is_a_day_of_school_and_they_come_in_order(
    day: date, closed: frozenset[date], days: int
) -> None:
    school_time = a_school_time(*closed)
    rungs = ladder(day, days=days, school_time=school_time)
    assert rungs.first < rungs.second < rungs.left <= day
    assert all(map(school_time.is_school_day, (rungs.first, rungs.second)))
    between = (rungs.first + timedelta(n) for n in range((day - rungs.first).days))
    assert sum(map(school_time.is_school_day, between)) == days


@pytest.mark.parametrize(
    ("closed", "told_on"),
    [((), 11), ((11,), 10), ((10, 11), 9), ((7, 8, 9, 10, 11), 11)],
    ids=["Friday", "long weekend", "longer", "holidays"],
)
def test_week_is_told_on_the_last_day_of_school_before(
    closed: tuple[int, ...], told_on: int
) -> None:
    school_time = a_school_time(*(date(2026, 12, day) for day in closed))
    assert roster_day(MONDAY, school_time) == date(2026, 12, told_on)


def is_told_by(today: date, visit_day: date, rules: MailRules, closed: frozenset[date]) -> bool:
    school_time = a_school_time(*closed)
    asked = ladder(visit_day, days=rules.still_coming_days, school_time=school_time).first
    reminded = (
        reminder_day(visit_day, days=days, school_time=school)
        for days in rules.reminders
        for school in (school_time, None)
    )
    return min((asked, *reminded)) <= today


@examples(60)
@given(today=DAYS, ahead=st.integers(1, 70), closed=CLOSED, days=st.integers(2, MOST_ASKED_DAYS))
def test_nothing_is_due_about_what_lies_beyond_the_last_day_told(
    today: date, ahead: int, closed: frozenset[date], days: int
) -> None:
    rules = MailRules(still_coming_days=days)
    last = last_day_told(today, rules, school_time=a_school_time(*closed))
    assert not is_told_by(today, last + timedelta(ahead), rules, closed)


def test_only_a_week_and_a_weekend_are_looked_ahead() -> None:
    friday = date(2026, 12, 11)
    assert last_day_told(friday, MailRules(), school_time=OPEN) == date(2026, 12, 21)
    assert is_told_by(friday, date(2026, 12, 20), MailRules(), frozenset())
