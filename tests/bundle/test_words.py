"""The small grammar of cells: what is read, what is refused, and the one way it is written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.bundle import words
from scheduler.domain.visits import Partstat
from scheduler.domain.volunteers import Format


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (words.parse_day, "2026-12-08", date(2026, 12, 8)),
        (words.parse_wall, "9:05", time(9, 5)),
        (words.parse_wall, "10:40:00", time(10, 40)),
        (words.parse_weekday, "tuesday", 1),
        (words.parse_weekday, "SUN", 6),
        (words.parse_flag, "Yes", True),
        (words.parse_tag, "FR-ca", "fr-CA"),
        (words.parse_tag, "zh-hant-TW", "zh-Hant-TW"),
        (words.parse_address, " Ana.O'Neill+x@École.example ", "ana.o'neill+x@école.example"),
        (words.parse_zone, "America/St_Johns", "America/St_Johns"),
        (words.whole(1, 3), "+2", 2),
        (words.decimal(-90, 90), "-45.250", -45.25),
        (words.one_of(Format), "In-Person", Format.IN_PERSON),
        (words.one_of(Partstat), "needs_action", Partstat.NEEDS_ACTION),
        (
            words.parse_moment,
            "2026-12-08T10:40-06:00",
            datetime(2026, 12, 8, 10, 40, tzinfo=timezone(-timedelta(hours=6))),
        ),
    ],
)
def test_cell_is_read(parse: Callable[[str], object], text: str, value: object) -> None:
    assert parse(text) == value


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (words.parse_day, "8/12/2026"),
        (words.parse_day, "2026-W50-2"),
        (words.parse_day, "20261208"),
        (words.parse_day, "2026-02-30"),
        (words.parse_day, "0026-02-03"),
        (words.parse_wall, "24:00"),
        (words.parse_wall, "9h05"),
        (words.parse_wall, "10:40:30"),
        (words.parse_wall, "10:40+01:00"),
        (words.parse_weekday, "Tues"),
        (words.parse_flag, "true"),
        (words.parse_tag, "french"),
        (words.parse_address, "ana@example"),
        (words.parse_address, "ana at example.org"),
        (words.parse_address, "../ana@example.org"),
        (words.parse_address, "Ana <ana@example.org>"),
        (words.parse_zone, "Eastern Standard Time"),
        (words.parse_link, "javascript:alert(1)"),
        (words.parse_moment, "2026-12-08T10:40"),
        (words.parse_moment, "2026-13-08T10:40Z"),
        (words.parse_key, "a;b"),
        (words.whole(1, 3), "4"),
        (words.whole(1, 3), "2.0"),
        (words.whole(1, 3), "٣"),
        (words.decimal(0, 9), "1e0"),
        (words.decimal(0, 9), "nan"),
        (words.one_of(Format, but=Format.EITHER), "either"),
    ],
)
def test_anything_else_is_refused_by_name(parse: Callable[[str], object], text: str) -> None:
    with pytest.raises(Exception, match="“") as caught:
        parse(text)
    assert text in str(caught.value)


@given(st.floats(-180, 180))
def test_number_is_written_so_that_it_reads_back(number: float) -> None:
    text = words.number_text(number)
    assert words.decimal(-180, 180)(text) == number
    assert "e" not in text


@pytest.mark.parametrize(
    ("number", "text"),
    [(12.0, "12"), (0.1, "0.1"), (-0.0, "0"), (1e-7, "0.0000001"), (100, "100"), (None, "")],
)
def test_number_is_written_shortest(number: float | None, text: str) -> None:
    assert words.number_text(number) == text


@given(st.datetimes(datetime(1901, 1, 1), datetime(2198, 1, 1), timezones=st.timezones()))
def test_moment_is_written_so_that_it_reads_back(moment: datetime) -> None:
    whole = moment.astimezone(timezone(timedelta(hours=-7))).replace(microsecond=0)
    assert words.parse_moment(words.moment_text(whole)) == whole
