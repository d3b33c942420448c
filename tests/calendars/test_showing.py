"""Which visits a feed shows, for how long, and as what."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.calendars.showing import is_out, sequence_for, shown_in_feed, status_for
from scheduler.domain.errors import IllegalTransition
from scheduler.domain.periods import Period
from scheduler.domain.visits import Booking, Partstat, Visit, VisitState, answer, cancel
from tests.builders import NOW, VOLUNTEER, a_visit, some_bookings

BEN = "ben@bridges.example"
DAY = timedelta(days=1)


def starting(start: datetime, **changes: object) -> Visit:
    return a_visit(period=Period(start, start + timedelta(hours=1)), **changes)


def a_panel() -> Visit:
    return a_visit(bookings=some_bookings(VOLUNTEER, BEN))


def last_day_shown(visit: Visit, email: str | None) -> int:
    """Return how many days after NOW the visit is still shown, -1 for never."""
    days = [n for n in range(120) if shown_in_feed(visit, now=NOW + n * DAY, email=email)]
    assert days == list(range(len(days)))
    return len(days) - 1


@pytest.mark.parametrize(
    "state",
    [VisitState.INVITED, VisitState.CONFIRMED, VisitState.HAPPENED, VisitState.MISSED],
)
def test_released_visit_is_shown_to_everyone_concerned(state: VisitState) -> None:
    visit = a_visit(state=state)
    assert shown_in_feed(visit, now=NOW, email=None)
    assert shown_in_feed(visit, now=NOW, email=VOLUNTEER)


def test_held_visit_is_in_no_feed() -> None:
    visit = a_visit(state=VisitState.HELD)
    assert not shown_in_feed(visit, now=NOW, email=None)
    assert not shown_in_feed(visit, now=NOW, email=VOLUNTEER)


def test_volunteer_sees_no_visit_of_others() -> None:
    assert not shown_in_feed(a_visit(), now=NOW, email=BEN)


def test_visit_cancelled_before_its_release_is_never_shown() -> None:
    visit = cancel(a_visit(state=VisitState.HELD), reason="", at=NOW)
    assert not shown_in_feed(visit, now=NOW, email=None)


def test_cancelled_visit_stays_until_thirty_days_after_the_cancellation() -> None:
    visit = cancel(a_visit(), reason="snow", at=NOW)
    assert last_day_shown(visit, None) == 30
    assert last_day_shown(visit, VOLUNTEER) == 30


def test_visit_stays_for_the_one_who_declined_until_thirty_days_after_the_answer() -> None:
    declined = answer(a_panel(), VOLUNTEER, partstat=Partstat.DECLINED, at=NOW)
    later = replace(declined, revised_at=NOW + 20 * DAY)
    assert last_day_shown(later, VOLUNTEER) == 30
    assert shown_in_feed(later, now=NOW + 31 * DAY, email=BEN)


def test_visit_stays_for_the_one_swapped_out_counted_from_the_swap() -> None:
    answered = Booking(VOLUNTEER, Partstat.ACCEPTED, answered_at=NOW - 60 * DAY, removed=True)
    visit = a_visit(bookings=(answered, Booking(BEN)))
    assert last_day_shown(visit, VOLUNTEER) == 30


def test_the_one_who_declined_sees_the_earlier_of_two_ends() -> None:
    declined = answer(a_panel(), VOLUNTEER, partstat=Partstat.DECLINED, at=NOW)
    cancelled = cancel(declined, reason="", at=NOW + 10 * DAY)
    assert last_day_shown(cancelled, VOLUNTEER) == 30
    assert last_day_shown(cancelled, BEN) == 40


def test_past_is_shown_for_ninety_days_and_the_future_for_four_hundred() -> None:
    today = datetime(2026, 11, 21, tzinfo=UTC)
    shown = {
        days: shown_in_feed(starting(today + days * DAY), now=NOW, email=None)
        for days in (-91, -90, 400, 401)
    }
    assert shown == {-91: False, -90: True, 400: True, 401: False}


@given(
    st.datetimes(datetime(2026, 8, 1), datetime(2028, 2, 1)),
    st.integers(0, 24 * 60 - 1),
    st.sampled_from([VisitState.INVITED, VisitState.CANCELLED]),
)
def test_nothing_appears_or_goes_within_a_day(
    start: datetime, minute: int, state: VisitState
) -> None:
    visit = starting(start.replace(tzinfo=UTC), state=state, cancelled_at=NOW - 30 * DAY)
    midnight = datetime(2026, 11, 21, tzinfo=UTC)
    moment = midnight + timedelta(minutes=minute)
    assert shown_in_feed(visit, now=moment, email=None) == shown_in_feed(
        visit, now=midnight, email=None
    )


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (VisitState.INVITED, "TENTATIVE"),
        (VisitState.CONFIRMED, "CONFIRMED"),
        (VisitState.HAPPENED, "CONFIRMED"),
        (VisitState.MISSED, "TENTATIVE"),
        (VisitState.CANCELLED, "CANCELLED"),
    ],
)
def test_status_follows_the_state(state: VisitState, status: str) -> None:
    assert status_for(a_visit(state=state), VOLUNTEER) == status


def test_visit_that_was_certain_stays_so_when_nobody_came() -> None:
    yes = some_bookings(VOLUNTEER, partstat=Partstat.ACCEPTED)
    assert status_for(a_visit(state=VisitState.MISSED, bookings=yes), VOLUNTEER) == "CONFIRMED"


def test_held_visit_has_no_status() -> None:
    with pytest.raises(IllegalTransition, match="held cannot be shown"):
        status_for(a_visit(state=VisitState.HELD), None)


def test_visit_is_cancelled_for_the_one_who_declined_and_for_nobody_else() -> None:
    visit = answer(a_panel(), VOLUNTEER, partstat=Partstat.DECLINED, at=NOW)
    statuses = {email: status_for(visit, email) for email in (VOLUNTEER, BEN, None)}
    assert statuses == {VOLUNTEER: "CANCELLED", BEN: "TENTATIVE", None: "TENTATIVE"}
    assert [is_out(visit, email) for email in (VOLUNTEER, BEN, None)] == [True, False, False]


def test_decline_raises_sequence_in_the_own_calendar_alone() -> None:
    visit = answer(a_panel(), VOLUNTEER, partstat=Partstat.DECLINED, at=NOW)
    assert visit.sequence == a_panel().sequence
    assert sequence_for(visit, VOLUNTEER) == visit.sequence + 1
    assert sequence_for(visit, BEN) == visit.sequence


def test_sequence_of_a_cancelled_visit_is_the_same_for_all() -> None:
    declined = answer(a_visit(), VOLUNTEER, partstat=Partstat.DECLINED, at=NOW)
    cancelled = cancel(declined, reason="", at=NOW)
    assert sequence_for(cancelled, VOLUNTEER) == sequence_for(cancelled, None) == 1


def test_sequence_never_falls_when_somebody_is_asked_again() -> None:
    declined = answer(a_panel(), VOLUNTEER, partstat=Partstat.DECLINED, at=NOW)
    asked_again = replace(declined, bookings=(*declined.bookings, Booking(VOLUNTEER)))
    cancelled = cancel(asked_again, reason="", at=NOW)
    steps = [a_panel(), declined, asked_again, cancelled]
    assert [status_for(visit, VOLUNTEER) for visit in steps] == [
        "TENTATIVE",
        "CANCELLED",
        "TENTATIVE",
        "CANCELLED",
    ]
    assert [sequence_for(visit, VOLUNTEER) for visit in steps] == [0, 1, 1, 2]
