"""Whole feeds, judged by a strict reader, compared with what went in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.calendars.busy import read_busy
from scheduler.calendars.content_lines import one_line
from scheduler.calendars.feeds import Heading, render_entries, render_replaced
from scheduler.calendars.texts import Audience, description, summary
from scheduler.domain.errors import IllegalTransition
from scheduler.domain.periods import DateRange, merge
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.visits import Partstat, Visit, VisitState, answer, cancel, move
from tests.builders import NOW, VOLUNTEER, a_sheet, a_visit, period, some_bookings
from tests.calendars.golden import feed, page_url
from tests.calendars.strategies import sheets
from tests.outside.ics_checker import faults_between, feed_faults, instants
from tests.outside.ics_reading import read, unescaped

FEEDS = st.lists(sheets(), max_size=6, unique_by=lambda sheet: sheet.visit.uid)
MOMENT = timedelta(minutes=1)


def viewer(audience: Audience) -> str | None:
    return VOLUNTEER if audience is Audience.VOLUNTEER else None


@given(FEEDS, st.sampled_from(Audience))
def test_any_feed_is_without_fault(given_sheets: list[VisitSheet], audience: Audience) -> None:
    assert feed_faults(feed(audience, *given_sheets)) == ()


@pytest.mark.full
@pytest.mark.timeout(900)
@settings(max_examples=1_700)
@given(FEEDS, st.sampled_from(Audience))
def test_ten_thousand_visits_are_without_fault(
    given_sheets: list[VisitSheet], audience: Audience
) -> None:
    assert feed_faults(feed(audience, *given_sheets)) == ()


@given(FEEDS)
def test_feed_tells_every_visit_at_its_time_in_order(given_sheets: list[VisitSheet]) -> None:
    told = instants(feed(Audience.TEACHER, *given_sheets))
    spans = sorted((s.visit.period.start, s.visit.uid, s.visit.period.end) for s in given_sheets)
    assert told == tuple((uid, start, end) for start, uid, end in spans)


@given(sheets(), st.sampled_from(Audience))
def test_hostile_texts_come_back_equal(sheet: VisitSheet, audience: Audience) -> None:
    email = viewer(audience)
    (event,) = read(feed(audience, sheet)).named("VEVENT")
    url = page_url(sheet.visit.uid)
    about = description(sheet, audience=audience, email=email, page_url=url)
    # Carriage returns and the like are no part of a text; see content_lines.
    assert unescaped(event.value("DESCRIPTION")).split() == _printable(about).split()
    title = summary(sheet, audience=audience, email=email)
    assert unescaped(event.value("SUMMARY")) == one_line(title)


@given(FEEDS, st.sampled_from(Audience))
def test_the_icalendar_package_reads_the_same_texts(
    given_sheets: list[VisitSheet], audience: Audience
) -> None:
    octets = feed(audience, *given_sheets)
    ours = {e.value("UID"): unescaped(e.value("DESCRIPTION")) for e in read(octets).named("VEVENT")}
    theirs = icalendar.Calendar.from_ical(octets).walk("VEVENT")
    assert {str(event["UID"]): str(event.get("DESCRIPTION", "")) for event in theirs} == ours


@given(FEEDS, st.sampled_from(Audience))
def test_own_feed_read_as_a_busy_calendar_is_exactly_what_blocks(
    given_sheets: list[VisitSheet], audience: Audience
) -> None:
    window = DateRange(date(2026, 8, 1), date(2028, 6, 1))
    octets = feed(audience, *given_sheets)
    reading = read_busy(octets, window=window, timezone="America/Toronto")
    blocking = (s.visit for s in given_sheets if _is_expected(s.visit, viewer(audience)))
    assert reading.busy == merge(visit.period for visit in blocking)
    assert len(reading.passed_over) == len(given_sheets) - len(
        [s for s in given_sheets if _is_expected(s.visit, viewer(audience))]
    )


def test_same_sheets_in_any_order_give_the_same_octets() -> None:
    one, two = a_sheet(), a_sheet(a_visit(uid="another"))
    assert feed(Audience.SCHOOL, one, two) == feed(Audience.SCHOOL, two, one)


def test_one_visit_more_leaves_the_octets_of_the_others_alone() -> None:
    one = a_sheet()
    later = a_sheet(a_visit(uid="later", period=period("2026-12-10 10:00-11:00")))
    event = feed(Audience.SCHOOL, one).partition(b"BEGIN:VEVENT")[2].partition(b"END:VEVENT")[0]
    assert event in feed(Audience.SCHOOL, one, later)


def test_held_visit_is_refused() -> None:
    with pytest.raises(IllegalTransition):
        feed(Audience.TEACHER, a_sheet(a_visit(state=VisitState.HELD)))


def test_empty_feed_holds_the_zone_and_no_event() -> None:
    calendar = read(feed(Audience.VOLUNTEER))
    assert [part.name for part in calendar.parts] == ["VTIMEZONE"]


def test_replaced_address_answers_with_one_day_long_notice_for_thirty_days() -> None:
    octets = render_replaced(
        Heading("f", "Visits", "America/Edmonton"),
        replaced_at=datetime(2026, 11, 22, 3, tzinfo=UTC),
        page_url="https://visits.example/calendars",
    )
    assert feed_faults(octets) == ()
    (event,) = read(octets).named("VEVENT")
    assert (event.value("DTSTART"), event.value("DTEND")) == ("20261121", "20261221")


def test_feed_is_named_for_every_kind_of_client() -> None:
    octets = render_entries(Heading("f", "Visits,\r\nall", "America/Toronto"), ())
    assert octets.partition(b"BEGIN:VTIMEZONE")[0].splitlines() == [
        b"BEGIN:VCALENDAR",
        b"VERSION:2.0",
        b"PRODID:-//Visitbell//Visitbell//EN",
        b"CALSCALE:GREGORIAN",
        b"NAME:Visits\\, all",
        b"X-WR-CALNAME:Visits\\, all",
        b"X-WR-RELCALID:f",
        b"X-WR-TIMEZONE:America/Toronto",
        b"REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        b"X-PUBLISHED-TTL:PT1H",
    ]


def test_video_link_that_is_no_address_stays_text() -> None:
    sheet = replace(a_sheet(meeting_url="Call 555 0100"), visit=a_visit(format="virtual"))
    assert b"CONFERENCE" not in feed(Audience.VOLUNTEER, sheet)
    assert feed_faults(feed(Audience.VOLUNTEER, sheet)) == ()


def test_each_step_of_a_visits_life_reaches_subscribers() -> None:
    first = a_visit(bookings=some_bookings(VOLUNTEER, "ben@bridges.example"))
    library = move(first, period=first.period, room="Library", hosts=first.hosts, at=NOW + MOMENT)
    later = move(
        library,
        period=period("2026-12-08 12:30-13:20"),
        room="Library",
        hosts=first.hosts,
        at=NOW + 2 * MOMENT,
    )
    declined = answer(later, VOLUNTEER, partstat=Partstat.DECLINED, at=NOW + 3 * MOMENT)
    agreed = answer(
        declined, "ben@bridges.example", partstat=Partstat.ACCEPTED, at=NOW + 4 * MOMENT
    )
    off = cancel(agreed, reason="snow", at=NOW + 5 * MOMENT)
    assert _missed_by_subscribers([first, library, later, declined, agreed, off]) == []


def _missed_by_subscribers(steps: list[Visit]) -> list[object]:
    """Return what a subscriber would not see of these steps, whoever they are."""
    return [
        fault
        for audience in Audience
        for before, after in pairwise(feed(audience, a_sheet(visit)) for visit in steps)
        for fault in faults_between(before, after)
    ]


def _is_expected(visit: Visit, email: str | None) -> bool:
    """Tell whether the visit takes place, and with that guest if one is named."""
    has_left = any(b.removed for b in visit.bookings if b.volunteer_email == email)
    return visit.state is not VisitState.CANCELLED and not has_left


def _printable(text: str) -> str:
    breaks = str.maketrans(dict.fromkeys("\r\x85\u2028\u2029", "\n"))
    return "".join(c for c in text.translate(breaks) if c in "\n\t" or (c >= " " and c != "\x7f"))
