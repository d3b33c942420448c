"""What a remedy changes of a person's own settings, who is told, and how it is taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.domain.errors import IllegalTransition
from scheduler.domain.proposals import SieveStep, Unassigned
from scheduler.domain.volunteers import Format, Limits
from scheduler.services.announcements import ARRANGED
from scheduler.services.applying import Applied, apply_remedy
from scheduler.services.records import OutboxRow
from scheduler.services.unapplying import take_remedy_back
from tests.builders import DAY, NOW, TEACHER, VOLUNTEER, a_request, a_volunteer, period
from tests.services.world import World

START = period(f"{DAY} 10:40-11:30").start
FAR = a_volunteer(limits=Limits(max_km=0.001), formats=frozenset({Format.IN_PERSON}))


def applied(world: World, kind: str) -> Applied:
    """Carry a remedy out as the coordinator."""
    return apply_remedy(
        world.store,
        "robots",
        kind=kind,
        start=START,
        actor=world.coordinator,
        now=world.now,
        gazetteer=world.gazetteer,
    )


def taken_back(world: World, *, after: timedelta = timedelta(minutes=5)) -> None:
    """Take back what was carried out at ``NOW``."""
    take_remedy_back(world.store, "robots", at=NOW, actor=world.coordinator, now=NOW + after)


def mail(world: World) -> list[OutboxRow]:
    """Return the mail about remedies."""
    with world.store.read() as work:
        rows = work.outbox.of_subjects(("request:robots",))
    return [row for row in rows if row.purpose == ARRANGED]


@pytest.mark.parametrize(
    ("person", "kind"),
    [
        (a_volunteer(limits=Limits(notice_days=20)), "shorter_notice"),
        (a_volunteer(limits=Limits(min_minutes=90)), "short_visit"),
        (a_volunteer(grades=frozenset({9})), "another_grade"),
        (a_volunteer(weekly=()), "ask_times"),
        (FAR, "wider_radius"),
    ],
)
def test_persons_own_setting_is_changed_so_that_they_can_come(
    world: World, person: object, kind: str
) -> None:
    world.put_volunteers(person)  # type: ignore[arg-type]
    found = applied(world, kind)
    assert found.told == ("Amara Okafor",)
    assert [(row.recipient, row.facts["changed"]) for row in mail(world)] == [(VOLUNTEER, [kind])]
    assert world.approve("robots").approved == ("robots",)


def test_free_time_is_noted_for_that_day_alone(world: World) -> None:
    world.put_volunteers(a_volunteer(weekly=()))
    applied(world, "ask_times")
    with world.store.read() as work:
        person = work.volunteers.get(VOLUNTEER)
    assert person is not None
    (block,) = person.weekly
    assert (block.first, block.last) == (DAY, DAY)


def test_teacher_is_told_once_it_can_no_longer_be_taken_back(world: World) -> None:
    world.put_requests(a_request(format=Format.IN_PERSON))
    world.put_volunteers(a_volunteer(limits=Limits(max_km=0.001)))
    found = applied(world, "virtual")
    (row,) = mail(world)
    assert (row.recipient, row.due_at) == (TEACHER, NOW + timedelta(minutes=10))
    assert found.told_at == row.due_at
    world.now = row.due_at
    world.post()
    assert [sent.message["Subject"] for sent in world.transport.sent] == [
        "We changed something for “Robots around us”"
    ]


def test_everything_is_as_it_was_when_a_remedy_is_taken_back(world: World) -> None:
    world.put_volunteers(FAR)
    entry = Unassigned(
        "robots", "format_possible", (SieveStep("topic_match", 1, 0),), {"a": 1}, NOW
    )
    with world.store.write() as work:
        work.proposals.put_unassigned((entry,))
        before = (work.requests.get("robots"), work.volunteers.get(VOLUNTEER))
    applied(world, "wider_radius")
    taken_back(world)
    with world.store.read() as work:
        assert (work.requests.get("robots"), work.volunteers.get(VOLUNTEER)) == before
        assert work.proposals.unassigned() == {"robots": entry}
        assert work.proposals.get("robots") is None
    assert mail(world) == []


def test_remedy_stays_after_ten_minutes(world: World) -> None:
    world.put_volunteers(FAR)
    applied(world, "wider_radius")
    with pytest.raises(IllegalTransition):
        taken_back(world, after=timedelta(minutes=10))
    assert world.proposal() is not None


def test_nothing_is_taken_back_that_somebody_changed_meanwhile(world: World) -> None:
    world.put_volunteers(FAR)
    applied(world, "wider_radius")
    world.put_volunteers(replace(FAR, limits=Limits(max_km=3.0)))
    with pytest.raises(IllegalTransition):
        taken_back(world)


def test_approved_remedy_is_taken_back_by_undoing_the_approval(world: World) -> None:
    world.put_volunteers(FAR)
    applied(world, "wider_radius")
    world.approve("robots")
    with pytest.raises(IllegalTransition):
        taken_back(world)
