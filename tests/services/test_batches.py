"""Deciding on a change: carried out whole, or not at all, and dropped without a trace."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from scheduler.domain.availability import DaysAway
from scheduler.domain.batches import BatchState
from scheduler.domain.errors import IllegalTransition
from scheduler.domain.periods import DateRange
from scheduler.domain.requests import RequestState
from scheduler.domain.visits import VisitState
from scheduler.services import batch_pages, batches
from tests.builders import (
    DAY,
    TEACHER,
    VOLUNTEER,
    a_request,
    a_volunteer,
    period,
)
from tests.databases import statements
from tests.services.changes import AWAY, HOUR, ILL, SNOW, a_chain, approved, side, tried
from tests.services.world import (
    BRUNO,
    CHLOE,
    World,
    two_more_volunteers,
)


@pytest.mark.each_engine
def test_approval_takes_out_books_anew_and_tells_everyone(world: World) -> None:
    (visit,) = world.invite()
    world.put_volunteers(*two_more_volunteers())
    done = approved(world, tried(world, AWAY))
    assert (done.state, done.decided_at) == (BatchState.APPROVED, world.now)
    former, fresh = sorted(world.visits_of(), key=lambda each: each.occupies)
    assert (former.uid, former.state) == (visit.uid, VisitState.CANCELLED)
    assert (fresh.state, fresh.volunteers, fresh.period) == (
        VisitState.HELD,
        (BRUNO,),
        period(HOUR),
    )
    assert ("taken_out", VOLUNTEER, "due") in world.told(former)
    assert world.told(fresh) == [("announcement", TEACHER, "held"), ("invitation", BRUNO, "held")]
    assert world.request().state is RequestState.BOOKED
    with world.store.read() as work:
        person = work.volunteers.get(VOLUNTEER)
    assert person is not None
    assert person.away == (DaysAway(DateRange(DAY, DAY)),)


def test_panel_keeps_its_visit_and_asks_one_more(world: World) -> None:
    world.put_volunteers(*two_more_volunteers())
    world.put_requests(a_request(speakers=2))
    (visit,) = world.invite()
    assert set(visit.volunteers) == {VOLUNTEER, BRUNO}
    batch = tried(world, AWAY)
    assert batch.entries[0].becomes == side(HOUR, CHLOE)
    approved(world, batch)
    (visit,) = world.visits_of()
    assert (visit.state, visit.volunteers) == (VisitState.INVITED, (BRUNO, CHLOE))


def test_visit_that_nobody_heard_of_is_replaced_without_a_word(world: World) -> None:
    world.put_volunteers(*two_more_volunteers())
    world.propose()
    world.approve("robots")
    approved(world, tried(world, AWAY))
    former, fresh = sorted(world.visits_of(), key=lambda each: each.occupies)
    assert (former.state, fresh.volunteers) == (VisitState.CANCELLED, (BRUNO,))
    assert {state for _, _, state in world.told(former)} == {"superseded"}


def test_snow_day_without_another_lesson_calls_the_visit_off(world: World) -> None:
    (visit,) = world.invite()
    batch = tried(world, SNOW)
    (entry,) = batch.entries
    assert (entry.becomes, entry.reason) == (None, "no_start")
    approved(world, batch)
    (visit,) = world.visits_of()
    assert (visit.state, visit.cancel_reason) == (VisitState.CANCELLED, "Snow day")
    assert ("cancellation", VOLUNTEER, "due") in world.told(visit)
    assert world.request().state is RequestState.WITHDRAWN


def test_one_lost_session_leaves_the_rest_of_a_series(world: World) -> None:
    world.put_requests(a_request(sessions=2))
    world.put_volunteers(a_volunteer(limits=replace(a_volunteer().limits, max_per_month=4)))
    world.invite()
    approved(world, tried(world, SNOW))
    first, second = world.visits_of()
    assert (first.state, second.state) == (VisitState.CANCELLED, VisitState.INVITED)
    assert world.request().state is RequestState.BOOKED


def test_answer_that_came_meanwhile_makes_the_batch_stale(world: World) -> None:
    (visit,) = world.invite()
    world.put_volunteers(*two_more_volunteers())
    batch = tried(world, AWAY)
    world.answer(visit, VOLUNTEER, says_yes=True)
    done = approved(world, batch)
    assert (done.state, done.broken) == (BatchState.STALE, {"robots": ("overtaken",)})
    (visit,) = world.visits_of()
    assert (visit.state, visit.volunteers) == (VisitState.CONFIRMED, (VOLUNTEER,))
    with world.store.read() as work:
        assert work.volunteers.get(VOLUNTEER) == a_volunteer()


def test_stand_in_who_can_no_longer_come_undoes_all_of_it(world: World) -> None:
    (visit,) = world.invite()
    world.put_volunteers(*two_more_volunteers()[:1])
    batch = tried(world, AWAY)
    world.put_volunteers(a_volunteer(email=BRUNO, name="Bruno Silva", clearances=()))
    done = approved(world, batch)
    assert (done.state, done.broken) == (BatchState.STALE, {"robots": ("clearance_valid",)})
    (unchanged,) = world.visits_of()
    assert unchanged == visit
    assert ("taken_out", VOLUNTEER, "due") not in world.told(visit)


def test_visit_booked_meanwhile_on_the_closed_day_makes_the_batch_stale(world: World) -> None:
    batch = tried(world, SNOW)
    assert batch.entries == ()
    world.invite()
    done = approved(world, batch)
    assert (done.state, done.broken) == (BatchState.STALE, {"robots": ("touches_more",)})
    with world.store.read() as work:
        assert work.districts.closures() == ()


def test_many_batches_are_read_with_as_many_queries_as_one(world: World) -> None:
    a_chain(world)

    def queries() -> int:
        with statements() as asked:
            batch_pages.waiting(world.store, actor=world.coordinator)
        return len(asked)

    tried(world, SNOW)
    alone = queries()
    for what_if in (AWAY, ILL):
        tried(world, what_if)
    assert queries() == alone


def test_batch_is_decided_once(world: World) -> None:
    batch = tried(world, AWAY)
    (shown,) = batch_pages.waiting(world.store, actor=world.coordinator)
    assert (shown.batch, shown.subject) == (batch, "Amara Okafor")
    dropped = batches.drop(world.store, batch.key, actor=world.coordinator, now=world.now)
    assert dropped.state is BatchState.DROPPED
    assert batch_pages.waiting(world.store, actor=world.coordinator) == ()
    with pytest.raises(IllegalTransition):
        approved(world, batch)


@pytest.mark.each_engine
def test_of_two_who_approve_at_once_one_carries_it_out(world: World) -> None:
    world.invite()
    world.put_volunteers(*two_more_volunteers())
    batch = tried(world, AWAY)
    start = Barrier(2)

    def outcome(_: int) -> str:
        start.wait(10)
        try:
            return str(approved(world, batch).state)
        except IllegalTransition:
            return "decided before"

    with ThreadPoolExecutor(2) as people:
        assert sorted(people.map(outcome, range(2))) == ["approved", "decided before"]
    assert len([v for v in world.visits_of() if v.occupies]) == 1


def test_what_was_done_is_noted(world: World) -> None:
    world.invite()
    world.put_volunteers(*two_more_volunteers())
    approved(world, tried(world, AWAY))
    with world.store.read() as work:
        deeds = [entry.deed for entry in work.activities.recent(limit=4)]
    assert deeds[0] == "carried out a change"
    assert "tried out a change" in deeds
