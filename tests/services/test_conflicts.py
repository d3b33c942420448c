"""Two that want the same person, class or teacher at one time."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.proposals import Proposal, ProposedSpeaker
from scheduler.domain.requests import ClassroomRequest
from scheduler.domain.volunteers import Format
from scheduler.services.approvals import decided
from scheduler.services.asking import reference_of
from scheduler.services.conflict_pairs import first_pairs
from scheduler.services.conflicts import (
    KINDS,
    ConflictFilter,
    Conflicts,
    Instead,
    conflicts,
)
from scheduler.services.queue_rows import Claim
from scheduler.services.warm import Warm
from tests.builders import NOW, VOLUNTEER, a_proposal, a_request, period
from tests.services.world import BRUNO, CHLOE, World, elsewhere, two_more_volunteers
from tests.trying import examples

HOURS = ("09:00-10:00", "09:30-10:30", "10:00-11:00", "10:40-11:30")


def found(world: World, text: str = "", *, kind: str = "", number: int = 1) -> Conflicts:
    """Return the conflicts as the coordinator sees them."""
    return conflicts(
        world.store,
        ConflictFilter(text, kind),
        number=number,
        warm=Warm(),
        actor=world.coordinator,
        now=world.now,
        gazetteer=world.gazetteer,
    )


def test_two_proposals_for_one_person_stand_side_by_side(world: World) -> None:
    world.put_volunteers(two_more_volunteers()[0])
    world.put_requests(elsewhere())
    world.put_proposals(a_proposal(), a_proposal(request="bridges"))
    (each,) = found(world).shown
    assert (each.kind, each.name) == ("volunteer", "Amara Okafor")
    assert {each.one.request, each.other.request} == {"robots", "bridges"}
    way = Instead(reference_of(BRUNO), "Bruno Silva", instead_of=reference_of(VOLUNTEER))
    assert each.one.others == (way,)


def test_booked_visit_stands_against_a_proposal(world: World) -> None:
    world.put_requests(elsewhere())
    world.put_proposals(a_proposal())
    world.approve("robots")
    world.put_proposals(a_proposal(request="bridges"))
    (each,) = found(world).shown
    assert (each.one.request, each.one.is_booked) == ("bridges", False)
    assert (each.other.request, each.other.is_booked) == ("robots", True)


def test_two_for_one_class_are_one_conflict(world: World) -> None:
    bruno = two_more_volunteers()[0]
    world.put_volunteers(bruno)
    world.put_requests(a_request(key="again"))
    world.put_proposals(a_proposal(), a_proposal(request="again"))
    assert found(world).total == 1


@pytest.mark.parametrize("seed", range(5))
def test_conflicts_are_all_pairs_that_want_the_same_at_one_time(world: World, seed: int) -> None:
    random = Random(seed)
    world.put_volunteers(*two_more_volunteers())
    given = [_some_request(str(number), random) for number in range(9)]
    proposed = {each.key: _some_proposal(each.key, random) for each in given}
    world.put_requests(*given)
    world.put_proposals(*proposed.values())
    every = found(world)
    pairs = {frozenset((each.one.request, each.other.request)) for each in every.shown}
    wanted = {
        frozenset((one.key, other.key))
        for one, other in combinations(given, 2)
        if _clash(
            proposed[one.key], proposed[other.key], is_same_class=_hosts(one) == _hosts(other)
        )
    }
    assert every.total == len(wanted)
    assert pairs <= wanted
    assert len(pairs) == len(every.shown) == min(20, len(wanted))
    assert list(every.shown) == sorted(every.shown, key=lambda each: each.one.start)


def test_later_pages_go_on_where_the_one_before_ends(world: World) -> None:
    requests = [elsewhere(key=f"r{number}") for number in range(8)]
    world.put_requests(*requests)
    world.put_proposals(*(a_proposal(request=each.key) for each in requests))
    pages = [found(world, number=number) for number in (1, 2)]
    told = [{each.one.request, each.other.request} for page in pages for each in page.shown]
    assert len({frozenset(pair) for pair in told}) == len(told) == pages[0].total == 28
    assert [(page.number, len(page.shown), page.has_next) for page in pages] == [
        (1, 20, True),
        (2, 8, False),
    ]
    assert found(world, number=9) == pages[1]


def test_conflicts_are_found_by_person_school_class_and_title(world: World) -> None:
    bruno, _ = two_more_volunteers()
    world.put_volunteers(bruno)
    world.put_requests(elsewhere(), a_request(key="again"))
    same_class = a_proposal(request="again", speakers=(ProposedSpeaker(BRUNO, Format.IN_PERSON),))
    world.put_proposals(a_proposal(), a_proposal(request="bridges"), same_class)
    assert found(world).total_by_kind == {"teacher": 1, "volunteer": 1}
    for_amara, for_class = found(world, kind="volunteer").shown, found(world, kind="teacher").shown
    for words in ("amara", "OKAFOR", VOLUNTEER, "birch", "haddad", "bridges"):
        assert found(world, words).shown == for_amara, words
    assert found(world, "5a", kind="class").shown != ()
    assert {each.one.title for each in for_class} == {a_request().title}
    assert found(world, "nobody of that name") == Conflicts()


MINUTES = st.integers(0, 8)
CLAIM = st.builds(
    lambda first, length, key: Claim(
        NOW + timedelta(minutes=first), NOW + timedelta(minutes=first + length), f"r{key}"
    ),
    MINUTES,
    st.integers(1, 4),
    st.integers(0, 5),
)
CLAIMS = st.dictionaries(
    st.sampled_from(("class:a", "teacher:t", "volunteer:v")), st.lists(CLAIM, max_size=8)
)


@examples(100)
@given(CLAIMS, CLAIMS)
def test_pairs_are_those_that_comparing_each_with_each_finds(
    waiting: dict[str, list[Claim]], held: dict[str, list[Claim]]
) -> None:
    every = {
        frozenset((one.request, other.request))
        for resource, claims in waiting.items()
        for place, one in enumerate(claims)
        for other in (*claims[place + 1 :], *held.get(resource, ()))
        if one.request != other.request and one.start < other.end and other.start < one.end
    }
    found = first_pairs(waiting, held=held, most=3)
    shown, total = found.first, sum(found.total_by_kind.values())
    assert total == len(every)
    assert len(shown) == min(3, total)
    assert {frozenset((one.request, other.request)) for _, one, other in shown} <= every
    whole = first_pairs(waiting, held=held, most=None).first
    assert shown == whole[:3]
    by_kind = {kind: first_pairs(waiting, held=held, most=None, kind=kind).first for kind in KINDS}
    assert {kind: len(pairs) for kind, pairs in by_kind.items() if pairs} == found.total_by_kind
    assert [one.start for _, one, _ in whole] == sorted(one.start for _, one, _ in whole)


def test_nothing_is_in_the_way_of_one_proposal(world: World) -> None:
    world.put_proposals(a_proposal())
    assert found(world) == Conflicts()


def test_who_decided_is_told_by_name(world: World) -> None:
    world.put_proposals(a_proposal())
    assert decided(world.store, ("robots",), actor=world.coordinator) == ()
    world.approve("robots")
    (each,) = decided(world.store, ("robots",), actor=world.coordinator)
    told = (each.request, each.title, each.at, str(each.state))
    assert told == ("robots", a_request().title, world.now, "approved")


def _some_request(key: str, random: Random) -> ClassroomRequest:
    return random.choice((a_request, elsewhere))(key=key)


def _some_proposal(key: str, random: Random) -> Proposal:
    team = random.sample((VOLUNTEER, BRUNO, CHLOE), k=random.choice((1, 1, 2)))
    speakers = tuple(ProposedSpeaker(email, Format.IN_PERSON) for email in team)
    sessions = (period(f"2026-12-08 {random.choice(HOURS)}"),)
    return a_proposal(request=key, speakers=speakers, sessions=sessions)


def _hosts(request: ClassroomRequest) -> tuple[str, str]:
    return request.teacher_email, request.classroom


def _clash(one: Proposal, other: Proposal, *, is_same_class: bool) -> bool:
    (first,), (second,) = one.sessions, other.sessions
    is_shared = is_same_class or {*one.speakers} & {*other.speakers}
    return bool(is_shared) and first.start < second.end and second.start < first.end
