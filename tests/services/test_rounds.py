"""The day's round: each question once, by one process, caught up with after a stop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest

from scheduler.domain.own_weeks import RIGHT_FOR
from scheduler.domain.volunteers import Clearance, ClearanceState
from scheduler.services.announcements import FEEDBACK, RENEW_CLEARANCE, STILL_RIGHT
from scheduler.services.delivery import Delivered
from scheduler.services.ports import PostStore, Work
from scheduler.services.records import OutboxState, Outcome, SignInLink, WebSession
from scheduler.services.retention import Forgotten, forget_old
from scheduler.services.rounds import Asked, ask_daily, next_round
from scheduler.services.sign_in import ask_for_link
from scheduler.services.steps import Steps
from tests.builders import COORDINATOR, NOW, TEACHER, VOLUNTEER, a_volunteer, moment
from tests.services.world import World

ZONE = "America/Toronto"


def asked_over(world: World, *, days: int) -> list[Asked]:
    """Make two rounds of each of those days, before eight and after; return what was asked.

    The hours between do nothing: the first of a day takes its leases until the next.
    """
    found = []
    for _ in range(days * 2):
        for _ in range(2):
            asked = ask_daily(world.store, now=world.now)
            if asked != Asked():
                found.append(asked)
        world.wait(hours=12)
    return found


def test_round_is_at_eight_on_the_districts_clock() -> None:
    assert next_round(moment("2026-12-01 07:59"), zone=ZONE) == moment("2026-12-01 08:00")
    assert next_round(moment("2026-12-01 08:00"), zone=ZONE) == moment("2026-12-02 08:00")


def test_old_week_is_asked_about_once(world: World) -> None:
    ask_daily(world.store, now=NOW)
    world.now = NOW + RIGHT_FOR - timedelta(hours=2)
    assert asked_over(world, days=3) == [Asked(weeks=1)]
    with world.store.read() as work:
        rows = work.outbox.of_subjects(("availability",))
    assert [(row.purpose, row.recipient) for row in rows] == [(STILL_RIGHT, VOLUNTEER)]


def test_clearance_is_asked_for_at_sixty_and_at_thirty_days(world: World) -> None:
    last = date(2027, 2, 10)
    clearance = Clearance(
        "police_check", approved=date(2026, 1, 7), expires=last, state=ClearanceState.APPROVED
    )
    world.put_volunteers(replace(a_volunteer(), clearances=(clearance,)))
    found = []
    for left in (61, 60, 59, 31, 30, 29):
        world.now = moment(f"{last - timedelta(left)} 09:00")
        found += asked_over(world, days=1)
    assert found == [Asked(clearances=1)] * 2
    with world.store.read() as work:
        rows = work.outbox.of_subjects(("clearance",))
    assert [(row.purpose, (last - row.created_at.date()).days) for row in rows] == [
        (RENEW_CLEARANCE, 60),
        (RENEW_CLEARANCE, 30),
    ]


def test_teacher_is_asked_after_each_visit_once(world: World) -> None:
    (visit,) = world.invite()
    world.answer(visit, VOLUNTEER, True)
    world.now = visit.period.end - timedelta(hours=3)
    assert sum(asked.feedback for asked in asked_over(world, days=2)) == 1
    assert FEEDBACK in {row.purpose for row in world.mail_of(visit)}


def test_settled_mail_is_forgotten_after_a_year_and_what_waits_is_not(world: World) -> None:
    ask_for_link(world.store, TEACHER, now=world.now)
    ask_for_link(world.store, COORDINATOR, now=world.now)
    with world.store.write() as work:
        (first, *_) = work.outbox.of_subjects(("sign-in",))
        work.outbox.set_state((first.key,), state=OutboxState.SENT)
    for days, mails in ((399, 0), (401, 1)):
        with world.store.write() as work:
            assert forget_old(work, now=NOW + timedelta(days=days)).mails == mails
    with world.store.read() as work:
        assert [row.state for row in work.outbox.of_subjects(("sign-in",))] == [OutboxState.DUE]


def test_links_and_sessions_that_ended_are_forgotten(world: World) -> None:
    ended, open_still = (
        WebSession(name, TEACHER, NOW, NOW, NOW + timedelta(days=days))
        for name, days in (("ended", 1), ("open", 90))
    )
    with world.store.write() as work:
        work.sign_ins.add_link(SignInLink("link", TEACHER, NOW, NOW + timedelta(minutes=15)))
        for session in (ended, open_still):
            work.sign_ins.add_session(session)
        found = forget_old(work, now=NOW + timedelta(days=31))
        assert found == Forgotten(links=1, sessions=1)
        assert work.sign_ins.session("open") == open_still


class Spoiled:
    """Something kept that cannot be read: whatever is asked of it fails."""

    def __getattr__(self, name: str) -> object:
        raise LookupError(name)


@dataclass(frozen=True)
class StoreWith:
    """The real store, but for one thing in it that is spoiled."""

    inner: PostStore
    spoiled: str

    @contextmanager
    def read(self) -> Iterator[Work]:
        with self.inner.read() as work:
            setattr(work, self.spoiled, Spoiled())
            yield work

    @contextmanager
    def write(self) -> Iterator[Work]:
        with self.inner.write() as work:
            setattr(work, self.spoiled, Spoiled())
            yield work

    def settle(self, outcomes: Iterable[Outcome]) -> None:
        self.inner.settle(outcomes)


def test_question_that_fails_takes_no_other_with_it_and_rests_for_an_hour(world: World) -> None:
    last = date(2027, 1, 20)
    clearance = Clearance(
        "police_check", approved=date(2026, 1, 7), expires=last, state=ClearanceState.APPROVED
    )
    world.put_volunteers(replace(a_volunteer(), clearances=(clearance,)))
    ask_daily(world.store, now=NOW - RIGHT_FOR)
    spoiled, steps = StoreWith(world.store, "own_weeks"), Steps()
    world.now = moment("2026-11-22 08:00")
    assert ask_daily(spoiled, now=world.now, steps=steps) == Asked(clearances=1)
    assert ask_daily(spoiled, now=world.now, steps=steps) == Asked()
    assert steps.failed == ["daily round: weeks"]
    world.wait(hours=1)
    ask_daily(spoiled, now=world.now, steps=steps)
    assert steps.failed == ["daily round: weeks"] * 2
    world.wait(hours=1)
    assert ask_daily(world.store, now=world.now, steps=steps) == Asked(weeks=1)


@pytest.mark.parametrize("spoiled", ["stand_ins", "journal", "own_weeks", "feedbacks"])
def test_mail_goes_out_although_another_step_fails(world: World, spoiled: str) -> None:
    ask_for_link(world.store, TEACHER, now=world.now)
    done = replace(world.timetable, store=StoreWith(world.store, spoiled)).tick()
    assert (len(done.failed), done.mail) == (1, Delivered(sent=1))
