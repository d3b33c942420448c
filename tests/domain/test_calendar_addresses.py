"""Addresses of calendars: one reading for all, and what is refused for its looks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.calendar_addresses import AddressRefused, CalendarAddress, read_address


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("https://calendar.example/a.ics", "https://calendar.example/a.ics"),
        ("  webcal://Calendar.Example/a.ics\n", "https://calendar.example/a.ics"),
        ("WEBCAL://calendar.example", "https://calendar.example/"),
        ("webcals://calendar.example:8443/a", "https://calendar.example:8443/a"),
        ("https://calendar.example:443/a?b=c&d=%20#part", "https://calendar.example/a?b=c&d=%20"),
        ("https://calendar.example./a", "https://calendar.example/a"),
        ("http://10.0.0.5:5232/me/cal/", "http://10.0.0.5:5232/me/cal/"),
        ("https://[2606:4700:0::1111]/a", "https://[2606:4700::1111]/a"),
        ("https://kalender.müller.example/ä", "https://kalender.xn--mller-kva.example/%C3%A4"),
        (
            "https://calendar.google.com/calendar/ical/me%40example.org/private-0a/basic.ics",
            "https://calendar.google.com/calendar/ical/me%40example.org/private-0a/basic.ics",
        ),
    ],
)
def test_address_has_one_written_form(text: str, written: str) -> None:
    assert str(read_address(text)) == written


def test_address_is_taken_apart() -> None:
    assert read_address("webcal://calendar.example/a.ics?b") == CalendarAddress(
        scheme="https", host="calendar.example", port=443, target="/a.ics?b"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Paste the address"),
        ("my calendar", "characters that no address has"),
        ("https://calendar.example/\x00", "characters that no address has"),
        ("https://calendar.example\\@inside/", "characters that no address has"),
        ("https://calendar.example/" + "x" * 2000, "characters that no address has"),
        ("calendar.example/a.ics", "has to begin with"),
        ("mailto:me@example.org", "has to begin with"),
        ("file:///etc/passwd", "has to begin with"),
        ("ftp://calendar.example/", "has to begin with"),
        ("https:calendar.example", "has to begin with"),
        ("https://me:secret@calendar.example/", "We keep no passwords"),
        ("https://2130706433/", "by a number"),
        ("https://127.1/", "by a number"),
        ("https://0177.0.0.1/", "by a number"),
        ("https://calendar.0x7f/", "by a number"),
        ("https://１２７.1/", "by a number"),
        ("https://calendar.example:0/", "not a web address"),
        ("https://calendar.example:99999/", "not a web address"),
        ("https://calendar..example/", "not a web address"),
        ("https://calendar.example../", "not a web address"),
        ("https://-calendar.example/", "not a web address"),
        ("https://%31%32%37.example/", "not a web address"),
        ("https://[::1%25lo]/", "not a web address"),
        ("https://[calendar]/", "not a web address"),
        ("https://[::1/", "not a web address"),
        ("https://" + "ü" * 70 + ".example/", "not a web address"),
    ],
)
def test_text_that_is_no_address_is_refused_with_the_reason(text: str, words: str) -> None:
    with pytest.raises(AddressRefused, match=words):
        read_address(text)


@given(
    st.text(max_size=40), st.sampled_from(["", "https://", "webcal://", "http://[", "https://a:"])
)
def test_any_text_is_read_or_refused_and_read_the_same_again(text: str, head: str) -> None:
    try:
        found = read_address(head + text)
    except AddressRefused:
        return
    assert read_address(str(found)) == found
