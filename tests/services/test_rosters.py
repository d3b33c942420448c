"""Rosters: next week's visits on the last day of school, once, for whoever has some."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from scheduler.domain.mail_choices import MailChoices, MailKind, Pace
from scheduler.domain.people import RoleName
from scheduler.domain.periods import DateRange
from scheduler.domain.schooldays import Closure
from scheduler.domain.visits import Partstat, Visit, VisitState, cancel, hosts_of
from scheduler.services.records import OutboxRow, OutboxState
from scheduler.services.rosters import write_rosters
from tests.builders import (
    TEACHER,
    VOLUNTEER,
    a_person,
    a_request,
    a_visit,
    moment,
    period,
    some_bookings,
)
from tests.services.test_delivery import deliver, text_of
from tests.services.test_digests import ask_twice
from tests.services.world import OTHER_TEACHER, World, elsewhere

FRIDAY = moment("2026-12-04 15:00")
OFFICE, OTHER_OFFICE = "olive@schools.example", "oskar@schools.example"
WEEK = "roster-2026-W50"


@pytest.fixture
def week(world: World) -> World:
    """A world whose visits are Amara's to Lena on Tuesday, and to Omar on Thursday."""
    with world.store.write() as work:
        work.people.put(
            (
                a_person(RoleName.OFFICE, email=OFFICE, name="Olive Stone"),
                a_person(
                    RoleName.OFFICE, email=OTHER_OFFICE, name="Oskar Lind", schools=("birch",)
                ),
            )
        )
        work.requests.put((a_request(), elsewhere()))
        work.visits.add((a_visit(), thursday()))
    return world


def thursday() -> Visit:
    """Return the visit to the other school, later in the same week."""
    return a_visit(
        uid="thursday",
        request="bridges",
        school="birch",
        period=period("2026-12-10 10:40-11:30"),
        hosts=hosts_of(teacher_email=OTHER_TEACHER, school="birch", classroom="", room=""),
    )


def rosters(world: World) -> list[OutboxRow]:
    """Return every roster of that week, by recipient."""
    with world.store.read() as work:
        return sorted(work.outbox.of_subjects((WEEK,)), key=lambda row: row.recipient)


def held_by(world: World) -> dict[str, tuple[str, ...]]:
    """Return whose roster holds which visits."""
    return {row.recipient: row.visits for row in rosters(world)}


@pytest.mark.each_engine
def test_offices_teachers_and_who_comes_twice_are_told_once(week: World) -> None:
    tuesday, later = a_visit().uid, "thursday"
    assert write_rosters(week.store, now=FRIDAY - timedelta(minutes=1)) == 0
    assert write_rosters(week.store, now=FRIDAY) == 5
    for hours in (0, 1, 24, 65):
        assert write_rosters(week.store, now=FRIDAY + timedelta(hours=hours)) == 0
    assert held_by(week) == {
        VOLUNTEER: (tuesday, later),
        TEACHER: (tuesday,),
        OTHER_TEACHER: (later,),
        OFFICE: (tuesday,),
        OTHER_OFFICE: (later,),
    }


def test_one_visit_makes_no_list_for_a_guest(week: World) -> None:
    with week.store.write() as work:
        work.visits.save((cancel(thursday(), reason="Trip", at=week.now),))
    write_rosters(week.store, now=FRIDAY)
    assert held_by(week).keys() == {TEACHER, OFFICE}


def test_empty_week_is_told_to_nobody(world: World) -> None:
    assert write_rosters(world.store, now=FRIDAY) == 0


def test_long_weekend_tells_it_the_day_before(week: World) -> None:
    with week.store.write() as work:
        free = DateRange(date(2026, 12, 4), date(2026, 12, 4))
        work.districts.put_closures((Closure("", free, "Day off"),))
    assert write_rosters(week.store, now=moment("2026-12-03 14:59")) == 0
    assert write_rosters(week.store, now=moment("2026-12-03 15:00")) == 5


def test_weekend_that_was_slept_through_is_made_up_for_on_monday(week: World) -> None:
    assert write_rosters(week.store, now=moment("2026-12-07 09:00")) == 5


