"""The strict reader finds each fault that is planted in a calendar without fault."""

from __future__ import annotations

import re

import pytest

from tests.calendars.golden import FOLDER
from tests.outside.ics_checker import faults_between, feed_faults, instants, message_faults
from tests.outside.ics_reading import NotCalendar

FEED = (FOLDER / "feed-volunteer.ics").read_bytes()
REQUEST = (FOLDER / "request.ics").read_bytes()
CANCEL = (FOLDER / "cancel-visit.ics").read_bytes()
ALARM = b"BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT60M\r\nDESCRIPTION:x\r\nEND:VALARM\r\n"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (rb"\r\n", b"\n", "does not end in CRLF"),
        (rb"^BEGIN", b"\xef\xbb\xbfBEGIN", "byte order mark"),
        (rb"SUMMARY:V", b"SUMMARY:V\x0b", "control character"),
        (rb"\r\n ", b"", "octets"),
        (rb"\xc3\xa4lt", b"\xc3\r\n \xa4lt", "cut inside"),
        (rb"SUMMARY:V", "SUMMARY:\u2028V".encode(), "take for a line end"),
        (rb"SUMMARY:V", b"SUMMARY:V,", "badly escaped"),
        (rb"SUMMARY:V", rb"SUMMARY:\\x", "badly escaped"),
        (rb"SUMMARY:V", b"SUMMARY;V", "no colon"),
        (rb"VERSION:2.0\r\n", b"", "VERSION is not 2.0 once"),
        (rb"VERSION:2.0\r\n", b"VERSION:2.0\r\n" * 2, "VERSION is not 2.0 once"),
        (rb"PRODID[^\r]*\r\n", b"", "PRODID is not there once"),
        (rb"CALSCALE", b"METHOD:PUBLISH\r\nCALSCALE", "METHOD in a feed"),
        (rb"\Z", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "not exactly one whole"),
        (rb"END:VEVENT\r\nEND:VCAL", b"END:VEVENT\r\nX-A:b\r\nEND:VCAL", "after a component"),
        (rb"END:VEVENT\r\nEND:VCAL", b"END:VCAL", "closes nothing"),
        (rb"UID:e0d7c3f4[^\r]*", b"UID:0c5b1f0e-7d0a-4d0e-9a63-3f6f6c1f2b10", "twice"),
        (rb"UID:e0d7c3f4[^\r]*\r\n", b"", "UID is not there once"),
        (rb"DTSTAMP:20261121T140000Z", b"DTSTAMP:20261121T150000Z", "not the last change"),
        (rb"DTSTAMP:20261121T140000Z", b"DTSTAMP:20261121T140000", "no UTC time"),
        (rb"SEQUENCE:1", b"SEQUENCE:-1", "SEQUENCE is no number"),
        (rb"STATUS:CONFIRMED", b"STATUS:DONE", "STATUS is DONE"),
        (rb"STATUS:CANCELLED", b"STATUS:CONFIRMED", "title and STATUS"),
        (rb"TRANSP:TRANSPARENT", b"TRANSP:OPAQUE", "yet it blocks time"),
        (rb"TRANSP:OPAQUE", b"TRANSP:MAYBE", "TRANSP is neither"),
        (rb"DTEND:20261101T055000Z", b"DTEND:20261101T053000Z", "not after"),
        (rb"DTEND:20261101T055000Z", b"DTEND:20261101T055000", "different kinds"),
        (rb"(DT(?:START|END):20261101T05\d000)Z", rb"\1", "is floating"),
        (rb"(DTSTART;TZID=America/Toronto:\d+T\d+)", rb"\1Z", "both TZID and Z"),
        (rb"TZID=America/Edmonton", b"TZID=America/Regina", "no VTIMEZONE for America/Regina"),
        (rb"(DTSTART|DTEND);TZID=America/Edmonton", rb"\1;TZID=America/Toronto", "not used"),
        (rb"RRULE:[^\r]*2SU", b"RDATE:20260308T020000,20270314T020000", "uses RDATE"),
        (rb"BYMONTH=3;BYDAY=2SU", b"BYMONTH=3;BYDAY=3SU", "is wrong at 2027-03-1"),
        (rb"TZOFFSETTO:-0500", b"TZOFFSETTO:-0400", "America/Toronto is wrong at"),
        (rb"DTSTART:2025(\d+T020000\r\nRRULE)", rb"DTSTART:2031\1", "has begun"),
        (rb"REFRESH-INTERVAL;VALUE=DURATION", b"REFRESH-INTERVAL", "as a DURATION"),
        (rb"X-PUBLISHED-TTL:PT1H", b"X-PUBLISHED-TTL:PT2H", "two intervals"),
        (rb"PT1H", b"PT14M", "more often than every quarter"),
        (rb"PT1H", b"hourly", "more often than every quarter"),
        (rb"X-WR-CALNAME:School", b"X-WR-CALNAME:Other", "two names"),
        (rb"\r\nNAME:", b"\r\nUID:a\r\nNAME:", "a UID of the calendar"),
        (rb"X-WR-TIMEZONE[^\r]*\r\n", b"", "X-WR-TIMEZONE is not there once"),
        (rb"TRANSP:OPAQUE", b"ATTENDEE:mailto:a@b.example\r\nTRANSP:OPAQUE", "ATTENDEE in a feed"),
        (rb"END:VEVENT", ALARM + b"END:VEVENT", "nobody asked for"),
        (rb"END:VEVENT", ALARM.replace(b"DISPLAY", b"EMAIL") + b"END:VEVENT", "more than show"),
        (rb"END:VEVENT", ALARM.replace(b"-PT", b"PT") + b"END:VEVENT", "not before the start"),
        (rb"END:VEVENT", ALARM.replace(b"VALARM", b"VTODO") + b"END:VEVENT", "inside an event"),
        (rb"END:VEVENT", ALARM + b"END:VEVENT", "reminds of what is cancelled"),
        (rb"URL:https://", b"URL:", "not an absolute address"),
        (rb"TRANSP:OPAQUE", b"RRULE:FREQ=DAILY\r\nTRANSP:OPAQUE", "RRULE in a single event"),
    ],
)
def test_planted_fault_is_found(old: bytes, new: bytes, fault: str) -> None:
    planted, count = re.subn(old, new, FEED)
    assert count
    assert any(fault in found for found in feed_faults(planted)), feed_faults(planted)


