"""What the form offers: own classes, lessons ahead, and free speakers once a topic is chosen."""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.topics import Topic, TopicTree
from scheduler.services.access import Actor
from scheduler.services.asking import AskSheet, Familiar, ask_sheet, grouped, reference_of
from scheduler.services.lessons import lessons_in
from scheduler.services.requests import Answers
from scheduler.services.warm import Warm
from tests.actors import LENA
from tests.builders import VOLUNTEER, a_classroom, a_person, a_request
from tests.services.world import World, two_more_volunteers

NOTHING = Answers(title="", topic="", classroom="", windows=())


def sheet(world: World, answers: Answers = NOTHING, actor: Actor = LENA) -> AskSheet:
    """Return what the form offers to someone who answered this much."""
    return ask_sheet(
        world.store,
        answers,
        warm=Warm(),
        actor=actor,
        now=world.now,
        gazetteer=world.gazetteer,
    )


def test_only_own_classes_are_offered(world: World) -> None:
    assert [each.key for each in sheet(world).classes] == ["maple-5a"]


def test_class_last_asked_for_is_chosen(world: World) -> None:
    with world.store.write() as work:
        work.districts.put_classes((a_classroom(key="maple-5c", name="5C"),))
    assert sheet(world).classroom == "maple-5a"
    world.put_requests(a_request(key="second", classroom="maple-5c"))
    assert sheet(world).classroom == "maple-5c"


def test_class_of_somebody_else_is_not_taken_from_the_address(world: World) -> None:
    assert sheet(world, replace(NOTHING, classroom="birch-7b")).classroom == ""


def test_nobody_is_counted_before_a_topic_is_chosen(world: World) -> None:
    offered = sheet(world)
    assert offered.counts is None
    assert {offered.free_at(lesson) for lesson in lessons_in(offered.weeks)} == {None}


def test_free_speakers_are_counted_for_each_lesson(world: World) -> None:
    world.put_volunteers(*two_more_volunteers())
    offered = sheet(world, replace(NOTHING, topic="robotics"))
    assert {offered.free_at(lesson) for lesson in lessons_in(offered.weeks)} == {3}


def test_teacher_without_a_class_still_gets_a_form(world: World) -> None:
    with world.store.write() as work:
        work.people.put((a_person(email="new@x.example", name="Nia", schools=("maple",)),))
    offered = sheet(world, actor=Actor("new@x.example", "Nia", is_teacher=True))
    assert (offered.classes, offered.weeks, offered.school_name) == ((), (), "Maple School")


def test_people_who_came_before_can_be_asked_for_without_their_address(world: World) -> None:
    assert sheet(world).familiar == ()
    world.invite()
    known = Familiar(reference_of(VOLUNTEER), VOLUNTEER, "Amara Okafor")
    assert sheet(world).familiar == (known,)
    assert VOLUNTEER not in known.reference


def test_held_name_is_not_given_away_as_somebody_known(world: World) -> None:
    world.propose()
    world.approve("robots")
    assert sheet(world).familiar == ()


def test_topics_are_grouped_below_their_first_ancestor() -> None:
    tree = TopicTree(
        (Topic("towers", "bridges"), Topic("sea"), Topic("bridges", "works"), Topic("works"))
    )
    assert [(g.title, [t.key for t in g.topics]) for g in grouped(tree)] == [
        ("Sea", ["sea"]),
        ("Works", ["works", "bridges", "towers"]),
    ]
