"""Windows are written in four forms, best first, and anything else is refused with a sentence."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.periods import DateRange
from scheduler.domain.requests import (
    ClassroomRequest,
    PeriodWindow,
    RangeWindow,
    RequestKind,
    RequestState,
    TimeWindow,
    Window,
    parse_window,
    preference_of,
)
from scheduler.domain.volunteers import Format
from tests.builders import DAY, TEACHER


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("2026-12-08 P3", PeriodWindow(DAY, "P3")),
        ("2026-12-08 P3-P5", PeriodWindow(DAY, "P3", "P5")),
        ("2026-12-08 10:40-11:30", TimeWindow(DAY, time(10, 40), time(11, 30))),
        (
            "2026-12-07/2026-12-18",
            RangeWindow(DateRange(date(2026, 12, 7), date(2026, 12, 18))),
        ),
    ],
)
def test_window_has_four_forms_and_is_written_as_it_was_read(text: str, window: Window) -> None:
    assert parse_window(text) == window
    assert str(window) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("  2026-12-08   P3 ", "2026-12-08 P3"),
        ("2026-12-08 P3 - P5", "2026-12-08 P3-P5"),
        ("2026-12-08 9:05 - 9:50", "2026-12-08 09:05-09:50"),
        ("2026-12-07 / 2026-12-18", "2026-12-07/2026-12-18"),
        ("2026-12-08 Home room", "2026-12-08 Home room"),
    ],
)
def test_spaces_and_short_hours_do_not_matter(text: str, written: str) -> None:
    assert str(parse_window(text)) == written


def test_range_of_one_day_is_that_day() -> None:
    assert parse_window("2026-12-08/2026-12-08") == RangeWindow(DateRange(DAY, DAY))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "“” is not a date such as 2026-12-08."),
        ("P3", "“P3” is not a date such as 2026-12-08."),
        ("8.12.2026 P3", "“8.12.2026” is not a date such as 2026-12-08."),
        ("2026-02-30 P3", "“2026-02-30” is not a date such as 2026-12-08."),
        ("20261208 P3", "“20261208” is not a date such as 2026-12-08."),
        ("2026-W50-2 P3", "“2026-W50-2” is not a date such as 2026-12-08."),
        ("2026-12-08/", "“” is not a date such as 2026-12-08."),
        ("2026-12-08/P3", "“P3” is not a date such as 2026-12-08."),
        ("2026-12-08", "“2026-12-08” names no period or time."),
        ("2026-12-08 P3-", "“2026-12-08 P3-” needs a period on each side of the dash."),
        ("2026-12-08 -P3", "“2026-12-08 -P3” needs a period on each side of the dash."),
        ("2026-12-08 -", "“2026-12-08 -” needs a period on each side of the dash."),
        ("2026-12-18/2026-12-07", "“2026-12-18/2026-12-07” must end after it starts."),
        ("2026-12-08 11:30-10:40", "“2026-12-08 11:30-10:40” must end after it starts."),
        ("2026-12-08 10:40-10:40", "“2026-12-08 10:40-10:40” must end after it starts."),
    ],
)
def test_anything_else_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match="“") as caught:
        parse_window(text)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    "times",
    [
        "10:40",
        "10:40-",
        "10:40-P4",
        "25:00-26:00",
        "10:60-11:30",
        "10:40-24:00",
        "10:40:30-11:30",
        "10:40Z-11:30",
        "T10:40-11:30",
        "10:40-11:30-12:00",
        "10:4-11:30",
        "10:40am-11:30am",
    ],
)
def test_two_whole_minutes_are_needed_for_a_window_of_times(times: str) -> None:
    with pytest.raises(ValueError, match=r"needs two times such as 10:40-11:30\.$"):
        parse_window(f"2026-12-08 {times}")


days = st.dates(date(2020, 1, 1), date(2040, 12, 31))
minutes = st.integers(0, 24 * 60 - 2)
windows = st.one_of(
    st.builds(
        PeriodWindow, days, st.from_regex(r"P[0-9]", fullmatch=True), st.sampled_from(["", "P9"])
    ),
    st.builds(
        lambda day, start, end: TimeWindow(day, _time(min(start, end)), _time(max(start, end) + 1)),
        days,
        minutes,
        minutes,
    ),
    st.builds(
        lambda first, length: RangeWindow(DateRange(first, first + timedelta(days=length))),
        days,
        st.integers(0, 400),
    ),
)


def _time(minute: int) -> time:
    return time(minute // 60, minute % 60)


@given(windows)
def test_a_written_window_is_read_back(window: Window) -> None:
    assert parse_window(str(window)) == window


@given(st.text(max_size=30) | st.text("0123456789-/: PTZW", max_size=24))
def test_any_text_is_a_window_or_refused(text: str) -> None:
    try:
        window = parse_window(text)
    except ValueError:
        return
    assert parse_window(str(window)) == window


def test_first_window_is_worth_three_the_second_two_later_ones_one() -> None:
    assert [preference_of(position) for position in range(5)] == [3, 2, 1, 1, 1]


def test_where_nothing_is_said_a_request_is_for_one_speaker_once_in_any_format() -> None:
    request = ClassroomRequest(
        key="robots",
        teacher_email=TEACHER,
        school="maple",
        title="Robots around us",
        topic="robotics",
        kind=RequestKind.TALK,
        windows=(),
    )
    assert (request.speakers, request.sessions, request.every_days) == (1, 1, 7)
    assert (request.priority, request.format) == (1, Format.EITHER)
    assert (request.duration_minutes, request.state) == (None, RequestState.OPEN)
