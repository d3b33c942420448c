"""Who may do what: a table of rights, and strangers who are answered as if there were nothing."""

from __future__ import annotations

import pytest

from scheduler.domain.errors import NotAllowed, Unknown
from scheduler.domain.people import RoleName
from scheduler.services.access import (
    COMMAND_LINE,
    Actor,
    require_coordinator,
    require_overseer,
    require_own_request,
    require_part_in,
    require_readable_request,
)
from tests.builders import TEACHER, VOLUNTEER, a_person, a_request, a_visit, some_bookings

COORDINATOR = Actor("c@schools.example", "Carla", is_coordinator=True)
VIEWER = Actor("v@schools.example", "Vera", is_viewer=True)
OWN_TEACHER = Actor(TEACHER, "Lena", is_teacher=True)
OTHER_TEACHER = Actor("omar@schools.example", "Omar", is_teacher=True)
GUEST = Actor(VOLUNTEER, "Amara", is_volunteer=True)
OTHER_GUEST = Actor("bruno@robots.example", "Bruno", is_volunteer=True)
OFFICE = Actor("o@schools.example", "Olive", office_of=("maple",))
EVERYONE = (COORDINATOR, VIEWER, OWN_TEACHER, OTHER_TEACHER, GUEST, OTHER_GUEST, OFFICE)

UID = a_visit().uid


def allowed(actor: Actor) -> frozenset[str]:
    """Return everything on our small list that the actor may do."""
    request, visit = a_request(), a_visit()
    deeds = {
        "coordinate": lambda: require_coordinator(actor, deed="coordinate"),
        "oversee": lambda: require_overseer(actor, deed="oversee"),
        "own request": lambda: require_own_request(actor, request, key="robots"),
        "read request": lambda: require_readable_request(actor, request, key="robots"),
        "answer": lambda: require_part_in(actor, visit, uid=UID, email=VOLUNTEER),
    }
    may = set()
    for name, deed in deeds.items():
        try:
            deed()
        except (NotAllowed, Unknown):
            continue
        may.add(name)
    return frozenset(may)


def test_table_of_rights() -> None:
    everything = {"coordinate", "oversee", "own request", "read request", "answer"}
    assert {actor.name: allowed(actor) for actor in EVERYONE} == {
        "Carla": everything,
        "Vera": {"oversee", "read request"},
        "Lena": {"own request", "read request"},
        "Omar": frozenset(),
        "Amara": {"answer"},
        "Bruno": frozenset(),
        "Olive": frozenset(),
    }


class TestActor:
    @pytest.mark.parametrize(
        ("role", "rights"),
        [
            (RoleName.COORDINATOR, {"is_coordinator": True}),
            (RoleName.VIEWER, {"is_viewer": True}),
            (RoleName.TEACHER, {"is_teacher": True}),
            (RoleName.VOLUNTEER, {"is_volunteer": True}),
            (RoleName.OFFICE, {"office_of": ("maple",)}),
            (RoleName.APPROVER, {}),
        ],
    )
    def test_each_role_gives_its_own_right(self, role: RoleName, rights: dict[str, object]) -> None:
        assert Actor.of(a_person(role)) == Actor(TEACHER, "Lena Fischer", **rights)

    def test_account_that_is_not_active_has_no_right(self) -> None:
        person = a_person(*RoleName, is_active=False)
        assert Actor.of(person) == Actor(TEACHER, "Lena Fischer")

    def test_operator_acts_as_a_coordinator(self) -> None:
        assert Actor.operator() == Actor(COMMAND_LINE, COMMAND_LINE, is_coordinator=True)

    @pytest.mark.parametrize("actor", EVERYONE, ids=lambda actor: actor.name)
    def test_coordinators_and_viewers_oversee(self, actor: Actor) -> None:
        assert actor.oversees is (actor in (COORDINATOR, VIEWER))


def test_refusal_names_the_deed() -> None:
    with pytest.raises(NotAllowed, match="You may not move visits"):
        require_coordinator(VIEWER, deed="move visits")
    with pytest.raises(NotAllowed, match="You may not see proposals"):
        require_overseer(GUEST, deed="see proposals")


def test_somebody_elses_request_and_none_at_all_are_answered_alike() -> None:
    for require in (require_own_request, require_readable_request):
        told = []
        for request in (a_request(), None):
            with pytest.raises(Unknown) as refusal:
                require(OTHER_TEACHER, request, key="robots")
            told.append(str(refusal.value))
        assert told[0] == told[1]


def test_somebody_elses_visit_and_none_at_all_are_answered_alike() -> None:
    told = []
    for visit in (a_visit(), None):
        with pytest.raises(Unknown) as refusal:
            require_part_in(OTHER_GUEST, visit, uid=UID, email=VOLUNTEER)
        told.append(str(refusal.value))
    assert told[0] == told[1]


def test_coordinator_speaks_only_for_those_who_have_a_part() -> None:
    visit = a_visit(bookings=some_bookings(VOLUNTEER))
    assert require_part_in(COORDINATOR, visit, uid=UID, email=VOLUNTEER) == visit
    with pytest.raises(Unknown):
        require_part_in(COORDINATOR, visit, uid=UID, email="bruno@robots.example")
