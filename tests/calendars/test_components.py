"""Raw components: whatever a file looks like, its lines are found."""

from __future__ import annotations

import pytest

from scheduler.calendars.components import Property, RawComponent, read_components
from scheduler.calendars.errors import CalendarUnreadable

EVENT = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nEND:VEVENT\nEND:VCALENDAR\n"


def only_event(octets: bytes) -> RawComponent:
    (calendar,) = read_components(octets)
    (event,) = calendar.parts
    return event


@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_any_line_end_and_any_byte_order_mark_is_read(line_end: str, encoding: str) -> None:
    assert only_event(EVENT.replace("\n", line_end).encode(encoding)).value("UID") == "a"


def test_names_are_read_in_any_case() -> None:
    event = only_event(EVENT.lower().encode())
    assert (event.name, event.value("UID")) == ("VEVENT", "a")


def test_folded_lines_are_joined_and_lines_counted_as_they_stand() -> None:
    event = only_event(EVENT.replace("UID:a", "UI\n D\n\t:a\n  b").encode())
    assert event.value("UID") == "a b"
    second = read_components(("\n\n" + EVENT).encode())[0].parts[0]
    assert second.label == "VEVENT, line 4"


def test_line_is_taken_apart_with_its_quotes() -> None:
    event = only_event(EVENT.replace("UID:a", 'x-a;B="c:d;e";F=g:h:"i";j').encode())
    (found,) = event.properties("X-A")
    assert found == Property("X-A", {"B": "c:d;e", "F": "g"}, 'h:"i";j')


@pytest.mark.parametrize("line", ["UID", 'UID;A="b:c', "UID;A=b"])
def test_line_without_a_value_is_none(line: str) -> None:
    assert only_event(EVENT.replace("UID:a", line).encode()).properties("UID") == ()


def test_entry_without_an_end_is_closed_by_the_next_one_and_not_whole() -> None:
    octets = EVENT.replace("END:VEVENT\n", "BEGIN:VALARM\nBEGIN:VEVENT\nEND:VEVENT\n").encode()
    (calendar,) = read_components(octets)
    assert [part.is_whole for part in calendar.parts] == [False, True]


def test_end_of_something_else_closes_nothing() -> None:
    octets = EVENT.replace("UID:a", "END:VTODO\nUID:a").encode()
    assert (only_event(octets).value("UID"), only_event(octets).is_whole) == ("a", True)


def test_loose_entries_count_as_a_calendar() -> None:
    assert only_event(b"BEGIN:VEVENT\nUID:a\nEND:VEVENT\n").value("UID") == "a"


def test_octets_that_are_no_text_do_not_stop_the_reading() -> None:
    event = only_event(EVENT.encode().replace(b"UID:a", b"SUMMARY:\xff\xfe\x00\nUID:a"))
    assert event.value("UID") == "a"


@pytest.mark.parametrize(
    ("octets", "sentence"),
    [
        (b"x" * (20 * 1024 * 1024 + 1), "larger than 20 MB"),
        (b"BEGIN:VCALENDAR\n" + b"BEGIN:X\n" * 9, "nested deeper"),
        (b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\nEND:VEVENT\n" * 120_001, "more entries"),
        (b"BEGIN:VCALENDAR\n" + b"X:\n" * 1_000_001, "more entries"),
        (b"  \n", "empty"),
        (b"<?xml version='1.0'?>", "web page"),
        (b"Dear teacher", "not a calendar file"),
    ],
    ids=["large", "deep", "many entries", "many lines", "empty", "page", "letter"],
)
def test_file_that_is_too_much_or_none_is_refused(octets: bytes, sentence: str) -> None:
    with pytest.raises(CalendarUnreadable, match=sentence):
        read_components(octets)
