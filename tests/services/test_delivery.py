"""Sending: every mail once, none lost, nobody's bad address in anybody's way."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.message import EmailMessage

import pytest

from scheduler.domain.people import RoleName
from scheduler.domain.visits import Visit
from scheduler.mail.messages import message_id_of
from scheduler.mail.transports import MailRefused, SentMail
from scheduler.services import delivery, reminders
from scheduler.services.delivery import CLAIM_LASTS, RETRY_AFTER, Delivered
from scheduler.services.letters import Letterhead
from scheduler.services.ports import Transport
from scheduler.services.records import OutboxRow, OutboxState
from scheduler.services.sign_in import ask_for_link, redeem
from scheduler.services.tokens import person_of_answer_token, visit_of_answer_token
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
from tests.services.world import BRUNO, CHLOE, KEY, World, two_more_volunteers


class Killed(BaseException):
    """Stand for the end of a process: no ``except Exception`` ever sees it."""


@dataclass
class PostOffice:
    """Takes mail, refuses some recipients' with a code, and may die once it has taken one."""

    code_by_recipient: Mapping[str, int] = field(default_factory=dict)
    dies_with: str = ""
    sent: list[SentMail] = field(default_factory=list)
    refused: list[SentMail] = field(default_factory=list)

    def open(self) -> AbstractContextManager[PostOffice]:
        return nullcontext(self)

    def send(self, message: EmailMessage, *, sender: str, recipient: str) -> None:
        mail = SentMail(sender, recipient, message)
        if code := self.code_by_recipient.get(recipient):
            self.refused.append(mail)
            raise MailRefused(code, "No", is_permanent=code >= 500)
        self.sent.append(mail)
        if recipient == self.dies_with:
            raise Killed


def deliver(
    world: World, *, by: Transport | None = None, head: Letterhead | None = None
) -> Delivered:
    """Send what is due, over the world's own transport unless another is given."""
    return delivery.deliver_due(
        world.store, now=world.now, transport=by or world.transport, head=head or world.letterhead
    )


def rows(world: World) -> tuple[OutboxRow, ...]:
    """Return everything in the outbox."""
    subjects = ["sign-in", "availability", *(visit.uid for visit in world.visits_of())]
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
    def test_every_purpose_is_sent_once(self, world: World) -> None:
        (visit,) = world.invite()
        assert deliver(world) == Delivered(sent=2)
        assert received(world) == [("announcement", TEACHER), ("invitation", VOLUNTEER)]

        visit = world.answer(visit, VOLUNTEER, True)
        assert deliver(world) == Delivered(sent=2)
        assert received(world) == [("confirmation", VOLUNTEER), ("confirmation_teacher", TEACHER)]

        world.now = visit.period.start - timedelta(days=7)
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
        assert deliver(world) == Delivered(sent=2)
        assert received(world) == [("ask_availability", BRUNO), ("sign_in", TEACHER)]
        assert deliver(world) == Delivered()

    def test_what_is_held_or_not_due_yet_waits(self, world: World) -> None:
        world.propose()
        world.approve("robots")
        assert deliver(world) == Delivered()

    def test_more_than_a_batch_goes_out_in_one_run(self, world: World) -> None:
        people = [a_person(email=f"t{n}@schools.example", name=f"T {n}") for n in range(60)]
        with world.store.write() as work:
            work.people.put(people)
        for person in people:
            ask_for_link(world.store, person.email, now=world.now)
        assert deliver(world) == Delivered(sent=60)
        assert len({mail.recipient for mail in world.transport.sent}) == 60

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
        assert deliver(world) == Delivered(sent=3, superseded=1)
        assert ("invitation", VOLUNTEER) not in received(world)

    def test_invitation_to_a_visit_that_has_begun(self, world: World) -> None:
        (visit,) = world.invite()
        world.now = visit.period.start
        deliver(world)
        assert row(world, "invitation").state is OutboxState.SUPERSEDED

    def test_reminder_of_a_visit_that_has_begun(self, world: World) -> None:
        (visit,) = world.invite()
        world.answer(visit, VOLUNTEER, True)
        deliver(world)
        world.now = visit.period.start - timedelta(days=1)
        reminders.write_due(world.store, now=world.now)
        world.now = visit.period.start
        assert deliver(world) == Delivered(superseded=2)

    def test_reminder_of_a_time_that_was_moved(self, world: World) -> None:
        (visit,) = world.invite()
        world.answer(visit, VOLUNTEER, True)
        deliver(world)
        world.now = visit.period.start - timedelta(days=7)
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
        ("minutes", "done"), [(59, Delivered(sent=1)), (60, Delivered(superseded=1))]
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


