"""What the words of a district's calendar mean for school."""

from __future__ import annotations

from datetime import date

import pytest

from scheduler.domain.periods import DateRange
from scheduler.services.school_time_words import Guess, Meaning, guess

A_DAY = DateRange(date(2026, 12, 4), date(2026, 12, 4))
A_TERM = DateRange(date(2026, 9, 1), date(2027, 1, 29))
DAY_TYPES = {"A", "B", "Day 1"}


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("No School – PA Day", Meaning.CLOSED),
        ("P.D. Day", Meaning.CLOSED),
        ("PD Day: no classes", Meaning.CLOSED),
        ("Winter Break", Meaning.CLOSED),
        ("Labour Day", Meaning.CLOSED),
        ("Teachers' Convention", Meaning.CLOSED),
        ("Day in lieu", Meaning.CLOSED),
        ("Non-instructional day", Meaning.CLOSED),
        ("Journée pédagogique", Meaning.CLOSED),
        ("Vacaciones de Navidad", Meaning.CLOSED),
        ("First Day of School", Meaning.FIRST_DAY),
        ("Classes begin", Meaning.FIRST_DAY),
        ("Rentrée scolaire", Meaning.FIRST_DAY),
        ("Last Day for Students", Meaning.LAST_DAY),
        ("Last instructional day of classes", Meaning.LAST_DAY),
        ("First day of winter", Meaning.NOTHING),
        ("Semester 1", Meaning.NOTHING),
        ("Early dismissal before Thanksgiving", Meaning.NOTHING),
        ("Schools reopen after winter break", Meaning.NOTHING),
        ("Spring concert", Meaning.NOTHING),
        ("Closing ceremony", Meaning.NOTHING),
        ("Board meeting", Meaning.NOTHING),
    ],
)
def test_one_day_is_understood_by_its_name(name: str, meaning: Meaning) -> None:
    assert guess(name, A_DAY, day_types=()) == Guess(meaning)


def test_term_is_long() -> None:
    assert guess("Semester 1", A_TERM, day_types=()) == Guess(Meaning.TERM)


@pytest.mark.parametrize(
    ("name", "day_type"), [("Day A", "A"), ("b-day", "B"), ("A Day", "A"), ("Day 1", "Day 1")]
)
def test_letter_of_the_bells_is_a_day_type(name: str, day_type: str) -> None:
    assert guess(name, A_DAY, day_types=DAY_TYPES) == Guess(Meaning.DAY_TYPE, day_type)


def test_letter_that_no_bell_knows_means_nothing() -> None:
    assert guess("Day C", A_DAY, day_types=DAY_TYPES) == Guess(Meaning.NOTHING)
