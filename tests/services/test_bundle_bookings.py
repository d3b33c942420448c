"""Bookings of a bundle as visits: one row per volunteer, and everything the visit needs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from scheduler.bundle.booking_rows import BookingRow
from scheduler.domain.errors import DoubleBooked
from scheduler.domain.visits import (
    APPROVAL_HOLD,
    Booking,
    Partstat,
    PendingMove,
    Visit,
    VisitState,
    hosts_of,
)
from scheduler.domain.volunteers import Format
from scheduler.services.bundle_bookings import rows_of, visits_from
from scheduler.services.visits import release_due
from tests.builders import (
    NOW,
    TEACHER,
    VOLUNTEER,
    a_request,
    a_school,
    a_visit,
    period,
    some_bookings,
)
from tests.services.world import BRUNO, World, elsewhere, two_more_volunteers

UID = a_visit().uid
HOSTS = hosts_of(teacher_email=TEACHER, school="maple", classroom="maple-5a", room="12")
LATER = NOW + timedelta(hours=1)


def a_row(**changes: Any) -> BookingRow:
    """Return the row of Amara's booking in the visit of ``DAY``."""
    span = period("2026-12-08 10:40-11:30")
    row = BookingRow(
        uid=UID,
        request="robots",
        volunteer_email=VOLUNTEER,
        start=span.start,
        end=span.end,
        status=VisitState.CONFIRMED,
        format=Format.IN_PERSON,
        room="12",
        partstat=Partstat.ACCEPTED,
    )
    return replace(row, **changes)


def made(world: World, *rows: BookingRow) -> tuple[tuple[Visit, ...], tuple[Visit, ...]]:
    """Return new and changed visits of these rows."""
    with world.store.read() as work:
        return visits_from(work, rows, now=world.now)


def one_new(world: World, *rows: BookingRow) -> Visit:
    """Return the only visit that these rows make."""
    (visit,), changed = made(world, *rows)
    assert changed == ()
    return visit


def one_changed(world: World, known: Visit, *rows: BookingRow) -> Visit:
    """Store a visit and return it as these rows change it, an hour later."""
    with world.store.write() as work:
        work.visits.add((known,))
    world.now = LATER
    new, (visit,) = made(world, *rows)
    assert new == ()
    return visit


class TestNew:
    @pytest.mark.each_engine
    def test_row_makes_a_whole_visit(self, world: World) -> None:
        assert one_new(world, a_row(sequence=4)) == Visit(
            uid=UID,
            request="robots",
            session=1,
            period=period("2026-12-08 10:40-11:30"),
            timezone="America/Toronto",
            format=Format.IN_PERSON,
            state=VisitState.CONFIRMED,
            bookings=(Booking(VOLUNTEER, Partstat.ACCEPTED, Format.IN_PERSON, answered_at=NOW),),
            created_at=NOW,
            revised_at=NOW,
            school="maple",
            hosts=HOSTS,
            room="12",
            sequence=4,
            was_released=True,
        )

    def test_rows_of_one_visit_are_one_visit(self, world: World) -> None:
        world.put_volunteers(*two_more_volunteers())
        rows = (
            a_row(volunteer_email=BRUNO, format=Format.VIRTUAL, partstat=Partstat.NEEDS_ACTION),
            a_row(),
        )
        visit = one_new(world, *rows)
        assert visit.volunteers == (VOLUNTEER, BRUNO)
        assert visit.format is Format.IN_PERSON
        assert visit.booking_of(BRUNO).answered_at is None

    def test_visit_is_virtual_when_everybody_is(self, world: World) -> None:
        assert one_new(world, a_row(format=Format.VIRTUAL)).format is Format.VIRTUAL

    def test_who_declined_is_out_of_it(self, world: World) -> None:
        visit = one_new(world, a_row(partstat=Partstat.DECLINED))
        assert (visit.volunteers, visit.bookings[0].removed) == ((), True)

    @pytest.mark.parametrize(
        ("room", "hosts"),
        [("", HOSTS), ("gym", (*HOSTS[:2], "room:maple/gym"))],
        ids=["the class's", "its own"],
    )
    def test_room_is_kept_free(self, world: World, room: str, hosts: tuple[str, ...]) -> None:
        visit = one_new(world, a_row(room=room))
        assert (visit.room, visit.hosts) == (room, hosts)

    def test_zone_is_the_schools(self, world: World) -> None:
        with world.store.write() as work:
            work.districts.put_schools((a_school(timezone="America/Edmonton"),))
        assert one_new(world, a_row()).timezone == "America/Edmonton"

    def test_held_visit_is_released_later_without_any_mail(self, world: World) -> None:
        visit = one_new(world, a_row(status=VisitState.HELD, partstat=Partstat.NEEDS_ACTION))
        assert (visit.release_at, visit.was_released) == (NOW + APPROVAL_HOLD, False)
        with world.store.write() as work:
            work.visits.add((visit,))
        assert release_due(world.store, now=NOW + APPROVAL_HOLD).visits == (UID,)
        assert world.mail_of(visit) == ()

    def test_cancelled_visit_keeps_nothing_and_knows_since_when(self, world: World) -> None:
        visit = one_new(world, a_row(status=VisitState.CANCELLED))
        assert (visit.occupied, visit.cancelled_at) == ((), NOW)

    @pytest.mark.each_engine
    def test_hour_that_is_taken_is_refused_by_the_database(self, world: World) -> None:
        world.put_requests(elsewhere())
        first = one_new(world, a_row())
        second = one_new(world, a_row(uid="other", request="bridges", room=""))
        with pytest.raises(DoubleBooked), world.store.write() as work:
            work.visits.add((first, second))
        assert world.visits_of() == ()