@pytest.mark.parametrize(
    ("octets", "old", "new", "fault"),
    [
        (REQUEST, rb"METHOD:REQUEST\r\n", b"", "METHOD is "),
        (REQUEST, rb"METHOD:REQUEST", b"METHOD:PUBLISH", "METHOD is PUBLISH"),
        (REQUEST, rb"ORGANIZER[^\r]*\r\n", b"", "not one ORGANIZER and one ATTENDEE"),
        (REQUEST, rb"visits@lakeshore", b"amara@robots", "organizer is an attendee"),
        (REQUEST, rb"mailto:", b"", "is no mailto:"),
        (REQUEST, rb"PARTSTAT=NEEDS-ACTION", b"PARTSTAT=ACCEPTED", "a reply that was given"),
        (REQUEST, rb"STATUS:TENTATIVE", b"STATUS:CANCELLED", "in a request"),
        (CANCEL, rb"STATUS:CANCELLED", b"STATUS:CONFIRMED", "in a cancellation"),
        (CANCEL, rb"RSVP=FALSE", b"RSVP=TRUE", "asks for a reply"),
    ],
)
def test_fault_planted_in_a_message_is_found(
    octets: bytes, old: bytes, new: bytes, fault: str
) -> None:
    planted, count = re.subn(old, new, octets)
    assert count
    assert any(fault in found for found in message_faults(planted)), message_faults(planted)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (rb"SEQUENCE:1", b"SEQUENCE:0", "SEQUENCE fell"),
        (rb"T104000", b"T103000", "DTSTART changed and SEQUENCE did not rise"),
        (rb"STATUS:CONFIRMED", b"STATUS:TENTATIVE", "STATUS changed"),
        (rb"LOCATION:Room", b"LOCATION:Hall", "LOCATION changed"),
        (rb"SUMMARY:Visit", b"SUMMARY:Talk", "changed without LAST-MODIFIED"),
        (rb"LAST-MODIFIED:2026", b"LAST-MODIFIED:2025", "LAST-MODIFIED fell"),
    ],
)
def test_change_that_clients_would_miss_is_found(old: bytes, new: bytes, fault: str) -> None:
    planted, count = re.subn(old, new, FEED)
    assert count
    assert any(fault in found for found in faults_between(FEED, planted))


def test_same_feed_twice_is_no_change() -> None:
    assert faults_between(FEED, FEED) == ()


def test_times_are_read_by_the_files_own_zones() -> None:
    told = [f"{start:%Y-%m-%dT%H:%MZ}" for _, start, _ in instants(FEED)]
    assert told == [
        "2026-11-01T05:30Z",
        "2026-12-08T15:40Z",
        "2026-12-09T16:00Z",
        "2027-03-16T13:30Z",
    ]


def test_what_is_no_calendar_is_said_to_be_none() -> None:
    with pytest.raises(NotCalendar):
        faults_between(b"", FEED)
