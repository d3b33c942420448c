"""The calendars that are kept in ``tests/golden/calendars``, and the sheets they are made of.

Run as a program it writes the files anew: ``python -m tests.calendars.golden``. Read the
difference before you keep it; a subscriber's calendar will show it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from scheduler.calendars.events import Entry
from scheduler.calendars.feeds import Heading, render_entries, render_replaced
from scheduler.calendars.scheduling import Attendee, Organizer, cancel, request
from scheduler.calendars.texts import Audience
from scheduler.domain.topics import Topic
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.visits import Booking, Partstat, VisitState
from scheduler.domain.volunteers import Format
from tests.builders import NOW, VOLUNTEER, a_sheet, a_visit, period, some_bookings

FOLDER = Path(__file__).parents[1] / "golden" / "calendars"
FEED_UID = "2f0f5a52-6d3b-4a0e-8a53-5f5e6f2b7c11"
HEADING = Heading(FEED_UID, "School visits – Lakeshore District", "America/Toronto")
PANELIST = "ben@bridges.example"
ORGANIZER = Organizer("Lakeshore School Visits", "visits@lakeshore.example")
LATER = NOW + timedelta(hours=3)


def page_url(uid: str) -> str:
    """Return the address of a visit's page."""
    return f"https://visits.lakeshore.example/visits/{uid}"


def invited() -> VisitSheet:
    """Return a visit in person that waits for the volunteer's answer."""
    return a_sheet()


def moved() -> VisitSheet:
    """Return the same visit an hour later and in another room."""
    visit = a_visit(
        period=period("2026-12-08 12:30-13:20"), room="Library", sequence=1, revised_at=LATER
    )
    return a_sheet(visit)


def called_off() -> VisitSheet:
    """Return the same visit, cancelled."""
    return a_sheet(
        a_visit(state=VisitState.CANCELLED, sequence=1, cancelled_at=LATER, revised_at=LATER)
    )


def confirmed_online() -> VisitSheet:
    """Return a confirmed video visit of a series, in Alberta, where the clocks stand still."""
    visit = a_visit(
        uid="51f6a2f5-3f0b-4a8e-9d42-1d8f62a9c0aa",
        period=period("2026-12-09 10:00-10:45", timezone="America/Edmonton"),
        timezone="America/Edmonton",
        format=Format.VIRTUAL,
        state=VisitState.CONFIRMED,
        bookings=some_bookings(VOLUNTEER, partstat=Partstat.ACCEPTED),
        session=2,
        sequence=1,
        revised_at=LATER,
    )
    return a_sheet(
        visit,
        title="Wie hält eine Brücke? Bögen; Seile, Balken",
        topic=Topic("engineering", label="Engineering"),
        school_name="École Sainte-Marie",
        class_name="K-blue",
        grade="K",
        meeting_url="https://meet.example/room?id=1,2;x=é",
        sessions=3,
    )


def panel_without_one() -> VisitSheet:
    """Return a panel that goes on after the volunteer has said no."""
    out = Booking(VOLUNTEER, partstat=Partstat.DECLINED, answered_at=LATER, removed=True)
    stays = Booking(PANELIST, partstat=Partstat.ACCEPTED, answered_at=NOW)
    visit = a_visit(
        uid="c3a1f1de-90d8-4a77-8f0e-6a1f55b1b0a2",
        period=period("2027-03-16 09:30-10:20"),
        bookings=(out, stays),
        state=VisitState.CONFIRMED,
        sequence=1,
        revised_at=LATER,
    )
    return a_sheet(visit, title="Ask an engineer")


def in_the_repeated_hour() -> VisitSheet:
    """Return a visit at a time that the clock shows twice."""
    visit = a_visit(
        uid="e0d7c3f4-52aa-4c11-b8c8-8d5a2b3c4d5e", period=period("2026-11-01 01:30-01:50")
    )
    return a_sheet(visit, title="Night of the stars")


def feed(audience: Audience, *sheets: VisitSheet) -> bytes:
    """Return a feed of these sheets as that audience sees it."""
    email = VOLUNTEER if audience is Audience.VOLUNTEER else None
    entries = (Entry(sheet, audience, email, page_url(sheet.visit.uid)) for sheet in sheets)
    return render_entries(HEADING, entries)


def attendee(partstat: Partstat = Partstat.NEEDS_ACTION) -> Attendee:
    """Return the volunteer as a message names them."""
    return Attendee('Amara "Ray" Okafor, PhD', VOLUNTEER, partstat)


def everything() -> tuple[VisitSheet, ...]:
    """Return one sheet of each kind, out of order."""
    return (confirmed_online(), panel_without_one(), called_off(), in_the_repeated_hour())


def _request(sheet: VisitSheet, partstat: Partstat) -> bytes:
    return request(
        sheet,
        attendee=attendee(partstat),
        organizer=ORGANIZER,
        asks_reply=True,
        dtstamp=LATER,
        page_url=page_url(sheet.visit.uid),
    )


def _cancel(sheet: VisitSheet, *, whole_visit: bool) -> bytes:
    return cancel(
        sheet,
        attendee=attendee(Partstat.DECLINED),
        organizer=ORGANIZER,
        dtstamp=LATER,
        whole_visit=whole_visit,
        page_url=page_url(sheet.visit.uid),
    )


FEEDS: dict[str, Callable[[], bytes]] = {
    "feed-volunteer.ics": lambda: feed(Audience.VOLUNTEER, *everything()),
    "feed-teacher.ics": lambda: feed(Audience.TEACHER, invited(), *everything()[:2]),
    "feed-school.ics": lambda: feed(Audience.SCHOOL, *everything()),
    "feed-empty.ics": lambda: feed(Audience.VOLUNTEER),
    "feed-replaced.ics": lambda: render_replaced(
        HEADING,
        replaced_at=LATER,
        page_url="https://visits.lakeshore.example/calendars",
    ),
}
MESSAGES: dict[str, Callable[[], bytes]] = {
    "request.ics": lambda: _request(invited(), Partstat.NEEDS_ACTION),
    "request-answered.ics": lambda: _request(invited(), Partstat.ACCEPTED),
    "request-moved.ics": lambda: _request(moved(), Partstat.NEEDS_ACTION),
    "cancel-visit.ics": lambda: _cancel(called_off(), whole_visit=True),
    "cancel-one.ics": lambda: _cancel(panel_without_one(), whole_visit=False),
}


def main() -> None:
    """Write every file anew."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, render in (FEEDS | MESSAGES).items():
        (FOLDER / name).write_bytes(render())


if __name__ == "__main__":
    main()