class TestChanged:
    def test_row_that_says_what_is_there_changes_only_the_moment(self, world: World) -> None:
        known = one_new(world, a_row())
        assert one_changed(world, known, a_row()) == replace(known, revised_at=LATER)

    def test_time_room_format_and_sequence_are_the_bundles(self, world: World) -> None:
        known = one_new(world, a_row())
        span = period("2026-12-10 12:30-13:20")
        row = a_row(start=span.start, end=span.end, room="gym", format=Format.VIRTUAL, sequence=2)
        visit = one_changed(world, known, row)
        assert (visit.period, visit.room, visit.format, visit.sequence) == (
            span,
            "gym",
            Format.VIRTUAL,
            2,
        )
        assert visit.hosts == (*HOSTS[:2], "room:maple/gym")
        assert (visit.created_at, visit.revised_at) == (NOW, LATER)

    def test_visit_of_another_request_moves_to_its_school(self, world: World) -> None:
        world.put_requests(elsewhere())
        visit = one_changed(world, one_new(world, a_row()), a_row(request="bridges", room=""))
        assert (visit.request, visit.school) == ("bridges", "birch")
        assert "class:birch-7b" in visit.hosts

    def test_answer_that_is_the_same_keeps_its_reason_and_moment(self, world: World) -> None:
        told = Booking(
            VOLUNTEER, Partstat.ACCEPTED, Format.IN_PERSON, reason="Gladly", answered_at=NOW
        )
        known = a_visit(state=VisitState.CONFIRMED, bookings=(told,))
        assert one_changed(world, known, a_row()).bookings == (told,)

    def test_answer_that_differs_is_of_now(self, world: World) -> None:
        known = a_visit(bookings=some_bookings(VOLUNTEER))
        (booking,) = one_changed(world, known, a_row()).bookings
        assert (booking.partstat, booking.answered_at) == (Partstat.ACCEPTED, LATER)

    def test_booking_that_the_bundle_does_not_name_stays(self, world: World) -> None:
        world.put_volunteers(*two_more_volunteers())
        known = a_visit(bookings=some_bookings(BRUNO))
        assert one_changed(world, known, a_row()).volunteers == (BRUNO, VOLUNTEER)

    def test_pending_move_gives_way_to_the_bundle(self, world: World) -> None:
        target = period("2026-12-10 10:40-11:30")
        moving = a_visit(pending_move=PendingMove(target, "12", HOSTS, NOW, NOW))
        assert one_changed(world, moving, a_row()).pending_move is None

    @pytest.mark.parametrize("is_known_off", [False, True])
    def test_cancelled_visit_knows_since_when(self, world: World, is_known_off: bool) -> None:
        known = a_visit()
        if is_known_off:
            known = a_visit(state=VisitState.CANCELLED, cancelled_at=NOW, cancel_reason="Snow")
        visit = one_changed(world, known, a_row(status=VisitState.CANCELLED))
        assert (visit.cancelled_at, visit.cancel_reason) == (
            (NOW, "Snow") if is_known_off else (LATER, "")
        )

    def test_visit_that_takes_place_after_all_forgets_that_it_was_cancelled(
        self, world: World
    ) -> None:
        known = a_visit(state=VisitState.CANCELLED, cancelled_at=NOW, cancel_reason="Snow")
        visit = one_changed(world, known, a_row())
        assert (visit.state, visit.cancelled_at, visit.cancel_reason) == (
            VisitState.CONFIRMED,
            None,
            "",
        )

    @pytest.mark.each_engine
    def test_released_visit_was_known_for_ever(self, world: World) -> None:
        visit = one_changed(world, a_visit(), a_row(status=VisitState.HELD))
        assert (visit.was_released, visit.release_at) == (True, LATER + APPROVAL_HOLD)

    def test_held_visit_that_the_bundle_confirms_is_held_no_longer(self, world: World) -> None:
        held = a_visit(state=VisitState.HELD, release_at=NOW + APPROVAL_HOLD)
        visit = one_changed(world, held, a_row())
        assert (visit.was_released, visit.release_at) == (True, None)


class TestRows:
    def test_visit_becomes_a_row_for_each_booking_in_order(self) -> None:
        bookings = (
            Booking(VOLUNTEER, Partstat.ACCEPTED, Format.VIRTUAL),
            Booking("a@x.example", Partstat.DECLINED, removed=True),
        )
        visit = a_visit(
            state=VisitState.CONFIRMED, bookings=bookings, sequence=3, session=2, room="gym"
        )
        shared = {"session": 2, "room": "gym", "sequence": 3}
        assert tuple(rows_of((visit,))) == (
            a_row(volunteer_email="a@x.example", partstat=Partstat.DECLINED, **shared),
            a_row(format=Format.VIRTUAL, **shared),
        )

    def test_rows_come_in_order_of_visit(self) -> None:
        rows = rows_of((a_visit(uid="b"), a_visit(uid="a"), a_visit(uid="c")))
        assert [row.uid for row in rows] == ["a", "b", "c"]

    @pytest.mark.parametrize("state", VisitState)
    def test_rows_make_the_visit_they_came_from(self, world: World, state: VisitState) -> None:
        world.put_requests(a_request(sessions=2))
        row = a_row(status=state, session=2, sequence=7)
        assert tuple(rows_of((one_new(world, row),))) == (row,)
