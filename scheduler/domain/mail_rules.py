"""When mail about a visit goes: what a district decided, and the days that follow from it.

Days are dates on the school's clock; at which hour of a day mail goes is decided elsewhere. A
school reads its mail on days of school alone, so what is meant for it falls on one of those.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from scheduler.domain.schooldays import SATURDAY, SchoolTime

ONE_DAY, ONE_WEEK = timedelta(days=1), timedelta(days=7)
# Where no day of school comes within it, weekdays are counted on instead.
LONGEST_BREAK = timedelta(days=21)
MOST_REMINDER_DAYS, MOST_EARLIER_DAYS = 14, 60
LEAST_ASKED_DAYS, MOST_ASKED_DAYS = 2, 10
MOST_SILENT_DAYS = 30


@dataclass(frozen=True, slots=True)
class MailRules:
    """What a district decided, in days.

    Reminders go ``reminder_days`` before a visit, and ``earlier_reminder_days`` before where
    that is not 0. With ``asks_still_coming``, volunteers are asked ``still_coming_days`` days
    of school before whether they still come. Who did not answer an invitation for
    ``ask_again_days`` is asked again, and is not waited for ``let_go_days`` after that; 0 waits
    until the visit.
    """

    reminder_days: int = 1
    earlier_reminder_days: int = 7
    asks_still_coming: bool = True
    still_coming_days: int = 3
    ask_again_days: int = 4
    let_go_days: int = 5

    def __post_init__(self) -> None:
        """Refuse what cannot be.

        Raises:
            ValueError: if a number is out of range, or the earlier reminder is not earlier.
        """
        in_range = (
            1 <= self.reminder_days <= MOST_REMINDER_DAYS,
            0 <= self.earlier_reminder_days <= MOST_EARLIER_DAYS,
            LEAST_ASKED_DAYS <= self.still_coming_days <= MOST_ASKED_DAYS,
            1 <= self.ask_again_days <= MOST_SILENT_DAYS,
            0 <= self.let_go_days <= MOST_SILENT_DAYS,
        )
        if not all(in_range) or 0 < self.earlier_reminder_days <= self.reminder_days:
            raise ValueError("These rules for mail cannot be.")

    @property
    def reminders(self) -> tuple[int, ...]:
        """Return how many days before a visit reminders go, the earliest first."""
        return tuple(days for days in (self.earlier_reminder_days, self.reminder_days) if days)


@dataclass(frozen=True, slots=True)
class Ladder:
    """On which days "still coming?" is asked, asked again, and left to a coordinator."""

    first: date
    second: date
    left: date


def reminder_day(visit_day: date, *, days: int, school_time: SchoolTime | None = None) -> date:
    """Return the day so many days before; for a school the last day of school until then."""
    day = visit_day - timedelta(days)
    return next(_school_days(day, school_time), day) if school_time else day


def ladder(visit_day: date, *, days: int, school_time: SchoolTime) -> Ladder:
    """Return the days of the question, the first one so many days of school before the visit."""
    first, second, left = (
        school_day_before(visit_day, count=count, school_time=school_time)
        for count in (days, days - 1, days - 2)
    )
    return Ladder(first, second, left)


def is_told_by_question(reminder: date, questions: Ladder) -> bool:
    """Tell whether a question stands for the reminder of that day: it says the same, and more."""
    return questions.first - ONE_WEEK < reminder <= questions.second


def school_day_before(day: date, *, count: int, school_time: SchoolTime) -> date:
    """Return the day so many days of school before; the day itself for none."""
    for _ in range(count):
        day -= ONE_DAY
        day = next(_school_days(day, school_time), None) or next(_weekdays(day))
    return day


def last_day_told(today: date, rules: MailRules, *, school_time: SchoolTime) -> date:
    """Return a day after whose visits no reminder or question can be due by today.

    It is as near as the days of school allow: a break moves what is meant for a school ahead.
    """
    next_day = day_after(today, count=1, school_time=school_time)
    asked = day_after(today, count=rules.still_coming_days, school_time=school_time)
    return max(next_day + timedelta(max(rules.reminders)), asked)


def day_after(day: date, *, count: int, school_time: SchoolTime) -> date:
    """Return the day so many days of school after, no step longer than ``LONGEST_BREAK``."""
    for _ in range(count):
        ahead = (day + ONE_DAY * step for step in range(1, LONGEST_BREAK.days))
        day = next((d for d in ahead if school_time.is_school_day(d)), day + LONGEST_BREAK)
    return day


def roster_day(monday: date, school_time: SchoolTime) -> date:
    """Return the day on which the week from that Monday is told: the last of school before.

    In holidays that is a Friday like any other.
    """
    week_before = (monday - ONE_DAY * back for back in range(1, 8))
    return next((d for d in week_before if school_time.is_school_day(d)), monday - ONE_DAY * 3)


def _school_days(day: date, school_time: SchoolTime) -> Iterator[date]:
    return (each for each in _back_from(day) if school_time.is_school_day(each))


def _weekdays(day: date) -> Iterator[date]:
    return (each for each in _back_from(day) if each.weekday() < SATURDAY)


def _back_from(day: date) -> Iterator[date]:
    return (day - ONE_DAY * count for count in range(LONGEST_BREAK.days))
