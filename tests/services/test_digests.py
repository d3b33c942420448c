"""The day's mail: once a day, by choice, in one piece however often it has to be sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.domain.mail_choices import MailChoices, MailKind, Pace
from scheduler.services import delivery
from scheduler.services.announcements import INVITATION
from scheduler.services.delivery import Delivered
from scheduler.services.records import OutboxRow, OutboxState
from scheduler.services.sign_in import ask_for_link
from tests.builders import NOW, TEACHER, VOLUNTEER, a_person, a_volunteer, moment
from tests.services.test_delivery import DAYS_MAIL, Killed, PostOffice, deliver, text_of
from tests.services.world import BRUNO, World

QUESTIONS = ("still_right", "renew_clearance")


def ask_twice(world: World, email: str = VOLUNTEER) -> tuple[OutboxRow, ...]:
    """Write two questions that can wait to the same person."""
    facts = {"clearance": "police_check", "last_day": NOW.date(), "has_ended": False}
    rows = tuple(
        OutboxRow(
            key=f"{purpose}/{email}",
            subject="availability",
            purpose=purpose,
            recipient=email,
            created_at=world.now,
            due_at=world.now,
            facts={"role": "volunteer", **facts},
        )
        for purpose in QUESTIONS
    )
    with world.store.write() as work:
        work.outbox.add(rows)
    return rows


def choose(world: World, **paces: Pace) -> None:
    """Choose for Amara how soon mails of these kinds come."""
    with world.store.write() as work:
        kinds = {MailKind(kind): pace for kind, pace in paces.items()}
        work.mail_doors.choose(MailChoices(VOLUNTEER, kinds))


def states(world: World) -> dict[str, str]:
    with world.store.read() as work:
        return {r.purpose: str(r.state) for r in work.outbox.of_subjects(("availability",))}


@pytest.mark.each_engine
def test_news_of_a_day_comes_in_one_mail_at_three(world: World) -> None:
    ask_twice(world)
    assert deliver(world) == Delivered()
    world.now = DAYS_MAIL
    assert deliver(world) == Delivered(sent=1)
    (mail,) = world.transport.sent
    assert mail.message["Subject"] == "Still right? When you can visit a school (and 1 more)"
    text = text_of(mail)
    assert "https://visits.example/keep/" in text
    assert "https://visits.example/profile" in text
    assert "You get this because you volunteer with Lakeshore District." in text
    assert mail.message["List-Unsubscribe"].endswith("/digest>")
    assert set(states(world).values()) == {"sent"}


def test_days_mail_is_in_the_readers_language_and_at_three_on_their_own_clock(
    world: World,
) -> None:
    world.put_volunteers(a_volunteer(locale="fr-CA", timezone="America/Los_Angeles"))
    ask_twice(world)
    world.now = moment("2026-11-21 17:59")
    assert deliver(world) == Delivered()
    world.wait(minutes=1)
    assert deliver(world) == Delivered(sent=1)
    (mail,) = world.transport.sent
    assert "Vous recevez ceci parce que vous êtes bénévole" in text_of(mail)
    assert '<html lang="fr-CA"' in mail.message.as_string()


def test_what_is_about_the_next_visit_comes_first_and_in_the_subject(world: World) -> None:
    (visit,) = world.invite()
    deliver(world)
    world.transport.sent.clear()
    choose(world, confirmation=Pace.DAILY)
    ask_twice(world)
    world.answer(visit, VOLUNTEER, says_yes=True)
    world.now = DAYS_MAIL
    deliver(world)
    (mail,) = (each for each in world.transport.sent if each.recipient == VOLUNTEER)
    subject = str(mail.message["Subject"])
    assert "Maple School, Tuesday 8 December" in subject
    assert subject.endswith("(and 2 more)")
    text = text_of(mail)
    assert text.index("Maple School") < text.index("Still right?")


def test_day_begins_anew_for_what_is_written_after_three(world: World) -> None:
    world.now = DAYS_MAIL + timedelta(minutes=1)
    ask_twice(world)
    for hours in (1, 4, 12, 5):
        world.wait(hours=hours)
        assert deliver(world) == Delivered()
    world.now = moment("2026-11-22 15:00")
    assert deliver(world) == Delivered(sent=1)


def test_what_was_chosen_at_once_comes_at_once_by_itself(world: World) -> None:
    choose(world, question=Pace.AT_ONCE)
    ask_twice(world)
    assert deliver(world) == Delivered(sent=1)
    world.now = DAYS_MAIL
    assert deliver(world) == Delivered(sent=1)
    assert [str(m.message["Subject"])[:11] for m in world.transport.sent] == [
        "Still right",
        "Your cleara",
    ]


def test_who_ended_the_days_mail_still_gets_other_kinds(world: World) -> None:
    choose(world, digest=Pace.NEVER)
    ask_twice(world)
    assert deliver(world) == Delivered(sent=1, superseded=1)
    assert states(world) == {"still_right": "sent", "renew_clearance": "superseded"}


@pytest.mark.each_engine
def test_days_mail_is_the_same_mail_when_sent_again(world: World) -> None:
    asked = ask_twice(world)
    world.now = DAYS_MAIL
    dying = PostOffice(dies_with=VOLUNTEER)
    with pytest.raises(Killed):
        deliver(world, by=dying)
    ask_for_link(world.store, TEACHER, now=world.now)
    with world.store.write() as work:
        work.outbox.take_back()
        work.outbox.add((replace(asked[0], key="another"),))
    assert deliver(world) == Delivered(sent=3)
    (first,) = dying.sent
    theirs = [mail.mail.octets for mail in world.transport.sent if mail.recipient == VOLUNTEER]
    assert (theirs.count(first.mail.octets), len(theirs)) == (1, 2)


class TestOrder:
    def test_nobody_is_told_the_later_news_first(self, world: World) -> None:
        world.invite()
        office = PostOffice({VOLUNTEER: 450})
        deliver(world, by=office)
        world.wait(minutes=1)
        (visit,) = world.visits_of()
        choose(world, question=Pace.AT_ONCE)
        ask_twice(world)
        assert deliver(world) == Delivered()
        world.wait(minutes=4)
        assert deliver(world) == Delivered(sent=2)
        subjects = [str(m.message["Subject"]) for m in world.transport.sent]
        assert [subject[:6] for subject in subjects] == ["Invita", "Still "]
        assert world.mail_of(visit)[0].purpose == INVITATION

    def test_later_news_is_not_tried_where_the_earlier_was_just_refused(self, world: World) -> None:
        world.invite()
        choose(world, question=Pace.AT_ONCE)
        ask_twice(world)
        office = PostOffice({VOLUNTEER: 450})
        deliver(world, by=office)
        assert [str(mail.message["Subject"])[:10] for mail in office.refused] == ["Invitation"]
        world.wait(minutes=5)
        deliver(world)
        theirs = [mail for mail in world.transport.sent if mail.recipient == VOLUNTEER]
        assert [str(mail.message["Subject"])[:6] for mail in theirs] == ["Invita", "Still "]

    def test_link_to_sign_in_waits_for_nothing(self, world: World) -> None:
        world.invite()
        deliver(world, by=PostOffice({VOLUNTEER: 450}))
        ask_for_link(world.store, VOLUNTEER, now=world.now)
        assert deliver(world) == Delivered(sent=1)

    def test_mail_that_cannot_be_loaded_keeps_nobody_waiting(self, world: World) -> None:
        (row, _) = ask_twice(world)
        spoilt = replace(row, key="spoilt", facts={"visits": 7})
        with world.store.write() as work:
            work.outbox.add((spoilt,))
        ask_for_link(world.store, TEACHER, now=world.now)
        assert deliver(world) == Delivered(sent=1, retried=1)
        with world.store.read() as work:
            found = {r.key: r for r in work.outbox.of_subjects(("availability",))}
        assert found["spoilt"].state is OutboxState.DUE
        assert found["spoilt"].problem.startswith("AssertionError")

    def test_one_domain_gets_so_much_a_minute(self, world: World) -> None:
        people = [a_person(email=f"t{n}@schools.example", name=f"T {n}") for n in range(5)]
        with world.store.write() as work:
            work.people.put([*people, a_person(email=BRUNO, name="Bruno")])
        for person in (*people, a_person(email=BRUNO)):
            ask_for_link(world.store, person.email, now=world.now)
        for sent in (3, 2, 1):
            done = delivery.deliver_due(
                world.store,
                now=world.now,
                transport=world.transport,
                head=world.letterhead,
                most_per_domain=2,
            )
            assert done == Delivered(sent=sent)
            world.wait(minutes=1)
