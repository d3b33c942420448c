"""How far requests have come, and what a teacher may know before the release."""

from __future__ import annotations

import pytest

from scheduler.domain.errors import NotAllowed, Unknown
from scheduler.domain.proposals import ProposalState
from scheduler.domain.requests import RequestState
from scheduler.domain.visits import VisitState
from scheduler.services.following import (
    Filter,
    Stage,
    all_requests,
    follow,
    own_requests,
    stage_of,
)
from scheduler.services.requests import withdraw
from tests.actors import LENA, OMAR, VERA
from tests.builders import VOLUNTEER, a_proposal, a_request, a_visit
from tests.services.world import World, elsewhere


def test_teacher_sees_that_a_name_is_found_but_not_whose(world: World) -> None:
    world.put_proposals(a_proposal())
    found = follow(world.store, "robots", actor=LENA)
    assert (found.stage, found.sheets) == (Stage.NAMED, ())
    assert "Amara" not in repr(found)


def test_held_visit_shows_when_it_is_let_out_and_nothing_more(world: World) -> None:
    world.put_proposals(a_proposal())
    done = world.approve("robots")
    found = follow(world.store, "robots", actor=LENA)
    assert (found.stage, found.release_at, found.sheets) == (Stage.HELD, done.release_at, ())
    assert "Amara" not in repr(found)


def test_released_visit_names_the_speaker_and_the_answer(world: World) -> None:
    (visit,) = world.invite()
    found = follow(world.store, "robots", actor=LENA)
    assert found.stage is Stage.ASKED
    assert [speaker.name for speaker in found.sheets[0].speakers] == ["Amara Okafor"]
    world.answer(visit, VOLUNTEER, True)
    assert follow(world.store, "robots", actor=LENA).stage is Stage.AGREED


def test_decline_sends_the_request_back_to_looking(world: World) -> None:
    (visit,) = world.invite()
    world.answer(visit, VOLUNTEER, False)
    assert follow(world.store, "robots", actor=LENA).stage is Stage.LOOKING


def test_withdrawn_request_can_be_reopened_by_its_teacher_alone(world: World) -> None:
    withdraw(world.store, "robots", actor=LENA, now=world.now)
    found = follow(world.store, "robots", actor=LENA)
    assert (found.stage, found.can_withdraw, found.can_reopen) == (Stage.STOPPED, False, True)
    viewer = VERA
    assert not follow(world.store, "robots", actor=viewer).can_reopen


@pytest.mark.parametrize(
    ("state", "stage"),
    [
        (VisitState.HELD, Stage.HELD),
        (VisitState.INVITED, Stage.ASKED),
        (VisitState.CONFIRMED, Stage.AGREED),
        (VisitState.HAPPENED, Stage.VISITED),
        (VisitState.MISSED, Stage.MISSED),
    ],
)
def test_least_settled_visit_decides(state: VisitState, stage: Stage) -> None:
    request = a_request(state=RequestState.BOOKED)
    past = a_visit(uid="past", state=VisitState.HAPPENED)
    assert stage_of(request, (a_visit(state=state),), has_name=False) is stage
    expected = Stage.VISITED if stage is Stage.MISSED else stage
    assert stage_of(request, (past, a_visit(state=state)), has_name=False) is expected


def test_rejected_proposal_is_no_name(world: World) -> None:
    world.put_proposals(a_proposal(state=ProposalState.REJECTED))
    assert follow(world.store, "robots", actor=LENA).stage is Stage.LOOKING


def test_strangers_learn_nothing(world: World) -> None:
    with pytest.raises(Unknown):
        follow(world.store, "robots", actor=OMAR)
    with pytest.raises(NotAllowed):
        all_requests(world.store, actor=OMAR)


@pytest.mark.each_engine
def test_own_requests_are_only_ones_own_latest_first(world: World) -> None:
    world.put_requests(elsewhere(), a_request(key="second"))
    assert [f.request.key for f in own_requests(world.store, actor=LENA)] == ["second", "robots"]


@pytest.mark.parametrize(
    ("wanted", "keys"),
    [
        (Filter(), ["robots", "bridges"]),
        (Filter(state="withdrawn"), ["bridges"]),
        (Filter(state="nonsense"), ["robots", "bridges"]),
        (Filter(school="birch"), ["bridges"]),
        (Filter(text="omar"), ["bridges"]),
        (Filter(text="FISCHER", school="birch"), []),
    ],
)
def test_filter_of_all_requests(world: World, wanted: Filter, keys: list[str]) -> None:
    world.put_requests(elsewhere(state=RequestState.WITHDRAWN))
    page = all_requests(world.store, actor=world.coordinator, wanted=wanted)
    assert [line.request.key for line in page.lines] == keys
    assert (page.found, page.has_next) == (len(keys), False)
