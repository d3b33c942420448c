"""Asking for a speaker and taking it back, and counting who would be free."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from scheduler.domain.assignments import Finding
from scheduler.domain.errors import ConstraintViolated, IllegalTransition, Unknown
from scheduler.domain.periods import DateRange, minute_of
from scheduler.domain.requests import (
    ClassroomRequest,
    PeriodWindow,
    RequestKind,
    RequestState,
    TimeWindow,
    Window,
)
from scheduler.domain.schooldays import Closure
from scheduler.domain.starts import Start
from scheduler.domain.visits import VisitState
from scheduler.domain.volunteers import Format, Limits
from scheduler.services.access import Actor
from scheduler.services.free_people import FreeCounts, free_counts
from scheduler.services.picture import load_picture
from scheduler.services.requests import (
    Answers,
    reopen,
    submit,
    withdraw,
)
from scheduler.services.snapshots import option_of
from tests.actors import LENA, OMAR
from tests.builders import DAY, TEACHER, TORONTO, VOLUNTEER, a_proposal, a_volunteer, period
from tests.services.world import BRUNO, World, elsewhere, two_more_volunteers

ANSWERS = Answers(
    title="  How do robots\twalk? ",
    topic="robotics",
    classroom="maple-5a",
    windows=(PeriodWindow(DAY, "P3"), TimeWindow(date(2026, 12, 9), time(9), time(9, 45))),
    note=" We built one. ",
)


def findings_of(world: World, answers: Answers, actor: Actor = LENA) -> tuple[Finding, ...]:
    """Return what is wrong with these answers."""
    with pytest.raises(ConstraintViolated) as refusal:
        submit(world.store, answers, actor=actor, now=world.now)
    return refusal.value.findings


@pytest.mark.each_engine
def test_answers_become_an_open_request(world: World) -> None:
    made = submit(world.store, ANSWERS, actor=LENA, now=world.now)
    assert made == ClassroomRequest(
        key=made.key,
        teacher_email=TEACHER,
        school="maple",
        title="How do robots walk?",
        topic="robotics",
        kind=RequestKind.TALK,
        windows=ANSWERS.windows,
        classroom="maple-5a",
        format=Format.IN_PERSON,
        language="en",
        note="We built one.",
    )
    assert world.request(made.key) == made


def test_request_without_a_class_is_for_the_teacher_s_first_school(world: World) -> None:
    made = submit(world.store, replace(ANSWERS, classroom=""), actor=OMAR, now=world.now)
    assert (made.school, made.classroom) == ("birch", "")


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"title": " \n"}, "title_given"),
        ({"topic": "alchemy"}, "topic_known"),
        ({"classroom": "birch-7b"}, "class_known"),
        ({"classroom": "nowhere"}, "class_known"),
        ({"windows": ()}, "few_windows"),
        ({"windows": ANSWERS.windows * 2}, "few_windows"),
        ({"windows": (PeriodWindow(DAY, "P9"),)}, "window_fits"),
        ({"sessions": 2, "every_days": 4}, "series_fits"),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_stored(
    world: World, changes: dict[str, object], rule: str
) -> None:
    answers = replace(ANSWERS, **changes)  # type: ignore[arg-type]
    assert [finding.rule for finding in findings_of(world, answers)] == [rule]
    with world.store.read() as work:
        assert list(work.requests.all()) == ["robots"]


@pytest.mark.parametrize(
    ("window", "finding"),
    [
        (PeriodWindow(date(2026, 11, 21), "P3"), Finding("after_today", False)),
        (PeriodWindow(date(2026, 11, 20), "P3"), Finding("after_today", False)),
        (
            PeriodWindow(date(2026, 12, 17), "P3"),
            Finding("school_open", False, {"closure": "Staff day"}),
        ),
        (PeriodWindow(date(2026, 12, 12), "P3"), Finding("school_open", False)),
        (PeriodWindow(date(2027, 7, 6), "P3"), Finding("school_open", False)),
    ],
    ids=["today", "yesterday", "closed", "Saturday", "after the school year"],
)
def test_days_on_which_no_visit_can_be(world: World, window: Window, finding: Finding) -> None:
    staff_day = DateRange(date(2026, 12, 17), date(2026, 12, 17))
    with world.store.write() as work:
        work.districts.put_closures((Closure("maple", staff_day, "Staff day"),))
    assert isinstance(window, PeriodWindow)
    facts = {"day": window.day.toordinal(), "school": "Maple School", **finding.facts}
    assert findings_of(world, replace(ANSWERS, windows=(window,))) == (
        replace(finding, facts=facts),
    )


def test_everything_wrong_is_told_at_once(world: World) -> None:
    answers = replace(ANSWERS, title="", topic="", windows=())
    rules = [finding.rule for finding in findings_of(world, answers)]
    assert rules == ["title_given", "topic_known", "few_windows"]


def test_open_request_is_taken_back_with_its_proposal(world: World) -> None:
    world.put_proposals(a_proposal())
    taken = withdraw(world.store, "robots", actor=LENA, now=world.now)
    assert taken.state is RequestState.WITHDRAWN
    assert (world.request(), world.proposal()) == (taken, None)


@pytest.mark.each_engine
def test_withdrawal_calls_released_visits_off_and_tells_the_volunteer(world: World) -> None:
    (visit,) = world.invite()
    withdraw(world.store, "robots", actor=LENA, now=world.now, reason="A trip came up")
    (called_off,) = world.visits_of()
    assert (called_off.state, called_off.cancel_reason) == (
        VisitState.CANCELLED,
        "A trip came up",
    )
    assert world.request().state is RequestState.WITHDRAWN
    assert ("cancellation", VOLUNTEER, "due") in world.told(visit)


def test_withdrawal_of_a_held_visit_tells_nobody(world: World) -> None:
    world.propose()
    world.approve("robots")
    withdraw(world.store, "robots", actor=LENA, now=world.now)
    (visit,) = world.visits_of()
    assert {state for _, _, state in world.told(visit)} <= {"superseded"}


def test_withdrawing_twice_is_withdrawing_once(world: World) -> None:
    first = withdraw(world.store, "robots", actor=LENA, now=world.now)
    assert withdraw(world.store, "robots", actor=LENA, now=world.now) == first


def test_past_visits_cannot_be_withdrawn(world: World) -> None:
    (visit,) = world.invite()
    with world.store.write() as work:
        work.visits.save((replace(visit, state=VisitState.HAPPENED),))
    with pytest.raises(IllegalTransition):
        withdraw(world.store, "robots", actor=LENA, now=world.now)


def test_other_teachers_requests_do_not_exist(world: World) -> None:
    for step in (withdraw, reopen):
        with pytest.raises(Unknown):
            step(world.store, "robots", actor=OMAR, now=world.now)


def test_withdrawal_is_taken_back_while_no_visit_was_made(world: World) -> None:
    withdraw(world.store, "robots", actor=LENA, now=world.now)
    assert reopen(world.store, "robots", actor=LENA, now=world.now) == world.request()
    assert world.request().state is RequestState.OPEN


def test_visits_called_off_do_not_come_back(world: World) -> None:
    world.invite()
    withdraw(world.store, "robots", actor=LENA, now=world.now)
    with pytest.raises(IllegalTransition):
        reopen(world.store, "robots", actor=LENA, now=world.now)


def counted(world: World, *spans: str) -> FreeCounts:
    """Return who is free for the world's request at these spans."""
    with world.store.read() as work:
        picture = load_picture(work, now=world.now, requests=("robots",))
    options = [option_of(Start(3, (period(span),)), timezone=TORONTO) for span in spans]
    return free_counts(
        picture, picture.requests["robots"], options=options, gazetteer=world.gazetteer
    )


