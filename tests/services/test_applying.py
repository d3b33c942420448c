"""A remedy carried out: the request is changed as promised, and whoever was found is proposed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from scheduler.domain.errors import IllegalTransition, Unknown
from scheduler.domain.proposals import Proposal, ProposalState
from scheduler.domain.requests import PeriodWindow
from scheduler.domain.volunteers import Format, Limits
from scheduler.services.applying import apply_remedy, can_be_applied
from scheduler.services.explanations import why
from tests.builders import (
    DAY,
    VOLUNTEER,
    a_clearance,
    a_proposal,
    a_request,
    a_volunteer,
    moment,
    period,
)
from tests.services.world import World, elsewhere

START = period(f"{DAY} 10:40-11:30").start
BUSY_WEEK = a_volunteer(limits=Limits(max_per_day=3, max_per_week=1))


def carried_out(world: World, kind: str, *, start: datetime = START) -> Proposal:
    """Carry a remedy out as the coordinator."""
    return apply_remedy(
        world.store,
        "robots",
        kind=kind,
        start=start,
        actor=world.coordinator,
        now=world.now,
        gazetteer=world.gazetteer,
    ).proposal


def test_video_call_changes_the_request_and_proposes_the_person(world: World) -> None:
    world.put_requests(a_request(format=Format.IN_PERSON))
    world.put_volunteers(a_volunteer(limits=Limits(max_km=0.001)))
    found = carried_out(world, "virtual")
    assert world.request().format is Format.VIRTUAL
    assert world.proposal() == found
    assert (found.state, found.sessions[0].start) == (ProposalState.PENDING, START)
    assert [(each.email, each.format) for each in found.speakers] == [(VOLUNTEER, Format.VIRTUAL)]
    assert world.approve("robots").approved == ("robots",)


def test_another_lesson_becomes_the_first_choice(world: World) -> None:
    world.put_volunteers(a_volunteer(limits=Limits(notice_days=20)))
    found = carried_out(world, "another_lesson", start=moment("2026-12-15 10:40"))
    assert world.request().windows == (
        PeriodWindow(date(2026, 12, 15), "P3"),
        PeriodWindow(DAY, "P3"),
    )
    assert found.preference == 3
    assert world.approve("robots").approved == ("robots",)


def test_one_more_visit_raises_that_persons_limit_alone(world: World) -> None:
    world.put_volunteers(BUSY_WEEK)
    world.put_requests(elsewhere(windows=(PeriodWindow(DAY + timedelta(days=2), "P3"),)))
    later = period("2026-12-10 10:40-11:30")
    world.put_proposals(a_proposal(request="bridges", sessions=(later,)))
    world.approve("bridges")
    request = world.request()
    carried_out(world, "one_more")
    with world.store.read() as work:
        person = work.volunteers.get(VOLUNTEER)
    assert person is not None
    assert person.limits == Limits(max_per_day=3, max_per_week=2)
    assert world.request() == request
    assert world.approve("robots").approved == ("robots",)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [({"speakers": 2}, "smaller_team"), ({"sessions": 2, "every_days": 4}, "fewer_sessions")],
)
def test_less_is_asked_for_where_that_does(
    world: World, changes: dict[str, int], kind: str
) -> None:
    world.put_requests(a_request(**changes))
    carried_out(world, kind)
    assert (world.request().speakers, world.request().sessions) == (1, 1)
    assert world.approve("robots").approved == ("robots",)


@pytest.mark.each_engine
def test_what_was_there_before_is_written_down(world: World) -> None:
    world.put_requests(a_request(speakers=2))
    carried_out(world, "smaller_team")
    with world.store.read() as work:
        (deed, *_) = work.activities.recent(limit=5)
    assert (deed.deed, deed.subject, deed.facts["kind"]) == (
        "changed a request",
        "request:robots",
        "smaller_team",
    )
    before = deed.facts["before"]
    assert isinstance(before, dict)
    assert before["speakers"] == 2


def test_remedy_that_no_longer_helps_changes_nothing(world: World) -> None:
    request = world.request()
    for kind, start in (("virtual", START), ("another_lesson", START + timedelta(days=1))):
        with pytest.raises(IllegalTransition):
            carried_out(world, kind, start=start)
    assert world.request() == request
    assert world.proposal() is None


def test_what_others_answer_for_is_not_done_here(world: World) -> None:
    world.put_volunteers(a_volunteer(clearances=(a_clearance(expires=date(2026, 11, 2)),)))
    told = why(
        world.store, "robots", now=world.now, gazetteer=world.gazetteer, actor=world.coordinator
    )
    assert [can_be_applied(each) for each in told.remedies] == [False]
    with pytest.raises(IllegalTransition):
        carried_out(world, "clearance")


def test_what_is_not_there_is_unknown(world: World) -> None:
    with pytest.raises(Unknown):
        apply_remedy(
            world.store,
            "nothing",
            kind="virtual",
            start=START,
            actor=world.coordinator,
            now=world.now,
            gazetteer=world.gazetteer,
        )
