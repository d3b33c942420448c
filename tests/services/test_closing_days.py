"""A day closed at short notice: what it means, who is told, and the way back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from scheduler.domain.closings import Afterwards, Closing
from scheduler.domain.errors import IllegalTransition, Unknown
from scheduler.domain.periods import DateRange
from scheduler.domain.requests import RangeWindow, RequestState
from scheduler.domain.schooldays import Closure
from scheduler.domain.visits import Visit, VisitState
from scheduler.services import closing_days, closing_pages
from scheduler.services.records import OutboxState
from scheduler.services.visits import move, release_due
from tests.builders import DAY, TEACHER, VOLUNTEER, a_school, a_visit, moment, period
from tests.services.world import World

CLOSED = Closure("maple", DateRange(DAY, DAY), "Snow day")


def close(world: World, *schools: str, **changes: object) -> Closing:
    facts: dict[str, object] = {"name": "Snow day", "afterwards": Afterwards.CANCEL, **changes}
    meant = () if "zone" in facts else schools or ("maple",)
    return closing_days.close_day(
        world.store,
        DAY,
        meant,
        actor=world.coordinator,
        now=world.now,
        **facts,  # type: ignore[arg-type]
    )


def undo(world: World, closing: Closing) -> Closing:
    return closing_days.undo(world.store, closing.key, actor=world.coordinator, now=world.now)


def closures(world: World) -> tuple[Closure, ...]:
    with world.store.read() as work:
        return work.districts.closures()


def the_visit(world: World) -> Visit:
    (visit,) = world.visits_of()
    return visit


def test_preview_says_what_it_means_and_changes_nothing(world: World) -> None:
    world.invite()
    before = the_visit(world)
    found = closing_pages.preview(
        world.store, DAY, ("maple",), actor=world.coordinator, now=world.now
    )
    assert [sheet.visit for sheet in found.sheets] == [before]
    assert (found.names, found.people, found.closed) == (("Maple School",), 2, ())
    assert (the_visit(world), closures(world)) == (before, ())


def test_visits_of_the_day_are_off_and_everyone_is_told_at_once(world: World) -> None:
    world.invite()
    visit = the_visit(world)
    closing = close(world)
    assert closures(world) == (CLOSED,)
    off = the_visit(world)
    assert (off.uid, off.state, off.cancel_reason) == (visit.uid, VisitState.CANCELLED, "Snow day")
    told = [
        (r.purpose, r.recipient, r.due_at) for r in world.mail_of(visit) if r.key in closing.mail
    ]
    assert sorted(told) == [
        ("cancellation", VOLUNTEER, world.now),
        ("cancellation", TEACHER, world.now),
    ]
    assert world.request().state is RequestState.WITHDRAWN


def test_other_schools_and_other_days_go_on(world: World) -> None:
    world.invite()
    before = the_visit(world)
    close(world, "birch")
    closing_days.close_day(
        world.store,
        DAY + timedelta(days=1),
        (),
        name="Snow",
        afterwards=Afterwards.CANCEL,
        actor=world.coordinator,
        now=world.now,
    )
    assert the_visit(world) == before


def test_request_looks_for_a_new_time_where_that_is_chosen(world: World) -> None:
    world.invite()
    close(world, afterwards=Afterwards.NEW_TIME)
    request = world.request()
    assert request.state is RequestState.OPEN
    (window,) = request.windows
    assert isinstance(window, RangeWindow)
    assert DAY in window.days
    world.propose()
    proposal = world.proposal()
    assert proposal is not None
    assert proposal.sessions[0].start.date() != DAY


def test_person_with_several_visits_gets_one_mail(world: World) -> None:
    later = a_visit(
        uid="1c5b1f0e-7d0a-4d0e-9a63-3f6f6c1f2b10",
        period=period("2026-12-08 12:30-13:20"),
        state=VisitState.CONFIRMED,
    )
    with world.store.write() as work:
        work.visits.add((a_visit(), later))
    closing = close(world)
    with world.store.read() as work:
        rows = work.outbox.of_subjects((a_visit().uid, later.uid))
    told = {row.recipient: row.facts["visits"] for row in rows if row.key in closing.mail}
    assert len(closing.mail) == 2
    assert told == {who: [a_visit().uid, later.uid] for who in (VOLUNTEER, TEACHER)}


def test_taking_it_back_leaves_everything_as_it_was(world: World) -> None:
    world.invite()
    visit, request = the_visit(world), world.request()
    closing = close(world, afterwards=Afterwards.NEW_TIME)
    undo(world, closing)
    back = the_visit(world)
    assert back == replace(visit, sequence=visit.sequence + 2, revised_at=world.now)
    assert (world.request(), closures(world)) == (request, ())
    assert not [row for row in world.mail_of(visit) if row.purpose == "cancellation"]
    with pytest.raises(IllegalTransition):
        undo(world, closing)


def test_visit_that_nobody_heard_of_comes_back_without_a_trace(world: World) -> None:
    world.propose()
    world.approve("robots")
    held = the_visit(world)
    closing = close(world)
    assert closing.mail == ()
    undo(world, closing)
    assert the_visit(world) == replace(held, revised_at=world.now)
    invitations = [row for row in world.mail_of(held) if row.purpose == "invitation"]
    assert [row.state for row in invitations] == [OutboxState.HELD]
    world.wait(minutes=11)
    assert release_due(world.store, now=world.now).visits == (held.uid,)


def test_it_cannot_be_taken_back_once_somebody_was_told(world: World) -> None:
    world.invite()
    closing = close(world)
    with world.store.write() as work:
        work.outbox.claim(now=world.now, until=world.now + timedelta(minutes=10), limit=10)
    with world.store.read() as work:
        (line,) = closing_pages.closing_lines(work, now=world.now)
    assert not line.can_undo
    with pytest.raises(IllegalTransition):
        undo(world, closing)
    assert the_visit(world).state is VisitState.CANCELLED
    assert closures(world) == (CLOSED,)


def test_visit_that_was_to_move_there_stays_where_it_is(world: World) -> None:
    world.invite()
    move(
        world.store,
        the_visit(world).uid,
        start=moment("2026-12-10 10:40"),
        actor=world.coordinator,
        now=world.now,
        gazetteer=world.gazetteer,
    )
    closing_days.close_day(
        world.store,
        date(2026, 12, 10),
        (),
        name="Snow",
        afterwards=Afterwards.CANCEL,
        actor=world.coordinator,
        now=world.now,
    )
    visit = the_visit(world)
    assert (visit.state, visit.pending_move, visit.period) == (
        VisitState.INVITED,
        None,
        period("2026-12-08 10:40-11:30"),
    )


def test_zone_means_its_schools(world: World) -> None:
    with world.store.write() as work:
        work.districts.put_schools((a_school(zone="North"),))
    closing = close(world, zone="North")
    assert closing.schools == ("maple",)
    with pytest.raises(Unknown):
        close(world, zone="South")
    with pytest.raises(Unknown):
        close(world, "nowhere")
