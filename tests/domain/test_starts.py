"""From windows to starts: what each form offers, which preference wins, what a series needs."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.classes import Classroom, parse_lessons
from scheduler.domain.periods import Period
from scheduler.domain.requests import ClassroomRequest
from scheduler.domain.schooldays import BellPeriod, BellSchedule, SchoolTime
from scheduler.domain.starts import Start, starts_of
from tests.builders import (
    DAY,
    TORONTO,
    a_bell_schedule,
    a_classroom,
    a_request,
    a_school_time,
    moment,
    period,
)

LONG_P4 = BellPeriod("", "P4", time(12, 30), time(14))


def starts(
    request: ClassroomRequest,
    *,
    school_time: SchoolTime | None = None,
    classroom: Classroom | None = None,
) -> tuple[Start, ...]:
    return starts_of(request, school_time=school_time or a_school_time(), classroom=classroom)


def one_session(preference: int, text: str) -> Start:
    return Start(preference, (period(text),))


def lasting(text: str, *, minutes: int, timezone: str = TORONTO) -> Period:
    begun = moment(text, timezone=timezone)
    return Period(begun, begun + timedelta(minutes=minutes))


def test_period_window_starts_with_the_period_and_lasts_as_long() -> None:
    assert starts(a_request("2026-12-08 P3")) == (one_session(3, "2026-12-08 10:40-11:30"),)


def test_period_window_of_a_shorter_visit_starts_with_the_period() -> None:
    assert starts(a_request("2026-12-08 P3", duration_minutes=30)) == (
        one_session(3, "2026-12-08 10:40-11:10"),
    )


def test_visit_as_long_as_its_period_fits() -> None:
    assert starts(a_request("2026-12-08 P3", duration_minutes=50)) == (
        one_session(3, "2026-12-08 10:40-11:30"),
    )


def test_period_need_not_be_a_lesson_of_the_class() -> None:
    assert starts(a_request("2026-12-08 P1"), classroom=a_classroom()) == (
        one_session(3, "2026-12-08 08:30-09:20"),
    )


def test_span_of_periods_starts_with_the_first_alone() -> None:
    assert starts(a_request("2026-12-08 P3-P5", duration_minutes=120)) == (
        one_session(3, "2026-12-08 10:40-12:40"),
    )


def test_span_of_periods_may_run_to_the_end_of_the_last() -> None:
    to_the_end = a_request("2026-12-08 P3-P5", duration_minutes=220)
    too_long = a_request("2026-12-08 P3-P5", duration_minutes=221)
    assert starts(to_the_end) == (one_session(3, "2026-12-08 10:40-14:20"),)
    assert starts(too_long) == ()


def test_span_of_periods_lasts_as_the_first_period_where_no_length_is_given() -> None:
    assert starts(a_request("2026-12-08 P3-P5")) == (one_session(3, "2026-12-08 10:40-11:30"),)


def test_window_of_times_starts_every_five_minutes_that_fit() -> None:
    assert starts(a_request("2026-12-08 10:40-11:30", duration_minutes=40)) == (
        one_session(3, "2026-12-08 10:40-11:20"),
        one_session(3, "2026-12-08 10:45-11:25"),
        one_session(3, "2026-12-08 10:50-11:30"),
    )


def test_window_of_times_need_not_begin_on_a_round_minute() -> None:
    assert starts(a_request("2026-12-08 10:43-11:30", duration_minutes=40)) == (
        one_session(3, "2026-12-08 10:43-11:23"),
        one_session(3, "2026-12-08 10:48-11:28"),
    )


def test_window_of_times_is_the_visits_length_where_none_is_given() -> None:
    assert starts(a_request("2026-12-08 10:00-11:15")) == (
        one_session(3, "2026-12-08 10:00-11:15"),
    )


def test_window_of_times_shorter_than_the_visit_has_no_start() -> None:
    assert starts(a_request("2026-12-08 10:40-11:30", duration_minutes=51)) == ()


def test_window_of_times_works_at_a_school_without_bells() -> None:
    no_bells = a_school_time(bells=BellSchedule(""))
    assert starts(a_request("2026-12-08 10:40-11:30"), school_time=no_bells) == (
        one_session(3, "2026-12-08 10:40-11:30"),
    )


def test_range_offers_the_lessons_of_the_class_and_includes_both_ends() -> None:
    assert starts(a_request("2026-12-08/2026-12-15"), classroom=a_classroom()) == (
        one_session(3, "2026-12-08 10:40-11:30"),
        one_session(3, "2026-12-10 10:40-11:30"),
        one_session(3, "2026-12-15 10:40-11:30"),
    )


def test_range_offers_every_period_where_no_class_is_named() -> None:
    assert starts(a_request("2026-12-08/2026-12-08")) == (
        one_session(3, "2026-12-08 08:30-09:20"),
        one_session(3, "2026-12-08 09:30-10:20"),
        one_session(3, "2026-12-08 10:40-11:30"),
        one_session(3, "2026-12-08 12:30-13:20"),
        one_session(3, "2026-12-08 13:30-14:20"),
    )


def test_range_skips_weekends_and_closed_days() -> None:
    classroom = a_classroom(lessons=parse_lessons(["Fri P1", "Sat P1", "Mon P1", "Tue P1"]))
    found = starts(
        a_request("2026-12-11/2026-12-15"),
        school_time=a_school_time(date(2026, 12, 14)),
        classroom=classroom,
    )
    assert found == (
        one_session(3, "2026-12-11 08:30-09:20"),
        one_session(3, "2026-12-15 08:30-09:20"),
    )


def test_range_skips_lessons_too_short_for_the_visit() -> None:
    uneven = BellSchedule("uneven", (*a_bell_schedule().periods[:3], LONG_P4))
    found = starts(
        a_request("2026-12-08/2026-12-08", duration_minutes=60),
        school_time=a_school_time(bells=uneven),
    )
    assert found == (one_session(3, "2026-12-08 12:30-13:30"),)


def test_range_gives_each_visit_the_length_of_its_lesson_where_none_is_given() -> None:
    uneven = BellSchedule("uneven", (a_bell_schedule().periods[0], LONG_P4))
    found = starts(a_request("2026-12-08/2026-12-08"), school_time=a_school_time(bells=uneven))
    assert found == (
        one_session(3, "2026-12-08 08:30-09:20"),
        one_session(3, "2026-12-08 12:30-14:00"),
    )


def test_preference_falls_with_the_place_in_the_list() -> None:
    found = starts(a_request("2026-12-11 P1", "2026-12-10 P1", "2026-12-09 P1", "2026-12-08 P1"))
    assert found == (
        one_session(1, "2026-12-08 08:30-09:20"),
        one_session(1, "2026-12-09 08:30-09:20"),
        one_session(2, "2026-12-10 08:30-09:20"),
        one_session(3, "2026-12-11 08:30-09:20"),
    )


def test_window_without_a_start_keeps_its_place_in_the_list() -> None:
    found = starts(a_request("2026-12-08 P3", "2026-12-09 P3"), school_time=a_school_time(DAY))
    assert found == (one_session(2, "2026-12-09 10:40-11:30"),)


def test_start_reached_twice_keeps_its_best_preference() -> None:
    found = starts(
        a_request("2026-12-08 P1", "2026-12-08 P3", "2026-12-08/2026-12-08"),
        classroom=a_classroom(lessons=parse_lessons(["Tue P3", "Tue P4"])),
    )
    assert found == (
        one_session(3, "2026-12-08 08:30-09:20"),
        one_session(2, "2026-12-08 10:40-11:30"),
        one_session(1, "2026-12-08 12:30-13:20"),
    )


def test_start_reached_twice_with_two_lengths_keeps_the_one_of_its_best_window() -> None:
    period_first = a_request("2026-12-08 P3", "2026-12-08 10:40-11:40")
    times_first = a_request("2026-12-08 10:40-11:40", "2026-12-08 P3")
    assert starts(period_first) == (one_session(3, "2026-12-08 10:40-11:30"),)
    assert starts(times_first) == (one_session(3, "2026-12-08 10:40-11:40"),)


@pytest.mark.parametrize(
    "window", ["2026-12-08 P3", "2026-12-08 10:40-11:30", "2026-12-08/2026-12-08"]
)
def test_closed_day_has_no_start(window: str) -> None:
    assert starts(a_request(window), school_time=a_school_time(DAY)) == ()


@pytest.mark.parametrize(
    "window", ["2026-12-12 P3", "2026-12-12 10:40-11:30", "2026-12-12/2026-12-13"]
)
def test_weekend_has_no_start(window: str) -> None:
    assert starts(a_request(window)) == ()


def test_period_that_the_day_lacks_has_no_start() -> None:
    assert starts(a_request("2026-12-08 P9", "2026-12-08 P3-P9")) == ()


def test_request_without_windows_has_no_start() -> None:
    assert starts(a_request(windows=())) == ()


def test_series_repeats_every_days_later_at_the_same_time() -> None:
    assert starts(a_request("2026-12-08 P3", sessions=3, every_days=1)) == (
        Start(
            3,
            (
                period("2026-12-08 10:40-11:30"),
                period("2026-12-09 10:40-11:30"),
                period("2026-12-10 10:40-11:30"),
            ),
        ),
    )


def test_series_repeats_weekly_where_nothing_is_said() -> None:
    assert starts(a_request("2026-12-08 P3", sessions=2)) == (
        Start(3, (period("2026-12-08 10:40-11:30"), period("2026-12-15 10:40-11:30"))),
    )


def test_series_keeps_its_wall_time_across_a_clock_change() -> None:
    found = starts(a_request("2027-03-09 P3", sessions=2))
    assert found == (
        Start(
            3,
            (
                period("2027-03-09 15:40-16:30", timezone="UTC"),
                period("2027-03-16 14:40-15:30", timezone="UTC"),
            ),
        ),
    )


def test_series_with_a_session_on_a_closed_day_does_not_exist() -> None:
    request = a_request("2026-12-08 P3", "2026-12-09 P3", sessions=2)
    assert starts(request, school_time=a_school_time(date(2026, 12, 15))) == (
        Start(2, (period("2026-12-09 10:40-11:30"), period("2026-12-16 10:40-11:30"))),
    )


def test_series_with_a_session_on_a_weekend_or_after_the_year_does_not_exist() -> None:
    assert starts(a_request("2026-12-08 P3", sessions=2, every_days=4)) == ()
    assert starts(a_request("2027-06-22 P3", sessions=2)) == ()


def test_series_with_a_session_on_a_day_without_bells_does_not_exist() -> None:
    typed = tuple(
        BellPeriod("A", bell.name, bell.start, bell.end) for bell in a_bell_schedule().periods
    )
    school_time = a_school_time(bells=BellSchedule("rotating", typed, {DAY: "A"}))
    assert starts(a_request("2026-12-08 P3"), school_time=school_time) != ()
    assert starts(a_request("2026-12-08 P3", sessions=2), school_time=school_time) == ()


def test_later_sessions_need_not_be_lessons_of_the_class() -> None:
    tuesday_alone = a_classroom(lessons=parse_lessons(["Tue P3"]))
    request = a_request("2026-12-08/2026-12-08", sessions=2, every_days=1)
    assert starts(request, classroom=tuesday_alone) == (
        Start(3, (period("2026-12-08 10:40-11:30"), period("2026-12-09 10:40-11:30"))),
    )


def test_windows_are_read_by_the_schools_clock() -> None:
    in_edmonton = a_school_time(timezone="America/Edmonton")
    assert starts(a_request("2026-12-08 10:40-11:30"), school_time=in_edmonton) == (
        one_session(3, "2026-12-08 11:40-12:30"),
    )


def test_window_passes_over_times_that_the_clock_skips() -> None:
    in_jerusalem = SchoolTime("Asia/Jerusalem", BellSchedule(""))
    request = a_request("2027-03-26 01:50-03:15", duration_minutes=5)
    found = [s.sessions[0].start for s in starts(request, school_time=in_jerusalem)]
    expected = ["01:50", "01:55", "03:00", "03:05", "03:10"]
    assert found == [moment(f"2027-03-26 {wall}", timezone="Asia/Jerusalem") for wall in expected]


def test_visit_across_a_clock_change_keeps_its_real_length() -> None:
    in_jerusalem = SchoolTime("Asia/Jerusalem", BellSchedule(""))
    request = a_request("2027-03-26 01:50-02:10", duration_minutes=20)
    assert starts(request, school_time=in_jerusalem) == (
        Start(3, (lasting("2027-03-26 01:50", minutes=20, timezone="Asia/Jerusalem"),)),
    )


def test_hour_that_the_clock_shows_twice_is_offered_once_the_first_time() -> None:
    in_cairo = SchoolTime("Africa/Cairo", BellSchedule(""))
    request = a_request("2026-10-29 23:00-23:30", duration_minutes=30)
    assert starts(request, school_time=in_cairo) == (
        Start(3, (period("2026-10-29 20:00-20:30", timezone="UTC"),)),
    )


quarter_hours = st.integers(28, 68).map(lambda n: time(n // 4, n % 4 * 15))


@given(
    quarter_hours,
    quarter_hours,
    st.none() | st.integers(5, 240),
    st.integers(1, 4),
    st.integers(1, 10),
)
def test_every_start_lies_in_its_window_on_five_minutes_and_repeats_by_the_wall(
    one: time, other: time, duration: int | None, sessions: int, every_days: int
) -> None:
    start, end = min(one, other), max(one, other)
    if start == end:
        end = time(end.hour + 1)
    window = f"2027-03-09 {start:%H:%M}-{end:%H:%M}"
    request = a_request(window, duration_minutes=duration, sessions=sessions, every_days=every_days)
    length = duration or period(window).minutes
    offered = [date(2027, 3, 9) + timedelta(days=every_days * n) for n in range(sessions)]
    possible = all(day.weekday() < 5 for day in offered)
    steps = (period(window).minutes - length) // 5 + 1 if possible else 0
    assert starts(request) == tuple(
        Start(3, tuple(_on(day, start, after=5 * step, minutes=length) for day in offered))
        for step in range(max(steps, 0))
    )


def _on(day: date, wall: time, *, after: int, minutes: int) -> Period:
    first = lasting(f"{day} {wall:%H:%M}", minutes=minutes)
    return Period(first.start + timedelta(minutes=after), first.end + timedelta(minutes=after))
