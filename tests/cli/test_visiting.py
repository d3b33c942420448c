"""Visits changed at the command line: booked by hand, moved, called off, answered for."""

from __future__ import annotations

import pytest

from scheduler.domain.visits import Partstat, Visit, VisitState
from tests.builders import TEACHER, VOLUNTEER, a_volunteer, period
from tests.cli.command_line import CommandLine
from tests.services.world import BRUNO, World, two_more_volunteers

START = ("--start", "2026-12-08T10:40")
BOOKED = f"Booked. robots: Tue 2026-12-08 10:40 {VOLUNTEER}"


def the_visit(world: World) -> Visit:
    (visit,) = world.visits_of()
    return visit


def an_invitation(world: World) -> Visit:
    (visit,) = world.invite()
    return visit


@pytest.mark.each_engine
def test_book_holds_the_visit_that_the_coordinator_chose(line: CommandLine, world: World) -> None:
    assert line.done("book", "robots", VOLUNTEER, *START) == [BOOKED]
    visit = the_visit(world)
    assert (visit.state, visit.volunteers) == (VisitState.HELD, (VOLUNTEER,))
    assert visit.period == period("2026-12-08 10:40-11:30")


@pytest.mark.parametrize("start", ["2026-12-08T10:40", "2026-12-08T15:40+00:00"])
def test_a_time_without_an_offset_is_the_districts(
    start: str, line: CommandLine, world: World
) -> None:
    line.done("book", "robots", VOLUNTEER, "--start", start)
    assert the_visit(world).period == period("2026-12-08 10:40-11:30")


def test_an_address_is_known_in_capitals_too(line: CommandLine) -> None:
    assert line.done("book", "robots", VOLUNTEER.upper(), *START) == [BOOKED]


def test_book_keeps_the_rules_and_says_which_it_would_break(
    line: CommandLine, world: World
) -> None:
    world.put_volunteers(a_volunteer(languages=("fr",), clearances=()))
    said = line.refused("book", "robots", VOLUNTEER, *START)
    assert [sentence.partition(" (")[0] for sentence in said] == [
        "does not speak the language",
        "has no valid clearance on that day",
    ]


def test_override_sets_one_rule_aside_for_a_reason(line: CommandLine, world: World) -> None:
    world.put_volunteers(a_volunteer(languages=("fr",)))
    words = ("book", "robots", VOLUNTEER, *START)
    assert line.refused(*words, "--override", "topic_match", "--reason", "She knows it") == [
        "does not speak the language (language_match: language en, spoken fr)"
    ]
    assert line.done(
        *words, "--override", "language_match", "--reason", "The class learns French"
    ) == [BOOKED]


def test_clearance_is_never_set_aside(line: CommandLine, world: World) -> None:
    world.put_volunteers(a_volunteer(languages=("fr",), clearances=()))
    (sentence,) = line.refused(
        *("book", "robots", VOLUNTEER, *START),
        *("--override", "language_match", "--reason", "The class learns French"),
    )
    assert sentence.startswith("has no valid clearance on that day (clearance_valid")


def test_book_on_a_closed_day_is_refused(line: CommandLine) -> None:
    (sentence,) = line.refused("book", "robots", VOLUNTEER, "--start", "2026-12-12T10:40")
    assert sentence.startswith("the school has no lessons then (school_open")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (f"book nothing {VOLUNTEER} --start 2026-12-08T10:40", "There is no request “nothing”."),
        (
            "book robots who@x.example --start 2026-12-08T10:40",
            "There is no active volunteer “who@x.example”.",
        ),
        ("cancel nothing --reason Snow", "There is no visit “nothing”."),
        ("move nothing --start 2026-12-08T10:40", "There is no visit “nothing”."),
        (f"answer nothing {VOLUNTEER} yes", "There is no visit “nothing”."),
    ],
)
def test_unknown_ids_are_refused(words: str, sentence: str, line: CommandLine) -> None:
    assert line.refused(*words.split()) == [sentence]