class TestRefused:
    def test_passing_refusal_is_tried_again_on_schedule_as_the_same_mail(
        self, world: World
    ) -> None:
        world.invite()
        office = PostOffice({VOLUNTEER: 450})
        for number, pause in enumerate(RETRY_AFTER, start=1):
            assert deliver(world, by=office).retried == 1
            waiting = row(world, "invitation")
            assert (waiting.state, waiting.attempts, waiting.due_at, waiting.problem) == (
                OutboxState.DUE,
                number,
                world.now + pause,
                "450 No",
            )
            world.now += pause - timedelta(seconds=1)
            assert deliver(world, by=office) == Delivered()
            world.wait(seconds=1)
        assert deliver(world, by=office) == Delivered(failed=1)
        assert len({mail.message["Message-ID"] for mail in office.refused}) == 1
        assert len({mail.message.as_bytes() for mail in office.refused}) == 1
        assert len(office.refused) == 7
        world.wait(days=9)
        assert deliver(world) == Delivered()

    def test_mail_goes_out_once_the_server_takes_it(self, world: World) -> None:
        world.invite()
        office = PostOffice({VOLUNTEER: 421})
        assert deliver(world, by=office) == Delivered(sent=1, retried=1)
        world.wait(minutes=5)
        assert deliver(world) == Delivered(sent=1)
        sent = row(world, "invitation")
        assert (sent.state, sent.sent_at, sent.attempts, sent.problem) == (
            OutboxState.SENT,
            world.now,
            2,
            "",
        )
        assert world.transport.sent[0].message.as_bytes() == office.refused[0].message.as_bytes()

    def test_refusal_for_good_fails_at_once_and_the_others_still_go(self, world: World) -> None:
        world.put_volunteers(*two_more_volunteers())
        world.put_requests(a_request(speakers=3))
        world.invite()
        office = PostOffice({VOLUNTEER: 550})
        assert deliver(world, by=office) == Delivered(sent=3, failed=1)
        assert sorted(mail.recipient for mail in office.sent) == sorted((BRUNO, CHLOE, TEACHER))
        failed = row(world, "invitation")
        assert (failed.state, failed.problem) == (OutboxState.FAILED, "550 No")
        world.wait(days=1)
        assert deliver(world) == Delivered()

    def test_address_that_is_none_fails_and_the_others_still_go(self, world: World) -> None:
        with world.store.write() as work:
            work.people.put((a_person(email="two words@schools.example"),))
        for email in ("two words@schools.example", TEACHER):
            ask_for_link(world.store, email, now=world.now)
        assert deliver(world) == Delivered(sent=1, failed=1)
        assert row(world, "sign_in", "two words@schools.example").state is OutboxState.FAILED

    def test_mail_that_cannot_be_written_keeps_nobody_waiting(self, world: World) -> None:
        world.invite()
        render = world.letterhead.render

        def render_no_invitation(name: str, context: Mapping[str, object]) -> str:
            if "invitation" in name:
                raise LookupError("no such word")
            return render(name, context)

        broken = replace(world.letterhead, render=render_no_invitation)
        assert deliver(world, head=broken) == Delivered(sent=1, retried=1)
        assert row(world, "invitation").problem == "LookupError: no such word"
        world.wait(minutes=5)
        assert deliver(world) == Delivered(sent=1)

    def test_day_without_a_server_loses_nothing(self, world: World) -> None:
        world.invite()
        down = PostOffice({VOLUNTEER: 421, TEACHER: 421})
        for _ in range(24 * 4):
            deliver(world, by=down)
            world.wait(minutes=15)
        world.wait(days=1)
        assert deliver(world) == Delivered(sent=2)


