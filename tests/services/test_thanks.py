"""Thanks: to who came, the morning after, once a request, and never for what did not take place."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from scheduler.domain.visits import Booking, Partstat, Visit, VisitState
from scheduler.services.announcements import THANKS
from scheduler.services.rounds import ask_daily
from scheduler.services.sheets import sheets_of
from scheduler.services.still_true import is_still_wanted
from scheduler.services.thanks import thank
from tests.builders import VOLUNTEER, a_visit, moment
from tests.services.world import BRUNO, World, two_more_volunteers

THAT_EVENING, NEXT_MORNING = moment("2026-12-08 20:00"), moment("2026-12-09 08:00")
YES = (Booking(VOLUNTEER, Partstat.ACCEPTED),)


def happened(**changes: object) -> Visit:
    """Return the visit of ``DAY``, which took place with Amara."""
    return replace(a_visit(state=VisitState.HAPPENED, bookings=YES), **changes)


def put(world: World, *visits: Visit) -> None:
    """Keep these visits as they are."""
    with world.store.write() as work:
        work.visits.add(visits)


def thanked(world: World, *, at: datetime) -> list[str]:
    """Write the thanks that are due and return everybody who was thanked so far."""
    with world.store.write() as work:
        thank(work, now=at)
        rows = work.outbox.of_subjects((a_visit().uid,))
    return [row.recipient for row in rows if row.purpose == THANKS]


def test_who_came_is_thanked_the_morning_after_and_once(world: World) -> None:
    put(world, happened())
    assert thanked(world, at=THAT_EVENING) == []
    assert thanked(world, at=NEXT_MORNING) == [VOLUNTEER]
    assert thanked(world, at=NEXT_MORNING + timedelta(days=1)) == [VOLUNTEER]


def test_round_of_the_day_thanks(world: World) -> None:
    put(world, happened())
    assert ask_daily(world.store, now=NEXT_MORNING).thanked == 1
    assert ask_daily(world.store, now=NEXT_MORNING).thanked == 0


@pytest.mark.parametrize("state", [VisitState.MISSED, VisitState.CANCELLED])
def test_nobody_is_thanked_for_what_did_not_take_place(world: World, state: VisitState) -> None:
    put(world, happened(state=state))
    assert thanked(world, at=NEXT_MORNING) == []


def test_who_left_or_never_answered_is_not_thanked(world: World) -> None:
    world.put_volunteers(*two_more_volunteers())
    left = Booking(BRUNO, Partstat.DECLINED, removed=True)
    put(world, happened(bookings=(Booking(VOLUNTEER), left)))
    assert thanked(world, at=NEXT_MORNING) == []


def test_series_is_thanked_for_at_its_end(world: World) -> None:
    week = timedelta(days=7)
    first = happened()
    span = first.period
    second = replace(
        first,
        uid="second",
        session=2,
        period=replace(span, start=span.start + week, end=span.end + week),
        state=VisitState.CONFIRMED,
    )
    put(world, first, second)
    assert thanked(world, at=NEXT_MORNING) == []


def test_thanks_are_not_sent_once_the_teacher_said_that_nobody_came(world: World) -> None:
    put(world, happened())
    with world.store.write() as work:
        thank(work, now=NEXT_MORNING)
        (row,) = work.outbox.of_subjects((a_visit().uid,))
        work.visits.save((happened(state=VisitState.MISSED),))
        sheets = sheets_of(work, (happened(state=VisitState.MISSED),))
    assert not is_still_wanted(row, sheets, now=NEXT_MORNING)
