"""Content lines: whatever a person types comes back, and nothing else does."""

from __future__ import annotations

from datetime import timedelta

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.calendars.content_lines import (
    clean,
    content_line,
    mailto,
    offset_form,
    one_line,
    text_line,
    uri_form,
)
from tests.outside.ics_reading import content_line as taken_apart
from tests.outside.ics_reading import unescaped, unfolded

HOSTILE = st.text(
    st.one_of(
        st.sampled_from('\\;,:"^\r\n\t\x00\x0b\x0c\x1c\x7f\x85\u2028\u2029\ufeff\ud800nN é中😀'),
        st.characters(),
    ),
    max_size=400,
)


@given(HOSTILE)
def test_any_text_comes_back_clean_and_otherwise_equal(text: str) -> None:
    written = text_line("SUMMARY", text)
    lines = [taken_apart(line) for line in unfolded(written.encode())] if written else []
    assert [unescaped(line.value) for line in lines] == ([clean(text)] if clean(text) else [])


@given(HOSTILE)
def test_any_name_comes_back_from_a_parameter(text: str) -> None:
    name = one_line(text)
    (line,) = unfolded(content_line("ATTENDEE", "mailto:a@b.example", {"CN": name}).encode())
    assert taken_apart(line).parameters == {"CN": name}
    assert taken_apart(line).value == "mailto:a@b.example"


@given(HOSTILE)
def test_no_physical_line_is_long_or_cut_inside_a_character(text: str) -> None:
    for line in text_line("DESCRIPTION", text).encode().split(b"\r\n"):
        assert len(line) <= 75
        assert len(line.decode().splitlines()) <= 1


@pytest.mark.parametrize("character", ["é", "中", "😀", "a😀"])
@pytest.mark.parametrize("begins_at", range(5))
def test_fold_falls_between_characters_wherever_they_begin(character: str, begins_at: int) -> None:
    text = "x" * begins_at + character * 80
    written = text_line("SUMMARY", text).encode()
    lines = written.removesuffix(b"\r\n").split(b"\r\n")
    # As full as a line can be without cutting the next character.
    assert {len(line) for line in lines[:-1]} <= {72, 73, 74, 75}
    assert "".join(line.decode().removeprefix(" ") for line in lines) == f"SUMMARY:{text}"


@given(HOSTILE)
def test_clean_text_is_what_another_reader_sees(text: str) -> None:
    written = text_line("SUMMARY", f"x{text}")
    event = f"BEGIN:VEVENT\r\n{written}END:VEVENT\r\n"
    assert icalendar.Event.from_ical(event.encode())["SUMMARY"] == clean(f"x{text}")


@pytest.mark.parametrize("line_break", ["\r\n", "\r", "\n", "\x85", "\u2028", "\u2029"])
def test_no_line_break_begins_a_property_of_its_own(line_break: str) -> None:
    text = f"Robots{line_break}ATTENDEE:mailto:evil@example.com"
    assert text_line("SUMMARY", text) == "SUMMARY:Robots\\nATTENDEE:mailto:evil@example.com\r\n"


def test_control_characters_are_left_out_and_tabs_stay() -> None:
    assert clean("a\x00b\x0bc\td\x7f") == "abc\td"


def test_backslash_before_n_is_not_a_line_break() -> None:
    assert text_line("SUMMARY", "C:\\New\\next") == "SUMMARY:C:\\\\New\\\\next\r\n"


def test_nothing_to_say_is_no_line() -> None:
    assert text_line("LOCATION", "\x00") == ""


def test_line_of_75_octets_stays_whole_and_one_more_is_folded() -> None:
    assert content_line("X", "a" * 73) == "X:" + "a" * 73 + "\r\n"
    assert content_line("X", "a" * 74) == "X:" + "a" * 73 + "\r\n a\r\n"


@pytest.mark.parametrize(
    ("offset", "form"),
    [
        (timedelta(hours=-3, minutes=-30), "-0330"),
        (timedelta(hours=5, minutes=45), "+0545"),
        (timedelta(0), "+0000"),
        (-timedelta(hours=5, minutes=17, seconds=32), "-051732"),
    ],
)
def test_offset_has_the_form_of_the_rfc(offset: timedelta, form: str) -> None:
    assert offset_form(offset) == form


def test_address_holds_nothing_that_a_uri_cannot() -> None:
    assert uri_form("https://meet.example/a b?x=é\n&y=%20") == (
        "https://meet.example/a%20b?x=%C3%A9%20&y=%20"
    )
    assert mailto('"a b"@x.example\r\n') == "mailto:%22a%20b%22@x.example"
