"""The people of the tests as they act: whom the services meet when one of them is signed in."""

from __future__ import annotations

from scheduler.services.access import Actor
from tests.builders import COORDINATOR, TEACHER, VOLUNTEER
from tests.small_district import OFFICE, OTHER_TEACHER, OTHER_VOLUNTEER, VIEWER

CARLA = Actor(COORDINATOR, "Carla Diaz", is_coordinator=True)
VERA = Actor(VIEWER, "Vera Lund", is_viewer=True)
LENA = Actor(TEACHER, "Lena Fischer", is_teacher=True)
OMAR = Actor(OTHER_TEACHER, "Omar Haddad", is_teacher=True)
AMARA = Actor(VOLUNTEER, "Amara Okafor", is_volunteer=True)
BEN = Actor(OTHER_VOLUNTEER, "Ben Ito", is_volunteer=True)
OLIVE = Actor(OFFICE, "Olive Stone", office_of=("maple",))
