"""No storms: however much happens at once, nobody's mailbox fills up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import count

import pytest

from scheduler.domain.people import RoleName
from scheduler.domain.proposals import ProposedSpeaker
from scheduler.domain.volunteers import Format
from scheduler.services import delivery, visits
from scheduler.services.approvals import approve_ready
from tests.builders import (
    COORDINATOR,
    TEACHER,
    VOLUNTEER,
    a_bell_schedule,
    a_person,
    a_proposal,
    a_request,
    a_volunteer,
    moment,
    period,
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


def put_proposals(world: World, *, approvals: int) -> Iterator[str]:
    """Propose somebody else for each of so many lessons of two teachers; yield whom."""
    hosts = ((TEACHER, "maple"), (OTHER_TEACHER, "birch"))
    weekdays = (d for n in count() if (d := date(2026, 12, 8) + timedelta(n)).weekday() < 5)
    lessons = ((day, bell) for day in weekdays for bell in a_bell_schedule().periods)
    for number in range(approvals):
        teacher, school = hosts[number % 2]
        if number % 2 == 0:
            day, bell = next(lessons)
        key, email = f"r{number}", f"r{number}@robots.example"
        window = f"{day} {bell.name}"
        request = a_request(window, key=key, classroom="", teacher_email=teacher, school=school)
        session = period(f"{day} {bell.start:%H:%M}-{bell.end:%H:%M}")
        speaker = ProposedSpeaker(email, Format.IN_PERSON)
        world.put_volunteers(a_volunteer(email=email, name=key))
        world.put_requests(request)
        world.put_proposals(a_proposal(request=key, speakers=(speaker,), sessions=(session,)))
        yield email


def assert_approvals_make_no_storm(world: World, *, approvals: int) -> None:
    """Approve so many proposals at once; whoever is not invited hears of them in one mail."""
    with world.store.write() as work:
        work.people.put(
            (
                a_person(RoleName.OFFICE, email="olive@schools.example", name="Olive Stone"),
                a_person(RoleName.APPROVER, email="pia@schools.example", name="Pia Lund"),
            )
        )
    invited = dict.fromkeys(put_proposals(world, approvals=approvals), 1)
    approved = approve_ready(
        world.store, actor=world.coordinator, now=world.now, gazetteer=world.gazetteer
    ).approved
    assert len(approved) == approvals
    deliver(world)
    assert told(world) == {}
    everybody: Counter[str] = Counter()
    for _ in range(24):
        world.release()
        deliver(world)
        everybody += told(world)
        world.now += timedelta(hours=1)
    once = (TEACHER, OTHER_TEACHER, COORDINATOR, "olive@schools.example", "pia@schools.example")
    assert everybody == invited | dict.fromkeys(once, 1)


@pytest.mark.each_engine
def test_approving_many_at_once_tells_everybody_once(world: World) -> None:
    assert_approvals_make_no_storm(world, approvals=FEW)


@pytest.mark.full
@pytest.mark.timeout(900)
def test_approving_five_hundred_at_once_tells_everybody_once(world: World) -> None:
    assert_approvals_make_no_storm(world, approvals=MANY)


def test_days_mail_tells_each_piece_of_news_with_its_link(world: World) -> None:
    assert_approvals_make_no_storm(world, approvals=4)
    with world.store.read() as work:
        uids = [visit.uid for visit in work.visits.of_requests(("r0", "r2"))]
        rows = [r for r in work.outbox.of_subjects(uids) if r.recipient == TEACHER]
    assert {row.bundle for row in rows} == {f"digest/{min(row.key for row in rows)}"}
    assert [str(row.state) for row in rows] == ["sent", "sent"]
