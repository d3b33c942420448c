"""Messages between calendars: who is asked, what is called off, and that numbers agree."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from scheduler.calendars.content_lines import one_line
from scheduler.calendars.scheduling import Attendee, cancel, request
from scheduler.calendars.texts import Audience
from scheduler.domain.errors import IllegalTransition
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.visits import Partstat, VisitState
from tests.builders import NOW, TEACHER, VOLUNTEER, a_sheet, a_visit
from tests.calendars.golden import (
    LATER,
    ORGANIZER,
    attendee,
    called_off,
    feed,
    invited,
    moved,
    panel_without_one,
)
from tests.calendars.strategies import HOSTILE
from tests.outside.ics_checker import message_faults
from tests.outside.ics_reading import Component, read


def asked(sheet: VisitSheet, *, partstat: Partstat, asks_reply: bool = True) -> Component:
    octets = request(
        sheet,
        attendee=attendee(partstat),
        organizer=ORGANIZER,
        asks_reply=asks_reply,
        dtstamp=LATER,
    )
    (event,) = read(octets).named("VEVENT")
    return event


def called(sheet: VisitSheet, *, whole_visit: bool) -> Component:
    octets = cancel(
        sheet,
        attendee=attendee(),
        organizer=ORGANIZER,
        dtstamp=LATER,
        whole_visit=whole_visit,
    )
    (event,) = read(octets).named("VEVENT")
    return event


@pytest.mark.parametrize(
    ("partstat", "asks_reply", "rsvp"),
    [
        (Partstat.NEEDS_ACTION, True, "TRUE"),
        (Partstat.NEEDS_ACTION, False, "FALSE"),
        (Partstat.ACCEPTED, True, "FALSE"),
        (Partstat.ACCEPTED, False, "FALSE"),
    ],
)
def test_reply_is_asked_only_before_the_answer_and_where_it_is_read(
    partstat: Partstat, asks_reply: bool, rsvp: str
) -> None:
    (line,) = asked(invited(), partstat=partstat, asks_reply=asks_reply).all("ATTENDEE")
    assert (line.parameters["PARTSTAT"], line.parameters["RSVP"]) == (partstat.value, rsvp)


def test_recipient_is_the_only_attendee_of_a_panel() -> None:
    sheet = a_sheet(panel_without_one().visit)
    event = asked(
        replace(sheet, visit=replace(sheet.visit, bookings=sheet.visit.bookings[1:])),
        partstat=Partstat.ACCEPTED,
    )
    assert [line.value for line in event.all("ATTENDEE")] == [f"mailto:{VOLUNTEER}"]
    assert [line.value for line in event.all("ORGANIZER")] == [f"mailto:{ORGANIZER.email}"]


def test_update_keeps_uid_and_raises_sequence() -> None:
    first = asked(invited(), partstat=Partstat.NEEDS_ACTION)
    second = asked(moved(), partstat=Partstat.NEEDS_ACTION)
    assert first.value("UID") == second.value("UID")
    assert (first.value("SEQUENCE"), second.value("SEQUENCE")) == ("0", "1")


def test_stamp_is_the_messages_and_the_last_change_the_visits() -> None:
    event = asked(invited(), partstat=Partstat.NEEDS_ACTION)
    assert event.value("DTSTAMP") == "20261121T170000Z"
    assert event.value("LAST-MODIFIED") == "20261121T140000Z"


def test_whole_visit_called_off_says_so() -> None:
    event = called(called_off(), whole_visit=True)
    assert (event.value("STATUS"), event.value("SEQUENCE")) == ("CANCELLED", "1")


@pytest.mark.parametrize(
    ("sheet", "whole_visit"), [(called_off(), True), (panel_without_one(), False)]
)
def test_cancellation_is_of_the_very_entry_that_was_asked_for(
    sheet: VisitSheet, whole_visit: bool
) -> None:
    begun = a_visit(uid=sheet.visit.uid, period=sheet.visit.period)
    before = asked(a_sheet(begun, title=sheet.title), partstat=Partstat.NEEDS_ACTION)
    after = called(sheet, whole_visit=whole_visit)
    for name in ("UID", "ORGANIZER", "DTSTART", "DTEND"):
        assert before.all(name) == after.all(name)
    assert [line.value for line in after.all("ATTENDEE")] == [f"mailto:{VOLUNTEER}"]
    assert int(after.value("SEQUENCE")) > int(before.value("SEQUENCE"))


def test_one_person_called_off_leaves_the_visits_status_alone() -> None:
    event = called(panel_without_one(), whole_visit=False)
    assert event.all("STATUS") == []
    assert int(event.value("SEQUENCE")) == panel_without_one().visit.sequence + 1


@pytest.mark.parametrize("sheet", [called_off(), panel_without_one()])
def test_feed_and_cancellation_bear_the_same_number(sheet: VisitSheet) -> None:
    (in_feed,) = read(feed(Audience.VOLUNTEER, sheet)).named("VEVENT")
    in_message = called(sheet, whole_visit=False)
    for name in ("UID", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "LOCATION"):
        assert in_feed.all(name) == in_message.all(name)


@pytest.mark.parametrize("sheet", [invited(), moved()])
def test_feed_and_invitation_differ_in_people_and_stamp_alone(sheet: VisitSheet) -> None:
    (in_feed,) = read(feed(Audience.VOLUNTEER, sheet)).named("VEVENT")
    in_message = asked(sheet, partstat=Partstat.NEEDS_ACTION)
    names = {line.name for line in (*in_feed.lines, *in_message.lines)}
    differing = {name for name in names if in_feed.all(name) != in_message.all(name)}
    assert differing <= {"DTSTAMP", "URL", "DESCRIPTION", "ORGANIZER", "ATTENDEE"}


def test_teachers_copy_is_written_for_the_teacher() -> None:
    octets = request(
        invited(),
        attendee=Attendee("Lena", TEACHER, Partstat.ACCEPTED),
        organizer=ORGANIZER,
        asks_reply=False,
        dtstamp=NOW,
        audience=Audience.TEACHER,
    )
    (event,) = read(octets).named("VEVENT")
    assert event.value("SUMMARY") == "Visit: Robots around us – Amara"


@pytest.mark.parametrize("state", [VisitState.HELD, VisitState.CANCELLED])
def test_visit_that_nobody_may_expect_is_not_announced(state: VisitState) -> None:
    with pytest.raises(IllegalTransition):
        asked(a_sheet(a_visit(state=state)), partstat=Partstat.NEEDS_ACTION)


def test_visit_that_goes_on_is_not_called_off() -> None:
    with pytest.raises(IllegalTransition):
        called(invited(), whole_visit=True)


@given(HOSTILE)
def test_any_name_makes_a_faultless_message(name: str) -> None:
    octets = request(
        invited(),
        attendee=Attendee(name, VOLUNTEER, Partstat.NEEDS_ACTION),
        organizer=replace(ORGANIZER, name=name),
        asks_reply=True,
        dtstamp=NOW,
    )
    assert message_faults(octets) == ()
    (event,) = read(octets).named("VEVENT")
    for line in (*event.all("ATTENDEE"), *event.all("ORGANIZER")):
        assert line.parameters.get("CN", "") == one_line(name)
