"""People of one request write to each other, and nobody else reads it."""

from __future__ import annotations

import pytest

from scheduler.domain.errors import ConstraintViolated, NotAllowed, Unknown
from scheduler.domain.messages import MOST_LETTERS
from scheduler.services.access import Actor
from scheduler.services.messages import MOST_AN_HOUR, thread, write_message
from tests.actors import AMARA, LENA, OMAR, VERA
from tests.builders import COORDINATOR, TEACHER, VOLUNTEER, a_proposal
from tests.services.world import BRUNO, World, two_more_volunteers

HELLO = "Bring a robot?\nWe have a table."


def write(world: World, actor: Actor, words: str = HELLO) -> None:
    write_message(world.store, "robots", words=words, actor=actor, now=world.now)


def read_by(world: World, actor: Actor) -> list[tuple[str, str, bool, str]]:
    lines = thread(world.store, "robots", actor=actor).lines
    return [(line.author, str(line.part), line.is_own, line.words) for line in lines]


def test_message_is_read_by_all_who_take_part(world: World) -> None:
    world.invite()
    write(world, LENA)
    write(world, AMARA, " Of course. ")
    assert read_by(world, LENA) == [
        ("Lena Fischer", "teacher", True, HELLO),
        ("Amara Okafor", "volunteer", False, "Of course."),
    ]
    for reader in (AMARA, world.coordinator, VERA):
        assert [words for *_, words in read_by(world, reader)] == [HELLO, "Of course."]


def test_others_get_it_by_mail_and_no_address_is_shown(world: World) -> None:
    world.invite()
    world.timetable.tick()
    world.transport.sent.clear()
    write(world, LENA)
    world.timetable.tick()
    received = {sent.recipient: sent.message for sent in world.transport.sent}
    assert set(received) == {VOLUNTEER, COORDINATOR}
    body = received[VOLUNTEER].get_body(("plain",))
    assert body is not None
    text = body.get_content().replace("\r\n", "\n")
    assert received[VOLUNTEER]["Subject"] == "Lena Fischer wrote about “Robots around us”"
    assert "> Bring a robot?\n> We have a table." in text
    assert "https://visits.example/requests/robots/messages" in text
    assert TEACHER not in text


def test_volunteer_who_joins_later_does_not_read_what_was_said_before(world: World) -> None:
    write(world, LENA, "Who will it be?")
    world.invite()
    assert read_by(world, AMARA) == []
    write(world, LENA, "Welcome!")
    assert [words for *_, words in read_by(world, AMARA)] == ["Welcome!"]


def test_volunteer_who_is_only_proposed_or_held_takes_no_part(world: World) -> None:
    world.put_proposals(a_proposal())
    world.approve("robots")
    with pytest.raises(Unknown):
        thread(world.store, "robots", actor=AMARA)
    write(world, LENA)
    world.release()
    assert thread(world.store, "robots", actor=AMARA).lines == ()


def test_whoever_said_no_takes_no_part_any_more(world: World) -> None:
    world.put_volunteers(*two_more_volunteers())
    (visit,) = world.invite()
    gone = visit.volunteers[0]
    world.answer(visit, gone, False)
    with pytest.raises(Unknown):
        thread(world.store, "robots", actor=Actor(gone, "Gone", is_volunteer=True))


@pytest.mark.parametrize(
    "stranger", [OMAR, Actor(BRUNO, "Bruno Silva", is_volunteer=True), Actor("x@y.example", "X")]
)
def test_strangers_neither_read_nor_write(world: World, stranger: Actor) -> None:
    world.invite()
    with pytest.raises(Unknown):
        thread(world.store, "robots", actor=stranger)
    with pytest.raises(Unknown):
        write(world, stranger)


def test_viewer_reads_and_does_not_write(world: World) -> None:
    assert not thread(world.store, "robots", actor=VERA).can_write
    with pytest.raises(NotAllowed):
        write(world, VERA)


@pytest.mark.parametrize(
    ("words", "rule"), [(" \n", "words_given"), ("x" * (MOST_LETTERS + 1), "few_letters")]
)
def test_message_needs_words_and_not_too_many(world: World, words: str, rule: str) -> None:
    with pytest.raises(ConstraintViolated) as refused:
        write(world, LENA, words)
    assert [finding.rule for finding in refused.value.findings] == [rule]
    assert read_by(world, LENA) == []


def test_nobody_floods_the_others(world: World) -> None:
    for _ in range(MOST_AN_HOUR):
        write(world, LENA)
    with pytest.raises(ConstraintViolated):
        write(world, LENA)
    world.wait(hours=1, seconds=1)
    write(world, LENA)
