"""Sending: every mail once, none lost, nobody's bad address in anybody's way."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace

import pytest

from scheduler.domain.people import RoleName
from scheduler.domain.visits import Visit
from scheduler.mail.messages import Mail, message_id_of
from scheduler.mail.pauses import Meanwhile, rest
from scheduler.mail.transports import MailRefused, SentMail
from scheduler.services import delivery, reminders, writing
from scheduler.services.delivery import CLAIM_LASTS, Delivered
from scheduler.services.letters import Letterhead
from scheduler.services.ports import Transport
from scheduler.services.records import OutboxRow, OutboxState
from scheduler.services.reminders import reminder_moment
from scheduler.services.sign_in import ask_for_link
from scheduler.services.tokens import visit_of_answer_token
from scheduler.storage.database import connect, sessions
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import (
    COORDINATOR,
    TEACHER,
    VOLUNTEER,
    a_person,
    a_request,
    a_volunteer,
    moment,
)
from tests.outside.ics_reading import Component, read
from tests.services.test_visits import THURSDAY, cancel, move
from tests.services.world import BRUNO, World, two_more_volunteers

DAYS_MAIL = moment("2026-11-21 15:00")


class Killed(BaseException):
    """Stand for the end of a process: no ``except Exception`` ever sees it."""


@dataclass
class PostOffice:
    """Takes mail, refuses some recipients' with a code, and may die once it has taken one."""

    code_by_recipient: Mapping[str, int] = field(default_factory=dict)
    dies_with: str = ""
    sent: list[SentMail] = field(default_factory=list)
    refused: list[SentMail] = field(default_factory=list)
    opened: int = 0

    def open(self, *, meanwhile: Meanwhile = rest) -> AbstractContextManager[PostOffice]:
        self.opened += 1
        return nullcontext(self)

    def send(self, mail: Mail, *, sender: str, recipient: str) -> None:
        taken = SentMail(sender, recipient, mail)
        if code := self.code_by_recipient.get(recipient):
            self.refused.append(taken)
            raise MailRefused(code, "No", is_permanent=code >= 500)
        self.sent.append(taken)
        if recipient == self.dies_with:
            raise Killed


def deliver(
    world: World,
    *,
    by: Transport | None = None,
    head: Letterhead | None = None,
    at_any_hour: bool = False,
) -> Delivered:
    """Send what is due, over the world's own transport unless another is given."""
    return delivery.deliver_due(
        world.store,
        now=world.now,
        transport=by or world.transport,
        head=head or world.letterhead,
        at_any_hour=at_any_hour,
    )


def rows(world: World) -> tuple[OutboxRow, ...]:
    """Return everything in the outbox."""
    summaries = (f"approved-2026-11-{day}" for day in (21, 22))
    subjects = ["sign-in", "availability", *summaries, *(v.uid for v in world.visits_of())]
    with world.store.read() as work:
        return work.outbox.of_subjects(subjects)


def row(world: World, purpose: str, recipient: str = VOLUNTEER) -> OutboxRow:
    """Return the latest mail of that purpose to that person."""
    return [r for r in rows(world) if (r.purpose, r.recipient) == (purpose, recipient)][-1]


def received(world: World) -> list[tuple[str, str]]:
    """Take the mail that was sent since the last call; return purposes and recipients, sorted."""
    by_id = {message_id_of(r.key, "schools.example"): r for r in rows(world)}
    mails = [(by_id[mail.message["Message-ID"]].purpose, mail) for mail in world.transport.sent]
    world.transport.sent.clear()
    assert all(mail.message["To"].addresses[0].addr_spec == mail.recipient for _, mail in mails)
    return sorted((purpose, mail.recipient) for purpose, mail in mails)


def text_of(mail: SentMail) -> str:
    """Return a mail's plain text."""
    body = mail.message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def calendars_of(mail: SentMail) -> list[Component]:
    """Return the calendars that a mail brings, each read strictly."""
    parts = (
        p
        for p in mail.message.walk()
        if p.get_content_type() in {"text/calendar", "application/ics"}
    )
    return [read(part.get_payload(decode=True)) for part in parts]


def taken_by_a_process_that_died(world: World, meanwhile: Callable[[], object]) -> None:
    """Have a process take all due mail and die, and things happen before it is due again."""
    with world.store.write() as work:
        assert work.outbox.claim(now=world.now, until=world.now + CLAIM_LASTS, limit=50)
    meanwhile()
    with world.store.write() as work:
        work.outbox.take_back()