@pytest.mark.each_engine
def test_free_people_are_counted_lesson_by_lesson(world: World) -> None:
    bruno, chloe = two_more_volunteers()
    world.put_volunteers(bruno, replace(chloe, weekly=()))
    counts = counted(world, f"{DAY} 08:30-09:20", f"{DAY} 15:30-16:20")
    early, late = (
        minute_of(period(f"{DAY} {span}").start) for span in ("08:30-09:20", "15:30-16:20")
    )
    assert counts == FreeCounts(fitting=3, free=2, free_by_start={early: 2, late: 0})


def test_people_the_pair_rules_exclude_do_not_fit(world: World) -> None:
    world.put_volunteers(a_volunteer(email=BRUNO, grades=frozenset({9})))
    assert counted(world, f"{DAY} 08:30-09:20").fitting == 1


def test_whoever_is_booked_that_week_is_not_free(world: World) -> None:
    world.put_volunteers(a_volunteer(limits=Limits(max_per_week=1)))
    world.put_requests(elsewhere())
    world.put_proposals(a_proposal(request="bridges"))
    world.approve("bridges")
    start = minute_of(period(f"{DAY} 13:30-14:20").start)
    assert counted(world, f"{DAY} 13:30-14:20") == FreeCounts(1, 0, {start: 0})
