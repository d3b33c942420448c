"""A request changes after it was sent: its words, its answers, its times, and a teacher's yes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from scheduler.domain.errors import ConstraintViolated, IllegalTransition, Unknown
from scheduler.domain.requests import RequestState, parse_window
from scheduler.domain.visits import VisitState
from scheduler.services import booking_by_hand
from scheduler.services.changing import answers_of, change, offer_other_times, say_yes
from scheduler.services.following import Stage, follow
from scheduler.services.requests import withdraw
from tests.actors import LENA, OMAR
from tests.builders import COORDINATOR, TEACHER, VOLUNTEER, a_proposal, moment
from tests.services.world import World

THURSDAY = (parse_window("2026-12-10 P3"),)


def book_elsewhen(world: World) -> None:
    """Book Amara in P4, which the teacher did not offer, and release it."""
    booking_by_hand.book(
        world.store,
        "robots",
        volunteers=(VOLUNTEER,),
        start=moment("2026-12-08 12:30"),
        actor=world.coordinator,
        now=world.now,
        gazetteer=world.gazetteer,
    )
    world.release()


def test_new_words_leave_a_suggestion_alone(world: World) -> None:
    world.put_proposals(a_proposal())
    answers = replace(answers_of(world.request()), title="Robots  at work", note="Bring one?")
    change(world.store, "robots", answers, actor=LENA, now=world.now)
    assert (world.request().title, world.request().note) == ("Robots at work", "Bring one?")
    assert world.proposal() == a_proposal()


def test_new_lessons_drop_a_suggestion_that_waits(world: World) -> None:
    world.put_proposals(a_proposal())
    answers = replace(answers_of(world.request()), windows=THURSDAY)
    changed = change(world.store, "robots", answers, actor=LENA, now=world.now)
    assert changed.windows == THURSDAY
    assert world.proposal() is None


def test_what_no_form_asks_for_stays(world: World) -> None:
    urgent = replace(world.request(), priority=3, goal="Careers", excluded=("x@y.example",))
    world.put_requests(urgent)
    change(world.store, "robots", answers_of(urgent), actor=LENA, now=world.now)
    assert world.request() == urgent


def test_once_somebody_was_asked_only_words_change(world: World) -> None:
    (visit,) = world.invite()
    answers = replace(answers_of(world.request()), title="Arms", windows=THURSDAY, speakers=2)
    change(world.store, "robots", answers, actor=LENA, now=world.now)
    assert world.request() == replace(
        world.request(), title="Arms", windows=(parse_window("2026-12-08 P3"),), speakers=1
    )
    assert world.visits_of() == (visit,)


def test_change_is_checked_like_a_new_request(world: World) -> None:
    past = replace(answers_of(world.request()), windows=(parse_window("2026-11-19 P3"),))
    with pytest.raises(ConstraintViolated) as refused:
        change(world.store, "robots", past, actor=LENA, now=world.now)
    assert [f.rule for f in refused.value.findings] == ["after_today"]


def test_other_times_call_the_visit_off_and_look_again(world: World) -> None:
    (visit,) = world.invite()
    offer_other_times(world.store, "robots", THURSDAY, reason="A trip.", actor=LENA, now=world.now)
    assert world.visits_of()[0].state is VisitState.CANCELLED
    assert (world.request().state, world.request().windows) == (RequestState.OPEN, THURSDAY)
    told = [each for each in world.told(visit) if each[0] == "cancellation"]
    assert [recipient for _, recipient, _ in told] == [VOLUNTEER, COORDINATOR, TEACHER]
    found = follow(world.store, "robots", actor=LENA)
    assert found.stage is Stage.LOOKING
    assert found.promise is not None
    assert found.promise.name_by == date(2026, 11, 25)
    (again,) = world.invite()[1:]
    assert again.period.start == moment("2026-12-10 10:40")


def test_other_times_of_a_held_visit_tell_nobody(world: World) -> None:
    world.propose()
    world.approve("robots")
    (held,) = world.visits_of()
    offer_other_times(world.store, "robots", THURSDAY, actor=LENA, now=world.now)
    assert {state for *_, state in world.told(held)} == {"superseded"}


def test_other_times_are_checked_before_anything_is_called_off(world: World) -> None:
    (visit,) = world.invite()
    closed = (parse_window("2026-12-12 P3"),)
    with pytest.raises(ConstraintViolated):
        offer_other_times(world.store, "robots", closed, actor=LENA, now=world.now)
    assert world.visits_of() == (visit,)


def test_time_outside_the_windows_waits_for_the_teachers_yes(world: World) -> None:
    book_elsewhen(world)
    (visit,) = world.visits_of()
    assert [p for p, to, _ in world.told(visit) if to == TEACHER] == ["other_time"]
    answered = world.answer(visit, VOLUNTEER, True)
    assert answered.state is VisitState.INVITED
    assert [s.visit for s in follow(world.store, "robots", actor=LENA).needs_yes] == [answered]
    (agreed,) = say_yes(world.store, "robots", actor=LENA, now=world.now)
    assert agreed.state is VisitState.CONFIRMED
    assert follow(world.store, "robots", actor=LENA).needs_yes == ()
    confirmed = [(p, to) for p, to, _ in world.told(agreed) if p.startswith("confirmation")]
    assert confirmed == [("confirmation", VOLUNTEER), ("confirmation_teacher", TEACHER)]


def test_teacher_may_say_yes_before_the_volunteer(world: World) -> None:
    book_elsewhen(world)
    (agreed,) = say_yes(world.store, "robots", actor=LENA, now=world.now)
    assert agreed.state is VisitState.INVITED
    assert world.answer(agreed, VOLUNTEER, True).state is VisitState.CONFIRMED
    with pytest.raises(IllegalTransition):
        say_yes(world.store, "robots", actor=LENA, now=world.now)


def test_asking_inside_ones_own_windows_is_a_yes(world: World) -> None:
    (visit,) = world.invite()
    assert visit.host_agrees
    with pytest.raises(IllegalTransition):
        say_yes(world.store, "robots", actor=LENA, now=world.now)


def test_request_that_is_over_or_taken_back_is_not_changed(world: World) -> None:
    answers = answers_of(world.request())
    withdraw(world.store, "robots", actor=LENA, now=world.now)
    with pytest.raises(IllegalTransition):
        change(world.store, "robots", answers, actor=LENA, now=world.now)
    with pytest.raises(IllegalTransition):
        offer_other_times(world.store, "robots", THURSDAY, actor=LENA, now=world.now)


def test_strangers_change_nothing(world: World) -> None:
    answers = answers_of(world.request())
    with pytest.raises(Unknown):
        change(world.store, "robots", answers, actor=OMAR, now=world.now)
    with pytest.raises(Unknown):
        offer_other_times(world.store, "robots", THURSDAY, actor=OMAR, now=world.now)
    with pytest.raises(Unknown):
        say_yes(world.store, "robots", actor=OMAR, now=world.now)
