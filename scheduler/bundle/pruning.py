"""What a bundle no longer lists, for those who want such things withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scheduler.bundle.values import Bundle
from scheduler.domain.people import Person, RoleName
from scheduler.domain.requests import RequestState


@dataclass(frozen=True, slots=True)
class Prunable:
    """Open requests and active people that the bundle lacks, by key and address."""

    requests: tuple[str, ...]
    people: tuple[str, ...]


def prunable(existing: Bundle, incoming: Bundle) -> Prunable:
    """Return what the bundle's own files, as far as they are there, no longer list.

    A missing file says nothing: someone who is staff and volunteer goes only when both files
    are there and neither lists them. Whoever coordinates stays where nobody else would be left
    who does. Bookings are never touched.
    """
    return Prunable(_lacking_requests(existing, incoming), _lacking_people(existing, incoming))


def _lacking_requests(existing: Bundle, incoming: Bundle) -> tuple[str, ...]:
    if incoming.requests is None:
        return ()
    return tuple(
        sorted(
            key
            for key, request in (existing.requests or {}).items()
            if request.state is RequestState.OPEN and key not in incoming.requests
        )
    )


def _lacking_people(existing: Bundle, incoming: Bundle) -> tuple[str, ...]:
    known = (existing.staff or {}, existing.volunteers or {})
    given = (incoming.staff, incoming.volunteers)
    listed = {*(incoming.staff or {}), *(incoming.volunteers or {})}
    pairs = zip(known, given, strict=True)
    unspoken = {email for people, file in pairs if file is None for email in people}
    active = {email for people in known for email, each in people.items() if each.is_active}
    lacking = active - listed - unspoken
    coordinators = _coordinators({**(existing.staff or {}), **(incoming.staff or {})})
    return tuple(sorted(lacking if coordinators - lacking else lacking - coordinators))


def _coordinators(staff: Mapping[str, Person]) -> frozenset[str]:
    return frozenset(
        email
        for email, person in staff.items()
        if person.is_active and person.has_role(RoleName.COORDINATOR)
    )
