"""Mails to strangers and to people who chose: who gets what, and which links work."""

from __future__ import annotations

import re
from datetime import timedelta
from email.message import EmailMessage

import pytest

from scheduler.domain.errors import Unknown
from scheduler.domain.joining import Joining
from scheduler.domain.mail_choices import MailKind, Pace
from scheduler.domain.volunteers import Format
from scheduler.services import reminders
from scheduler.services.access import Actor
from scheduler.services.ended_links import end_own_links
from scheduler.services.joining import ask_to_join, confirm_address
from scheduler.services.mail_choices import choose, end_by_one_click, is_ended, mail_behind
from scheduler.services.onboarding import accept, decline
from scheduler.services.reconfirming import ask_to_reconfirm, week_behind
from scheduler.services.tokens import joining_token
from tests.builders import VOLUNTEER
from tests.services.test_visits import cancel
from tests.services.world import KEY, World

NEW = "noor@example.org"


def newcomer(world: World) -> Joining:
    joining = Joining(
        key="noor",
        email=NEW,
        name="Noor Ali",
        level_by_topic={"robotics": 2},
        grades=frozenset({3}),
        languages=("en",),
        formats=frozenset({Format.IN_PERSON}),
        asked_at=world.now,
    )
    ask_to_join(world.store, joining, now=world.now)
    return joining


def mails_to(world: World, email: str) -> list[EmailMessage]:
    return [sent.message for sent in world.transport.sent if sent.recipient == email]


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def html_of(message: EmailMessage) -> str:
    part = message.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def test_stranger_is_written_to_by_the_name_they_gave(world: World) -> None:
    joining = newcomer(world)
    world.post()
    (mail,) = mails_to(world, NEW)
    token = joining_token(joining.key, NEW, key=KEY)
    assert "Hello Noor Ali" in text_of(mail)
    assert f"https://visits.example/join/{token}" in text_of(mail)
    assert "Choose your e-mails" not in text_of(mail)
    links = re.findall(r"https://[^\s\"<]+", text_of(mail) + html_of(mail))
    assert set(links) == {f"https://visits.example/join/{token}"}


def test_welcome_asks_when_they_can_visit_and_nothing_else_does_that_day(world: World) -> None:
    joining = newcomer(world)
    token = joining_token(joining.key, NEW, key=KEY)
    confirm_address(world.store, token, key=KEY, now=world.now)
    accept(world.store, joining.key, actor=world.coordinator, now=world.now)
    reminders.write_due(world.store, now=world.now)
    world.post()
    assert [mail["Subject"].split(" to ")[0] for mail in mails_to(world, NEW)[1:]] == ["Welcome"]
    assert "https://visits.example/availability" in text_of(mails_to(world, NEW)[-1])


def test_declined_stranger_reads_the_reason(world: World) -> None:
    joining = newcomer(world)
    token = joining_token(joining.key, NEW, key=KEY)
    confirm_address(world.store, token, key=KEY, now=world.now)
    decline(world.store, joining.key, reason="Too far away", actor=world.coordinator, now=world.now)
    world.post()
    assert "“Too far away”" in text_of(mails_to(world, NEW)[-1])


def remind(world: World) -> None:
    (visit,) = world.visits_of()
    if not visit.has_every_yes:
        world.answer(visit, VOLUNTEER, says_yes=True)
    (visit,) = world.visits_of()
    world.now = visit.period.start - timedelta(hours=12)
    world.post()


def test_link_in_a_mail_opens_its_readers_choices(world: World) -> None:
    world.invite()
    world.post()
    text = text_of(mails_to(world, VOLUNTEER)[0])
    token = text.partition("https://visits.example/m/")[2].split()[0]
    assert mail_behind(world.store, token).choices.email == VOLUNTEER


def test_reminder_can_be_ended_by_one_click_and_an_invitation_cannot(world: World) -> None:
    world.invite()
    world.post()
    remind(world)
    invitation, *_, reminder = mails_to(world, VOLUNTEER)
    assert "List-Unsubscribe" not in invitation
    assert reminder["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    token = str(reminder["List-Unsubscribe"]).split("/")[-2]
    end_by_one_click(world.store, token, MailKind.REMINDER, now=world.now)
    assert is_ended(world.store, token, MailKind.REMINDER)


def test_mail_program_ends_mail_however_often_links_were_ended_since(world: World) -> None:
    world.invite()
    remind(world)
    old = str(mails_to(world, VOLUNTEER)[-1]["List-Unsubscribe"]).split("/")[-2]
    for _ in range(2):
        end_own_links(world.store, actor=Actor(VOLUNTEER, "Amara Okafor"), now=world.now)
    cancel(world, *world.visits_of())
    world.post()
    assert "/m/" in text_of(mails_to(world, VOLUNTEER)[-1])
    end_by_one_click(world.store, old, MailKind.REMINDER, now=world.now)
    assert is_ended(world.store, old, MailKind.REMINDER)


def test_link_that_ends_mail_opens_no_choices(world: World) -> None:
    world.invite()
    remind(world)
    token = str(mails_to(world, VOLUNTEER)[-1]["List-Unsubscribe"]).split("/")[-2]
    with pytest.raises(Unknown):
        mail_behind(world.store, token)
    with pytest.raises(Unknown):
        choose(world.store, {MailKind.INVITATION: Pace.DAILY}, now=world.now, token=token)


def test_what_somebody_never_wants_is_not_sent(world: World) -> None:
    world.invite()
    world.post()
    token = text_of(mails_to(world, VOLUNTEER)[0]).partition("/m/")[2].split()[0]
    choose(world.store, {MailKind.REMINDER: Pace.NEVER}, now=world.now, token=token)
    before = len(mails_to(world, VOLUNTEER))
    remind(world)
    told = [mail["Subject"] for mail in mails_to(world, VOLUNTEER)[before:]]
    assert [subject for subject in told if subject.startswith("Tomorrow")] == []
    assert any(subject.startswith("Confirmed") for subject in told)


def test_link_that_keeps_the_week_is_sent_and_works(world: World) -> None:
    with world.store.write() as work:
        ask_to_reconfirm(work, world.now)
    world.now += timedelta(days=91)
    with world.store.write() as work:
        ask_to_reconfirm(work, world.now)
    world.post()
    text = next(
        text for text in map(text_of, mails_to(world, VOLUNTEER)) if "Is it still right?" in text
    )
    token = text.partition("https://visits.example/keep/")[2].split()[0]
    assert week_behind(world.store, token, now=world.now).is_stale


@pytest.mark.parametrize("pace", [Pace.DAILY, Pace.NEVER])
def test_news_that_changes_a_visit_has_no_choice(world: World, pace: Pace) -> None:
    with pytest.raises(ValueError, match="cannot come"):
        choose(world.store, {MailKind.CHANGE: pace}, now=world.now, actor=world.coordinator)
