"""What an entry says to a volunteer, a teacher and a school office."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.calendars.phrases import phrases_in
from scheduler.calendars.texts import Audience, description, location, summary, when
from scheduler.domain.visits import Booking, Partstat, VisitState
from scheduler.domain.volunteers import Format
from tests.builders import TEACHER, VOLUNTEER, a_sheet, a_visit, period, some_bookings
from tests.calendars.golden import PANELIST, confirmed_online, panel_without_one

URL = "https://visits.example/visits/1"
VIEWER_BY_AUDIENCE = dict.fromkeys(Audience) | {Audience.VOLUNTEER: VOLUNTEER}
NAMELESS = (Audience.PUBLIC, Audience.BUSY)


def told(sheet: object, audience: Audience) -> str:
    email = VIEWER_BY_AUDIENCE[audience]
    return description(sheet, audience=audience, email=email, page_url=URL)


def test_volunteer_reads_everything_for_the_day() -> None:
    assert told(a_sheet(), Audience.VOLUNTEER) == (
        "We are waiting for your answer.\n"
        "What: Robots around us (Robotics)\n"
        "When: Tuesday 8 December 2026, 10:40 to 11:30 (UTC-05:00)\n"
        "Arriving: Ring at the front door.\n"
        "Class: 5A, grade 5, 24 students\n"
        "Teacher: Lena Fischer\n"
        "More: https://visits.example/visits/1"
    )


def test_teacher_reads_who_comes_and_what_they_answered() -> None:
    visit = a_visit(
        bookings=(Booking(VOLUNTEER, Partstat.ACCEPTED), Booking(PANELIST)),
    )
    assert told(a_sheet(visit), Audience.TEACHER) == (
        "Not everyone has answered yet.\n"
        "What: Robots around us (Robotics)\n"
        "When: Tuesday 8 December 2026, 10:40 to 11:30 (UTC-05:00)\n"
        "Class: 5A, grade 5, 24 students\n"
        "Guests: Amara (Robots & Co) – said yes; Ben (Robots & Co) – has not answered yet\n"
        "More: https://visits.example/visits/1"
    )


def test_confirmed_video_visit_gives_the_link() -> None:
    assert told(confirmed_online(), Audience.VOLUNTEER) == (
        "What: Wie hält eine Brücke? Bögen; Seile, Balken (Engineering), session 2 of 3\n"
        "When: Wednesday 9 December 2026, 10:00 to 10:45 (UTC-06:00)\n"
        "Where: online\n"
        "School: École Sainte-Marie\n"
        "Online: https://meet.example/room?id=1,2;x=é\n"
        "Class: K-blue, kindergarten, 24 students\n"
        "Teacher: Lena Fischer\n"
        "More: https://visits.example/visits/1"
    )


def test_panel_members_read_of_each_other() -> None:
    sheet = a_sheet(a_visit(bookings=some_bookings(VOLUNTEER, PANELIST)))
    assert "\nWith you: Ben (Robots & Co)\n" in told(sheet, Audience.VOLUNTEER)


def test_school_finds_the_link_when_one_guest_is_on_the_screen() -> None:
    sheet = a_sheet(meeting_url="https://meet.example/1")
    (speaker,) = sheet.speakers
    sheet = replace(sheet, speakers=(replace(speaker, format=Format.VIRTUAL),))
    assert "\nOnline: https://meet.example/1\n" in told(sheet, Audience.SCHOOL)
    assert "\nWhere: " not in told(sheet, Audience.SCHOOL)
    assert "\nWhere: online\n" in told(sheet, Audience.VOLUNTEER)


def test_one_who_is_out_reads_no_way_in() -> None:
    sheet = replace(panel_without_one(), meeting_url="https://meet.example/secret")
    assert told(sheet, Audience.VOLUNTEER) == (
        "You are no longer expected at this visit.\n"
        "What: Ask an engineer (Robotics)\n"
        "When: Tuesday 16 March 2027, 09:30 to 10:20 (UTC-04:00)\n"
        "More: https://visits.example/visits/1"
    )
    assert location(sheet, email=VOLUNTEER) == "Maple School"


@pytest.mark.parametrize(
    ("room", "place"),
    [
        pytest.param("12", "Room 12, Maple School, 12 Maple Street, Toronto", id="number"),
        pytest.param("2B", "Room 2B, Maple School, 12 Maple Street, Toronto", id="number first"),
        pytest.param("Gym", "Gym, Maple School, 12 Maple Street, Toronto", id="name"),
        pytest.param("", "Maple School, 12 Maple Street, Toronto", id="none"),
    ],
)
def test_place_is_one_line_of_room_school_and_address(room: str, place: str) -> None:
    assert location(a_sheet(a_visit(room=room)), email=None) == place


def test_missing_address_leaves_no_gap() -> None:
    assert location(a_sheet(address=""), email=None) == "Room 12, Maple School"


@pytest.mark.parametrize(
    ("language", "room", "online"),
    [("en", "Room 12", "Online"), ("fr", "Local 12", "En ligne"), ("es", "Aula 12", "En línea")],
)
def test_place_is_told_in_the_language_of_the_calendar(
    language: str, room: str, online: str
) -> None:
    phrases, virtual = phrases_in(language), a_sheet(a_visit(format=Format.VIRTUAL))
    here = location(a_sheet(address=""), email=None, phrases=phrases)
    assert (here, location(virtual, email=None, phrases=phrases)) == (
        f"{room}, Maple School",
        online,
    )


def test_topic_bears_its_name_in_the_language_of_the_calendar() -> None:
    about = description(
        a_sheet(),
        audience=Audience.VOLUNTEER,
        email=VOLUNTEER,
        page_url=URL,
        phrases=phrases_in("fr"),
    )
    assert "\nQuoi : Robots around us (Robotique)\n" in about


@pytest.mark.parametrize(
    ("visits", "own", "place"),
    [
        (Format.IN_PERSON, Format.VIRTUAL, "https://meet.example/robots"),
        (Format.IN_PERSON, None, "Room 12, Maple School, 12 Maple Street, Toronto"),
        (Format.VIRTUAL, Format.IN_PERSON, "Room 12, Maple School, 12 Maple Street, Toronto"),
        (Format.VIRTUAL, None, "https://meet.example/robots"),
    ],
)
def test_each_speaker_is_sent_where_they_take_part(
    visits: Format, own: Format | None, place: str
) -> None:
    visit = a_visit(format=visits, bookings=(Booking(VOLUNTEER, format=own),))
    sheet = a_sheet(visit, meeting_url="https://meet.example/robots")
    assert location(sheet, email=VOLUNTEER) == place


def test_waiting_for_others_is_said_to_the_one_who_said_yes() -> None:
    bookings = (Booking(VOLUNTEER, Partstat.ACCEPTED), Booking(PANELIST))
    told_first = told(a_sheet(a_visit(bookings=bookings)), Audience.VOLUNTEER).splitlines()[0]
    assert told_first == "Not everyone has answered yet."


def test_cancelled_visit_says_so_first() -> None:
    sheet = a_sheet(a_visit(state=VisitState.CANCELLED))
    for audience in set(Audience) - {Audience.BUSY}:
        assert told(sheet, audience).startswith("This visit is cancelled.\n")


@pytest.mark.parametrize(
    ("audience", "title"),
    [
        (Audience.VOLUNTEER, "Visit: Robots around us – 5A, Maple School"),
        (Audience.TEACHER, "Visit: Robots around us – Amara"),
        (Audience.SCHOOL, "Visit: Robots around us – Amara, 5A"),
        (Audience.OFFICE, "Arriving: Amara – Lena Fischer, 5A"),
        (Audience.DISTRICT, "Visit: Robots around us – Amara, 5A, Maple School"),
        (Audience.PUBLIC, "Guest in class: Robotics – Maple School"),
        (Audience.BUSY, "Busy"),
    ],
)
def test_title_names_what_the_reader_does_not_know(audience: Audience, title: str) -> None:
    email = VIEWER_BY_AUDIENCE[audience]
    assert summary(a_sheet(), audience=audience, email=email) == title
    cancelled = a_sheet(a_visit(state=VisitState.CANCELLED))
    assert summary(cancelled, audience=audience, email=email) == f"Cancelled: {title}"


def test_title_without_guests_is_the_subject_alone() -> None:
    sheet = a_sheet(a_visit(bookings=()), class_name="")
    assert summary(sheet, audience=Audience.TEACHER, email=None) == "Visit: Robots around us"


@pytest.mark.parametrize("audience", list(Audience))
def test_nothing_private_is_ever_told(audience: Audience) -> None:
    sheet = a_sheet(note="Sam needs a quiet place.", phone="416-555-0100")
    said = told(sheet, audience) + summary(
        sheet, audience=audience, email=VIEWER_BY_AUDIENCE[audience]
    )
    for private in (sheet.note, sheet.phone, VOLUNTEER, TEACHER):
        assert private not in said


@pytest.mark.parametrize("audience", NAMELESS)
def test_public_and_busy_times_name_no_person_class_or_room(audience: Audience) -> None:
    sheet = a_sheet(a_visit(room="Secret lab"), meeting_url="https://meet.example/1")
    said = summary(sheet, audience=audience, email=None) + told(sheet, audience)
    said += location(sheet, email=None, audience=audience)
    for name in ("Amara", "Robots & Co", "Lena", "5A", "Secret lab", "around us", "https://"):
        assert name not in said


def test_public_reads_the_topic_the_school_and_the_hour() -> None:
    assert told(a_sheet(a_visit(state=VisitState.CONFIRMED)), Audience.PUBLIC) == (
        "When: Tuesday 8 December 2026, 10:40 to 11:30 (UTC-05:00)"
    )
    assert location(a_sheet(), email=None, audience=Audience.PUBLIC) == (
        "Maple School, 12 Maple Street, Toronto"
    )


@pytest.mark.parametrize(
    ("language", "title", "first_lines"),
    [
        (
            "fr-CA",
            "Annulé : Visite : Robots around us – 5A, Maple School",
            [
                "Cette visite est annulée.",
                "Quoi : Robots around us (Robotique)",
                "Quand : mardi 8 décembre 2026, 10 h 40 à 11 h 30 (UTC-05:00)",
            ],
        ),
        (
            "es",
            "Cancelado: Visita: Robots around us – 5A, Maple School",
            [
                "Esta visita está cancelada.",
                "Qué: Robots around us (Robotics)",
                "Cuándo: martes 8 de diciembre de 2026, 10:40 a 11:30 (UTC-05:00)",
            ],
        ),
        (
            "de",
            "Cancelled: Visit: Robots around us – 5A, Maple School",
            [
                "This visit is cancelled.",
                "What: Robots around us (Robotics)",
                "When: Tuesday 8 December 2026, 10:40 to 11:30 (UTC-05:00)",
            ],
        ),
    ],
)
def test_reader_is_told_in_their_language_or_in_english(
    language: str, title: str, first_lines: list[str]
) -> None:
    sheet, phrases = a_sheet(a_visit(state=VisitState.CANCELLED)), phrases_in(language)
    reader = {"audience": Audience.VOLUNTEER, "email": VOLUNTEER, "phrases": phrases}
    assert summary(sheet, **reader) == title
    assert description(sheet, page_url=URL, **reader).splitlines()[:3] == first_lines


def test_visit_past_midnight_names_both_days() -> None:
    visit = a_visit(period=period("2026-12-08 23:30-23:45"))
    longer = replace(visit.period, end=visit.period.end.replace(day=10, hour=5))
    assert when(a_sheet(replace(visit, period=longer))) == (
        "Tuesday 8 December 2026, 23:30 to Thursday 10 December 2026, 00:45 (UTC-05:00)"
    )
