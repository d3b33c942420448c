"""Who may do what: one plain question per right, asked by every service before it acts.

A stranger's visit or request is answered as if it did not exist.
"""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.domain.errors import NotAllowed, Unknown
from scheduler.domain.people import Person, RoleName
from scheduler.domain.requests import ClassroomRequest
from scheduler.domain.visits import Visit
from scheduler.domain.volunteers import Volunteer

COMMAND_LINE = "command line"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a signed-in person, or the operator at the command line.

    ``link_generation`` is that of the links in the person's mails.
    """

    email: str
    name: str
    is_coordinator: bool = False
    is_viewer: bool = False
    is_teacher: bool = False
    is_volunteer: bool = False
    office_of: tuple[str, ...] = ()
    link_generation: int = 0

    @classmethod
    def of(cls, person: Person) -> Actor:
        """Return the person as an actor; someone inactive may do nothing."""
        if not person.is_active:
            return cls(person.email, person.name)
        return cls(
            email=person.email,
            name=person.name,
            is_coordinator=person.has_role(RoleName.COORDINATOR),
            is_viewer=person.has_role(RoleName.VIEWER),
            is_teacher=person.has_role(RoleName.TEACHER),
            is_volunteer=person.has_role(RoleName.VOLUNTEER),
            office_of=person.schools if person.has_role(RoleName.OFFICE) else (),
            link_generation=person.link_generation,
        )

    @classmethod
    def operator(cls) -> Actor:
        """Return whoever holds the machine's command line."""
        return cls(email=COMMAND_LINE, name=COMMAND_LINE, is_coordinator=True)

    @property
    def oversees(self) -> bool:
        """Tell whether the actor may read everything a coordinator reads."""
        return self.is_coordinator or self.is_viewer


def require_coordinator(actor: Actor, *, deed: str) -> None:
    """Refuse anyone but a coordinator.

    Raises:
        NotAllowed: naming the deed.
    """
    if not actor.is_coordinator:
        raise NotAllowed(deed)


def require_overseer(actor: Actor, *, deed: str) -> None:
    """Refuse anyone but a coordinator or a viewer.

    Raises:
        NotAllowed: naming the deed.
    """
    if not actor.oversees:
        raise NotAllowed(deed)


def require_own_request(
    actor: Actor, request: ClassroomRequest | None, *, key: str
) -> ClassroomRequest:
    """Return the request if it is the actor's own, or the actor is a coordinator.

    Raises:
        Unknown: if there is none, or it is somebody else's.
    """
    if request is None or not (actor.is_coordinator or request.teacher_email == actor.email):
        raise Unknown("request", key)
    return request


def require_readable_request(
    actor: Actor, request: ClassroomRequest | None, *, key: str
) -> ClassroomRequest:
    """Return the request if the actor may read it: its teacher, or whoever oversees.

    Raises:
        Unknown: if there is none, or it is somebody else's.
    """
    if request is None or not (actor.oversees or request.teacher_email == actor.email):
        raise Unknown("request", key)
    return request


def require_own_volunteer(actor: Actor, volunteer: Volunteer | None) -> Volunteer:
    """Return the volunteer who bears the actor's address, as that actor.

    Raises:
        Unknown: if the actor is no volunteer.
    """
    if volunteer is None or not actor.is_volunteer or volunteer.email != actor.email:
        raise Unknown("volunteer", actor.email)
    return volunteer


def require_part_in(actor: Actor, visit: Visit | None, *, uid: str, email: str) -> Visit:
    """Return the visit if that volunteer has a part in it and the actor speaks for them.

    Raises:
        Unknown: otherwise.
    """
    speaks = actor.is_coordinator or actor.email == email
    if visit is None or not speaks or all(b.volunteer_email != email for b in visit.bookings):
        raise Unknown("visit", uid)
    return visit
