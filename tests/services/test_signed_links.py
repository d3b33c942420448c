"""Links in mails, side by side: each opens one thing for one person, and only while it may.

Who looks through another door, changes a letter, or comes with another site's key finds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import pytest

from scheduler.domain.errors import LinkEnded, Unknown
from scheduler.domain.people import reference_of
from scheduler.domain.visits import Visit
from scheduler.services.access import Actor
from scheduler.services.accounts import change_address
from scheduler.services.agenda import my_visits
from scheduler.services.ended_links import end_links_of, end_own_links
from scheduler.services.exports import invited_file
from scheduler.services.feedback import feedback_by_link
from scheduler.services.invitations import Standing, open_invitation
from scheduler.services.mail_choices import mail_behind
from scheduler.services.own_links import MAIL_DOOR, WEEK_DOOR
from scheduler.services.reconfirming import week_behind
from scheduler.services.sign_in import ask_for_link, redeem
from scheduler.services.stand_in_answers import open_ask, step_in
from scheduler.services.stand_in_rounds import advance_stand_ins
from scheduler.services.tokens import (
    answer_token,
    door_token,
    feedback_token,
    joining_token,
    stand_in_token,
    token_hash,
)
from scheduler.services.visit_plans import plan_for
from tests.builders import TEACHER, VOLUNTEER
from tests.services.test_delivery import answer_token_in, deliver, text_of
from tests.services.world import BRUNO, CHLOE, KEY, OTHER_TEACHER, World, two_more_volunteers

OTHER_KEY = b"o" * 32


@dataclass(frozen=True)
class Door:
    """One kind of link: what it is made from, whose it is, and what opens it."""

    token: Callable[[str, str, bytes, int], str]
    owner: str
    stranger: str
    opened: Callable[[World, str], object]


DOORS: Mapping[str, Door] = MappingProxyType(
    {
        "answer": Door(
            lambda uid, email, key, number: answer_token(uid, email, key=key, generation=number),
            VOLUNTEER,
            CHLOE,
            lambda world, token: open_invitation(world.store, token, now=world.now, key=KEY),
        ),
        "stand-in": Door(
            lambda uid, email, key, number: stand_in_token(
                f"{uid}:1", email, key=key, generation=number
            ),
            BRUNO,
            TEACHER,
            lambda world, token: open_ask(world.store, token, now=world.now, key=KEY),
        ),
        "feedback": Door(
            lambda uid, email, key, number: feedback_token(uid, email, key=key, generation=number),
            TEACHER,
            OTHER_TEACHER,
            lambda world, token: feedback_by_link(world.store, token, now=world.now, key=KEY),
        ),
        "choices": Door(
            lambda _, email, key, number: door_token(MAIL_DOOR, email, key=key, generation=number),
            VOLUNTEER,
            CHLOE,
            lambda world, token: mail_behind(world.store, token),
        ),
        "week": Door(
            lambda _, email, key, number: door_token(WEEK_DOOR, email, key=key, generation=number),
            VOLUNTEER,
            CHLOE,
            lambda world, token: week_behind(world.store, token, now=world.now),
        ),
    }
)

# The same link opens these as well.
ALSO_BY_ANSWER = (
    lambda world, token: plan_for(world.store, token, now=world.now, key=KEY),
    lambda world, token: invited_file(world.store, token, key=KEY, base_url=""),
)
OWNERS = (VOLUNTEER, BRUNO, TEACHER, CHLOE)


@pytest.fixture
def visit(world: World) -> Visit:
    """A visit that Amara dropped out of; Bruno and Chloé are asked, and every door is open."""
    (visit,) = world.invite()
    world.answer(visit, VOLUNTEER, True)
    world.put_volunteers(*two_more_volunteers())
    world.answer(visit, VOLUNTEER, False, "I am ill.")
    advance_stand_ins(world.store, now=world.now, gazetteer=world.gazetteer)
    with world.store.write() as work:
        for purpose in (MAIL_DOOR, WEEK_DOOR):
            secret = door_token(purpose, VOLUNTEER, key=KEY)
            work.mail_doors.open(purpose, {token_hash(secret): VOLUNTEER})
    return visit


@pytest.mark.parametrize("name", DOORS)
def test_link_opens_its_own_door_and_no_other(world: World, visit: Visit, name: str) -> None:
    door = DOORS[name]
    token = door.token(visit.uid, door.owner, KEY, 0)
    assert door.opened(world, token)
    for other in (each for key, each in DOORS.items() if key != name):
        with pytest.raises(Unknown):
            other.opened(world, token)


def test_purposes_never_share_a_secret() -> None:
    made = (answer_token, feedback_token, stand_in_token, joining_token)
    secrets = {make("subject", VOLUNTEER, key=KEY) for make in made}
    doors = {door_token(purpose, VOLUNTEER, key=KEY) for purpose in (MAIL_DOOR, WEEK_DOOR)}
    assert len(secrets | doors) == len(made) + 2


@pytest.mark.parametrize("name", DOORS)
def test_forged_link_opens_nothing(world: World, visit: Visit, name: str) -> None:
    door = DOORS[name]
    token = door.token(visit.uid, door.owner, KEY, 0)
    subject, _, secret = token.rpartition(".")
    flipped = "A" if secret[0] != "A" else "B"
    forged = (
        door.token(visit.uid, door.owner, OTHER_KEY, 0),
        door.token(visit.uid, door.stranger, KEY, 0),
        door.token(visit.uid, door.owner, KEY, 1),
        f"{subject}.{flipped}{secret[1:]}".lstrip("."),
        token[:-1],
        token + "A",
        token.swapcase(),
        "",
    )
    for each in forged:
        with pytest.raises(Unknown):
            door.opened(world, each)


@pytest.mark.parametrize("name", ["answer", "stand-in", "choices", "week"])
def test_link_ends_with_its_owners_account(world: World, visit: Visit, name: str) -> None:
    door = DOORS[name]
    with world.store.write() as work:
        volunteer = work.volunteers.get(door.owner)
        assert volunteer is not None
        work.volunteers.put((replace(volunteer, is_active=False),))
    with pytest.raises(Unknown):
        door.opened(world, door.token(visit.uid, door.owner, KEY, 0))


@pytest.mark.parametrize("name", ["answer", "choices", "week"])
def test_link_ends_with_its_owners_address(world: World, visit: Visit, name: str) -> None:
    door = DOORS[name]
    change_address(
        world.store,
        reference_of(VOLUNTEER),
        "amara@new.example",
        actor=world.coordinator,
        now=world.now,
    )
    with pytest.raises(Unknown):
        door.opened(world, door.token(visit.uid, VOLUNTEER, KEY, 0))


def test_who_left_a_visit_only_reads_how_it_stands(world: World, visit: Visit) -> None:
    token = answer_token(visit.uid, VOLUNTEER, key=KEY)
    shown = open_invitation(world.store, token, now=world.now, key=KEY)
    assert (shown.standing, shown.open_sheets) == (Standing.DECLINED, ())


def test_first_generation_is_what_mails_have_carried_all_along() -> None:
    made = [door.token("visit", VOLUNTEER, KEY, 0) for door in DOORS.values()]
    assert made == [
        "dmlzaXQ.mOKkYXs0eR0iiK_ZDQRayFXaMYsDewEVXF7_vX-Qeeg",
        "dmlzaXQ6MQ.ba5QPn-qeyjYO_RqHyZzvE8R7Uwc91bNokgxF-oAmfo",
        "dmlzaXQ.wN5nTT1olpH43kYiXrhWdblix-yAxwVdF2Lyp2_ox6Q",
        "AXa77Uvxe4mwK9c187L5wyZaTFWb4beoixKgc5CfwMg",
        "e5cDZ3_fvO4QgbWpak9r0Qu80_sRKiKXlOeO8MyFvZU",
    ]


@pytest.mark.parametrize("ended", OWNERS)
def test_links_end_for_their_person_alone(world: World, visit: Visit, ended: str) -> None:
    for door in DOORS.values():
        assert door.opened(world, door.token(visit.uid, door.owner, KEY, 0))
    end_own_links(world.store, actor=Actor(ended, "Whoever"), now=world.now)
    for door in DOORS.values():
        token = door.token(visit.uid, door.owner, KEY, 0)
        if door.owner != ended:
            assert door.opened(world, token)
            continue
        with pytest.raises(LinkEnded) as told:
            door.opened(world, token)
        assert told.value.email == ended


@pytest.mark.parametrize("name", DOORS)
def test_next_generation_opens_until_it_is_ended_too(world: World, visit: Visit, name: str) -> None:
    door = DOORS[name]
    for generation in (1, 2):
        end_links_of(world.store, reference_of(door.owner), actor=world.coordinator, now=world.now)
        tokens = [door.token(visit.uid, door.owner, KEY, number) for number in range(3)]
        with world.store.write() as work:
            work.mail_doors.open(
                {"choices": MAIL_DOOR}.get(name, WEEK_DOOR),
                {token_hash(tokens[generation]): door.owner},
                generations={door.owner: generation},
            )
        assert door.opened(world, tokens[generation])
        for other in {0, 1, 2} - {generation}:
            with pytest.raises((LinkEnded, Unknown)):
                door.opened(world, tokens[other])


def test_plan_and_file_end_with_the_answer(world: World, visit: Visit) -> None:
    token = answer_token(visit.uid, VOLUNTEER, key=KEY)
    for opened in ALSO_BY_ANSWER:
        assert opened(world, token)
    end_own_links(world.store, actor=Actor(VOLUNTEER, "Amara Okafor"), now=world.now)
    for opened in ALSO_BY_ANSWER:
        with pytest.raises(LinkEnded):
            opened(world, token)


def test_mail_that_waits_is_sent_with_links_that_open(world: World) -> None:
    (visit,) = world.invite()
    end_own_links(world.store, actor=Actor(VOLUNTEER, "Amara Okafor"), now=world.now)
    deliver(world, at_any_hour=True)
    (mail,) = (each for each in world.transport.sent if each.recipient == VOLUNTEER)
    written = text_of(mail)
    token = answer_token_in(written)
    assert token == answer_token(visit.uid, VOLUNTEER, key=KEY, generation=1)
    assert open_invitation(world.store, token, now=world.now, key=KEY).person.email == VOLUNTEER
    (choices,) = set(re.findall(r"/m/([\w-]+)", written))
    assert mail_behind(world.store, choices).name == "Amara Okafor"


def test_own_visits_lead_on_by_links_that_open(world: World) -> None:
    world.invite()
    end_own_links(world.store, actor=Actor(VOLUNTEER, "Amara Okafor"), now=world.now)
    with world.store.read() as work:
        person = work.people.get(VOLUNTEER)
    assert person is not None
    mine = my_visits(world.store, actor=Actor.of(person), now=world.now, key=KEY)
    (asked,) = mine.asked
    assert open_invitation(world.store, asked.answer_token, now=world.now, key=KEY)


def test_stand_in_is_led_on_by_a_link_that_opens(world: World, visit: Visit) -> None:
    end_own_links(world.store, actor=Actor(BRUNO, "Bruno"), now=world.now)
    token = stand_in_token(f"{visit.uid}:1", BRUNO, key=KEY, generation=1)
    coming = step_in(world.store, token, now=world.now, key=KEY, gazetteer=world.gazetteer)
    assert open_invitation(world.store, coming.answer, now=world.now, key=KEY)


def test_link_to_sign_in_ends_with_the_others(world: World) -> None:
    for email in (TEACHER, VOLUNTEER):
        ask_for_link(world.store, email, now=world.now)
    deliver(world, at_any_hour=True)
    tokens = [re.findall(r"/login/([\w-]+)", text_of(mail))[0] for mail in world.transport.sent]
    end_own_links(world.store, actor=Actor(TEACHER, "Lena Fischer"), now=world.now)
    redeemed = {
        mail.recipient: redeem(world.store, token, now=world.now) is not None
        for mail, token in zip(world.transport.sent, tokens, strict=True)
    }
    assert redeemed == {TEACHER: False, VOLUNTEER: True}


def test_ending_links_is_written_down(world: World) -> None:
    end_links_of(world.store, reference_of(TEACHER), actor=world.coordinator, now=world.now)
    with world.store.read() as work:
        (latest,) = work.activities.recent(limit=1)
    assert (latest.actor, latest.deed) == (world.coordinator.email, "ended mail links")
    assert latest.subject == f"person:{reference_of(TEACHER)}"
