"""Two that want the same person, class or teacher at one time."""

from __future__ import annotations

from scheduler.services.approvals import decided
from scheduler.services.asking import reference_of
from scheduler.services.conflicts import Conflicts, Instead, conflicts
from scheduler.services.warm import Warm
from tests.builders import VOLUNTEER, a_proposal, a_request
from tests.services.world import BRUNO, World, elsewhere, two_more_volunteers


def found(world: World) -> Conflicts:
    """Return the conflicts as the coordinator sees them."""
    return conflicts(
        world.store,
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


def test_nothing_is_in_the_way_of_one_proposal(world: World) -> None:
    world.put_proposals(a_proposal())
    assert found(world) == Conflicts((), 0)


def test_who_decided_is_told_by_name(world: World) -> None:
    world.put_proposals(a_proposal())
    assert decided(world.store, ("robots",), actor=world.coordinator) == ()
    world.approve("robots")
    (each,) = decided(world.store, ("robots",), actor=world.coordinator)
    assert (each.request, each.at, str(each.state)) == ("robots", world.now, "approved")
