"""Visits come back with their bookings, and are found by whom, where and when they concern."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from scheduler.domain.errors import Unknown
from scheduler.domain.visits import Booking, Partstat, PendingMove, Visit, VisitState
from scheduler.domain.volunteers import Format
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import NOW, VOLUNTEER, a_visit, moment, period, some_bookings
from tests.storage.district import BRUNO, CHLOE, a_lone_visit, another_visit

FULL = Visit(
    uid="visit-1@visits.example",
    request="robots",
    session=3,
    period=period("2026-12-08 10:40-11:30"),
    timezone="America/Edmonton",
    format=Format.VIRTUAL,
    state=VisitState.CONFIRMED,
    bookings=(
        Booking(CHLOE, Partstat.TENTATIVE, Format.IN_PERSON, "Perhaps", NOW),
        Booking(VOLUNTEER, Partstat.DECLINED, None, "Ill", NOW + timedelta(hours=1), True),
        Booking(BRUNO),
    ),
    created_at=NOW,
    revised_at=NOW + timedelta(microseconds=1),
    school="maple",
    hosts=("teacher:lena@schools.example", "class:maple-5a", "room:maple/12"),
    room="12",
    sequence=7,
    release_at=NOW + timedelta(minutes=10),
    pending_move=PendingMove(
        period=period("2026-12-09 09:30-10:20"),
        room="Gym",
        hosts=("teacher:lena@schools.example", "room:maple/Gym"),
        since=NOW,
        release_at=NOW + timedelta(minutes=10),
    ),
    was_released=True,
    cancelled_at=NOW + timedelta(days=1),
    cancel_reason="Snow",
)


@pytest.mark.parametrize("visit", [FULL, a_visit(), a_visit(bookings=(), hosts=(), school="")])
def test_visit_comes_back_whole(store: SqlStore, visit: Visit) -> None:
    with store.write() as work:
        work.visits.add((visit,))
    with store.read() as work:
        assert work.visits.get(visit.uid) == visit


@pytest.mark.parametrize(
    "changed",
    [
        replace(FULL, pending_move=None, bookings=FULL.bookings[::-1]),
        replace(FULL, period=period("2026-12-10 09:30-10:20"), bookings=some_bookings(VOLUNTEER)),
        replace(FULL, state=VisitState.CANCELLED, school="birch", request="bridges"),
    ],
    ids=["bookings", "time", "state"],
)
def test_saved_visit_replaces_what_was_there(store: SqlStore, changed: Visit) -> None:
    other = another_visit("other", bookings=())
    with store.write() as work:
        work.visits.add((FULL, other))
    with store.write() as work:
        work.visits.save((changed,))
        assert work.visits.get(FULL.uid) == changed
        assert work.visits.get("other") == other


def test_many_keeps_the_order_asked_for(store: SqlStore) -> None:
    later, sooner = another_visit("later"), a_visit(uid="sooner")
    with store.write() as work:
        work.visits.add((later, sooner))
        found = work.visits.many(("sooner", "nothing", "later"))
    assert list(found.items()) == [("sooner", sooner), ("later", later)]


def test_visits_are_found_by_request_volunteer_and_school_in_order_of_start(
    store: SqlStore,
) -> None:
    monday = a_lone_visit("monday", "2026-12-07 09:00-10:00", email=BRUNO)
    tuesday = another_visit("tuesday")
    removed = a_visit(uid="removed", bookings=(Booking(CHLOE, removed=True), Booking(VOLUNTEER)))
    with store.write() as work:
        work.visits.add((tuesday, removed, monday))
    with store.read() as work:
        visits = work.visits
        assert visits.of_requests(("robots", "bridges")) == (monday, removed, tuesday)
        assert visits.of_requests(("bridges",)) == (tuesday,)
        assert visits.of_volunteers((BRUNO, CHLOE)) == (monday, removed, tuesday)
        assert visits.of_volunteers((CHLOE,)) == (removed,)
        assert visits.of_schools(("birch",)) == (tuesday,)
        assert visits.of_schools(("maple", "birch")) == (monday, removed, tuesday)


def test_since_leaves_out_visits_that_ended_by_then(store: SqlStore) -> None:
    visit = a_visit(period=period("2026-12-08 10:00-11:00"))
    end = moment("2026-12-08 11:00")
    with store.write() as work:
        work.visits.add((visit,))
        for since, expected in ((end, ()), (end - timedelta(seconds=1), (visit,))):
            assert work.visits.of_volunteers((VOLUNTEER,), since=since) == expected
            assert work.visits.of_schools(("maple",), since=since) == expected
            assert work.visits.in_states((VisitState.INVITED,), since=since) == expected


def test_until_leaves_out_visits_that_start_then(store: SqlStore) -> None:
    visit = a_visit(period=period("2026-12-08 10:00-11:00"))
    start = moment("2026-12-08 10:00")
    with store.write() as work:
        work.visits.add((visit,))
        invited = (VisitState.INVITED,)
        assert work.visits.in_states(invited, until=start) == ()
        assert work.visits.in_states(invited, until=start + timedelta(seconds=1)) == (visit,)


def test_visits_are_found_by_state(store: SqlStore) -> None:
    held = a_visit(state=VisitState.HELD)
    over = another_visit("over", state=VisitState.MISSED)
    with store.write() as work:
        work.visits.add((held, over))
        assert work.visits.in_states((VisitState.HELD, VisitState.INVITED)) == (held,)
        assert work.visits.in_states(()) == ()


def test_due_for_release_are_held_visits_and_moves_by_their_moment(store: SqlStore) -> None:
    move = replace(FULL.pending_move, release_at=NOW) if FULL.pending_move else None
    moving = a_visit(uid="moving", pending_move=move)
    held = another_visit("held", state=VisitState.HELD, release_at=NOW - timedelta(minutes=1))
    waiting = a_lone_visit("waiting", "2026-12-11 09:00-10:00", email=CHLOE)
    waiting = replace(waiting, state=VisitState.HELD, release_at=NOW + timedelta(seconds=1))
    unnamed = replace(waiting, uid="unnamed", release_at=None, bookings=())
    with store.write() as work:
        work.visits.add((moving, held, waiting, unnamed))
        assert work.visits.due_for_release(NOW) == (held, moving)


def test_removed_visit_leaves_nothing_behind(store: SqlStore) -> None:
    with store.write() as work:
        work.visits.add((FULL,))
        work.visits.remove((FULL.uid, "never heard of"))
        assert work.visits.get(FULL.uid) is None
        work.visits.add((FULL,))
        assert work.visits.get(FULL.uid) == FULL


def test_uid_belongs_to_one_visit(store: SqlStore) -> None:
    twin = another_visit(FULL.uid)
    with pytest.raises(IntegrityError), store.write() as work:
        work.visits.add((FULL, twin))


def test_saving_a_visit_that_was_never_added_is_refused(store: SqlStore) -> None:
    with pytest.raises(Unknown, match="no visit"), store.write() as work:
        work.visits.save((FULL,))


@pytest.mark.parametrize(
    ("visit", "problem"),
    [
        (a_visit(request="nothing"), "no request “nothing”"),
        (a_visit(bookings=some_bookings("x@y.example")), "no volunteer “x@y.example”"),
        (a_visit(school="elm"), "no school “elm”"),
    ],
)
def test_visit_that_names_a_stranger_is_refused(
    store: SqlStore, visit: Visit, problem: str
) -> None:
    with pytest.raises(Unknown, match=problem), store.write() as work:
        work.visits.add((visit,))
