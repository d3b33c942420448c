"""Moving a visit: who is asked anew, how long others see the old time, what is kept free."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from scheduler.domain.errors import IllegalTransition
from scheduler.domain.periods import Period
from scheduler.domain.visits import (
    Booking,
    Partstat,
    PendingMove,
    Visit,
    VisitState,
    hosts_of,
    move,
    plan_move,
    release_move,
)
from tests.builders import NOW, TEACHER, VOLUNTEER, a_visit, period, some_bookings

BEN = "ben@robots.example"
OLD_TIME = period("2026-12-08 10:40-11:30")
NEW_TIME = period("2026-12-09 09:30-10:20")
YES, NO = Partstat.ACCEPTED, Partstat.DECLINED
HELD, INVITED, CONFIRMED = VisitState.HELD, VisitState.INVITED, VisitState.CONFIRMED
MINUTE = timedelta(minutes=1)


def hosts(room: str) -> tuple[str, ...]:
    return hosts_of(teacher_email=TEACHER, school="maple", classroom="maple-5a", room=room)


def moved(visit: Visit, to: Period, *, room: str = "12", at: datetime = NOW) -> Visit:
    return move(visit, period=to, room=room, hosts=hosts(room), at=at)


def planned(visit: Visit, to: Period, *, room: str = "12", at: datetime = NOW) -> Visit:
    return plan_move(visit, period=to, room=room, hosts=hosts(room), at=at)


def a_confirmed_visit() -> Visit:
    return a_visit(
        state=CONFIRMED,
        sequence=1,
        bookings=(
            Booking(VOLUNTEER, YES, reason="Glad to", answered_at=NOW),
            Booking(BEN, NO, reason="Ill", answered_at=NOW, removed=True),
        ),
    )


def test_a_new_time_asks_everyone_who_is_still_meant_to_come_anew() -> None:
    visit = a_confirmed_visit()
    assert moved(visit, NEW_TIME, at=NOW + MINUTE) == replace(
        visit,
        period=NEW_TIME,
        state=INVITED,
        sequence=2,
        bookings=(Booking(VOLUNTEER), visit.bookings[1]),
        revised_at=NOW + MINUTE,
    )


def test_another_room_asks_nobody_anew() -> None:
    visit = a_confirmed_visit()
    assert moved(visit, OLD_TIME, room="Gym", at=NOW + MINUTE) == replace(
        visit, room="Gym", hosts=hosts("Gym"), sequence=2, revised_at=NOW + MINUTE
    )


def test_another_room_leaves_what_was_agreed_beforehand_confirmed() -> None:
    agreed = a_visit(state=CONFIRMED, bookings=some_bookings(VOLUNTEER))
    assert moved(agreed, OLD_TIME, room="Gym").state is CONFIRMED


def test_move_to_the_same_time_and_room_changes_nothing() -> None:
    visit = a_confirmed_visit()
    assert moved(visit, OLD_TIME, at=NOW + MINUTE) == visit


def test_held_visit_moves_without_a_trace() -> None:
    held = a_visit(state=HELD, release_at=NOW + 10 * MINUTE)
    for move_it in (moved, planned):
        assert move_it(held, NEW_TIME, at=NOW + MINUTE) == replace(
            held, period=NEW_TIME, revised_at=NOW + MINUTE
        )


def test_planned_move_shows_the_old_time_until_its_release() -> None:
    visit = a_confirmed_visit()
    pending = PendingMove(NEW_TIME, "Gym", hosts("Gym"), NOW, NOW + 10 * MINUTE)
    waiting = planned(visit, NEW_TIME, room="Gym")
    assert waiting == replace(visit, pending_move=pending)
    released = release_move(waiting, at=pending.release_at)
    assert released == moved(visit, NEW_TIME, room="Gym", at=pending.release_at)
    assert (released.sequence, released.pending_move) == (2, None)


@pytest.mark.parametrize(
    ("edits_after_minutes", "release_after_minutes"),
    [
        pytest.param([0], 10, id="one edit"),
        pytest.param([0, 4], 14, id="ten minutes after the last"),
        pytest.param([0, 9, 18], 28, id="each edit puts it off"),
        pytest.param([0, 9, 18, 20], 30, id="exactly thirty"),
        pytest.param([0, 9, 18, 27], 30, id="thirty at most"),
        pytest.param([0, 10, 20, 29], 30, id="however often"),
    ],
)
def test_release_is_ten_minutes_after_the_last_edit_and_thirty_at_most(
    edits_after_minutes: list[int], release_after_minutes: int
) -> None:
    visit = a_visit()
    for number, minutes in enumerate(edits_after_minutes):
        later = Period(NEW_TIME.start + number * MINUTE, NEW_TIME.end + number * MINUTE)
        visit = planned(visit, later, at=NOW + minutes * MINUTE)
    assert visit.pending_move is not None
    assert visit.pending_move.since == NOW
    assert visit.pending_move.release_at == NOW + release_after_minutes * MINUTE
    assert visit.pending_move.period == later


def test_only_the_last_of_several_edits_is_released_and_uses_one_sequence() -> None:
    first = planned(a_visit(), period("2026-12-10 09:30-10:20"))
    second = planned(first, NEW_TIME, at=NOW + MINUTE)
    released = release_move(second, at=NOW + 11 * MINUTE)
    assert (released.period, released.sequence) == (NEW_TIME, 1)


def test_move_back_before_the_release_leaves_no_trace() -> None:
    visit = a_confirmed_visit()
    assert planned(planned(visit, NEW_TIME), OLD_TIME, at=NOW + MINUTE) == visit


@pytest.mark.parametrize(
    ("before_start", "is_held_back"),
    [
        pytest.param(timedelta(hours=24), True, id="exactly 24 hours"),
        pytest.param(timedelta(hours=24) - timedelta(seconds=1), False, id="within 24 hours"),
        pytest.param(timedelta(minutes=5), False, id="about to begin"),
    ],
)
def test_move_within_24_hours_of_the_old_time_is_not_held_back(
    before_start: timedelta, is_held_back: bool
) -> None:
    found = planned(a_visit(), NEW_TIME, at=OLD_TIME.start - before_start)
    assert (found.pending_move is not None) is is_held_back
    assert found.period == (OLD_TIME if is_held_back else NEW_TIME)


def test_move_to_within_24_hours_is_not_held_back() -> None:
    tomorrow = period("2026-12-01 09:30-10:20")
    found = planned(a_visit(), tomorrow, at=tomorrow.start - timedelta(hours=23))
    assert (found.period, found.pending_move, found.sequence) == (tomorrow, None, 1)


def test_move_at_once_takes_the_place_of_a_pending_one() -> None:
    waiting = planned(a_visit(), NEW_TIME)
    third = period("2026-12-10 09:30-10:20")
    found = planned(waiting, third, at=OLD_TIME.start - timedelta(hours=1))
    assert (found.period, found.pending_move) == (third, None)


def test_nothing_pending_cannot_be_released() -> None:
    with pytest.raises(IllegalTransition) as caught:
        release_move(a_visit(), at=NOW)
    assert caught.value.state == "not being moved"


def test_pending_move_keeps_the_old_and_the_new_time_free() -> None:
    waiting = planned(a_visit(), NEW_TIME, room="Gym")
    assert waiting.occupied == (
        (f"volunteer:{VOLUNTEER}", OLD_TIME),
        (f"volunteer:{VOLUNTEER}", NEW_TIME),
        (f"teacher:{TEACHER}", OLD_TIME),
        (f"teacher:{TEACHER}", NEW_TIME),
        ("class:maple-5a", OLD_TIME),
        ("class:maple-5a", NEW_TIME),
        ("room:maple/12", OLD_TIME),
        ("room:maple/Gym", NEW_TIME),
    )


@pytest.mark.parametrize("new_time", ["2026-12-08 11:00-11:50", "2026-12-08 11:30-11:50"])
def test_old_and_new_time_that_meet_are_kept_as_one(new_time: str) -> None:
    waiting = planned(a_visit(), period(new_time))
    both = period("2026-12-08 10:40-11:50")
    assert waiting.occupied == (
        (f"volunteer:{VOLUNTEER}", both),
        (f"teacher:{TEACHER}", both),
        ("class:maple-5a", both),
        ("room:maple/12", both),
    )