def series(world: World) -> tuple[Visit, ...]:
    """Invite Amara to three visits of one class."""
    limits = replace(a_volunteer().limits, max_per_month=5)
    world.put_volunteers(a_volunteer(limits=limits))
    world.put_requests(a_request(sessions=3))
    return world.invite()


class TestOnce:
    @pytest.mark.each_engine
    def test_every_purpose_is_sent_once(self, world: World) -> None:
        (visit,) = world.invite()
        assert deliver(world) == Delivered(sent=1)
        assert received(world) == [("invitation", VOLUNTEER)]
        world.now = DAYS_MAIL
        assert deliver(world) == Delivered(sent=2)
        assert received(world) == [("announcement", TEACHER), ("approved", COORDINATOR)]

        visit = world.answer(visit, VOLUNTEER, True)
        assert deliver(world) == Delivered(sent=2)
        assert received(world) == [("confirmation", VOLUNTEER), ("confirmation_teacher", TEACHER)]

        world.now = reminder_moment(visit, days=1)
        reminders.write_due(world.store, now=world.now)
        assert deliver(world) == Delivered(sent=2)
        assert received(world) == [("reminder", VOLUNTEER), ("reminder", TEACHER)]

        world.put_volunteers(a_volunteer(limits=replace(a_volunteer().limits, notice_days=0)))
        move(world, visit, THURSDAY)
        world.release()
        assert deliver(world) == Delivered(sent=2)
        assert received(world) == [("change", VOLUNTEER), ("change", TEACHER)]

        cancel(world, visit)
        assert deliver(world) == Delivered(sent=2)
        assert received(world) == [("cancellation", VOLUNTEER), ("cancellation", TEACHER)]
        assert deliver(world) == Delivered()

    def test_no_is_told_once_to_everyone_concerned(self, world: World) -> None:
        (visit,) = world.invite()
        deliver(world)
        received(world)
        world.answer(visit, VOLUNTEER, False, "I am ill")
        assert deliver(world) == Delivered(sent=3)
        assert received(world) == [
            ("declined", COORDINATOR),
            ("reopened", TEACHER),
            ("taken_out", VOLUNTEER),
        ]
        assert deliver(world) == Delivered()

    def test_question_and_link_are_sent_once(self, world: World) -> None:
        world.put_volunteers(a_volunteer(email=BRUNO, weekly=()))
        reminders.write_due(world.store, now=world.now)
        ask_for_link(world.store, TEACHER, now=world.now)
        assert deliver(world) == Delivered(sent=1)
        assert received(world) == [("sign_in", TEACHER)]
        world.now = DAYS_MAIL
        assert deliver(world) == Delivered(sent=1)
        (question,) = world.transport.sent
        assert "You get this because you volunteer with" in text_of(question)
        assert received(world) == [("ask_availability", BRUNO)]
        assert deliver(world) == Delivered()

    def test_what_is_held_or_not_due_yet_waits(self, world: World) -> None:
        world.propose()
        world.approve("robots")
        assert deliver(world) == Delivered()

    @pytest.mark.each_engine
    def test_more_than_a_batch_goes_out_in_one_run_over_one_connection_each(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(writing, "BATCH", 25)
        office = PostOffice()
        people = [a_person(email=f"t{n}@schools.example", name=f"T {n}") for n in range(60)]
        with world.store.write() as work:
            work.people.put(people)
        for person in people:
            ask_for_link(world.store, person.email, now=world.now)
        assert deliver(world, by=office) == Delivered(sent=60)
        assert len({mail.recipient for mail in office.sent}) == 60
        assert office.opened == 3

    def test_first_coordinator_gets_a_link_before_there_is_a_district(
        self, sqlite_url: str
    ) -> None:
        engine = connect(sqlite_url)
        empty = World(SqlStore(sessions(engine)))
        with empty.store.write() as work:
            work.people.put((a_person(RoleName.COORDINATOR, email=COORDINATOR, schools=()),))
        ask_for_link(empty.store, COORDINATOR, now=empty.now)
        assert deliver(empty) == Delivered(sent=1)
        assert "School visits" in text_of(empty.transport.sent[0])
        engine.dispose()


class TestOvertaken:
    def test_invitation_that_was_answered_meanwhile(self, world: World) -> None:
        (visit,) = world.invite()
        world.answer(visit, VOLUNTEER, True)
        assert deliver(world) == Delivered(sent=2, superseded=2)
        assert received(world) == [("confirmation", VOLUNTEER), ("confirmation_teacher", TEACHER)]

    def test_invitation_to_a_visit_that_has_begun(self, world: World) -> None:
        (visit,) = world.invite()
        world.now = visit.period.start
        deliver(world)
        assert row(world, "invitation").state is OutboxState.EXPIRED

    def test_reminder_of_a_visit_that_has_begun(self, world: World) -> None:
        (visit,) = world.invite()
        world.answer(visit, VOLUNTEER, True)
        deliver(world)
        world.now = reminder_moment(visit, days=1)
        reminders.write_due(world.store, now=world.now)
        world.now = visit.period.start
        world.transport.sent.clear()
        assert deliver(world) == Delivered(sent=1, expired=2)
        assert received(world) == [("approved", COORDINATOR)]

    def test_reminder_of_a_time_that_was_moved(self, world: World) -> None:
        (visit,) = world.invite()
        world.answer(visit, VOLUNTEER, True)
        deliver(world)
        world.now = reminder_moment(visit, days=1)
        reminders.write_due(world.store, now=world.now)
        world.put_volunteers(a_volunteer(limits=replace(a_volunteer().limits, notice_days=0)))
        move(world, visit, THURSDAY)
        world.release()
        world.answer(world.visits_of()[0], VOLUNTEER, True)
        deliver(world)
        told = received(world)
        assert ("confirmation", VOLUNTEER) in told
        assert ("reminder", VOLUNTEER) not in told

    def test_mail_to_somebody_who_is_no_longer_active(self, world: World) -> None:
        world.invite()
        world.put_volunteers(a_volunteer(is_active=False))
        with world.store.write() as work:
            work.people.put((a_person(is_active=False),))
        assert deliver(world) == Delivered(superseded=2)

    def test_question_that_was_answered_meanwhile(self, world: World) -> None:
        world.put_volunteers(a_volunteer(weekly=()))
        reminders.write_due(world.store, now=world.now)
        world.put_volunteers(a_volunteer())
        assert deliver(world) == Delivered(superseded=1)

    @pytest.mark.parametrize(
        ("minutes", "done"), [(59, Delivered(sent=1)), (60, Delivered(expired=1))]
    )
    def test_link_that_was_asked_for_an_hour_ago(
        self, world: World, minutes: int, done: Delivered
    ) -> None:
        ask_for_link(world.store, TEACHER, now=world.now)
        world.wait(minutes=minutes)
        assert deliver(world) == done

    def test_change_for_somebody_who_left_meanwhile(self, world: World) -> None:
        world.put_volunteers(*two_more_volunteers())
        world.put_requests(a_request(speakers=2))
        (visit,) = world.invite()
        deliver(world)
        move(world, visit, THURSDAY)
        world.release()
        taken_by_a_process_that_died(world, lambda: world.answer(visit, BRUNO, False))
        received(world)
        deliver(world)
        told = received(world)
        assert ("change", BRUNO) not in told
        assert {("change", VOLUNTEER), ("change", TEACHER), ("taken_out", BRUNO)} <= set(told)

    def test_announcement_and_confirmation_of_a_visit_that_was_cancelled(
        self, world: World
    ) -> None:
        (visit,) = world.invite()
        world.answer(visit, VOLUNTEER, True)
        taken_by_a_process_that_died(world, lambda: cancel(world, visit))
        deliver(world)
        assert received(world) == [("cancellation", VOLUNTEER), ("cancellation", TEACHER)]

    def test_invitation_tells_only_of_the_dates_that_are_left(self, world: World) -> None:
        first, second, third = series(world)
        taken_by_a_process_that_died(world, lambda: cancel(world, first))
        deliver(world)
        (invitation,) = (
            mail
            for mail in world.transport.sent
            if mail.message["Message-ID"]
            == message_id_of(row(world, "invitation").key, "schools.example")
        )
        assert [date in text_of(invitation) for date in ("8 December", "15 ", "22 ")] == [
            False,
            True,
            True,
        ]
        assert visit_of_answer_token(answer_token_in(text_of(invitation))) == second.uid
        assert third.uid in row(world, "invitation").facts["visits"]


def answer_token_in(text: str) -> str:
    """Return the token of the first answer link in a text."""
    found = re.search(r"https://visits\.example/r/([^\s?]+)", text)
    assert found
    return found[1]
