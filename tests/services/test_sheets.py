"""Visit sheets: everything people need to know of a visit, gathered from all over the district."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.domain.topics import Topic
from scheduler.domain.visit_sheets import SpeakerOnSheet, VisitSheet
from scheduler.domain.visits import Booking, Partstat, Visit
from scheduler.domain.volunteers import Format
from scheduler.services.sheets import sheets_of
from tests.builders import (
    VOLUNTEER,
    a_classroom,
    a_district,
    a_request,
    a_school,
    a_sheet,
    a_visit,
    a_volunteer,
    period,
)
from tests.services.world import BRUNO, World, two_more_volunteers


def sheets(world: World, *visits: Visit) -> tuple[VisitSheet, ...]:
    """Store visits and return their sheets."""
    with world.store.write() as work:
        work.visits.add(visits)
    with world.store.read() as work:
        return sheets_of(work, visits)


@pytest.mark.each_engine
def test_sheet_gathers_everything(world: World) -> None:
    visit = a_visit()
    assert sheets(world, visit) == (
        a_sheet(
            visit,
            speakers_wanted=1,
            topic=Topic("robotics", parent="engineering"),
            speakers=(
                SpeakerOnSheet(VOLUNTEER, "Amara Okafor", "Robots & Co", Partstat.NEEDS_ACTION),
            ),
        ),
    )


def test_sheets_come_in_the_order_asked_for(world: World) -> None:
    first = a_visit(uid="z")
    second = a_visit(uid="a", session=2, period=period("2026-12-15 10:40-11:30"))
    assert [sheet.visit for sheet in sheets(world, second, first)] == [second, first]


def test_no_visit_needs_no_district(world: World) -> None:
    assert sheets(world) == ()


def test_everyone_who_has_or_had_a_part_is_named_with_their_answer(world: World) -> None:
    world.put_volunteers(a_volunteer(locale="fr-CA"), *two_more_volunteers())
    left = Booking(BRUNO, Partstat.DECLINED, removed=True)
    stays = Booking(VOLUNTEER, Partstat.ACCEPTED, format=Format.VIRTUAL)
    (sheet,) = sheets(world, a_visit(bookings=(left, stays)))
    assert sheet.speakers == (
        SpeakerOnSheet(BRUNO, "Bruno Silva", "Robots & Co", Partstat.DECLINED, removed=True),
        SpeakerOnSheet(
            VOLUNTEER,
            "Amara Okafor",
            "Robots & Co",
            Partstat.ACCEPTED,
            format=Format.VIRTUAL,
            locale="fr-CA",
        ),
    )


def test_guest_without_a_company_has_none(world: World) -> None:
    world.put_volunteers(a_volunteer(organization=""))
    (sheet,) = sheets(world, a_visit())
    assert sheet.speakers[0].organization == ""


def test_request_without_a_class_leaves_it_open(world: World) -> None:
    world.put_requests(a_request(classroom=""))
    (sheet,) = sheets(world, a_visit())
    assert (sheet.class_name, sheet.grade, sheet.students) == ("", "", None)


def test_kindergarten_is_written_as_people_write_it(world: World) -> None:
    with world.store.write() as work:
        work.districts.put_classes((a_classroom(grade=0),))
    (sheet,) = sheets(world, a_visit())
    assert sheet.grade == "K"


def test_address_of_several_lines_becomes_one(world: World) -> None:
    with world.store.write() as work:
        work.districts.put_schools((a_school(address=" 12 Maple Street\n Toronto \r\n"),))
    (sheet,) = sheets(world, a_visit())
    assert sheet.address == "12 Maple Street Toronto"


def test_site_is_named_as_the_district_wants(world: World) -> None:
    with world.store.write() as work:
        work.districts.put(a_district(site_name="Lakeshore visits"))
    (sheet,) = sheets(world, a_visit())
    assert sheet.site_name == "Lakeshore visits"


def test_sheet_tells_what_the_request_says_now(world: World) -> None:
    world.put_requests(
        replace(
            a_request(),
            title="Robots among us",
            note="Bring gloves",
            language="fr",
            sessions=3,
            meeting_url="https://meet.example/5a",
        )
    )
    (sheet,) = sheets(world, a_visit())
    assert (sheet.title, sheet.note, sheet.language, sheet.sessions, sheet.meeting_url) == (
        "Robots among us",
        "Bring gloves",
        "fr",
        3,
        "https://meet.example/5a",
    )
