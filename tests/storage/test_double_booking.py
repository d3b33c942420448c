"""No person, class or room is in two visits at one time, whoever writes and in what way."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from scheduler.domain.errors import DoubleBooked
from scheduler.domain.visits import Booking, PendingMove, Visit, VisitState
from scheduler.storage.refusals import is_double_booking
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import NOW, VOLUNTEER, a_visit, period, some_bookings
from tests.storage.district import BRUNO, CHLOE, a_lone_visit, another_visit

SHARING = {
    "volunteer": another_visit("second", bookings=some_bookings(CHLOE, VOLUNTEER)),
    "teacher": another_visit("second", hosts=("teacher:lena@schools.example",)),
    "class": another_visit("second", hosts=("class:maple-5a",)),
    "room": another_visit("second", hosts=("class:birch-7b", "room:maple/12")),
}
sharing = pytest.mark.parametrize("second", SHARING.values(), ids=SHARING.keys())


@sharing
def test_second_visit_with_the_same_is_refused(store: SqlStore, second: Visit) -> None:
    with store.write() as work:
        work.visits.add((a_visit(),))
    with pytest.raises(DoubleBooked), store.write() as work:
        work.visits.add((second,))
    with store.read() as work:
        assert work.visits.get("second") is None


@sharing
def test_two_visits_with_the_same_cannot_be_added_together(store: SqlStore, second: Visit) -> None:
    with pytest.raises(DoubleBooked), store.write() as work:
        work.visits.add((a_visit(), second))


@sharing
def test_visit_cannot_be_changed_to_share(store: SqlStore, second: Visit) -> None:
    before = another_visit("second")
    with store.write() as work:
        work.visits.add((a_visit(), before))
    with pytest.raises(DoubleBooked), store.write() as work:
        work.visits.save((second,))
    with store.read() as work:
        assert work.visits.get("second") == before


@sharing
def test_what_a_cancelled_visit_kept_is_free_again(store: SqlStore, second: Visit) -> None:
    with store.write() as work:
        work.visits.add((a_visit(),))
        work.visits.save((a_visit(state=VisitState.CANCELLED),))
        work.visits.add((second,))
        assert work.visits.get("second") == second


@pytest.mark.parametrize("times", ["2026-12-08 09:50-10:40", "2026-12-08 11:30-12:20"])
def test_touching_visits_are_both_kept(store: SqlStore, times: str) -> None:
    beside = a_visit(uid="beside", period=period(times))
    with store.write() as work:
        work.visits.add((a_visit(), beside))
        assert work.visits.get("beside") == beside


def test_volunteer_who_was_swapped_out_is_free(store: SqlStore) -> None:
    swapped = a_visit(bookings=(Booking(VOLUNTEER, removed=True), Booking(CHLOE)))
    elsewhere = another_visit("elsewhere", bookings=some_bookings(VOLUNTEER))
    with store.write() as work:
        work.visits.add((swapped, elsewhere))
        assert work.visits.of_volunteers((VOLUNTEER,)) == (swapped, elsewhere)


def test_pending_move_keeps_the_old_time_and_the_new(store: SqlStore) -> None:
    new_time = period("2026-12-09 09:30-10:20")
    moving = a_visit(pending_move=PendingMove(new_time, "12", a_visit().hosts, NOW, NOW))
    old_time = another_visit("old", bookings=some_bookings(VOLUNTEER))
    for taken in (old_time, replace(old_time, period=new_time)):
        with pytest.raises(DoubleBooked), store.write() as work:
            work.visits.add((moving, taken))


def test_move_by_a_few_minutes_does_not_clash_with_itself(store: SqlStore) -> None:
    new_time = period("2026-12-08 11:00-11:50")
    moving = a_visit(pending_move=PendingMove(new_time, "12", a_visit().hosts, NOW, NOW))
    with store.write() as work:
        work.visits.add((a_visit(),))
        work.visits.save((moving,))
        work.visits.save((a_visit(period=new_time),))
        assert work.visits.get(moving.uid) == a_visit(period=new_time)


def test_two_visits_can_swap_their_volunteers_at_once(store: SqlStore) -> None:
    one, two = a_visit(), another_visit("two")
    swapped = (
        replace(one, bookings=some_bookings(BRUNO)),
        replace(two, bookings=some_bookings(VOLUNTEER)),
    )
    with store.write() as work:
        work.visits.add((one, two))
        work.visits.save(swapped)
        assert tuple(work.visits.many((one.uid, "two")).values()) == swapped


def test_refusal_leaves_the_transaction_as_it_was_before(store: SqlStore) -> None:
    free = another_visit("free")
    with store.write() as work:
        work.visits.add((a_visit(),))
        with pytest.raises(DoubleBooked):
            work.visits.add((free, SHARING["room"]))
        work.districts.put_extras({"written": "after the refusal"})
    with store.read() as work:
        assert work.visits.in_states(VisitState) == (a_visit(),)
        assert dict(work.districts.extras()) == {"written": "after the refusal"}


FIRST = a_lone_visit("first", "2026-12-08 10:00-11:00", email=VOLUNTEER)
SAME_TIME = a_lone_visit("second", "2026-12-08 10:00-11:00", email=BRUNO)
SAME_PERSON = a_lone_visit("second", "2026-12-08 12:00-13:00", email=VOLUNTEER)


def test_raw_insert_of_an_overlapping_occupancy_is_refused(store: SqlStore, engine: Engine) -> None:
    with store.write() as work:
        work.visits.add((FIRST, SAME_TIME))
    insert = (
        "INSERT INTO occupancy (visit_id, resource_id, starts_at, ends_at)"
        " SELECT (SELECT id FROM visit WHERE uid = 'second'), resource_id, starts_at, ends_at"
        " FROM occupancy WHERE visit_id = (SELECT id FROM visit WHERE uid = 'first')"
    )
    with pytest.raises(IntegrityError) as refusal, engine.begin() as connection:
        connection.execute(text(insert))
    assert is_double_booking(refusal.value)


@pytest.mark.parametrize(
    ("second", "column"), [(SAME_TIME, "resource_id"), (SAME_PERSON, "starts_at")]
)
def test_raw_update_to_an_overlapping_occupancy_is_refused(
    store: SqlStore, engine: Engine, second: Visit, column: str
) -> None:
    with store.write() as work:
        work.visits.add((FIRST, second))
    change = (
        f"UPDATE occupancy SET {column} = (SELECT {column} FROM occupancy AS other"
        " WHERE other.visit_id = (SELECT id FROM visit WHERE uid = 'first'))"
        " WHERE visit_id = (SELECT id FROM visit WHERE uid = 'second')"
    )
    with pytest.raises(IntegrityError) as refusal, engine.begin() as connection:
        connection.execute(text(change))
    assert is_double_booking(refusal.value)


def test_raw_change_that_overlaps_nothing_is_let_through(store: SqlStore, engine: Engine) -> None:
    with store.write() as work:
        work.visits.add((FIRST, SAME_PERSON))
    with engine.begin() as connection:
        changed = connection.execute(text("UPDATE occupancy SET ends_at = ends_at")).rowcount
        kept = connection.execute(text("SELECT count(*) FROM occupancy")).scalar_one()
    assert changed == kept > 0
    with store.read() as work:
        assert tuple(work.visits.many(("first", "second")).values()) == (FIRST, SAME_PERSON)


def test_occupancy_has_to_last(store: SqlStore, engine: Engine) -> None:
    with store.write() as work:
        work.visits.add((FIRST,))
    with pytest.raises(IntegrityError, match="lasts"), engine.begin() as connection:
        connection.execute(text("UPDATE occupancy SET starts_at = ends_at"))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sqlite_refuses_moments_written_in_another_way(store: SqlStore, engine: Engine) -> None:
    with store.write() as work:
        work.visits.add((FIRST,))
    rewrite = text("UPDATE occupancy SET starts_at = replace(starts_at, ' ', 'T')")
    with pytest.raises(IntegrityError, match="miswritten"), engine.begin() as connection:
        connection.execute(rewrite)
