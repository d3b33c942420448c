"""What if: a change tried on a copy of the district, and what would have to give."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from scheduler.domain.batches import BatchState, WhatIf, WhatIfKind
from scheduler.domain.errors import InvalidPeriod, Unknown
from scheduler.domain.periods import DateRange
from scheduler.domain.proposals import ProposalState
from scheduler.domain.requests import RequestState, parse_window
from scheduler.domain.schooldays import Closure
from scheduler.domain.visits import Partstat, VisitState
from tests.builders import (
    DAY,
    VOLUNTEER,
    a_proposal,
    a_request,
    a_volunteer,
    period,
)
from tests.services.changes import AWAY, HOUR, ILL, LATER, SNOW, a_chain, approved, side, tried
from tests.services.world import (
    BRUNO,
    CHLOE,
    World,
    elsewhere,
    two_more_volunteers,
)


def test_volunteer_who_cannot_come_is_replaced_at_the_same_hour(world: World) -> None:
    (visit,) = world.invite()
    world.put_volunteers(*two_more_volunteers())
    batch = tried(world, AWAY)
    (entry,) = batch.entries
    assert (entry.was, entry.becomes) == (side(HOUR, VOLUNTEER), side(HOUR, BRUNO))
    assert (entry.uids, entry.gives_way, entry.is_proposal) == ((visit.uid,), False, False)


def test_trying_out_changes_nothing(world: World) -> None:
    visits = world.invite()
    world.put_volunteers(*two_more_volunteers())
    told = world.told(visits[0])
    tried(world, AWAY)
    assert world.visits_of() == visits
    assert world.told(visits[0]) == told
    assert world.request().state is RequestState.BOOKED
    with world.store.read() as work:
        assert work.volunteers.get(VOLUNTEER) == a_volunteer()


def test_nobody_else_leaves_the_request_open_with_the_reason(world: World) -> None:
    world.invite()
    batch = tried(world, AWAY)
    (entry,) = batch.entries
    assert (entry.becomes, entry.reason) == (None, "not_excluded")
    approved(world, batch)
    (visit,) = world.visits_of()
    assert visit.state is VisitState.CANCELLED
    assert world.request().state is RequestState.OPEN


@pytest.mark.each_engine
def test_snow_day_moves_a_visit_with_its_people(world: World) -> None:
    world.put_requests(a_request("2026-12-08 P3", "2026-12-10 P3"))
    (visit,) = world.invite()
    world.answer(visit, VOLUNTEER, says_yes=True)
    batch = tried(world, SNOW)
    (entry,) = batch.entries
    assert (entry.was, entry.becomes) == (side(HOUR, VOLUNTEER), side(LATER, VOLUNTEER))
    assert entry.is_move
    approved(world, batch)
    (moved,) = world.visits_of()
    assert (moved.uid, moved.state) == (visit.uid, VisitState.CONFIRMED)
    assert moved.pending_move is not None
    assert moved.pending_move.period == period(LATER)
    with world.store.read() as work:
        closures = work.districts.closures()
    assert closures == (Closure("maple", DateRange(DAY, DAY), "Snow day"),)


def test_snow_day_at_every_school_touches_every_school(world: World) -> None:
    world.put_volunteers(*two_more_volunteers())
    world.put_requests(elsewhere())
    world.propose()
    world.approve("robots", "bridges")
    world.release()
    everywhere = replace(SNOW, schools=())
    assert {entry.request for entry in tried(world, everywhere).entries} == {"robots", "bridges"}
    assert {entry.request for entry in tried(world, SNOW).entries} == {"robots"}


def test_ill_teacher_gets_another_lesson(world: World) -> None:
    world.put_requests(a_request("2026-12-08 P3", "2026-12-08 P4", "2026-12-10 P3"))
    world.invite()
    batch = tried(world, ILL)
    assert batch.entries[0].becomes == side(LATER, VOLUNTEER)
    approved(world, batch)
    (moved,) = world.visits_of()
    assert moved.pending_move is not None


def test_another_visit_makes_room_where_nobody_else_could(world: World) -> None:
    a_chain(world)
    batch = tried(world, replace(AWAY, email=CHLOE, first=date(2026, 12, 10), last=None))
    others = {entry.request: entry for entry in batch.entries}
    assert others["bridges"].becomes == side(LATER, VOLUNTEER)
    assert others["robots"].becomes == side(HOUR, BRUNO)
    assert (others["bridges"].gives_way, others["robots"].gives_way) == (False, True)
    assert approved(world, batch).state is BatchState.APPROVED
    assert [v.volunteers for v in world.visits_of("bridges") if v.occupies] == [(VOLUNTEER,)]
    assert [v.volunteers for v in world.visits_of("robots") if v.occupies] == [(BRUNO,)]


def test_certain_visit_makes_room_only_when_released(world: World) -> None:
    a_chain(world)
    (visit,) = world.visits_of()
    world.answer(visit, VOLUNTEER, says_yes=True)
    gone = WhatIf(WhatIfKind.AWAY, date(2026, 12, 10), email=CHLOE)
    (entry,) = tried(world, gone).entries
    assert (entry.request, entry.becomes) == ("bridges", None)
    released = tried(world, replace(gone, releases_confirmed=True))
    assert {entry.request for entry in released.entries} == {"bridges", "robots"}


def test_no_more_make_room_than_allowed(world: World) -> None:
    a_chain(world)
    gone = WhatIf(WhatIfKind.AWAY, date(2026, 12, 10), email=CHLOE)
    (entry,) = tried(world, gone, most_moves=0).entries
    assert (entry.request, entry.becomes) == ("bridges", None)


def test_proposal_of_somebody_who_cannot_come_is_made_anew(world: World) -> None:
    world.put_volunteers(*two_more_volunteers())
    world.put_proposals(a_proposal())
    batch = tried(world, AWAY)
    (entry,) = batch.entries
    assert entry.is_proposal
    assert (entry.was, entry.becomes) == (side(HOUR, VOLUNTEER), side(HOUR, BRUNO))
    approved(world, batch)
    proposal = world.proposal()
    assert proposal is not None
    assert [each.email for each in proposal.speakers] == [BRUNO]
    assert proposal.state is ProposalState.PENDING
    assert world.visits_of() == ()


def test_lower_limit_gives_up_the_latest_visit(world: World) -> None:
    twice = replace(a_volunteer().limits, max_per_week=2)
    world.put_volunteers(a_volunteer(limits=twice))
    world.put_requests(elsewhere(windows=(parse_window("2026-12-10 P3"),)))
    world.propose()
    world.approve("robots", "bridges")
    world.release()
    batch = tried(world, WhatIf(WhatIfKind.LIMIT, email=VOLUNTEER, name="max_per_week", value=1))
    assert [entry.request for entry in batch.entries] == ["bridges"]
    approved(world, batch)
    with world.store.read() as work:
        person = work.volunteers.get(VOLUNTEER)
    assert person is not None
    assert person.limits.max_per_week == 1


def test_higher_limit_finds_somebody_for_an_open_request(world: World) -> None:
    world.invite()
    world.put_requests(elsewhere(windows=(parse_window("2026-12-10 P3"),)))
    batch = tried(world, WhatIf(WhatIfKind.LIMIT, email=VOLUNTEER, name="max_per_week", value=2))
    (entry,) = batch.entries
    assert (entry.request, entry.was, entry.becomes) == ("bridges", None, side(LATER, VOLUNTEER))
    approved(world, batch)
    proposal = world.proposal("bridges")
    assert proposal is not None
    assert proposal.state is ProposalState.PENDING


def test_other_weight_proposes_anew_and_is_kept(world: World) -> None:
    world.put_volunteers(*two_more_volunteers())
    world.put_requests(a_request("2026-12-08 P3", preferred=(BRUNO,)))
    world.put_proposals(a_proposal())
    batch = tried(world, WhatIf(WhatIfKind.WEIGHT, name="preferred", value=500))
    (entry,) = batch.entries
    assert (entry.was, entry.becomes) == (side(HOUR, VOLUNTEER), side(HOUR, BRUNO))
    approved(world, batch)
    with world.store.read() as work:
        district, noted = work.districts.get(), work.diary.history(("settings:weights",))
    assert district is not None
    assert district.weights["preferred"] == 500
    (deed,) = noted
    assert (deed.actor, deed.facts) == (world.coordinator.email, {"weights": {"preferred": 500}})
    proposal = world.proposal()
    assert proposal is not None
    assert [each.email for each in proposal.speakers] == [BRUNO]


@pytest.mark.parametrize(
    "what_if",
    [
        WhatIf(WhatIfKind.AWAY, DAY, email="nobody@robots.example"),
        WhatIf(WhatIfKind.CLOSED, DAY, schools=("oak",)),
        WhatIf(WhatIfKind.ILL, DAY, email="nobody@schools.example"),
        WhatIf(WhatIfKind.LIMIT, email=VOLUNTEER, name="patience", value=1),
        WhatIf(WhatIfKind.WEIGHT, name="charm", value=1),
    ],
)
def test_change_of_what_is_not_there_is_refused(world: World, what_if: WhatIf) -> None:
    with pytest.raises(Unknown):
        tried(world, what_if)


def test_days_that_end_before_they_begin_are_refused(world: World) -> None:
    with pytest.raises(InvalidPeriod):
        tried(world, replace(AWAY, last=date(2026, 12, 1)))


def test_nobody_is_told_twice_of_an_answer_given_before(world: World) -> None:
    """Who said no already is out; the change about them touches nothing."""
    (visit,) = world.invite()
    world.answer(visit, VOLUNTEER, says_yes=False)
    assert tried(world, AWAY).entries == ()
    assert visit.booking_of(VOLUNTEER).partstat is Partstat.NEEDS_ACTION


def test_points_of_a_change_are_those_of_both_plans_by_hand(world: World) -> None:
    """Amara knows robotics at level 3, Bruno at 2, 40 points each; keeping her was worth 60."""
    world.invite()
    world.put_volunteers(*two_more_volunteers())
    points = tried(world, AWAY).points
    assert points == {"fit": (3 * 40, 2 * 40), "same_start": (60, 0)}


def test_lesson_that_falls_out_was_worth_something_before(world: World) -> None:
    world.put_requests(a_request("2026-12-08 P3", "2026-12-10 P3"))
    (visit,) = world.invite()
    world.answer(visit, VOLUNTEER, says_yes=True)
    batch = tried(world, SNOW)
    assert batch.points == {
        "preference": (3 * 20, 2 * 20),
        "same_start": (60, 0),
        "same_volunteer": (0, 30),
    }
    with world.store.read() as work:
        assert work.batches.get(batch.key) == batch


def test_request_that_loses_everybody_loses_all_its_points(world: World) -> None:
    world.invite()
    before = {"fit": 3 * 40, "preference": 3 * 20, "travel": -1, "same_start": 60, "equity": 60}
    assert tried(world, AWAY).points == {wish: (points, 0) for wish, points in before.items()}