class TestDeath:
    def test_death_between_sending_and_noting_repeats_the_very_same_mail(
        self, world: World
    ) -> None:
        (visit,) = world.invite()
        office = PostOffice(dies_with=VOLUNTEER)
        with pytest.raises(Killed):
            deliver(world, by=office)
        world.now += CLAIM_LASTS
        deliver(world, by=(second := PostOffice()))
        (first,) = (mail for mail in office.sent if mail.recipient == VOLUNTEER)
        (again,) = (mail for mail in second.sent if mail.recipient == VOLUNTEER)
        assert again.message.as_bytes() == first.message.as_bytes()
        assert again.message["Message-ID"] == first.message["Message-ID"]
        (event, attached) = (c.named("VEVENT")[0] for c in calendars_of(again))
        assert event == attached
        assert (event.value("UID"), event.value("SEQUENCE"), event.value("DTSTAMP")) == (
            visit.uid,
            "0",
            "20261121T140000Z",
        )
        assert len([*office.sent, *second.sent]) == 3

    def test_what_was_taken_by_the_dead_waits_for_its_claim_to_run_out(self, world: World) -> None:
        world.invite()
        with pytest.raises(Killed):
            deliver(world, by=PostOffice(dies_with=VOLUNTEER))
        world.now += CLAIM_LASTS - timedelta(seconds=1)
        assert deliver(world).sent == 0
        world.wait(seconds=1)
        assert deliver(world).sent > 0

    def test_second_sending_tells_what_holds_by_then(self, world: World) -> None:
        (visit,) = world.invite()
        with pytest.raises(Killed):
            deliver(world, by=PostOffice(dies_with=VOLUNTEER))
        world.put_volunteers(a_volunteer(limits=replace(a_volunteer().limits, notice_days=0)))
        move(world, visit, THURSDAY)
        world.release()
        world.now += CLAIM_LASTS
        deliver(world)
        mail = next(m for m in world.transport.sent if m.recipient == VOLUNTEER)
        (event, _) = (c.named("VEVENT")[0] for c in calendars_of(mail))
        assert (event.value("SEQUENCE"), event.value("DTSTART")) == ("1", "20261210T104000")


def answer_token_in(text: str) -> str:
    """Return the token of the first answer link in a text."""
    found = re.search(r"https://visits\.example/r/([^\s?]+)", text)
    assert found
    return found[1]


class TestLinks:
    def test_each_guest_has_a_link_of_their_own_that_names_nobody(self, world: World) -> None:
        world.put_volunteers(*two_more_volunteers())
        world.put_requests(a_request(speakers=3))
        (visit,) = world.invite()
        deliver(world)
        guests = (VOLUNTEER, BRUNO, CHLOE)
        token_by_guest = {
            mail.recipient: answer_token_in(text_of(mail))
            for mail in world.transport.sent
            if mail.recipient in guests
        }
        assert len(set(token_by_guest.values())) == 3
        for guest, token in token_by_guest.items():
            assert visit_of_answer_token(token) == visit.uid
            assert person_of_answer_token(token, visit.uid, guests, key=KEY) == guest
            assert guest.partition("@")[0] not in token

    def test_teachers_mail_answers_for_nobody(self, world: World) -> None:
        world.invite()
        deliver(world)
        (mail,) = (mail for mail in world.transport.sent if mail.recipient == TEACHER)
        assert "/r/" not in mail.message.as_string()

    def test_link_to_sign_in_works_once(self, world: World) -> None:
        ask_for_link(world.store, TEACHER, now=world.now)
        deliver(world)
        token = sign_in_token(world)
        assert redeem(world.store, token, now=world.now)
        assert redeem(world.store, token, now=world.now) is None

    def test_no_row_keeps_a_link_or_a_token(self, world: World) -> None:
        world.invite()
        ask_for_link(world.store, TEACHER, now=world.now)
        deliver(world)
        tokens = {sign_in_token(world)}
        tokens |= {
            answer_token_in(text_of(m)) for m in world.transport.sent if m.recipient == VOLUNTEER
        }
        assert len(tokens) == 2
        kept = repr(rows(world))
        assert [token for token in tokens if token in kept] == []
        assert "https://" not in kept


