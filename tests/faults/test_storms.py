"""No storms: however much happens at once, nobody's mailbox fills up."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.services import delivery, visits
from scheduler.services.announcements import ANNOUNCEMENT, INVITATION, announce
from tests.builders import (
    TEACHER,
    VOLUNTEER,
    a_request,
    a_visit,
    a_volunteer,
    moment,
    some_bookings,
)
from tests.services.test_visits import move
from tests.services.world import OTHER_TEACHER, World

FEW, MANY = 12, 500


def deliver(world: World) -> None:
    """Send what is due."""
    delivery.deliver_due(
        world.store,
        now=world.now,
        transport=world.transport,
        head=world.letterhead,
        most_per_domain=10_000,
    )


def told(world: World) -> Counter[str]:
    """Return how many mails each person was sent since the last call."""
    found = Counter(mail.recipient for mail in world.transport.sent)
    world.transport.sent.clear()
    return found


@pytest.mark.each_engine
def test_ten_edits_in_five_minutes_are_one_mail_each_and_one_sequence(world: World) -> None:
    (visit,) = world.invite()
    deliver(world)
    told(world)
    world.put_volunteers(a_volunteer(limits=replace(a_volunteer().limits, notice_days=0)))
    days = ("2026-12-10 10:40", "2026-12-15 10:40")
    for number in range(10):
        move(world, visit, moment(days[number % 2]))
        world.wait(seconds=30)
        visits.release_due(world.store, now=world.now)
        deliver(world)
    assert told(world) == {}
    world.release()
    deliver(world)
    assert told(world) == {VOLUNTEER: 1, TEACHER: 1}
    (moved,) = world.visits_of()
    assert (moved.sequence, moved.period.start) == (visit.sequence + 1, moment(days[1]))


def assert_approvals_make_no_storm(world: World, *, approvals: int) -> None:
    """Tell of so many approved visits at once; teachers hear of theirs in one mail."""
    teachers = (TEACHER, OTHER_TEACHER)
    keys = [f"r{n}" for n in range(approvals)]
    world.put_volunteers(*(a_volunteer(email=f"{key}@robots.example", name=key) for key in keys))
    world.put_requests(
        *(a_request(key=k, classroom="", teacher_email=teachers[n % 2]) for n, k in enumerate(keys))
    )
    with world.store.write() as work:
        for number, key in enumerate(keys):
            visit = a_visit(
                uid=key,
                request=key,
                hosts=(),
                room="",
                bookings=some_bookings(f"{key}@robots.example"),
            )
            work.visits.add((visit,))
            for purpose, recipients in (
                (INVITATION, visit.volunteers),
                (ANNOUNCEMENT, (teachers[number % 2],)),
            ):
                work.outbox.add(
                    announce((visit,), purpose=purpose, recipients=recipients, at=world.now)
                )
    everybody: Counter[str] = Counter()
    for _ in range(24):
        deliver(world)
        everybody += told(world)
        world.now += timedelta(hours=1)
    invited = {f"{key}@robots.example": 1 for key in keys}
    assert everybody == invited | dict.fromkeys(teachers, 1)


@pytest.mark.each_engine
def test_approving_many_at_once_tells_each_teacher_once(world: World) -> None:
    assert_approvals_make_no_storm(world, approvals=FEW)


@pytest.mark.full
@pytest.mark.timeout(900)
def test_approving_five_hundred_at_once_tells_each_teacher_once(world: World) -> None:
    assert_approvals_make_no_storm(world, approvals=MANY)


def test_days_mail_tells_each_piece_of_news_with_its_link(world: World) -> None:
    assert_approvals_make_no_storm(world, approvals=4)
    with world.store.read() as work:
        rows = [r for r in work.outbox.of_subjects(("r0", "r2")) if r.recipient == TEACHER]
    assert {row.bundle for row in rows} == {f"digest/{min(row.key for row in rows)}"}
    assert {str(row.state) for row in rows} == {"sent"}
