"""Who has no part in a visit and hears of it: offices and coordinators, mostly once a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from scheduler.domain.mail_choices import MailChoices, MailKind, Pace
from scheduler.domain.people import RoleName
from scheduler.domain.visits import Visit
from tests.actors import LENA
from tests.builders import (
    COORDINATOR,
    TEACHER,
    VOLUNTEER,
    a_person,
    a_request,
    a_volunteer,
    moment,
)
from tests.services.test_delivery import deliver, text_of
from tests.services.test_visits import cancel, move
from tests.services.world import World

OFFICE, OTHER_OFFICE = "olive@schools.example", "oskar@schools.example"
WEEK_BEFORE, DAYS_MAIL = moment("2026-12-04 10:00"), moment("2026-12-04 15:00")
LATER = moment("2026-12-10 10:40")


@pytest.fixture
def visit(world: World) -> Visit:
    """Return a confirmed visit to Maple School; both schools have an office."""
    with world.store.write() as work:
        for email, school in ((OFFICE, "maple"), (OTHER_OFFICE, "birch")):
            work.people.put((a_person(RoleName.OFFICE, email=email, schools=(school,)),))
    world.put_volunteers(a_volunteer(limits=replace(a_volunteer().limits, notice_days=0)))
    (visit,) = world.invite()
    world.answer(visit, VOLUNTEER, True)
    deliver_at(world, world.now + timedelta(days=1))
    return world.visits_of()[0]


def deliver_at(world: World, now: datetime) -> list[str]:
    """Send what is due at that moment; return who was sent something."""
    world.transport.sent.clear()
    world.now = now
    deliver(world)
    return sorted(mail.recipient for mail in world.transport.sent)


def text_to(world: World, email: str) -> str:
    (mail,) = (each for each in world.transport.sent if each.recipient == email)
    return text_of(mail)


@pytest.mark.each_engine
def test_what_a_teacher_calls_off_comes_with_the_days_mail_of_office_and_coordinators(
    world: World, visit: Visit
) -> None:
    world.now = WEEK_BEFORE
    cancel(world, visit, actor=LENA)
    assert deliver_at(world, WEEK_BEFORE) == [VOLUNTEER, TEACHER]
    assert deliver_at(world, DAYS_MAIL) == [COORDINATOR, OFFICE]
    assert "Lena Fischer gave this reason: “The class is on a trip”" in text_to(world, COORDINATOR)
    assert "No guest comes to the office for it." in text_to(world, OFFICE)


def test_many_that_a_teacher_calls_off_are_one_mail_to_a_coordinator(world: World) -> None:
    world.put_requests(a_request("2026-12-15 P3", key="later"))
    visits = (*world.invite(), *world.invite("later"))
    deliver_at(world, world.now + timedelta(days=1))
    for each in visits:
        cancel(world, each, actor=LENA)
    told = deliver_at(world, world.now) + deliver_at(world, world.now + timedelta(days=1))
    assert told.count(COORDINATOR) == 1


def test_coordinator_who_calls_it_off_is_not_told(world: World, visit: Visit) -> None:
    world.now = WEEK_BEFORE
    cancel(world, visit)
    assert ("cancellation", COORDINATOR) not in [(p, to) for p, to, _ in world.told(visit)]


def test_office_hears_at_any_hour_of_what_changes_within_a_day(world: World, visit: Visit) -> None:
    world.now = moment("2026-12-07 22:30")
    move(world, visit, moment("2026-12-08 12:30"))
    assert deliver_at(world, world.now) == [VOLUNTEER, TEACHER, OFFICE]
    text = text_to(world, OFFICE)
    assert "A visit has changed: “Robots around us”." in text
    assert "https://visits.example/day?day=2026-12-08" in text
    assert "in your own calendar" not in text


def test_office_hears_of_a_move_with_the_days_mail(world: World, visit: Visit) -> None:
    world.now = WEEK_BEFORE
    move(world, visit, LATER)
    world.release()
    assert deliver_at(world, world.now) == [VOLUNTEER, TEACHER]
    assert deliver_at(world, DAYS_MAIL) == [OFFICE]


def test_office_is_not_told_of_a_week_that_it_does_not_reckon_with(
    world: World, visit: Visit
) -> None:
    move(world, visit, LATER)
    world.release()
    assert ("change", OFFICE) not in [(p, to) for p, to, _ in world.told(visit)]


def test_office_reads_two_moves_of_a_day_as_one_from_the_start(world: World, visit: Visit) -> None:
    world.now = WEEK_BEFORE
    for start in (LATER, moment("2026-12-11 10:40")):
        move(world, visit, start)
        world.release()
        assert deliver_at(world, world.now) == [VOLUNTEER, TEACHER]
    assert deliver_at(world, DAYS_MAIL) == [OFFICE]
    text = text_to(world, OFFICE)
    assert "Was: Tuesday 8 December 2026, 10:40–11:30" in text
    assert "Is now: Friday 11 December 2026, 10:40–11:30" in text


def test_office_hears_nothing_of_a_move_that_was_taken_back_before_the_days_mail(
    world: World, visit: Visit
) -> None:
    world.now = WEEK_BEFORE
    for start in (LATER, visit.period.start):
        move(world, visit, start)
        world.release()
        assert deliver_at(world, world.now) == [VOLUNTEER, TEACHER]
    assert deliver_at(world, DAYS_MAIL) == []


def test_who_ended_the_days_mail_hears_of_each_change_by_itself(world: World, visit: Visit) -> None:
    with world.store.write() as work:
        work.mail_doors.choose(MailChoices(OFFICE, {MailKind.DIGEST: Pace.NEVER}))
    world.now = WEEK_BEFORE
    cancel(world, visit)
    assert deliver_at(world, world.now) == [VOLUNTEER, TEACHER, OFFICE]