def sign_in_token(world: World) -> str:
    """Return the token of the latest sign-in mail."""
    texts = (text_of(mail) for mail in reversed(world.transport.sent))
    found = next(filter(None, (re.search(r"/login/(\S+)", text) for text in texts)))
    return found[1]


class TestCalendarPart:
    def test_single_visit_travels_as_an_invitation(self, world: World) -> None:
        (visit,) = world.invite()
        deliver(world)
        for mail in world.transport.sent:
            methods = [c.value("METHOD") for c in calendars_of(mail)]
            expected = ["REQUEST", "REQUEST"] if mail.recipient == VOLUNTEER else []
            assert methods == expected
        world.transport.sent.clear()
        cancel(world, visit)
        deliver(world)
        assert [[c.value("METHOD") for c in calendars_of(m)] for m in world.transport.sent] == (
            [["CANCEL", "CANCEL"]] * 2
        )

    def test_series_is_followed_in_the_feed_instead(self, world: World) -> None:
        first, *_ = series(world)
        deliver(world)
        assert [calendars_of(mail) for mail in world.transport.sent] == [[], []]
        cancel(world, first)
        deliver(world)
        assert [calendars_of(mail) for mail in world.transport.sent] == [[]] * 4

    def test_moved_visit_carries_its_old_uid_and_a_higher_sequence(self, world: World) -> None:
        (visit,) = world.invite()
        world.answer(visit, VOLUNTEER, True)
        deliver(world)
        world.transport.sent.clear()
        move(world, visit, moment("2026-12-10 10:40"))
        world.release()
        deliver(world)
        events = [c.named("VEVENT")[0] for m in world.transport.sent for c in calendars_of(m)]
        assert {(e.value("UID"), e.value("SEQUENCE")) for e in events} == {(visit.uid, "2")}

    def test_who_leaves_a_visit_that_goes_on_is_uninvited_alone(self, world: World) -> None:
        world.put_volunteers(*two_more_volunteers())
        world.put_requests(a_request(speakers=2))
        (visit,) = world.invite()
        deliver(world)
        world.transport.sent.clear()
        world.answer(visit, BRUNO, False)
        deliver(world)
        (mail,) = (mail for mail in world.transport.sent if mail.recipient == BRUNO)
        (event, _) = (c.named("VEVENT")[0] for c in calendars_of(mail))
        assert [line.value for line in event.all("ATTENDEE")] == [f"mailto:{BRUNO}"]
        assert event.all("STATUS") == []

    @pytest.mark.parametrize(
        ("reply_address", "rsvp"), [("", "FALSE"), ("reply@schools.example", "TRUE")]
    )
    def test_answer_is_asked_for_only_where_replies_are_read(
        self, world: World, reply_address: str, rsvp: str
    ) -> None:
        world.invite()
        deliver(world, head=replace(world.letterhead, reply_address=reply_address))
        (mail,) = (mail for mail in world.transport.sent if mail.recipient == VOLUNTEER)
        (event, _) = (c.named("VEVENT")[0] for c in calendars_of(mail))
        (organizer,), (attendee,) = event.all("ORGANIZER"), event.all("ATTENDEE")
        assert organizer.value == f"mailto:{reply_address or 'visits@schools.example'}"
        assert attendee.parameters["RSVP"] == rsvp


def test_mail_is_sent_from_one_address_to_one_person(world: World) -> None:
    world.invite()
    assert deliver(world).sent == 2
    for mail in world.transport.sent:
        assert mail.sender == "visits@schools.example"
        assert [a.addr_spec for a in mail.message["To"].addresses] == [mail.recipient]
        assert (mail.message["Cc"], mail.message["Bcc"]) == (None, None)