def test_what_is_booked_is_not_booked_again(line: CommandLine) -> None:
    line.done("book", "robots", VOLUNTEER, *START)
    assert line.refused("book", "robots", VOLUNTEER, *START) == [
        "A request that is booked cannot be booked."
    ]


@pytest.mark.each_engine
def test_cancel_calls_a_visit_off_and_tells_those_who_knew(line: CommandLine, world: World) -> None:
    visit = an_invitation(world)
    assert line.done("cancel", visit.uid, "--reason", "The school is closed") == [
        f"{visit.uid}: cancelled, Tue 2026-12-08 10:40, {VOLUNTEER} needs-action"
    ]
    assert the_visit(world).cancel_reason == "The school is closed"
    assert ("cancellation", VOLUNTEER, "due") in world.told(visit)
    assert ("cancellation", TEACHER, "due") in world.told(visit)


def test_a_visit_is_cancelled_once(line: CommandLine, world: World) -> None:
    visit = an_invitation(world)
    line.done("cancel", visit.uid, "--reason", "Snow")
    assert line.refused("cancel", visit.uid, "--reason", "Snow") == [
        "A visit that is cancelled cannot be cancelled."
    ]


def test_move_gives_another_start_once_its_hold_back_ends(line: CommandLine, world: World) -> None:
    visit = an_invitation(world)
    assert line.done("move", visit.uid, "--start", "2026-12-08T12:30") == [
        f"{visit.uid}: invited, moves soon, Tue 2026-12-08 10:40, {VOLUNTEER} needs-action"
    ]
    pending = the_visit(world).pending_move
    assert pending is not None
    assert pending.period == period("2026-12-08 12:30-13:20")


def test_move_keeps_the_rules(line: CommandLine, world: World) -> None:
    visit = an_invitation(world)
    assert line.refused("move", visit.uid, "--start", "2026-12-08T16:00") == [
        "is not known to be free then (within_availability: "
        "start 2026-12-08 16:00, end 2026-12-08 16:50, reason not_free)"
    ]


def test_answer_enters_a_yes_from_the_telephone(line: CommandLine, world: World) -> None:
    visit = an_invitation(world)
    assert line.done("answer", visit.uid, VOLUNTEER, "yes") == [
        f"{visit.uid}: confirmed, Tue 2026-12-08 10:40, {VOLUNTEER} accepted"
    ]


def test_the_same_answer_again_changes_nothing(line: CommandLine, world: World) -> None:
    visit = an_invitation(world)
    line.done("answer", visit.uid, VOLUNTEER, "yes")
    before = line.dump()
    line.done("answer", visit.uid, VOLUNTEER, "yes")
    assert line.dump() == before


def test_answer_enters_a_no_with_its_reason_and_reopens_the_request(
    line: CommandLine, world: World
) -> None:
    visit = an_invitation(world)
    assert line.done("answer", visit.uid, VOLUNTEER, "no", "--reason", "Ill") == [
        f"{visit.uid}: cancelled, Tue 2026-12-08 10:40, nobody"
    ]
    (booking,) = the_visit(world).bookings
    assert (booking.partstat, booking.reason) == (Partstat.DECLINED, "Ill")
    assert world.request().state == "open"


def test_nobody_answers_who_was_not_asked(line: CommandLine, world: World) -> None:
    world.put_volunteers(*two_more_volunteers())
    visit = an_invitation(world)
    assert line.refused("answer", visit.uid, BRUNO, "yes") == [f"There is no visit “{visit.uid}”."]


def test_a_visit_that_is_still_held_is_not_answered(line: CommandLine, world: World) -> None:
    line.done("book", "robots", VOLUNTEER, *START)
    assert line.refused("answer", the_visit(world).uid, VOLUNTEER, "yes") == [
        "A visit that is held cannot be answered."
    ]