def test_what_comes_after_monday_is_listed_and_never_sent(week: World) -> None:
    week.now = moment("2026-12-08 08:00")
    assert write_rosters(week.store, now=week.now) == 0
    assert {row.state for row in rosters(week)} == {OutboxState.EXPIRED}
    deliver(week)
    assert week.transport.sent == []


def test_who_has_two_roles_gets_the_wider_list_alone(week: World) -> None:
    with week.store.write() as work:
        work.people.put((a_person(RoleName.OFFICE, RoleName.TEACHER),))
    write_rosters(week.store, now=FRIDAY)
    (own,) = (row for row in rosters(week) if row.recipient == TEACHER)
    assert own.facts["role"] == "office"


def test_office_reads_who_comes_when_and_where(week: World) -> None:
    week.now = FRIDAY
    write_rosters(week.store, now=FRIDAY)
    deliver(week)
    (mail,) = (mail for mail in week.transport.sent if mail.recipient == OFFICE)
    assert mail.message["Subject"] == "1 visit in the week of Mon 7 December"
    assert mail.message["List-Unsubscribe"].endswith("/roster>")
    text = text_of(mail)
    assert (
        "Tue 8 December: 10:40–11:30 · Amara Okafor · 5A, Lena Fischer · Room 12"
        " · not certain yet" in text
    )
    assert "https://visits.example/calendar?on=2026-12-07" in text
    assert VOLUNTEER not in text


def test_list_comes_in_the_one_mail_of_the_day_and_in_full(week: World) -> None:
    week.now = FRIDAY
    ask_twice(week)
    write_rosters(week.store, now=FRIDAY)
    deliver(week)
    (mail,) = (mail for mail in week.transport.sent if mail.recipient == VOLUNTEER)
    assert mail.message["Subject"] == "2 visits in the week of Mon 7 December (and 2 more)"
    text = text_of(mail)
    days = [line.partition(" · ")[0] for line in text.splitlines() if " · " in line]
    assert days == ["Tue 8 December: 10:40–11:30", "Thu 10 December: 10:40–11:30"]
    assert "Still right? When you can visit a school" in text


def test_who_ended_rosters_gets_none(week: World) -> None:
    with week.store.write() as work:
        work.mail_doors.choose(MailChoices(OFFICE, {MailKind.ROSTER: Pace.NEVER}))
    week.now = FRIDAY
    write_rosters(week.store, now=FRIDAY)
    deliver(week)
    assert OFFICE not in {mail.recipient for mail in week.transport.sent}


def test_visit_that_was_called_off_meanwhile_is_not_in_it(week: World) -> None:
    write_rosters(week.store, now=FRIDAY)
    with week.store.write() as work:
        work.visits.save((cancel(thursday(), reason="Trip", at=FRIDAY),))
    week.now = FRIDAY
    deliver(week)
    told = {mail.recipient: mail.message["Subject"] for mail in week.transport.sent}
    assert told[VOLUNTEER] == "1 visit in the week of Mon 7 December"
    assert OTHER_OFFICE not in told


def test_teacher_of_one_visit_hears_of_it_while_it_is_not_certain(week: World) -> None:
    yes = some_bookings(VOLUNTEER, partstat=Partstat.ACCEPTED)
    with week.store.write() as work:
        work.visits.save((a_visit(state=VisitState.CONFIRMED, bookings=yes),))
    write_rosters(week.store, now=FRIDAY)
    teachers = {TEACHER, OTHER_TEACHER} & set(held_by(week))
    assert teachers == {OTHER_TEACHER}


def test_visit_that_is_booked_once_the_week_was_told_makes_no_new_list(week: World) -> None:
    other = "nora@schools.example"
    write_rosters(week.store, now=FRIDAY)
    told = held_by(week)
    with week.store.write() as work:
        work.people.put((a_person(email=other, name="Nora Berg"),))
        work.requests.put((a_request(key="more", teacher_email=other, classroom=""),))
        hosts = hosts_of(teacher_email=other, school="maple", classroom="", room="")
        friday = period("2026-12-11 10:40-11:30")
        work.visits.add((a_visit(uid="more", request="more", period=friday, hosts=hosts),))
    assert write_rosters(week.store, now=FRIDAY + timedelta(hours=1)) == 0
    assert held_by(week) == told
