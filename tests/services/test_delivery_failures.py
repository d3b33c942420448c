"""Sending when something fails: servers that refuse, and processes that die."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from scheduler.mail.messages import Mail, message_id_of
from scheduler.mail.pauses import Meanwhile, rest
from scheduler.services import writing
from scheduler.services.delivery import CLAIM_LASTS, RETRY_AFTER, Delivered, deliver_due
from scheduler.services.records import OutboxState
from scheduler.services.sign_in import ask_for_link
from tests.builders import (
    COORDINATOR,
    TEACHER,
    VOLUNTEER,
    a_person,
    a_request,
    a_volunteer,
)
from tests.services.test_delivery import (
    DAYS_MAIL,
    Killed,
    PostOffice,
    calendars_of,
    deliver,
    row,
    rows,
)
from tests.services.test_visits import THURSDAY, move
from tests.services.world import BRUNO, CHLOE, World, two_more_volunteers


@dataclass
class Considers(PostOffice):
    """Lets other things happen before it takes a mail's octets and after; looks between them."""

    looks: Callable[[], object] = object
    meanwhile: Meanwhile = rest
    seen: list[object] = field(default_factory=list)

    def open(self, *, meanwhile: Meanwhile = rest) -> AbstractContextManager[PostOffice]:
        self.meanwhile = meanwhile
        return nullcontext(self)

    def send(self, mail: Mail, *, sender: str, recipient: str) -> None:
        self.meanwhile()
        self.seen.append(self.looks())
        super().send(mail, sender=sender, recipient=recipient)
        for _ in range(9):
            self.meanwhile()


class TestRefused:
    @pytest.mark.each_engine
    def test_passing_refusal_is_tried_again_on_schedule_as_the_same_mail(
        self, world: World
    ) -> None:
        world.invite()
        # From here on no retry falls into the night.
        world.now = DAYS_MAIL + timedelta(minutes=30)
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
        assert deliver(world, by=office) == Delivered(retried=1)
        world.wait(minutes=1)
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
        world.now = DAYS_MAIL
        office = PostOffice({VOLUNTEER: 550})
        assert deliver(world, by=office) == Delivered(sent=4, failed=1)
        others = (BRUNO, CHLOE, TEACHER, COORDINATOR)
        assert sorted(mail.recipient for mail in office.sent) == sorted(others)
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
        world.now = DAYS_MAIL
        assert deliver(world, head=broken) == Delivered(sent=2, retried=1)
        assert row(world, "invitation").problem == "LookupError: no such word"
        world.wait(minutes=5)
        assert deliver(world) == Delivered(sent=1)

    @pytest.mark.parametrize("batch", [2, 100])
    def test_mail_beyond_a_domains_share_waits_unwritten(
        self, world: World, monkeypatch: pytest.MonkeyPatch, batch: int
    ) -> None:
        monkeypatch.setattr(writing, "BATCH", batch)
        people = [a_person(email=f"t{n}@schools.example", name=f"T {n}") for n in range(5)]
        with world.store.write() as work:
            work.people.put(people)
        for person in people:
            ask_for_link(world.store, person.email, now=world.now)
        render, subjects = world.letterhead.render, []

        def render_and_count(name: str, context: Mapping[str, object]) -> str:
            subjects.extend([name] if name.endswith("subject.txt") else [])
            return render(name, context)

        head = replace(world.letterhead, render=render_and_count)
        for sent in (2, 2, 1):
            done = deliver_due(
                world.store, now=world.now, transport=world.transport, head=head, most_per_domain=2
            )
            assert (done, len(subjects)) == (Delivered(sent=sent), sent)
            subjects.clear()
            world.wait(minutes=1)

    def test_day_without_a_server_loses_nothing(self, world: World) -> None:
        world.invite()
        down = PostOffice({VOLUNTEER: 421, TEACHER: 421})
        for _ in range(24 * 4):
            deliver(world, by=down)
            world.wait(minutes=15)
        world.wait(days=1)
        assert deliver(world) == Delivered(sent=2)


class TestDeath:
    @pytest.mark.parametrize("dies_with", ["", VOLUNTEER])
    def test_every_mail_is_noted_before_the_octets_of_the_next_leave(
        self, world: World, dies_with: str
    ) -> None:
        world.invite()

        def taken_and_not_noted() -> set[object]:
            sent = {mail.message["Message-ID"] for mail in office.sent}
            under_way = (r for r in rows(world) if r.state is OutboxState.SENDING)
            return sent & {message_id_of(r.key, "schools.example") for r in under_way}

        office = Considers(dies_with=dies_with, looks=taken_and_not_noted)
        with pytest.raises(Killed) if dies_with else nullcontext():
            deliver(world, by=office)
        assert office.seen == [set()] * len(office.sent)
        assert len(taken_and_not_noted()) == (1 if dies_with else 0)

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
        assert len([*office.sent, *second.sent]) == 2

    @pytest.mark.each_engine
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
